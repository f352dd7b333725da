"""The store as the app has it open: opened behind the first frame, kept safe, let go of for another one."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from oppwizard.errors import InvalidInput, OppwizardError
from oppwizard.i18n import _
from oppwizard.screens.pipeline import PipelineScreen

if TYPE_CHECKING:
    from textual.timer import Timer

    from oppwizard.errors import StoreDamaged
    from oppwizard.playbook.faults import FaultyPlaybook
    from oppwizard.screens.app import OppwizardApp
    from oppwizard.screens.listing import Listing
    from oppwizard.walk import Walk
    from oppwizard.walk.safekeeping import Keeper


class Session:
    """What the app works on.

    Attributes:
        walk: moves records; None until the store is open.
        keeper: makes backups; None until the store is open.
    """

    def __init__(self, app: "OppwizardApp") -> None:
        self._app = app
        self.walk: Walk | None = None
        self.keeper: Keeper | None = None
        self._built_in = False
        """Whether the person goes on without the playbook, which has faults."""
        self._asked_about_damage = False
        self._timers: list[Timer] = []
        """What looks at the open store from time to time."""

    def open_listing(self) -> "Listing":
        """Open the store and its list. Called in a worker: importing the store takes longer than the first frame.

        Raises:
            OppwizardError: the store or the playbook cannot be read.
        """
        from oppwizard.screens.listing import Listing

        return Listing(self.open())

    def open(self) -> "Walk":
        """Open the store, unless it is open. Called in a worker.

        Raises:
            OppwizardError: the store or the playbook cannot be read.
        """
        if self.walk is None:
            self.walk = self._opened()
            self._follow(self.walk)
        return self.walk

    def _opened(self) -> "Walk":
        from oppwizard.playbook.faults import FaultyPlaybook
        from oppwizard.playbook.loading import load_playbook
        from oppwizard.walk import open_walk

        try:
            return open_walk(self._app.context, playbook=load_playbook() if self._built_in else None)
        except FaultyPlaybook as problem:
            self._app.call_from_thread(self._ask_about_playbook, problem)
            raise InvalidInput(problem.problem) from problem

    def _follow(self, walk: "Walk") -> None:
        """Do what follows from the store being open; still in the worker, so that what is imported holds nobody up."""
        from oppwizard.screens import notices, safekeeping
        from oppwizard.screens.playbook import usable_keys

        app = self._app
        app.call_from_thread(app.take_keys, usable_keys(app, walk.playbook.keys))
        if walk.playbook.notify.rules:
            self._timers += app.call_from_thread(notices.begin, app)
        self.keeper, timers = app.call_from_thread(safekeeping.begin, app)
        self._timers += timers

    def _ask_about_playbook(self, problem: "FaultyPlaybook") -> None:
        self._app.run_worker(self._go_on_without(problem), exclusive=True, group="playbook")

    async def _go_on_without(self, problem: "FaultyPlaybook") -> None:
        """Show what is wrong with the playbook, and go on as the person says."""
        from oppwizard.screens.playbook import BUILT_IN, LEAVE, ask_how_to_go_on

        answer = await ask_how_to_go_on(self._app, problem)
        if answer == LEAVE:
            self._app.exit(problem.exit_code)
            return
        self._built_in = answer == BUILT_IN
        if self._built_in:
            self._app.tell(_("The built-in playbook is in use; what you have answered in fields of your own is kept"))
        if isinstance(self._app.screen, PipelineScreen):
            self._app.screen.begin_again()

    def ask_about_damage(self, problem: "StoreDamaged", *, again: bool = False) -> None:
        """Offer the backups of a store that is damaged; once, until one is restored, unless the person asks again."""
        if again or not self._asked_about_damage:
            self._asked_about_damage = True
            self._app.run_worker(self._offer_backups(problem), exclusive=True, group="damage")

    async def _offer_backups(self, problem: "StoreDamaged") -> None:
        from oppwizard.screens.safekeeping import offer_backups

        if await offer_backups(self._app, problem):
            self._asked_about_damage = False

    @contextlib.contextmanager
    def let_go(self) -> Iterator[None]:
        """Close the store, so that its file can be replaced; where that fails it is the store still."""
        walk = self.walk
        self.close()
        try:
            yield
        except OppwizardError:
            self.walk = walk
            raise

    def close(self) -> None:
        """Close the store, and let be what looks at it from time to time."""
        self.rest()
        for timer in self._timers:
            timer.stop()
        self._timers = []
        if self.walk is not None:
            self.walk.store.close()
        self.walk = self.keeper = None

    def rest(self) -> None:
        """Let a backup under way be."""
        if self.keeper is not None:
            self.keeper.end()

    def finish(self) -> None:
        """Make the backup that is due as the program ends, and close the store."""
        if self.walk is None:
            return
        if self.keeper is not None:
            self.keeper.finish()
        self.walk.store.close()
