"""What time alone brings: reviews that are due, next steps that are overdue; each is told once (A4)."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from oppwizard.data.outbox import Due
from oppwizard.data.tables import Message
from oppwizard.errors import NotFound
from oppwizard.i18n import T
from oppwizard.model.notices import Event
from oppwizard.process.clock import Pace
from oppwizard.process.notices import Occurrence, Subject, applies
from oppwizard.walk import Walk
from oppwizard.walk.announcing import stem

TIMED = frozenset({Event.REVIEW_DUE, Event.REVIEW_OVERDUE, Event.STEP_OVERDUE})


def found(walk: Walk) -> list[Message]:
    """The messages that the time of day asks for and that the outbox does not have yet; nothing is written."""
    wanted = TIMED & {event for rule in walk.playbook.notify.rules for event in rule.on}
    if not wanted:
        return []
    told = walk.store.outbox.stems(wanted)
    messages: list[Message] = []
    for record_id, one in _occurrences(walk, wanted):
        if stem(one.event, record_id, one.about) not in told:
            messages += _worded(walk, record_id, one)
    return messages


def _worded(walk: Walk, record_id: UUID, one: Occurrence) -> list[Message]:
    try:
        record = walk.store.load(record_id)
    except NotFound:  # somebody removed it meanwhile
        return []
    return walk.messages(record, [one], "")


def _occurrences(walk: Walk, wanted: frozenset[Event]) -> Iterator[tuple[UUID, Occurrence]]:
    """Those that a rule speaks of: only of these is the record read."""
    rules, playbook = walk.playbook.notify.rules, walk.playbook
    for due, one in (*_steps(walk, wanted), *_reviews(walk, wanted)):
        deal = Subject(due.owner, due.team, due.amount, due.currency or "")
        if any(applies(rule, one.event, deal, playbook) for rule in rules):
            yield due.id, one


def _steps(walk: Walk, wanted: frozenset[Event]) -> Iterator[tuple[Due, Occurrence]]:
    if Event.STEP_OVERDUE not in wanted:
        return
    yesterday = walk.context.today - dt.timedelta(days=1)
    first = yesterday - dt.timedelta(days=walk.playbook.notify.past_days)
    for due in walk.store.outbox.overdue(first, yesterday):
        day = due.since.isoformat()
        yield due, Occurrence(Event.STEP_OVERDUE, day, T("The next step was due on {day}", day=day))


def _reviews(walk: Walk, wanted: frozenset[Event]) -> Iterator[tuple[Due, Occurrence]]:
    if not wanted & {Event.REVIEW_DUE, Event.REVIEW_OVERDUE}:
        return
    oldest = walk.context.now - dt.timedelta(days=walk.playbook.notify.past_days)
    for due in walk.store.outbox.unreviewed():
        clock = walk.clock(due.since)
        if clock.pace is Pace.IN_TIME or clock.overdue_at < oldest:
            continue
        event = Event.REVIEW_OVERDUE if clock.pace is Pace.OVERDUE else Event.REVIEW_DUE
        if event in wanted:
            detail = T("It waits for its review for {hours} h", hours=int(clock.hours))
            yield due, Occurrence(event, due.since.isoformat(), detail)
