"""The Textual app: opens at once, brings the store in behind the first frame, and moves between screens."""

import asyncio
import gc
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.worker import WorkerFailed

from oppwizard import i18n
from oppwizard.context import Context, is_served
from oppwizard.errors import StoreProblem
from oppwizard.i18n import _
from oppwizard.screens.ending import HUNG_UP, stop_as_any_program, watch_for_the_end, without_terminal
from oppwizard.screens.palette import commands, help_text, show_palette
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.screens.records import Records
from oppwizard.screens.session import Session
from oppwizard.widgets.bars import KeyBar
from oppwizard.widgets.keys import APP, Action, bindings

if TYPE_CHECKING:
    from textual.actions import ActionParseResult
    from textual.dom import DOMNode

    from oppwizard.walk import Walk
    from oppwizard.walk.desk import Desk


class OppwizardApp(App[int]):
    """The app: screens, keys, language and theme.

    Attributes:
        session: the store that it works on.
        records: the record that is open.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(APP)]
    CSS_PATH = Path(__file__).with_name("pipeline.tcss")  # whole: an heir of the app stands elsewhere
    ENABLE_COMMAND_PALETTE = True
    TITLE = "oppwizard"

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.session = Session(self)
        self.records = Records(self)
        self._keys: dict[str, str] = {}
        self._ended = threading.Event()

    def get_driver_class(self) -> type[Driver]:
        """The driver of the terminal; behind a page of a browser, one of our own."""
        found = super().get_driver_class()
        if not is_served():
            return found
        from oppwizard.screens.served import ServedDriver

        return ServedDriver

    def get_default_screen(self) -> PipelineScreen:
        """The pipeline stands at the bottom; nothing is drawn before it."""
        return PipelineScreen()

    def on_mount(self) -> None:
        """Take care that whatever ends the program leaves nothing unsaved."""
        if not self.is_headless:
            self._ended = watch_for_the_end(self)

    def on_unmount(self) -> None:
        """Let a backup under way be."""
        self._ended.set()
        self.session.rest()

    @property
    def pipeline(self) -> PipelineScreen:
        """The list, whether or not something stands over it."""
        bottom = self.screen_stack[0]
        assert isinstance(bottom, PipelineScreen), "the pipeline is the default screen"
        return bottom

    @property
    def walk(self) -> "Walk | None":
        """What moves records; None until the store is open."""
        return self.session.walk

    @property
    def ready(self) -> "Walk":
        """The walk, once the store is open."""
        assert self.walk is not None, "screens with records come after the store"
        return self.walk

    # Keys

    def take_keys(self, keys: dict[str, str]) -> None:
        """Let the playbook's keys stand for the built-in ones."""
        self._keys = keys
        if keys:
            self.set_keymap(keys)
            for bar in self.screen.query(KeyBar).results():
                bar.draw()

    def keys_of(self, action: Action) -> list[str]:
        """The keys of an action: the playbook's, where it names some."""
        return self._keys.get(action.id, action.keys).split(",")

    def key_of(self, action: Action) -> str:
        """The key to show for an action."""
        return self.keys_of(action)[0]

    # What goes wrong

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: "DOMNode | None" = None,
        namespaces: "Mapping[str, DOMNode] | None" = None,
    ) -> bool:
        """Do what a key asks for; what the store keeps it from is said, and nothing else happens."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except StoreProblem as problem:
            self.tell(str(problem))
            return True

    def _handle_exception(self, error: Exception) -> None:
        """The same where a worker does it: a store that does not answer ends no app."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(error, WorkerFailed) and isinstance(cause, StoreProblem):
            self.tell(str(cause))
        else:
            super()._handle_exception(error)

    def tell(self, text: str) -> None:
        """Say something where the person looks."""
        self.notify(text, markup=False, timeout=8)

    # What can be done everywhere

    async def action_language(self) -> None:
        """Switch everything on the screen to the next language."""
        i18n.use(i18n.following(i18n.language()))
        await self.records.speak()

    def action_dark(self) -> None:
        """Switch between light and dark."""
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    @work(exclusive=True, group="me")
    async def action_me(self) -> None:
        """Ask who the person is."""
        from oppwizard.screens.introducing import introduce

        await introduce(self)

    @work(exclusive=True, group="playbook")
    async def action_playbook(self) -> None:
        """Show which settings are in force."""
        from oppwizard.screens.playbook import show_playbook

        await show_playbook(self)

    def action_command_palette(self) -> None:
        """Find any action by its name."""
        show_palette(self)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that works on a screen, by its name in the language in use."""
        return commands(self, screen)

    def action_help(self) -> None:
        """Show which keys work here."""
        from oppwizard.screens.dialogs import Reader

        self.push_screen(Reader(_("Keys"), help_text(self)))

    def action_help_quit(self) -> None:
        """Say how to leave; Ctrl+C does not."""
        self.tell(_("Ctrl+Q leaves; everything is saved"))

    async def action_quit(self) -> None:
        """Leave, unless something could not be saved."""
        desk: Desk | None = getattr(self.screen, "desk", None)
        if desk is not None:
            self.screen.set_focus(None)
            await asyncio.sleep(0)
            if not await desk.settle():
                self.records.ask_about_unsaved(desk)
                return
        self.exit(0)


def run(context: Context) -> int:
    """Open the app and stay until the person leaves; returns the exit code."""
    _collect_seldom()
    app = OppwizardApp(context)
    try:
        result = app.run()
    except OSError:
        if not without_terminal():
            raise
        result = HUNG_UP
    without_terminal()
    stop_as_any_program()
    app.session.finish()
    return result or app.return_code or 0


def _collect_seldom() -> None:
    """Keep the garbage collector out of keystrokes: what is imported stays, and a screen makes many objects at once."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
