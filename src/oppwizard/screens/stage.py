"""The frame of the six stage screens: progress, form, coach, open points, figures, save state, keys."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from oppwizard.errors import OppwizardError, ValueProblem
from oppwizard.i18n import _, sentences
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ACCOUNT, OPPORTUNITY
from oppwizard.model.findings import Address, Finding
from oppwizard.model.money import show_money
from oppwizard.process.course import COURSE, Part
from oppwizard.process.entry import show
from oppwizard.screens.choosing import Choosing
from oppwizard.walk.desk import Desk, Saving
from oppwizard.walk.move import Move
from oppwizard.widgets.bars import KeyBar, TitleLine
from oppwizard.widgets.choices import ChoiceList
from oppwizard.widgets.field import SAVE_WHILE_TYPING, FieldRow
from oppwizard.widgets.keys import APP, STAGE, bindings
from oppwizard.widgets.panels import (
    CoachPanel,
    OpenPoints,
    PartTabs,
    StageState,
    StageStrip,
    StateLine,
    stage_state,
)
from oppwizard.widgets.sections import RowsSection, Section, sections_of

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_LOOK_EVERY = 1.0
_RETRY_EVERY = 2.0


class StageScreen(Choosing, Screen[None]):
    """One stage of the walk. Subclasses name the stage and the parts of its form."""

    CSS_PATH = "stage.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(STAGE),
        Binding("tab", "field(1)", show=False, priority=True),
        Binding("shift+tab", "field(-1)", show=False, priority=True),
    ]
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    stage: ClassVar[Stage]

    def __init__(self, desk: Desk, goto: Address | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.part = 0
        self.goto = goto
        self.coaching: FieldRow | None = None
        self._tried = False
        self._shown = False
        self._note = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the form."""
        return COURSE[self.stage]

    def lead_of(self, part: Part) -> Iterator[Section]:
        """What a stage shows before the fields of a part."""
        return iter(())

    @property
    def oppwizard(self) -> "OppwizardApp":
        """The app, with its own type."""
        return cast("OppwizardApp", self.app)

    # Building

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
        self.desk.changed = self.desk_changed
        self.set_interval(_LOOK_EVERY, self._look)
        self.set_interval(_RETRY_EVERY, self._retry)
        self.screen_layout_refresh_signal.subscribe(self, self._park_cursor)
        await self.show_part(self._part_of(self.goto) if self.goto else 0, self.goto)
        self._shown = True

    async def on_screen_resume(self) -> None:
        """Show the record as it is now, where the person was, or where they are sent."""
        if not self._shown:
            return
        self.desk.changed = self.desk_changed
        at, self.goto = self.goto, None
        if at is not None:
            await self.show_part(self._part_of(at), at)
        else:
            self.refill()
            self.draw()

    async def show_part(self, number: int, at: Address | None = None, *, last: bool = False) -> None:
        """Show a part of the form and put the cursor on an address, or on its first (or last) field."""
        self.part = number
        form = self.query_one("#form", VerticalScroll)
        self.close_choices()
        await form.remove_children()
        part = self.parts[number]
        await form.mount_all([*self.lead_of(part), *sections_of(self.stage, part)])
        form.scroll_home(animate=False)
        self.refill()
        self.draw()
        field = self._field_at(at) if at else None
        shown = self.shown_fields()
        if field is None and shown:
            field = shown[-1] if last else self._first_open(shown)
        lead = self.first_focus() if at is None and not last else None
        if lead is not None:
            lead.focus()
        elif field is not None:
            field.enter()

    def first_focus(self) -> Widget | None:
        """What has the cursor first in the present part, where that is not a field."""
        return None

    def _first_open(self, fields: list[FieldRow]) -> FieldRow:
        open_at = {point.at for point in self.desk.verdict.open_points(self.stage)}
        return next((field for field in fields if field.at in open_at), fields[0])

    def sections(self) -> Iterator[Section]:
        """The sections of the present part."""
        return iter(self.query(Section).results())

    def shown_fields(self) -> list[FieldRow]:
        """The fields that the cursor can be in, in order."""
        return [field for field in self.query(FieldRow).results() if field.display]

    @property
    def current(self) -> FieldRow | None:
        """The field that the cursor is in."""
        return next((field for field in self.query(FieldRow).results() if field.is_current), None)

    def _park_cursor(self, _screen: Screen[object]) -> None:
        """Follow the field in focus wherever the layout moves it: a message above it, a new row, scrolling."""
        if self.current is not None:
            self.current.entry.park_cursor()

    # Showing

    def text_at(self, at: Address) -> str:
        """The text to show for an address: what was typed and is no value yet, else the value in words."""
        record = self.desk.record
        spec = at.spec
        if spec is None:
            return ""
        if at.row is None and at.entity not in (OPPORTUNITY, ACCOUNT):
            default = spec.model.model_fields[spec.name].get_default(call_default_factory=True)
            return show(spec, default, record, self.desk.walk.playbook) if spec.choices else ""
        pending = record.pending.get(str(at))
        return pending if pending is not None else show(spec, record.value(at), record, self.desk.walk.playbook)

    def refill(self) -> None:
        """Show the record in every field."""
        for section in self.sections():
            section.refill(self.desk.record, self.desk.verdict, self.text_at)

    def draw(self) -> None:
        """Show the record in everything around the form."""
        verdict, deal = self.desk.verdict, self.desk.record.opportunity
        title = self.query_one("#title", TitleLine)
        title.say(deal.name or self.desk.record.account.name or _("New draft"), self._worth())
        self.query_one(StageStrip).say([self._state_of(stage) for stage in Stage], self.stage)
        points = verdict.open_points(self.stage)
        counts = [sum(part.covers(point.at, self.stage) for point in points) for part in self.parts]
        tabs = list(zip((part.label for part in self.parts), counts, strict=True))
        self.query_one(PartTabs).say(tabs, self.part)
        self.query_one("#points-head", Static).update(self._points_head(len(points)))
        self.query_one(OpenPoints).say(verdict.of(self.stage))
        self.draw_figures()
        self.draw_messages()
        self.draw_state()

    def _state_of(self, stage: Stage) -> StageState:
        verdict = self.desk.verdict
        count = len(verdict.open_points(stage))
        visited = stage <= max(self.desk.record.opportunity.stage, self.stage)
        enterable = verdict.may_enter(stage)
        words, sign = stage_state(
            done=enterable and not count, visited=visited, closed=visited and not enterable, count=count
        )
        return stage, words, sign, enterable and not count

    def _points_head(self, count: int) -> str:
        if not self.desk.verdict.may_enter(self.stage):
            reason = self.desk.verdict.in_the_way(self.stage)[0]
            return _("CLOSED: {reason}", reason=reason.message)
        return _("OPEN {count}", count=count) if count else _("GATE SATISFIED - F8 goes on")

    def _worth(self) -> str:
        record = self.desk.record
        sized = self.desk.walk.sized(record)
        amount = sized.amount(self.desk.walk.playbook.sizing.metric)
        status = str(record.opportunity.status.label)
        sample = _("sample") + " " if record.opportunity.is_sample else ""
        worth = (
            show_money(amount, record.currency, self.oppwizard.context.language) if amount and record.currency else ""
        )
        return f"{sample}{status}  {worth}".rstrip()

    def draw_figures(self) -> None:
        """Show the live figures, where a stage has some."""

    def draw_messages(self) -> None:
        """Say under each field that was touched what its gate has against it."""
        said = {
            point.at: point for point in reversed(self.desk.verdict.of(self.stage)) if point.severity.value != "info"
        }
        for field in self.query(FieldRow).results():
            point = said.get(field.at)
            unread = str(field.at) in self.desk.record.pending
            if unread and field.has_class("wrong"):
                continue
            if point and (field.touched or self._tried or unread) and not self._is_new(field):
                field.tell(sentences(point.message, point.remedy), wrong=point.blocks)
            else:
                field.tell(None)

    @staticmethod
    def _is_new(field: FieldRow) -> bool:
        """Whether a field stands in the line that begins a new row."""
        return field.row is None and field.spec.entity not in (OPPORTUNITY, ACCOUNT)

    def draw_state(self, note: str = "") -> None:
        """Show whether everything is saved, or a note, which stays until the next thing happens."""
        self._note = note
        line = self.query_one(StateLine)
        if self.desk.saving is Saving.FAILED:
            line.failed(str(self.desk.problem))
        elif note:
            line.note(note)
        elif self.desk.saving is Saving.UNDER_WAY:
            line.saving(self.desk.unsaved)
        else:
            line.saved(self.desk.saved_at)

    # Fields

    @on(FieldRow.Entered)
    def _entered(self, event: FieldRow.Entered) -> None:
        event.stop()
        self.coaching = event.field
        self._coach(event.field)
        self.open_choices(event.field)

    def _coach(self, field: FieldRow) -> None:
        from oppwizard.playbook import coach

        texts = coach()
        known = texts.fields.get(field.spec.path)
        short = self.has_class("-narrow") and not self.has_class("-coach")
        why, need = (known.why, known.need) if known else ("", "")
        questions = texts.questions(field.spec.path)
        heading = f"{field.spec.ask.label}  {field.spec.ask.requirement}"
        self.query_one(CoachPanel).say(heading, why, need, questions, short=short)

    @on(FieldRow.Typed)
    def _typed(self, event: FieldRow.Typed) -> None:
        event.stop()
        self.narrow_choices(event.field, event.text)

    @on(FieldRow.Paused)
    def _paused(self, event: FieldRow.Paused) -> None:
        """Save half-typed text: as the value where any text is one, else as typed."""
        event.stop()
        field = event.field
        if self._is_new(field) or field.spec.ask.kind in SAVE_WHILE_TYPING:
            self._take(field, event.text, quiet=True)
            return
        self.desk.do(lambda record: self.desk.walk.hold(record, field.at, event.text))
        self.draw()

    @on(FieldRow.Left)
    def _left(self, event: FieldRow.Left) -> None:
        event.stop()
        self.leave_field(event.field, event.text, changed=event.changed)

    def leave_field(self, field: FieldRow, text: str, *, changed: bool) -> None:
        """Save what a field was left with."""
        self.close_choices()
        if changed or str(field.at) in self.desk.record.pending:
            self._take(field, text)
        else:
            self.draw_messages()

    def _take(self, field: FieldRow, text: str, *, quiet: bool = False) -> None:
        """Answer the field; a text that is no value of it is kept, and what would be right is said."""
        new_row = self._is_new(field)
        if new_row and not text.strip():
            return
        try:
            move = self.desk.set(field.at, text, field.visit)
        except ValueProblem as problem:
            if new_row:
                if quiet:
                    return
                move = self._new_row_with(field, text)
            else:
                held = self.desk.do(lambda record: self.desk.walk.hold(record, field.at, text))
                assert held is not None
                move = held
            if not quiet:
                field.tell(str(problem))
        except OppwizardError as problem:
            self.draw_state(str(problem))
            return
        if new_row and move.row is not None:
            self._row_begun(field, move)
        if not quiet:
            field.show(self.text_at(field.at))
        self._moved(move)

    def _new_row_with(self, field: FieldRow, text: str) -> Move:
        """Begin a row whose first typed text is no value: the row is there, the text is kept."""
        move = self.desk.do(lambda record: self.desk.walk.add(record, field.spec.entity))
        assert move is not None
        at = Address(field.spec.entity, field.spec.name, move.row)
        held = self.desk.do(lambda record: self.desk.walk.hold(record, at, text))
        assert held is not None
        held.row = move.row
        return held

    def _row_begun(self, field: FieldRow, move: Move) -> None:
        for section in self.sections():
            if isinstance(section, RowsSection) and section.kind == field.spec.entity and move.row:
                section.begun(move.row)

    def _moved(self, move: Move | None) -> None:
        """Show what a step did."""
        self.refill()
        self.draw()
        if move is not None and move.notes:
            self.draw_state("  ".join(map(str, move.notes)))

    @on(FieldRow.Done)
    async def _done(self, event: FieldRow.Done) -> None:
        event.stop()
        self.take_choice(event.field)
        await self.action_field(1)

    @on(RowsSection.Turned)
    def _turned(self, event: RowsSection.Turned) -> None:
        event.stop()
        self.refill()
        self.draw_messages()

    # Moving about

    async def action_field(self, by: int) -> None:
        """Go to the field after or before; beyond the part's end to the next row, then to the next part."""
        current = self.current
        if current is not None:
            await current.drained()
        fields = self.shown_fields()
        if current is None or not fields:
            if fields:
                fields[0 if by > 0 else -1].enter()
            elif self.parts:
                await self.action_group(by)
            return
        if by > 0:
            self.take_choice(current)
        self._commit(current)
        section = next((s for s in self.sections() if current in list(s.fields())), None)
        mine = [field for field in (section.fields() if section else ()) if field.display]
        unbegun = isinstance(section, RowsSection) and section.at_row is None and not current.text.strip()
        if unbegun and by > 0 and current is mine[0]:
            current = mine[-1]
        elif isinstance(section, RowsSection) and current is mine[-1 if by > 0 else 0] and self._turn(section, by):
            return
        fields = self.shown_fields()
        index = fields.index(current) + by
        if 0 <= index < len(fields):
            fields[index].enter()
        elif 0 <= self.part + by < len(self.parts):
            await self.show_part(self.part + by, last=by < 0)
        elif by > 0:
            await self.action_next()

    def _turn(self, section: RowsSection, by: int) -> bool:
        """Go on to the next row of a table; behind the last one comes the line that begins a new row."""
        if (by > 0 and section.at_row is None) or not section.turn(by):
            return False
        fields = [field for field in section.fields() if field.display]
        fields[0 if by > 0 else -1].enter()
        return True

    def _commit(self, field: FieldRow | None) -> None:
        """Save a field although the cursor stays in it."""
        if field is not None and field.changed:
            self._take(field, field.text)

    async def action_group(self, by: int) -> None:
        """Show the next or the former part of the form."""
        self._commit(self.current)
        if 0 <= self.part + by < len(self.parts):
            await self.show_part(self.part + by)

    async def action_part(self, number: int) -> None:
        """Show a part of the form by its number."""
        self._commit(self.current)
        await self.show_part(number)

    def action_row(self, by: int) -> None:
        """Go to another row of the table."""
        self._commit(self.current)
        section = self._rows_section()
        if section is not None:
            section.turn(by)

    async def action_add_row(self) -> None:
        """Go to the line that begins a new row."""
        self._commit(self.current)
        section = self._rows_section()
        if section is not None:
            field = section.field(Address(section.kind))
            if field is not None:
                field.enter()

    def action_remove_row(self) -> None:
        """Take the present row away."""
        section = self._rows_section()
        if section is not None and section.at_row is not None:
            kind, row = section.kind, section.at_row
            self._moved(self.desk.do(lambda record: self.desk.walk.remove(record, kind, row)))
            self.draw_state(_("Row removed; {key} brings it back", key="^Z"))

    def _rows_section(self) -> RowsSection | None:
        tables = [section for section in self.sections() if isinstance(section, RowsSection)]
        current = self.current
        return next((table for table in tables if current in list(table.fields())), tables[0] if tables else None)

    async def action_next_open(self) -> None:
        """Go to the next open point of this stage, or of the stage that keeps it closed."""
        self._commit(self.current)
        verdict = self.desk.verdict
        stage = self.stage if verdict.may_enter(self.stage) else (verdict.open_stage or self.stage)
        points = verdict.open_points(stage)
        if not points:
            self.draw_state(_("Nothing is open here; {key} goes on", key="F8"))
            return
        here = self.current.at if self.current else None
        places = [point.at for point in points]
        index = (places.index(here) + 1) % len(places) if here in places else 0
        await self.go(points[index])

    async def go(self, point: Finding) -> None:
        """Go to where a finding can be mended."""
        if point.stage is not self.stage and not self.covers(point.at):
            self.oppwizard.show_stage(self.desk, point.stage, point.at)
            return
        number = self._part_of(point.at)
        field = self._field_at(point.at) if number == self.part else None
        if field is None:
            await self.show_part(number, point.at)
        else:
            field.enter()
        self.draw_state(sentences(point.message, point.remedy))

    def covers(self, at: Address) -> bool:
        """Whether an address is edited on this screen."""
        return any(part.covers(at, self.stage) for part in self.parts)

    def _part_of(self, at: Address | None) -> int:
        if at is None:
            return 0
        found = (number for number, part in enumerate(self.parts) if part.covers(at, self.stage))
        return next(found, self.part)

    def _field_at(self, at: Address) -> FieldRow | None:
        fields = (section.field(at) for section in self.sections() if section.holds(at))
        return next((field for field in fields if field is not None), None)

    @on(OpenPoints.Chosen)
    async def _point_chosen(self, event: OpenPoints.Chosen) -> None:
        event.stop()
        self._commit(self.current)
        await self.go(event.finding)

    # From stage to stage

    async def action_next(self) -> None:
        """Go on to the next stage once this one's gate is satisfied; otherwise say what is missing and go there."""
        self._commit(self.current)
        if self.stage is Stage.STRATEGY:
            done = self.desk.verdict.complete
            self.draw_state(_("The walk is complete; export it from the pipeline") if done else "")
            if done:
                return
        following = Stage(min(self.stage + 1, len(Stage)))
        if self.desk.verdict.passed(self.stage) and self.desk.verdict.may_enter(following):
            self.desk.do(lambda record: self.desk.walk.advance(record, following))
            self.oppwizard.show_stage(self.desk, following)
            return
        self._tried = True
        await self.action_next_open()
        self._explain_block()

    def _explain_block(self) -> None:
        """Say which common mistake it would be to go on now: why it happens, its cost, its remedy (M1, M2)."""
        from oppwizard.playbook import coach

        early = not self.desk.verdict.passed(Stage.QUALIFICATION)
        mistake = coach().mistakes.get("M1" if early else "M2")
        if mistake is not None:
            costs = sentences(mistake.why, mistake.cost)
            short = self.has_class("-narrow") and not self.has_class("-coach")
            self.query_one(CoachPanel).say(mistake.title, costs, mistake.fix, (), short=short)

    async def action_back(self) -> None:
        """Go to the stage before; from the first to the pipeline. Never blocked."""
        self._commit(self.current)
        if self.stage is Stage.QUALIFICATION:
            await self.action_leave()
        else:
            self.oppwizard.show_stage(self.desk, Stage(self.stage - 1))

    async def action_stage(self, number: int) -> None:
        """Go to a stage by its number, if the gates before it are satisfied."""
        self._commit(self.current)
        stage = Stage(number)
        if stage is self.stage:
            return
        if not self.desk.verdict.may_enter(stage):
            reason = self.desk.verdict.in_the_way(stage)[0]
            closed = reason.stage
            self.draw_state(
                _("Closed until stage {number} is done: {reason}", number=int(closed), reason=reason.message)
            )
            return
        if stage > self.desk.record.opportunity.stage:
            self.desk.do(lambda record: self.desk.walk.advance(record, stage))
        self.oppwizard.show_stage(self.desk, stage)

    async def action_leave(self) -> None:
        """Go back to the pipeline; everything is saved first. While the choices are open, close them instead."""
        if self.choices_open:
            self.close_choices()
            return
        self._commit(self.current)
        if await self.desk.settle():
            await self.oppwizard.show_pipeline(self.desk)
        else:
            self.draw_state()
            self.oppwizard.ask_about_unsaved(self.desk)

    # Undo, coach, lists

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
        for field in self.query(FieldRow).results():
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
        if self.coaching is not None:
            self._coach(self.coaching)

    def action_questions(self) -> None:
        """Show the open points as questions to ask."""
        self.oppwizard.show_questions(self.desk)

    def action_history(self) -> None:
        """Show every change of the record."""
        self.oppwizard.show_history(self.desk)

    # Saving

    def desk_changed(self) -> None:
        """Saving has begun or ended, or somebody else changed the record."""
        if not self.is_attached:
            return
        if self.desk.conflicts:
            self.refill()
            self.draw()
            self.oppwizard.settle_conflicts(self.desk)
        self.draw_state(self._note)

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        if self.is_current and await self.desk.look():
            self.refill()
            self.draw()
            self.draw_state(_("Somebody else changed this record; it is shown as it is now"))

    def _retry(self) -> None:
        if self.is_current and self.desk.saving is Saving.FAILED:
            self.desk.save()
