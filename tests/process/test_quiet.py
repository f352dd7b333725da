"""When messages wait: quiet hours, also over midnight, and days on which nobody works."""

import datetime as dt
from typing import Any

import pytest

from oppwizard.playbook.notifying import Notify
from oppwizard.process.quiet import speaks_from

TOKYO = dt.timezone(dt.timedelta(hours=9))
HOLIDAY = dt.date(2026, 11, 23)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=TOKYO)


def rests(day: dt.date) -> bool:
    return day.isoweekday() > 5 or day == HOLIDAY


@pytest.mark.parametrize(
    ("hours", "now", "speaks"),
    [
        ({}, "19T03:00", "19T03:00"),
        ({"quiet_from": "12:00", "quiet_until": "13:30"}, "19T11:59", "19T11:59"),
        ({"quiet_from": "12:00", "quiet_until": "13:30"}, "19T12:00", "19T13:30"),
        ({"quiet_from": "12:00", "quiet_until": "13:30"}, "19T13:30", "19T13:30"),
        ({"quiet_from": "22:00", "quiet_until": "07:00"}, "19T21:59", "19T21:59"),
        ({"quiet_from": "22:00", "quiet_until": "07:00"}, "19T22:00", "20T07:00"),
        ({"quiet_from": "22:00", "quiet_until": "07:00"}, "19T06:59", "19T07:00"),
        ({"quiet_from": "22:00", "quiet_until": "00:00"}, "19T23:00", "20T00:00"),
        ({"workdays_only": True}, "20T23:00", "20T23:00"),
        ({"workdays_only": True}, "21T10:00", "24T00:00"),
        ({"workdays_only": True, "quiet_from": "18:00", "quiet_until": "08:00"}, "20T18:30", "24T08:00"),
        ({"workdays_only": True, "quiet_from": "18:00", "quiet_until": "08:00"}, "24T05:00", "24T08:00"),
        ({"workdays_only": False, "quiet_from": "18:00", "quiet_until": "08:00"}, "21T12:00", "21T12:00"),
    ],
)
def test_messages_wait_until(hours: dict[str, Any], now: str, speaks: str) -> None:
    given = {name: f"{value}:00" if isinstance(value, str) else value for name, value in hours.items()}
    assert speaks_from(at(now), Notify.model_validate(given), rests) == at(speaks)


def test_a_calendar_without_a_working_day_silences_nobody_for_good() -> None:
    now = at("19T10:00")
    assert speaks_from(now, Notify(workdays_only=True), lambda day: True) == now
