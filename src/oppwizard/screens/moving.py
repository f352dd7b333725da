"""Moving in a record: from field to field, part to part, stage to stage."""

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget

from oppwizard.i18n import _, sentences
from oppwizard.model.enums import Stage
from oppwizard.model.fields import fields_of
from oppwizard.model.findings import Address, Finding
from oppwizard.process.course import home
from oppwizard.screens.answering import Answering
from oppwizard.widgets.field import FieldRow
from oppwizard.widgets.panels import CoachPanel, OpenPoints
from oppwizard.widgets.sections import RowsSection, sections_of


class Moving(Answering):
    """The part of a stage screen that goes places; forwards only through satisfied gates, backwards always."""

    async def show_part(self, number: int, at: Address | None = None, *, last: bool = False) -> None:
        """Show a part of the form and put the cursor on an address, or on its first (or last) field."""
        if not self.is_there:
            return
        self.part = number
        form = self.query_one("#form", VerticalScroll)
        self.close_choices()
        part = self.parts[number]
        async with form.batch():  # nothing is painted in between: neither an empty form nor what is gone from it
            self._is_turning = True
            try:
                await form.remove_children()
                await form.mount_all([*self.lead_of(part), *sections_of(self.stage, part)])
            finally:
                self._is_turning = False
        if not self.is_there:
            return
        form.scroll_home(animate=False, immediate=True)
        self.refill()
        self.draw()
        field = self._field_at(at) if at else None
        shown = self.shown_fields()
        if field is None and shown:
            field = shown[-1] if last else self._first_open(shown)
        lead = self.first_focus() if at is None and not last else None
        if lead is not None:
            self.set_focus(lead)
        elif field is not None:
            self._enter(field)

    async def _settled(self) -> None:
        """Wait until the part is there that is coming; the keys behind the one that turned to it are meant for it."""
        if self._is_turning and self.is_there:
            async with self.query_one("#form", VerticalScroll).lock:
                pass

    def _enter(self, field: FieldRow) -> None:
        """Put the cursor into a field that may only now be shown, because its row is another one."""
        if not field.display:
            self.refill()
        shown = self.shown_fields()
        (field if field in shown or not shown else shown[0]).enter()

    def first_focus(self) -> Widget | None:
        """What has the cursor first in the present part, where that is not a field."""
        return None

    def _first_open(self, fields: list[FieldRow]) -> FieldRow:
        open_at = {point.at for point in self.desk.verdict.open_points(self.stage)}
        return next((field for field in fields if field.at in open_at), fields[0])

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

    async def action_field(self, by: int) -> None:
        """Go to the field after or before; beyond the part's end to the next row, then to the next part."""
        await self._settled()
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
        unbegun = isinstance(section, RowsSection) and section.at_row is None
        if unbegun and by > 0 and current is mine[0]:
            current = mine[-1]
        elif isinstance(section, RowsSection) and current is mine[-1 if by > 0 else 0] and self._turn(section, by):
            return
        fields = self.shown_fields()
        if current not in fields:
            return
        index = fields.index(current) + by
        if 0 <= index < len(fields):
            fields[index].enter()
        elif 0 <= self.part + by < len(self.parts):
            await self.show_part(self.part + by, last=by < 0)
        elif by > 0:
            await self.past_the_end()

    async def past_the_end(self) -> None:
        """What Tab does behind the last field of a stage: it goes on."""
        await self.action_next()

    def _turn(self, section: RowsSection, by: int) -> bool:
        """Go on to the next row of a table; behind the last one comes the line that begins a new row."""
        if (by > 0 and section.at_row is None) or not section.turn(by):
            return False
        self.refill()  # before the cursor comes: a closed list is selected as it is entered
        fields = [field for field in section.fields() if field.display]
        fields[0 if by > 0 else -1].enter()
        return True

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
        await self._settled()
        self._commit(self.current)
        section = self._rows_section()
        if section is not None:
            field = section.field(Address(section.kind))
            if field is not None:
                self.refill()
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
        await self._settled()
        self._commit(self.current)
        verdict = self.desk.verdict
        stage = self.stage if verdict.may_enter(self.stage) else (verdict.open_stage or self.stage)
        points = verdict.open_points(stage)
        if not points:
            self.draw_state(_("Nothing is open here; {key} goes on", key="F8"))
            return
        point, field = self._gone_to  # a point at a whole table has no field of its own, and two may have the same one
        if point not in points or field is not self.current:
            here = self.current.at if self.current else None
            point = next((one for one in points if one.at == here), None)
        await self.go(points[(points.index(point) + 1) % len(points) if point else 0])

    async def go(self, point: Finding) -> None:
        """Go to where a finding can be mended."""
        asked = home(point.at, point.stage if not self.covers(point.at) else self.stage)
        if asked is not self.stage:
            self.oppwizard.records.show_stage(self.desk, asked, point.at)
            return
        number = self._part_of(point.at)
        field = self._field_at(point.at) if number == self.part else None
        if field is None:
            await self.show_part(number, point.at)
        else:
            self._enter(field)
        self._gone_to = point, self.current
        self.draw_state(sentences(point.message, point.remedy))

    async def go_to(self, at: Address) -> None:
        """Go to an address on whatever stage's screen edits it."""
        if self.covers(at):
            await self.show_part(self._part_of(at), at)
            return
        spec = at.spec
        stage = spec.ask.stage if spec else min(s.ask.stage for s in fields_of(at.entity))
        self.oppwizard.records.show_stage(self.desk, stage, at)

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
            self.oppwizard.records.show_stage(self.desk, following)
            return
        self._tried = True
        self.draw_messages()
        first = self.desk.verdict.blocking[0]
        await self.go(first)
        self.when_drawn(self._explain_block)

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
            self.close_choices()
            await self.action_leave()
        else:
            self.oppwizard.records.show_stage(self.desk, Stage(self.stage - 1))

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
        self.oppwizard.records.show_stage(self.desk, stage)

    async def action_leave(self) -> None:
        """Go back to the pipeline; everything is saved first. While the choices are open, close them instead."""
        if self.choices_open:
            self.close_choices()
            return
        self._commit(self.current)
        if await self.desk.settle():
            await self.oppwizard.records.leave(self.desk)
        else:
            self.draw_state()
            self.oppwizard.records.ask_about_unsaved(self.desk)
