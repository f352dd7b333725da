"""Dates and times as people write them, in English and in Japanese."""

import time as clock
from datetime import date, time, timedelta

import pytest
from hypothesis import example, given, strategies as st

from oppwizard.errors import ValueProblem
from oppwizard.i18n import LANGUAGES
from oppwizard.model.dates import HINDSIGHT, parse_date, parse_time, show_date

TODAY = date(2026, 11, 25)
"""A Wednesday."""

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
WORDS = [
    "fri",
    "next",
    "end of",
    "q3",
    "3",
    "weeks",
    "ago",
    "+",
    "12/",
    "2026",
    "-",
    "dec",
    "年",
    "月",
    "日",
    "末",
    "令和",
]
TEXTS = st.text(st.characters(), max_size=300) | st.lists(st.sampled_from([*WORDS, " ", "99"]), max_size=8).map("".join)


def complete(refusal: ValueProblem) -> None:
    assert str(refusal)
    assert refusal.remedy


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-18",
        "2026/12/18",
        "2026.12.18",
        "20261218",
        "2026-12-18T00:00:00",
        "2026-12-18 00:00:00",
        "18 Dec",
        "Dec 18",
        "18 December 2026",
        "December 18, 2026",
        "18th of December",
        "the 18th Dec.",
        "18-Dec-2026",
        "2026-Dec-18",
        "18dec",
        "DEC 18",
        "18.12.2026",
        "18/12/2026",
        "12/18/2026",
        "12/18",
        "18/12",
        "Fri 18 Dec 2026",
        "Friday, 18 December",
        "fri 2026-12-18",
        "２０２６／１２／１８",
        "2026年12月18日",
        "2026 年 12 月 18 日",
        "12月18日",
        "2026年12月18日(金)",
        "2026年12月18日（金曜日）",
        "12月18日金曜",
        "令和8年12月18日",
        "㋿8年12月18日",
        "R8.12.18",
        "今年12月18日",
    ],
)
def test_a_written_date_is_read(text: str) -> None:
    assert parse_date(text, TODAY) == date(2026, 12, 18)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-25"),
        ("Tomorrow", "2026-11-26"),
        ("yesterday", "2026-11-24"),
        ("今日", "2026-11-25"),
        ("明日", "2026-11-26"),
        ("明後日", "2026-11-27"),
        ("昨日", "2026-11-24"),
        ("fri", "2026-11-27"),
        ("friday", "2026-11-27"),
        ("wed", "2026-12-02"),
        ("tues", "2026-12-01"),
        ("this fri", "2026-11-27"),
        ("this mon", "2026-11-23"),
        ("next fri", "2026-12-04"),
        ("next sunday", "2026-12-06"),
        ("last fri", "2026-11-20"),
        ("金曜", "2026-11-27"),
        ("次の水曜日", "2026-12-02"),
        ("今週金曜", "2026-11-27"),
        ("来週金曜", "2026-12-04"),
        ("来週の金曜日", "2026-12-04"),
        ("再来週月曜", "2026-12-07"),
        ("in 3 weeks", "2026-12-16"),
        ("in a week", "2026-12-02"),
        ("+3w", "2026-12-16"),
        ("+10d", "2026-12-05"),
        ("-2d", "2026-11-23"),
        ("+2m", "2027-01-25"),
        ("+1y", "2027-11-25"),
        ("3 days ago", "2026-11-22"),
        ("2 weeks from now", "2026-12-09"),
        ("3週間後", "2026-12-16"),
        ("10日後", "2026-12-05"),
        ("三日後", "2026-11-28"),
        ("3日前", "2026-11-22"),
        ("2か月後", "2027-01-25"),
        ("2ヶ月後", "2027-01-25"),
        ("2ｶ月後", "2027-01-25"),
        ("半年後", "2027-05-25"),
        ("end of month", "2026-11-30"),
        ("eom", "2026-11-30"),
        ("end of next month", "2026-12-31"),
        ("eoq", "2026-12-31"),
        ("end of next quarter", "2027-03-31"),
        ("end of year", "2026-12-31"),
        ("q3 2027", "2027-09-30"),
        ("end of Q1", "2027-03-31"),
        ("2027Q2", "2027-06-30"),
        ("end of q3", "2026-09-30"),
        ("end of feb", "2027-02-28"),
        ("end of Feb 2028", "2028-02-29"),
        ("月末", "2026-11-30"),
        ("来月末", "2026-12-31"),
        ("年末", "2026-12-31"),
        ("来年3月末", "2027-03-31"),
        ("年度末", "2027-03-31"),
        ("四半期末", "2026-12-31"),
        ("令和元年5月1日", "2019-05-01"),
        ("平成30年1月4日", "2018-01-04"),
    ],
)
def test_a_relative_date_counts_from_today(text: str, day: str) -> None:
    assert parse_date(text, TODAY).isoformat() == day


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        (date(2026, 1, 31), "+1m", date(2026, 2, 28)),
        (date(2028, 1, 31), "+1m", date(2028, 2, 29)),
        (date(2028, 2, 29), "+1y", date(2029, 2, 28)),
        (date(2026, 12, 31), "eom", date(2026, 12, 31)),
        (date(2026, 12, 31), "来月末", date(2027, 1, 31)),
        (date(2027, 3, 31), "年度末", date(2027, 3, 31)),
        (date(2027, 4, 1), "年度末", date(2028, 3, 31)),
        (date(2026, 11, 29), "fri", date(2026, 12, 4)),
        (date(2026, 11, 29), "this fri", date(2026, 11, 27)),
    ],
)
def test_ends_of_months_and_weeks_are_kept(today: date, text: str, day: date) -> None:
    assert parse_date(text, today) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 Sep", "2026-09-03"),
        ("26 May", "2026-05-26"),
        ("25 May", "2027-05-25"),
        ("1 Jan", "2027-01-01"),
        ("29 Feb", "2028-02-29"),
        ("9月3日", "2026-09-03"),
        ("24/12", "2026-12-24"),
    ],
)
def test_a_date_without_a_year_is_at_most_half_a_year_past(text: str, day: str) -> None:
    assert parse_date(text, TODAY).isoformat() == day


