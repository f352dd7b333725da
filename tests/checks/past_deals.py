"""Past deals made up for tests, the foreign history where it lies beside the checkout, and records of any content."""

import datetime as dt
import random
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from oppwizard.data.history import Outcome, Past
from oppwizard.model.account import Account
from oppwizard.model.enums import BillingPeriod, Commitment, PricingModel
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record
from tests.conftest import TODAY

FOREIGN = Path(__file__).parents[3] / "shared" / "data" / "crm_history" / "sales_pipeline.csv"
needs_foreign = pytest.mark.skipif(not FOREIGN.is_file(), reason="needs ../shared/data/crm_history")


def past(days: int | None = 60, amount: float = 1_000, **more: Any) -> Past:
    """A deal won after so many days."""
    plain: dict[str, Any] = {
        "product": "Widget",
        "segment": "retail",
        "currency": "USD",
        "amount": Decimal(str(amount)),
        "list_price": None,
        "discount": None,
        "outcome": Outcome.WON,
        "days": days,
    }
    return Past(**plain | more)


def many(count: int = 200, **more: Any) -> list[Past]:
    """Won deals: from 30 to 90 days, about 1,000 each, discounts up to 15 %."""
    chance = random.Random(7)
    return [
        past(
            chance.randint(30, 90),
            round(1_000 * chance.lognormvariate(0, 0.1), 2),
            **{"discount": Decimal(chance.randint(0, 15))} | more,
        )
        for _ in range(count)
    ]


def record(
    close_in: int | None = 60,
    amount: object = 1_000,
    *,
    opened: dt.date = TODAY,
    product: str = "Widget",
    industry: str | None = "retail",
    **deal: Any,
) -> Record:
    """A record opened on a day, worth an amount a year, to be closed so many days later."""
    account = Account(legal_name="Acme GmbH", industry=industry)
    made = Opportunity(account_id=account.id, currency="USD", term_months=12)
    made.created_at = dt.datetime.combine(opened, dt.time(12), dt.UTC)
    made.close_on = None if close_in is None else opened + dt.timedelta(days=close_in)
    for name, value in deal.items():
        setattr(made, name, value)
    line = LineItem(
        opportunity_id=made.id,
        product=product,
        quantity=Decimal(1),
        unit_price=Decimal(str(amount)),
        period=BillingPeriod.YEAR,
        pricing_model=PricingModel.PER_SEAT,
        commitment=Commitment.BUYING,
    )
    return Record(made, account, lines=[line])


def codes(findings: Iterable[Any]) -> list[str]:
    return [finding.code for finding in findings]


_TEXTS = (
    st.none() | st.text(max_size=30) | st.sampled_from(["2026-12-18", "20 Dec - 5 Jan", "12月28日〜1月4日", "Widget"])
)
_DAYS = st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
_MONEY = st.none() | st.decimals(0, 10**14 - 1, places=4)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any record: every field that the checks look at may be missing, empty or strange."""
    account = Account(industry=draw(_TEXTS), headquarters=draw(_TEXTS))
    deal = Opportunity(
        account_id=account.id,
        currency=draw(st.sampled_from([None, "USD", "JPY", "KWD"])),
        close_on=draw(_DAYS),
        close_validated_by=draw(_TEXTS),
        close_validated_on=draw(_DAYS),
        decision_on=draw(_DAYS),
        window_to=draw(_DAYS),
        go_live_on=draw(_DAYS),
        discovery_on=draw(_DAYS),
        buying_steps=draw(_TEXTS),
        blackout_dates=draw(_TEXTS),
        override_reason=draw(_TEXTS),
        arr_override=draw(_MONEY),
        term_months=draw(st.none() | st.integers(1, 240)),
    )
    deal.created_at = dt.datetime.combine(draw(st.dates(dt.date(1990, 1, 1))), dt.time(), dt.UTC)
    lines = [
        LineItem(
            opportunity_id=deal.id,
            product=draw(_TEXTS),
            sku=draw(_TEXTS),
            quantity=draw(_MONEY),
            unit_price=draw(_MONEY),
            discount=draw(st.none() | st.decimals(0, 100, places=2)),
            period=draw(st.none() | st.sampled_from(BillingPeriod)),
            commitment=draw(st.none() | st.sampled_from(Commitment)),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    return Record(deal, account, lines=lines)


def histories() -> st.SearchStrategy[list[Past]]:
    """Any history: thin, without dates, without amounts."""
    deals = st.builds(
        Past,
        product=st.sampled_from(["Widget", "", "Gadget; Widget"]),
        segment=st.sampled_from(["retail", ""]),
        currency=st.sampled_from(["USD", "JPY", ""]),
        amount=_MONEY,
        list_price=_MONEY,
        discount=st.none() | st.decimals(0, 100, places=2),
        outcome=st.sampled_from(Outcome),
        days=st.none() | st.integers(0, 40_000),
    )
    return st.lists(deals, max_size=60)
