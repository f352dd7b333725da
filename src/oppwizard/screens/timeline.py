"""Everything that happened around a deal, and what can be added to it: talks, notes, files (E8)."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from oppwizard.errors import OppwizardError
from oppwizard.exchange.dropping import TALKS, attach_file, log_file, save_files
from oppwizard.i18n import _
from oppwizard.model.enums import TouchpointKind
from oppwizard.model.fields import FIELDS
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.model.text import visible
from oppwizard.screens.dialogs import AskMany, AskText, Choose, needs_store, path_of
from oppwizard.walk import Move
from oppwizard.walk.desk import Desk
from oppwizard.walk.timeline import Happening, Sort, timeline
from oppwizard.widgets.composed import Dialog

_DETAIL: Final = 4
"""So many lines of a detail are shown; the record has the rest."""


class TimelineScreen(Dialog[Address | None]):
    """The timeline as a list; Enter goes to the row of the record that a line speaks of."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", ""),
        ("f", "filter", ""),
        ("l", "log", ""),
        ("n", "note", ""),
        ("a", "attach", ""),
        ("s", "save", ""),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._only: Sort | None = None
        self._found: list[Happening] = []

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="page"):
            yield Static(id="head", classes="question", markup=False)
            yield OptionList(id="lines", compact=True, markup=False)
            keys = _("l: log a talk  n: note  a: attach a file  s: save files  f: filter  Esc: close")
            yield Static(Content(keys), id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    @needs_store
    def _draw(self) -> None:
        only = _("all") if self._only is None else str(self._only.label)
        self.query_one("#head", Static).update(Content(_("Timeline: {only}", only=only)))
        sorts = tuple(Sort) if self._only is None else (self._only,)
        self._found = timeline(self.desk.walk, self.desk.record, sorts)
        listed = self.query_one("#lines", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options([Option(_shown(one)) for one in self._found])
        if not self._found:
            listed.add_option(Option(Content(_("Nothing has happened yet.")).stylize("$text-muted"), disabled=True))
        elif at is not None:
            listed.highlighted = min(at, len(self._found) - 1)
        else:
            listed.highlighted = 0

    def _tell(self, text: str) -> None:
        self.query_one("#hint", Static).update(Content(visible(text)))

    @on(OptionList.OptionSelected, "#lines")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        at = self._found[event.option_index].where
        if at is not None:
            self.dismiss(at)

    def action_filter(self) -> None:
        """Show one sort after the other, then all again."""
        sorts = [None, *Sort]
        self._only = sorts[(sorts.index(self._only) + 1) % len(sorts)]
        self._draw()

    @work
    async def action_log(self) -> None:
        """Log a talk."""
        kinds = list(TouchpointKind)
        chosen = await self.app.push_screen_wait(Choose(_("What was it?"), [str(kind.label) for kind in kinds]))
        if chosen is None:
            return
        walk = self.desk.walk
        names = ("on", "people", "ours", "subject", "outcome", "commitments")
        begun = {"on": str(walk.context.today), "ours": walk.context.user}
        entries = [(str(FIELDS[f"touchpoints.{name}"].ask.label), begun.get(name, "")) for name in names]
        while True:
            said = await self.app.push_screen_wait(AskMany(str(kinds[chosen].label), entries))
            if said is None:
                return
            given = dict(zip(names, said, strict=True))
            if await self._done(partial(self._log, kind=kinds[chosen], given=given)):
                return
            entries = [(label, text) for (label, _before), text in zip(entries, said, strict=True)]

    def _log(self, record: Record, *, kind: TouchpointKind, given: dict[str, str]) -> Move:
        reader = self.desk.walk.reader(record)
        on_day = reader.read(FIELDS["touchpoints.on"], given.pop("on"))
        people = reader.read(FIELDS["touchpoints.people"], given.pop("people")) or []
        return self.desk.walk.log(record, kind, on_day or self.desk.walk.context.today, people=people, **given)

    @work
    async def action_note(self) -> None:
        """Keep a note."""
        text = await self.app.push_screen_wait(AskText(_("The note")))
        if text:
            await self._done(lambda record: self.desk.walk.note(record, text))

    @work
    async def action_attach(self) -> None:
        """Keep a copy of a file, or log an e-mail or calendar entry."""
        named = await self.app.push_screen_wait(AskText(_("Which file? An .eml or .ics is logged as a talk")))
        if not named:
            return
        path = path_of(named)
        brought = log_file if path.suffix.lower() in TALKS else attach_file
        await self.desk.settle()
        try:
            move = await asyncio.to_thread(brought, self.desk.walk, self.desk.record, path)
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        self._draw()
        self._tell("; ".join(map(str, move.notes)) or _("Kept with the record"))

    @work
    async def action_save(self) -> None:
        """Write copies of the record's files into a folder."""
        folder = await self.app.push_screen_wait(AskText(_("Into which folder?"), str(Path.home())))
        if not folder:
            return
        try:
            written = await asyncio.to_thread(save_files, self.desk.walk, self.desk.record, path_of(folder))
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        self._tell(_("Written: {count} files to {folder}", count=len(written), folder=folder))

    async def _done(self, step: Callable[[Record], Move]) -> bool:
        try:
            move = self.desk.do(step)
        except OppwizardError as problem:
            self._tell(str(problem))
            self.app.notify(visible(str(problem)), markup=False, timeout=8)
            return False
        await self.desk.settle()
        self._draw()
        self._tell("; ".join(str(note) for note in (move.notes if move else ())) or _("Kept with the record"))
        return True


def _shown(one: Happening) -> Content:
    who = f"  {visible(one.who)}" if one.who else ""
    head = Content.assemble(
        (f"{one.day} ", "$text-muted"),
        (f"{one.sort.label}  ", "bold $text-accent"),
        visible(one.what),
        (who, "$text-muted"),
    )
    lines = one.detail.splitlines()
    shown = [Content(f"    {visible(line)}").stylize("$text-muted") for line in lines[:_DETAIL]]
    if len(lines) > _DETAIL:
        shown.append(Content("    ..."))
    return Content("\n").join([head, *shown])
