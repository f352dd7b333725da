"""Clocks that are set back, and zones that change: order, identity, durations and days hold."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from oppwizard.data.rotation import Kept, is_due, take
from oppwizard.data.shelf import backups_of
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.process.clock import Pace
from oppwizard.walk import Walk

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
BACK = dt.timedelta(days=3)


def answered(walk: Walk, record: Record, *texts: str) -> None:
    for text in texts:
        walk.save(walk.set(walk.load(record.id), address("budget_source"), text))


def test_a_clock_set_back_leaves_the_log_in_its_order(walk: Walk) -> None:
    with time_machine.travel(NOON):
        record = walk.start("Acme")
        answered(walk, record, "first", "second")
    with time_machine.travel(NOON - BACK):
        answered(walk, record, "third")
        other = walk.start("Other")
        undone = walk.undo(walk.load(record.id))
        assert undone is not None
        walk.save(undone)

    assert walk.load(record.id).opportunity.budget_source == "second", "undo takes the newest action, not the latest"
    entries = walk.store.history(record.id)
    assert [entry.seq for entry in entries] == sorted((entry.seq or 0 for entry in entries), reverse=True)
    assert other.id != record.id
    assert len(set(walk.store.ids())) == 2


def test_no_duration_is_negative_after_the_clock_was_set_back(walk: Walk, finished: Record) -> None:
    since = finished.opportunity.review_since
    assert since is not None
    with time_machine.travel(since - BACK):
        clock = walk.clock(since)
        assert (clock.hours, clock.pace) == (0, Pace.IN_TIME)
        assert walk.verdict(finished).complete
        assert walk.told_history(finished)


@pytest.mark.file
def test_backups_go_on_after_the_clock_was_set_back(walk: Walk) -> None:
    walk.start("Acme")
    path = walk.store.path
    take(path, Kept(), NOON)

    assert is_due(path, 24, NOON - BACK)
    take(path, Kept(), NOON - BACK)

    assert len(backups_of(path)) == 2


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Sets the zone by its name; what it was before comes back."""
    if not hasattr(time, "tzset"):
        pytest.skip("the platform takes no zone from its environment")
    with monkeypatch.context() as patched:
        yield patched
    time.tzset()


def test_days_stay_days_in_any_zone(walk: Walk, finished: Record, zone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = set()
    for name in ("Pacific/Kiritimati", "America/Los_Angeles", "Asia/Tokyo", "UTC"):
        zone.setenv("TZ", name)
        time.tzset()
        record = walk.load(finished.id)
        deal = record.opportunity
        seen.add((deal.close_on, deal.next_step_on, deal.review_since, deal.created_at, walk.verdict(record).complete))
        answered(walk, record, f"asked in {name}")

    assert len(seen) == 1
    hours = [entry.at for entry in walk.store.history(finished.id, limit=4)]
    assert all(at.tzinfo is not None and at.utcoffset() == dt.timedelta(0) for at in hours)
    assert hours == sorted(hours, reverse=True)
