"""The Textual app: opens at once, brings the store in behind the first frame, and moves between screens."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import CommandList, CommandPalette
from textual.driver import Driver
from textual.screen import Screen
from textual.widgets.option_list import Option
from textual.worker import WorkerFailed

from oppwizard import i18n
from oppwizard.context import Context, is_served
from oppwizard.errors import InvalidInput, OppwizardError, StoreProblem
from oppwizard.i18n import _
from oppwizard.screens.ending import HUNG_UP, watch_for_the_end, without_terminal
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.widgets.bars import KeyBar
from oppwizard.widgets.keys import APP, PIPELINE, STAGE, Action, actions, bindings, shown_key

if TYPE_CHECKING:
    from uuid import UUID

    from textual.actions import ActionParseResult
    from textual.dom import DOMNode

    from oppwizard.errors import StoreDamaged
    from oppwizard.model.enums import Stage
    from oppwizard.model.findings import Address
    from oppwizard.playbook.faults import FaultyPlaybook
    from oppwizard.screens.listing import Listing
    from oppwizard.screens.stage import StageScreen
    from oppwizard.walk import Walk
    from oppwizard.walk.desk import Desk
    from oppwizard.walk.safekeeping import Keeper

Told = Callable[[str], None]


class ActionPalette(CommandPalette):
    """The palette, which says in the language in use that nothing was found; Textual's own says it in English."""

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()

        def nothing() -> None:
            found = self.query_one(CommandList)
            if search_value:
                found.add_option(Option(_("No action of that name"), id=self._NO_MATCHES, disabled=True))
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, nothing)


