"""Other records that may be the same deal: ranked, each with its reasons, never merged and hardly ever blocked (A8).

A customer who buys again and again has deals of one size at one time; so what agrees is weighed by how often this
account has parallel deals, and only where account, product, amount and period all agree does creation wait for a word.
"""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from oppwizard.checks.keys import Mark, Sort, keys_of
from oppwizard.checks.names import MATCH_THRESHOLD, crosses_scripts, similarity
from oppwizard.data.lookups import Deal
from oppwizard.i18n import T, Text
from oppwizard.model.enums import Stage
from oppwizard.model.findings import Finding
from oppwizard.model.money import digits
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook
from oppwizard.process.case import block, hint, warn
from oppwizard.process.required import is_missing, shortened
from oppwizard.process.sizing import size

_STAGE: Final = Stage.CREATION
_AT: Final = "different_because"
_BY_DOMAIN, _BY_PHONE = 0.9, 0.85
_BASE, _AMOUNT, _PERIOD, _PRODUCT = 0.35, 0.25, 0.2, 0.2
"""What the account alone is worth, and what each agreement adds."""
_UNKNOWN: Final = 0.1
"""What is not known yet speaks neither way: a deal that has only a company is shown its other deals."""
_MOST_FINDINGS: Final = 3


class Neighbours(Protocol):
    """What the check reads of a store."""

    def deals_like(self, keys: Collection[int], most: int, account_id: UUID) -> dict[UUID, tuple[set[int], list[Deal]]]:
        """The open records of accounts that share a key, by account, with the keys shared."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a record is held against others.

    Attributes:
        names: its account's legal name, and the one that goes by.
        until: its close date, None while there is none.
        products: what it sells, folded.
    """

    id: UUID
    account_id: UUID
    names: tuple[str, ...]
    amount: Decimal | None
    currency: str | None
    opened: dt.date
    until: dt.date | None
    products: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another record that may be the same deal.

    Attributes:
        deal: the other record.
        strength: from 0 to 1.
        reasons: why, the account's first.
        agrees: whether account, product, amount and period all agree.
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


def facts_of(record: Record, playbook: Playbook) -> Facts:
    """What of a record in memory is held against others."""
    deal, account = record.opportunity, record.account
    amount = size(record, digits(record.currency) if record.currency else 2).amount(playbook.sizing.metric)
    begun = deal.created_at.date()
    return Facts(
        record.id,
        account.id,
        tuple(name for name in (account.legal_name, account.dba) if name),
        amount or None,
        deal.currency,
        min(deal.discovery_on or begun, begun),
        deal.close_on,
        frozenset(filter(None, (fold(line.sku or line.product or "") for line in record.lines))),
    )


def facts_of_deal(deal: Deal) -> Facts:
    """The same of a record in a list."""
    line = deal.line
    products = frozenset(filter(None, map(fold, deal.products)))
    return Facts(line.id, line.account_id, deal.names, line.amount, line.currency, deal.opened, line.close_on, products)


def keys_of_record(record: Record) -> dict[int, Mark]:
    """The keys of a record's account, by its names and its people's addresses and numbers."""
    names = (record.account.legal_name, record.account.dba)
    people = [person.contact for person in record.people]
    return keys_of(names, [one.email for one in people], [one.phone for one in people])


def candidates(record: Record, store: Neighbours, playbook: Playbook) -> tuple[Candidate, ...]:
    """Other drafts and opportunities that may be the same deal, the likeliest first."""
    marks = keys_of_record(record)
    if not marks:
        return ()
    mine = facts_of(record, playbook)
    found: list[Candidate] = []
    near = store.deals_like(marks.keys(), playbook.duplicates.rare, record.account.id)
    for account_id, (shared, deals) in near.items():
        others = [deal for deal in deals if deal.line.id != record.id]
        if not others:
            continue
        sure, reason = _account(mine, account_id, others[0], [marks[key] for key in shared if key in marks])
        if reason is not None:
            found += _ranked(mine, sure, reason, others, playbook)
    return strongest(found, playbook)


def strongest(found: Iterable[Candidate], playbook: Playbook) -> tuple[Candidate, ...]:
    """Those worth showing, the likeliest first."""
    kept = [each for each in found if each.strength >= playbook.duplicates.shown]
    return tuple(sorted(kept, key=lambda each: (-each.strength, str(each.id))))


def _account(mine: Facts, account_id: UUID, other: Deal, marks: Sequence[Mark]) -> tuple[float, Text | None]:
    """How surely the other record's account is this one's, and by what; None where it is not."""
    if account_id == mine.account_id:
        return 1.0, T("same account")
    sure, reason = by_name(mine.names, other.names)
    domain = next((mark.text for mark in marks if mark.sort is Sort.DOMAIN), None)
    phone = next((mark.text for mark in marks if mark.sort is Sort.PHONE), None)
    if domain and sure < _BY_DOMAIN:
        across = _across(mine.names, other.names)
        told = T("same e-mail domain {domain}; the names are in two scripts: ask", domain=domain)
        sure, reason = _BY_DOMAIN, told if across else T("same account by e-mail domain {domain}", domain=domain)
    elif phone and sure < _BY_PHONE:
        sure, reason = _BY_PHONE, T("same account by phone {phone}", phone=phone)
    return sure, reason


def by_name(ours: Iterable[str], theirs: Sequence[str]) -> tuple[float, Text | None]:
    """How surely two accounts are one by their names, and how that is said; None where it cannot be said."""
    sure, name = max(((similarity(one, other), other) for one in ours for other in theirs), default=(0.0, ""))
    if sure < MATCH_THRESHOLD:
        return 0.0, None
    if sure == 1:
        return 1.0, T("same account by name")
    return sure, T("account named much alike: {name}", name=shortened(name))


