"""The dates that records commit to, as a calendar file (X4).

Every event keeps its UID, and its number rises when it changes, so that a second import updates the first.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from icalendar import Alarm, Calendar, Event, vText

from oppwizard import __version__
from oppwizard.i18n import T, Text, _
from oppwizard.model.base import Row
from oppwizard.model.enums import ReviewState, Status
from oppwizard.model.fields import FIELDS, OPPORTUNITY
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.process.entry import show
from oppwizard.walk import Walk


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of a record that is worth an event.

    Attributes:
        path: the field that holds the date.
        what: the field that says what happens; its own label where there is none.
        owner: the field that says who does it; the deal's owner where there is none.
        alarm: whether one is reminded the day before.
    """

    path: str
    what: str | None = None
    owner: str | None = None
    alarm: bool = False


DATES: Final = (
    Dated("next_step_on", "next_step", "next_step_owner", alarm=True),
    Dated("decision_on"),
    Dated("close_on"),
    Dated("go_live_on"),
    Dated("plan.due", "plan.what", "plan.owner"),
    Dated("searches.due", "searches.role", "searches.owner"),
)
"""Every date of a record that a calendar shows."""


def calendar_of(walk: Walk, records: Iterable[Record]) -> bytes:
    """The dates of records as an iCalendar file; samples and leads set aside have none.

    The same store gives the same bytes: what changes with the clock is not in it.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//oppwizard//oppwizard {__version__}//")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Opportunities"))
    for record in records:
        if not record.opportunity.is_sample and record.opportunity.status in (Status.DRAFT, Status.CREATED):
            for event in _events(walk, record):
                calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(walk: Walk, record: Record) -> Iterator[Event]:
    for dated in DATES:
        spec = FIELDS[dated.path]
        if spec.entity == OPPORTUNITY:
            yield from _event(walk, record, dated, Address(OPPORTUNITY, spec.name), record.opportunity)
        else:
            for row in record.rows(spec.entity):
                yield from _event(walk, record, dated, Address(spec.entity, spec.name, row.id), row)
    deal = record.opportunity
    if deal.review is ReviewState.WAITING and deal.review_since is not None:
        due = walk.clock(deal.review_since).overdue_at.date()
        yield _made(record, record.opportunity, "review", due, T("Review by the manager"), record.opportunity.owner)


def _event(walk: Walk, record: Record, dated: Dated, at: Address, row: Row) -> Iterator[Event]:
    day = record.value(at)
    if day is None or at.spec is None:
        return
    what: str | Text = _shown(walk, record, dated.what, at) or at.spec.ask.label
    owner = _shown(walk, record, dated.owner, at) or record.opportunity.owner
    event = _made(record, row, at.name, day, what, owner)
    if dated.alarm:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", str(what))
        alarm.add("trigger", dt.timedelta(days=-1))
        event.add_component(alarm)
    yield event


def _shown(walk: Walk, record: Record, path: str | None, beside: Address) -> str:
    """A field of the same row, as it is shown; empty where it is not answered."""
    if path is None:
        return ""
    spec = FIELDS[path]
    return show(spec, record.value(Address(spec.entity, spec.name, beside.row)), record, walk.playbook)


def _made(record: Record, row: Row, name: str, day: dt.date, what: str | Text, owner: str | None) -> Event:
    title = record.opportunity.name or record.account.name or str(record.id)
    told = [T("Opportunity: {title}", title=title)]
    if owner:
        told.append(T("Who: {name}", name=owner))
    told.append(T("Reference: {reference}", reference=record.id))
    event = Event()
    event.add("uid", f"{row.id}-{name}@oppwizard")
    event.add("sequence", row.revision)
    event.add("dtstamp", row.updated_at.replace(microsecond=0))
    event.add("last-modified", row.updated_at.replace(microsecond=0))
    event.add("dtstart", day)
    event.add("dtend", day + dt.timedelta(days=1))
    event["summary"] = vText(" ".join(f"{what} - {title}".split()))
    event["description"] = vText("\n".join(map(str, told)))
    event.add("transp", "TRANSPARENT")
    return event
