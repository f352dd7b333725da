"""Deals that may be the same as one, among those that a member of a team may not look at: that there is one (A8).

The accounts are a directory that everybody reads, so that names and keys are held against one another here. Of the
deals the store tells whose they are, and whether they are about as large and close about then; see `data.hidden`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from oppwizard.checks.duplicates import keys_of_record
from oppwizard.checks.keys import Mark, sort_of
from oppwizard.checks.likeness import DIM, SAME, Kinship, dimly, facts_of, kinship, least
from oppwizard.data.hidden import Hidden
from oppwizard.data.lookups import Deal
from oppwizard.data.matching import Flat, Sharing
from oppwizard.i18n import T, Text
from oppwizard.model.enums import Stage, Standing
from oppwizard.model.findings import Finding
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.process.case import hint, warn
from oppwizard.process.required import is_missing, shortened

_AT: Final = "different_because"
_MOST_ACCOUNTS: Final = 50
_MOST_FINDINGS: Final = 3


class Guarded(Protocol):
    """What is asked of a store that shows not everything to everybody."""

    @property
    def hides(self) -> bool:
        """Whether it may hide deals from this person, and tells of them."""
        ...

    def sharing(self, keys: Collection[int], most: int) -> Sequence[Sharing]:
        """The accounts that have any of some keys."""
        ...

    def unseen(
        self, accounts: Sequence[UUID], amount: Decimal | None, currency: str | None, day: date | None
    ) -> Sequence[Hidden]:
        """The deals of accounts that this person does not see and that may be like one."""
        ...


class GuardedStore(Guarded, Protocol):
    """What a look through all of it asks."""

    def flat(self) -> list[Flat]:
        """Every open deal that this person sees."""
        ...

    def named(self, seqs: Collection[int]) -> Mapping[int, tuple[UUID, tuple[str, ...]]]:
        """Accounts by their numbers, with their names."""
        ...

    def shared_keys(self, most: int) -> Iterable[tuple[Sequence[int], Sequence[int]]]:
        """The keys that the same accounts share, two or more, with these; keys of more than ``most`` are left out."""
        ...

    def deals(self, ids: Collection[UUID]) -> Sequence[Deal]:
        """Drafts and opportunities by their identities."""
        ...


@dataclass(frozen=True, slots=True)
class Unseen:
    """Deals of somebody else, one or more, that may be the same as one and may not be looked at.

    Attributes:
        account: what their account is called.
        owner: whose they are.
        strength: from 0 to 1.
        reasons: why, the account's first.
    """

    account: str
    owner: str
    strength: float
    reasons: tuple[Text, ...]

    @property
    def because(self) -> str:
        """All reasons on one line."""
        return ", ".join(map(str, self.reasons))

    @property
    def told(self) -> Text:
        """That there is one, and what to do about it."""
        return T(
            "{account}: a record of {owner} that you may not open; ask {owner}",
            account=shortened(self.account),
            owner=shortened(self.owner),
        )


_Kin = dict[UUID, tuple[Kinship, str]]


def unseen(record: Record, store: Guarded, playbook: Playbook) -> tuple[Unseen, ...]:
    """What is to be said of deals that may not be looked at and may be the same as a record, the likeliest first."""
    if record.opportunity.is_sample or not store.hides:
        return ()
    marks, mine = keys_of_record(record), facts_of(record, playbook)
    kin: _Kin = {}
    for each in store.sharing(marks.keys(), playbook.duplicates.rare) if marks else ():
        found = kinship(mine.names, each.names, [marks[key] for key in each.keys if key in marks])
        kin[each.account_id] = found, each.names[0] if each.names else ""
    if record.account.standing is Standing.ACTIVE:
        kin[record.account.id] = SAME, record.account.name
    else:
        kin.pop(record.account.id, None)  # a proposed account is the record's own
    asked = _worth_asking(kin, playbook.duplicates.shown)
    told = store.unseen(asked, mine.amount, mine.currency, mine.until) if asked else ()
    return tuple(_strong(told, kin, playbook.duplicates.shown))


def _worth_asking(kin: _Kin, at_least: float) -> list[UUID]:
    """The accounts whose deals may be strong enough, the likeliest first."""
    needed = least(at_least) - DIM
    likely = [(found.weight, one) for one, (found, _name) in kin.items() if found.weight >= needed]
    return [one for _weight, one in sorted(likely, key=lambda each: (-each[0], each[1]))[:_MOST_ACCOUNTS]]


def _strong(told: Iterable[Hidden], kin: _Kin, at_least: float) -> list[Unseen]:
    found: list[Unseen] = []
    for one in told:
        account, name = kin[one.account_id]
        strength, reasons = dimly(account, one)
        if strength >= at_least:
            found.append(Unseen(name, one.owner, strength, reasons))
    return sorted(found, key=lambda each: (-each.strength, each.owner, each.account))


def unseen_findings(record: Record, found: Sequence[Unseen]) -> list[Finding]:
    """What is to be said of them, like a gate's findings; nothing waits for what cannot be looked at."""
    stated = record.exists or not is_missing(record.opportunity.different_because)
    told: list[Finding] = []
    for each in found[:_MOST_FINDINGS]:
        message = T(
            "May be the same deal as a record of {owner} that you may not open: {account}, {reasons}",
            owner=shortened(each.owner),
            account=shortened(each.account),
            reasons=each.because,
        )
        if stated:
            remedy = T("It was said why this is another deal.")
            told.append(hint("duplicate.stated", "A8", Stage.CREATION, _AT, message, remedy))
        else:
            remedy = T("Ask {owner} about it; if it is another deal, say why.", owner=shortened(each.owner))
            told.append(warn("duplicate.unseen", "A8", Stage.CREATION, _AT, message, remedy))
    return told


