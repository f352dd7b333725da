"""Whether two names mean one company (A8): how alike they are, as one number with one threshold.

Eight things are measured that speak for or against, and weighed by a logistic curve. The weights were fitted on public
sets of pairs (international organisations, patent applicants, Japanese legal names), each set counting the same, with
all pairs of one name in the same fold of the cross-validation; then rounded. None of the sets is part of the product.
"""

import math
import re
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from oppwizard.checks.wordings import Wording, wording
from oppwizard.checks.words import words

MATCH_THRESHOLD: Final = 0.5
"""From here on two names are taken for one company's."""
ACRONYM: Final = 0.75
"""How surely a name is meant by the initials of its words."""
_UNLIKE: Final = 0.4
"""The most that numbers which differ leave of a similarity."""
_NUMBER: Final = re.compile(r"\d+|one|two|three|four|five|six|seven|eight|nine|ten")
_FEW_WORDS: Final = 3
_ALIKE: Final = 0.66
"""Words less alike than this are different words."""
_MOST_WORDS: Final = 12


class Signs(NamedTuple):
    """What two names have in common, and what not: each from 0 to 1.

    Attributes:
        whole: how alike the names are letter by letter, in their order or in the alphabet's.
        less: the share of weight that is found in the other name, of the name where it is less.
        more: the same of the name where it is more.
        head: how alike the first words are that are a name of their own.
        clash: the weight on both sides that the other does not have, of the weight of the lighter name.
        places: whether each says a place that the other does not.
        short: whether the shorter name has three letters or fewer.
        wide: how unlike they are, letter by letter, where both are written in characters of East Asia: one such
            character says as much as several letters.
    """

    whole: float
    less: float
    more: float
    head: float
    clash: float
    places: float
    short: float
    wide: float


_BIAS: Final = -6.3
_WEIGHTS: Final = Signs(whole=5.2, less=1.1, more=1.7, head=1.7, clash=-2.0, places=-4.1, short=-4.3, wide=-11.0)


def key(name: str) -> str:
    """What names that differ in nothing but their writing have in common: small letters without legal form."""
    return wording(name).compact


def crosses_scripts(a: str, b: str) -> bool:
    """Whether one name is written in characters of East Asia alone and the other in letters alone.

    Nothing can be said of such a pair by looking at it: 東京精密 and Accretech are asked about, not guessed.
    """
    first, second = wording(a), wording(b)
    return bool(first.compact and second.compact) and (
        (first.all_wide and second.compact.isascii()) or (second.all_wide and first.compact.isascii())
    )


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
    found = signs(first, second)
    limit = _UNLIKE if _counted_apart(first, second) else 1.0
    return limit / (1 + math.exp(-_BIAS - sum(weight * sign for weight, sign in zip(_WEIGHTS, found, strict=True))))


def _counted_apart(first: Wording, second: Wording) -> bool:
    """Whether each name has a number that the other has not: Plant 7 and Plant 9 were named to be told apart.

    In a long name (a series of funds, a trust by year) the number says less than the rest.
    """
    if max(len(first.tokens), len(second.tokens)) > _FEW_WORDS:
        return False
    ours, theirs = ({token for token in side.tokens if _NUMBER.fullmatch(token)} for side in (first, second))
    return bool(ours - theirs and theirs - ours)


def _is_acronym(short: Wording, long: Wording) -> bool:
    """Whether one name is the initials of the other's words: three letters at least."""
    return len(short.tokens) == 1 and len(short.compact) >= 3 and short.compact in long.initials


def signs(first: Wording, second: Wording) -> Signs:
    """What speaks for and against two names being one company's; the order does not matter."""
    theirs, ours = _found(first, second), _found(second, first)
    total = min(sum(first.weights), sum(second.weights))
    shares = sorted((_share(first, theirs), _share(second, ours)))
    missing = min(_missing(first, theirs), _missing(second, ours))
    known = words()
    left = [
        {token for token, found in zip(side.tokens, likes, strict=False) if not found}
        for side, likes in ((first, theirs), (second, ours))
    ]
    whole = max(
        OSA.normalized_similarity(first.compact, second.compact),
        OSA.normalized_similarity(first.ordered, second.ordered),
    )
    return Signs(
        whole=whole,
        less=shares[0],
        more=shares[1],
        head=_alike(_head(first), _head(second)),
        clash=min(1.0, missing / total),
        places=float(all(side & known.places for side in left)),
        short=float(min(len(first.compact), len(second.compact)) <= 3),
        wide=1 - whole if first.wide and second.wide else 0.0,
    )


def _found(name: Wording, other: Wording) -> list[float]:
    """For each word of a name how alike the most alike word of another name is; 0 where there is none."""
    there = other.tokens[:_MOST_WORDS]
    return [
        1.0 if token in there else max(_alike(token, word) for word in there) for token in name.tokens[:_MOST_WORDS]
    ]


@lru_cache(maxsize=100_000)
def _alike(token: str, word: str) -> float:
    if token == word:
        return 1.0
    if token.isdigit() or word.isdigit():
        return 0.0
    known = words()
    if (token in known.places and word in known.places) or (token in known.common and word in known.common):
        return 0.0
    if min(len(token), len(word)) >= 3 and (token.startswith(word) or word.startswith(token)):
        return max(0.75, min(len(token), len(word)) / max(len(token), len(word)))
    return OSA.normalized_similarity(token, word, score_cutoff=_ALIKE)


def _share(name: Wording, found: list[float]) -> float:
    return sum(weight * alike for weight, alike in zip(name.weights, found, strict=False)) / sum(name.weights)


def _missing(name: Wording, found: list[float]) -> float:
    return sum(weight * (1 - alike) for weight, alike in zip(name.weights, found, strict=False))


def _head(name: Wording) -> str:
    """The first of the words that weigh most."""
    known = words()
    own = (token for token in name.tokens if token not in known.common and token not in known.places)
    return next(own, name.tokens[0])
