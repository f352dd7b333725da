"""An amount held against what deals of the same products and segment were worth (A11, E7, Z4).

The gates name the four sizing mistakes and the figures typed over (`process.scoping`). This adds what other deals say:
how far the amount is from theirs, a discount nobody ever got, and a currency that does not go with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from oppwizard.checks.past import Group, History, Traits, Usual, mix, traits
from oppwizard.i18n import T, Text
from oppwizard.model.enums import Commitment, Stage
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.process.case import hint, warn
from oppwizard.process.required import is_missing
from oppwizard.process.scoping import OVERRIDES
from oppwizard.process.sizing import plain

_STAGE: Final = Stage.SCOPING
_LINES: Final = Address("lines")


@dataclass(frozen=True, slots=True)
class AmountRange:
    """What amounts are usual for deals like a record's.

    Attributes:
        group: the deals it rests on, in words.
        deals: how many of them were won.
        low: the lower end of what is usual, in the deal's currency; ``middle`` the median, ``high`` the upper end.
        amount: the record's own; None while it is worth nothing.
        z: how many robust standard deviations that is from the median.
    """

    group: Text
    deals: int
    currency: str
    low: Decimal
    middle: Decimal
    high: Decimal
    amount: Decimal | None
    z: float | None

    @property
    def basis(self) -> Text:
        """What it rests on, in words."""
        return T("{group}: {won} won", group=self.group, won=self.deals)


def usual_range(record: Record, history: History, playbook: Playbook) -> AmountRange | None:
    """What amounts are usual for a record's products and segment; None where all deals together are too few."""
    return _range(traits(record, history), history, playbook)


def amount_findings(record: Record, history: History, playbook: Playbook) -> list[Finding]:
    """What is to be said about a record's amount; nothing of it blocks."""
    like = traits(record, history)
    return [
        *_against_history(record, like, history, playbook),
        *_discounts(record, history, playbook),
        *_currencies(record, like, history, playbook),
    ]


def _groups(like: Traits) -> Iterator[Group]:
    """Product mix and segment, then wider; never by size, which is what is in question."""
    yield from dict.fromkeys(group for group in like.groups() if group.band is None)


def _range(like: Traits, history: History, playbook: Playbook) -> AmountRange | None:
    for group in _groups(like):
        usual = history.usual(group, like.currency)
        if usual is not None and usual.deals >= playbook.history.minimum:
            return _told(like, usual, playbook.history.robust_z)
    return None


def _told(like: Traits, usual: Usual, limit: float) -> AmountRange:
    return AmountRange(
        like.told(usual.group),
        usual.deals,
        like.currency,
        usual.bound(-limit),
        usual.bound(0),
        usual.bound(limit),
        like.amount,
        usual.z(like.amount) if like.amount else None,
    )


def _against_history(record: Record, like: Traits, history: History, playbook: Playbook) -> Iterator[Finding]:
    if like.amount is None or not like.currency:
        return
    usual = _range(like, history, playbook)
    if usual is None:
        message = T("Too little history in {currency} to hold the amount against", currency=like.currency)
        remedy = T("Import deals of the past: oppwizard history import")
        yield hint("amount.thin", "A11", _STAGE, _LINES, message, remedy)
        return
    if usual.z is None or abs(usual.z) <= playbook.history.robust_z:
        return
    numbers = {
        "amount": f"{plain(like.amount)} {like.currency}",
        "low": plain(usual.low),
        "high": plain(usual.high),
        "basis": usual.basis,
    }
    if usual.z > 0:
        code, message = (
            "amount.high",
            T("Larger than nearly all: {amount}, usual are {low} to {high} ({basis})", **numbers),
        )
    else:
        code, message = (
            "amount.low",
            T("Smaller than nearly all: {amount}, usual are {low} to {high} ({basis})", **numbers),
        )
    at = _overridden(record, playbook) or _LINES
    if _explained(record):
        yield hint(code, "A11", _STAGE, at, message, T("The reason is recorded; check it once more."))
    else:
        yield warn(
            code,
            "A11",
            _STAGE,
            at,
            message,
            T("Check quantity, price and period of each line, or note on the line why it is so."),
        )


def _overridden(record: Record, playbook: Playbook) -> str | None:
    """The field that puts another figure in place of the deal's amount."""
    metric = playbook.sizing.metric
    field = next(field for field, key, _name in OVERRIDES if key == metric)
    return field if getattr(record.opportunity, field) is not None else None


def _explained(record: Record) -> bool:
    """Whether somebody said why the amount is what it is: with the override, or in a line's note on its price."""
    texts = [record.opportunity.override_reason, *(line.price_note for line in record.lines)]
    return any(not is_missing(text) for text in texts)


def _discounts(record: Record, history: History, playbook: Playbook) -> Iterator[Finding]:
    for line in record.lines:
        if not line.discount or line.commitment is Commitment.OPTION:
            continue
        product = next(
            (key for key in (mix(line.product or ""), mix(line.sku or "")) if key and history.knows(key)), None
        )
        given = history.discounts(product) if product else []
        if len(given) < playbook.history.minimum:
            given = history.discounts(None)
        if len(given) < playbook.history.minimum or line.discount <= max(given):
            continue
        message = T(
            "{discount} % is more than was ever given: {most} % in {count} deals",
            discount=plain(line.discount),
            most=plain(round(max(given), 1)),
            count=len(given),
        )
        at = Address("lines", "discount", line.id)
        if is_missing(line.price_note):
            yield warn(
                "amount.discount", "A11", _STAGE, at, message, T("Note on the line who agreed to it, or lower it.")
            )
        else:
            yield hint("amount.discount", "A11", _STAGE, at, message, T("The note is there; make sure it still holds."))


def _currencies(record: Record, like: Traits, history: History, playbook: Playbook) -> Iterator[Finding]:
    """Prices of another currency, and deals that were all in another one."""
    if not like.currency:
        return
    for line in record.lines:
        product = playbook.product(line.sku)
        priced = product.currencies if product else ()
        if priced and like.currency not in priced:
            yield warn(
                "amount.currency",
                "A11",
                _STAGE,
                Address("lines", "unit_price", line.id),
                T(
                    "{sku} is priced in {listed}, the deal is in {currency}",
                    sku=line.sku,
                    listed=", ".join(priced),
                    currency=like.currency,
                ),
                T("Convert the price and say in the note at which rate, or change the deal's currency."),
            )
    for group in _groups(like):
        found = history.currencies(group)
        if found.total() >= playbook.history.minimum:
            if not found[like.currency]:
                most, _count = found.most_common(1)[0]
                message = T(
                    "No deal of {group} was in {currency}; most were in {most}",
                    group=like.told(group),
                    currency=like.currency,
                    most=most or "?",
                )
                yield hint("amount.currency_unusual", "A11", _STAGE, "currency", message, T("Check the currency."))
            return
