"""How big a deal is: ARR, ACV and TCV from its line items and term, each with its formula (Z1-Z7)."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Final

from oppwizard.i18n import T, Text
from oppwizard.model.enums import BillingPeriod, Commitment, PricingModel
from oppwizard.model.parts import LineItem
from oppwizard.model.plain import machine
from oppwizard.model.record import Record

YEAR: Final = 12
ZERO: Final = Decimal(0)
_HUNDRED: Final = Decimal(100)
_WIDE: Final = Context(prec=60)
_GROUPED: Final = re.compile(r",0\d|,\s.*\d,\d|\d,\d.*,\s")  # "1,000" and "1,200, 1,500" are no lists of years
_TIER: Final = re.compile(r"\s*(\d{1,12}(?:\.\d{1,4})?)\s*\+?\s*[:=]\s*(\d{1,12}(?:\.\d{1,4})?)\s*")


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the three values.

    Attributes:
        computed: what the line items say, in the deal's currency.
        override: what a person put in its place, with a reason (W2.2).
        formula: how the computed value came about.
    """

    computed: Decimal
    override: Decimal | None
    formula: Text

    @property
    def value(self) -> Decimal:
        """What counts: the override where there is one."""
        return self.computed if self.override is None else self.override


@dataclass(frozen=True, slots=True)
class Size:
    """The measure of a deal.

    Attributes:
        years: the revenue of each contract year, first year first.
        one_time: fees that fall due once.
        services: recurring and one-time services of the first year, annualised.
        options: what the lines marked "could buy later" would bring in a year; counted nowhere (Z4).
    """

    arr: Figure
    acv: Figure
    tcv: Figure
    years: tuple[Decimal, ...]
    one_time: Decimal
    services: Decimal
    options: Decimal

    def figure(self, metric: str) -> Figure:
        """The figure of that name: ``arr``, ``acv`` or ``tcv``."""
        return {"arr": self.arr, "acv": self.acv, "tcv": self.tcv}[metric]

    def amount(self, metric: str) -> Decimal:
        """The one number that stands for the deal: the organisation's metric, TCV where nothing recurs (E1)."""
        chosen = self.figure(metric).value
        return chosen if chosen or metric == "tcv" else self.tcv.value


FIGURES: Final = ("arr", "acv", "tcv")


def told(size: Size) -> dict[str, Any]:
    """The measure as plain values, for files: each figure with what it was computed as, and the years."""
    return {name: _figure(size.figure(name)) for name in FIGURES} | {"years": machine(size.years)}


def _figure(figure: Figure) -> dict[str, Any]:
    said = {"value": figure.value, "computed": figure.computed, "override": figure.override}
    return {name: machine(value) for name, value in said.items() if value is not None}


def size(record: Record, digits: int = 2) -> Size:
    """Measure a record.

    Args:
        digits: the digits behind the point of the deal's currency.

    Incomplete lines and lines that are only an option count nothing. ARR takes the products' recurring lines at
    their first-year quantity; services never count in it. ACV is TCV divided by the years of the term, which for a
    single year is ARR plus annualised services. A term under a year is committed as it is: ACV equals TCV.
    """
    opportunity = record.opportunity
    term = opportunity.term_months or YEAR
    lines = [line for line in record.lines if line.commitment is not Commitment.OPTION]
    options = sum((yearly(line) for line in record.lines if line.commitment is Commitment.OPTION), ZERO)
    arr_lines = [line for line in lines if counts_as_recurring(line)]
    arr = _rounded(sum((yearly(line) for line in arr_lines), ZERO), digits)
    years = year_by_year(lines, term, digits)
    tcv = sum(years, ZERO)
    one_time = _rounded(sum((once(line) for line in lines), ZERO), digits)
    recurring_services = _rounded(sum((yearly(line) for line in lines if not counts_as_recurring(line)), ZERO), digits)
    divisor = max(Decimal(term) / YEAR, Decimal(1))
    acv = _rounded(tcv / divisor, digits)
    return Size(
        arr=Figure(arr, opportunity.arr_override, _arr_formula(arr_lines)),
        acv=Figure(acv, opportunity.acv_override, _acv_formula(arr, acv, tcv, term)),
        tcv=Figure(tcv, opportunity.tcv_override, _tcv_formula(years)),
        years=years,
        one_time=one_time,
        services=recurring_services,
        options=options,
    )


def counts_as_recurring(line: LineItem) -> bool:
    """Whether a line belongs to ARR: a product, not a service, with a recurring price (Z1)."""
    recurring = line.period is not None and line.period is not BillingPeriod.ONCE
    return recurring and line.category is not None and not line.category.is_service


def unit_price(line: LineItem, quantity: Decimal) -> Decimal:
    """The price of one unit at a quantity; the tier that the whole quantity falls in for tiered prices (Z6)."""
    price = line.unit_price or ZERO
    if line.pricing_model is PricingModel.TIERED and line.tiers:
        price = tier_price(read_tiers(line.tiers) or (), quantity, price)
    return price * (_HUNDRED - (line.discount or ZERO)) / _HUNDRED


