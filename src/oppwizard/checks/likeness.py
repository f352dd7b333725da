"""How much two deals have in common, as one number with its reasons (A8).

Each thing that is known speaks for or against: the account, the amount, the period, the products. What they say is
added up (in natural logarithms of odds) and made a strength from 0 to 1; what is not known says nothing. How often the
account has deals side by side speaks against: a customer who buys again and again has deals of one size at one time.
"""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, Protocol
from uuid import UUID

from oppwizard.checks.keys import Mark, Sort
from oppwizard.checks.names import MATCH_THRESHOLD, crosses_scripts, similarity
from oppwizard.checks.wordings import wording
from oppwizard.data.hidden import Hidden
from oppwizard.data.lookups import Deal
from oppwizard.data.matching import Brief, Worth
from oppwizard.i18n import T, Text
from oppwizard.model.money import digits
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook
from oppwizard.playbook.judging import Duplicates
from oppwizard.process.required import shortened
from oppwizard.process.sizing import size

_START: Final = -1.9
"""Where nothing is known but that two accounts might be one."""
SURE: Final = 2.5
"""The same account, or the same name."""
_BY_DOMAIN, _BY_PHONE = 2.3, 2.0
_UNLIKE, _ALIKE = -2.0, 4.4
"""What a name says that has nothing in common, and what is added for one that is the same but for little."""
ALIKE: Final = _UNLIKE + _ALIKE * MATCH_THRESHOLD
"""What two names say that are just taken for one company's."""
_SLIP, _WIDE_SLIP = 0.7, 0.55
"""How alike names are at least that one wrong letter may have made of one another, in whatever order of words; and
where one of them begins in kanji, of which one more often makes another name than a slip."""
_SAME_AMOUNT, _LIKE_AMOUNT, _OTHER_AMOUNT, _FALL = 2.0, 1.0, -3.0, 2.5
"""Equal; just within the tolerance; far away; and how fast it falls in between, a tolerance."""
_TOGETHER, _FAR_CLOSE, _AFTER, _LATER = 0.7, -1.2, -1.5, -4.5
"""Open at one time and closed in one period; open at one time, closed some periods apart; begun soon after the other
was to close (which may be late); begun later, as a renewal is."""
_SAME_PRODUCT, _SHARED_PRODUCT, _OTHER_PRODUCT, _OTHER_OF_ONE = 1.2, 0.9, -1.0, -2.2
_SIDE_BY_SIDE, _FEW, _HABIT = -1.5, 2, -0.8
"""What more than a few deals at one time say, and other deals of that size at that time: each by its logarithm."""
_KANJI: Final = ("\u4e00", "\u9fff")
_BEST: Final = SURE + _TOGETHER + _SAME_PRODUCT + _START
"""The most that all but the amount can say."""
BLIND: Final = SURE + _TOGETHER + _START
"""The most that account and period can say, where amounts cannot be compared and no product is shared."""


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
        folded([line.sku or line.product for line in record.lines]),
    )


def facts_of_deal(deal: Deal) -> Facts:
    """The same of a record in a list."""
    line, products = deal.line, folded(deal.products)
    return Facts(line.id, line.account_id, deal.names, line.amount, line.currency, deal.opened, line.close_on, products)


def folded(products: Iterable[str | None]) -> frozenset[str]:
    """Products as they are compared: in any order, case and width."""
    return frozenset(filter(None, (_folded(product) for product in products if product)))


@lru_cache(maxsize=10_000)
def _folded(product: str) -> str:
    return fold(product)


# The account


@dataclass(frozen=True, slots=True)
class Kinship:
    """By what two accounts may be one.

    Attributes:
        weight: what it says for the two deals.
        same: whether nothing but a person's word is missing.
        asked: whether it cannot be said by looking at the names: they are in two scripts.
    """

    weight: float
    reason: Text
    same: bool = False
    asked: bool = False


SAME: Final = Kinship(SURE, T("same account"), same=True)


def kinship(ours: Sequence[str], theirs: Sequence[str], marks: Collection[Mark] = ()) -> Kinship:
    """By what two accounts of other identities may be one.

    Args:
        marks: what their keys have in common.
    """
    alike, name = max(
        ((similarity(one, other), other) for one in _spellings(ours) for other in _spellings(theirs)),
        default=(0.0, ""),
        key=itemgetter(0),
    )
    number = next((mark.text for mark in marks if mark.sort is Sort.NUMBER), None)
    if number is not None:
        told = T("same account by company number {number}", number=number) if number else T("same company number")
        return Kinship(SURE, told, same=True)
    if alike == 1:
        return Kinship(SURE, T("same account by name"), same=True)
    if any(mark.sort is Sort.SLIP for mark in marks) and _of_one_length(ours, theirs):
        alike = max(alike, _WIDE_SLIP if any(map(_in_kanji, (*ours, *theirs))) else _SLIP)
    domain = next((mark.text for mark in marks if mark.sort is Sort.DOMAIN), None)
    phone = next((mark.text for mark in marks if mark.sort is Sort.PHONE), None)
    by_name = _UNLIKE + _ALIKE * alike
    if domain is None and phone is None:
        return Kinship(by_name, T("account named much alike: {name}", name=shortened(name)))
    weight = max(by_name, _BY_DOMAIN if domain is not None else _BY_PHONE)
    same = alike >= MATCH_THRESHOLD
    asked = not same and any(crosses_scripts(one, other) for one in ours for other in theirs)
    return Kinship(weight, _told(domain, phone, asked=asked), same, asked)


