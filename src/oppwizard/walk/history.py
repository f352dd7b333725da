"""Undo, redo, and what to do when somebody else changed the record meanwhile."""

import json
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.codec import decode, decode_row
from oppwizard.data.store import Batch, Edit
from oppwizard.data.tables import PARTS, Change, ChangeState, Op, Source, model_of
from oppwizard.data.unfolding import COLUMN, field_of, name_in, unfolded, unfolded_edit
from oppwizard.errors import Conflict, Refused
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.custom import replaced
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ACCOUNT, CUSTOM, OPPORTUNITY
from oppwizard.model.findings import Address, address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Handoff, Review
from oppwizard.model.record import Person, Record
from oppwizard.walk.advancing import who_said
from oppwizard.walk.lifecycle import GateClosed
from oppwizard.walk.move import Edits, Move
from oppwizard.walk.proposals import unfilled

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_CORRECT: Final = T("Correct its fields instead.")
Key = tuple[type[SQLModel], UUID]


class Bag:
    """A record taken apart into its stored rows, so that logged changes can be replayed on them in any order."""

    def __init__(self, record: Record) -> None:
        self.edits = Edits(record)
        self.rows: dict[Key, Any] = {
            (Opportunity, record.id): record.opportunity,
            (Account, record.account.id): record.account,
        }
        for person in record.people:
            self.rows[(Contact, person.contact.id)] = person.contact
            self.rows[(Stakeholder, person.id)] = person.stakeholder
        for model, key in PARTS.items():
            self.rows |= {(model, row.id): row for row in getattr(record, key)}

    def assign(self, key: Key, name: str, value: Any) -> None:
        """Set a value of a row, if the row is (still) there; one of our own fields is named as `unfolded` does."""
        if key not in self.rows:
            return
        row, own = self.rows[key], name_in(name)
        if own is None:
            self.edits.set(row, name, value)
        else:
            self.edits.set(row, COLUMN, replaced(row.custom, own, value))

    def put(self, row: Any) -> None:
        """Put a row back, if it is not there."""
        if (type(row), row.id) not in self.rows:
            self.rows[(type(row), row.id)] = row
            self.edits.insert(row)

    def take(self, key: Key) -> None:
        """Take a row out, if it is there."""
        row = self.rows.pop(key, None)
        if row is not None:
            self.edits.delete(row)

    def address(self, key: Key, name: str) -> Address:
        """Where a value of a stored row stands in the record."""
        model, row_id = key
        own = name_in(name)
        if own is not None:
            return Address(CUSTOM, own)
        if model is Opportunity:
            return Address(OPPORTUNITY, name)
        if model is Account:
            return Address(ACCOUNT, name)
        if model is Contact:
            roles = (row for (kind, _), row in self.rows.items() if kind is Stakeholder)
            row_id = next((row.id for row in roles if row.contact_id == row_id), row_id)
        return Address(PARTS.get(model, "people"), name, row_id)

    def assembled(self, walk: "Walk") -> Edits:
        """The edits, on a record put together again from the rows."""
        old = self.edits.record
        deal = old.opportunity
        record = Record(deal, self._account(walk, deal.account_id), pending=dict(old.pending))
        for model, key in PARTS.items():
            getattr(record, key).extend(self._sorted(model))
        for stakeholder in self._sorted(Stakeholder):
            contact = self.rows.get((Contact, stakeholder.contact_id)) or walk.store.contact(stakeholder.contact_id)
            if contact is not None:
                record.people.append(Person(contact, stakeholder))
        self.edits.record = record
        return self.edits

    def _account(self, walk: "Walk", account_id: UUID) -> Account:
        known: Account | None = self.rows.get((Account, account_id)) or walk.store.account(account_id)
        assert known is not None, "an opportunity refers to a stored account"
        return known

    def _sorted(self, model: type[SQLModel]) -> list[Any]:
        """The rows of a kind in the order in which the store gives them, which the clock may have set back once."""
        found = (row for key, row in self.rows.items() if key[0] is model)
        return sorted(found, key=lambda row: (row.created_at, row.id))


def _creates(change: Change) -> bool:
    """Whether a change made an opportunity of a draft."""
    return change.field == "pipeline_on" and change.old == "null" and change.new != "null"


