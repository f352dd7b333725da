"""A close date against history, the calendar, the customer's own dates, and its own moves; each rule both ways."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given

from oppwizard.checks.cycles import close_date_findings, cycle_curve, has_driver, opened_on
from oppwizard.checks.mentions import periods
from oppwizard.checks.past import History, band, mix
from oppwizard.checks.strip import strip
from oppwizard.checks.survival import survival
from oppwizard.checks.workdays import holiday, region_of
from oppwizard.data.history import Outcome, Past
from oppwizard.data.tables import Change, ChangeState, Op, Source
from oppwizard.model.enums import Severity
from oppwizard.model.record import Record
from oppwizard.playbook import load_playbook
from tests.checks.past_deals import codes, histories, many, past, record, records
from tests.conftest import TODAY

PLAIN = load_playbook()
BOOK = PLAIN.model_copy(
    update={"history": PLAIN.history.model_copy(update={"size_bands": (Decimal(100), Decimal(5_000))})}
)
HISTORY = History(many(), BOOK)
AGREED: dict[str, Any] = {"close_validated_by": "Dana Fox, CFO", "close_validated_on": TODAY}


def found(one: Record, history: History = HISTORY, changes: tuple[Change, ...] = ()) -> list[str]:
    return [code for code in codes(close_date_findings(one, history, BOOK, TODAY, changes)) if code != "close.weekend"]


def moved(days_ago: int, old: str = '"2026-12-01"', new: str = '"2026-12-24"', **more: Any) -> Change:
    at = dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), dt.time(9), dt.UTC)
    plain: dict[str, Any] = {"state": ChangeState.DONE, "op": Op.SET, "entity": "opportunity", "field": "close_on"}
    ids = {"record_id": uuid4(), "action": uuid4(), "row_id": uuid4()}
    return Change(**{**plain, **ids, "at": at, "old": old, "new": new, "source": Source.PERSON} | more)


@pytest.mark.parametrize(
    ("close_in", "expected"), [(29, "cycle.early"), (40, ""), (60, ""), (90, ""), (140, "cycle.late")]
)
def test_a_date_is_early_or_late_by_the_deals_that_were_won(close_in: int, expected: str) -> None:
    assert found(record(close_in)) == ([expected] if expected else [])


def test_it_warns_until_the_customers_side_is_recorded_and_never_blocks() -> None:
    (loud,) = (f for f in close_date_findings(record(10), HISTORY, BOOK, TODAY) if f.code == "cycle.early")
    (quiet,) = (f for f in close_date_findings(record(10, **AGREED), HISTORY, BOOK, TODAY) if f.code == "cycle.early")
    assert (loud.severity, quiet.severity) == (Severity.WARN, Severity.INFO)
    assert "Widget in retail of this size: 200 won, 0 lost or open" in str(loud.message)
    assert "agreed" in str(loud.remedy)


def test_what_drives_a_date_is_an_agreement_since_its_last_move_or_a_date_of_theirs() -> None:
    assert not has_driver(record(10))
    assert not has_driver(record(10, close_validated_by=" ", close_validated_on=TODAY))
    assert has_driver(record(10, **AGREED))
    assert has_driver(record(10, **AGREED), [moved(3)])
    assert not has_driver(record(10, **{**AGREED, "close_validated_on": TODAY - dt.timedelta(days=9)}), [moved(3)])
    assert has_driver(record(10, decision_on=TODAY + dt.timedelta(days=14)))
    assert not has_driver(record(10, window_to=TODAY + dt.timedelta(days=40)))


def test_a_thin_group_gives_way_to_a_wider_one_and_says_which() -> None:
    history = History([*many(60, product="Gadget", segment="retail"), *many(5)], BOOK)
    curve = cycle_curve(record(), history, BOOK)
    assert curve is not None
    assert str(curve.group) == "retail of this size"
    assert curve.won == 65
    exact = cycle_curve(record(product="gadget"), history, BOOK)
    assert exact is not None
    assert str(exact.group) == "gadget in retail of this size"


def test_too_little_history_is_said_and_nothing_else() -> None:
    assert found(record(4), History(many(BOOK.history.minimum - 1), BOOK)) == ["cycle.thin"]
    assert found(record(4), History([], BOOK)) == ["cycle.thin"]
    assert found(record(None), History([], BOOK)) == []


def test_open_and_lost_deals_count_as_longer_ones() -> None:
    open_ones = [past(days, outcome=outcome) for days in (85, 88) for outcome in (Outcome.OPEN, Outcome.LOST)] * 20
    with_open, closed = History([*many(), *open_ones], BOOK), HISTORY
    curves = cycle_curve(record(), with_open, BOOK), cycle_curve(record(), closed, BOOK)
    assert curves[0] is not None
    assert curves[1] is not None
    assert curves[0].held == 80
    assert curves[0].shares[-5] < curves[1].shares[-5]


def test_the_estimate_is_that_of_the_textbook() -> None:
    # 6 deals: won after 1, 3, 3; held after 2, 4, 5. S = 5/6, then 5/6 * 2/4.
    made = survival({1: 1, 3: 2}, {2: 1, 4: 1, 5: 1})
    assert made.days == (1, 3)
    assert made.shares == pytest.approx(((1 / 6) / (7 / 12), 1.0))
    assert made.share(0) == 0
    assert made.share(2) == pytest.approx(2 / 7)
    assert made.quantile(0.5) == 3
    with pytest.raises(ValueError, match="no deal"):
        survival({}, {1: 1})


@pytest.mark.parametrize(
    ("changes", "spoken"),
    [
        ((moved(3), moved(2)), True),
        ((moved(3),), False),
        ((moved(3), moved(2, old="null")), False),
        ((moved(3), moved(2, state=ChangeState.UNDONE)), False),
        ((moved(3), moved(2, field="decision_on")), False),
    ],
)
def test_a_date_moved_again_and_again_without_the_customer(changes: tuple[Change, ...], spoken: bool) -> None:
    assert ("close.moved" in found(record(), changes=changes)) is spoken
    assert "close.moved" not in found(record(**AGREED), changes=changes)


def test_weekends_and_holidays_are_hints() -> None:
    findings = close_date_findings(record(33), HISTORY, BOOK, TODAY)  # Saturday 26 December 2026
    assert [(f.code, f.severity) for f in findings] == [("close.weekend", Severity.INFO)]
    findings = close_date_findings(record(32), HISTORY, BOOK, TODAY)
    assert [(f.code, f.severity) for f in findings] == [("close.holiday", Severity.INFO)]
    assert "Christmas" in str(findings[0].message)
    assert close_date_findings(record(30), HISTORY, BOOK, TODAY) == []


def test_holidays_are_those_of_the_customers_country_or_ones_own() -> None:
    there = record()
    assert region_of(there, BOOK) == "US"
    for place, region in (("大阪、日本", "JP"), ("Berlin, Germany", "DE"), ("Leeds, UK", "GB"), ("Berlin", "US")):
        there.account.headquarters = place
        assert region_of(there, BOOK) == region
    assert holiday(dt.date(2026, 11, 3), "JP", BOOK)
    assert holiday(dt.date(2026, 11, 3), "US", BOOK) is None
    assert holiday(dt.date(2026, 11, 3), "ZZ", BOOK) is None
    own = BOOK.model_copy(update={"calendar": BOOK.calendar.model_copy(update={"days_off": (TODAY,)})})
    assert holiday(TODAY, "ZZ", own) is not None


@pytest.mark.parametrize(
    ("code", "broken", "mended"),
    [
        ("close.before_steps", {"buying_steps": "Legal until 2027-02-20"}, {"buying_steps": "Legal until 2027-01-10"}),
        ("close.blackout", {"blackout_dates": "15 Jan - 31 Jan 2027"}, {"blackout_dates": "20 Dec - 5 Jan"}),
        ("close.after_go_live", {"go_live_on": dt.date(2027, 1, 4)}, {"go_live_on": dt.date(2027, 3, 1)}),
    ],
)
def test_a_date_fits_into_the_customers_own_process(code: str, broken: dict[str, Any], mended: dict[str, Any]) -> None:
    assert found(record(60, **broken)) == [code]
    assert found(record(60, **mended)) == []
    assert found(record(-3, **broken)) == [], "a past date is the gate's matter"


def test_dates_in_free_text() -> None:
    def read(text: str | None) -> list[tuple[str, str]]:
        return [(first.isoformat(), last.isoformat()) for first, last in periods(text, TODAY)]

    assert read("20 Dec - 5 Jan") == [("2026-12-20", "2027-01-05")]
    assert read("12月28日〜1月4日、2月11日") == [("2026-12-28", "2027-01-04"), ("2027-02-11", "2027-02-11")]
    assert read("security review Dec 4, 2026\nboard 2026-12-18") == [
        ("2026-12-04", "2026-12-04"),
        ("2026-12-18", "2026-12-18"),
    ]
    assert read("03/04/2027") == [], "one of two days: nothing is said about it"
    assert read(None) == read("no freeze") == read("99 Dec") == []


def test_the_cycle_begins_with_the_discovery_call() -> None:
    assert opened_on(record()) == TODAY
    assert opened_on(record(discovery_on=TODAY - dt.timedelta(days=20))) == TODAY - dt.timedelta(days=20)
    assert opened_on(record(discovery_on=TODAY + dt.timedelta(days=20))) == TODAY


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("width", [10, 40, 77])
def test_the_strip_shows_range_and_date_in_its_width(width: int, ascii_only: bool) -> None:
    def drawn(close_in: int | None) -> str:
        curve = cycle_curve(record(close_in), HISTORY, BOOK)
        assert curve is not None
        return strip(curve, width, ascii_only=ascii_only)

    for close_in in (None, -5, 0, 60, 89, 140, 100_000):
        text = drawn(close_in)
        assert len(text) == width
        assert text.isascii() is ascii_only
        assert ("|" in text) is (close_in is not None and close_in < 100_000)
        assert text.endswith(">") is (close_in == 100_000)
    assert "[" in drawn(None)
    assert drawn(None).index("[") < drawn(None).index("]")
    assert drawn(0).startswith("|")


def test_products_are_compared_as_a_mix() -> None:
    assert mix("B; a") == mix("Ａ|b") == "a; b"
    assert mix("") == mix(" ; ") == ""


def test_bands_of_size_are_scaled_for_currencies_with_small_units() -> None:
    assert [band(Decimal(amount), "USD", PLAIN) for amount in (1, 1_000, 999_999)] == [0, 1, 4]
    assert [band(Decimal(amount), "JPY", PLAIN) for amount in (149_999, 150_000)] == [0, 1]
    assert band(None, "USD", PLAIN) is None


@given(records(), histories())
def test_no_record_and_no_history_makes_it_fail(one: Record, deals: list[Past]) -> None:
    for history in (History(deals, BOOK), History([*deals, *many(40)], BOOK)):
        for finding in close_date_findings(one, history, BOOK, TODAY, (moved(3), moved(2))):
            assert not finding.blocks
            assert str(finding.message)
            assert str(finding.remedy)
        curve = cycle_curve(one, history, BOOK)
        assert curve is None or len(strip(curve, 30)) == 30
