"""ARR, ACV and TCV (Z1-Z7): the worked examples, and an independent calculation, month by month and in fractions."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st

from oppwizard.model.account import Account
from oppwizard.model.base import new_id
from oppwizard.model.enums import BillingPeriod, Commitment, LineCategory, PricingModel
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record
from oppwizard.process.sizing import Size, plain, read_ramp, read_tiers, size

NO_DEAL = new_id()
SERVICES = {
    LineCategory.IMPLEMENTATION,
    LineCategory.TRAINING,
    LineCategory.CONSULTING,
    LineCategory.INTEGRATION,
    LineCategory.SUPPORT,
}


def line(quantity: Any = 1, price: Any = 0, **values: Any) -> LineItem:
    return LineItem(opportunity_id=NO_DEAL, quantity=Decimal(quantity), unit_price=Decimal(price), **values)


def record(*lines: LineItem, term: int | None = 12, **deal: Any) -> Record:
    account = Account()
    made = Record(Opportunity(account_id=account.id, term_months=term, **deal), account)
    made.lines = list(lines)
    return made


def figures(sized: Size) -> tuple[Any, ...]:
    return sized.arr.value, sized.acv.value, sized.tcv.value


# The worked examples


def test_z1_a_hundred_seats() -> None:
    """100 seats × 50 a month = 60,000; fees that fall due once do not count."""
    fees = [line(1, 15_000, category=c, period=BillingPeriod.ONCE) for c in SERVICES]
    sized = size(record(line(100, 50), *fees))
    assert sized.arr.value == 60_000
    assert str(sized.arr.formula) == "100 × 50 × 12"


def test_z1_add_ons_count() -> None:
    sized = size(record(line(100, 50), line(100, 5, category=LineCategory.ADD_ON)))
    assert sized.arr.value == 66_000
    assert str(sized.arr.formula) == "100 × 50 × 12 + 100 × 5 × 12"


def test_z2_with_yearly_support() -> None:
    """60,000 + 20,000 yearly support = 80,000."""
    support = line(1, 20_000, category=LineCategory.SUPPORT, period=BillingPeriod.YEAR, pricing_model=PricingModel.FLAT)
    sized = size(record(line(100, 50), support))
    assert figures(sized) == (60_000, 80_000, 80_000)
    assert str(sized.acv.formula) == "ARR 60,000 + services 20,000"
    assert sized.services == 20_000


def test_z2_multi_year_is_tcv_by_years() -> None:
    sized = size(record(line(100, 50), line(1, 30_000, period=BillingPeriod.ONCE), term=36))
    assert figures(sized) == (60_000, 70_000, 210_000)
    assert str(sized.acv.formula) == "TCV 210,000 ÷ 3 years"


def test_z3_three_years() -> None:
    """80,000 + 90,000 + 100,000 = 270,000."""
    ramped = line(80, 1_000, period=BillingPeriod.YEAR, ramp="80, 90, 100")
    sized = size(record(ramped, term=36))
    assert list(sized.years) == [80_000, 90_000, 100_000]
    assert sized.tcv.value == 270_000
    assert sized.acv.value == 90_000
    assert sized.arr.value == 80_000
    assert str(sized.tcv.formula) == "80,000 + 90,000 + 100,000"


# Single rules


def test_an_empty_record_is_worth_nothing() -> None:
    sized = size(record(term=None))
    assert figures(sized) == (0, 0, 0)
    assert list(sized.years) == [0]
    assert str(sized.arr.formula) == "no recurring product line"


@pytest.mark.parametrize("missing", ["quantity", "unit_price", "period"])
def test_an_incomplete_line_counts_nothing(missing: str) -> None:
    broken = line(100, 50)
    setattr(broken, missing, None)
    assert figures(size(record(broken, line(1, 7)))) == (84, 84, 84)


@pytest.mark.parametrize(
    ("period", "arr"),
    [
        (BillingPeriod.MONTH, 1_200),
        (BillingPeriod.QUARTER, 400),
        (BillingPeriod.YEAR, 100),
        (BillingPeriod.ONCE, 0),
    ],
)
def test_periods(period: BillingPeriod, arr: int) -> None:
    sized = size(record(line(10, 10, period=period)))
    assert sized.arr.value == arr
    assert sized.tcv.value == (arr or 100)
    assert sized.one_time == (0 if arr else 100)


def test_flat_fee_ignores_the_quantity() -> None:
    sized = size(record(line(40, 500, pricing_model=PricingModel.FLAT)))
    assert sized.arr.value == 6_000
    assert str(sized.arr.formula) == "500 × 12"


def test_discount() -> None:
    sized = size(record(line(100, 50, discount=Decimal("12.5"))))
    assert sized.arr.value == 52_500
    assert str(sized.arr.formula) == "100 × 43.75 × 12"


@pytest.mark.parametrize(("seats", "price"), [(0, 60), (1, 50), (100, 50), (101, 45), (500, 45), (501, 40), (999, 40)])
def test_the_whole_quantity_takes_its_tiers_price(seats: int, price: int) -> None:
    tiered = line(seats, 60, pricing_model=PricingModel.TIERED, tiers="1: 50, 101: 45, 501: 40")
    assert size(record(tiered)).arr.value == seats * price * 12


def test_tiers_follow_a_ramp() -> None:
    tiered = line(
        100, 60, pricing_model=PricingModel.TIERED, tiers="1: 50, 101: 45", ramp="100, 200", period=BillingPeriod.YEAR
    )
    assert list(size(record(tiered, term=36)).years) == [5_000, 9_000, 9_000]


def test_tiers_of_another_pricing_model_are_not_used() -> None:
    assert size(record(line(10, 60, tiers="1: 50"))).arr.value == 7_200


def test_options_count_nowhere() -> None:
    sized = size(record(line(100, 50), line(50, 50, commitment=Commitment.OPTION)))
    assert figures(sized) == (60_000, 60_000, 60_000)
    assert sized.options == 30_000


def test_usage_counts_its_committed_minimum() -> None:
    """Quantity is the committed minimum; what is used beyond it is nowhere in the record."""
    usage = line(1_000, "0.05", pricing_model=PricingModel.USAGE)
    assert size(record(usage)).arr.value == 600


def test_a_term_under_a_year_is_committed_as_it_is() -> None:
    sized = size(record(line(100, 50), term=6))
    assert figures(sized) == (60_000, 30_000, 30_000)
    assert str(sized.acv.formula) == "= TCV"


def test_a_broken_year_counts_its_months() -> None:
    sized = size(record(line(100, 50), line(1, 1_000, period=BillingPeriod.ONCE), term=30))
    assert list(sized.years) == [61_000, 60_000, 30_000]
    assert sized.acv.value == Decimal("60400")
    assert str(sized.acv.formula) == "TCV 151,000 ÷ 2.5 years"


def test_overrides_stand_beside_what_is_computed() -> None:
    sized = size(record(line(100, 50), arr_override=Decimal(1), acv_override=Decimal(2), tcv_override=Decimal(3)))
    assert figures(sized) == (1, 2, 3)
    assert [sized.figure(key).computed for key in ("arr", "acv", "tcv")] == [60_000] * 3


@pytest.mark.parametrize(("metric", "amount"), [("arr", 60_000), ("acv", 70_000), ("tcv", 210_000)])
def test_the_amount_is_the_organisations_metric(metric: str, amount: int) -> None:
    sized = size(record(line(100, 50), line(1, 30_000, period=BillingPeriod.ONCE), term=36))
    assert sized.amount(metric) == amount


def test_where_nothing_recurs_tcv_stands_in() -> None:
    sized = size(record(line(1, 30_000, period=BillingPeriod.ONCE)))
    assert sized.amount("arr") == 30_000


@pytest.mark.parametrize(
    ("text", "tiers"),
    [
        ("1: 50, 101: 45", ((1, 50), (101, 45))),
        ("1=50; 101=45", ((1, 50), (101, 45))),
        ("1+: 50\n101+: 45.5", ((1, 50), (101, Decimal("45.5")))),
        ("１：５０、１０１：４５", ((1, 50), (101, 45))),
        ("", None),
        ("1: 50, 101", None),
        ("101: 45, 1: 50", None),
        ("1: 50, 1: 45", None),
        ("1: fifty", None),
        ("1: 50 per seat", None),
    ],
)
def test_tiers_are_read(text: str, tiers: Any) -> None:
    assert read_tiers(text) == tiers


@pytest.mark.parametrize(
    ("text", "quantities"),
    [
        ("80, 90, 100", (80, 90, 100)),
        ("80;90;100", (80, 90, 100)),
        ("８０、９０", (80, 90)),
        ("7", (7,)),
        ("0.5, 1", (Decimal("0.5"), 1)),
        ("0, 10", (0, 10)),
        ("", None),
        ("80 90", None),
        ("-1", None),
        ("NaN", None),
        ("sNaN, 1", None),
        ("Infinity", None),
        ("80, many", None),
        ("9999999999999", None),
    ],
)
def test_ramps_are_read(text: str, quantities: Any) -> None:
    assert read_ramp(text) == quantities


@pytest.mark.parametrize("text", ["1,000, 1,200", "1,000", "800, 1,000", "1,200, 1,500"])
def test_a_ramp_with_grouped_thousands_is_not_misread(text: str) -> None:
    """ "1,000" must never be taken for one seat in the first year and none in the second."""
    assert read_ramp(text) is None


def test_a_ramp_without_blanks_is_a_list() -> None:
    assert list(read_ramp("80,90,100") or ()) == [80, 90, 100]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("1000", "1,000"),
        ("1234567.8900", "1,234,567.89"),
        ("0.5", "0.5"),
        ("1E+3", "1,000"),
        ("100", "100"),
        ("2.50", "2.5"),
    ],
)
def test_numbers_of_formulas(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


# An independent calculation


def _half_up(value: Fraction, digits: int) -> Fraction:
    scaled = value * 10**digits
    return Fraction((scaled + Fraction(1, 2)).__floor__(), 10**digits)


def _ramp(item: LineItem) -> list[Fraction]:
    return [Fraction(part.strip()) for part in item.ramp.split(",")] if item.ramp else [Fraction(item.quantity or 0)]


def _monthly(item: LineItem, month: int) -> Fraction:
    """What a line brings in a month, counted from 0, whatever the rhythm in which it is billed."""
    ramp = _ramp(item)
    quantity = ramp[min(month // 12, len(ramp) - 1)]
    per_month = {"month": Fraction(1), "quarter": Fraction(1, 3), "year": Fraction(1, 12), "once": Fraction(0)}
    return _price(item, quantity) * per_month[str(item.period)]


def _price(item: LineItem, quantity: Fraction) -> Fraction:
    price = Fraction(item.unit_price or 0)
    if item.pricing_model is PricingModel.TIERED:
        for pair in (item.tiers or "").split(","):
            threshold, tier_price = pair.split(":")
            if quantity >= Fraction(threshold.strip()):
                price = Fraction(tier_price.strip())
    price *= 1 - Fraction(item.discount or 0) / 100
    return price if item.pricing_model is PricingModel.FLAT else price * quantity


def simulate(lines: Sequence[LineItem], term: int, digits: int) -> dict[str, Any]:
    """Money as it comes in, month by month, of what is being bought."""
    bought = [item for item in lines if item.commitment is Commitment.BUYING]
    cash = [sum((_monthly(item, month) for item in bought), Fraction(0)) for month in range(term)]
    fees = sum((_price(i, Fraction(i.quantity or 0)) for i in bought if i.period is BillingPeriod.ONCE), Fraction(0))
    cash[0] += fees
    years = [_half_up(sum(cash[start : start + 12], Fraction(0)), digits) for start in range(0, term, 12)]
    products = [item for item in bought if item.category not in SERVICES]
    first_year = sum((_monthly(item, month % 12) for item in products for month in range(12)), Fraction(0))
    tcv = sum(years, Fraction(0))
    return {
        "arr": _half_up(first_year, digits),
        "acv": tcv if term <= 12 else _half_up(tcv * 12 / term, digits),
        "tcv": tcv,
        "years": years,
        "one_time": _half_up(fees, digits),
    }


def _decimals(most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=0, max_value=Decimal(most), places=places, allow_nan=False)


@st.composite
def tiers(draw: st.DrawFn) -> str:
    thresholds = sorted(draw(st.sets(st.integers(1, 5_000), min_size=1, max_size=4)))
    return ", ".join(f"{n}: {draw(_decimals('900', 2))}" for n in thresholds)


@st.composite
def line_items(draw: st.DrawFn) -> LineItem:
    model = draw(st.sampled_from(PricingModel))
    ramp = draw(st.none() | st.lists(st.integers(0, 5_000), min_size=1, max_size=12))
    return LineItem(
        opportunity_id=NO_DEAL,
        quantity=draw(_decimals("9999", 2)),
        unit_price=draw(_decimals("99999", 4)),
        period=draw(st.sampled_from(BillingPeriod)),
        category=draw(st.sampled_from(LineCategory)),
        pricing_model=model,
        discount=draw(st.none() | st.decimals(0, 100, places=2)),
        tiers=draw(tiers()) if model is PricingModel.TIERED else None,
        ramp=", ".join(map(str, ramp)) if ramp else None,
        commitment=draw(st.sampled_from(Commitment)),
    )


@given(st.lists(line_items(), max_size=6), st.integers(1, 120), st.sampled_from([0, 2, 3]))
def test_figures_are_those_of_a_month_by_month_simulation(lines: list[LineItem], term: int, digits: int) -> None:
    sized = size(record(*lines, term=term), digits)
    expected = simulate(lines, term, digits)
    assert Fraction(sized.arr.computed) == expected["arr"]
    assert Fraction(sized.tcv.computed) == expected["tcv"]
    assert Fraction(sized.acv.computed) == expected["acv"]
    assert [Fraction(year) for year in sized.years] == expected["years"]
    assert Fraction(sized.one_time) == expected["one_time"]


@given(st.lists(line_items(), max_size=6), st.integers(1, 120), st.sampled_from([0, 2, 3]))
def test_figures_hang_together(lines: list[LineItem], term: int, digits: int) -> None:
    sized = size(record(*lines, term=term), digits)
    unit = Decimal(1).scaleb(-digits)
    for figure in (sized.arr, sized.acv, sized.tcv):
        assert figure.computed == figure.computed.quantize(unit, ROUND_HALF_UP)
        assert figure.value == figure.computed >= 0
    assert len(sized.years) == -(-term // 12)
    assert sum(sized.years) == sized.tcv.value
    assert sized.acv.value <= sized.tcv.value
    bought = [item for item in lines if item.commitment is Commitment.BUYING]
    assert size(record(*bought, term=term), digits).years == sized.years, "options change nothing"
    assert size(record(*reversed(lines), term=term), digits).years == sized.years, "the order changes nothing"


@given(st.lists(line_items(), min_size=1, max_size=4), st.integers(1, 120))
def test_formulas_show_the_numbers(lines: list[LineItem], term: int) -> None:
    sized = size(record(*lines, term=term))
    assert str(sized.tcv.formula) == " + ".join(plain(year) for year in sized.years)
    for item in lines:
        counts = item.commitment is Commitment.BUYING and item.category not in SERVICES
        if counts and item.period is not BillingPeriod.ONCE and item.pricing_model is not PricingModel.FLAT:
            first = _ramp(item)[0]
            assert plain(Decimal(first.numerator) / first.denominator) in str(sized.arr.formula)


@given(st.lists(line_items(), min_size=1, max_size=4))
def test_the_arr_formula_comes_to_the_arr(lines: list[LineItem]) -> None:
    """Whoever types the formula into a calculator gets the figure."""
    sized = size(record(*lines), 4)
    text = str(sized.arr.formula)
    if "×" in text:
        total = Fraction(0)
        for term in text.replace(",", "").split(" + "):
            product = Fraction(1)
            for factor in term.split(" × "):
                product *= Fraction(factor)
            total += product
        assert Fraction(sized.arr.computed) == _half_up(total, 4)


def test_the_largest_line_that_its_fields_take_can_be_measured() -> None:
    largest = Decimal("99999999999999.9999")
    assert size(record(line(largest, largest, period=BillingPeriod.YEAR))).arr.value > 10**27
