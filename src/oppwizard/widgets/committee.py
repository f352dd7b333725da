"""The buying committee at a glance: role by person, who reports to whom, who is missing (W5, K4, K5)."""

from dataclasses import dataclass
from uuid import UUID

from rich.text import Text as RichText
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable, Static

from oppwizard.i18n import T, _
from oppwizard.model.enums import Role
from oppwizard.model.record import Record
from oppwizard.model.text import visible
from oppwizard.process.coverage import gaps, met_on, reporting_lines, threads
from oppwizard.process.gates import Verdict
from oppwizard.widgets.sections import Section, Shower

_NAME_WIDTH = 14


class Matrix(DataTable[RichText], can_focus=True):
    """Roles down, people across; Enter gives a role or takes it away."""


class MatrixSection(Section):
    """Who holds which role."""

    @dataclass
    class Toggled(Message):
        """A cell was chosen."""

        person: UUID
        role: Role

    def __init__(self) -> None:
        super().__init__()
        self._people: list[UUID] = []
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        """The matrix."""
        yield Static(Content(_("Who holds which role (Enter changes it)")), classes="rowhead", markup=False)
        yield Matrix(cursor_type="cell", zebra_stripes=False)

    def refill(self, record: Record, verdict: Verdict, shower: Shower) -> None:
        """Draw the matrix again; the columns only when the people changed."""
        matrix = self.query_one(Matrix)
        names = [person.name for person in record.people]
        if names != self._names or not matrix.columns:
            matrix.clear(columns=True)
            matrix.add_column(RichText(str(T("Role"))), key="role")
            for person in record.people:
                matrix.add_column(_short(person.name or "?"), key=str(person.id))
            self._names = names
        self._people = [person.id for person in record.people]
        cursor = matrix.cursor_coordinate
        matrix.clear()
        for role in Role:
            cells = [RichText("X", style="bold") if role in person.roles else RichText(".") for person in record.people]
            held = any(role in person.roles for person in record.people)
            label = RichText(str(role.label), style="" if held else "italic")
            matrix.add_row(label, *cells, key=role.value)
        matrix.cursor_coordinate = cursor if cursor.column else Coordinate(cursor.row, min(1, len(names)))

    @on(DataTable.CellSelected)
    def _picked(self, event: DataTable.CellSelected) -> None:
        event.stop()
        column = event.coordinate.column - 1
        if 0 <= column < len(self._people):
            self.post_message(self.Toggled(self._people[column], list(Role)[event.coordinate.row]))


class CoverageSection(Section):
    """The org chart, when each person was met, and the questions that would fill the gaps."""

    def compose(self) -> ComposeResult:
        """One block of lines."""
        yield Static("", classes="facts", markup=False)

    def refill(self, record: Record, verdict: Verdict, shower: Shower) -> None:
        """Draw chart, measure and gaps."""
        lines = [Content(_("Who reports to whom")).stylize("bold")]
        for depth, person in reporting_lines(record):
            met = met_on(record, person)
            seen = _("met {day}", day=met.isoformat()) if met else _("not met")
            roles = ", ".join(str(role.label) for role in person.roles)
            text = f"{'   ' * depth}{'`- ' if depth else ''}{visible(person.name) or '?'}  {roles}  "
            lines.append(Content.assemble(text, (seen, "$text-muted")))
        measured = threads(record)
        lines.append(Content(""))
        lines.append(
            Content(
                _(
                    "{engaged} of {known} people engaged, on {levels} levels, in {departments} departments",
                    engaged=measured.engaged,
                    known=measured.known,
                    levels=measured.levels,
                    departments=measured.departments,
                )
            )
        )
        open_roles = gaps(record)
        if open_roles:
            lines += [Content(""), Content(_("Who else should be involved?")).stylize("bold")]
            lines += [Content(f"- {question}") for _role, question in open_roles]
        self.query_one(".facts", Static).update(Content("\n").join(lines))


def _short(name: str) -> RichText:
    label = RichText(visible(name), no_wrap=True)
    label.truncate(_NAME_WIDTH, overflow="ellipsis")
    return label