class History:
    """The part of `Walk` that goes back and forth along the log.

    Each step returns a move with a record put together anew; the one handed in is not to be used any more.
    """

    def undo(self: "Walk", record: Record) -> Move | None:  # type: ignore[misc]
        """Take the newest step back; None when there is none left.

        Raises:
            Refused: the newest step created the opportunity.
        """
        changes = self.store.last_done(record.id)
        if not changes or any(_begins(change, record) for change in changes):
            return None
        if any(change.source is Source.ERASURE for change in changes):
            raise Refused(T("A person was erased; what came before that cannot be undone"), _CORRECT)
        if any(change.entity == Handoff.__tablename__ for change in changes):
            raise Refused(T("The record changed hands; what came before that cannot be undone"), _CORRECT)
        if any(change.entity == Review.__tablename__ for change in changes):
            raise Refused(T("The manager has decided; a decision cannot be undone"), _CORRECT)
        if any(_creates(change) for change in changes):
            raise Refused(T("The opportunity exists; creating it cannot be undone"), _CORRECT)
        bag = Bag(record)
        for change in reversed(list(unfolded(changes))):
            if not self._is_shared(change, record.id):
                _replay(bag, change, back=True)
        return self.finish(bag.assembled(self), undoes=changes[0].action)

    def redo(self: "Walk", record: Record) -> Move | None:  # type: ignore[misc]
        """Take the oldest undone step again; None when there is none.

        Raises:
            GateClosed: the step entered a stage that the gates are not open to any more; nothing has changed.
        """
        changes = self.store.next_redo(record.id)
        if not changes:
            return None
        reached = record.opportunity.stage
        bag, steps = Bag(record), list(unfolded(changes))
        for change in steps:
            if not self._is_shared(change, record.id):
                _replay(bag, change, back=False)
        edits = bag.assembled(self)
        stage = Stage(edits.record.opportunity.stage)
        verdict = self.verdict(edits.record)
        if stage > reached and not verdict.may_enter(stage):
            for change in reversed(steps):
                _replay(bag, change, back=True)
            raise GateClosed(stage, verdict)
        return self.finish(edits, redoes=changes[0].action, verdict=verdict)

    def _is_shared(self: "Walk", change: Change, record_id: UUID) -> bool:  # type: ignore[misc]
        """Whether a step brought a person into the store who has a part in another deal by now, and so stays there."""
        if change.op is not Op.INSERT or change.entity != Contact.__tablename__:
            return False
        return self.store.has_other_deals(change.row_id, record_id)

    def rebase(  # type: ignore[misc]
        self: "Walk", record_id: UUID, stale: list[Batch]
    ) -> tuple[Record, list[Move], list[Conflict]]:
        """Put steps that came too late onto the record as the store has it now; see `put_onto`."""
        return self.put_onto(self.load(record_id), stale)

    def put_onto(  # type: ignore[misc]
        self: "Walk", fresh: Record, stale: list[Batch]
    ) -> tuple[Record, list[Move], list[Conflict]]:
        """Put steps that came too late onto the record as somebody else left it.

        Args:
            fresh: the record, just read from the store.

        Returns:
            The fresh record, the moves that still stand (to be saved in order), and a conflict for each value that
            both changed; theirs stands in the record, mine only in the conflict.
        """
        moves: list[Move] = []
        conflicts: list[Conflict] = []
        for batch in stale:
            bag = Bag(fresh)
            # What a rule did is left out: whether it does so again is found out below.
            own = [edit for whole in batch.edits if whole.author is None for edit in unfolded_edit(whole)]
            differing = [conflict for edit in own for conflict in _reapply(bag, edit)]
            edits = bag.assembled(self)
            fresh = edits.record
            if batch.author.source is Source.ENRICHMENT:  # a person's value stands, and nobody is asked
                unfilled(fresh, batch)
            else:
                conflicts.extend(differing)
            for place, text in batch.pending.items():
                edits.hold(place, text)
            moves.append(self.finish(edits, author=batch.author))
        return fresh, [move for move in moves if move.batch is not None], conflicts

    def insist(self: "Walk", record: Record, conflict: Conflict) -> Move:  # type: ignore[misc]
        """Put the refused value of a conflict in place after all."""
        bag = Bag(record)
        model, row_id = conflict.row
        at = address(conflict.path)
        bag.assign((model, row_id), field_of(at.name) if at.entity == CUSTOM else at.name, conflict.mine)
        return self.finish(bag.assembled(self))

    def told_history(self: "Walk", record: Record, limit: int = 500) -> list[str]:  # type: ignore[misc]
        """Every change in words, newest first: when, who, what, from what to what."""
        return [_told(change) for change in unfolded(self.store.history(record.id, limit=limit))]


def _told(change: Change) -> str:
    when = f"{change.at.astimezone():%Y-%m-%d %H:%M}"
    what = f"{change.entity}.{change.field}" if change.field else f"{change.op.label} {change.entity}"
    values = f"{change.old or '-'} -> {change.new or '-'}" if change.op is Op.SET else ""
    reason = f" ({change.reason})" if change.reason else ""
    state = "" if change.state is ChangeState.DONE else f" [{change.state.label}]"
    return f"{when}  {who_said(change.who)}  {what}  {values}{reason}{state}"


def _begins(change: Change, record: Record) -> bool:
    return change.op is Op.INSERT and change.row_id == record.id


def _replay(bag: Bag, change: Change, *, back: bool) -> None:
    model = model_of(change.entity)
    key = (model, change.row_id)
    if change.op is Op.SET:
        bag.assign(key, change.field, _decoded(model, change.field, change.old if back else change.new))
    elif (change.op is Op.INSERT) is back:
        bag.take(key)
    else:
        bag.put(decode_row(model, (change.old if back else change.new) or "{}"))


def _decoded(model: type[SQLModel], name: str, text: str | None) -> Any:
    if name_in(name) is None:
        return decode(model, name, text)
    return None if text is None else json.loads(text)


def value_of(row: Any, name: str) -> Any:
    """The value of a row's column, or of one of our own fields in it, named as `unfolded` does."""
    own = name_in(name)
    return getattr(row, name) if own is None else row.custom.get(own)


def _reapply(bag: Bag, edit: Edit) -> list[Conflict]:
    key = (edit.model, edit.row_id)
    if edit.op is Op.INSERT:
        bag.put(edit.new)
    elif edit.op is Op.DELETE:
        bag.take(key)
    elif key in bag.rows:
        theirs = value_of(bag.rows[key], edit.field)
        at = bag.address(key, edit.field)
        if theirs == edit.old:
            bag.assign(key, edit.field, edit.new)
        elif theirs != edit.new and at.spec is not None:  # what the walk keeps itself, it works out again
            return [_conflict(edit, at, theirs)]
    return []


def _conflict(edit: Edit, at: Address, theirs: Any) -> Conflict:
    return Conflict(
        T("“{field}” was changed by somebody else meanwhile", field=at.spec.ask.label if at.spec else at.name),
        T("Theirs: {theirs} - yours: {mine}", theirs=theirs, mine=edit.new),
        path=str(at),
        theirs=theirs,
        mine=edit.new,
        row=(edit.model, edit.row_id),
    )
