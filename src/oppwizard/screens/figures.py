"""Figures over many records, a table a page: what came of the pipeline (R1-R5), and how far it can be trusted (Q3)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final
from uuid import UUID

from rich.cells import cell_len
from rich.text import Text as RichText
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static
from textual.worker import get_current_worker

from oppwizard.errors import OppwizardError
from oppwizard.exchange.atomic import FileSet, writing
from oppwizard.i18n import T, Text, _
from oppwizard.model.text import visible
from oppwizard.quality.audit_tables import audit_span, audit_tables
from oppwizard.quality.auditing import audit, keep
from oppwizard.quality.report import audit_page, results_page
from oppwizard.quality.results import results
from oppwizard.quality.tables import BAR, Table, bar, span, tables
from oppwizard.screens.dialogs import AskText, path_of
from oppwizard.walk import Walk

RESULTS: Final = (T("Conversion"), T("Close dates"), T("Alternatives"), T("Forecast"), T("Created"))
AUDIT: Final = (
    *(T("Reps"), T("Fields"), T("Mistakes"), T("Stages"), T("Stale"), T("Records")),
    *(T("Feedback"), T("Trend")),
)
_GAP: Final = 2
_BESIDE: Final = 3
"""The margins of the page and the scroll bar."""
_SHORTEST: Final = 12
"""So many cells of a name are always shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: a line about it, its tables, and how it becomes a page."""

    head: Text
    tables: list[Table]
    page: Callable[[], str]
    name: str


def read_results(walk: Walk) -> Reading:
    """What came of the pipeline."""
    found = results(walk)
    return Reading(span(found), tables(found), lambda: results_page(found), f"results-{found.on}.html")


def read_audit(walk: Walk) -> Reading:
    """An audit of as many records as the playbook wants; it is kept for the trend."""
    found = audit(walk)
    if not walk.store.read_only:
        keep(walk, found)
    return Reading(audit_span(found), audit_tables(found), lambda: audit_page(found), f"audit-{found.on}.html")


class FiguresScreen(ModalScreen[UUID | None]):
    """Tables of figures; a worker reads them, so that the screen never waits. The result is a record to be opened."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", ""),
        ("tab,right", "page(1)", ""),
        ("shift+tab,left", "page(-1)", ""),
        ("w", "write", ""),
        *((str(number), f"go({number - 1})", "") for number in range(1, 10)),
    ]

    def __init__(self, walk: Walk, names: Sequence[Text], read: Callable[[Walk], Reading]) -> None:
        super().__init__()
        self.walk = walk
        self.names = names
        self.read = read
        self.at = 0
        self.found: Reading | None = None

    def compose(self) -> ComposeResult:
        """Title, the names, the table or what is to be said, what is to be known beside it, keys."""
        with Vertical(classes="page"):
            yield Static(Content(_("Counting ...")), id="head", classes="question", markup=False)
            yield Static(id="pages", markup=False)
            yield Static(id="figure", classes="question", markup=False)
            yield DataTable[RichText](id="figures", cursor_type="row", zebra_stripes=True, cell_padding=0)
            with VerticalScroll(id="prose"):
                yield Static(id="said", markup=False)
            yield Static(id="notes", markup=False)
            keys = _("1-{most}, Tab: another table   w: write it as a page   Esc: close", most=len(self.names))
            yield Static(Content(keys), id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Draw the frame, and have the figures counted."""
        self._draw()
        self._count()

    @work(thread=True, exclusive=True, group="figures", exit_on_error=False)
    def _count(self) -> None:
        worker = get_current_worker()
        try:
            found = self.read(self.walk)
        except OppwizardError as problem:
            self.app.call_from_thread(self._tell, str(problem))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, found)

    def _tell(self, text: str) -> None:
        self.query_one("#head", Static).update(Content(visible(text)))

    def _show(self, found: Reading) -> None:
        self.found = found
        self._tell(str(found.head))
        self._draw()

    def _draw(self) -> None:
        names = [
            Content(f"{number} {name}").stylize("bold reverse" if number - 1 == self.at else "$text-muted")
            for number, name in enumerate(self.names, 1)
        ]
        self.query_one("#pages", Static).update(Content(" ").join(names))
        table = self.found.tables[self.at] if self.found else None
        prose = table.prose if table else ()
        self.query_one("#prose").display = bool(prose)
        self.query_one("#figures").display = bool(table and table.rows)
        if table is None:
            return
        self.query_one("#figure", Static).update(Content(str(table.title)))
        notes = table.notes if table.rows or prose else (table.empty,)
        self.query_one("#notes", Static).update(Content("\n".join(visible(str(note)) for note in notes)))
        if prose:
            said = [f"{visible(whom)}\n" + "\n".join(f"  - {visible(text)}" for text in texts) for whom, texts in prose]
            self.query_one("#said", Static).update(Content("\n\n".join(said)))
            self.query_one("#prose").focus()
        if table.rows:
            self._fill(table)

    def _fill(self, table: Table) -> None:
        shown = self.query_one("#figures", DataTable)
        shown.clear(columns=True)
        head = tuple(str(text) for text in table.head)
        widths, drawn = _widths([head, *table.rows], self.app.size.width - _BESIDE, table)
        for text, width in zip(_cells(head, widths, table), widths, strict=True):
            shown.add_column(text, width=width)
        if drawn:
            shown.add_column(RichText(""), width=BAR + _GAP)
        most = max(table.bars, default=0.0)
        for row, size in zip(table.rows, table.bars or (0.0,) * len(table.rows), strict=True):
            last = [RichText(" " * _GAP + bar(size, most))] if drawn else []
            shown.add_row(*_cells(row, widths, table), *last)
        shown.focus()

    def on_resize(self) -> None:
        """Fit the columns into the new width."""
        self._draw()

    def action_page(self, by: int) -> None:
        """Show the table after or before."""
        self.action_go((self.at + by) % len(self.names))

    def action_go(self, number: int) -> None:
        """Show a table by its number, from 0."""
        if number < len(self.names):
            self.at = number
            self._draw()

    @on(DataTable.RowSelected, "#figures")
    def _open(self, event: DataTable.RowSelected) -> None:
        """Open the record that the row is about."""
        event.stop()
        ids = self.found.tables[self.at].ids if self.found else ()
        if ids:
            self.dismiss(ids[event.cursor_row])

    @work
    async def action_write(self) -> None:
        """Write the page into a file."""
        if self.found is None:
            return
        wanted = await self.app.push_screen_wait(AskText(_("Write the page to which file?"), self.found.name))
        if not wanted:
            return
        file = path_of(wanted)
        try:
            await asyncio.to_thread(_written, file, self.found.page)
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        self._tell(_("Written: {path}", path=file))


def _written(file: Path, page: Callable[[], str]) -> None:
    with writing(file), FileSet() as files:
        files.open(file).write(page().encode())
        files.commit()


def _widths(rows: list[tuple[str, ...]], room: int, table: Table) -> tuple[list[int], bool]:
    """How wide each column is, its gap included, and whether there is room for bars; the widest words give way."""
    widths = [max(cell_len(row[number]) for row in rows) + (_GAP if number else 0) for number in range(len(rows[0]))]
    least = [min(width, _SHORTEST + _GAP) if number in table.words else width for number, width in enumerate(widths)]
    drawn = bool(table.bars) and sum(least) + BAR + _GAP <= room
    room -= BAR + _GAP if drawn else 0
    while sum(widths) > room and widths != least:
        widest = max(table.words, key=lambda number: widths[number] - least[number])
        widths[widest] -= 1
    return widths, drawn


def _cells(row: tuple[str, ...], widths: list[int], table: Table) -> list[RichText]:
    """Words to the left, numbers to the right, each in its width."""
    cells = [RichText(visible(text), no_wrap=True) for text in row]
    for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        gap = _GAP if number else 0
        cell.truncate(width - gap, overflow="ellipsis")
        cell.pad_left(gap if number in table.words else width - cell.cell_len)
    return cells
