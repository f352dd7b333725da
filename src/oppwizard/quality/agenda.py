"""The clock of a session: presentation, questions, coaching, each with its minutes (Q2)."""

import datetime as dt
from typing import Final

from oppwizard.i18n import T

PARTS: Final = (T("Presentation"), T("Questions"), T("Coaching"))
_NONE: Final = dt.timedelta()


class Agenda:
    """A clock that says when a part has had its minutes, and stops nobody. Every step is told what time it is.

    Attributes:
        minutes: how long each part is to take.
        at: the part that is under way, from 0.
    """

    def __init__(self, minutes: tuple[int, int, int]) -> None:
        self.minutes = minutes
        self.at = 0
        self._spent = [_NONE] * len(PARTS)
        self._since: dt.datetime | None = None

    @property
    def runs(self) -> bool:
        """Whether the clock runs."""
        return self._since is not None

    def toggle(self, now: dt.datetime) -> None:
        """Start the clock, or pause it."""
        if self._since is None:
            self._since = now
        else:
            self._stop(now)

    def go_on(self, now: dt.datetime) -> None:
        """Begin the next part; after the last one the clock stops."""
        runs = self.runs
        self._stop(now)
        if self.at + 1 < len(PARTS):
            self.at += 1
            self._since = now if runs else None

    def spent(self, part: int, now: dt.datetime) -> dt.timedelta:
        """How long a part has taken so far."""
        running = now - self._since if self._since is not None and part == self.at else _NONE
        return self._spent[part] + max(running, _NONE)

    def is_over(self, part: int, now: dt.datetime) -> bool:
        """Whether a part has taken longer than it was to."""
        return self.spent(part, now) > dt.timedelta(minutes=self.minutes[part])

    def taken(self, now: dt.datetime) -> list[int]:
        """The minutes that the parts took, rounded up; nothing where the clock never ran."""
        spent = [self.spent(part, now) for part in range(len(PARTS))]
        return [-(-int(one.total_seconds()) // 60) for one in spent] if any(spent) else []

    def _stop(self, now: dt.datetime) -> None:
        self._spent[self.at] = self.spent(self.at, now)
        self._since = None


def shown(spent: dt.timedelta) -> str:
    """A time as a clock shows it: minutes and seconds."""
    minutes, seconds = divmod(int(spent.total_seconds()), 60)
    return f"{minutes:02}:{seconds:02}"
