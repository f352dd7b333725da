"""Notifications on the screen: the outbox with retry and drop, and sending in the background (A4)."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from oppwizard.errors import OppwizardError
from oppwizard.i18n import _
from oppwizard.model.text import visible
from oppwizard.notify.office import Entry, Office
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.widgets.composed import Dialog

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_MINUTE: Final = 60
_BESIDE: Final = 4
"""The margins of the page and the scroll bar."""
_WIDEST: Final = 24
"""So many cells a column has at most, so that the title has room."""


class NoticesScreen(Dialog[None]):
    """The outbox; workers read and write it, so that the screen never waits."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", ""),
        ("r", "retry", ""),
        ("d,delete", "drop", ""),
        ("s", "send", ""),
        ("a", "everything", ""),
    ]

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office
        self.entries: list[Entry] = []
        self._everything = False
        self._said = ""

    def compose(self) -> ComposeResult:
        """Title, list, the chosen message, keys."""
        with Vertical(classes="page"):
            yield Static(Content(_("Notifications")), id="head", classes="question", markup=False)
            yield OptionList(id="lines", compact=True, markup=False)
            with VerticalScroll(id="message"):
                yield Static(id="said", markup=False)
            yield Static(id="told", markup=False)
            keys = _("r: send again   d: do not send   s: send what is due   a: all   Esc: close")
            yield Static(Content(keys), id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Have the outbox read."""
        self._work(lambda: "")

    @work(thread=True, group="notices", exit_on_error=False)
    def _work(self, act: Callable[[], str]) -> None:
        """Do something to the outbox, and read it again."""
        worker = get_current_worker()
        try:
            said = act()
            entries = self.office.entries(everything=self._everything)
        except OppwizardError as problem:
            said, entries = str(problem), self.entries
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, entries, said)

    def _show(self, entries: Sequence[Entry], said: str) -> None:
        if not self.is_there:
            return
        lines = self.query_one("#lines", OptionList)
        at = lines.highlighted or 0
        self.entries = list(entries)
        waiting = sum(one.is_open for one in entries)
        self.query_one("#head", Static).update(Content(_("Notifications ({count} not sent)", count=waiting)))
        lines.clear_options()
        lines.add_options([Option(line) for line in _lines(self.entries, self.app.size.width - _BESIDE)])
        if entries:
            lines.highlighted = min(at, len(entries) - 1)
        nothing = _("No message waits.") if self.office.walk.playbook.notify.rules else _no_rules()
        self.query_one("#told", Static).update(Content(visible(said or ("" if entries else nothing), lines=True)))
        self._tell_chosen()
        lines.focus()

    @property
    def chosen(self) -> Entry | None:
        """The message under the cursor."""
        at = self.query_one("#lines", OptionList).highlighted
        return self.entries[at] if at is not None and at < len(self.entries) else None

    @on(OptionList.OptionHighlighted, "#lines")
    def _tell_chosen(self) -> None:
        text = self.chosen.text if self.chosen else ""
        self.query_one("#said", Static).update(Content(visible(text, lines=True)))

    def action_retry(self) -> None:
        """Let the chosen message be sent anew."""
        self._do(self.office.retry)

    def action_drop(self) -> None:
        """Let the chosen message not be sent."""
        self._do(self.office.drop)

    def _do(self, act: Callable[[UUID], str]) -> None:
        chosen = self.chosen
        if chosen is not None:
            self._work(lambda: act(chosen.id))

    def action_send(self) -> None:
        """Send what is due."""
        self.query_one("#told", Static).update(Content(_("Sending ...")))
        self._work(lambda: "\n".join(self.office.send()))

    def action_everything(self) -> None:
        """Show what was sent and dropped too, or no longer."""
        self._everything = not self._everything
        self._work(lambda: "")


def _no_rules() -> str:
    return _("The playbook has no rules that tell anybody of anything: [[notify.rules]].")


def _lines(entries: Sequence[Entry], room: int) -> list[Content]:
    """A line for each message: state, attempts, when, to whom, what; columns aligned, cut to so many cells."""
    cells = [[visible(text) for text in _columns(one)] for one in entries]
    widths = [min(max((cell_len(row[n]) for row in cells), default=0), _WIDEST) for n in range(4)]
    return [_line(row, widths, one).truncate(room, ellipsis=True) for row, one in zip(cells, entries, strict=True)]


def _columns(one: Entry) -> tuple[str, ...]:
    row = one.row
    return row.state, row.tries, row.when, row.channel, row.title


def _line(row: Sequence[str], widths: Sequence[int], one: Entry) -> Content:
    padded = [
        Content(text).truncate(width, ellipsis=True, pad=True).plain for text, width in zip(row, widths, strict=False)
    ]
    style = "bold $text-error" if one.is_loud else "$text-warning" if one.row.problem and one.is_open else ""
    line = Content("  ".join((*padded, row[4])))
    return line.stylize(style, 0, len(row[0])) if style else line


# In the background


def begin(app: "OppwizardApp") -> list[Timer]:
    """Look for what time asks for, once the store is open, and again and again if the app is to send.

    Returns:
        What is to be stopped when the store is let go of.
    """
    office = Office(app.ready)
    if office.is_idle:
        return []
    _look(app, office)
    if not office.is_sending:
        return []
    minutes = app.ready.playbook.notify.every_minutes
    return [app.set_interval(minutes * _MINUTE, lambda: _look(app, office))]


def _look(app: "OppwizardApp", office: Office) -> None:
    async def look() -> None:
        try:
            said = await asyncio.to_thread(office.look)
        except OppwizardError as problem:
            said = str(problem)
        if said and isinstance(app.screen, PipelineScreen):
            app.screen.say(said)

    app.run_worker(look(), group="notify", exclusive=True, exit_on_error=False)
