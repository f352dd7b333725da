"""Handing a deal over: what is missing is shown before it goes; points are ticked, the packet is written (H1-H3)."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from oppwizard.errors import OppwizardError
from oppwizard.handoff.keys import Keys, Signer
from oppwizard.handoff.sending import Order, Packed, default_name, pack, territory
from oppwizard.handoff.telling import Line, headline, preparation
from oppwizard.i18n import _
from oppwizard.model.enums import HandoffKind
from oppwizard.model.findings import Address
from oppwizard.model.text import visible
from oppwizard.screens.dialogs import AskMany, Choose, needs_store, path_of
from oppwizard.walk.desk import Desk
from oppwizard.widgets.composed import Dialog
from oppwizard.widgets.lines import heading, indented

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp


class HandoffScreen(Dialog[Address | None]):
    """The preparation as a list; Enter ticks a point, or goes where something is missing."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", ""),
        ("k", "kind", ""),
        ("s", "send", ""),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.kind = HandoffKind.SDR_AE
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="page"):
            yield Static(id="head", classes="question", markup=False)
            yield OptionList(id="lines", compact=True, markup=False)
            keys = _("Enter: tick, or go there   k: other kind   s: send it   Esc: close")
            yield Static(Content(keys), id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    @needs_store
    def _draw(self) -> None:
        walk, record = self.desk.walk, self.desk.record
        made = walk.prepare(record, self.kind)
        self.query_one("#head", Static).update(Content(visible(headline(record, made))))
        self._lines = list(preparation(walk, record, made))
        listed = self.query_one("#lines", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options([option(line) for line in self._lines])
        usable = [number for number, line in enumerate(self._lines) if line.tick or line.at]
        listed.highlighted = at if at in usable else next(iter(usable), None)

    def _tell(self, text: str) -> None:
        self.query_one("#hint", Static).update(Content(visible(text)))

    @on(OptionList.OptionSelected, "#lines")
    async def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        line = self._lines[event.option_index]
        if line.at is not None:
            self.dismiss(line.at)
        elif line.tick is not None:
            key, done = line.tick, not line.text.startswith("[x]")
            self.desk.do(lambda record: self.desk.walk.tick(record, self.kind, key, done=done))
            await self.desk.settle()
            self._draw()

    def action_kind(self) -> None:
        """Show the next kind of handoff."""
        kinds = list(HandoffKind)
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)]
        self._draw()

    @work
    async def action_send(self) -> None:
        """Ask to whom, and write the packet."""
        walk, record = self.desk.walk, self.desk.record
        await self.desk.settle()
        complete = walk.prepare(record, self.kind).complete == 100
        entries = [(_("To whom"), ""), (_("A word to them"), "")]
        if not complete:
            entries.insert(1, (_("Why it goes although something is missing; they read that first"), ""))
        entries.append((_("Into which file"), str(Path.home() / default_name(walk, self.kind, [record]))))
        while True:
            said = await self.app.push_screen_wait(AskMany(_("Hand over"), entries))
            if said is None:
                return
            why = "" if complete else said[1]
            order = Order(self.kind, said[0], why, said[-2])
            signing = await self.app.push_screen_wait(
                Choose(_("Sign it with your key?"), [_("Sign it"), _("Send it unsigned")])
            )
            if signing is None:
                return
            try:
                packed = await asyncio.to_thread(self._pack, order, path_of(said[-1]), sign=signing == 0)
            except OppwizardError as problem:
                self.app.notify(visible(str(problem)), markup=False, timeout=8)
                entries = [(label, text) for (label, _before), text in zip(entries, said, strict=True)]
                continue
            await self.desk.look()
            self._draw()
            self._tell(_("Written: {path}", path=packed.path))
            return

    def _pack(self, order: Order, path: Path, *, sign: bool) -> Packed:
        walk = self.desk.walk
        signer: Signer | None = Keys(walk.context.folder).signer() if sign else None
        return pack(walk, [self.desk.record.id], order, path, signer)


async def ask_and_pack_territory(app: "OppwizardApp") -> str:
    """Ask whose records go to whom, write the packet, and say what was written (H3)."""
    walk = app.ready
    name = default_name(walk, HandoffKind.TERRITORY, [])
    entries = [
        (_("Whose open records"), walk.context.user),
        (_("To whom"), ""),
        (_("Why it goes although something is missing; they read that first"), ""),
        (_("A word to them"), ""),
        (_("Into which file"), str(Path.home() / name)),
    ]
    while True:
        said = await app.push_screen_wait(AskMany(_("Hand over a territory"), entries))
        if said is None:
            return ""
        owner, receiver, why, comment, file = said
        order = Order(HandoffKind.TERRITORY, receiver, why, comment)
        try:
            ids = await asyncio.to_thread(territory, walk, owner)
            packed = await asyncio.to_thread(pack, walk, ids, order, path_of(file))
        except OppwizardError as problem:
            app.notify(visible(str(problem)), markup=False, timeout=8)
            entries = [(label, text) for (label, _before), text in zip(entries, said, strict=True)]
            continue
        return _("Records handed over: {count}; {path}", count=packed.records, path=packed.path)


def option(line: Line) -> Option:
    """A line of a handoff in a list: one that leads nowhere is not gone to."""
    if line.head:
        return Option(heading(line.text), disabled=True)
    shown = indented(line.text, "$text-warning" if line.loud else "")
    return Option(shown, disabled=not (line.at or line.tick or line.decide))
