"""The steps that change what a record is: enter a stage, create, set aside, reopen, copy."""

import json
from typing import TYPE_CHECKING, Any

from oppwizard.errors import Refused
from oppwizard.i18n import T
from oppwizard.model.base import utc_now
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import NoteKind, Stage, Standing, Status
from oppwizard.model.fields import ACCOUNT, FIELDS, OPPORTUNITY
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
                _pass(self, edits, Stage(entered - 1))
                edits.set(record.opportunity, "stage", int(entered))
                entering(edits, entered, self.context.user, self.playbook)
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
        if not any(note.kind is NoteKind.INITIAL and note.body == deal.initial_note for note in record.notes):
            body = deal.initial_note or ""
            note = Note(opportunity_id=deal.id, kind=NoteKind.INITIAL, author=self.context.user, body=body)
            record.notes.append(note)
            edits.insert(note)
        edits.set(deal, "status", Status.CREATED)
        edits.set(deal, "pipeline_on", self.context.today)
        edits.set(deal, "pipeline_at", utc_now())
        edits.set(deal, "playbook_version", self.playbook.version)
        for entered in (Stage.CREATION, Stage.STAKEHOLDERS):
            if deal.stage < entered:
                _pass(self, edits, Stage(entered - 1))
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

    def reopen(self: "Walk", record: Record) -> Move:  # type: ignore[misc]
        """Take a lead up again that was set aside; its reason stays in the log."""
        edits = Edits(record)
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
        for person in record.people:
            _copy_person(edits, person)
        for line in record.lines:
            values = {k: v for k, v in line.model_dump().items() if k not in _LINE_COPIED}
            twin = LineItem(opportunity_id=copy.id, **values)
            copy.lines.append(twin)
            edits.insert(twin)
        for spec in FIELDS.values():
            structure = spec.ask.group == "structure" and spec.ask.requirement == "W2.3"
            if spec.entity == OPPORTUNITY and (structure or spec.name == "currency"):
                edits.set(copy.opportunity, spec.name, getattr(record.opportunity, spec.name))
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


def _copy_person(edits: Edits, person: Person) -> None:
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


def _pass(walk: "Walk", edits: Edits, stage: Stage) -> None:
    """Store the evidence with which a stage's gate was found satisfied (E4)."""
    record = edits.record
    passage = StagePassage(
        opportunity_id=record.id,
        stage=int(stage),
        passed_by=walk.context.user,
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
        if spec.entity in (OPPORTUNITY, ACCOUNT):
            holder: Any = record.opportunity if spec.entity == OPPORTUNITY else record.account
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
