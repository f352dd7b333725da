"""Everything that happened around a deal, in the order in which it happened (E8)."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from oppwizard.data.tables import Change, ChangeState, Op
from oppwizard.i18n import T, Text
from oppwizard.model.choice import Choice
from oppwizard.model.enums import Decision, HandoffState, Stage
from oppwizard.model.fields import FIELDS
from oppwizard.model.findings import Address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record
from oppwizard.process.reviewing import place_of
from oppwizard.walk.advancing import who_said
from oppwizard.walk.changed import worded
from oppwizard.walk.peers import told

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk


class Sort(Choice):
    """What a line of the timeline is."""

    TALK = "talk", T("Talks")
    NOTE = "note", T("Notes")
    FILE = "file", T("Files")
    STAGE = "stage", T("Stages")
    HANDOFF = "handoff", T("Handoffs")
    REVIEW = "review", T("Reviews")
    PEER = "peer", T("Peer reviews")
    CHANGE = "change", T("Changes")


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline.

    Attributes:
        at: the moment, in UTC; of a talk only the day is known: its noon.
        day: the calendar day, where it is read.
        who: who did it; for a talk the people who were there.
        what: what it was, in a few words.
        detail: the rest: outcome and commitments, the body of a note, old and new value.
        where: where it stands in the record, if it is a row that can be gone to.
    """

    at: dt.datetime
    day: dt.date
    sort: Sort
    who: str
    what: str
    detail: str = ""
    where: Address | None = None
    row_id: UUID | None = None


_TOLD: Final = (
    "close_on",
    "amount",
    "arr_override",
    "acv_override",
    "tcv_override",
    "sales_stage",
    "probability",
    "owner",
)
"""The values whose every change is told; what else was edited is in the history."""


def timeline(walk: "Walk", record: Record, sorts: Collection[Sort] = tuple(Sort)) -> list[Happening]:
    """What happened, the newest first."""
    found = [*_talks(record), *_notes(record), *_files(record), *_stages(record), *_handoffs(walk, record)]
    found += [*_reviews(walk, record), *_peers(record)]
    if Sort.CHANGE in sorts:
        found += _changes(walk, record)
    wanted = [one for one in found if one.sort in sorts]
    return sorted(wanted, key=lambda one: (one.day, one.at, one.sort.value), reverse=True)


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone().date()


def _talks(record: Record) -> Iterator[Happening]:
    for touch in record.touchpoints:
        day = touch.on or _day(touch.created_at)
        at = dt.datetime.combine(day, dt.time(12), dt.UTC)
        people = [person.name for person in record.people if person.id in touch.people]
        kind = str(touch.kind.label) if touch.kind else ""
        detail = [touch.outcome or ""]
        if touch.commitments:
            detail.append(str(T("Commitments: {text}", text=touch.commitments)))
        yield Happening(
            at,
            day,
            Sort.TALK,
            ", ".join(name for name in (*people, touch.ours or "") if name),
            ": ".join(text for text in (kind, touch.subject or "") if text),
            "\n".join(text for text in detail if text),
            Address("touchpoints", "subject", touch.id),
            touch.id,
        )


def _notes(record: Record) -> Iterator[Happening]:
    for note in record.notes:
        first, _, rest = note.body.strip().partition("\n")
        yield Happening(
            note.created_at, _day(note.created_at), Sort.NOTE, note.author, first, rest.strip(), None, note.id
        )


def _files(record: Record) -> Iterator[Happening]:
    for one in record.attachments:
        size = T("{size} kB, {type}", size=-(-one.size // 1_000), type=one.media_type)
        yield Happening(
            one.created_at,
            _day(one.created_at),
            Sort.FILE,
            one.author,
            one.name,
            f"{size}\nSHA-256 {one.digest}",
            None,
            one.id,
        )


def _stages(record: Record) -> Iterator[Happening]:
    for passage in record.passages:
        stage = Stage(passage.stage)
        said = T("Passed stage {number} {stage}", number=passage.stage, stage=stage.label)
        answers = len(json.loads(passage.evidence))
        detail = T("{count} answers as evidence", count=answers)
        yield Happening(
            passage.created_at,
            _day(passage.created_at),
            Sort.STAGE,
            who_said(passage.passed_by),
            str(said),
            str(detail),
            None,
            passage.id,
        )


_EVENTS: Final[dict[HandoffState, Text]] = {
    HandoffState.SENT: T("Handed over, {kind}: sent to {receiver}"),
    HandoffState.RECEIVED: T("Handed over, {kind}: received from {sender}"),
    HandoffState.ACCEPTED: T("Handed over, {kind}: accepted"),
    HandoffState.RETURNED: T("Handed over, {kind}: returned to {sender}"),
}


def reason_label(walk: "Walk", reason: str) -> str:
    """Why a packet went back, in words: a reason of the playbook's list, or what the manager decided."""
    listed = next((str(item) for item in walk.playbook.pick_list("return_reasons").items if item.value == reason), "")
    return listed or (str(Decision(reason).label) if reason in list(Decision) else reason)


def _handoffs(walk: "Walk", record: Record) -> Iterator[Happening]:
    for event in record.handoffs:
        said = replace(
            _EVENTS[event.state],
            params=(("kind", event.kind.label), ("sender", event.sender), ("receiver", event.receiver)),
        )
        parts = [reason_label(walk, event.reason), event.comment]
        if event.rating is not None:
            parts.append(str(T("Rated {rating} of 5", rating=event.rating)))
        detail = "\n".join(part for part in parts if part)
        yield Happening(event.at, _day(event.at), Sort.HANDOFF, event.who, str(said), detail, None, event.id)


def _reviews(walk: "Walk", record: Record) -> Iterator[Happening]:
    for review in record.reviews:
        said_then = [one for one in record.remarks if one.review_id == review.id]
        remarks = [f"{walk.label(record, place_of(one.place))}: {one.body}" for one in said_then]
        detail = "\n".join(text for text in (review.comment, *remarks) if text)
        said = str(review.decision.label)
        yield Happening(review.at, _day(review.at), Sort.REVIEW, review.reviewer, said, detail, None, review.id)


def _peers(record: Record) -> Iterator[Happening]:
    for held in record.peer_reviews:
        points = [f"{one.kind.label}: {told(one)}" for one in record.peer_points if one.session_id == held.id]
        who = T("{presenter}, with {attendees}", presenter=held.presenter, attendees=held.attendees)
        yield Happening(
            dt.datetime.combine(held.on, dt.time(12), dt.UTC),
            held.on,
            Sort.PEER,
            str(who) if held.attendees else held.presenter,
            str(T("Peer review")),
            "\n".join(text for text in (held.summary, *points) if text),
            None,
            held.id,
        )


def _changes(walk: "Walk", record: Record) -> Iterator[Happening]:
    for change in _in_force(walk.store.log(record.id, record.account.id, ())):
        told = worded(walk, record, change)
        if told is None:
            continue
        detail = f"{told.old or '-'} → {told.new or '-'}"
        if change.reason:
            detail += f"\n{change.reason}"
        yield Happening(
            change.at,
            _day(change.at),
            Sort.CHANGE,
            who_said(change.who),
            str(told.what),
            detail,
            told.where,
            change.row_id,
        )


def _in_force(changes: Iterable[Change]) -> Iterator[Change]:
    for change in changes:
        told = change.entity == Opportunity.__tablename__ and change.field in _TOLD and change.field in FIELDS
        if told and change.op is Op.SET and change.state is not ChangeState.MARK:
            yield change
