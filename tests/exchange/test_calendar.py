"""The dates of records as a calendar file, read again by another parser (X4)."""

import datetime as dt
from typing import Any

import pytest
import vobject  # type: ignore[import-untyped]

from oppwizard import i18n
from oppwizard.exchange.calendar import calendar_of
from oppwizard.model.enums import Status
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.move import Edits


def events(text: bytes) -> dict[str, Any]:
    """The events by their UIDs."""
    calendar = vobject.readOne(text.decode())
    return {event.uid.value: event for event in calendar.contents.get("vevent", [])}


def put(walk: Walk, record: Record, path: str, text: str) -> None:
    walk.save(walk.set(record, Address("opportunity", path), text))


@pytest.fixture
def deal(walk: Walk, finished: Record) -> Record:
    """A finished record with a plan."""
    record = walk.load(finished.id)
    put(walk, record, "close_on", "2027-02-26")
    row = walk.save(walk.add(record, "plan", what="Security review", owner="Kim", due=dt.date(2027, 1, 15))).row
    walk.save(walk.set(record, Address("plan", "kind", row), "milestone"))
    edits = Edits(record)
    edits.set(record.opportunity, "review_since", dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC))
    walk.save(walk.finish(edits))
    return record


def test_every_date_that_a_record_commits_to_is_an_event(walk: Walk, deal: Record) -> None:
    found = events(calendar_of(walk, [deal]))
    own = deal.opportunity
    days = {uid.split("@")[0].removeprefix(f"{deal.id}-"): event.dtstart.value for uid, event in found.items()}
    assert days["close_on"] == dt.date(2027, 2, 26)
    assert days["next_step_on"] == own.next_step_on
    assert days["review"] == dt.date(2026, 11, 4), "two working days after it began to wait"
    milestone = next(event for event in found.values() if "Security review" in event.summary.value)
    assert (milestone.dtstart.value, "Kim" in milestone.description.value) == (dt.date(2027, 1, 15), True)
    assert all(own.name in event.summary.value for event in found.values())
    assert all(str(deal.id) in event.description.value for event in found.values())


def test_only_the_next_step_reminds(walk: Walk, deal: Record) -> None:
    found = events(calendar_of(walk, [deal]))
    assert [uid for uid, event in found.items() if "valarm" in event.contents] == [f"{deal.id}-next_step_on@oppwizard"]


def test_a_second_calendar_updates_the_first(walk: Walk, deal: Record) -> None:
    before = calendar_of(walk, [walk.load(deal.id)])
    assert calendar_of(walk, [walk.load(deal.id)]) == before, "the same store gives the same bytes"
    put(walk, deal, "close_on", "2027-03-05")
    old, new = events(before), events(calendar_of(walk, [walk.load(deal.id)]))
    assert old.keys() == new.keys()
    uid = f"{deal.id}-close_on@oppwizard"
    assert new[uid].dtstart.value == dt.date(2027, 3, 5)
    assert int(new[uid].sequence.value) > int(old[uid].sequence.value)


def test_text_from_outside_is_text(walk: Walk, deal: Record) -> None:
    put(walk, deal, "next_step", "Send; the plan, \\n BEGIN:VEVENT and wait for the answer of operations")
    found = events(calendar_of(walk, [deal]))
    step = found[f"{deal.id}-next_step_on@oppwizard"]
    assert step.summary.value.startswith("Send; the plan, \\n BEGIN:VEVENT and wait")
    assert all(len(line) <= 75 for line in calendar_of(walk, [deal]).split(b"\r\n"))


@pytest.mark.parametrize(("name", "value"), [("is_sample", True), ("status", Status.NURTURE)])
def test_samples_and_leads_set_aside_have_no_dates(walk: Walk, deal: Record, name: str, value: object) -> None:
    setattr(deal.opportunity, name, value)
    assert events(calendar_of(walk, [deal])) == {}


def test_it_speaks_the_language_in_use(walk: Walk, deal: Record) -> None:
    i18n.use("ja")
    assert "受注予定日" in calendar_of(walk, [deal]).decode()
