"""How the record is judged: its score, its date and amount beside others, records that look alike."""

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from oppwizard.errors import OppwizardError
from oppwizard.exchange.judgement import Line, beside, judgement
from oppwizard.i18n import _
from oppwizard.model.enums import Relation
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.model.text import visible
from oppwizard.screens.dialogs import AskText
from oppwizard.walk.desk import Desk
from oppwizard.widgets.composed import Dialog
from oppwizard.widgets.lines import heading, indented

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_MARGIN, _WIDEST = 8, 80


class JudgementScreen(Dialog[Address | None]):
    """The judgement as a list; Enter goes where a line can be mended, or opens the record it speaks of."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", "")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="page"):
            yield Static(Content(_("How this record is judged")), classes="question", markup=False)
            yield OptionList(id="judgement", compact=True, markup=False)
            yield Static(Content(_("Enter: go there, or open it   Esc: close")), classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    def _draw(self) -> None:
        listed = self.query_one("#judgement", OptionList)
        self._lines = judgement(self.desk.walk, self.desk.record, min(_WIDEST, self.app.size.width - _MARGIN))
        at = listed.highlighted
        listed.clear_options()
        listed.add_options([self._option(line) for line in self._lines])
        usable = [number for number, line in enumerate(self._lines) if _leads(line)]
        listed.highlighted = at if at in usable else next(iter(usable), None)

    @staticmethod
    def _option(line: Line) -> Option:
        if line.head:
            return Option(heading(line.text), disabled=True)
        leads = _leads(line)
        return Option(indented(line.text, "" if leads else "$text-muted"), disabled=not leads)

    @on(OptionList.OptionSelected, "#judgement")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        line = self._lines[event.option_index]
        if line.other is not None:
            self._open(line.other)
        elif line.at is not None:
            self.dismiss(line.at)

    @work
    async def _open(self, other_id: UUID) -> None:
        try:
            other = await asyncio.to_thread(self.desk.walk.store.load, other_id)
        except OppwizardError as problem:
            cast("OppwizardApp", self.app).tell(str(problem))
            return
        if await self.app.push_screen_wait(BesideScreen(self.desk, other)):
            self.dismiss(None)
        else:
            self._draw()


def _leads(line: Line) -> bool:
    return line.at is not None or line.other is not None


class BesideScreen(Dialog[bool]):
    """Another record beside this one, and what may be said of the two; the result is whether that one is opened."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "close", ""),
        ("d", "different", ""),
        ("l", "link", ""),
        ("o", "go_on", ""),
    ]

    def __init__(self, desk: Desk, other: Record) -> None:
        super().__init__()
        self.desk = desk
        self.other = other

    def compose(self) -> ComposeResult:
        """Both records, line by line, and the keys."""
        with Vertical(classes="page"):
            yield Static(Content(_("Side by side: this record, and the other one")), classes="question", markup=False)
            with VerticalScroll(id="text"):
                yield Static(self._both(), id="both", markup=False)
            keys = _("d: a different deal   l: they belong together   o: go on with the other   Esc: back")
            yield Static(Content(keys), id="hint", classes="dim", markup=False)

    def on_resize(self) -> None:
        """Use the room there is."""
        self.query_one("#both", Static).update(self._both())

    def _both(self) -> Content:
        rows = beside(self.desk.walk, self.desk.record, self.other)
        lines: list[Content] = []
        for label, mine, other in rows:
            lines.append(Content(label).stylize("bold $text-accent"))
            if mine == other:
                lines.append(Content(f"  = {visible(mine)}").stylize("$text-muted"))
            else:
                lines += [Content(f"  1 {visible(mine) or '-'}"), Content(f"  2 {visible(other) or '-'}")]
        return Content("\n").join(lines)

    @work
    async def action_different(self) -> None:
        """State why it is a different deal; the statement is kept."""
        because = await self.app.push_screen_wait(AskText(_("Why is it a different deal?")))
        if because is not None:
            self._relate(Relation.DIFFERENT, because)

    def action_link(self) -> None:
        """Say that the two belong together."""
        self._relate(Relation.LINKED, "")

    def _relate(self, relation: Relation, because: str) -> None:
        try:
            self.desk.do(lambda record: self.desk.walk.relate(record, self.other.id, relation, because))
        except OppwizardError as problem:
            self.query_one("#hint", Static).update(Content(visible(str(problem))))
            return
        self.dismiss(False)

    @work
    async def action_go_on(self) -> None:
        """Leave this record as it is and go on with the other one."""
        if await self.desk.settle():
            app = cast("OppwizardApp", self.app)
            app.call_later(app.records.change_to, self.other.id)  # the app's own turn: this screen is about to go
            self.dismiss(True)

    def action_close(self) -> None:
        """Go back to the list."""
        self.dismiss(False)