# Over all that a person sees


@dataclass(frozen=True, slots=True)
class UnseenPair:
    """A deal that a person sees, and what is to be said of one that they do not."""

    one: Deal
    other: Unseen


def scan_unseen(store: GuardedStore, playbook: Playbook, at_least: float | None = None) -> list[UnseenPair]:
    """Every deal that a person sees with those that they do not see and that may be the same, the likeliest first.

    Args:
        at_least: the strength from which on a pair is listed; that from which on one is shown where it is not given.
    """
    if not store.hides:
        return []
    needed = playbook.duplicates.shown if at_least is None else at_least
    deals = store.flat()
    kin = _kin_of_all(store, {deal.account for deal in deals}, playbook, needed)
    every = sorted({other for others in kin.values() for other in others})
    held = {one.account_id for one in store.unseen(every, None, None, None)} if every else set()
    found: list[tuple[UUID, Unseen]] = []
    for deal in deals:
        near = {other: known for other, known in kin[deal.account].items() if other in held}
        if near:
            brief = deal.brief(next(iter(near)))
            told = store.unseen(_worth_asking(near, needed), brief.amount, brief.currency, brief.until)
            found += [(brief.id, one) for one in _strong(told, near, needed)]
    known = {deal.line.id: deal for deal in store.deals({one for one, _other in found}) if not deal.line.is_sample}
    pairs = [UnseenPair(known[one], other) for one, other in found if one in known]
    return sorted(pairs, key=lambda pair: (-pair.other.strength, pair.one.line.id, pair.other.owner))


def _kin_of_all(store: GuardedStore, accounts: set[int], playbook: Playbook, at_least: float) -> dict[int, _Kin]:
    """By the number of each account of a deal: the accounts that may be the same one, itself among them."""
    shared: dict[tuple[int, int], list[int]] = {}
    for keys, seqs in store.shared_keys(playbook.duplicates.rare):
        for one in accounts.intersection(seqs):
            for other in seqs:
                if other != one:
                    shared.setdefault((one, other), []).extend(keys)
    names = store.named({*accounts, *(other for _one, other in shared)})
    found: dict[int, _Kin] = {one: {} for one in accounts}
    for one in accounts & names.keys():
        found[one][names[one][0]] = SAME, _first(names[one][1])
    for (one, other), keys in shared.items():
        if one in names and other in names:
            marks = [Mark(sort_of(key), "") for key in keys]
            account = kinship(names[one][1], names[other][1], marks)
            if account.weight + DIM >= least(at_least):
                found[one][names[other][0]] = account, _first(names[other][1])
    return found


def _first(names: Sequence[str]) -> str:
    return names[0] if names else ""
