"""`Walk`: the steps a person can take, each of which changes the record, judges it, and is then saved."""

import datetime as dt
import zlib
from typing import Any
from uuid import UUID

from oppwizard import __version__
from oppwizard.checks.facts import version
from oppwizard.checks.score import total
from oppwizard.context import Context
from oppwizard.data.store import Author, Batch, Store
from oppwizard.enrichment import Provider
from oppwizard.errors import NotFound, Refused, StoreProblem
from oppwizard.i18n import T, Text
from oppwizard.model.account import Account
from oppwizard.model.ask import Kind
from oppwizard.model.base import MOST, new_id
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import RiskCategory, Stage, Standing, TeamRole
from oppwizard.model.fields import ACCOUNT, OPPORTUNITY, ROW_KINDS, FieldSpec
from oppwizard.model.findings import Address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Risk, TeamMember
from oppwizard.model.plain import dumps
from oppwizard.model.record import Person, Record
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook, use
from oppwizard.process.case import Case
from oppwizard.process.entry import Reader, UnknownPerson, accept, implied_currency
from oppwizard.process.gates import Verdict, judge, rules_there_are
from oppwizard.process.owning import own_words
from oppwizard.process.reviewing import remarks
from oppwizard.process.scoping import measured
from oppwizard.process.sizing import Size, told
from oppwizard.walk.activities import Activities
from oppwizard.walk.advancing import Advancing
from oppwizard.walk.announcing import Announcing
from oppwizard.walk.checking import Around, Checking, Past
from oppwizard.walk.consequences import follow, forget_person
from oppwizard.walk.enriching import Enriching
from oppwizard.walk.helping import Helping
from oppwizard.walk.history import History
from oppwizard.walk.lifecycle import Lifecycle
from oppwizard.walk.move import Edits, Move, parts_of
from oppwizard.walk.peers import Peers
from oppwizard.walk.recognising import link, recognise, recognise_again, recognise_person
from oppwizard.walk.rejudging import Rejudging
from oppwizard.walk.reviewing import Reviewing


