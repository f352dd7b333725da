"""Trying again what failed for no fault of its own: longer pauses each time, by chance, and as the service wishes."""

import random
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from oppwizard.errors import OppwizardError
from oppwizard.i18n import T, Text
from oppwizard.model.base import utc_now

if TYPE_CHECKING:
    from oppwizard.playbook.pushing import CrmPush

_Result = TypeVar("_Result")
_MANY, _LOCKED, _MOVING, _BROKEN = 429, 423, 477, 500
"""Too many requests; locked for a moment; the account is being moved (HubSpot); from here on no fault of ours."""
_DENIED = (401, 403)


class Stopped(OppwizardError):
    """The service cannot be used as things are: nothing more is sent."""

    exit_code = 1


class Passing(Exception):
    """A failure that may be over soon.

    Attributes:
        after: seconds that the service wants to be left alone.
    """

    def __init__(self, problem: Text, after: float | None = None) -> None:
        super().__init__(problem.msgid)
        self.problem = problem
        self.after = after


class Rejected(Exception):
    """A request that the service will never take."""

    def __init__(self, problem: Text) -> None:
        super().__init__(problem.msgid)
        self.problem = problem


def answered(status: int, said: str, after: str | None) -> Exception:
    """What an error of the service amounts to."""
    if status in _DENIED:
        return Stopped(
            T("The service lets nobody in with this token ({status}): {said}", status=status, said=said or "-"),
            T("Look at the token and at what it may do."),
        )
    if status in (_MANY, _LOCKED, _MOVING) or status >= _BROKEN:
        return Passing(T("the service answers with error {status}", status=status), seconds(after))
    return Rejected(T("the service refuses it ({status}): {said}", status=status, said=said or "-"))


def unreached(error: Exception) -> Passing:
    """A connection that failed; what the error itself says may hold addresses and more."""
    return Passing(T("the connection failed ({kind})", kind=type(error).__name__))


def seconds(after: str | None) -> float | None:
    """What ``Retry-After`` says: a number of seconds, or an instant."""
    if not after:
        return None
    try:
        return max(0.0, float(after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(after) - utc_now()).total_seconds())
    except (ValueError, TypeError):
        return None


class Retrying:
    """Calls something until it works, or for so long as the playbook says."""

    def __init__(self, settings: "CrmPush", sleep: Callable[[float], None]) -> None:
        self.settings = settings
        self.sleep = sleep

    def __call__(self, act: Callable[[], _Result]) -> _Result:
        """Call it.

        Raises:
            Stopped: it failed too often, or the service wants a longer pause than the playbook has patience for.
        """
        for tried in range(self.settings.retries + 1):
            try:
                return act()
            except Passing as failure:
                pause = self._pause(tried, failure)
                if tried == self.settings.retries or pause > self.settings.longest:
                    raise self._given_up(failure, tried + 1) from None
                self.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _pause(self, tried: int, failure: Passing) -> float:
        if failure.after is not None:
            return failure.after
        grown = min(self.settings.back_off * 2.0**tried, self.settings.longest)
        return grown * random.uniform(0.5, 1)

    @staticmethod
    def _given_up(failure: Passing, tries: int) -> Stopped:
        return Stopped(
            T("Given up after {tries} tries: {problem}", tries=tries, problem=failure.problem),
            T("What was sent is remembered; go on later with --resume."),
        )
