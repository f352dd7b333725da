"""What a part of a form is made of: groups of fields, tables of rows edited in place, facts to confirm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from rich.table import Table
from rich.text import Text as RichText
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Static

from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.model.fields import CUSTOM, ROW_KINDS, FieldSpec, facts_for, group_of, own_facts_for, shown_in
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.model.text import visible
from oppwizard.process.course import Part
from oppwizard.process.gates import Verdict
from oppwizard.process.relevance import is_asked
from oppwizard.widgets.field import FieldRow

Shower = Callable[[Address], str]
"""Yields the text to show for an address: what was typed and is no value, else the value in words."""
_COLUMNS: Final = 5
_WIDEST: Final = 22


class Section(Vertical):
    """A piece of a form. Screens fill it and listen to its fields."""

    def holds(self, at: Address) -> bool:
        """Whether the value at an address is edited here."""
        return False

    def refill(self, record: Record, verdict: Verdict, shower: Shower) -> None:
        """Show the record as it is now, except in the field that is being typed in."""

    def field(self, at: Address) -> FieldRow | None:
        """The field of an address, brought into view; None where the section has none to focus."""
        return None

    def fields(self) -> Iterator[FieldRow]:
        """The section's fields, in order."""
        return iter(self.query(FieldRow).results())


def _refill(field: FieldRow, shower: Shower) -> None:
    if not (field.is_current and field.changed):
        field.show(shower(field.at))


class FieldsSection(Section):
    """The single-valued fields of one group."""

    def __init__(self, stage: Stage, group: str) -> None:
        super().__init__()
        self.specs: tuple[FieldSpec, ...] = group_of(stage, group)

    def compose(self) -> ComposeResult:
        """A row for each field."""
        for spec in self.specs:
            yield FieldRow(spec)

    def holds(self, at: Address) -> bool:
        """Whether it has the field."""
        return any(spec.entity == at.entity and spec.name == at.name for spec in self.specs)

    def refill(self, record: Record, verdict: Verdict, shower: Shower) -> None:
        """Show the values."""
        for field in self.fields():
            holder = record.holder(Address(field.spec.entity))
            field.display = is_asked(field.spec, holder, field.at, verdict.findings)
            _refill(field, shower)

    def field(self, at: Address) -> FieldRow | None:
        """The field itself."""
        return next((field for field in self.fields() if field.spec.name == at.name), None)


class FactsSection(Section):
    """What earlier stages gave, to be looked at again, never to be typed again (W3.4).

    Args:
        own: whether it shows the organisation's own fields instead of the walk's.
    """

    def __init__(self, stage: Stage, *, own: bool = False) -> None:
        super().__init__()
        self.own = own
        self.specs = own_facts_for(stage) if own else facts_for(stage)

    def compose(self) -> ComposeResult:
        """One line a fact."""
        yield Static("", classes="facts", markup=False)

    def refill(self, record: Record, verdict: Verdict, shower: Shower) -> None:
        """Show the facts."""
        facts = [(spec.ask.label, shower(Address(spec.entity, spec.name))) for spec in self.specs]
        if not self.own:
            rivals = (rival.name or str(rival.kind.label if rival.kind else "") for rival in record.competitors)
            facts.append((ROW_KINDS["competitors"].label, ", ".join(rivals)))
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=24)
        grid.add_column(ratio=1)
        for label, value in facts:
            text = " ".join(visible(value).split())
            grid.add_row(RichText(str(label), style="dim"), RichText(text or "-"))
        self.query_one(".facts", Static).update(grid)


class RowTable(DataTable[RichText], can_focus=False):
    """The rows at a glance; the row under the cursor is edited below it."""

    def on_click(self) -> None:
        """Turn to a row at the first click; by itself the table would wait for a second one."""
        self.call_later(self.action_select_cursor)


