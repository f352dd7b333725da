"""Other records that may be the same deal: ranked, each with its reasons, never merged and hardly ever blocked (A8).

How two deals are held against one another stands in `checks.likeness`; here is what one record finds in a store, and
what is to be said of it. Over the whole store: `checks.scanning`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from oppwizard.checks.keys import Mark, keys_of
from oppwizard.checks.likeness import (
    ALIKE,
    SAME,
    SURE,
    Facts,
    Kinship,
    before_products,
    best_of_products,
    custom,
    facts_of,
    facts_of_deal,
    kinship,
    least,
    likeness,
    worth,
)
from oppwizard.checks.scanning import Pair, scan
from oppwizard.data.lookups import Deal
from oppwizard.data.matching import Brief, Near, Worth
from oppwizard.i18n import T, Text
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Stage, Standing
from oppwizard.model.findings import Finding
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.process.case import block, hint, warn
from oppwizard.process.required import is_missing, shortened

__all__ = [
    "AlikeAccount",
    "Candidate",
    "Facts",
    "Neighbours",
    "Pair",
    "alike_accounts",
    "candidates",
    "duplicate_findings",
    "facts_of",
    "keys_of_account",
    "keys_of_record",
    "scan",
]

_STAGE: Final = Stage.CREATION
_AT: Final = "different_because"
_MOST_FINDINGS: Final = 3
_MOST_CANDIDATES: Final = 50


class Neighbours(Protocol):
    """What the check reads of a store."""

    def near(
        self, keys: Collection[int], most: int, own: UUID | None = None, worth: Worth | None = None
    ) -> Sequence[Near]:
        """The accounts that share a key, and ``own``, with their open deals of amounts worth looking at."""
        ...

    def siblings(self, accounts: Collection[UUID]) -> Mapping[UUID, Sequence[Brief]]:
        """The open deals of accounts."""
        ...

    def deals(self, ids: Collection[UUID]) -> Sequence[Deal]:
        """Drafts and opportunities by their identities."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another record that may be the same deal.

    Attributes:
        deal: the other record.
        strength: from 0 to 1.
        reasons: why, the account's first.
        agrees: whether account, product, amount and period all agree, so that creation waits for a word.
    """

    deal: Deal
    strength: float
    reasons: tuple[Text, ...]
    agrees: bool

    @property
    def id(self) -> UUID:
        """The other record's identity."""
        return self.deal.line.id

    @property
    def title(self) -> str:
        """What the other record is called."""
        return self.deal.line.title or self.deal.line.account

    @property
    def because(self) -> str:
        """All reasons on one line."""
        return ", ".join(map(str, self.reasons))


def keys_of_record(record: Record) -> dict[int, Mark]:
    """The keys of a record's account, by its names and its people's addresses and numbers."""
    return keys_of_account(record.account, [person.contact for person in record.people])


def keys_of_account(account: Account, people: Iterable[Contact]) -> dict[int, Mark]:
    """The keys of an account, by its names, website and number, and by its people."""
    found = [(one.email, one.phone) for one in people]
    emails, phones = [email for email, _phone in found], [phone for _email, phone in found]
    return keys_of((account.legal_name, account.dba), [*emails, account.website], phones, [account.company_number])


def candidates(record: Record, store: Neighbours, playbook: Playbook) -> tuple[Candidate, ...]:
    """Other drafts and opportunities that may be the same deal, the likeliest first."""
    marks = keys_of_record(record)
    own = record.account.id if record.account.standing is Standing.ACTIVE else None
    if not marks and own is None:
        return ()
    mine = facts_of(record, playbook)
    around = store.near(marks.keys(), playbook.duplicates.rare, own, worth(mine, playbook))
    left = _worth_reading(mine, around, marks, playbook)
    if not left:
        return ()
    siblings = store.siblings({brief.account_id for brief, _kin in left.values()})
    found: list[Candidate] = []
    for deal in store.deals(left.keys()):
        brief, kin = left[deal.line.id]
        theirs = facts_of_deal(deal)
        if deal.line.is_sample is not record.opportunity.is_sample:
            continue
        habit = custom(mine, theirs, siblings.get(brief.account_id, ()), playbook.duplicates.amount_within)
        like = likeness(mine, theirs, kin, habit, playbook)
        if like.strength >= playbook.duplicates.shown:
            found.append(Candidate(deal, like.strength, like.reasons, like.agrees))
    found.sort(key=lambda each: (-each.strength, each.id))
    return tuple(found[:_MOST_CANDIDATES])


