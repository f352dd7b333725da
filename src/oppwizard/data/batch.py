"""What is written at once: the edits of one action on one record."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.tables import PARTS, Change, Message, Op, Source
from oppwizard.model.account import Account
from oppwizard.model.base import new_id
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.notices import Event
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, by what means, and why."""

    who: str
    source: Source = Source.PERSON
    reason: str = ""


@dataclass(slots=True)
class Edit:
    """One change of one row, already made in memory.

    Attributes:
        field: the column that was set; empty for a whole row.
        old: the value before; the row itself where it was deleted.
        new: the value now; the row itself where it was inserted.
        holder: the row in memory whose revision guards the write; looked up in the record where it is not given.
        author: who made it, where that is another one than the batch's: a rule that followed a person's step.
    """

    op: Op
    model: type[SQLModel]
    row_id: UUID
    field: str = ""
    old: Any = None
    new: Any = None
    holder: SQLModel | None = None
    author: Author | None = None

    @property
    def row(self) -> tuple[type[SQLModel], UUID]:
        """What it changes, as a key."""
        return self.model, self.row_id


@dataclass(slots=True)
class Batch:
    """Edits that are written together or not at all.

    Attributes:
        summary: the opportunity's columns kept for lists; written without a log entry.
        pending: typed texts that are no values yet, by address; None where there is none any more.
        undoes: the action that these edits take back.
        redoes: the action that these edits bring back.
        drop_redo: what was undone can not be redone any more.
        keys: by account, the keys under which it is found again, where they changed.
        merge: continue the newest logged change where it is of the same action and field (typing that goes on).
        files: contents of attached files by their SHA-256.
        received: changes that were logged elsewhere and come in with the edits, in place of entries of their own.
        messages: what is to be told to whom; written with the edits, or not at all.
        revised: events whose messages of this record, where nobody has tried to send them yet, give way to these.
    """

    record: Record
    edits: list[Edit]
    summary: dict[str, Any]
    author: Author
    action: UUID = field(default_factory=new_id)
    pending: dict[str, str | None] = field(default_factory=dict)
    undoes: UUID | None = None
    redoes: UUID | None = None
    drop_redo: bool = False
    keys: dict[UUID, tuple[int, ...]] = field(default_factory=dict)
    merge: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    received: tuple[Change, ...] | None = None
    messages: list[Message] = field(default_factory=list)
    revised: frozenset[Event] = frozenset()

    def of(self, op: Op) -> Iterator[Edit]:
        """The edits of one sort, in order."""
        return (edit for edit in self.edits if edit.op is op)


def row_of(record: Record, model: type[SQLModel], row_id: UUID) -> SQLModel | None:
    """The row in memory that an edit speaks of, None where the record has none."""
    return next((row for row in _rows(record, model) if row.id == row_id), None)


def _rows(record: Record, model: type[SQLModel]) -> list[Any]:
    if model is Opportunity:
        return [record.opportunity]
    if model is Account:
        return [record.account]
    if model is Contact:
        return [person.contact for person in record.people]
    if model is Stakeholder:
        return [person.stakeholder for person in record.people]
    return record.rows(PARTS[model])