class Walk(
    Advancing, History, Lifecycle, Checking, Activities, Reviewing, Peers, Announcing, Enriching, Helping, Rejudging
):
    """Moves records of one store, judged by one playbook, for one person.

    Each step changes the record in memory at once and returns a `Move`; `save` writes it. A screen may save in a
    worker, in the order of the moves; a command saves at once.
    """

    def __init__(self, store: Store, playbook: Playbook, context: Context) -> None:
        use(playbook)
        self.store = store
        self.playbook = playbook
        self.context = context
        self._around: dict[UUID, Around] = {}
        self.unrecognised: set[UUID] = set()
        self._past = Past()
        self._scored_on: dt.date | None = None
        self._providers: tuple[Provider, ...] | None = None

    # Reading

    def load(self, record_id: UUID) -> Record:
        """A record from the store.

        Raises:
            NotFound: there is none of that identity.
        """
        record = self.store.load(record_id)
        self.look_around(record)
        return record

    def company(self, record_id: UUID | None) -> list[str]:
        """Be seen in a record at a team's store, or in none; the names of those who are in it at the same time."""
        if not self.store.is_served:
            return []
        try:
            self.store.enter(record_id)
            logins = set(self.store.others())
            return [one.name for one in self.store.team.members() if one.login in logins] if logins else []
        except StoreProblem:  # whoever saves or reads next is told
            return []

    def case(self, record: Record) -> Case:
        """The record as its gates see it today."""
        return Case(record, self.playbook, self.context.today, scorer=total)

    def verdict(self, record: Record) -> Verdict:
        """What the six gates say today, and the checks beside them."""
        return judge(self.case(record)).joined(
            (*self.checked(record).findings, *remarks(record), *self.proposed(record))
        )

    def reader(self, record: Record) -> Reader:
        """The reader of typed texts for a record."""
        return Reader(record, self.playbook, self.context.today)

    def author(self, reason: str = "") -> Author:
        """The person at the keyboard, for the log."""
        return Author(self.context.user, reason=reason)

    @property
    def judged_by(self) -> int:
        """By which rules this walk judges: another number says that the verdict may be another one."""
        rules = f"{__version__} {version()} {rules_there_are()} {self.playbook.digest}"
        return zlib.crc32(rules.encode()) & 0x7FFFFFFF

    # Beginning

    def start(self, company: str | None = None, *, sample: bool = False) -> Record:
        """A new draft, saved at once.

        Args:
            company: the name they go by, if it is known already.
        """
        account = Account()
        deal = Opportunity(account_id=account.id, currency=self.playbook.home_currency, is_sample=sample)
        deal.playbook_version = self.playbook.version
        deal.created_by, deal.team = self.context.user, self.context.me.team
        deal.manager = self.context.me.manager or None
        record = Record(deal, account)
        record.team = [TeamMember(opportunity_id=deal.id, role=role) for role in TeamRole]
        record.risks = [Risk(opportunity_id=deal.id, category=category) for category in RiskCategory]
        edits = Edits(record)
        for row in (account, deal, *record.team, *record.risks):
            edits.insert(row)
        self.save(self.finish(edits))
        if company:
            self.save(self.set(record, Address(ACCOUNT, "dba"), company))
        return record

    # Editing

    def set(
        self,
        record: Record,
        at: Address,
        text: str,
        *,
        visit: UUID | None = None,
        reason: str = "",
        typing: bool = False,
    ) -> Move:
        """Answer a field with a typed text; a field of a table without a row begins a new row with it.

        Args:
            visit: identifies one stay in a field; saves of the same stay are one entry of the log.
            typing: the text may not be the whole answer yet: it is kept, and no stage is entered because of it.

        Raises:
            ValueProblem: the text is no value of the field; nothing has changed.
            NotFound: the address leads nowhere.
        """
        spec = _spec_of(at)
        if at.row is not None and record.row(at.entity, at.row) is None:
            raise NotFound(T("This row is gone already"))
        edits = Edits(record)
        try:
            value = self.reader(record).read(spec, text)
        except UnknownPerson as unknown:
            if spec.ask.kind is not Kind.PERSON:
                raise
            value = self.new_person(edits, unknown.name).id
        if spec.ask.kind is Kind.MONEY and value is not None:
            self._imply_currency(edits, at, text)
        begun = self._begin_row(edits, at) if at.entity in ROW_KINDS and at.row is None else at.row
        self._put(edits, Address(at.entity, at.name, begun), value)
        move = self.finish(edits, visit=visit, reason=reason, advancing=not typing)
        move.row = begun
        return move

    def _begin_row(self, edits: Edits, at: Address) -> UUID:
        if at.entity == "people":
            return self.new_person(edits, None).id
        row = ROW_KINDS[at.entity].models[0](opportunity_id=edits.record.id)
        edits.record.rows(at.entity).append(row)
        edits.insert(row)
        begun: UUID = row.id  # type: ignore[attr-defined]
        return begun

    def give(self, record: Record, at: Address, value: Any, *, reason: str = "") -> Move:
        """Answer a field with a typed value, such as one from a file; as `set` otherwise."""
        value = accept(_spec_of(at), value)
        edits = Edits(record)
        self._put(edits, at, value)
        return self.finish(edits, reason=reason)

    def hold(self, record: Record, at: Address, text: str) -> Move:
        """Keep what was typed although it is no value of the field: never lost, and an open point until mended."""
        edits = Edits(record)
        edits.hold(str(at), text or None)
        return self.finish(edits, advancing=False)

    def _put(self, edits: Edits, at: Address, value: Any) -> None:
        holder = edits.record.holder(at)
        if holder is None:
            raise NotFound(_no_such_field(at))
        edits.hold(str(at), None)
        if edits.set(holder, at.name, value):
            follow(edits, at, self.playbook)
            recognise(self, edits, at)

    def _imply_currency(self, edits: Edits, at: Address, text: str) -> None:
        named = implied_currency(text) or edits.record.opportunity.currency
        if at.entity == ACCOUNT:
            edits.set(edits.record.account, "revenue_currency", named)
        elif not edits.record.opportunity.currency and named:
            edits.set(edits.record.opportunity, "currency", named)

    def recognise(self, record: Record) -> Move | None:
        """Look up the names that were given while the store could not be read, as when they are given (W4.3).

        Returns:
            The step by which the record is linked to what is known; None where there is nothing to link.
        """
        if record.id not in self.unrecognised:
            return None
        self.unrecognised.discard(record.id)
        edits = Edits(record)
        recognise_again(self, edits)
        return self.finish(edits) if edits else None

    def link_account(self, record: Record, account_id: UUID) -> Move:
        """Let the draft belong to an account that exists already, instead of proposing a new one (W4.3).

        Raises:
            NotFound: there is no such account.
        """
        known = self.store.account(account_id)
        if known is None:
            raise NotFound(T("There is no such account"))
        edits = Edits(record)
        link(self, edits, known)
        return self.finish(edits)

    # Rows

    def add(self, record: Record, kind: str, **values: Any) -> Move:
        """Add a row of a kind.

        Args:
            values: typed values of its fields, as the declarations have them.

        Raises:
            ValueProblem: a value is not of its field's type.
        """
        checked = {name: accept(_spec_of(Address(kind, name)), value) for name, value in values.items()}
        edits = Edits(record)
        row_id = self._begin_row(edits, Address(kind))
        for name, value in checked.items():
            setattr(record.holder(Address(kind, name, row_id)), name, value)
        person = record.row(kind, row_id) if kind == "people" else None
        if person is not None:
            recognise_person(self, edits, person)
        move = self.finish(edits)
        move.row = row_id
        return move

    def new_person(self, edits: Edits, name: str | None) -> Person:
        """Add a person to the record as part of a step; one whom the account has already is recognised."""
        record = edits.record
        standing = Standing.ACTIVE if record.exists else Standing.PROPOSED
        contact = Contact(account_id=record.account.id, name=name, standing=standing)
        person = Person(contact, Stakeholder(opportunity_id=record.id, contact_id=contact.id))
        record.people.append(person)
        for row in parts_of(person):
            edits.insert(row)
        if name:
            edits.notes.append(T("{person} was added to the people", person=name))
            recognise_person(self, edits, person)
        return person

    def remove(self, record: Record, kind: str, row_id: UUID) -> Move:
        """Take a row away; what refers to it is cleared, what was typed into it and not understood waits for undo.

        Raises:
            NotFound: the row is gone already.
        """
        row = record.row(kind, row_id)
        if row is None:
            raise NotFound(T("This row is gone already"))
        edits = Edits(record)
        record.rows(kind).remove(row)
        if isinstance(row, Person):
            forget_person(edits, row)
            edits.delete(row.stakeholder)
            if row.contact.standing is Standing.PROPOSED:
                edits.delete(row.contact)
        else:
            edits.delete(row)
        return self.finish(edits)

    def discard_if_untouched(self, record: Record) -> bool:
        """Take a draft away again in which nothing was ever answered; returns whether it was."""
        changes = self.store.history(record.id, limit=2)
        begun = len({change.action for change in changes}) == 1 and len(changes) >= 1
        if record.exists or not begun or record.pending or record.account.standing is Standing.ACTIVE:
            return False
        try:
            self.store.delete_record(record.id)
        except Refused:
            return False
        return True

    def sized(self, record: Record) -> Size:
        """ARR, ACV and TCV of a record, with their formulas."""
        return measured(self.case(record))

    # Writing

    def finish(
        self,
        edits: Edits,
        *,
        visit: UUID | None = None,
        reason: str = "",
        author: Author | None = None,
        undoes: UUID | None = None,
        redoes: UUID | None = None,
        advancing: bool = True,
        verdict: Verdict | None = None,
    ) -> Move:
        """Judge the changed record and make of the edits one batch to be saved.

        Args:
            advancing: whether a stage is entered by itself where the playbook says so; never by undo and redo.
            verdict: what the gates say, where that is known already.
        """
        record = edits.record
        author = author or self.author(reason)
        is_new = undoes is None and redoes is None
        if is_new:
            self.note_decisions(edits, author)
        verdict = verdict or self.verdict(record)
        if advancing and is_new:
            verdict = self.advance_by_rule(edits, verdict)
        if not edits and is_new:  # a step whose effect is there (not) already is taken back (or again) all the same
            return Move(record, None, verdict, edits.notes)
        batch = Batch(
            record=record,
            edits=edits.done,
            summary=self.summary(record, verdict),
            author=author,
            action=visit or new_id(),
            pending=edits.pending,
            undoes=undoes,
            redoes=redoes,
            drop_redo=is_new,
            merge=visit is not None,
            keys=self.keys_after(edits),
        )
        self.note_moves(batch)
        batch.messages, batch.revised = self.announced(record, edits.done, batch.author, typing=batch.merge)
        return Move(record, batch, verdict, edits.notes, entered=edits.entered)

    def save(self, move: Move) -> Move:
        """Write a move in one transaction.

        Raises:
            StoreProblem: it could not be written; the record in memory keeps the change.
        """
        if move.batch is not None:
            self.store.commit(move.batch)
        return move

    def summary(self, record: Record, verdict: Verdict) -> dict[str, Any]:
        """What lists show of a record, kept with it."""
        deal = record.opportunity
        stage = verdict.open_stage
        sized = self.sized(record)
        amount = sized.amount(self.playbook.sizing.metric)
        words = (
            deal.name,
            record.account.legal_name,
            record.account.dba,
            deal.owner,
            *(person.name for person in record.people),
            *(line.sku for line in record.lines),
            *(line.product for line in record.lines),
            *own_words(record, self.playbook),
            record.id.hex,
        )
        return {
            "title": deal.name or record.account.name,
            "amount": amount if 0 < amount < MOST else None,
            "open_points": len(verdict.open_points(stage)) if stage else 0,
            "open_stage": int(stage) if stage else len(Stage) + 1,
            "search_key": fold(" ".join(word for word in words if word)),
            "sizing": dumps(told(sized)),
            "judged_by": self.judged_by,
            **self.score_columns(record),
            **self.fact_columns(record, verdict),
        }

    def spoken(self, record: Record, at: Address) -> str:
        """An address as commands take it: ``people[2].email`` instead of the row's identity."""
        if at.row is None:
            return str(at)
        ids = [row.id for row in record.rows(at.entity)]
        place = f"{at.entity}[{ids.index(at.row) + 1}]" if at.row in ids else at.entity
        return f"{place}.{at.name}" if at.name else place

    def label(self, record: Record, at: Address) -> Text:
        """What an address is called: the field, with its row."""
        spec = at.spec
        if at.entity == OPPORTUNITY or at.row is None:
            return spec.ask.label if spec else T("{name}", name=at.entity)
        number = [row.id for row in record.rows(at.entity)].index(at.row) + 1
        one = ROW_KINDS[at.entity].one
        return T("{row} {number}, {field}", row=one, number=number, field=spec.ask.label if spec else "")


def _spec_of(at: Address) -> FieldSpec:
    if at.spec is None:
        raise NotFound(_no_such_field(at))
    return at.spec


def _no_such_field(at: Address) -> Text:
    return T("There is no field “{path}”", path=str(at))