def _told(domain: str | None, phone: str | None, *, asked: bool) -> Text:
    """The reason where domain or phone is the same; an empty text is one that nobody looked up."""
    if domain:
        asking = T("same domain {domain}; the names are in two scripts: ask", domain=domain)
        return asking if asked else T("same account by domain {domain}", domain=domain)
    if domain is not None:
        return T("same domain; the names are in two scripts: ask") if asked else T("same account by domain")
    if phone:
        asking = T("same phone {phone}; the names are in two scripts: ask", phone=phone)
        return asking if asked else T("same account by phone {phone}", phone=phone)
    return T("same phone; the names are in two scripts: ask") if asked else T("same account by phone")


def _spellings(names: Sequence[str]) -> Iterable[str]:
    """Names without those that differ from one before in nothing but their writing."""
    return {wording(name).compact: name for name in reversed(names)}.values() if len(names) > 1 else names


def _of_one_length(ours: Iterable[str], theirs: Sequence[str]) -> bool:
    lengths = [{len(wording(name).compact) for name in names} for names in (ours, theirs)]
    return any(abs(one - other) <= 1 for one in lengths[0] for other in lengths[1])


def _in_kanji(name: str) -> bool:
    tokens = wording(name).tokens
    return bool(tokens) and any(_KANJI[0] <= char <= _KANJI[1] for char in tokens[0])


# Amount, period, products


class Side(Protocol):
    """Amount and period of a deal; both sides of a comparison write them alike."""

    @property
    def amount(self) -> Any:
        """The amount, None while there is none."""
        ...

    @property
    def currency(self) -> str | None:
        """Its currency."""
        ...

    @property
    def opened(self) -> Any:
        """The day from which the deal is open."""
        ...

    @property
    def until(self) -> Any:
        """Its close date, None while there is none."""
        ...


def worth(mine: Facts, playbook: Playbook) -> Worth | None:
    """The amounts beyond which no deal is like this one, whatever else they share; None where there are no such."""
    away = reach(playbook.duplicates.shown, playbook)
    if away is None or not mine.amount or not mine.currency:
        return None
    kept = Decimal(str(1 - away))
    return Worth(mine.amount * kept, mine.amount / kept, mine.currency)


def reach(at_least: float, playbook: Playbook) -> float | None:
    """By which share of the larger one amounts of two deals of a strength can differ; None where by any."""
    spare = _BEST - least(at_least)
    if spare + _OTHER_AMOUNT >= 0:
        return None
    away = 1 + (_LIKE_AMOUNT + spare) / _FALL
    share = max(0.0, away) * playbook.duplicates.amount_within / 100
    return share if share < 1 else None


def least(strength: float) -> float:
    """What has to be said for two deals of a strength."""
    inside = min(max(strength, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))


def apart(mine: Side, theirs: Side) -> float | None:
    """By how many percent of the larger one two amounts differ; None where that cannot be said."""
    if not mine.amount or not theirs.amount or mine.currency != theirs.currency:
        return None
    low, high = (mine.amount, theirs.amount) if mine.amount <= theirs.amount else (theirs.amount, mine.amount)
    return float(100 * (high - low) / high)


def overlap(mine: Side, theirs: Side) -> tuple[Any, Any] | None:
    """The days on which both are open; None where there are none, or a close date is missing."""
    if mine.until is None or theirs.until is None:
        return None
    first, last = max(mine.opened, theirs.opened), min(mine.until, theirs.until)
    return (first, last) if first <= last else None


def before_products(mine: Side, theirs: Side, limits: Duplicates) -> float:
    """What amount and period say, of two deals of one account."""
    says, difference = _START, apart(mine, theirs)
    if difference is not None:
        within = limits.amount_within
        away = difference / within if within else math.inf if difference else 0.0
        says += _SAME_AMOUNT + away * (_LIKE_AMOUNT - _SAME_AMOUNT) if away <= 1 else _beyond(away)
    if mine.until is not None and theirs.until is not None:
        says += _by_period(mine, theirs, limits.close_within)
    return says


