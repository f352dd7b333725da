"""A company's name taken apart: what is its own in it, without what many have or what says nothing (A8)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from oppwizard.checks.words import SMALL_KANA, words
from oppwizard.model.text import fold

_MOST: Final = 300
"""So many characters of a name are looked at; legal names are shorter."""
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "‘": "'", "`": "'"}
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"＆": "&", "㏇": "co", "･": "", "・": ""}
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_WORD: Final = re.compile(r"[^\W_]+")
_POSSESSIVE: Final = re.compile(r"'s\b")
_LONG_MARK: Final = re.compile(r"(?<=[\u30a0-\u30ff])-")
_AMPERSAND: Final = re.compile(r"&amp\b;?|&|\+")
_INITIALS: Final = re.compile(r"\b([a-z0-9]{1,2}) +and +([a-z0-9])\b")
_AND: Final = frozenset({"and", "und", "et", "og", "och", "y", "e"})
FIRST_WIDE: Final = "\u2e80"
"""The first of the characters of East Asia."""
_COMMON: Final = 0.35
_PLACE: Final = 0.6
_SHORT: Final = 0.5
_HEAVIEST: Final = 1.4


@dataclass(frozen=True, slots=True)
class Wording:
    """A name taken apart.

    Attributes:
        tokens: its words as one way of writing has them, without legal form and empty words.
        weights: how much each word says about which company it is.
        compact: the words written together.
        ordered: the words in alphabetical order, written together.
        initials: the first letters of all words, the empty ones included where that gives another result.
        head: the first word that is a name of its own; the first word where none is.
        total: what all words weigh together.
        wide: whether it is written in characters of East Asia, at least in part.
    """

    tokens: tuple[str, ...]
    weights: tuple[float, ...]
    compact: str
    ordered: str
    initials: tuple[str, ...]
    head: str
    total: float
    wide: bool


@lru_cache(maxsize=50_000)
def wording(name: str) -> Wording:
    """Take a name apart; a name of nothing but legal form and empty words keeps them."""
    known = words()
    bare = _without_forms(_every(_flat(name)))
    spelt = [known.same.get(token, token) for token in bare]
    full = [token for token in spelt if token not in known.empty] or spelt
    tokens = [part for token in full for part in _parts(token)]
    weights = [_weight(token) for token in tokens]
    compact = "".join(tokens)
    initials = {"".join([token[0] for token in kept]) for kept in (bare, full)}
    return Wording(
        tokens=tuple(tokens),
        weights=tuple(weights),
        compact=compact,
        ordered="".join(sorted(tokens)),
        initials=tuple(sorted(initials)),
        head=next((token for token in tokens if is_own(token)), tokens[0] if tokens else ""),
        total=sum(weights),
        wide=not compact.isascii() and any(letter >= FIRST_WIDE for letter in compact),
    )


def is_own(token: str) -> bool:
    """Whether a word is a name of its own: neither what many companies have in common nor a place."""
    known = words()
    return token not in known.common and token not in known.places


def _flat(name: str) -> str:
    """A name in small letters without accents, old characters and legal forms that no blank sets apart."""
    text = name[:_MOST]
    text = text.casefold() if text.isascii() else fold(text)
    if "&" in text or "+" in text:
        text = _AMPERSAND.sub(" and ", text)
    if " and " in text:
        text = _INITIALS.sub(r"\1\2", text)
    if not text.isascii():
        known = words()
        plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text.translate(_LETTERS)))
        text = unicodedata.normalize("NFC", plain).translate(known.characters)
        text = _LONG_MARK.sub("ー", text)
        bare = known.joined.sub(" ", known.joined.sub(" ", known.bracketed.sub(_rest, text)))
        text = (bare if _WORD.search(bare) else text).translate(SMALL_KANA)
    return _POSSESSIVE.sub("", text).replace("'", "") if "'" in text else text


def _rest(found: re.Match[str]) -> str:
    return f" {found['rest'] or ''} "


def _tokens(text: str) -> list[str]:
    return _WORD.findall(text)


def _every(text: str) -> list[str]:
    """All words of a flat name, without an address behind it."""
    if "," not in text:
        return _joined(_tokens(text))
    segments = [_tokens(segment) for segment in text.split(",")]
    return _joined([token for segment in _without_address(segments) for token in segment])


def _without_address(segments: list[list[str]]) -> list[list[str]]:
    """The segments between commas up to the one that ends with a legal form: what follows is where they are.

    Another legal form may follow ("Co., Ltd."), it is taken off later.
    """
    kept: list[list[str]] = []
    ended = False
    for segment in segments:
        if ended and segment and not _all_form(segment):
            break
        kept.append(segment)
        tokens = _joined(segment)
        ended = ended or (max(len(kept), len(tokens)) > 1 and _form_behind(tokens) > 0)
    return kept


def _all_form(segment: list[str]) -> bool:
    tokens = _joined(segment)
    return _form_behind(tokens) == len(tokens)


def _joined(tokens: list[str]) -> list[str]:
    """Initials written together: "b", "v" are "bv", and "d", "s", "m", "n", "v" are "dsm", "nv"."""
    if min(map(len, tokens), default=2) > 1:
        return tokens
    found: list[str] = []
    run = ""
    for token in [*tokens, ""]:
        if len(token) == 1 and token.isalpha() and token < FIRST_WIDE:
            run += token
            continue
        if run:
            found += _split(run)
            run = ""
        if token:
            found.append(token)
    return found


def _split(run: str) -> list[str]:
    forms = words().forms
    if len(run) < 3 or (run,) in forms:
        return [run]
    for length in (4, 3, 2):
        if len(run) > length and (run[-length:],) in forms:
            return [run[:-length], run[-length:]]
    return [run]


def _form_behind(tokens: list[str]) -> int:
    """How many words at the end are a legal form."""
    known = words()
    for length in known.behind.get(tokens[-1], ()) if tokens else ():
        if tuple(tokens[-length:]) in known.forms:
            return length
    return 0


def _form_before(tokens: list[str]) -> int:
    """How many words at the beginning are a legal form."""
    known = words()
    for length in known.before.get(tokens[0], ()) if tokens else ():
        if tuple(tokens[:length]) in known.front:
            return length
    return 0


def _without_forms(tokens: list[str]) -> list[str]:
    """The words without legal forms behind and before, as long as something is left that may be a name.

    In front a word of its own must be left: SAS Institute and BT Group begin with their name. What joined a legal form
    to the name ("& Co.") goes with it.
    """
    known = words()
    rest = tokens
    while (length := _form_behind(rest)) and not known.articles.issuperset(left := _unjoined(rest[:-length])):
        rest = left
    while (length := _form_before(rest)) and any(map(_is_name, rest[length:])):
        rest = rest[length:]
    if known.anywhere.isdisjoint(rest):
        return rest
    inner = [token for token in rest if token not in known.anywhere]
    return rest if known.articles.issuperset(inner) else inner


def _unjoined(tokens: list[str]) -> list[str]:
    end = len(tokens)
    while end and tokens[end - 1] in _AND:
        end -= 1
    return tokens[:end]


def _is_name(token: str) -> bool:
    return is_own(token) and token not in words().empty


def _parts(token: str) -> tuple[str, ...]:
    """A word without blanks that ends in common words: they apart."""
    if token[-1] < FIRST_WIDE:
        return (token,)
    tails: list[str] = []
    while found := words().tails.search(token):
        tails.insert(0, found[1])
        token = token[: found.start()]
    return (token, *tails)


def _weight(token: str) -> float:
    known = words()
    if token in known.common:
        return _COMMON
    if token in known.places:
        return _PLACE
    if len(token) < 3 and token < FIRST_WIDE:
        return _SHORT
    return min(_HEAVIEST, 0.6 + 0.1 * len(token))