def per_period(price: Decimal, given: BillingPeriod, wanted: BillingPeriod) -> Decimal | None:
    """A price for one period as that for another; None between a recurring and a one-time price."""
    if given is wanted:
        return price
    return price * given.per_year / wanted.per_year if given.per_year and wanted.per_year else None


def tier_price(tiers: Sequence[tuple[Decimal, Decimal]], quantity: Decimal, below: Decimal) -> Decimal:
    """The price of the tier that a quantity falls in; what it is below the first one where it falls in none."""
    return next((price for threshold, price in reversed(tiers) if quantity >= threshold), below)


def below_list(price: Decimal, listed: Decimal) -> Decimal:
    """By how many percent a price is below the listed one; nothing where it is not."""
    return max(ZERO, (listed - price) * _HUNDRED / listed) if listed else ZERO


def write_tiers(tiers: Sequence[tuple[Decimal, Decimal]]) -> str:
    """Volume prices as `read_tiers` reads them."""
    return ", ".join(f"{_bare(threshold)}: {_bare(price)}" for threshold, price in tiers)


def _bare(value: Decimal) -> str:
    return f"{value.normalize():f}"


def price_of(line: LineItem, quantity: Decimal) -> Decimal:
    """What a quantity costs for one of the line's own periods; a flat fee costs the same at any quantity."""
    if line.pricing_model is PricingModel.FLAT:
        return unit_price(line, quantity)
    return quantity * unit_price(line, quantity)


def quantity_in(line: LineItem, year: int) -> Decimal:
    """The quantity of a contract year, 1 the first; a ramp's last quantity stays (Z3)."""
    ramp = read_ramp(line.ramp) if line.ramp else None
    if ramp:
        return ramp[min(year, len(ramp)) - 1]
    return line.quantity or ZERO


def yearly(line: LineItem, year: int = 1) -> Decimal:
    """What a line brings in a full contract year; nothing for a one-time price."""
    periods = line.period.per_year if line.period else 0
    return price_of(line, quantity_in(line, year)) * periods


def once(line: LineItem) -> Decimal:
    """What a line brings once; nothing for a recurring price."""
    return price_of(line, line.quantity or ZERO) if line.period is BillingPeriod.ONCE else ZERO


def year_by_year(lines: Sequence[LineItem], term_months: int, digits: int) -> tuple[Decimal, ...]:
    """The committed revenue of each contract year; one-time prices fall in the first, a broken year counts months."""
    sums: list[Decimal] = []
    for year in range(1, -(-term_months // YEAR) + 1):
        months = min(YEAR, term_months - (year - 1) * YEAR)
        recurring = sum((yearly(line, year) for line in lines), ZERO) * months / YEAR
        first = sum((once(line) for line in lines), ZERO) if year == 1 else ZERO
        sums.append(_rounded(recurring + first, digits))
    return tuple(sums)


def read_tiers(text: str) -> tuple[tuple[Decimal, Decimal], ...] | None:
    """Volume prices written as "1: 50, 101: 45": from-quantity and unit price, ascending; None if unreadable."""
    parts = [part for part in re.split(r"[,;\n、]", unicodedata.normalize("NFKC", text)) if part.strip()]
    matches = [_TIER.fullmatch(part) for part in parts]
    pairs = tuple((Decimal(match[1]), Decimal(match[2])) for match in matches if match)
    ascending = all(low[0] < high[0] for low, high in pairwise(pairs))
    return pairs if pairs and len(pairs) == len(parts) and ascending else None


def read_ramp(text: str) -> tuple[Decimal, ...] | None:
    """Quantities by contract year written as "80, 90, 100"; None if unreadable."""
    plain_text = unicodedata.normalize("NFKC", text)
    if _GROUPED.search(plain_text):
        return None
    parts = [part.strip() for part in re.split(r"[,;\n、]", plain_text)]
    try:
        values = tuple(Decimal(part) for part in parts if part)
    except InvalidOperation:
        return None
    sound = all(value.is_finite() and 0 <= value < 10**12 for value in values)
    return values if values and sound else None


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_WIDE)


def plain(value: Decimal) -> str:
    """A number without needless zeros, thousands grouped: for formulas."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _arr_formula(lines: Sequence[LineItem]) -> Text:
    if not lines:
        return T("no recurring product line")
    return Text(" + ".join(_term(line) for line in lines))


def _term(line: LineItem) -> str:
    quantity = quantity_in(line, 1)
    price = plain(unit_price(line, quantity))
    factors = [price] if line.pricing_model is PricingModel.FLAT else [plain(quantity), price]
    periods = line.period.per_year if line.period else 1
    return " × ".join([*factors, str(periods)] if periods != 1 else factors)


def _acv_formula(arr: Decimal, acv: Decimal, tcv: Decimal, term: int) -> Text:
    if term <= YEAR:
        return T("ARR {arr} + services {rest}", arr=plain(arr), rest=plain(acv - arr)) if term == YEAR else T("= TCV")
    return T("TCV {tcv} ÷ {years} years", tcv=plain(tcv), years=plain(Decimal(term) / YEAR))


def _tcv_formula(years: Sequence[Decimal]) -> Text:
    return Text(" + ".join(plain(year) for year in years))