def _by_period(mine: Side, theirs: Side, days: int) -> float:
    """What the periods say in which two deals are open."""
    gap = (max(mine.opened, theirs.opened) - min(mine.until, theirs.until)).days
    if gap > 0:
        return _AFTER if gap <= days else _LATER
    periods = abs((mine.until - theirs.until).days) / days if days else math.inf
    return _TOGETHER if periods <= 1 else max(_FAR_CLOSE, _TOGETHER + (periods - 1) / 2 * (_FAR_CLOSE - _TOGETHER))


def _beyond(away: float) -> float:
    return max(_OTHER_AMOUNT, _LIKE_AMOUNT - _FALL * (away - 1))


def by_products(mine: Set[str], theirs: Set[str], *, one_account: bool = False) -> float:
    """What the products say; two deals that were entered with one account for two products are mostly two deals."""
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return _SAME_PRODUCT
    common = mine & theirs
    if common:
        return _SHARED_PRODUCT * len(common) / len(mine | theirs)
    return _OTHER_OF_ONE if one_account else _OTHER_PRODUCT


def best_of_products(mine: frozenset[str]) -> float:
    """The most that they can say."""
    return _SAME_PRODUCT if mine else 0.0


@dataclass(frozen=True, slots=True)
class Custom:
    """How often an account has deals side by side.

    Attributes:
        parallel: deals that are open while the one in question is, the other one included.
        alike: deals beside the two that have the other one's size and time.
    """

    parallel: int
    alike: int

    @property
    def says(self) -> float:
        """What that says against two deals being one."""
        return _SIDE_BY_SIDE * math.log(max(1.0, self.parallel / _FEW)) + _HABIT * math.log(1 + self.alike)


def custom(mine: Facts | Brief, theirs: Facts | Brief, siblings: Iterable[Brief], within: float) -> Custom:
    """How often the other deal's account has deals side by side.

    Args:
        siblings: the account's open deals; the two in question may be among them.
    """
    parallel, alike = 1, 0
    for each in siblings:
        if each.id in (mine.id, theirs.id):
            continue
        parallel += mine.until is None or each.until is None or overlap(mine, each) is not None
        difference = apart(theirs, each)
        alike += difference is not None and difference <= within and overlap(theirs, each) is not None
    return Custom(parallel, alike)


# All together


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two deals have in common.

    Attributes:
        strength: from 0 to 1.
        reasons: why, the account's first.
        agrees: whether account, products and amount are the same, and the close date but for a day or two.
    """

    strength: float
    reasons: tuple[Text, ...]
    agrees: bool


def likeness(mine: Facts, theirs: Facts, kin: Kinship, habit: Custom, playbook: Playbook) -> Likeness:
    """Hold two deals against one another; where product, amount and period agree, no habit explains that."""
    limits = playbook.duplicates
    twins = mine.products == theirs.products and _alike(mine, theirs, limits.amount_same, limits.close_within)
    says = before_products(mine, theirs, limits) + kin.weight
    says += by_products(mine.products, theirs.products, one_account=kin is SAME)
    says += 0.0 if twins and mine.products else habit.says
    agrees = twins and bool(mine.products) and kin.same and _alike(mine, theirs, 0, limits.stop_within)
    return Likeness(1 / (1 + math.exp(-says)), _reasons(mine, theirs, kin, limits.amount_within), agrees)


def _reasons(mine: Facts, theirs: Facts, kin: Kinship, within: float) -> tuple[Text, ...]:
    reasons, difference, both = [kin.reason], apart(mine, theirs), overlap(mine, theirs)
    if difference == 0:
        reasons.append(T("same amount"))
    elif difference is not None and difference <= 2 * within:
        reasons.append(T("amount {percent} % apart", percent=math.ceil(difference)))
    if both is not None:
        reasons.append(T("both open {first} to {last}", first=both[0].isoformat(), last=both[1].isoformat()))
    if mine.products & theirs.products:
        reasons.append(T("same product") if mine.products == theirs.products else T("a product in common"))
    return tuple(reasons)


def _alike(mine: Facts, theirs: Facts, percent: float, days: int) -> bool:
    """Whether amounts and close dates differ by no more than that, and both deals are open at one time."""
    difference = apart(mine, theirs)
    if difference is None or difference > percent or mine.until is None or theirs.until is None:
        return False
    return overlap(mine, theirs) is not None and abs((mine.until - theirs.until).days) <= days


def dimly(kin: Kinship, hidden: Hidden) -> tuple[float, tuple[Text, ...]]:
    """The strength of a deal that may not be looked at, with the reasons: what is not told of it says nothing."""
    says = _START + kin.weight + _LIKE_AMOUNT * hidden.same_size + _TOGETHER * hidden.same_time
    reasons = [kin.reason]
    if hidden.same_size:
        reasons.append(T("about as large"))
    if hidden.same_time:
        reasons.append(T("closes about then"))
    return 1 / (1 + math.exp(-says)), tuple(reasons)


DIM: Final = _START + _LIKE_AMOUNT + _TOGETHER
"""The most that all but the account can say of such a deal."""
