"""The clock of a session: 5, 10 and 5 minutes, and nobody is stopped (Q2)."""

import datetime as dt

import pytest

from oppwizard.quality.agenda import Agenda, shown

START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def at(minutes: float) -> dt.datetime:
    return START + dt.timedelta(minutes=minutes)


def test_a_part_takes_the_time_during_which_the_clock_runs() -> None:
    agenda = Agenda((5, 10, 5))
    assert (agenda.runs, agenda.taken(at(3))) == (False, [])
    agenda.toggle(at(0))
    agenda.toggle(at(2))
    assert not agenda.runs
    assert shown(agenda.spent(0, at(60))) == "02:00"
    agenda.toggle(at(61))
    assert shown(agenda.spent(0, at(62.5))) == "03:30"
    assert shown(agenda.spent(1, at(62.5))) == "00:00"


def test_over_its_time_a_part_goes_on() -> None:
    agenda = Agenda((5, 10, 5))
    agenda.toggle(at(0))
    assert not agenda.is_over(0, at(5))
    assert agenda.is_over(0, at(5.1))
    assert agenda.runs
    agenda.go_on(at(7))
    assert (agenda.at, agenda.runs) == (1, True)
    assert agenda.is_over(0, at(9))
    assert not agenda.is_over(1, at(9))
    assert agenda.taken(at(8.5)) == [7, 2, 0]


def test_after_the_last_part_the_clock_stops() -> None:
    agenda = Agenda((5, 10, 5))
    agenda.toggle(at(0))
    for minutes in (4, 13, 20):
        agenda.go_on(at(minutes))
    assert (agenda.at, agenda.runs) == (2, False)
    assert agenda.taken(at(99)) == [4, 9, 7]


def test_a_paused_clock_stays_paused_in_the_next_part() -> None:
    agenda = Agenda((1, 1, 1))
    agenda.go_on(at(0))
    assert (agenda.at, agenda.runs, agenda.taken(at(5))) == (1, False, [])


def test_a_clock_that_was_set_back_takes_no_time_away() -> None:
    agenda = Agenda((5, 10, 5))
    agenda.toggle(at(0))
    agenda.toggle(at(1))
    agenda.toggle(at(2))
    assert shown(agenda.spent(0, at(1))) == "01:00"


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (59.9, "00:59"), (300, "05:00"), (3_661, "61:01")])
def test_times_are_shown_as_clocks_show_them(seconds: float, text: str) -> None:
    assert shown(dt.timedelta(seconds=seconds)) == text
