"""Pauses, and who ends them."""

import datetime as dt
from email.utils import format_datetime

import pytest

from oppwizard.i18n import T
from oppwizard.playbook.pushing import CrmPush
from oppwizard.push.retrying import Passing, Rejected, Retrying, Stopped, answered, seconds


def failing(times: int, failure: Exception) -> tuple[list[int], object]:
    tries: list[int] = []

    def act() -> int:
        tries.append(1)
        if len(tries) <= times:
            raise failure
        return 42

    return tries, act


@pytest.mark.parametrize(("times", "tries"), [(0, 1), (2, 3), (3, 4)])
def test_it_is_tried_as_often_as_the_playbook_says(times: int, tries: int) -> None:
    pauses: list[float] = []
    made, act = failing(times, Passing(T("busy")))
    assert Retrying(CrmPush(retries=3), pauses.append)(act) == 42  # type: ignore[arg-type]
    assert len(made) == tries
    assert len(pauses) == times


def test_it_is_given_up_in_the_end_without_a_last_pause() -> None:
    pauses: list[float] = []
    made, act = failing(99, Passing(T("busy")))
    with pytest.raises(Stopped, match="4"):
        Retrying(CrmPush(retries=3), pauses.append)(act)  # type: ignore[arg-type]
    assert len(made) == 4
    assert len(pauses) == 3


def test_no_pause_is_longer_than_the_longest() -> None:
    pauses: list[float] = []
    _made, act = failing(10, Passing(T("busy")))
    Retrying(CrmPush(retries=10, back_off=10, longest=30), pauses.append)(act)  # type: ignore[arg-type]
    assert max(pauses) <= 30
    assert pauses[-1] >= 15


def test_what_will_never_be_taken_is_not_tried_again() -> None:
    made, act = failing(99, Rejected(T("no")))
    with pytest.raises(Rejected):
        Retrying(CrmPush(), lambda _seconds: None)(act)  # type: ignore[arg-type]
    assert len(made) == 1


def test_the_service_says_how_long_in_seconds_or_by_the_clock() -> None:
    assert seconds("7") == 7
    assert seconds("-1") == 0
    assert seconds("soon") is None
    assert seconds(None) is None
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    assert 3_500 < (seconds(format_datetime(later)) or 0) <= 3_600


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, Stopped) for status in (401, 403)),
        *((status, Passing) for status in (423, 429, 477, 500, 503)),
        *((status, Rejected) for status in (400, 404, 409)),
    ],
)
def test_what_an_answer_amounts_to(status: int, kind: type[Exception]) -> None:
    assert isinstance(answered(status, "", None), kind)
