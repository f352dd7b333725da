"""What a lead knows goes into the record that it belongs to: where that says nothing yet, and nowhere else (A1)."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from oppwizard.exchange.assembly import Assembly
from oppwizard.exchange.document import machine
from oppwizard.exchange.leads.places import PEOPLE
from oppwizard.exchange.values import storable, text_of
from oppwizard.model.ask import Kind
from oppwizard.model.fields import OPPORTUNITY, ROW_KINDS, SINGLE
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Person, Record
from oppwizard.model.text import fold
from oppwizard.walk import Walk
from oppwizard.walk.consequences import follow
from oppwizard.walk.move import Edits

_PERSON: Final = ("email", "name")
"""By what a person is found again, the surer first."""
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
            for row in self._mine.rows(kind):
                said = [at for at in given if at.entity == kind and at.row == row.id]
                twin = self._twin(kind, row, said) if said else None
                if said and twin is None and self._change and (kind != "lines" or self._one_currency):
                    twin = self._adopted(kind, row)
                if twin is not None:
                    self._twins[row.id] = twin

    def _twin(self, kind: str, row: Any, said: list[Address]) -> Any:
        """The row of the same name, or for a person of the same address; None where there is none.

        One that has neither is the row that says all the same, so that reading it twice does not make it two.
        """
        taken = {twin.id for twin in self._twins.values()}
        free = [other for other in self._theirs.rows(kind) if other.id not in taken]
        names = [Address(kind, name, row.id) for name in (_PERSON if kind == PEOPLE else (ROW_KINDS[kind].handle,))]
        named = [at for at in names if _said(self._mine, at) not in (None, [], "")]
        for at in named:
            found = next((other for other in free if self._agrees(at, other)), None)
            if found is not None:
                return found
        return None if named else next((one for one in free if all(self._agrees(at, one) for at in said)), None)

    def _agrees(self, at: Address, other: Any) -> bool:
        return _same(_said(self._theirs, Address(at.entity, at.name, other.id)), _said(self._mine, at))

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


def _said(record: Record, at: Address) -> Any:
    """The value at an address, or the text that is no value yet."""
    return record.pending.get(str(at), record.value(at))
