"""The frame of the six stage screens: progress, form, coach, open points, figures, save state, keys."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from oppwizard.errors import OppwizardError, StoreDamaged
from oppwizard.i18n import _
from oppwizard.model.findings import Address
from oppwizard.screens import over
from oppwizard.screens.enriching import Enriching
from oppwizard.walk.desk import Desk, Saving
from oppwizard.widgets.bars import KeyBar, TitleLine
from oppwizard.widgets.choices import ChoiceList
from oppwizard.widgets.entry import LineEntry, LongEntry
from oppwizard.widgets.keys import APP, STAGE, bindings
from oppwizard.widgets.panels import CoachPanel, OpenPoints, PartTabs, StageStrip, StateLine

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_LOOK_EVERY = 1.0
_RETRY_EVERY = 2.0


class StageScreen(Enriching):
    """One stage of the walk. Subclasses name the stage and what stands before the fields of its parts."""

    CSS_PATH = "stage.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(STAGE),
        Binding("tab", "field(1)", show=False, priority=True),
        Binding("shift+tab", "field(-1)", show=False, priority=True),
    ]
    AUTO_FOCUS = ""
    LEAVING = "leave"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def compose(self) -> ComposeResult:
        """The frame; the form's present part is mounted into it."""
        yield TitleLine(id="title")
        yield StageStrip()
        yield PartTabs()
        with Horizontal(id="body"):
            yield VerticalScroll(id="form", can_focus=False)
            with Vertical(id="side"):
                yield CoachPanel()
                yield Static("", id="points-head", markup=False)
                yield OpenPoints()
        yield from self.compose_figures()
        yield StateLine()
        yield KeyBar(STAGE, APP)
        yield ChoiceList()

    def compose_figures(self) -> Iterator[Static]:
        """The live figures below the form, where a stage has some."""
        return iter(())

    async def on_mount(self) -> None:
        """Show the part that is asked for, and begin to watch the store."""
        self.take_desk()
        self.set_interval(_LOOK_EVERY, self._look)
        self.set_interval(_RETRY_EVERY, self._retry)
        self.screen_layout_refresh_signal.subscribe(self, self._park_cursor)
        await self.show_part(self._part_of(self.goto) if self.goto else 0, self.goto)
        self._shown = True

    async def on_screen_resume(self) -> None:
        """Show the record as it is now, where the person was, or where they are sent."""
        if not self._shown:
            return
        self.take_desk()
        at, self.goto = self.goto, None
        if at is not None:
            await self.show_part(self._part_of(at), at)
        else:
            self.refill()
            self.draw()

    def on_resize(self) -> None:
        """Let the coach say as much as there is room for now."""
        self.when_drawn(self._coach_again)

    def _coach_again(self) -> None:
        if self.coaching is not None and self.coaching.is_attached:
            self._coach(self.coaching)

    def _park_cursor(self, _screen: Screen[object]) -> None:
        """Follow the field in focus wherever the layout moves it: a message above it, a new row, scrolling.

        The form keeps it in view when it grows or has less room; a person who scrolls away is left alone.
        """
        form = self.query_one("#form", VerticalScroll)
        extent = form.virtual_size, form.size
        if extent != self._extent and self.current is not None:
            self._extent = extent
            self.when_drawn(self.current.bring_into_view)
        entry = self.focused
        if isinstance(entry, LineEntry | LongEntry):
            entry.park_cursor()
            self.choices.follow(entry.region)

    @work(exclusive=True, group="judge")
    async def action_judge(self) -> None:
        """Show how the record is judged, and go where the person wants to mend something."""
        await self._over(over.judgement)

    @work(exclusive=True, group="judge")
    async def action_timeline(self) -> None:
        """Show what happened around the deal, and go to the talk that the person picks."""
        await self._over(over.timeline)

    @work(exclusive=True, group="judge")
    async def action_handoff(self) -> None:
        """Prepare a packet, and go where something of it is missing."""
        await self._over(over.handoff)

    @work(exclusive=True, group="judge")
    async def action_review(self) -> None:
        """Show the six questions of the manager, and go where the person wants to mend something."""
        await self._over(over.review)

    @work(exclusive=True, group="judge")
    async def action_peer(self) -> None:
        """Look at the deal with colleagues."""
        await self._over(over.peer)

    @work(exclusive=True, group="judge")
    async def action_settle(self) -> None:
        """Settle the comment that stands at the field in focus, or another one."""
        at = self.current.at if self.current else None
        self._commit(self.current)
        said = await over.settle_remark(self.oppwizard, self.desk, at)
        if self.is_there:
            self.refill()
            self.draw()
            self.draw_state(said)

    @work(exclusive=True, group="judge")
    async def action_forget(self) -> None:
        """Erase the person of the row in focus, or another one of the record."""
        at = self.current.at if self.current else None
        self._commit(self.current)
        said = await over.forget_person(self.oppwizard, self.desk, at)
        if self.is_there:
            await self.show_part(self.part)
            self.draw_state(said)

    async def _over(self, show: Callable[["OppwizardApp", Desk], Awaitable[Address | None]]) -> None:
        self._commit(self.current)
        at = await show(self.oppwizard, self.desk)
        if not self.is_there:
            return
        self.refill()
        self.draw()
        if at is not None:
            await self.go_to(at)

    async def action_undo(self) -> None:
        """Take the newest change back."""
        await self._travel(back=True)

    async def action_redo(self) -> None:
        """Make the change again that was taken back."""
        await self._travel(back=False)

    async def _travel(self, *, back: bool) -> None:
        self._commit(self.current)
        try:
            move = await (self.desk.step_back() if back else self.desk.step_again())
        except OppwizardError as problem:
            self.draw_state(str(problem))
            return
        for field in self.fields():
            field.show(self.text_at(field.at))
        self._moved(move)
        self.draw_state(
            (_("Undone") if back else _("Done again"))
            if move
            else _("Nothing to undo")
            if back
            else _("Nothing to redo")
        )

    def action_accept(self) -> None:
        """Take the proposal of the field in focus, if there is one."""
        field = self.current
        if field is not None and self.accept_proposal(field):
            return
        point = next((p for p in self.desk.verdict.of(self.stage) if field and p.at == field.at and p.proposal), None)
        proposal = point.proposal if point else self.proposal(field.at) if field else None
        if field is not None and proposal:
            field.offer(proposal)
            self._take(field, proposal)

    def proposal(self, at: Address) -> str | None:
        """A value the record itself yields for an address, beyond what findings propose."""
        return self.desk.walk.proposal(self.desk.record, at)

    def action_coach(self) -> None:
        """Give the coach more room, or less."""
        self.toggle_class("-coach")
        self._coach_again()

    def action_questions(self) -> None:
        """Show the open points as questions to ask."""
        over.questions(self.oppwizard, self.desk)

    @work(exclusive=True, group="judge")
    async def action_history(self) -> None:
        """Show every change of the record."""
        await over.history(self.oppwizard, self.desk)

    def desk_changed(self) -> None:
        """Saving has begun or ended, or somebody else changed the record."""
        if not self.is_there:
            return
        if self.desk.conflicts:
            self.refill()
            self.draw()
            self.oppwizard.records.settle_conflicts(self.desk)
        if self.desk.notes:
            told, self.desk.notes = self.desk.notes, []
            self.show_again()
            self.oppwizard.tell("  ".join(map(str, told)))
        self.draw_state(self._note)
        if isinstance(self.desk.problem, StoreDamaged):
            self.oppwizard.session.ask_about_damage(self.desk.problem)

    def is_typing(self) -> bool:
        """Whether the field in focus holds something that was typed and is not left yet."""
        return self.current is not None and self.current.changed

    def show_again(self) -> None:
        """Show the record as it is now, in every field."""
        if self.is_there:
            self.refill()
            self.draw()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        if self.is_current and await self.desk.meet() and self.is_there:
            self.draw_state(self._note)
        if self.is_current and await self.desk.look(self.is_typing) and self.is_there:
            self.refill()
            self.draw()
            self.draw_state(_("Somebody else changed this record; it is shown as it is now"))

    def _retry(self) -> None:
        if self.is_current and self.desk.saving is Saving.FAILED:
            self.desk.save()
