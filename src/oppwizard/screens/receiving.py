"""Opening a packet: what is new and what differs is shown before it is taken; then it is accepted or returned (H4)."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from oppwizard.errors import OppwizardError
from oppwizard.handoff.keys import Keys, fingerprint
from oppwizard.handoff.merging import Place, Who
from oppwizard.handoff.receipts import SUFFIX, Answer, answer, enter, is_receipt, read_receipt
from oppwizard.handoff.receiving import Incoming, look
from oppwizard.handoff.telling import Line, packet
from oppwizard.i18n import _
from oppwizard.model.base import utc_now
from oppwizard.model.enums import HandoffState
from oppwizard.model.text import visible
from oppwizard.screens.dialogs import AskMany, AskText, Choose, path_of
from oppwizard.screens.handing import option
from oppwizard.walk import Walk
from oppwizard.widgets.composed import Dialog

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp


class ReceiveScreen(Dialog[str]):
    """A packet as a list; Enter says whose a value is that both sides changed. The result is what was done."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "leave", ""),
        ("t", "take", ""),
        ("a", "accept", ""),
        ("r", "return_it", ""),
    ]

    def __init__(self, incoming: Incoming, path: Path) -> None:
        super().__init__()
        self.incoming = incoming
        self.path = path
        self._chosen: dict[UUID, dict[Place, Who]] = {}
        self._lines: list[Line] = []
        self._taken = incoming.is_received

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="page"):
            yield Static(Content(_("A packet")), classes="question", markup=False)
            yield OptionList(id="lines", compact=True, markup=False)
            yield Static(id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    def on_unmount(self) -> None:
        """Let go of the file."""
        self.incoming.close()

    def _draw(self) -> None:
        self._lines = list(packet(self.incoming, self._chosen))
        listed = self.query_one("#lines", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options([option(line) for line in self._lines])
        listed.highlighted = at
        if self._taken:
            self._tell(_("It is in your store.   a: accept   r: return   Esc: later"))
        elif self.incoming.conflicts:
            self._tell(_("Enter: yours or theirs   t: take it all in   Esc: leave it"))
        else:
            self._tell(_("t: take it in   Esc: leave it"))

    def _tell(self, text: str) -> None:
        self.query_one("#hint", Static).update(Content(visible(text)))

    @on(OptionList.OptionSelected, "#lines")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        decide = self._lines[event.option_index].decide
        if decide is None or self._taken:
            return
        news, one = decide
        own = self._chosen.setdefault(news.id, {})
        own[one.place] = Who.MINE if own.get(one.place) is Who.THEIRS else Who.THEIRS
        self._draw()

    @work(exclusive=True)
    async def action_take(self) -> None:
        """Take all of it in."""
        if self._taken:
            return
        try:
            await asyncio.to_thread(self.incoming.take, self._chosen)
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        self._taken = True
        self._draw()

    @work(exclusive=True)
    async def action_accept(self) -> None:
        """Accept it, with a rating."""
        if self._taken:
            await self._answer(HandoffState.ACCEPTED, "")

    @work(exclusive=True)
    async def action_return_it(self) -> None:
        """Return it, with a reason and a rating."""
        if not self._taken:
            return
        reasons = self.incoming.walk.playbook.pick_list("return_reasons").items
        chosen = await self.app.push_screen_wait(Choose(_("Why does it go back?"), [str(item) for item in reasons]))
        if chosen is not None:
            await self._answer(HandoffState.RETURNED, reasons[chosen].value)

    async def _answer(self, state: HandoffState, reason: str) -> None:
        rates = [_("1: useless"), "2", "3", "4", _("5: nothing was missing")]
        rating = await self.app.push_screen_wait(Choose(_("What was the packet worth?"), rates))
        if rating is None:
            return
        proposed = str(self.path.with_name(self.path.stem + SUFFIX))
        entries = [(_("A word to the sender"), ""), (_("The receipt's file"), proposed)]
        said = await self.app.push_screen_wait(AskMany(str(state.label), entries))
        if said is None:
            return
        told = Answer(state, rating + 1, reason, said[0])
        place = path_of(said[1])
        try:
            await asyncio.to_thread(answer, self.incoming.walk, self.incoming.cover.packet, told, place)
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        self.dismiss(_("{state}. The receipt to send back: {path}", state=state.label, path=place))

    def action_leave(self) -> None:
        """Close it; what was taken stays."""
        self.dismiss(_("Received; accept or return it when you have read it") if self._taken else "")


async def ask_and_receive(app: "OppwizardApp") -> str:
    """Ask for a file, open it, and say what was done."""
    named = await app.push_screen_wait(AskText(_("Which packet or receipt?")))
    if not named:
        return ""
    path = path_of(named)
    walk = app.ready
    try:
        if is_receipt(path):
            return await _entered(app, walk, path)
        incoming = await asyncio.to_thread(look, walk, path)
    except OppwizardError as problem:
        return str(problem)
    if not await _trusted(app, walk, incoming.signed_by, incoming.cover.sender):
        incoming.close()
        return _("Nothing was taken: its key is not trusted")
    return await app.push_screen_wait(ReceiveScreen(incoming, path)) or ""


async def _entered(app: "OppwizardApp", walk: Walk, path: Path) -> str:
    receipt = await asyncio.to_thread(read_receipt, path)
    if not await _trusted(app, walk, receipt.signed_by, receipt.body.who):
        return _("Nothing was taken: its key is not trusted")
    await asyncio.to_thread(enter, walk, receipt)
    return _("{who} answered: {state}", who=receipt.body.who, state=receipt.body.state.label)


async def _trusted(app: "OppwizardApp", walk: Walk, key: str | None, name: str) -> bool:
    """Whether a key is trusted; a new one is asked about once."""
    if key is None:
        return True
    keys, public = Keys(walk.context.folder), bytes.fromhex(key)
    known = await asyncio.to_thread(keys.decision, public)
    if known is not None:
        return known.allowed
    shown = _("Signed by {name} with a new key, {key}. Trust it?", name=name, key=fingerprint(public))
    chosen = await app.push_screen_wait(Choose(shown, [_("Trust it from now on"), _("Never"), _("Not now")]))
    if chosen in (0, 1):
        decide: Callable[[], None] = lambda: keys.decide(public, chosen == 0, name, utc_now())  # noqa: E731
        await asyncio.to_thread(decide)
    return chosen == 0
