"""Stage 4: the seven steps, and the act."""

from collections.abc import Iterator

from textual import on
from textual.widget import Widget
from textual.widgets import Button

from oppwizard.errors import OppwizardError
from oppwizard.model.enums import Stage
from oppwizard.process.course import Part
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.checklist import ChecklistSection
from oppwizard.widgets.sections import Section


class CreationScreen(StageScreen):
    """The checklist over the whole record, the initial note, and the creation in one transaction (W4)."""

    stage = Stage.CREATION

    def lead_of(self, part: Part) -> Iterator[Section]:
        """The checklist stands before the note."""
        if "create" in part.pieces:
            yield ChecklistSection()

    def refill(self) -> None:
        """Ask for the difference to another deal only where there is another deal (A8)."""
        super().refill()
        deal = self.desk.record.opportunity
        for field in self.fields():
            if field.spec.name == "different_because":
                checked = self.desk.walk.checked(self.desk.record)
                field.display = bool(checked.candidates or checked.unseen or deal.different_because)

    def first_focus(self) -> Widget | None:
        """The button, once nothing else is missing."""
        return self.query_one("#create", Button) if self.desk.verdict.may_create else None

    async def past_the_end(self) -> None:
        """Stop at the button: an opportunity is created on purpose, never by a Tab too many."""
        button = self.query_one("#create", Button)
        if button.disabled:
            await super().past_the_end()
        else:
            self.set_focus(button)

    async def action_next(self) -> None:
        """Create the opportunity when nothing is missing; afterwards, go on."""
        self._commit(self.current)
        if self.desk.verdict.may_create:
            await self.create()
        else:
            await super().action_next()

    async def create(self) -> None:
        """Create the opportunity, wait until it is stored, and go on to its people."""
        try:
            self.desk.do(self.desk.walk.create)
        except OppwizardError as problem:
            self.draw_state(str(problem))
            return
        await self.desk.settle()
        self.refill()
        self.draw()
        self.oppwizard.records.show_stage(self.desk, Stage.STAKEHOLDERS)

    @on(ChecklistSection.Chosen)
    async def _step_chosen(self, event: ChecklistSection.Chosen) -> None:
        event.stop()
        await self.go(event.finding)

    @on(Button.Pressed, "#create")
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_next()