@given(DAYS, st.integers(-180, 180), st.booleans())
def test_a_date_without_a_year_finds_the_nearer_year(today: date, distance: int, japanese: bool) -> None:
    day = today + timedelta(days=distance)
    if (day.month, day.day) == (2, 29) or not 1990 <= day.year <= 2100:
        return
    text = f"{day.month}月{day.day}日" if japanese else f"{day.day} {day:%b}"
    assert abs(distance) < HINDSIGHT
    assert parse_date(text, today) == day


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("03/04/2026", ("2026-03-04", "2026-04-03")),
        ("3.4.2026", ("2026-03-04", "2026-04-03")),
        ("3/4", ("2027-03-04", "2027-04-03")),
        ("１１／１２", ("2026-11-12", "2026-12-11")),
    ],
)
def test_month_and_day_that_can_be_swapped_are_refused_with_both_readings(text: str, readings: tuple[str, str]) -> None:
    with pytest.raises(ValueProblem) as refusal:
        parse_date(text, TODAY)
    assert all(reading in str(refusal.value.remedy) for reading in readings)


def test_equal_month_and_day_leave_no_doubt() -> None:
    assert parse_date("03/03/2026", TODAY) == date(2026, 3, 3)


@pytest.mark.parametrize("text", ["Mon 18 Dec 2026", "2026年12月18日(月)"])
def test_a_weekday_that_does_not_agree_is_refused_with_the_date(text: str) -> None:
    with pytest.raises(ValueProblem) as refusal:
        parse_date(text, TODAY)
    assert "2026-12-18" in str(refusal.value.remedy)


