"""One step of the walk: changed in memory already, ready to be saved."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.store import Author, Batch, Edit
from oppwizard.data.tables import Op
from oppwizard.i18n import Text
from oppwizard.model.custom import Custom, answered
from oppwizard.model.enums import Stage
from oppwizard.model.record import Person, Record
from oppwizard.process.gates import Verdict


@dataclass(slots=True)
class Move:
    """What a step did.

    Attributes:
        batch: what is to be written, in one transaction; None when nothing changed.
        verdict: what the gates say now.
        notes: what happened beside what was asked for, in words: "linked to the existing account".
        row: the identity of a row that was added.
    """

    record: Record
    batch: Batch | None
    verdict: Verdict
    notes: list[Text] = field(default_factory=list)
    row: UUID | None = None
    entered: Stage | None = None
    """The stage that was entered by itself, the last one where there were several."""


class Edits:
    """Changes a record in memory and keeps what changed, for the log and for the transaction."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.done: list[Edit] = []
        self.notes: list[Text] = []
        self.pending: dict[str, str | None] = {}
        self.entered: Stage | None = None
        self._author: Author | None = None

    def __bool__(self) -> bool:
        return bool(self.done or self.pending)

    @contextlib.contextmanager
    def by(self, author: Author) -> Iterator[None]:
        """Let somebody, or something, else than the author of the step be the one who makes some of the edits."""
        self._author = author
        try:
            yield
        finally:
            self._author = None

    def set(self, holder: SQLModel, name: str, value: Any) -> bool:
        """Give an attribute a value; returns whether that changed anything."""
        if isinstance(holder, Custom):
            deal = self.record.opportunity
            return self.set(deal, "custom", answered(deal.custom, type(holder), name, value))
        old = getattr(holder, name)
        if old == value and type(old) is type(value):
            return False
        setattr(holder, name, value)
        self.done.append(Edit(Op.SET, type(holder), _id(holder), name, old, value, holder, self._author))
        return True

    def insert(self, row: SQLModel) -> None:
        """Add a row that the caller has put (or will put) in its place in the record."""
        self.done.append(Edit(Op.INSERT, type(row), _id(row), "", None, row, author=self._author))

    def delete(self, row: SQLModel) -> None:
        """Take away a row that the caller has taken out of the record."""
        self.done.append(Edit(Op.DELETE, type(row), _id(row), "", row, None, author=self._author))

    def hold(self, place: str, text: str | None) -> None:
        """Keep a typed text that is no value yet; None forgets it."""
        if self.record.pending.get(place) == text:
            return
        if text is None:
            self.record.pending.pop(place, None)
        else:
            self.record.pending[place] = text
        self.pending[place] = text


def parts_of(row: Any) -> Iterable[SQLModel]:
    """The stored rows behind a row of the record: a person is two."""
    return (row.contact, row.stakeholder) if isinstance(row, Person) else (row,)


def _id(row: SQLModel) -> UUID:
    identity: UUID = row.id  # type: ignore[attr-defined]
    return identity
