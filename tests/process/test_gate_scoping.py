"""Gate 2: each rule blocks and opens, each sizing mistake is named (W2, Z4, Z6)."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from oppwizard.model.enums import BillingPeriod, Commitment, LineCategory, PricingModel, Stage
from oppwizard.model.parts import LineItem
from oppwizard.playbook.products import Product
from tests.process.bench import (
    Bench,
    Change,
    Rule,
    account,
    all_of,
    blocks,
    check,
    deal,
    every,
    name_of,
    plus,
    row,
    warns,
    without,
)

S = Stage.SCOPING
REASON = "Frame contract of last year sets the figure"
ARR = Decimal(64_800)  # 120 scanners × 45 × 12
FEE = Decimal(18_000)
TCV = ARR * 3 + FEE


def listing(*, tiered: bool = False) -> Change:
    """Judge by a price list in which a scanner costs 45 dollars a month, 100 of them at least."""
    price: dict[str, object] = {"currency": "USD", "price": 45, "minimum": 100}
    if tiered:
        price["tiers"] = [{"at": 1, "price": 45}, {"at": 101, "price": 40}]
    model = PricingModel.TIERED if tiered else PricingModel.PER_SEAT
    scanner = Product.model_validate(
        {
            "sku": "STK-SCAN",
            "name": "Stock Count",
            "pricing_model": model,
            "period": "month",
            "prices": [price, {"currency": "EUR", "price": 1, **({"tiers": price["tiers"]} if tiered else {})}],
            "discount_limit": 10,
        }
    )

    def change(bench: Bench) -> None:
        bench.playbook = bench.playbook.model_copy(update={"products": (scanner,)})

    return change


def option(quantity: int) -> Change:
    """Seats they could buy one day, at 540 a year."""
    return plus(
        "lines",
        LineItem,
        sku="STK-SCAN",
        product="Stock Count",
        quantity=Decimal(quantity),
        unit_price=Decimal(45),
        configuration="Offline edition",
        commitment=Commitment.OPTION,
    )


def arr(value: Decimal) -> Change:
    return deal(arr_override=value, override_reason=REASON)


RULES = (
    blocks("lines.none", S, "lines", without("lines"), also=""),
    blocks(
        "lines.none",
        S,
        "lines",
        every("lines", commitment=Commitment.OPTION),
        row("lines", 1, commitment=Commitment.BUYING),
        also="value.zero",
    ),
    blocks(
        "lines.quantity",
        S,
        "lines[1].quantity",
        row("lines", 1, quantity=Decimal(0)),
        row("lines", 1, quantity=Decimal("0.0001")),
    ),
    blocks("lines.quantity", S, "lines[2].quantity", row("lines", 2, quantity=Decimal(-1))),
    *(
        blocks(
            "lines.tiers",
            S,
            "lines[1].tiers",
            row("lines", 1, pricing_model=PricingModel.TIERED, tiers=text),
            row("lines", 1, tiers="1: 50, 101: 45"),
            row("lines", 1, tiers="１：５０、１０１：４５"),
            row("lines", 1, pricing_model=PricingModel.PER_SEAT),
        )
        for text in (None, "cheaper above a hundred", "101: 45, 1: 50", "1: 50, 1: 40", "1: 50, 101", "1: -50")
    ),
    blocks(
        "lines.custom",
        S,
        "lines[1].price_note",
        row("lines", 1, pricing_model=PricingModel.CUSTOM),
        row("lines", 1, price_note="Agreed with the CFO on 12 November"),
    ),
    *(
        blocks(
            "lines.ramp",
            S,
            "lines[1].ramp",
            row("lines", 1, ramp=text),
            row("lines", 1, ramp="80, 90, 100"),
            row("lines", 1, ramp="80、90；100"),
            row("lines", 1, ramp=None),
        )
        for text in ("eighty", "80, NaN", "-5, 10", "80, Infinity", "1e12, 2")
    ),
    blocks(
        "value.zero",
        S,
        "lines",
        every("lines", unit_price=Decimal(0)),
        row("lines", 1, unit_price=Decimal("0.01")),
        deal(tcv_override=Decimal(1)),
    ),
    blocks(
        "value.large",
        S,
        "lines",
        row("lines", 1, unit_price=Decimal(10) ** 13),
        row("lines", 1, unit_price=Decimal(10) ** 6),
    ),
    *(
        blocks(
            "value.reason",
            S,
            "override_reason",
            deal(**{name: Decimal(70_000)}),
            deal(override_reason=REASON),
            deal(**{name: None}),
        )
        for name in ("arr_override", "acv_override", "tcv_override")
    ),
    *(
        warns("value.override", S, name, deal(**{name: Decimal(70_000)}, override_reason=REASON), deal(**{name: None}))
        for name in ("arr_override", "acv_override", "tcv_override")
    ),
    warns(
        "sizing.hoped",
        S,
        "arr_override",
        arr(ARR + 5_400),
        arr(ARR + 5_399),
        arr(ARR),
        prepare=option(10),
    ),
    warns("sizing.tcv_as_arr", S, "arr_override", arr(TCV), arr(TCV - 1), arr(ARR)),
    warns("sizing.one_time", S, "arr_override", arr(ARR + FEE), arr(ARR + FEE - 1), arr(ARR)),
    *(
        warns(
            "sizing.implementation",
            S,
            "lines[2].period",
            row("lines", 2, category=category, period=period),
            row("lines", 2, period=BillingPeriod.ONCE),
            row("lines", 2, category=LineCategory.SUPPORT),
        )
        for category in (LineCategory.IMPLEMENTATION, LineCategory.TRAINING, LineCategory.INTEGRATION)
        for period in (BillingPeriod.MONTH, BillingPeriod.QUARTER, BillingPeriod.YEAR)
    ),
    warns(
        "sizing.could_buy",
        S,
        "lines[1].quantity",
        account(employees=119),
        account(employees=120),
        account(employees=None),
        row("lines", 1, commitment=Commitment.OPTION),
        row("lines", 1, pricing_model=PricingModel.USAGE),
    ),
    warns("services.unlisted", S, "lines", without("lines", 2), deal(professional_services=False)),
    *(
        blocks(
            "services.listed",
            S,
            "professional_services",
            all_of(row("lines", 2, category=category), deal(professional_services=False)),
            without("lines", 2),
            deal(professional_services=True),
        )
        for category in (
            LineCategory.IMPLEMENTATION,
            LineCategory.TRAINING,
            LineCategory.INTEGRATION,
            LineCategory.CONSULTING,
        )
    ),
    *(
        blocks(
            "team.unanswered",
            S,
            f"team[{n}].name",
            row("team", n, name=None, not_needed_because=None),
            row("team", n, name="Kim Okafor"),
            row("team", n, not_needed_because="Standard integration only"),
        )
        for n in (1, 2, 3)
    ),
    blocks("team.unanswered", S, "team", without("team", 2)),
    warns(
        "price.off_list",
        S,
        "lines[1].unit_price",
        row("lines", 1, unit_price=Decimal(44)),
        row("lines", 1, unit_price=Decimal(45)),
        row("lines", 1, unit_price=Decimal(540), period=BillingPeriod.YEAR),
        row("lines", 1, pricing_model=PricingModel.CUSTOM, price_note="Agreed by the board"),
        prepare=listing(),
    ),
    warns(
        "price.off_list",
        S,
        "lines[1].tiers",
        row("lines", 1, tiers="1: 45, 101: 39"),
        row("lines", 1, tiers="1：45、 101：40"),
        prepare=all_of(
            listing(tiered=True), row("lines", 1, tiers="1: 45, 101: 40", pricing_model=PricingModel.TIERED)
        ),
    ),
    warns(
        "price.discount",
        S,
        "lines[1].discount",
        row("lines", 1, discount=Decimal("10.5")),
        row("lines", 1, discount=Decimal(10)),
        row("lines", 1, pricing_model=PricingModel.CUSTOM, price_note="Agreed by the board"),
        prepare=listing(),
    ),
    warns(
        "price.discount",
        S,
        "lines[1].unit_price",
        row("lines", 1, unit_price=Decimal(40)),
        row("lines", 1, unit_price=Decimal("40.5")),
        prepare=listing(),
    ),
    warns(
        "price.minimum",
        S,
        "lines[1].quantity",
        row("lines", 1, quantity=Decimal(99)),
        row("lines", 1, quantity=Decimal(100)),
        prepare=listing(),
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rule(rule: Rule, fresh: Callable[[], Bench]) -> None:
    check(rule, fresh)


def test_override_shows_both_figures(bench: Bench) -> None:
    arr(Decimal(70_000))(bench)
    warning = next(f for f in bench.judge().of(S) if f.code == "value.override")
    assert "70,000" in str(warning.message)
    assert "64,800" in str(warning.message)


def test_one_mistake_is_named_once(bench: Bench) -> None:
    """Of the three mistakes that an ARR override can be, the nearest is said, not all."""
    arr(TCV)(bench)
    assert [f.code for f in bench.judge().of(S) if f.requirement == "Z4"] == ["sizing.tcv_as_arr"]


def test_right_override_is_no_mistake(bench: Bench) -> None:
    arr(ARR - 800)(bench)
    assert [f.code for f in bench.judge().of(S) if f.requirement == "Z4"] == []
