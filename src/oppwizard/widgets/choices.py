"""The list of choices under a field: filtered as one types, taken with Enter or Tab."""

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Region
from textual.widgets import OptionList

from oppwizard.model.text import fold, visible

Choices = Sequence[tuple[str, str]]
"""What to enter, and what to show for it."""


class ChoiceList(OptionList, can_focus=False):
    """One list for all fields of a screen, laid over the form below the field in focus."""

    HEIGHT = 7

    def __init__(self) -> None:
        super().__init__(id="choices", compact=True, markup=False)
        self._all: Choices = ()
        self._shown: Choices = ()
        self.moved = False
        """Whether the person went to the highlighted choice, by key or mouse."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return bool(self.display)

    @property
    def chosen(self) -> str | None:
        """What the highlighted choice would enter."""
        index = self.highlighted
        return self._shown[index][0] if self.is_open and index is not None and index < len(self._shown) else None

    def offer(self, choices: Choices, region: Region, current: str = "", gone_to: str | None = None) -> None:
        """Open the list under an entry, the current value highlighted; an empty list closes it.

        Args:
            gone_to: the choice the person has gone to while these were looked up; it stays highlighted if it is there.
        """
        self._all = choices
        self._place(region)
        self._fill(choices)
        places = {text: place for place, (text, _) in enumerate(choices)}
        self.moved = gone_to in places
        self.highlighted = places.get(current if gone_to is None else gone_to, places.get(current))

    def narrow(self, typed: str) -> None:
        """Keep the choices that hold the typed text; the first that begins with it is highlighted."""
        wanted = fold(typed)
        matching = [choice for choice in self._all if wanted in fold(" ".join(choice))]
        ranked = sorted(matching, key=lambda choice: not fold(choice[1]).startswith(wanted)) if wanted else matching
        self._fill(ranked)
        self.moved = False
        self.highlighted = 0 if ranked and wanted else None

    def step(self, by: int) -> None:
        """Move the highlight."""
        if not self._shown:
            return
        at = self.highlighted
        self.moved = True
        self.highlighted = (0 if by > 0 else len(self._shown) - 1) if at is None else (at + by) % len(self._shown)

    def follow(self, region: Region) -> None:
        """Stay beside the entry when the form has moved."""
        if self.is_open:
            self._place(region)

    def close(self) -> None:
        """Take the list off the screen."""
        self.display = False
        self._all = self._shown = ()

    def _fill(self, choices: Choices) -> None:
        self._shown = choices
        self.clear_options()
        self.add_options([Content(visible(label)) for _, label in choices])
        self.display = bool(choices)

    def _place(self, region: Region) -> None:
        room_below = self.screen.size.height - region.bottom - 2
        height = min(self.HEIGHT, max(len(self._all), 1))
        below = room_below >= height or room_below >= region.y
        top = region.bottom if below else max(0, region.y - height)
        self.styles.offset = (region.x, top)
        self.styles.width = max(24, min(region.width, 44))
        self.styles.max_height = max(2, min(self.HEIGHT, room_below if below else region.y))