def _across(ours: Iterable[str], theirs: Sequence[str]) -> bool:
    return any(crosses_scripts(one, other) for one in ours for other in theirs)


def _ranked(mine: Facts, sure: float, reason: Text, others: Sequence[Deal], playbook: Playbook) -> Iterator[Candidate]:
    """The deals of one account; the more of them run side by side, the less each says."""
    parallel = sum(1 for deal in others if _overlap(mine, facts_of_deal(deal)))
    habit = 1 / math.sqrt(max(1, parallel))
    for deal in others:
        found = compared(mine, facts_of_deal(deal), sure, reason, playbook)
        yield Candidate(deal, found.strength * (1 if found.twins else habit), found.reasons, found.agrees)


@dataclass(frozen=True, slots=True)
class Compared:
    """What two deals of accounts that may be one have in common.

    Attributes:
        twins: whether product, amount and period agree; a habit of the account does not explain that.
        agrees: whether the account is the same for sure, too, the amount to the cent, and the period to a day or two.
    """

    strength: float
    reasons: tuple[Text, ...]
    twins: bool
    agrees: bool


def compared(mine: Facts, theirs: Facts, sure: float, reason: Text, playbook: Playbook) -> Compared:
    """Hold two deals against one another.

    Args:
        sure: how surely their accounts are one, 0 to 1, and the ``reason`` for that.
    """
    limits = playbook.duplicates
    reasons, strength = [reason], _BASE
    apart = _apart(mine, theirs)
    if apart is not None and apart <= limits.amount_within:
        strength += _AMOUNT * (1 - apart / (2 * limits.amount_within or 1))
        same = T("same amount") if apart == 0 else T("amount {percent} % apart", percent=math.ceil(apart))
        reasons.append(same)
    strength += _UNKNOWN * (
        (apart is None) + (mine.until is None or theirs.until is None) + (not (mine.products and theirs.products))
    )
    overlap = _overlap(mine, theirs)
    if overlap is not None:
        strength += _PERIOD
        reasons.append(T("both open {first} to {last}", first=overlap[0].isoformat(), last=overlap[1].isoformat()))
    common = mine.products & theirs.products
    if common:
        strength += _PRODUCT * len(common) / len(mine.products | theirs.products)
        reasons.append(T("same product") if mine.products == theirs.products else T("a product in common"))
    twins = (
        bool(mine.products)
        and mine.products == theirs.products
        and apart is not None
        and apart <= limits.amount_same
        and _same_period(mine, theirs, limits.close_within)
    )
    agrees = twins and sure == 1 and apart == 0 and _same_period(mine, theirs, limits.stop_within)
    return Compared(sure * strength, tuple(reasons), twins, agrees)


def _apart(mine: Facts, theirs: Facts) -> float | None:
    """By how many percent of the larger one two amounts differ; None where that cannot be said."""
    if not mine.amount or not theirs.amount or mine.currency != theirs.currency:
        return None
    low, high = sorted((mine.amount, theirs.amount))
    return float(100 * (high - low) / high)


def _overlap(mine: Facts, theirs: Facts) -> tuple[dt.date, dt.date] | None:
    """The days on which both are open; None where there are none, or a close date is missing."""
    if mine.until is None or theirs.until is None:
        return None
    first, last = max(mine.opened, theirs.opened), min(mine.until, theirs.until)
    return (first, last) if first <= last else None


def _same_period(mine: Facts, theirs: Facts, days: int) -> bool:
    if mine.until is None or theirs.until is None or _overlap(mine, theirs) is None:
        return False
    return abs((mine.until - theirs.until).days) <= days


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


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records of a store that may be one deal; ``strength`` and ``reasons`` as a candidate's."""

    one: Deal
    other: Deal
    strength: float
    reasons: tuple[Text, ...]
    agrees: bool


class Everything(Protocol):
    """What a scan reads of a store."""

    def shared_keys(self, most: int) -> list[tuple[UUID, UUID]]:
        """Pairs of accounts that share a key."""
        ...

    def every_deal(self) -> Iterable[Deal]:
        """Every draft and opportunity."""
        ...


def scan(store: Everything, playbook: Playbook) -> list[Pair]:
    """Every two records of a store that may be one deal, the likeliest first."""
    by_account: dict[UUID, list[tuple[Deal, Facts]]] = {}
    for deal in store.every_deal():
        by_account.setdefault(deal.line.account_id, []).append((deal, facts_of_deal(deal)))
    found: list[Pair] = []
    for deals in by_account.values():
        found += _pairs(deals, deals, 1.0, T("same account"), playbook)
    for one, other in store.shared_keys(playbook.duplicates.rare):
        ours, theirs = by_account.get(one), by_account.get(other)
        if ours and theirs:
            sure, reason = by_name(ours[0][1].names, theirs[0][1].names)
            if reason is not None:
                found += _pairs(ours, theirs, sure, reason, playbook)
    return sorted(found, key=lambda pair: (-pair.strength, str(pair.one.line.id), str(pair.other.line.id)))


def _pairs(
    ours: Sequence[tuple[Deal, Facts]],
    theirs: Sequence[tuple[Deal, Facts]],
    sure: float,
    reason: Text,
    playbook: Playbook,
) -> Iterator[Pair]:
    least = playbook.duplicates.shown
    if sure < least:
        return
    for number, (deal, facts) in enumerate(ours):
        rest = theirs[number + 1 :] if ours is theirs else theirs
        near = [pair for pair in rest if _overlap(facts, pair[1])]
        habit = 1 / math.sqrt(max(1, len(near)))
        for other, others in rest:
            made = compared(facts, others, sure, reason, playbook)
            strength = made.strength if made.twins else made.strength * habit
            if strength >= least:
                yield Pair(deal, other, strength, made.reasons, made.agrees)
