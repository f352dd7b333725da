"""The steps that change what a record is: enter a stage, create, set aside, reopen, copy."""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from oppwizard.errors import Refused
from oppwizard.i18n import T
from oppwizard.model.base import SHORT, utc_now
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import CLOSED, NoteKind, ReviewState, Stage, Standing, Status
from oppwizard.model.fields import ACCOUNT, FIELDS, OPPORTUNITY, SINGLE
from oppwizard.model.findings import Address
from oppwizard.model.parts import LineItem, Note, StagePassage
from oppwizard.model.record import Person, Record
from oppwizard.process.entry import show
from oppwizard.process.gates import Verdict
from oppwizard.process.required import is_missing
from oppwizard.process.wording import is_placeholder
from oppwizard.walk.consequences import entering
from oppwizard.walk.move import Edits, Move

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_LINE_COPIED = ("id", "created_at", "updated_at", "revision", "opportunity_id")


class GateClosed(Refused):
    """A stage cannot be entered, or the opportunity not created.

    Attributes:
        verdict: the findings that stand in the way.
    """

    def __init__(self, stage: Stage, verdict: Verdict) -> None:
        closed = verdict.open_stage or stage
        count = len(verdict.open_points(closed))
        super().__init__(
            T("Stage {number} {stage} has {count} open points", number=int(closed), stage=closed.label, count=count),
            T("Settle them first."),
        )
        self.verdict = verdict


def initial_note(record: Record, author: str) -> Note | None:
    """The note with which an opportunity begins, of what stage 4 asked for (W4.7); None where the record has it."""
    deal = record.opportunity
    if any(note.kind is NoteKind.INITIAL and note.body == deal.initial_note for note in record.notes):
        return None
    return Note(opportunity_id=deal.id, kind=NoteKind.INITIAL, author=author, body=deal.initial_note or "")


