"""What a lead knows goes into the record that it belongs to: where that says nothing yet, and nowhere else (A1)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.exchange.assembly import Assembly
from oppwizard.exchange.document import machine
from oppwizard.exchange.values import storable, text_of
from oppwizard.model.ask import Kind
from oppwizard.model.fields import OPPORTUNITY, ROW_KINDS, SINGLE
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Person
from oppwizard.model.text import fold
from oppwizard.walk import Walk
from oppwizard.walk.consequences import follow
from oppwizard.walk.move import Edits

Said = tuple[str, str]
"""What something is called, and what a lead says of it."""


class Filling:
    """Brings the answers of one record into another one, which keeps what it has.

    Attributes:
        others: what the lead says otherwise than the record, or beside it: kept as a note, never instead.
    """

    def __init__(self, walk: Walk, edits: Edits, assembly: Assembly, *, change: bool) -> None:
        """Fill what is empty.

        Args:
            change: whether answers may be given at all; otherwise everything new is only told.
        """
        self.others: list[Said] = []
        self._walk, self._edits, self._change = walk, edits, change
        self._mine, self._theirs = assembly.record, edits.record
        self._one_currency = self._mine.opportunity.currency == self._theirs.opportunity.currency
        self._twins: dict[UUID, Any] = {}
        given = [*assembly.given, *(at for at in _pending(assembly) if at not in assembly.given)]
        self._meet(given)
        for at in given:
            self._answer(at)

    def _meet(self, given: list[Address]) -> None:
        """Find the rows that are the same on both sides; add the others as they are."""
        for kind in ROW_KINDS:
            said = {at.row for at in given if at.entity == kind}
            for row in [row for row in self._mine.rows(kind) if row.id in said]:
                twin = _twin(row, self._theirs.rows(kind), ROW_KINDS[kind].handle, set(map(id, self._twins.values())))
                if twin is None and self._change and (kind != "lines" or self._one_currency):
                    twin = self._adopted(kind, row)
                if twin is not None:
                    self._twins[row.id] = twin

    def _adopted(self, kind: str, row: Any) -> Any:
        """A new row of the record with nothing in it yet."""
        if isinstance(row, Person):
            row_id = self._walk.new_person(self._edits, row.name or None).id
        else:
            made = type(row)(opportunity_id=self._theirs.id)
            self._theirs.rows(kind).append(made)
            self._edits.insert(made)
            row_id = made.id
        return self._theirs.row(kind, row_id)

    def _answer(self, at: Address) -> None:
        value, text = self._mine.value(at), self._mine.pending.get(str(at))
        if text is None and value in (None, [], ""):
            return
        twin = self._place(at)
        holder = self._theirs.holder(twin) if twin is not None else None
        if twin is None or holder is None:
            self._tell(at, text, value)
            return
        there, held = getattr(holder, at.name), self._theirs.pending.get(str(twin))
        fresh = self._fresh(twin, there, held)
        if text is not None:
            if fresh:
                self._edits.hold(str(twin), text)
            elif text != held:
                self._tell(at, text, value)
            return
        wanted = self._translated(at, value)
        if _same(there, wanted):
            return
        if fresh and wanted is not None and self._payable(at):
            self._edits.set(holder, at.name, wanted)
            follow(self._edits, twin, self._walk.playbook)
        else:
            self._tell(at, None, value)

    def _fresh(self, twin: Address, there: Any, held: str | None) -> bool:
        """Whether an answer may be given: nobody has typed one, and a new row's beginnings are nobody's."""
        if not self._change or held is not None:
            return False
        if there in (None, [], ""):
            return True
        new = {edit.row_id for edit in self._edits.done if edit.old is None and not edit.field}
        return twin.row in new and not any(e.row_id == twin.row and e.field == twin.name for e in self._edits.done)

    def _payable(self, at: Address) -> bool:
        spec = at.spec
        in_deal = at.entity in (OPPORTUNITY, "lines")
        return self._one_currency or not in_deal or spec is None or spec.ask.kind is not Kind.MONEY

    def _place(self, at: Address) -> Address | None:
        if at.entity in SINGLE:
            return at
        twin = self._twins.get(at.row) if at.row is not None else None
        return None if twin is None else Address(at.entity, at.name, twin.id)

    def _translated(self, at: Address, value: Any) -> Any:
        """A value in which people are the record's own."""
        spec = at.spec
        if spec is None or spec.ask.kind not in (Kind.PERSON, Kind.PEOPLE):
            return value
        if isinstance(value, list):
            return [self._twins[one].id for one in value if one in self._twins]
        return self._twins[value].id if value in self._twins else None

    def _tell(self, at: Address, text: str | None, value: Any) -> None:
        name = self._walk.label(self._mine, at)
        self.others.append((str(name), storable(text if text is not None else self._shown(at, value))))

    def _shown(self, at: Address, value: Any) -> str:
        spec = at.spec
        if spec is not None and spec.ask.kind is Kind.MONEY and not self._one_currency and self._mine.currency:
            return f"{machine(value)} {self._mine.currency}"
        ids = value if isinstance(value, list) else [value]
        people = [self._mine.person(one) for one in ids if isinstance(one, UUID)]
        if people:
            return ", ".join(person.name for person in people if person)
        return text_of(machine(value))


def _pending(assembly: Assembly) -> Iterator[Address]:
    return (address(place) for place in assembly.record.pending)


def _same(there: Any, wanted: Any) -> bool:
    if isinstance(there, str) and isinstance(wanted, str):
        return fold(there) == fold(wanted)
    return bool(there == wanted)


def _twin(row: Any, others: list[Any], handle: str, taken: set[int]) -> Any:
    """The row of the same name, or for a person of the same address; None where there is none."""
    free = [other for other in others if id(other) not in taken]
    if isinstance(row, Person):
        address = (row.contact.email or "").casefold()
        by_address = (other for other in free if address and (other.contact.email or "").casefold() == address)
        named = (other for other in free if row.name and fold(other.name) == fold(row.name))
        return next(by_address, None) or next(named, None)
    own = getattr(row, handle)
    if own in (None, ""):
        return next((other for other in free if _alike(row, other)), None)
    return next((other for other in free if _same(getattr(other, handle), own)), None)


def _alike(row: SQLModel, other: SQLModel) -> bool:
    """Whether two rows without a name say the same."""
    kept = {"id", "created_at", "updated_at", "revision", "opportunity_id"}
    names = [name for name in type(row).model_fields if name not in kept]
    return all(getattr(row, name) == getattr(other, name) for name in names)
