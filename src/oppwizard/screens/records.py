"""The record that is open: the screens of its stages, kept while it is open, and what leaving it asks."""

import asyncio
from typing import TYPE_CHECKING

from oppwizard.errors import OppwizardError, StoreDamaged
from oppwizard.i18n import _
from oppwizard.screens.pipeline import PipelineScreen

if TYPE_CHECKING:
    from uuid import UUID

    from oppwizard.model.enums import Stage
    from oppwizard.model.findings import Address
    from oppwizard.screens.app import OppwizardApp
    from oppwizard.screens.stage import StageScreen
    from oppwizard.walk.desk import Desk


class Records:
    """Opens records, moves between the stages of the one that is open, and closes it."""

    def __init__(self, app: "OppwizardApp") -> None:
        self._app = app
        self._stages: dict[Stage, StageScreen] = {}

    @property
    def open_stages(self) -> "list[StageScreen]":
        """The screens of the record that is open."""
        return list(self._stages.values())

    @property
    def desk(self) -> "Desk | None":
        """The desk that the open record lies on."""
        return next((screen.desk for screen in self.open_stages), None)

    @property
    def shown(self) -> "StageScreen | None":
        """The stage that is on top, if one is."""
        return next((screen for screen in self._stages.values() if screen is self._app.screen), None)

    async def open(self, record_id: "UUID") -> None:
        """Open a record at the stage where it stands."""
        from oppwizard.model.enums import Stage
        from oppwizard.walk.desk import Desk

        walk = self._app.ready
        try:
            desk = Desk(walk, await asyncio.to_thread(walk.load, record_id))
        except OppwizardError as problem:
            self._app.tell(str(problem))
            return
        furthest = min(desk.record.opportunity.stage, desk.verdict.open_stage or len(Stage))
        self.show_stage(desk, Stage(furthest))

    async def begin(self) -> None:
        """Begin a draft and open it."""
        try:
            record = await asyncio.to_thread(self._app.ready.start)
        except OppwizardError as problem:
            self._app.tell(str(problem))
            return
        await self.open(record.id)

    async def duplicate(self, record_id: "UUID") -> None:
        """Begin a draft like a record and open it."""
        walk = self._app.ready
        try:
            copy = await asyncio.to_thread(lambda: walk.duplicate(walk.load(record_id)))
        except OppwizardError as problem:
            self._app.tell(str(problem))
            return
        await self.open(copy.id)

    async def change_to(self, record_id: "UUID") -> None:
        """Close the open record and open another one."""
        await self.close()
        await self.open(record_id)

    def show_stage(self, desk: "Desk", stage: "Stage", at: "Address | None" = None) -> None:
        """Show a stage of a record, the cursor at an address if one is given.

        In the app's own turn: a screen cannot wait for its own removal.
        """
        self._app.call_later(self._show_stage, desk, stage, at)

    async def _show_stage(self, desk: "Desk", stage: "Stage", at: "Address | None") -> None:
        screen = self._stage_screen(desk, stage, at)
        if screen is self._app.screen:
            return
        if isinstance(self._app.screen, PipelineScreen):
            await self._app.push_screen(screen)
        else:
            await self._app.switch_screen(screen)

    def _stage_screen(self, desk: "Desk", stage: "Stage", at: "Address | None") -> "StageScreen":
        """The screen of a stage: kept while its record is open, so that a stage seen before is there at once."""
        from oppwizard.screens.stages import SCREENS

        screen = self._stages.get(stage)
        if screen is None:
            screen = self._stages[stage] = SCREENS[stage](desk, at)
            self._app.install_screen(screen, f"stage-{int(stage)}")
        else:
            screen.goto = at
        return screen

    async def close(self) -> None:
        """Take the open record's screens away; the pipeline shows."""
        app = self._app
        stages, self._stages = self._stages, {}
        for screen in stages.values():
            screen.desk.lookups.cancel()
        while len(app.screen_stack) > 1 and not isinstance(app.screen, PipelineScreen):
            await app.pop_screen()
        for stage, screen in stages.items():
            if app.is_screen_installed(screen):
                app.uninstall_screen(f"stage-{int(stage)}")
            if screen.is_running:
                await screen.remove()

    async def leave(self, desk: "Desk") -> None:
        """Go back to the list; a draft in which nothing was typed is taken away again."""
        try:
            await asyncio.to_thread(self._app.ready.discard_if_untouched, desk.record)
        except OppwizardError as problem:
            self._app.tell(str(problem))
        self._app.call_later(self.close)

    async def rescued(self) -> str:
        """Write what is on the screens of the open record to a file, and say which; nothing where none is open."""
        from oppwizard.screens.exporting import rescue

        self.keep_typed()
        desk = self.desk
        if desk is None:
            return ""
        desk.lookups.cancel()
        await desk.settle()
        return await asyncio.to_thread(rescue, desk.walk, desk.record)

    def keep_typed(self) -> None:
        """Put what stands in the field in focus in line to be saved."""
        for screen in self.open_stages:
            if screen.is_there:
                screen.keep_typed()

    async def move_to_store(self) -> list[str]:
        """Go on with the open record at the store that is open now; what is to be said where it is not there."""
        desk = self.desk
        if desk is None:
            return []
        try:
            await desk.move_to(self._app.ready)
        except OppwizardError as problem:
            self._app.call_later(self.close)
            return [str(problem)]
        for screen in self.open_stages:
            screen.show_again()
        return []

    async def speak(self) -> None:
        """Show everything again in the language that is in use now; the cursor stays where it is."""
        top = self.shown
        at = top.current.at if top is not None and top.current else None
        if top is not None:
            top.keep_typed()
        await self.close()
        if isinstance(self._app.screen, PipelineScreen):
            self._app.screen.speak()
        if top is not None:
            await self._show_stage(top.desk, top.stage, at)

    def settle_conflicts(self, desk: "Desk") -> None:
        """Let the person choose where somebody else changed the same value."""
        self._app.run_worker(self._settle_conflicts(desk), exclusive=True, group="conflicts")

    async def _settle_conflicts(self, desk: "Desk") -> None:
        from oppwizard.screens.dialogs import Choose

        while desk.conflicts:
            conflict = desk.conflicts.pop(0)
            theirs, mine = (desk.worded(conflict, value) for value in (conflict.theirs, conflict.mine))
            answers = [_("Theirs: {value}", value=theirs), _("Mine: {value}", value=mine)]
            answer = await self._app.push_screen_wait(Choose(str(conflict.problem), answers))
            if answer == 1:
                desk.insist(conflict)
        for screen in self.open_stages:
            if screen.is_current:
                screen.show_again()

    def ask_about_unsaved(self, desk: "Desk") -> None:
        """Something could not be saved: try again, keep it in a file, or stay."""
        self._app.run_worker(self._ask_about_unsaved(desk), exclusive=True, group="unsaved")

    async def _ask_about_unsaved(self, desk: "Desk") -> None:
        from oppwizard.screens.dialogs import Choose
        from oppwizard.screens.exporting import rescue

        problem = desk.problem
        answers = [_("Stay here and try again"), _("Write what I typed to a file and leave")]
        if isinstance(problem, StoreDamaged):
            answers.append(_("Restore a backup and go on here"))
        answer = await self._app.push_screen_wait(Choose(str(problem), answers))
        if answer == 2 and isinstance(problem, StoreDamaged):
            self._app.session.ask_about_damage(problem, again=True)
        if answer == 1:
            self._app.tell(await asyncio.to_thread(rescue, self._app.ready, desk.record))
            await self.close()