class Lifecycle:
    """The part of `Walk` that moves a record from stage to stage and from draft to opportunity."""

    def advance(self: "Walk", record: Record, stage: Stage) -> Move:  # type: ignore[misc]
        """Enter a stage; the first time, its predecessor's evidence is stored and known answers are proposed (E4).

        Raises:
            GateClosed: a gate before it is not satisfied.
        """
        verdict = self.verdict(record)
        if not verdict.may_enter(stage):
            raise GateClosed(stage, verdict)
        edits = Edits(record)
        for entered in Stage:
            if record.opportunity.stage < entered <= stage:
                enter(self, edits, entered, self.context.user)
        return self.finish(edits)

    def create(self: "Walk", record: Record) -> Move:  # type: ignore[misc]
        """Make the opportunity exist: account, contacts, roles, lines, team, note and status in one transaction (W4).

        Raises:
            GateClosed: something is still open.
        """
        self.look_around(record)
        verdict = self.verdict(record)
        if not verdict.may_create:
            raise GateClosed(Stage.CREATION, verdict)
        edits = Edits(record)
        deal = record.opportunity
        edits.set(record.account, "standing", Standing.ACTIVE)
        for person in record.people:
            edits.set(person.contact, "standing", Standing.ACTIVE)
        note = initial_note(record, self.context.user)
        if note is not None:
            record.notes.append(note)
            edits.insert(note)
        edits.set(deal, "status", Status.CREATED)
        edits.set(deal, "pipeline_on", self.context.today)
        edits.set(deal, "pipeline_at", utc_now())
        edits.set(deal, "playbook_version", self.playbook.version)
        _forecast(self, edits)
        for entered in (Stage.CREATION, Stage.STAKEHOLDERS):
            if deal.stage < entered:
                _pass(self, edits, Stage(entered - 1), self.context.user)
                edits.set(deal, "stage", int(entered))
        edits.notes.append(T("The opportunity exists"))
        return self.finish(edits)

    def set_aside(self: "Walk", record: Record, status: Status, reason: str) -> Move:  # type: ignore[misc]
        """Disqualify a draft, or send it back to nurture; it is kept, found and counted (W1.8).

        Raises:
            Refused: there is no reason that says something, or the record is an opportunity already.
        """
        if record.exists or status not in (Status.DISQUALIFIED, Status.NURTURE):
            raise Refused(
                T("An opportunity cannot be made a lead again here"), T("Only drafts are disqualified or nurtured.")
            )
        if is_missing(reason) or is_placeholder(reason, self.playbook.wording):
            raise Refused(T("A reason is needed"), T("Say why this lead does not go on."))
        edits = Edits(record)
        edits.set(record.opportunity, "status", status)
        edits.set(record.opportunity, "set_aside_reason", reason)
        return self.finish(edits, reason=reason)

    def close(  # type: ignore[misc]
        self: "Walk",
        record: Record,
        status: Status,
        on: dt.date,
        reason: str,
        *,
        amount: Decimal | None = None,
        lost_to: str = "",
    ) -> Move:
        """Close an opportunity as won or lost (R1-R4).

        Args:
            on: the day on which the customer decided.
            amount: for what it was won, in the deal's currency; the record's own amount where it is not given.
            lost_to: who won it instead, where that is known.

        Raises:
            Refused: it is no open opportunity, a gate up to creation does not hold for one won, the day is not
                possible, or no reason is given.
        """
        _refuse_to_close(self, record, status, on, reason)
        deal, edits = record.opportunity, Edits(record)
        edits.set(deal, "status", status)
        edits.set(deal, "closed_on", on)
        edits.set(deal, "close_reason", reason.strip()[:SHORT])
        if status is Status.WON:
            known = self.sized(record).amount(self.playbook.sizing.metric)
            edits.set(deal, "closed_amount", known if amount is None else amount)
        else:
            edits.set(deal, "lost_to", lost_to.strip()[:SHORT] or None)
        return self.finish(edits, reason=reason)

    def reopen(self: "Walk", record: Record) -> Move:  # type: ignore[misc]
        """Take up again a lead that was set aside, or a deal that was closed; the reason stays in the log."""
        edits = Edits(record)
        if record.is_closed:
            edits.set(record.opportunity, "status", Status.CREATED)
            for name in ("closed_on", "closed_amount", "close_reason", "lost_to"):
                edits.set(record.opportunity, name, None)
        if record.opportunity.status in (Status.DISQUALIFIED, Status.NURTURE):
            edits.set(record.opportunity, "status", Status.DRAFT)
            edits.set(record.opportunity, "set_aside_reason", None)
        return self.finish(edits)

    def duplicate(self: "Walk", record: Record) -> Record:  # type: ignore[misc]
        """A new draft for the same account and people, with the same products and structure.

        Evidence is not copied: a new deal has its own budget, need, dates and competition.
        """
        copy = self.start()
        self.save(self.link_or_copy_account(copy, record))
        edits = Edits(copy)
        twins = {person.id: _copy_person(edits, person) for person in record.people}
        for line in record.lines:
            values = {k: v for k, v in line.model_dump().items() if k not in _LINE_COPIED}
            twin = LineItem(opportunity_id=copy.id, **values)
            copy.lines.append(twin)
            edits.insert(twin)
        for spec in FIELDS.values():
            structure = spec.ask.group == "structure" and spec.ask.requirement == "W2.3"
            if spec.entity == OPPORTUNITY and (structure or spec.name == "currency"):
                edits.set(copy.opportunity, spec.name, getattr(record.opportunity, spec.name))
        for field in self.playbook.fields:
            if field.copied:
                edits.set(copy.custom, field.name, _of_twins(getattr(record.custom, field.name), twins))
        self.save(self.finish(edits))
        return copy

    def link_or_copy_account(self: "Walk", copy: Record, record: Record) -> Move:  # type: ignore[misc]
        """Give a copied draft the original's account: the account itself once it exists, else its answers."""
        if record.account.standing is Standing.ACTIVE:
            return self.link_account(copy, record.account.id)
        edits = Edits(copy)
        for spec in FIELDS.values():
            if spec.entity == ACCOUNT:
                edits.set(copy.account, spec.name, getattr(record.account, spec.name))
        edits.set(copy.account, "name_key", record.account.name_key)
        edits.set(copy.account, "dba_key", record.account.dba_key)
        return self.finish(edits)


