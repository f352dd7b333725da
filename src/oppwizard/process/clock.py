"""The clock of a review: hours that count on working days alone (Q1)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from oppwizard.i18n import T
from oppwizard.model.choice import Choice
from oppwizard.playbook.reviews import ReviewClock

_HOUR: Final = 3_600
_DAY: Final = dt.timedelta(days=1)
_LONGEST: Final = dt.timedelta(days=40)
"""Further back nobody counts hours: it is overdue."""


class Pace(Choice):
    """How a review stands against its clock."""

    IN_TIME = "in_time", T("In time")
    DUE = "due", T("Due")
    OVERDUE = "overdue", T("Overdue")


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that runs.

    Attributes:
        hours: how many hours counted so far.
        pace: how that stands against the playbook.
        overdue_at: the instant from which on it is overdue, in the zone of ``now``.
    """

    hours: float
    pace: Pace
    overdue_at: dt.datetime


Rests = Callable[[dt.date], bool]
"""Whether a day is one on which nobody works, beside the days of the week."""


def running(since: dt.datetime, now: dt.datetime, clock: ReviewClock, rests: Rests) -> Running:
    """How a review's clock stands.

    Args:
        since: when it began to run.
        now: the instant, in the zone whose days count.
    """
    start = since.astimezone(now.tzinfo)
    hours = _counted(max(start, now - _LONGEST), now, clock, rests) / _HOUR
    if start < now - _LONGEST:
        hours = max(hours, float(clock.overdue_hours))
    pace = Pace.OVERDUE if hours >= clock.overdue_hours else Pace.DUE if hours >= clock.warn_hours else Pace.IN_TIME
    return Running(hours, pace, after(start, clock.overdue_hours, clock, rests))


def after(start: dt.datetime, hours: float, clock: ReviewClock, rests: Rests) -> dt.datetime:
    """The instant at which so many hours have counted."""
    left = hours * _HOUR
    day = start.date()
    while True:
        opens, closes = _span(day, start, clock, rests)
        spent = max((closes - max(opens, start)).total_seconds(), 0.0)
        if spent >= left:
            return max(opens, start) + dt.timedelta(seconds=left)
        left -= spent
        day += _DAY


def _counted(start: dt.datetime, now: dt.datetime, clock: ReviewClock, rests: Rests) -> float:
    """The seconds of working time between two instants."""
    seconds, day = 0.0, start.date()
    while day <= now.date():
        opens, closes = _span(day, start, clock, rests)
        seconds += max((min(closes, now) - max(opens, start)).total_seconds(), 0.0)
        day += _DAY
    return seconds


def _span(day: dt.date, zone: dt.datetime, clock: ReviewClock, rests: Rests) -> tuple[dt.datetime, dt.datetime]:
    """From when to when a day's hours count; an empty span on a day of rest."""
    opens = dt.datetime.combine(day, clock.opens, zone.tzinfo)
    if day.isoweekday() not in clock.workdays or rests(day):
        return opens, opens
    ends = day if clock.closes != dt.time(0) else day + _DAY
    return opens, dt.datetime.combine(ends, clock.closes, zone.tzinfo)
