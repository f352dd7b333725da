"""Figures over many records, a table a page: what came of the pipeline (R1-R5), and how far it can be trusted (Q3)."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from textual.widgets import DataTable, Static
from textual.worker import get_current_worker

from oppwizard.errors import OppwizardError, ValueProblem
from oppwizard.exchange.atomic import FileSet, writing
from oppwizard.i18n import T, Text, _
from oppwizard.model.numbers import cut, parse_int, parse_yes_no
from oppwizard.model.text import fold, visible
from oppwizard.quality.asking import named, typed
from oppwizard.quality.audit_tables import audit_span, audit_tables
from oppwizard.quality.auditing import Asked, audit, keep
from oppwizard.quality.feedback import audit_with_feedback
from oppwizard.quality.files import audit_csv, results_csv, results_json
from oppwizard.quality.outcomes import Results
from oppwizard.quality.report import audit_page, results_page
from oppwizard.quality.results import results
from oppwizard.quality.tables import BAR, Table, bar, span, tables
from oppwizard.screens.dialogs import AskMany, AskText, path_of
from oppwizard.walk import Walk
from oppwizard.widgets.composed import Dialog

_GAP: Final = 2
_BESIDE: Final = 3
"""The margins of the page and the scroll bar."""
_SHORTEST: Final = 12
"""So many cells of a name are always shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: a line about it, its tables, and what it becomes as a file.

    Attributes:
        name: what the file is called, without its ending.
        forms: by the ending of a file, what makes its text.
    """

    head: Text
    tables: list[Table]
    name: str
    forms: Mapping[str, Callable[[], str]]


Read = Callable[[], Reading]


@dataclass(frozen=True, slots=True)
class Subject:
    """What figures there are.

    Attributes:
        names: what the tables are called.
        limits: what is asked to say which records are meant.
        read: what reads the figures of the records meant; raises an `OppwizardError` where an answer is none.
    """

    names: tuple[Text, ...]
    limits: tuple[Text, ...]
    read: Callable[[Walk, Sequence[str]], Read]


def _read_results(walk: Walk, said: Sequence[str]) -> Read:
    since, until, rep, team = (text.strip() for text in said)
    asked = typed(walk, since, until, rep, team)
    return lambda: _results(results(walk, asked))


def _results(found: Results) -> Reading:
    forms = {
        ".html": lambda: results_page(found),
        ".csv": lambda: results_csv(found),
        ".json": lambda: _json(results_json(found)),
    }
    return Reading(span(found), tables(found), f"results-{found.on}", forms)


def _read_audit(walk: Walk, said: Sequence[str]) -> Read:
    size, seed, rep, team, closed = (text.strip() for text in said)
    everything = fold(size) in (fold("all"), fold(_("all")))
    asked = Asked(
        _number(size, 1) if size and not everything else None,
        _number(seed, 0) if seed and not everything else None,
        everything,
        *named(walk, rep or None, team or None),
        parse_yes_no(closed) if closed else False,
    )
    return lambda: _audit(walk, asked)


def _number(text: str, least: int) -> int:
    number = parse_int(text)
    if number < least:
        raise ValueProblem(T("“{text}” is less than {least}", text=cut(text), least=least))
    return number


def _audit(walk: Walk, asked: Asked) -> Reading:
    """An audit; it is kept for the trend."""
    found = audit(walk, asked)
    if not walk.store.read_only:
        keep(walk, found)
    forms = {
        ".html": lambda: audit_page(found),
        ".csv": lambda: audit_csv(audit(walk, replace(asked, each=True)) if asked.everything else found),
        ".json": lambda: _json(audit_with_feedback(found)),
    }
    return Reading(audit_span(found), audit_tables(found), f"audit-{found.on}", forms)


def _json(told: Mapping[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n"


RESULTS: Final = Subject(
    (T("Conversion"), T("Close dates"), T("Alternatives"), T("Forecast"), T("Created")),
    (T("From which month on, as in 2026-01"), T("Up to which month"), T("Of which rep"), T("Of which team")),
    _read_results,
)
"""What came of the pipeline."""
AUDIT: Final = Subject(
    (
        *(T("Reps"), T("Fields"), T("Mistakes"), T("Stages"), T("Stale"), T("Records")),
        *(T("Feedback"), T("Trend")),
    ),
    (
        *(T("How many records; or: all"), T("The seed with which they are drawn"), T("Of which rep")),
        *(T("Of which team"), T("Those won and lost too: yes or no")),
    ),
    _read_audit,
)
"""How far the records can be trusted."""


class FiguresScreen(Dialog[UUID | None]):
    """Tables of figures; a worker reads them, so that the screen never waits. The result is a record to be opened."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", ""),
        ("tab,right", "page(1)", ""),
        ("shift+tab,left", "page(-1)", ""),
        ("f", "limit", ""),
        ("w", "write", ""),
        *((str(number), f"go({number - 1})", "") for number in range(1, 10)),
    ]

    def __init__(self, walk: Walk, subject: Subject) -> None:
        super().__init__()
        self.walk = walk
        self.subject = subject
        self.names = subject.names
        self._said = [""] * len(subject.limits)
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
            keys = _("1-{most}, Tab: another table   f: which records   w: write it   Esc: close", most=len(self.names))
            yield Static(Content(keys), id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Draw the frame, and have the figures counted."""
        self._draw()
        self._count(lambda: self.subject.read(self.walk, self._said)())

    @work(thread=True, exclusive=True, group="figures", exit_on_error=False)
    def _count(self, read: Read) -> None:
        worker = get_current_worker()
        try:
            found = read()
        except OppwizardError as problem:
            self.app.call_from_thread(self._tell, str(problem))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, found)

    def _tell(self, text: str) -> None:
        if self.is_there:
            self.query_one("#head", Static).update(Content(visible(text)))

    def _show(self, found: Reading) -> None:
        self.found = found
        if self.is_there:
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
            for name in ("#figure", "#notes"):
                self.query_one(name, Static).update("")
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

    @work(exclusive=True, group="limit")
    async def action_limit(self) -> None:
        """Ask which records are meant, and count those; an answer that is none is said over what was typed."""
        question = _("Which records? What is left empty limits nothing.")
        while True:
            entries = [(str(label), text) for label, text in zip(self.subject.limits, self._said, strict=True)]
            said = await self.app.push_screen_wait(AskMany(question, entries))
            if said is None:
                return
            self._said = said
            try:
                read = await asyncio.to_thread(self.subject.read, self.walk, said)
            except OppwizardError as problem:
                question = str(problem)
                continue
            self.found = None  # what is shown is not what is asked for any more, and is not to be written
            self._tell(_("Counting ..."))
            self._draw()
            self._count(read)
            return

    @work
    async def action_write(self) -> None:
        """Write it into a file; its ending says in which form."""
        if self.found is None:
            return
        forms, name = self.found.forms, self.found.name
        question = _("Into which file? Its ending says how: {endings}", endings=", ".join(forms))
        wanted = await self.app.push_screen_wait(AskText(question, f"{name}.html"))
        if not wanted:
            return
        file = path_of(wanted)
        form = forms.get(file.suffix.lower())
        if form is None:
            self._tell(_("A file’s ending is one of: {endings}", endings=", ".join(forms)))
            return
        try:
            await asyncio.to_thread(_written, file, form)
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        self._tell(_("Written: {path}", path=file))


def _written(file: Path, form: Callable[[], str]) -> None:
    text = form()
    with writing(file), FileSet() as files:
        files.open(file).write(text.encode())
        files.commit()


def _widths(rows: list[tuple[str, ...]], room: int, table: Table) -> tuple[list[int], bool]:
    """How wide each column is, its gap included, and whether there is room for bars; the widest words give way."""
    gaps = [_GAP if number else 0 for number in range(len(rows[0]))]
    widths = [max(cell_len(row[number]) for row in rows) + gap for number, gap in enumerate(gaps)]
    least = [
        min(width, _SHORTEST + gap) if number in table.words else width
        for number, (width, gap) in enumerate(zip(widths, gaps, strict=True))
    ]
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
