"""Every two records of a store that may be one deal (A8): the same comparison as for one, over all at once.

Accounts are brought together by the keys that they share. Of their deals most can be told apart by amount, period and
products alone, whatever the names say; only what is left is read, and held against one another by `checks.likeness`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import Final, Protocol
from uuid import UUID

from oppwizard.checks.collecting import uncollected
from oppwizard.checks.keys import Mark, sort_of
from oppwizard.checks.likeness import (
    BLIND,
    SAME,
    SURE,
    Kinship,
    before_products,
    by_products,
    custom,
    facts_of_deal,
    folded,
    kinship,
    least,
    likeness,
    reach,
)
from oppwizard.data.lookups import Deal
from oppwizard.data.matching import Brief, Flat
from oppwizard.i18n import Text
from oppwizard.playbook import Playbook

_CROWD: Final = 60
"""In an account with more deals than this, those without an amount are not compared: they would all be alike."""
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records of a store that may be one deal; ``strength`` and ``reasons`` as a candidate's."""

    one: Deal
    other: Deal
    strength: float
    reasons: tuple[Text, ...]
    agrees: bool


class Everything(Protocol):
    """What a scan reads of a store; accounts are numbers there."""

    def flat(self) -> list[Flat]:
        """Every open deal."""
        ...

    def named(self, seqs: Collection[int]) -> Mapping[int, tuple[UUID, tuple[str, ...]]]:
        """Accounts by their numbers, with their names."""
        ...

    def shared_keys(self, most: int) -> Iterable[tuple[Sequence[int], Sequence[int]]]:
        """The keys that the same accounts share, two or more, with these; keys of more than ``most`` are left out."""
        ...

    def stated(self) -> set[tuple[UUID, UUID]]:
        """The pairs of records of which somebody said what they are to one another, each in both orders."""
        ...

    def deals(self, ids: Collection[UUID]) -> Sequence[Deal]:
        """Drafts and opportunities by their identities."""
        ...


def scan(store: Everything, playbook: Playbook, at_least: float | None = None) -> list[Pair]:
    """Every two records of a store that may be one deal, the likeliest first.

    Those of which a person said what they are to one another are left out.

    Args:
        at_least: the strength from which on a pair is listed; that from which on one is shown where it is not given.
    """
    with uncollected():
        return _Scan(store, playbook, playbook.duplicates.shown if at_least is None else at_least).pairs()


_Found = tuple[Flat, Flat, tuple[int, ...]]
"""Two deals, and the keys that their accounts share; none where the account is one."""


