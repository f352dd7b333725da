"""The words that names of companies are made of: `words.toml`, read once."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

SMALL_KANA: Final = str.maketrans(
    "ァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎ", "アイウエオツヤユヨワカケあいうえおつやゆよわ"
)
"""Small kana written large, as many a system has them: ｷｬﾉﾝ, キヤノン."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of words.

    Attributes:
        forms: legal forms as tuples of words.
        front: those of them that stand before a name as well.
        behind: by the last word of a form, how many words such forms have, the most first.
        before: the same by the first word of those that stand before a name.
        joined: legal forms written without a blank, in front of a name or behind it.
        anywhere: legal forms that are no words of any language: they say nothing in the midst of a name either.
        bracketed: legal forms in brackets, or at one bracket.
        articles: words that are no name beside a legal form.
        common: words that many companies have in common.
        trades: those of them that say what a company does.
        tails: the same at the end of a name written without blanks.
        empty: words that are left out.
        places: words that say where.
        same: words of which there is another way to write them, each with the one that stands for all.
        characters: old and variant characters, each with the one in use.
        free_mail: domains where anybody has an address.
    """

    forms: frozenset[tuple[str, ...]]
    front: frozenset[tuple[str, ...]]
    behind: dict[str, tuple[int, ...]]
    before: dict[str, tuple[int, ...]]
    anywhere: frozenset[str]
    joined: re.Pattern[str]
    bracketed: re.Pattern[str]
    articles: frozenset[str]
    common: frozenset[str]
    trades: frozenset[str]
    tails: re.Pattern[str]
    empty: frozenset[str]
    places: frozenset[str]
    same: dict[str, str]
    characters: dict[int, str]
    free_mail: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """The words; read from the package when they are first asked for."""
    file = resources.files("oppwizard.checks") / "words.toml"
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    same = {other: group[0] for group in map(str.split, _bars(read["same"]["words"])) for other in group}
    single = {(form,) for form in _bars(read["forms"]["front"])}
    forms = frozenset(tuple(form.split()) for form in _bars(read["forms"]["any"])) | single
    front = frozenset(form for form in forms if len(form) > 1 or form in single)
    written_close = _bars(read["forms"]["joined"])
    joined = _any(written_close)
    marks = _any(read["forms"]["bracketed"].split("|"))
    kana = _any([mark for mark in read["forms"]["bracketed"].split("|") if "ァ" <= mark[0] <= "ヶ"])
    tails = [tail.translate(SMALL_KANA) for tail in _bars(read["words"]["joined"])]
    trades = _canonical(_bars(read["words"]["trades"]), same)
    return Words(
        forms=forms,
        front=front,
        behind=_lengths((form[-1], len(form)) for form in forms),
        before=_lengths((form[0], len(form)) for form in front),
        anywhere=frozenset(_bars(read["forms"]["anywhere"])).union(written_close),
        joined=re.compile(rf"^\s*{joined}|{joined}\s*$"),
        bracketed=re.compile(
            rf"\(\s*{marks}\s*\)|^\s*{marks}\s*\)|\(\s*{marks}\s*$|(?<=^)(?P<rest>[^(]+?){kana}\s*\)\s*$"
        ),
        articles=frozenset(_bars(read["words"]["articles"])),
        common=_canonical(_bars(read["words"]["common"]), same).union(trades, tails),
        trades=trades,
        tails=re.compile(rf"(?<=.{{2}})({_any(tails)})$"),
        empty=frozenset(_bars(read["words"]["empty"])),
        places=_canonical(_bars(read["words"]["places"]), same),
        same=same,
        characters={ord(pair[0]): pair[1] for pair in _bars(read["same"]["characters"])},
        free_mail=frozenset(_bars(read["mail"]["free"])),
    )


def _bars(text: str) -> list[str]:
    """The entries of a text: between bars, a new line being one too."""
    return [entry for entry in text.strip().replace("\n", "|").split("|") if entry]


def _lengths(ends: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for word, length in ends:
        found.setdefault(word, set()).add(length)
    return {word: tuple(sorted(lengths, reverse=True)) for word, lengths in found.items()}


def _canonical(entries: list[str], same: dict[str, str]) -> frozenset[str]:
    return frozenset(same.get(word, word) for word in entries)


def _any(entries: list[str]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(entries, key=len, reverse=True))) + ")"
