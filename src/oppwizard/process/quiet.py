"""Quiet hours: when messages wait, and until when (A4)."""

import datetime as dt
from collections.abc import Callable
from typing import Final

from oppwizard.playbook.notifying import Notify

_DAY: Final = dt.timedelta(days=1)
_LONGEST: Final = 60
"""After so many days of rest in a row nobody waits any longer: the calendar is wrong."""


def speaks_from(now: dt.datetime, hours: Notify, rests: Callable[[dt.date], bool]) -> dt.datetime:
    """The first instant from ``now`` on at which messages go out: ``now`` itself outside quiet hours.

    Args:
        now: the instant, in the zone whose hours count.
        rests: whether nobody works on a day.
    """
    at = now
    for _ in range(_LONGEST):
        after = _past_quiet(at, hours)
        if hours.workdays_only and rests(after.date()):
            after = dt.datetime.combine(after.date() + _DAY, dt.time(0), at.tzinfo)
        if after == at:
            return at
        at = after
    return now


def _past_quiet(at: dt.datetime, hours: Notify) -> dt.datetime:
    """The end of the quiet hours that an instant lies in; itself where it lies in none."""
    begins, ends = hours.quiet_from, hours.quiet_until
    if begins is None or ends is None:
        return at
    clock = at.time()
    if begins < ends:
        return dt.datetime.combine(at.date(), ends, at.tzinfo) if begins <= clock < ends else at
    if clock >= begins:
        return dt.datetime.combine(at.date() + _DAY, ends, at.tzinfo)
    return dt.datetime.combine(at.date(), ends, at.tzinfo) if clock < ends else at
