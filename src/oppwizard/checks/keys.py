"""The keys under which an account is found again: whole numbers that two ways of naming one company share (A8).

A key says "look here", never "it is so": what is found is compared name by name. A key that too many accounts have is
left out by whoever looks it up.
"""

from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations
from typing import Final, NamedTuple

from oppwizard.checks.wordings import Wording, wording
from oppwizard.checks.words import words

VERSION: Final = 1
"""Another number here makes every store make its keys anew."""
_LONGEST: Final = 24
"""So many letters of a name get keys for a slip of the pen; behind them a slip changes little else."""
_SHORTEST_SLIP: Final = 4
_PAIRED: Final = 4
_INITIALS: Final = range(3, 6)


class Sort(Enum):
    """What a key was made of."""

    NAME = auto()
    NEAR = auto()
    DOMAIN = auto()
    PHONE = auto()


class Mark(NamedTuple):
    """Where a key comes from: its sort, and the text that two accounts share by it."""

    sort: Sort
    text: str


def keys_of(names: Iterable[str | None], emails: Iterable[str | None], phones: Iterable[str | None]) -> dict[int, Mark]:
    """The keys of an account, each with what it was made of.

    Args:
        names: its legal name, and the one it goes by.
        emails: those of its people.
        phones: likewise, as they are stored (E.164).
    """
    found: dict[int, Mark] = {}
    for name in dict.fromkeys(name for name in names if name and name.strip()):
        for text, sort in _of_name(wording(name)):
            found.setdefault(_hashed(text), Mark(sort, name))
    for email in emails:
        domain = domain_of(email or "")
        if domain:
            found[_hashed(f"@{domain}")] = Mark(Sort.DOMAIN, domain)
    for phone in phones:
        digits = "".join(char for char in phone or "" if char.isdigit())
        if len(digits) > 6:
            found[_hashed(f"+{digits}")] = Mark(Sort.PHONE, phone or "")
    return found


def domain_of(email: str) -> str:
    """An address's domain; empty where anybody may have one there."""
    domain = email.rpartition("@")[2].strip().casefold()
    return "" if domain in words().free_mail else domain


@lru_cache(maxsize=200_000)
def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def _of_name(name: Wording) -> Iterator[tuple[str, Sort]]:
    if not name.tokens:
        return
    yield f"={name.compact}", Sort.NAME
    yield f"={name.ordered}", Sort.NAME
    known = words()
    own = sorted({token for token in name.tokens if token not in known.common and token not in known.places})
    if own and own != sorted(name.tokens):
        yield f"={''.join(own)}", Sort.NEAR
    if len(own) > 2:
        yield from ((f"&{' '.join(pair)}", Sort.NEAR) for pair in combinations(own[:_PAIRED], 2))
    elif len(own) == 2:
        yield f"&{' '.join(own)}", Sort.NEAR
    letters = name.ordered[:_LONGEST]
    if len(letters) >= _SHORTEST_SLIP:
        yield f"~{letters}", Sort.NEAR
        yield from ((f"~{letters[:at]}{letters[at + 1 :]}", Sort.NEAR) for at in range(len(letters)))
    if len(name.tokens) == 1 and len(name.compact) in _INITIALS:
        yield f".{name.compact}", Sort.NEAR
    elif len(name.tokens) > 2:
        yield from ((f".{letters}", Sort.NEAR) for letters in name.initials if len(letters) in _INITIALS)
