"""Text entries: one line and several, safe for what is pasted into them and right for input methods."""

from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input, TextArea

from oppwizard.model.text import visible


class LineEntry(Input):
    """One line of text.

    The terminal's cursor is parked where the text ends, also at the end of the line and after the form has moved, so
    that an input method composes in the right cell.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "choose(1)", show=False),
        Binding("up", "choose(-1)", show=False),
    ]

    @dataclass
    class Choose(Message):
        """The person moves through the choices: 1 down, -1 up."""

        entry: "LineEntry"
        by: int

        @property
        def control(self) -> "LineEntry":
            """The entry."""
            return self.entry

    def __init__(self, value: str = "", placeholder: str = "", *, replace: bool = False) -> None:
        super().__init__(value, placeholder, compact=True, select_on_focus=replace)

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """As in the base class, but without a layout of the whole form: the width does not follow the text."""

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell of the cursor on the screen; the base class is one cell too far right at the end of the line."""
        offset = super().cursor_screen_offset
        return Offset(offset.x - 1, offset.y) if self.cursor_at_end else offset

    def action_choose(self, by: int) -> None:
        """Hand a step through the choices to whoever shows them."""
        self.post_message(self.Choose(self, by))

    async def on_key(self, event: events.Key) -> None:
        """Edit at once; see `_edit`."""
        await _edit(self, event)

    def park_cursor(self) -> None:
        """Tell the terminal where the cursor is, once the layout has settled."""
        _park(self)

    def on_focus(self) -> None:
        """Park the cursor after the form has scrolled to the entry."""
        self.call_after_refresh(self.park_cursor)

    def _on_paste(self, event: events.Paste) -> None:
        """Take a paste whole: several lines become one, control characters become symbols."""
        event.prevent_default()
        event.stop()
        flat = " ".join(part for part in event.text.splitlines() if part.strip())
        self.replace(visible(flat), *sorted(self.selection))


class LongEntry(TextArea):
    """Several lines of text; Tab leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, value: str = "", placeholder: str = "") -> None:
        super().__init__(
            value, compact=True, tab_behavior="focus", show_line_numbers=False, soft_wrap=True, placeholder=placeholder
        )
        self.highlight_cursor_line = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw nothing once taken away: Textual has taken the styles by then, and paints until the next layout."""
        return super().render_lines(crop) if self.is_attached else [Strip.blank(crop.width)] * crop.height

    def watch_virtual_size(self) -> None:
        """Forget how high the entry was: Textual notes one change of the layout only until the entry is idle."""
        self._box_model_cache.clear()

    async def on_key(self, event: events.Key) -> None:
        """Edit at once; see `_edit`."""
        await _edit(self, event)

    def park_cursor(self) -> None:
        """Tell the terminal where the cursor is, once the layout has settled."""
        _park(self)

    def on_focus(self) -> None:
        """Park the cursor after the form has scrolled to the entry."""
        self.call_after_refresh(self.park_cursor)

    async def _on_paste(self, event: events.Paste) -> None:
        """Take a paste whole; control characters become symbols."""
        event.prevent_default()
        event.stop()
        text = visible("\n".join(event.text.splitlines()), lines=True)
        self.replace(text, *sorted(self.selection))


async def _edit(entry: LineEntry | LongEntry, event: events.Key) -> None:
    """Run the entry's own binding of a key, if it has one, before the next key comes.

    Textual lets a bound key bubble up to the app before its action runs: letters typed behind it, by a fast hand or a
    text expander, would overtake it.
    """
    for binding in entry._bindings.key_to_bindings.get(event.key, ()):
        with suppress(SkipAction):
            if await entry.app.run_action(binding.action, entry):
                event.stop()
                event.prevent_default()
                return


def _park(entry: LineEntry | LongEntry) -> None:
    if entry.has_focus and entry.app.cursor_position != entry.cursor_screen_offset:
        entry.app.cursor_position = entry.cursor_screen_offset
        entry.refresh()  # only a paint moves the terminal's cursor
