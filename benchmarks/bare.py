"""What we compare ourselves with: the least that a Textual app can be. ``python -m benchmarks.bare static|input``."""

import sys
from typing import Final

from textual.app import App, ComposeResult
from textual.widgets import Input, Static

READY: Final = "barely ready"


class BareStatic(App[None]):
    """One text."""

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(READY)


class BareInput(App[None]):
    """One field."""

    def compose(self) -> ComposeResult:
        """The field; its placeholder says that it is there."""
        yield Input(placeholder=READY)


if __name__ == "__main__":
    (BareInput if sys.argv[1:] == ["input"] else BareStatic)().run()