class RowsSection(Section):
    """A table of rows, each edited in place; its last line begins a new one.

    Attributes:
        kind: the key of the row kind.
        at_row: the identity of the row being edited, None for the line that begins a new one.
    """

    @dataclass
    class Turned(Message):
        """Another row is being edited now; its fields want filling."""

        section: "RowsSection"

    def __init__(self, stage: Stage, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.specs = shown_in(kind, stage)
        self.at_row: UUID | None = None
        self._ids: list[UUID] = []
        self._started = False

    def compose(self) -> ComposeResult:
        """The table, and the fields of one row."""
        yield Static("", classes="rowhead", markup=False)
        yield RowTable(cursor_type="row", zebra_stripes=False, show_header=True)
        for spec in self.specs:
            yield FieldRow(spec)

    def on_mount(self) -> None:
        """Set the columns up."""
        table = self.query_one(RowTable)
        table.add_column(RichText("#"), width=3)
        for spec in self.specs[:_COLUMNS]:
            table.add_column(RichText(str(spec.ask.label)))

    def holds(self, at: Address) -> bool:
        """Whether it is a value, a row or the table of this kind that the section can show."""
        return at.entity == self.kind and (not at.name or any(spec.name == at.name for spec in self.specs))

    def refill(self, record: Record, verdict: Verdict, shower: Shower) -> None:
        """Show all rows, and the fields of the present one."""
        rows = record.rows(self.kind)
        self._ids = [row.id for row in rows]
        if self.at_row not in self._ids and not (self._started and self.at_row is None):
            self.at_row = self._ids[0] if self._ids else None
        self._started = True
        self._draw_table(verdict, shower)
        holder_row = record.row(self.kind, self.at_row)
        for field in self.fields():
            field.row = self.at_row
            holder = record.holder(field.at) if holder_row is not None else None
            field.display = is_asked(field.spec, holder, field.at, verdict.findings)
            _refill(field, shower)

    def _draw_table(self, verdict: Verdict, shower: Shower) -> None:
        table = self.query_one(RowTable)
        open_rows = {point.at.row for point in verdict.blocking if point.at.entity == self.kind}
        table.clear()
        for number, row_id in enumerate(self._ids, start=1):
            sign = "!" if row_id in open_rows else " "
            cells = [RichText(f"{number}{sign}")]
            cells += [_cell(shower(Address(self.kind, spec.name, row_id))) for spec in self.specs[:_COLUMNS]]
            table.add_row(*cells)
        table.add_row(RichText("+"), *[RichText("")] * min(_COLUMNS, len(self.specs)))
        table.move_cursor(row=self.position)
        one = ROW_KINDS[self.kind]
        here = T("{row} {number} of {count}", row=one.one, number=self.position + 1, count=len(self._ids))
        new = T("a new {row}: type to add it", row=one.one)
        self.query_one(".rowhead", Static).update(Content(str(here if self.at_row else new)))

    @property
    def position(self) -> int:
        """The number of the present row, from 0; that of the new line is the number of rows."""
        return self._ids.index(self.at_row) if self.at_row in self._ids else len(self._ids)

    def turn(self, by: int) -> bool:
        """Go to another row, the new line included; returns whether there was one."""
        return self.turn_to(self.position + by)

    def turn_to(self, position: int) -> bool:
        """Go to the row of a number, from 0; the number of rows is the new line."""
        if not 0 <= position <= len(self._ids) or position == self.position:
            return False
        self.at_row = self._ids[position] if position < len(self._ids) else None
        for field in self.fields():
            field.row = self.at_row
            field.touched = False
            field.tell(None)
            field.show("")
        self.post_message(self.Turned(self))
        return True

    def begun(self, row_id: UUID) -> None:
        """The new line has become a row."""
        self.at_row = row_id
        self._ids.append(row_id)
        for field in self.fields():
            field.row = row_id

    def field(self, at: Address) -> FieldRow | None:
        """The field, its row brought into view; the first field for a whole table.

        Which fields another row shows is only known once it is filled in (`refill`).
        """
        turned = False
        if at.row is not None and at.row in self._ids:
            turned = self.turn_to(self._ids.index(at.row))
        elif not at.row:
            turned = self.turn_to(len(self._ids))
        fields = [field for field in self.fields() if field.display or (turned and field.spec.name == at.name)]
        return next((field for field in fields if field.spec.name == at.name), fields[0] if fields else None)

    @on(DataTable.RowSelected)
    def _clicked(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.turn_to(event.cursor_row)


def _cell(text: str) -> RichText:
    cell = RichText(" ".join(visible(text).split()), no_wrap=True)
    cell.truncate(_WIDEST, overflow="ellipsis")
    return cell


def sections_of(stage: Stage, part: Part) -> Iterator[Section]:
    """The sections that edit a part of a stage: its tables, and its single fields."""
    for piece in part.pieces:
        if piece in ROW_KINDS:
            yield RowsSection(stage, piece)
        if piece == CUSTOM and own_facts_for(stage):
            yield FactsSection(stage, own=True)
        if group_of(stage, piece):
            yield FieldsSection(stage, piece)
