"""Gate 2: what exactly is bought, for how much, how (W2, Z)."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from oppwizard.i18n import T, Text
from oppwizard.model.base import MOST
from oppwizard.model.enums import BillingPeriod, Commitment, LineCategory, PricingModel, Stage, TeamRole
from oppwizard.model.findings import Address, Finding
from oppwizard.model.money import digits
from oppwizard.model.parts import LineItem
from oppwizard.process import pricing
from oppwizard.process.case import Case, block, warn
from oppwizard.process.required import is_missing
from oppwizard.process.sizing import Size, plain, read_ramp, read_tiers, size

_STAGE = Stage.SCOPING
_ONE_TIME = (LineCategory.IMPLEMENTATION, LineCategory.TRAINING, LineCategory.INTEGRATION)
_SERVICES = (*_ONE_TIME, LineCategory.CONSULTING)
OVERRIDES = (("arr_override", "arr", T("ARR")), ("acv_override", "acv", T("ACV")), ("tcv_override", "tcv", T("TCV")))
"""The fields that put a figure in place of a computed one."""


def measured(case: Case) -> Size:
    """The size of the case's record in its own currency's digits."""
    known: Size | None = case.memo.get("size")
    if known is None:
        currency = case.record.currency
        known = case.memo["size"] = size(case.record, _digits(currency) if currency else 2)
    return known


@lru_cache(maxsize=256)
def _digits(currency: str) -> int:
    return digits(currency)


def lines(case: Case) -> Iterator[Finding]:
    """One or more lines that are being bought; each adds up (W2.1)."""
    if not any(line.commitment is not Commitment.OPTION for line in case.record.lines):
        yield block(
            "lines.none",
            "W2.1",
            _STAGE,
            Address("lines"),
            T("No line item is being bought"),
            T("Add the exact SKU with quantity and price."),
        )
    for line in case.record.lines:
        yield from _line(line)


def _line(line: LineItem) -> Iterator[Finding]:
    if line.quantity is not None and line.quantity <= 0:
        yield _of_line(
            line, "lines.quantity", "quantity", T("The quantity is not above zero"), T("Count what is bought.")
        )
    if line.pricing_model is PricingModel.TIERED and not (line.tiers and read_tiers(line.tiers)):
        yield _of_line(
            line,
            "lines.tiers",
            "tiers",
            T("The price tiers are missing or cannot be read"),
            T("Write from-quantity and unit price, ascending: 1: 50, 101: 45, 501: 40"),
        )
    if line.pricing_model is PricingModel.CUSTOM and is_missing(line.price_note):
        yield _of_line(
            line, "lines.custom", "price_note", T("A custom price has no note"), T("Say what was agreed, and by whom.")
        )
    if line.ramp and not read_ramp(line.ramp):
        yield _of_line(
            line,
            "lines.ramp",
            "ramp",
            T("The quantity by year cannot be read"),
            T("Write one quantity per contract year: 80, 90, 100"),
        )


def _of_line(line: LineItem, code: str, field: str, message: Text, remedy: Text) -> Finding:
    return block(code, "W2.1", _STAGE, Address("lines", field, line.id), message, remedy)


def value(case: Case) -> Iterator[Finding]:
    """A contract value above zero; an override has a reason and stays visible (W2.2)."""
    sized = measured(case)
    if case.record.lines and sized.tcv.value <= 0:
        yield block(
            "value.zero",
            "W2.2",
            _STAGE,
            Address("lines"),
            T("The deal is worth nothing yet"),
            T("Complete quantity, price and period of a line item."),
        )
    if any(figure.value >= MOST for figure in (sized.arr, sized.acv, sized.tcv)):
        yield block(
            "value.large",
            "W2.2",
            _STAGE,
            Address("lines"),
            T("The deal is worth {most} or more: no store adds that up", most=plain(MOST)),
            T("Check quantity, price and period of the line items."),
        )
    yield from _overrides(case, sized)


def _overrides(case: Case, sized: Size) -> Iterator[Finding]:
    """A figure that is typed over has a reason, and is said to be."""
    for field, key, name in OVERRIDES:
        figure = sized.figure(key)
        if figure.override is None:
            continue
        if is_missing(case.record.opportunity.override_reason):
            yield block(
                "value.reason",
                "W2.2",
                _STAGE,
                "override_reason",
                T("{figure} is typed over without a reason", figure=name),
                T("Say why it differs from the line items, or clear the override."),
            )
        yield warn(
            "value.override",
            "E7",
            _STAGE,
            field,
            T(
                "{figure} is {value} by override; the line items say {computed}",
                figure=name,
                value=plain(figure.value),
                computed=plain(figure.computed),
            ),
            T("Clear the override once the line items are right."),
        )


def sizing_mistakes(case: Case) -> Iterator[Finding]:
    """The four sizing mistakes, by name (Z4)."""
    sized = measured(case)
    over = sized.arr.override
    if over is not None and sized.options and over >= sized.arr.computed + sized.options:
        yield _mistake("arr_override", "sizing.hoped", T("Hoped-for expansion is counted: ARR holds the options too"))
    elif over is not None and over > sized.arr.computed and over == sized.tcv.computed:
        yield _mistake("arr_override", "sizing.tcv_as_arr", T("TCV is shown where ARR is the measure"))
    elif over is not None and sized.one_time and over == sized.arr.computed + sized.one_time:
        yield _mistake("arr_override", "sizing.one_time", T("One-time fees are counted as ARR"))
    for line in case.record.lines:
        recurring = line.period is not None and line.period is not BillingPeriod.ONCE
        if line.category in _ONE_TIME and recurring:
            at = Address("lines", "period", line.id)
            yield _mistake(at, "sizing.implementation", T("Implementation is priced as if it recurred"))
    yield from _could_buy(case)


def _could_buy(case: Case) -> Iterator[Finding]:
    staff = case.record.account.employees
    for line in case.record.lines:
        seats = line.pricing_model is PricingModel.PER_SEAT and line.commitment is not Commitment.OPTION
        if staff and seats and line.quantity and line.quantity > Decimal(staff):
            at = Address("lines", "quantity", line.id)
            yield _mistake(at, "sizing.could_buy", T("Sized on “could buy”: more seats than the account has employees"))


def _mistake(at: str | Address, code: str, message: Text) -> Finding:
    remedy = T("Count only what this contract commits to.")
    return warn(code, "Z4", _STAGE, at, message, remedy)


def services(case: Case) -> Iterator[Finding]:
    """Professional services as answered and as listed agree (W2.3)."""
    answer = case.record.opportunity.professional_services
    listed = any(line.category in _SERVICES for line in case.record.lines)
    if answer is True and not listed:
        yield warn(
            "services.unlisted",
            "W2.3",
            _STAGE,
            Address("lines"),
            T("Professional services are needed but no line lists them"),
            T("Add a line for them, or answer no."),
        )
    if answer is False and listed:
        yield block(
            "services.listed",
            "W2.3",
            _STAGE,
            "professional_services",
            T("A line lists services, the answer says none"),
            T("Answer yes, or remove the line."),
        )


def own_team(case: Case) -> Iterator[Finding]:
    """Each of our roles: a name, or why it is not needed (W2.4)."""
    for role in TeamRole:
        row = next((member for member in case.record.team if member.role is role), None)
        if row is None or (is_missing(row.name) and is_missing(row.not_needed_because)):
            at = Address("team", "name", row.id) if row else Address("team")
            yield block(
                "team.unanswered",
                "W2.4",
                _STAGE,
                at,
                T("{role}: who?", role=role.label),
                T("Name the colleague, or say why none is needed."),
            )


RULES = (lines, value, sizing_mistakes, services, own_team, *pricing.RULES)
