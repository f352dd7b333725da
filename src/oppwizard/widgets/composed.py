"""Screens that know whether they are there: keys and answers come at any moment, also before and behind a screen."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType


class Composed(Screen[ScreenResultType]):
    """A screen that does nothing while there is nothing of it.

    A fast hand presses the next key before a screen is composed, and leaves it while it still waits for something.
    Where a class has several bases, this one and those below it come last: Textual inherits styles from the first only.
    """

    _is_composed = False
    LEAVING: ClassVar[str] = "dismiss"
    """The action that works at any moment."""

    @property
    def is_there(self) -> bool:
        """Whether there is something to act and draw on: not before it is composed, nor once it is taken away."""
        return self._is_composed and self.is_attached and self in self.app.screen_stack

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let nothing act on what is not there (yet), nor what leaves wait for it."""
        return action == self.LEAVING or self.is_there

    def when_drawn(self, callback: Callable[..., None], *args: object) -> None:
        """Call something behind the next drawing, unless the screen is gone by then."""

        def still() -> None:
            if self.is_there:
                callback(*args)

        self.call_after_refresh(still)

    async def on_event(self, event: events.Event) -> None:
        """Leave out what begins or draws a screen that was taken away before it could."""
        self._is_composed = self._is_composed or isinstance(event, events.Mount)
        if self.is_there or not isinstance(event, events.Mount | events.Resize):
            await super().on_event(event)


class LeavesOnce(Composed[ScreenResultType]):
    """A screen that takes only itself away.

    Textual takes away whatever lies on top, and asks nobody who it is: a pick, a key or a save that comes behind the
    key that closed a dialog would close the record below as well, behind the back of those who keep it.
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
