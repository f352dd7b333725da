"""Whether two names mean one company (A8): how alike they are, as one number with one threshold.

Six things are measured that speak for or against, and weighed by a logistic curve: seven numbers in all. They were
fitted on public sets of pairs (international organisations, patent applicants, Japanese legal names), each set counting
the same, with all pairs that a name links in one fold of the cross-validation; then rounded. None of the sets is part
of the product, and the words (`words.toml`) are ours.
"""

import math
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from oppwizard.checks.wordings import FIRST_WIDE, Wording, wording
from oppwizard.checks.words import words

MATCH_THRESHOLD: Final = 0.5
"""From here on two names are taken for one company's."""
ACRONYM: Final = 0.75
"""How surely a name is meant by the initials of its words."""
_FEWEST_INITIALS: Final = 3
_UNLIKE: Final = 0.4
"""The most that numbers which differ leave of a similarity."""
_FEW_WORDS: Final = 3
_SHORT: Final = 4
_ALIKE: Final = 0.66
"""Words less alike than this are different words."""
_BEGINNING: Final = 0.75
"""How alike a word and its beginning are at least, from so many letters on."""
_FEWEST_LETTERS: Final = 3
_MOST_WORDS: Final = 12


class Signs(NamedTuple):
    """What two names have in common, and what not: each from 0 to 1.

    Attributes:
        alike: how much of them is the same: the mean of how alike they are letter by letter (in their order or in the
            alphabet's) and of the share of weight, of the name where it is less, that is found in the other one.
        head: how alike the first words are that are a name of their own.
        apart: whether each says a place that the other does not, or each a trade (oil, bank).
        short: whether the heads differ and one of them has four letters or fewer, none of East Asia: Ford and Fort are
            no slip.
        wide: how unlike they are, letter by letter, where both are written in characters of East Asia: one such
            character says as much as several letters.
        torn: whether each has words that the other has not.
    """

    alike: float
    head: float
    apart: float
    short: float
    wide: float
    torn: float


_BIAS: Final = -5.8
_WEIGHTS: Final = Signs(alike=7.8, head=1.6, apart=-4.7, short=-2.3, wide=-12.4, torn=-0.5)


def key(name: str) -> str:
    """What names that differ in nothing but their writing have in common: small letters without legal form.

    Empty for a name without a letter or digit.
    """
    return wording(name).compact


def crosses_scripts(a: str, b: str) -> bool:
    """Whether two names have no script in common, so that nothing can be said by looking at them.

    Scripts are Latin letters, kanji, kana, hangul, Cyrillic and so on; digits belong to none. Such pairs are asked
    about, not guessed: 東京精密 and Accretech, 東京精密 and トウキョウセイミツ.
    """
    ours, theirs = _scripts(wording(a).compact), _scripts(wording(b).compact)
    return bool(ours and theirs and ours.isdisjoint(theirs))


def _scripts(text: str) -> set[str]:
    """The first words of Unicode's names of the letters: LATIN, CJK, CYRILLIC; both kana are one."""
    found = {unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha()}
    return {"KANA" if script.startswith(("KATAKANA", "HIRAGANA")) else script for script in found if script}


def similarity(a: str, b: str) -> float:
    """How surely two names mean one company, from 0 to 1; `MATCH_THRESHOLD` says from where on it is taken for sure.

    The order does not matter. Names that differ in nothing but case, width, accents, punctuation, legal form and the
    like give 1. Names without a letter or digit are like no other name.
    """
    first, second = wording(a), wording(b)
    if not first.tokens or not second.tokens:
        return float(bool(a.strip()) and a.strip() == b.strip())
    if first.compact == second.compact or first.ordered == second.ordered:
        return 1.0
    if _is_acronym(first, second) or _is_acronym(second, first):
        return ACRONYM
    limit = _UNLIKE if _counted_apart(first, second) else 1.0
    return limit / (
        1 + math.exp(-_BIAS - sum(weight * sign for weight, sign in zip(_WEIGHTS, signs(first, second), strict=True)))
    )


def _counted_apart(first: Wording, second: Wording) -> bool:
    """Whether each name has a number that the other has not: Plant 7 and Plant 9 were named to be told apart.

    In a long name (a series of funds, a trust by year) the number says less than the rest.
    """
    if len(first.tokens) > _FEW_WORDS or len(second.tokens) > _FEW_WORDS:
        return False
    ours, theirs = ({token for token in side.tokens if token.isdigit()} for side in (first, second))
    return bool(ours - theirs and theirs - ours)


def _is_acronym(short: Wording, long: Wording) -> bool:
    """Whether one name is the initials of the other's words."""
    return len(short.tokens) == 1 and len(short.compact) >= _FEWEST_INITIALS and short.compact in long.initials


def signs(first: Wording, second: Wording) -> Signs:
    """What speaks for and against two names being one company's; the order does not matter."""
    whole = OSA.normalized_similarity(first.compact, second.compact)
    if first.ordered != first.compact or second.ordered != second.compact:
        whole = max(whole, OSA.normalized_similarity(first.ordered, second.ordered))
    ours, theirs = _found(first.tokens[:_MOST_WORDS], second.tokens[:_MOST_WORDS])
    our_rest, their_rest = _left(first, ours), _left(second, theirs)
    return Signs(
        alike=(whole + min(_share(first, ours), _share(second, theirs))) / 2,
        head=_alike(first.head, second.head),
        apart=float(_is_apart(our_rest, their_rest)),
        short=float(_is_short(first, second)),
        wide=1 - whole if first.wide and second.wide else 0.0,
        torn=float(bool(our_rest and their_rest)),
    )


def _is_short(first: Wording, second: Wording) -> bool:
    """Whether the heads are two words of which one is too short for a slip, and neither is found in the other name."""
    ours, theirs = first.head, second.head
    if ours in second.tokens or theirs in first.tokens or max(ours, theirs) >= FIRST_WIDE:
        return False
    return min(len(ours), len(theirs)) <= _SHORT


def _found(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[list[float], list[float]]:
    """For each word of either name how alike the most alike word of the other is; 0 where there is none."""
    table = [[_alike(token, word) for word in theirs] for token in ours]
    return [max(row) for row in table], [max(column) for column in zip(*table, strict=True)]


@lru_cache(maxsize=100_000)
def _alike(token: str, word: str) -> float:
    """How alike two words are; 0 for two numbers, places or common words that are not the same."""
    if token == word:
        return 1.0
    if token.isdigit() or word.isdigit():
        return 0.0
    known = words()
    if (token in known.places and word in known.places) or (token in known.common and word in known.common):
        return 0.0
    short, long = sorted((token, word), key=len)
    if len(short) >= _FEWEST_LETTERS and long.startswith(short):
        return max(_BEGINNING, len(short) / len(long))
    return OSA.normalized_similarity(token, word, score_cutoff=_ALIKE)


def _share(name: Wording, found: list[float]) -> float:
    """The share of a name's weight that is found in another."""
    return sum(weight * alike for weight, alike in zip(name.weights, found, strict=False)) / name.total


def _left(name: Wording, found: list[float]) -> set[str]:
    """The words to which the other name has none alike."""
    return {token for token, alike in zip(name.tokens, found, strict=False) if not alike}


def _is_apart(ours: set[str], theirs: set[str]) -> bool:
    """Whether what is left of two names are places on both sides, or trades on both."""
    known = words()
    return any(not kind.isdisjoint(ours) and not kind.isdisjoint(theirs) for kind in (known.places, known.trades))
