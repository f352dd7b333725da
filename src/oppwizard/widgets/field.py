"""One field of a form: its label, its entry, and a line that says what is wrong with it."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from oppwizard.i18n import Text
from oppwizard.model.ask import Kind, Need
from oppwizard.model.base import new_id
from oppwizard.model.fields import FieldSpec
from oppwizard.model.findings import Address
from oppwizard.model.text import marked, visible
from oppwizard.widgets.entry import LineEntry, LongEntry

PAUSE: Final = 0.7
"""Seconds after the last key until what was typed is saved."""
_PATIENCE: Final = 1.0
"""Seconds that an entry may take for keys that came before."""


class FieldRow(Vertical):
    """A field being shown and edited. It holds no value of its own: it shows a text and tells what was typed.

    Attributes:
        spec: the field's declaration.
        row: the row whose field it is, for tables; None in the line that begins a new row.
        visit: identifies the present stay in the field, so that its saves are one entry of the log.
        touched: whether the person has been in it; findings stay quiet before.
    """

    @dataclass
    class Entered(Message):
        """The field has the focus now."""

        field: "FieldRow"

    @dataclass
    class Left(Message):
        """The focus has left the field; ``text`` is what stands in it, ``changed`` whether the person changed it."""

        field: "FieldRow"
        text: str
        changed: bool

    @dataclass
    class Paused(Message):
        """Typing has paused with this text in the field."""

        field: "FieldRow"
        text: str

    @dataclass
    class Typed(Message):
        """The text has just changed by a key; the choices follow it."""

        field: "FieldRow"
        text: str

    @dataclass
    class Done(Message):
        """Enter was pressed in a one-line field."""

        field: "FieldRow"

    def __init__(self, spec: FieldSpec, row: UUID | None = None) -> None:
        super().__init__()
        self.spec = spec
        self.row = row
        self.visit = new_id()
        self.touched = False
        self.shown = ""
        self._pause: Timer | None = None
        example = str(spec.ask.example) if spec.ask.example else ""
        self.entry: LineEntry | LongEntry = (
            LongEntry("", example)
            if spec.ask.kind is Kind.LONG
            else LineEntry("", example, replace=not spec.is_text and not spec.is_list)
        )

    def compose(self) -> ComposeResult:
        """The label beside the entry; the message line comes when there is a message."""
        with Horizontal():
            yield Static(self.caption(), classes="caption", markup=False)
            yield self.entry

    def caption(self) -> Content:
        """The label, with a sign for what a gate insists on."""
        sign = "*" if self.spec.ask.need is Need.REQUIRED else " "
        return Content(f"{self.spec.ask.label}{sign}")

    @property
    def at(self) -> Address:
        """The address of the value shown."""
        return Address(self.spec.entity, self.spec.name, self.row)

    @property
    def text(self) -> str:
        """What stands in the entry."""
        return self.entry.value if isinstance(self.entry, Input) else self.entry.text

    @property
    def changed(self) -> bool:
        """Whether the person changed what was shown."""
        return self.text != self.shown

    def show(self, text: str) -> None:
        """Show a text; what a terminal must not be given is shown as symbols."""
        self.shown = visible(text, lines=isinstance(self.entry, TextArea))
        if self.text == self.shown:
            return
        with self.prevent(Input.Changed, TextArea.Changed):
            if isinstance(self.entry, Input):
                self.entry.value = self.shown
                self.entry.cursor_position = len(self.shown)
            else:
                self.entry.text = self.shown

    def offer(self, text: str) -> None:
        """Put a text into the entry as if the person had typed it."""
        if isinstance(self.entry, Input):
            self.entry.value = text
            self.entry.cursor_position = len(text)
        else:
            self.entry.text = text

    def tell(self, message: Text | str | None, *, wrong: bool = True) -> None:
        """Say something under the field, or nothing."""
        line = next(iter(self.query(".message").results(Static)), None)
        if not message:
            if line is not None:
                line.display = False
            self.remove_class("wrong")
            return
        self.set_class(wrong, "wrong")
        text = visible(str(message), lines=True)
        content = Content(marked("!", text) if wrong else text)
        if line is None:
            self.mount(Static(content, classes="message", markup=False))
        else:
            line.update(content)
            line.display = True

    def enter(self) -> None:
        """Put the cursor into the field, at once: the next key is already meant for it."""
        self.screen.set_focus(self.entry)

    async def drained(self) -> None:
        """Wait until the keys that came before are in the entry: several may come in one read from the terminal.

        An entry that is taken away meanwhile never says so; nobody waits for it longer than its keys are worth.
        """
        done = asyncio.Event()
        if self.entry.call_later(done.set):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), _PATIENCE)

    @property
    def is_current(self) -> bool:
        """Whether the cursor is in the field."""
        return self.is_attached and self.screen.focused is self.entry

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Begin a stay in the field."""
        self.visit = new_id()
        self.add_class("current")
        self.call_after_refresh(self.bring_into_view)
        self.post_message(self.Entered(self))

    def on_resize(self) -> None:
        """Stay in view when the entry grows, or a message comes under it."""
        if self.is_current:
            self.call_after_refresh(self.bring_into_view)

    def bring_into_view(self) -> None:
        """Scroll to the field once the form is laid out; what focusing does by itself may come before that."""
        if self.is_current:
            self.entry.scroll_visible(animate=False, immediate=True)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """End the stay: what stands in the field is to be saved now."""
        self._still()
        self.remove_class("current")
        self.touched = True
        self.post_message(self.Left(self, self.text, self.changed))

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typing(self, event: Input.Changed | TextArea.Changed) -> None:
        event.stop()
        if not self.changed:
            return
        self._still()
        self._pause = self.set_timer(PAUSE, self._paused)
        self.post_message(self.Typed(self, self.text))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Done(self))

    def _paused(self) -> None:
        self._pause = None
        if self.changed:
            self.post_message(self.Paused(self, self.text))

    def _still(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None


SAVE_WHILE_TYPING: Final = (Kind.LINE, Kind.LONG)
"""Kinds whose half-typed text is a value already; of the others a pause keeps the text only."""