def _worth_reading(
    mine: Facts, around: Iterable[Near], marks: Mapping[int, Mark], playbook: Playbook
) -> dict[UUID, tuple[Brief, Kinship]]:
    """The deals that can be strong enough, each with what its account says; names are compared where that counts."""
    needed = least(playbook.duplicates.shown) - best_of_products(mine.products)
    found: dict[UUID, tuple[Brief, Kinship]] = {}
    for each in around:
        others = (brief for brief in each.deals if brief.id != mine.id)
        known = [(before_products(mine, brief, playbook.duplicates), brief) for brief in others]
        known = [(says, brief) for says, brief in known if says + SURE >= needed]
        if known:
            kin = _kinship(mine, each, marks)
            found |= {brief.id: (brief, kin) for says, brief in known if says + kin.weight >= needed}
    return found


def _kinship(mine: Facts, other: Near, marks: Mapping[int, Mark]) -> Kinship:
    if other.account_id == mine.account_id:
        return SAME
    return kinship(mine.names, other.names, [marks[key] for key in other.keys if key in marks])


# When the account is named, before there is anything else to compare


@dataclass(frozen=True, slots=True)
class AlikeAccount:
    """An account that may be the one that is being named.

    Attributes:
        sure: from 0 to 1.
        reason: by what.
        asked: whether it cannot be said by looking at the names.
        deals: how many open deals it has.
    """

    id: UUID
    name: str
    standing: Standing
    sure: float
    reason: Text
    asked: bool
    deals: int


def alike_accounts(record: Record, store: Neighbours, playbook: Playbook) -> tuple[AlikeAccount, ...]:
    """The accounts that may be a record's, known under another identity, the surest first."""
    marks = keys_of_record(record)
    names = tuple(name for name in (record.account.legal_name, record.account.dba) if name)
    found: list[AlikeAccount] = []
    for each in store.near(marks.keys(), playbook.duplicates.rare) if marks else ():
        if each.account_id == record.account.id:
            continue
        kin = kinship(names, each.names, [marks[key] for key in each.keys if key in marks])
        if kin.weight >= ALIKE:
            told, sure = each.names[0] if each.names else "", min(1.0, kin.weight / SURE)
            found.append(
                AlikeAccount(each.account_id, told, each.standing, sure, kin.reason, kin.asked, len(each.deals))
            )
    return tuple(sorted(found, key=lambda one: (-one.sure, one.standing is not Standing.ACTIVE, one.id)))


# What is to be said


def duplicate_findings(record: Record, found: Sequence[Candidate]) -> list[Finding]:
    """What is to be said about records that may be the same deal.

    A person who stated why this is another deal, or linked the two, has answered; an opportunity that exists is not
    thrown back.
    """
    answered = {link.other_id for link in record.links}
    stated = record.exists or not is_missing(record.opportunity.different_because)
    told: list[Finding] = []
    for each in [one for one in found if one.id not in answered][:_MOST_FINDINGS]:
        message = T("May be the same deal as {title}: {reasons}", title=shortened(each.title), reasons=each.because)
        if stated:
            told.append(
                hint("duplicate.stated", "A8", _STAGE, _AT, message, T("It was said why this is another deal."))
            )
        elif each.agrees:
            remedy = T("Continue that one, link the two, or say why this is a different deal.")
            told.append(block("duplicate.same", "A8", _STAGE, _AT, message, remedy))
        else:
            remedy = T("Look at it beside this one; if it is another deal, say why.")
            told.append(warn("duplicate.possible", "A8", _STAGE, _AT, message, remedy))
    return told
