"""The first and the last line of every screen. Imports nothing that the first frame does not need."""

from textual.content import Content
from textual.widgets import Static

from oppwizard.model.text import visible
from oppwizard.widgets.keys import Action, actions, shown_key


class TitleLine(Static):
    """The first line: what record this is on the left, what it is worth on the right."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._left = self._right = ""

    def say(self, left: str, right: str) -> None:
        """Show both ends; the left one is cut where they would meet."""
        self._left, self._right = visible(left), visible(right)
        self.refresh()

    def render(self) -> Content:
        """Both ends, set flush for the present width."""
        width = self.content_size.width
        right = Content(self._right)
        left = Content(self._left).truncate(max(8, width - right.cell_length - 2), ellipsis=True)
        gap = max(1, width - left.cell_length - right.cell_length)
        return left.stylize("bold") + Content(" " * gap) + right


class KeyBar(Static):
    """Which keys work here, in the language in use; the playbook's own keys where it has some."""

    def __init__(self, *scopes: str) -> None:
        super().__init__("", id="keys", markup=False)
        self.scopes = scopes

    def on_mount(self) -> None:
        """Draw it."""
        self.draw()

    def draw(self) -> None:
        """Show the keys that fit."""
        shown = [action for scope in self.scopes for action in actions(scope) if action.bar]
        parts = [self._one(action) for action in shown]
        self.update(Content("  ").join(parts))

    def _one(self, action: Action) -> Content:
        key = self.app.key_of(action) if hasattr(self.app, "key_of") else action.first_key
        cell = Content.assemble((shown_key(key), "bold $text-accent"), f" {action.label}")
        return cell.stylize(f"@click=screen.{action.call if '(' in action.call else action.call + '()'}")