class OppwizardApp(App[int]):
    """The app. Screens show; the app knows the store, opens records, and changes language and theme."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(APP)]
    CSS_PATH = Path(__file__).with_name("pipeline.tcss")  # whole: an heir of the app stands elsewhere
    ENABLE_COMMAND_PALETTE = True
    TITLE = "oppwizard"

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.walk: Walk | None = None
        self._keys: dict[str, str] = {}
        self._built_in = False
        """Whether the person goes on without the playbook, which has faults."""
        self._stages: dict[Stage, StageScreen] = {}
        self.keeper: Keeper | None = None
        self.asked_about_damage = False
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

    # The store

    def open_listing(self) -> "Listing":
        """Open the store and its list. Called in a worker: importing the store takes longer than the first frame.

        Raises:
            OppwizardError: the store or the playbook cannot be read.
        """
        from oppwizard.playbook.faults import FaultyPlaybook
        from oppwizard.playbook.loading import load_playbook
        from oppwizard.screens.listing import Listing
        from oppwizard.screens.playbook import usable_keys
        from oppwizard.walk import open_walk

        if self.walk is None:
            try:
                self.walk = open_walk(self.context, playbook=load_playbook() if self._built_in else None)
            except FaultyPlaybook as problem:
                self.call_from_thread(self._ask_about_playbook, problem)
                raise InvalidInput(problem.problem) from problem
            self.call_from_thread(self._take_keys, usable_keys(self, self.walk.playbook.keys))
            if self.walk.playbook.notify.rules:
                self.call_from_thread(self._begin_notifying)
            self.call_from_thread(self._begin_keeping)
        return Listing(self.walk)

    @work(exclusive=True, group="playbook")
    async def _ask_about_playbook(self, problem: "FaultyPlaybook") -> None:
        """Show what is wrong with the playbook, and go on as the person says."""
        from oppwizard.screens.playbook import BUILT_IN, LEAVE, ask_how_to_go_on

        answer = await ask_how_to_go_on(self, problem)
        if answer == LEAVE:
            self.exit(problem.exit_code)
            return
        self._built_in = answer == BUILT_IN
        if self._built_in:
            self.tell(_("The built-in playbook is in use; what you have answered in fields of your own is kept"))
        if isinstance(self.screen, PipelineScreen):
            self.screen.say(_("Opening the store ..."))
            self.screen.load()

    def _take_keys(self, keys: dict[str, str]) -> None:
        self._keys = keys
        if keys:
            self.set_keymap(keys)
            for bar in self.screen.query(KeyBar).results():
                bar.draw()

    def _begin_notifying(self) -> None:
        from oppwizard.screens.notices import begin

        begin(self)

    def _begin_keeping(self) -> None:
        from oppwizard.screens.safekeeping import begin

        self.keeper = begin(self)

    @work(exclusive=True, group="damage")
    async def ask_about_damage(self, problem: "StoreDamaged") -> None:
        """Offer the backups of a store that is damaged; once, until one is restored."""
        from oppwizard.screens.safekeeping import offer_backups

        if not self.asked_about_damage:
            self.asked_about_damage = True
            await offer_backups(self, problem)

    def let_go(self) -> None:
        """Close the store, so that its file can be replaced."""
        if self.keeper is not None:
            self.keeper.end()
        if self.walk is not None:
            self.walk.store.close()
        self.walk = self.keeper = None

    def on_mount(self) -> None:
        """Take care that whatever ends the program leaves nothing unsaved."""
        if not self.is_headless:
            self._ended = watch_for_the_end(self)

    def on_unmount(self) -> None:
        """Let a backup under way be."""
        self._ended.set()
        if self.keeper is not None:
            self.keeper.end()

    @property
    def open_stages(self) -> "list[StageScreen]":
        """The screens of the record that is open."""
        return list(self._stages.values())

    def key_of(self, action: Action) -> str:
        """The key to show for an action: the playbook's, where it names one."""
        return self._keys.get(action.id, action.keys).split(",")[0]

    @property
    def ready(self) -> "Walk":
        """The walk, once the store is open."""
        assert self.walk is not None, "screens with records come after the store"
        return self.walk

    # Records

    async def open_record(self, record_id: "UUID") -> None:
        """Open a record at the stage where it stands."""
        from oppwizard.model.enums import Stage
        from oppwizard.walk.desk import Desk

        try:
            desk = Desk(self.ready, await asyncio.to_thread(self.ready.load, record_id))
        except OppwizardError as problem:
            self.tell(str(problem))
            return
        furthest = min(desk.record.opportunity.stage, desk.verdict.open_stage or len(Stage))
        self.show_stage(desk, Stage(furthest))

    async def new_record(self) -> None:
        """Begin a draft and open it."""
        try:
            record = await asyncio.to_thread(self.ready.start)
        except OppwizardError as problem:
            self.tell(str(problem))
            return
        await self.open_record(record.id)

    async def duplicate_record(self, record_id: "UUID") -> None:
        """Begin a draft like a record and open it."""
        try:
            copy = await asyncio.to_thread(lambda: self.ready.duplicate(self.ready.load(record_id)))
        except OppwizardError as problem:
            self.tell(str(problem))
            return
        await self.open_record(copy.id)

    def show_stage(self, desk: "Desk", stage: "Stage", at: "Address | None" = None) -> None:
        """Show a stage of a record, the cursor at an address if one is given.

        In the app's own turn: a screen cannot wait for its own removal.
        """
        self.call_later(self._show_stage, desk, stage, at)

    async def _show_stage(self, desk: "Desk", stage: "Stage", at: "Address | None") -> None:
        screen = self._stage_screen(desk, stage, at)
        if screen is self.screen:
            return
        if isinstance(self.screen, PipelineScreen):
            await self.push_screen(screen)
        else:
            await self.switch_screen(screen)

    def _stage_screen(self, desk: "Desk", stage: "Stage", at: "Address | None") -> "StageScreen":
        """The screen of a stage: kept while its record is open, so that a stage seen before is there at once."""
        from oppwizard.screens.stages import SCREENS

        screen = self._stages.get(stage)
        if screen is None:
            screen = self._stages[stage] = SCREENS[stage](desk, at)
            self.install_screen(screen, f"stage-{int(stage)}")
        else:
            screen.goto = at
        return screen

    async def _close_stages(self) -> None:
        """Take the open record's screens away; the pipeline shows."""
        stages, self._stages = self._stages, {}
        for screen in stages.values():
            screen.desk.lookups.cancel()
        while len(self.screen_stack) > 1 and not isinstance(self.screen, PipelineScreen):
            await self.pop_screen()
        for stage, screen in stages.items():
            if self.is_screen_installed(screen):
                self.uninstall_screen(f"stage-{int(stage)}")
            if screen.is_running:
                await screen.remove()

    async def show_pipeline(self, desk: "Desk") -> None:
        """Go back to the list; a draft in which nothing was typed is taken away again."""
        try:
            await asyncio.to_thread(self.ready.discard_if_untouched, desk.record)
        except OppwizardError as problem:
            self.tell(str(problem))
        self.call_later(self._close_stages)

    @work
    async def set_aside(self, record_id: "UUID", status: str, told: Told) -> None:
        """Ask for the reason and set a lead aside."""
        from oppwizard.model.enums import Status
        from oppwizard.screens.dialogs import AskText

        label = Status(status).label
        reason = await self.push_screen_wait(AskText(_("{status}: why?", status=label)))
        if reason is None:
            return
        try:
            record = await asyncio.to_thread(self.ready.load, record_id)
            await asyncio.to_thread(self.ready.save, self.ready.set_aside(record, Status(status), reason))
            told(_("Set aside; f shows it, o reopens it"))
        except OppwizardError as problem:
            told(str(problem))

    @work
    async def close_deal(self, record_id: "UUID", told: Told) -> None:
        """Ask how a deal ended, and close it."""
        from oppwizard.screens.closing import ask_and_close

        told(await ask_and_close(self, record_id))

    def show_results(self) -> None:
        """Show what came of the pipeline."""
        from oppwizard.screens.figures import RESULTS, FiguresScreen

        self.push_screen(FiguresScreen(self.ready, RESULTS))

    @work
    async def show_audit(self) -> None:
        """Audit records, and open the one that is chosen."""
        from oppwizard.screens.figures import AUDIT, FiguresScreen

        chosen = await self.push_screen_wait(FiguresScreen(self.ready, AUDIT))
        if chosen is not None:
            await self.open_record(chosen)

    @work
    async def reopen(self, record_id: "UUID", told: Told) -> None:
        """Take up again a lead that was set aside, or a deal that was closed."""
        try:
            record = await asyncio.to_thread(self.ready.load, record_id)
            move = await asyncio.to_thread(self.ready.save, self.ready.reopen(record))
            told(_("Reopened") if move.batch else _("It is neither set aside nor closed"))
        except OppwizardError as problem:
            told(str(problem))

    @work
    async def export(self, record_id: "UUID | None", told: Told) -> None:
        """Ask what to export and where to, and write it."""
        from oppwizard.screens.exporting import ask_and_export

        told(await ask_and_export(self, record_id))

    @work
    async def receive(self, told: Told) -> None:
        """Ask for a packet or receipt, and open it."""
        from oppwizard.screens.receiving import ask_and_receive

        told(await ask_and_receive(self))

    @work
    async def import_leads(self, told: Told) -> None:
        """Ask for a list of leads, show what it means, and read it."""
        from oppwizard.screens.leads import ask_and_import

        told(await ask_and_import(self))

    @work
    async def hand_territory_over(self, told: Told) -> None:
        """Ask whose records go to whom, and write the packet."""
        from oppwizard.screens.handing import ask_and_pack_territory

        told(await ask_and_pack_territory(self))

    def show_handoffs(self) -> None:
        """Show what became of packets."""
        from oppwizard.handoff.telling import packets
        from oppwizard.screens.dialogs import Reader

        lines = list(packets(self.ready.store.packets(), self.ready.playbook))
        text = "\n".join(lines) or _("No packet was sent or received yet.")
        self.push_screen(Reader(_("Handoffs"), text))

    def show_notices(self) -> None:
        """Show the messages of the outbox."""
        from oppwizard.notify.office import Office
        from oppwizard.screens.notices import NoticesScreen

        self.push_screen(NoticesScreen(Office(self.ready)))

    @work
    async def show_reviews(self, told: Told) -> None:
        """Show what waits for a manager, and the review of the one that is chosen."""
        from oppwizard.screens.reviewing import show_reviews

        told(await show_reviews(self))

    @work
    async def show_peers(self, told: Told) -> None:
        """Show which deals colleagues look at, and the session of the one that is chosen."""
        from oppwizard.screens.peering import show_peers

        told(await show_peers(self))

    @work(exclusive=True, group="me")
    async def action_me(self) -> None:
        """Ask who the person is."""
        from oppwizard.screens.introducing import introduce

        await introduce(self)

    @work
    async def sample(self, record_id: "UUID | None", told: Told) -> None:
        """Make the sample deal, or remove one."""
        from oppwizard.screens.dialogs import Choose
        from oppwizard.walk.sample import walk_sample

        try:
            if record_id is None:
                await asyncio.to_thread(walk_sample, self.ready)
                told(_("A sample deal was made; m on it removes it"))
            elif await self.push_screen_wait(Choose(_("Remove the sample deal?"), [_("Remove"), _("Keep")])) == 0:
                await asyncio.to_thread(self.ready.store.delete_record, record_id)
                told(_("The sample deal is gone"))
        except OppwizardError as problem:
            told(str(problem))

    # Over a record

    def show_questions(self, desk: "Desk") -> None:
        """Show the call sheet."""
        from oppwizard.exchange.callsheet import call_sheet
        from oppwizard.screens.dialogs import Reader

        self.push_screen(Reader(_("Call sheet"), call_sheet(self.ready, desk.record, "text")))

    async def show_judgement(self, desk: "Desk") -> "Address | None":
        """Show how a record is judged; the result is where the person wants to go."""
        from oppwizard.screens.judging import JudgementScreen

        return await self.push_screen_wait(JudgementScreen(desk))

    async def show_timeline(self, desk: "Desk") -> "Address | None":
        """Show what happened around a deal; the result is where the person wants to go."""
        from oppwizard.screens.timeline import TimelineScreen

        return await self.push_screen_wait(TimelineScreen(desk))

    async def show_handoff(self, desk: "Desk") -> "Address | None":
        """Show how a record stands for a handoff; the result is where the person wants to go."""
        from oppwizard.screens.handing import HandoffScreen

        return await self.push_screen_wait(HandoffScreen(desk))

    async def show_review(self, desk: "Desk") -> "Address | None":
        """Show the review of a record; the result is where the person wants to go."""
        from oppwizard.screens.reviewing import ReviewScreen

        return await self.push_screen_wait(ReviewScreen(desk))

    async def show_peer(self, desk: "Desk") -> "Address | None":
        """Show a session of colleagues about a record."""
        from oppwizard.screens.peering import PeeringScreen

        return await self.push_screen_wait(PeeringScreen(desk))

    async def settle_remark(self, desk: "Desk", at: "Address | None") -> str:
        """Let a comment of the manager be settled; the result is what was done."""
        from oppwizard.screens.reviewing import settle_remark

        return await settle_remark(self, desk, at)

    async def forget_person(self, desk: "Desk", at: "Address | None") -> str:
        """Let a person be erased everywhere; the result is what was done."""
        from oppwizard.screens.forgetting import ask_and_forget

        return await ask_and_forget(self, desk, at)

    @work(exclusive=True, group="playbook")
    async def action_playbook(self) -> None:
        """Show which settings are in force."""
        from oppwizard.screens.playbook import show_playbook

        await show_playbook(self)

    async def change_to(self, record_id: "UUID") -> None:
        """Close the open record and open another one."""
        await self._close_stages()
        await self.open_record(record_id)

    @work
    async def show_history(self, desk: "Desk") -> None:
        """Show every change of a record."""
        from oppwizard.screens.dialogs import Reader

        await desk.settle()
        lines = self.ready.told_history(desk.record)
        self.push_screen(Reader(_("History"), "\n".join(lines)))

    @work(exclusive=True, group="conflicts")
    async def settle_conflicts(self, desk: "Desk") -> None:
        """Let the person choose where somebody else changed the same value."""
        from oppwizard.screens.dialogs import Choose

        while desk.conflicts:
            conflict = desk.conflicts.pop(0)
            theirs, mine = (desk.worded(conflict, value) for value in (conflict.theirs, conflict.mine))
            answers = [_("Theirs: {value}", value=theirs), _("Mine: {value}", value=mine)]
            answer = await self.push_screen_wait(Choose(str(conflict.problem), answers))
            if answer == 1:
                desk.insist(conflict)
        for screen in self._stages.values():
            if screen.is_current:
                screen.show_again()

    @work(exclusive=True, group="unsaved")
    async def ask_about_unsaved(self, desk: "Desk") -> None:
        """Something could not be saved: try again, keep it in a file, or stay."""
        from oppwizard.screens.dialogs import Choose
        from oppwizard.screens.exporting import rescue

        answers = [_("Stay here and try again"), _("Write what I typed to a file and leave")]
        answer = await self.push_screen_wait(Choose(str(desk.problem), answers))
        if answer == 1:
            self.tell(await asyncio.to_thread(rescue, self.ready, desk.record))
            await self._close_stages()

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

    # The app itself

    async def action_language(self) -> None:
        """Switch everything on the screen to the next language."""
        i18n.use(i18n.following(i18n.language()))
        top = next((screen for screen in self._stages.values() if screen is self.screen), None)
        at = top.current.at if top is not None and top.current else None
        if top is not None:
            top.keep_typed()
        await self._close_stages()
        if isinstance(self.screen, PipelineScreen):
            await self.screen.speak()
        if top is not None:
            await self._show_stage(top.desk, top.stage, at)

    def action_dark(self) -> None:
        """Switch between light and dark."""
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_command_palette(self) -> None:
        """Find any action by its name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(ActionPalette(placeholder=_("What do you want to do?"), id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that works on a screen, by its name in the language in use."""
        scope = PIPELINE if isinstance(screen, PipelineScreen) else STAGE
        for action in (*actions(scope), *actions(APP)):
            if action.id == "app.palette":
                continue
            key = shown_key(self.key_of(action)) if action.keys else ""
            namespace = "app" if action.scope == APP else "screen"
            call = f"{namespace}.{action.call}"
            tip = f"{action.tip}  {key}".rstrip()
            yield SystemCommand(str(action.label).capitalize(), tip, lambda call=call: self._run(call))

    def _run(self, call: str) -> None:
        self.call_later(self.run_action, call, self.screen)

    def action_help(self) -> None:
        """Show which keys work here."""
        from oppwizard.screens.dialogs import Reader

        scope = PIPELINE if isinstance(self.screen, PipelineScreen) else STAGE
        lines = [_line(self, action) for action in (*actions(scope), *actions(APP))]
        if scope == STAGE:
            lines += ["", *_form_help()]
        self.push_screen(Reader(_("Keys"), "\n".join(lines)))

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
                self.ask_about_unsaved(desk)
                return
        self.exit(0)


def _line(app: OppwizardApp, action: Action) -> str:
    keys = app._keys.get(action.id, action.keys).split(",") if action.keys else [_("palette")]
    shown = ", ".join(shown_key(key) for key in keys)
    return f"{shown}{' ' * max(1, 17 - cell_len(shown))}{action.label}: {action.tip}"


def _form_help() -> list[str]:
    return [
        _("Tab, Shift+Tab, Enter: to the field after, before; at the end to the next row, part, stage"),
        _("Up, Down: through the choices under a field; typing narrows them; Tab or Enter takes one"),
        _("Dates: 2026-12-18, 18 Dec, next fri, +3w, end of month. Money: 1,200  1.2m  120万  EUR 50"),
        _("Everything is saved as you type; what is not a value yet is kept too."),
    ]


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
    if app.walk is not None:
        if app.keeper is not None:
            app.keeper.finish()
        app.walk.store.close()
    return result or app.return_code or 0


def _collect_seldom() -> None:
    """Keep the garbage collector out of keystrokes: what is imported stays, and a screen makes many objects at once."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
