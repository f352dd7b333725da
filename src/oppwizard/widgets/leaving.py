"""Screens that lie over another one, and leave once."""

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType


class LeavesOnce(Screen[ScreenResultType]):
    """A screen that takes only itself away.

    Textual takes away whatever lies on top, and asks nobody who it is: a pick, a key or a save that comes behind the
    key that closed a dialog would close the record below as well, behind the back of those who keep it.

    To be named as the last base: Textual inherits styles from the first one only.
    """

    _left: tuple[ScreenResultType | None] | None = None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave: at once where the screen is on top, behind what lies over it otherwise; gone, it is gone."""
        if self.is_active:
            return super().dismiss(result)
        if self in self.app.screen_stack:
            self._left = (result,)
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        """Leave now, if that had to wait for what lay over it."""
        if self._left is not None:
            self.dismiss(*self._left)


class Dialog(ModalScreen[ScreenResultType], LeavesOnce[ScreenResultType]):
    """A screen over another one, which takes all keys; see `LeavesOnce`."""
