"""What time alone brings: found when somebody looks, told once, and no flood when rules are new."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from oppwizard.model.enums import ReviewState, Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.notify.due import found
from oppwizard.notify.flushing import discover
from oppwizard.walk import Walk
from oppwizard.walk.move import Edits
from tests.notify.settings import events, ruled, waiting

MONDAY = dt.datetime(2026, 11, 16, 9, 0, tzinfo=dt.UTC)
"""A week of five working days begins."""


@pytest.fixture(autouse=True)
def clock(walk: Walk) -> Iterator[time_machine.Traveller]:
    walk.context.clock = lambda: dt.datetime.now(dt.UTC).date()
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def deal(walk: Walk, finished: Record) -> Record:
    """An opportunity that waits for its review since Monday, and whose next step is due on Tuesday."""
    edits = Edits(finished)
    edits.set(finished.opportunity, "review", ReviewState.WAITING)
    edits.set(finished.opportunity, "review_since", MONDAY)
    edits.set(finished.opportunity, "next_step_on", MONDAY.date() + dt.timedelta(days=1))
    return walk.save(walk.finish(edits)).record


def test_a_review_is_told_of_when_it_is_due_and_again_when_it_is_overdue(
    walk: Walk, deal: Record, clock: time_machine.Traveller
) -> None:
    ruled(walk, {"on": ["review_due", "review_overdue"], "to": "@manager"})
    assert (discover(walk), events(walk)) == (0, [])
    clock.shift(dt.timedelta(hours=25))
    assert [discover(walk), discover(walk)] == [1, 0]
    clock.shift(dt.timedelta(hours=24))
    assert [discover(walk), discover(walk)] == [1, 0]
    assert events(walk) == ["review_due", "review_overdue"]
    assert waiting(walk)[1].body.startswith("It waits for its review for 49 h")


def test_submitted_again_its_clock_runs_anew(walk: Walk, deal: Record, clock: time_machine.Traveller) -> None:
    ruled(walk, {"on": "review_overdue"})
    clock.shift(dt.timedelta(days=2, hours=1))
    assert discover(walk) == 1
    edits = Edits(deal)
    edits.set(deal.opportunity, "review_since", dt.datetime.now(dt.UTC))
    walk.save(walk.finish(edits))
    assert discover(walk) == 0
    clock.shift(dt.timedelta(days=7))
    assert discover(walk) == 1


def test_a_next_step_is_overdue_on_the_day_after_once_a_day_that_it_was_set_to(
    walk: Walk, deal: Record, clock: time_machine.Traveller
) -> None:
    ruled(walk, {"on": "step_overdue", "to": "@next_step_owner"})
    clock.shift(dt.timedelta(days=1))
    assert discover(walk) == 0
    clock.shift(dt.timedelta(days=1))
    assert [discover(walk), discover(walk)] == [1, 0]
    assert waiting(walk)[0].body.startswith("The next step was due on 2026-11-17")
    clock.shift(dt.timedelta(days=1))
    assert discover(walk) == 0

    walk.save(walk.give(walk.load(deal.id), address("next_step_on"), dt.date(2026, 11, 20)))
    clock.shift(dt.timedelta(days=3))
    assert discover(walk) == 1


def test_what_is_long_past_is_no_flood_when_a_rule_is_new(
    walk: Walk, deal: Record, clock: time_machine.Traveller
) -> None:
    ruled(walk, {"on": ["step_overdue", "review_overdue"]}, past_days=10)
    clock.shift(dt.timedelta(days=30))
    assert discover(walk) == 0


@pytest.mark.parametrize("status", [Status.WON, Status.LOST, Status.NURTURE])
def test_what_is_over_is_never_overdue(walk: Walk, deal: Record, clock: time_machine.Traveller, status: Status) -> None:
    edits = Edits(deal)
    edits.set(deal.opportunity, "status", status)
    walk.save(walk.finish(edits))
    ruled(walk, {"on": ["step_overdue", "review_overdue"]})
    clock.shift(dt.timedelta(days=4))
    assert discover(walk) == 0


def test_records_that_no_rule_speaks_of_are_not_even_read(
    walk: Walk, deal: Record, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled(walk, {"on": ["step_overdue", "review_overdue"], "owners": "Somebody else"})
    clock.shift(dt.timedelta(days=4))
    monkeypatch.setattr(walk.store, "load", lambda _id: pytest.fail("it was read"))
    assert found(walk) == []


def test_looking_without_writing_changes_nothing(walk: Walk, deal: Record, clock: time_machine.Traveller) -> None:
    ruled(walk, {"on": "step_overdue"})
    clock.shift(dt.timedelta(days=4))
    assert [len(found(walk)), len(found(walk))] == [1, 1]
    assert waiting(walk) == []
