"""The part of `Walk` that notices what somebody is to be told of, and words it (A4).

What is noticed becomes part of the batch, so that message and change are written together or not at all.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from oppwizard.data.store import Author, Edit
from oppwizard.data.tables import Message, Op, Source
from oppwizard.i18n import SOURCE, Text, given, language
from oppwizard.model.base import utc_now
from oppwizard.model.enums import Decision, HandoffState, Status
from oppwizard.model.notices import Event
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Handoff, LineItem, PlanItem, Review, TeamMember
from oppwizard.model.record import Record
from oppwizard.model.text import fold, visible
from oppwizard.playbook.notifying import NotifyRule
from oppwizard.process.notices import STANDING, Occurrence, applies, facts, named, standing, subject, worded

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_MATTERS: Final = (LineItem, PlanItem, TeamMember)
"""Rows from which it follows whether technical work or approval is needed ..."""
_MATTER_FIELDS: Final = frozenset(
    {"status", "stage", "budget_status", "currency", "term_months", "arr_override", "acv_override", "tcv_override"}
)
"""... and fields of the opportunity."""
_DECIDED: Final = {
    Decision.APPROVE: Event.APPROVED,
    Decision.REVISE: Event.SENT_BACK,
    Decision.REJECT: Event.REJECTED,
}
_HANDED: Final = {
    HandoffState.SENT: Event.HANDOFF_SENT,
    HandoffState.RECEIVED: Event.HANDOFF_RECEIVED,
    HandoffState.ACCEPTED: Event.HANDOFF_ACCEPTED,
    HandoffState.RETURNED: Event.HANDOFF_RETURNED,
}
_RECENT: Final = dt.timedelta(hours=1)
"""A packet brings rows of long ago with it; what is being done now is younger than this."""


class Announcing:
    """Samples are told of to nobody, nor is what came in from elsewhere: there it was told."""

    def announced(  # type: ignore[misc]
        self: "Walk", record: Record, edits: Sequence[Edit], author: Author, *, typing: bool = False
    ) -> tuple[list[Message], frozenset[Event]]:
        """The messages that edits bring with them, and the events whose untried messages give way to these.

        Args:
            typing: whether somebody may still be typing the value, so that what follows from it waits a little.
        """
        if not self.playbook.notify.rules or record.opportunity.is_sample:
            return [], frozenset()
        messages = self.messages(record, _done(record, edits, author), author.who)
        if author.source is Source.IMPORT or not _matters(edits):
            return messages, frozenset()
        amount = self._figure(record)
        needed = standing(record, amount, self.playbook, self.context.today)
        wait = dt.timedelta(minutes=self.playbook.notify.settle_minutes) if typing else dt.timedelta(0)
        return [*messages, *self.messages(record, needed, author.who, wait)], STANDING

    def messages(  # type: ignore[misc]
        self: "Walk", record: Record, told: Iterable[Occurrence], who: str, wait: dt.timedelta = dt.timedelta(0)
    ) -> list[Message]:
        """What the playbook's rules make of events: a message for each recipient, once."""
        found: dict[str, Message] = {}
        events = list(told)
        amount = self._figure(record) if events else None
        for one in events:
            for rule in self.playbook.notify.rules:
                if applies(rule, one.event, subject(record, amount), self.playbook):
                    for message in self._addressed(rule, record, one, (amount, who), wait):
                        found.setdefault(message.key, message)
        return list(found.values())

    def _figure(self: "Walk", record: Record) -> Decimal | None:  # type: ignore[misc]
        return self.sized(record).amount(self.playbook.sizing.metric)

    def _addressed(  # type: ignore[misc]
        self: "Walk",
        rule: NotifyRule,
        record: Record,
        told: Occurrence,
        known: tuple[Decimal | None, str],
        wait: dt.timedelta,
    ) -> Iterator[Message]:
        code = rule.language or language()
        title, body = worded(rule, facts(record, told, *known, code), code)
        people = named(record, told)
        now = utc_now()
        for name in rule.to:
            channel = f"{name}:{_short(people[name])}" if name in people else name
            yield Message(
                key=f"{stem(told.event, record.id, told.about)}:{channel}",
                event=told.event,
                record_id=record.id,
                channel=channel,
                level=rule.level,
                title=title[:1_000],
                body=body,
                created_at=now,
                next_at=now + wait,
            )


def stem(event: Event, record_id: UUID, about: str) -> str:
    """What tells an event from all others: once a packet, however many records are in it, else once a record."""
    return f"{event}:{about}" if event in _HANDED.values() else f"{event}:{record_id.hex}:{about}"


def _short(name: str) -> str:
    return visible(" ".join(name.split()))[:200]


def _matters(edits: Sequence[Edit]) -> bool:
    return any(
        edit.model in _MATTERS or (edit.model is Opportunity and edit.op is Op.SET and edit.field in _MATTER_FIELDS)
        for edit in edits
    )


def _done(record: Record, edits: Sequence[Edit], author: Author) -> Iterator[Occurrence]:
    """What was done to a record, as its edits say."""
    imported = author.source is Source.IMPORT
    for edit in edits:
        if edit.op is Op.INSERT and isinstance(edit.new, Handoff):
            yield from _handed(edit.new, author.who, imported=imported)
        elif imported:
            continue
        elif edit.op is Op.INSERT and isinstance(edit.new, Review):
            yield Occurrence(_DECIDED[edit.new.decision], edit.new.id.hex, _words(edit.new.comment))
        elif edit.op is Op.SET and edit.model is Opportunity:
            yield from _moved(record, edit)


def _moved(record: Record, edit: Edit) -> Iterator[Occurrence]:
    deal = record.opportunity
    if edit.field == "pipeline_at" and edit.new is not None and deal.status is Status.CREATED:
        yield Occurrence(Event.CREATED, edit.new.isoformat())
    if edit.field == "status" and edit.new in (Status.WON, Status.LOST):
        event = Event.WON if edit.new is Status.WON else Event.LOST
        yield Occurrence(event, str(deal.closed_on), _words(deal.close_reason or ""))


def _handed(row: Handoff, who: str, *, imported: bool) -> Iterator[Occurrence]:
    """What the person at the keyboard does with a packet; not what a packet or a receipt tells of others."""
    if imported and (fold(row.who) != fold(who) or utc_now() - row.at > _RECENT):
        return
    people = {"@receiver": row.receiver, "@sender": row.sender}
    yield Occurrence(_HANDED[row.state], row.packet.hex, _words(row.comment or row.reason), people)


def _words(text: str) -> Text | None:
    """What a person said, as it is in every language."""
    return given({SOURCE: " ".join(text.split())}) if text.strip() else None
