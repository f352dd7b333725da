"""The keys under which an account is found again: whole numbers that two ways of naming one company share (A8).

A key says "look here", never "it is so": what is found is compared name by name. A key that too many accounts have is
left out by whoever looks it up. Three bits of a key tell what it was made of: nobody has to keep that beside it.
"""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from importlib import resources
from itertools import combinations
from typing import Final, NamedTuple
from unicodedata import normalize
from zlib import crc32

from oppwizard.checks.wordings import Wording, wording
from oppwizard.checks.words import words

_RULES: Final = 8
"""To be counted up when the rules of this module or of `checks.wordings` change; `words.toml` counts by itself."""
_WINDOW: Final = 12
"""So many letters of a name get keys for a slip of the pen; behind them a slip changes none of these."""
_SHORTEST_SLIP: Final = 4
_SHORTEST_WIDE: Final = 3
_PAIRED: Final = 4
_INITIALS: Final = range(3, 6)
_FEWEST_DIGITS: Final = 7
_NUMBERED: Final = 8
"""A company number has at least so many letters and digits: a LEI 20, a 法人番号 13, an HRB with its court more."""
_SORT_BITS: Final = 7
_HOST: Final = re.compile(r"^(?:[a-z]+://)?(?:www\.)?")


def _version() -> int:
    listed = resources.files("oppwizard.checks").joinpath("words.toml").read_bytes()
    return crc32(listed, _RULES) & 0x7FFF_FFFF


VERSION: Final = _version()
"""Another number makes every store make its keys anew."""


class Sort(IntEnum):
    """What a key was made of."""

    NAME = 0
    NEAR = 1
    DOMAIN = 2
    PHONE = 3
    SLIP = 4
    NUMBER = 5


class Mark(NamedTuple):
    """Where a key comes from: its sort, and the text that two accounts share by it."""

    sort: Sort
    text: str


def keys_of(
    names: Iterable[str | None],
    emails: Iterable[str | None],
    phones: Iterable[str | None],
    numbers: Iterable[str | None] = (),
) -> dict[int, Mark]:
    """The keys of an account, each with what it was made of.

    Args:
        names: its legal name, and the one it goes by.
        emails: those of its people, and its website.
        phones: likewise, as they are stored (E.164).
        numbers: its LEI or the number under which a register has it.
    """
    found: dict[int, Mark] = {}
    for name in dict.fromkeys(name for name in names if name and name.strip()):
        found = _of_name(name) | found
    for email in emails:
        domain = domain_of(email or "")
        if domain:
            found[_hashed(f"@{domain}", Sort.DOMAIN)] = Mark(Sort.DOMAIN, domain)
    for phone in phones:
        digits = "".join(char for char in phone or "" if char.isdigit())
        if len(digits) >= _FEWEST_DIGITS:
            found[_hashed(f"+{digits}", Sort.PHONE)] = Mark(Sort.PHONE, phone or "")
    for number in numbers:
        plain = number_of(number or "")
        if len(plain) >= _NUMBERED:
            found[_hashed(f"#{plain}", Sort.NUMBER)] = Mark(Sort.NUMBER, plain)
    return found


def sort_of(key: int) -> Sort:
    """What a key was made of."""
    return Sort(key & _SORT_BITS)


def number_of(text: str) -> str:
    """A company number without what it is written with: its letters and digits, wide ones narrow."""
    return "".join(char for char in normalize("NFKC", text).upper() if char.isalnum())


def domain_of(text: str) -> str:
    """The domain of an e-mail address or website; empty where there is none, or anybody may have one there."""
    _name, at, domain = text.strip().casefold().rpartition("@")
    if not at:
        domain = _HOST.sub("", domain).partition("/")[0].partition(":")[0]
    return domain if "." in domain and domain not in words().free_mail else ""


def _hashed(text: str, sort: Sort) -> int:
    """A whole number of 64 bits, the same on every machine."""
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) & ~_SORT_BITS | sort


@lru_cache(maxsize=4_096)
def _of_name(name: str) -> dict[int, Mark]:
    marks = {sort: Mark(sort, name) for sort in Sort}
    return {_hashed(text, sort): marks[sort] for text, sort in _texts(wording(name))}


def _texts(name: Wording) -> Iterator[tuple[str, Sort]]:
    if not name.tokens:
        return
    yield f"={name.compact}", Sort.NAME
    yield f"={name.ordered}", Sort.NAME
    known = words()
    own = [token for token in name.tokens if token not in known.common and token not in known.places]
    rest = sorted(token for token in name.tokens if token in known.common or token in known.places)
    in_order = sorted(set(own))
    if own and rest:
        yield f"={''.join(in_order)}", Sort.NEAR
    if len(name.tokens) > 2:
        pairs = combinations([*in_order, *rest][:_PAIRED], 2)
        yield from ((f"&{' '.join(sorted(pair))}", Sort.NEAR) for pair in pairs if pair[0] in in_order)
    for letters in dict.fromkeys(_spellings(name.tokens, own, rest)):
        yield from _slips(letters, _SHORTEST_WIDE if name.wide else _SHORTEST_SLIP)
    if len(name.tokens) == 1 and len(name.compact) in _INITIALS:
        yield f".{name.compact}", Sort.NEAR
    elif len(name.tokens) > 2:
        yield from ((f".{letters}", Sort.NEAR) for letters in name.initials if len(letters) in _INITIALS)


def _spellings(tokens: tuple[str, ...], own: list[str], rest: list[str]) -> Iterator[str]:
    """A name's letters in other orders of its words: its own ones first, as written and in the alphabet's order.

    A slip at the beginning of a word, or in one that many names have, changes what comes first: two words stand in both
    orders, each followed by enough of the other one.
    """
    yield "".join([*own, *rest])[:_WINDOW]
    yield "".join([*sorted(own), *rest])[:_WINDOW]
    if len(tokens) == 2:
        for first, second in (tokens, tokens[::-1]):
            yield (first + second)[: max(_WINDOW, len(first) + _WINDOW // 2)]


def _slips(letters: str, shortest: int) -> Iterator[tuple[str, Sort]]:
    """The letters, and what is left of them without each: whoever errs by one letter has one of these as well."""
    if len(letters) < shortest:
        return
    yield f"~{letters}", Sort.SLIP
    yield from ((f"~{letters[:at]}{letters[at + 1 :]}", Sort.SLIP) for at in range(len(letters)))