@pytest.mark.parametrize("text", ["1989-12-31", "2101-01-01", "20990-01-01", "昭和60年1月1日", "+100y", "18/12/0000"])
def test_a_year_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_date(text, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "2026-02-30",
        "2026-13-01",
        "31/04",
        "0000-00-00",
        "18/12/26",
        "Dec 2026",
        "12",
        "monurday",
        "+d",
        "q5",
        "+99999d",
        "+9999y",
        "in weeks",
        "fri fri",
        "13月1日",
        "12月32日",
        "金",
        "来週",
        "--",
        "2026-12/18",
        "1e9",
        "٣ dec",
    ],
)
def test_what_is_no_date_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueProblem) as refusal:
        parse_date(text, TODAY)
    assert "2026-12-18" in str(refusal.value.remedy)


@given(DAYS, st.sampled_from(LANGUAGES), DAYS)
def test_what_is_shown_can_be_typed_again(day: date, language: str, today: date) -> None:
    assert parse_date(show_date(day, language), today) == day


@given(DAYS, DAYS)
def test_the_iso_form_is_read_whatever_today_is(day: date, today: date) -> None:
    assert parse_date(day.isoformat(), today) == day
    assert parse_date(f"{day:%Y%m%d}", today) == day


@given(DAYS, st.integers(0, 6))
def test_a_weekday_is_the_next_one_and_never_today(today: date, weekday: int) -> None:
    day = date(2024, 1, 1 + weekday)
    for text in (f"{day:%a}", f"{day:%A}", "月火水木金土日"[weekday] + "曜日"):
        if today > date(2100, 12, 20):
            return
        ahead = parse_date(text, today) - today
        assert timedelta(days=1) <= ahead <= timedelta(days=7)


def test_a_date_is_shown_in_full() -> None:
    assert show_date(date(2026, 12, 18), "en") == "Fri 18 Dec 2026"
    assert show_date(date(2026, 12, 18), "ja") == "2026年12月18日(金)"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("17:00", time(17)),
        ("1700", time(17)),
        ("5pm", time(17)),
        ("5 PM", time(17)),
        ("5 p.m.", time(17)),
        ("午後5時", time(17)),
        ("１７時３０分", time(17, 30)),
        ("17時半", time(17, 30)),
        ("5:30 pm", time(17, 30)),
        ("午後5:30", time(17, 30)),
        ("17.30", time(17, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("午前0時", time(0)),
        ("noon", time(12)),
        ("正午", time(12)),
        ("midnight", time(0)),
        ("0:00", time(0)),
        ("23:59:58", time(23, 59, 58)),
    ],
)
def test_a_time_is_read(text: str, moment: time) -> None:
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "9", "17", "24:00", "25:00", "12:60", "13pm", "0pm", "午後13時", "午後12時", "1760", "1700pm", "午後5pm", "x"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_time(text)


@given(st.times().map(lambda moment: moment.replace(microsecond=0)))
def test_a_time_in_figures_is_read_back(moment: time) -> None:
    assert parse_time(moment.isoformat()) == moment


@given(TEXTS, st.dates())
@example("+9999y", date(9999, 12, 31))
@example("29 feb", date(9999, 12, 31))
@example("-9999w", date(1, 1, 1))
@example("昨日", date(1, 1, 1))
@example("18 dec", date(1, 1, 1))
@example("fri 18 dec", date(1, 1, 1))
@example("\ud800", TODAY)
@example("来年末", date(9999, 1, 1))
def test_only_a_value_problem_is_ever_raised(text: str, today: date) -> None:
    for parse in (lambda: parse_date(text, today), lambda: parse_time(text)):
        try:
            parse()
        except ValueProblem as refusal:
            complete(refusal)


@pytest.mark.parametrize("unit", ["1", "fri ", "月", "1/", " ", "(金)", "q", "ﷺ", "1月"])
def test_no_text_takes_long(unit: str) -> None:
    for text in (unit * (100 // len(unit)), unit * 1_000_000):
        begun = clock.perf_counter()
        with pytest.raises(ValueProblem):
            parse_date(text, TODAY)
        assert clock.perf_counter() - begun < 0.25
