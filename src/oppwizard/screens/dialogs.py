"""Small questions over a screen: a reason, a choice, a text to read."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from oppwizard.errors import StoreProblem
from oppwizard.i18n import _
from oppwizard.model.text import visible
from oppwizard.widgets.composed import Dialog
from oppwizard.widgets.entry import LineEntry


def path_of(text: str) -> Path:
    """The path that a person typed, or that a terminal put in for a dropped file: quoted, or with a tilde."""
    return Path(text.strip().strip("'\"")).expanduser()


_Drawing = TypeVar("_Drawing", bound=Screen[Any])


def needs_store(draw: Callable[[_Drawing], None]) -> Callable[[_Drawing], None]:
    """Leave a screen again that cannot be drawn, because the store does not answer; why is said."""

    @functools.wraps(draw)
    def drawn(screen: _Drawing) -> None:
        try:
            draw(screen)
        except StoreProblem as problem:
            screen.notify(str(problem), markup=False, timeout=8)
            screen.dismiss(None)

    return drawn


class AskText(Dialog[str | None]):
    """Asks for a line of text; Escape takes nothing."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "")]

    def __init__(self, question: str, value: str = "") -> None:
        super().__init__()
        self._question = question
        self._value = value

    def compose(self) -> ComposeResult:
        """The question and the entry."""
        with Vertical(classes="dialog"):
            yield Static(Content(visible(self._question)), classes="question", markup=False)
            yield LineEntry(self._value)
            yield Static(Content(_("Enter: take it   Esc: leave it")), classes="dim", markup=False)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class AskMany(Dialog[list[str] | None]):
    """Asks for several lines of text at once; Escape takes nothing."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", ""),
        ("ctrl+s", "take", ""),
        Binding("tab,down", "step(1)", show=False, priority=True),
        Binding("shift+tab,up", "step(-1)", show=False, priority=True),
    ]

    def __init__(self, question: str, entries: Sequence[tuple[str, str]]) -> None:
        """Prepare the questions.

        Args:
            entries: what each line is called, and what stands in it at first.
        """
        super().__init__()
        self._question = question
        self._asked = entries

    def compose(self) -> ComposeResult:
        """The question and the entries."""
        with Vertical(classes="dialog"):
            yield Static(Content(visible(self._question)), classes="question", markup=False)
            for label, value in self._asked:
                yield Static(Content(visible(label)), classes="dim", markup=False)
                yield LineEntry(value)
            keys = _("Tab: to the next   Enter in the last, or ^S: take it   Esc: leave it")
            yield Static(Content(keys), classes="dim", markup=False)

    def action_take(self) -> None:
        """Take what stands in the entries."""
        self.dismiss([entry.value for entry in self.query(LineEntry).results()])

    def action_step(self, by: int) -> None:
        """Go to the entry after or before."""
        entries = list(self.query(LineEntry).results())
        at = next((number for number, entry in enumerate(entries) if entry is self.focused), 0)
        self.set_focus(entries[(at + by) % len(entries)])

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input is list(self.query(LineEntry).results())[-1]:
            self.action_take()
        else:
            self.action_step(1)


class Choose(Dialog[int | None]):
    """Offers a few answers; the result is the number of the chosen one."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "")]

    def __init__(self, question: str, answers: Sequence[str]) -> None:
        super().__init__()
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        """The question and the answers."""
        with Vertical(classes="dialog"):
            yield Static(Content(visible(self._question, lines=True)), classes="question", markup=False)
            yield OptionList(*[Content(visible(answer)) for answer in self._answers], compact=True, markup=False)

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)


class Wait(Dialog[None]):
    """Says what is under way, and takes no keys; whoever shows it takes it away."""

    CSS_PATH = "dialogs.tcss"

    def __init__(self, said: str) -> None:
        super().__init__()
        self._said = said

    def compose(self) -> ComposeResult:
        """What is under way."""
        with Vertical(classes="dialog"):
            yield Static(Content(visible(self._said)), classes="question", markup=False)


class Reader(Dialog[None]):
    """Shows a text to be read, scrolled, and copied."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", ""),
        ("c", "copy", ""),
        ("down", "scroll(1)", ""),
        ("up", "scroll(-1)", ""),
        ("pagedown,space", "scroll(10)", ""),
        ("pageup", "scroll(-10)", ""),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        with Vertical(classes="page"):
            yield Static(Content(visible(self._title)), classes="question", markup=False)
            with VerticalScroll(id="text"):
                yield Static(Content(visible(self._text, lines=True)), markup=False)
            yield Static(Content(_("c: copy   Esc: close")), id="hint", classes="dim", markup=False)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#text", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_copy(self) -> None:
        """Copy the text through the terminal."""
        self.app.copy_to_clipboard(self._text)
        told = _("Handed to the terminal's clipboard; if it is not there, the command line prints the same text")
        self.query_one("#hint", Static).update(Content(told))
