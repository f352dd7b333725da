"""An amount against past ones, discounts and currencies, each rule both ways; and what it says of foreign data."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given

from oppwizard.checks.amounts import amount_findings, usual_range
from oppwizard.checks.cycles import close_date_findings
from oppwizard.checks.past import History
from oppwizard.data.history import Outcome, Past
from oppwizard.data.store import Store
from oppwizard.exchange.history import import_history
from oppwizard.exchange.planning import plan
from oppwizard.model.enums import Commitment, Severity
from oppwizard.model.record import Record
from oppwizard.playbook import load_playbook
from oppwizard.playbook.products import Product
from tests.checks.past_deals import FOREIGN, codes, histories, many, needs_foreign, record, records
from tests.conftest import TODAY

BOOK = load_playbook()
HISTORY = History(many(), BOOK)


def found(one: Record, history: History = HISTORY) -> list[str]:
    return codes(amount_findings(one, history, BOOK))


@pytest.mark.parametrize(
    ("amount", "expected"), [(100, "amount.low"), (800, ""), (1_000, ""), (1_300, ""), (10_000, "amount.high")]
)
def test_an_amount_far_from_the_others_is_asked_about(amount: int, expected: str) -> None:
    assert found(record(amount=amount)) == ([expected] if expected else [])


def test_it_warns_until_a_reason_is_noted_and_never_blocks() -> None:
    odd = record(amount=10_000)
    (loud,) = amount_findings(odd, HISTORY, BOOK)
    odd.lines[0].price_note = "Ten sites at once, agreed with Dana Fox"
    (quiet,) = amount_findings(odd, HISTORY, BOOK)
    assert (loud.severity, quiet.severity) == (Severity.WARN, Severity.INFO)
    assert str(loud.at) == "lines"
    assert "Widget in retail: 200 won" in str(loud.message)


def test_it_points_at_a_figure_that_was_typed_over() -> None:
    (finding,) = amount_findings(record(arr_override=Decimal(9_999)), HISTORY, BOOK)
    assert (finding.code, str(finding.at)) == ("amount.high", "arr_override")


def test_the_usual_range_is_shown_with_what_it_rests_on() -> None:
    usual = usual_range(record(), HISTORY, BOOK)
    assert usual is not None
    assert Decimal(600) < usual.low < Decimal(800) < usual.middle < Decimal(1_200) < usual.high < Decimal(1_600)
    assert usual.z is not None
    assert abs(usual.z) < 1
    assert str(usual.basis) == "Widget in retail: 200 won"
    wider = usual_range(record(product="Else", industry="Else"), HISTORY, BOOK)
    assert wider is not None
    assert str(wider.basis) == "all deals: 200 won"


def test_equal_amounts_leave_five_percent_of_room() -> None:
    history = History([deal._replace(amount=Decimal(500)) for deal in many(60)], BOOK)
    assert found(record(amount=510), history) == []
    assert found(record(amount=700), history) == ["amount.high"]


def test_too_little_history_is_said_and_nothing_else() -> None:
    assert found(record(amount=99_999), History(many(BOOK.history.minimum - 1), BOOK)) == ["amount.thin"]
    assert found(record(currency="JPY")) == ["amount.thin", "amount.currency_unusual"]
    assert found(record(amount=0), History([], BOOK)) == []
    assert found(record(currency=None)) == []


@pytest.mark.parametrize(("discount", "expected"), [(15, []), (16, ["amount.discount"]), (None, [])])
def test_a_discount_nobody_ever_got(discount: int | None, expected: list[str]) -> None:
    one = record(amount=1_200)
    one.lines[0].discount = None if discount is None else Decimal(discount)
    assert found(one) == expected
    if expected:
        assert found(one, History(many(10), BOOK)) == ["amount.thin"], "ten discounts are no rule"
        one.lines[0].price_note = "Agreed with the CFO"
        assert [f.severity for f in amount_findings(one, HISTORY, BOOK)] == [Severity.INFO]
        one.lines[0].commitment = Commitment.OPTION
        assert "amount.discount" not in found(one)


def test_discounts_follow_from_list_prices_where_none_is_named() -> None:
    deals = [deal._replace(discount=None, list_price=Decimal(1_100)) for deal in many()]
    given_most = max(History(deals, BOOK).discounts("widget"))
    assert 10 < given_most < 50
    one = record(amount=1_800)
    one.lines[0].discount = Decimal(round(given_most)) + 1
    assert "amount.discount" in found(one, History(deals, BOOK))


def test_a_price_of_another_currency() -> None:
    listed = BOOK.model_copy(update={"products": (Product(sku="W-1", name={"en": "Widget"}, currency="EUR"),)})
    one = record()
    one.lines[0].sku = "W-1"
    assert codes(amount_findings(one, HISTORY, listed)) == ["amount.currency"]
    assert codes(amount_findings(one, HISTORY, BOOK)) == []


@given(records(), histories())
def test_no_record_and_no_history_makes_it_fail(one: Record, deals: list[Past]) -> None:
    for history in (History(deals, BOOK), History([*deals, *many(40)], BOOK)):
        for finding in amount_findings(one, history, BOOK):
            assert not finding.blocks
            assert str(finding.message)
            assert str(finding.remedy)


# Foreign data: nobody here wrote it. The first 60 % of the won deals are the history, the later ones are judged.


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> list[Past]:
    with Store.open(tmp_path_factory.mktemp("foreign") / "store.db") as store:
        import_history(store, plan(FOREIGN, currency="USD"), TODAY, faults=Path("/nonexistent/faults.csv"))
        return list(store.past_deals())


def _deal(one: Past, close_in: int, amount: Decimal) -> Record:
    opened = TODAY - dt.timedelta(days=1)
    return record(close_in, amount, opened=opened, product=one.product, industry=one.segment)


def _warnings(judged: list[Record], history: History) -> Counter[str]:
    found = Counter[str]()
    for one in judged:
        findings = [*close_date_findings(one, history, BOOK, TODAY), *amount_findings(one, history, BOOK)]
        assert not any(finding.blocks for finding in findings)
        kinds = {f.code.split(".")[0] for f in findings if f.severity is not Severity.INFO}
        found.update(kinds)
    return found


@needs_foreign
def test_injected_faults_are_found_and_untouched_deals_left_alone(
    foreign: list[Past], capsys: pytest.CaptureFixture[str]
) -> None:
    won = [deal for deal in foreign if deal.outcome is Outcome.WON and deal.days is not None and deal.amount]
    known, later = won[: len(won) * 6 // 10], won[len(won) * 6 // 10 :]
    history = History([*known, *(deal for deal in foreign if deal.outcome is not Outcome.WON)], BOOK)
    plain = _warnings([_deal(deal, deal.days or 0, deal.amount or Decimal(0)) for deal in later], history)
    some = later[::10]
    far = _warnings([_deal(deal, 200 + (deal.days or 0), deal.amount or Decimal(0)) for deal in some], history)
    ten = _warnings([_deal(deal, deal.days or 0, (deal.amount or Decimal(0)) * 10) for deal in some], history)
    tenth = _warnings(
        [_deal(deal, deal.days or 0, round((deal.amount or Decimal(0)) / 10, 2)) for deal in some], history
    )
    dates, amounts = plain["cycle"] / len(later), plain["amount"] / len(later)
    with capsys.disabled():
        print(
            f"\n{len(later)} untouched deals: {dates:.1%} of the dates and {amounts:.2%} of the amounts alarm; "
            f"found of {len(some)}: dates 200 days out {far['cycle'] / len(some):.1%}, "
            f"amounts x 10 {ten['amount'] / len(some):.1%}, amounts / 10 {tenth['amount'] / len(some):.1%}"
        )
    assert dates <= 0.10
    assert amounts <= 0.01
    assert far["cycle"] == ten["amount"] == tenth["amount"] == len(some)