def _refuse_to_close(walk: "Walk", record: Record, status: Status, on: dt.date, reason: str) -> None:
    deal = record.opportunity
    if status not in CLOSED or deal.status is not Status.CREATED:
        raise Refused(
            T("Only an open opportunity is won or lost"), T("This one is: {status}", status=deal.status.label)
        )
    verdict = walk.verdict(record)
    if status is Status.WON and not verdict.holds:
        raise GateClosed(Stage.CREATION, verdict)
    if on > walk.context.today or (deal.pipeline_on is not None and on < deal.pipeline_on):
        raise Refused(
            T("It cannot have been decided on {day}", day=on.isoformat()),
            T("Give a day from its creation to today."),
        )
    if is_missing(reason) or is_placeholder(reason, walk.playbook.wording):
        raise Refused(T("A reason is needed"), T("Say what decided it."))


def _of_twins(value: Any, twins: Mapping[UUID, UUID]) -> Any:
    """A value that names people as the copies that they have got."""
    if isinstance(value, list):
        return [one for one in (_of_twins(each, twins) for each in value) if one is not None]
    return twins.get(value) if isinstance(value, UUID) else value


def _copy_person(edits: Edits, person: Person) -> UUID:
    record = edits.record
    contact = person.contact
    if contact.standing is not Standing.ACTIVE:
        values = {k: v for k, v in contact.model_dump().items() if k not in (*_LINE_COPIED, "account_id")}
        contact = Contact(account_id=record.account.id, **values)
        edits.insert(contact)
    twin = Stakeholder(opportunity_id=record.id, contact_id=contact.id, roles=list(person.roles))
    twin.influence = person.influence
    record.people.append(Person(contact, twin))
    edits.insert(twin)
    return twin.id


def _forecast(walk: "Walk", edits: Edits) -> None:
    """Keep what is forecast as the opportunity comes into being, and let the clock of its review run (Q1, R2, R4)."""
    deal = edits.record.opportunity
    amount = walk.sized(edits.record).amount(walk.playbook.sizing.metric)
    edits.set(deal, "first_close_on", deal.close_on)
    edits.set(deal, "first_amount", amount)
    edits.set(deal, "first_probability", deal.probability)
    edits.set(deal, "first_score", walk.score(edits.record).total)
    edits.set(deal, "review", ReviewState.WAITING)
    edits.set(deal, "review_since", utc_now())


def enter(walk: "Walk", edits: Edits, stage: Stage, by: str) -> None:
    """Let a record be in a stage: its predecessor's evidence is stored, and known answers are proposed (E4).

    Args:
        by: who or what passed the gate.
    """
    _pass(walk, edits, Stage(stage - 1), by)
    edits.set(edits.record.opportunity, "stage", int(stage))
    edits.set(edits.record.opportunity, "playbook_version", walk.playbook.version)
    entering(edits, stage, walk.context.user, walk.playbook)


def _pass(walk: "Walk", edits: Edits, stage: Stage, by: str) -> None:
    """Store the evidence with which a stage's gate was found satisfied (E4)."""
    record = edits.record
    passage = StagePassage(
        opportunity_id=record.id,
        stage=int(stage),
        passed_by=by,
        evidence=json.dumps(evidence(walk, record, stage), ensure_ascii=False, sort_keys=True),
    )
    record.passages.append(passage)
    edits.insert(passage)


def evidence(walk: "Walk", record: Record, stage: Stage) -> dict[str, Any]:
    """The answers of a stage as they stand, by path: what its gate was satisfied with."""
    answers: dict[str, Any] = {}
    for spec in FIELDS.values():
        if spec.ask.stage is not stage:
            continue
        if spec.entity in SINGLE:
            holder: Any = record.holder(Address(spec.entity))
            text = show(spec, getattr(holder, spec.name), record, walk.playbook)
            if text:
                answers[spec.path] = text
            continue
        for row in record.rows(spec.entity):
            holder = row.part(spec.name) if isinstance(row, Person) else row
            text = show(spec, getattr(holder, spec.name), record, walk.playbook)
            if text:
                answers.setdefault(spec.path, []).append(text)
    return answers