class _Scan:
    """One look at a store: its deals by account."""

    def __init__(self, store: Everything, playbook: Playbook, at_least: float) -> None:
        self._store, self._playbook, self._at_least = store, playbook, at_least
        self._needed = least(at_least)
        self._within = playbook.duplicates.amount_within
        away = reach(at_least, playbook)
        self._times = None if away is None else 1 / (1 - away)
        self._deals: dict[int, list[Flat]] = {}
        for deal in store.flat():
            self._deals.setdefault(deal.account, []).append(deal)

    def pairs(self) -> list[Pair]:
        """What is found."""
        found = [*self._of_one_account(), *self._of_two()]
        names = self._store.named({deal.account for one, other, _keys in found for deal in (one, other)})
        kin: dict[tuple[int, int], Kinship] = {}
        left: list[tuple[Brief, Brief, Kinship]] = []
        stated = self._store.stated()
        siblings: dict[int, list[Brief]] = {}
        for one, other, keys in found:
            at = one.account, other.account
            if at not in kin:
                marks = [Mark(sort_of(key), "") for key in keys]
                kin[at] = kinship(names[at[0]][1], names[at[1]][1], marks) if keys else SAME
            if self._says(one, other) + kin[at].weight < self._needed:
                continue
            for account in at:
                if account not in siblings:
                    siblings[account] = [deal.brief(names[account][0]) for deal in self._deals[account]]
            ours, theirs = one.brief(names[at[0]][0]), other.brief(names[at[1]][0])
            if (ours.id, theirs.id) not in stated:
                left.append((ours, theirs, kin[at]))
        by_id = {account[0]: siblings[seq] for seq, account in names.items() if seq in siblings}
        return sorted(self._held(left, by_id), key=lambda pair: (-pair.strength, pair.one.line.id, pair.other.line.id))

    def _held(
        self, left: Sequence[tuple[Brief, Brief, Kinship]], siblings: Mapping[UUID, Sequence[Brief]]
    ) -> Iterator[Pair]:
        """The pairs that are strong enough, now that they are looked at whole."""
        for start in range(0, len(left), _CHUNK):
            chunk = left[start : start + _CHUNK]
            ids = {brief.id for one, other, _kin in chunk for brief in (one, other)}
            deals = {deal.line.id: deal for deal in self._store.deals(ids)}
            for one, other, kin in chunk:
                if one.id not in deals or other.id not in deals:
                    continue  # somebody took it away meanwhile
                ours, theirs = deals[one.id], deals[other.id]
                habit = custom(one, other, siblings[other.account_id], self._within)
                like = likeness(facts_of_deal(ours), facts_of_deal(theirs), kin, habit, self._playbook)
                if like.strength >= self._at_least and ours.line.is_sample is theirs.line.is_sample:
                    yield Pair(ours, theirs, like.strength, like.reasons, like.agrees)

    # What is worth a look

    def _of_one_account(self) -> Iterator[_Found]:
        for deals in self._deals.values():
            for one, other in _within_one(deals) if len(deals) > 1 else ():
                if self._could(one, other):
                    yield one, other, ()

    def _of_two(self) -> list[_Found]:
        """Deals of accounts that share keys, if they could be one were the accounts one."""
        keys: dict[tuple[int, int], list[int]] = {}
        pairs: dict[tuple[int, int], list[tuple[Flat, Flat]]] = {}
        deals, could = self._deals, self._could
        for shared, accounts in self._store.shared_keys(self._playbook.duplicates.rare):
            having = [account for account in sorted(accounts) if account in deals]
            for pair in combinations(having, 2):
                if pair not in keys:
                    near = [two for two in product(deals[pair[0]], deals[pair[1]]) if could(*two)]
                    if not near:
                        continue
                    keys[pair], pairs[pair] = [], near
                keys[pair] += shared
        return [(mine, theirs, tuple(keys[pair])) for pair, near in pairs.items() for mine, theirs in near]

    def _could(self, one: Flat, other: Flat) -> bool:
        """Whether two deals could be strong enough, were their accounts surely one; most can be told apart at once."""
        ours, theirs, times = one.amount, other.amount, self._times
        if ours and theirs and one.currency == other.currency:
            if times and not ours <= theirs * times <= ours * times * times:
                return False
        elif self._needed > BLIND and _sold(one.products).isdisjoint(_sold(other.products)):
            return False
        return self._says(one, other) + SURE >= self._needed

    def _says(self, one: Flat, other: Flat) -> float:
        """What amount, period and products say."""
        products = by_products(_sold(one.products), _sold(other.products), one_account=one.account == other.account)
        return before_products(one, other, self._playbook.duplicates) + products


@lru_cache(maxsize=100_000)
def _sold(products: tuple[str, ...]) -> frozenset[str]:
    return folded(products)


def _within_one(deals: list[Flat]) -> Iterator[tuple[Flat, Flat]]:
    """The deals of one account that are worth comparing: all of few; of many those next to one another in amount."""
    if len(deals) <= _CROWD:
        yield from combinations(deals, 2)
        return
    priced = sorted((deal for deal in deals if deal.amount), key=lambda deal: (deal.currency or "", deal.amount or 0))
    for at, one in enumerate(priced):
        for other in priced[at + 1 :]:
            if one.currency != other.currency or (other.amount or 0) > 2 * (one.amount or 0):
                break
            yield one, other
