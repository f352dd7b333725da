"""Stage 5: the buying committee."""

from collections.abc import Iterator

from textual import on
from textual.widget import Widget

from oppwizard.model.enums import Stage
from oppwizard.model.findings import Address
from oppwizard.process.course import Part
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.committee import CoverageSection, Matrix, MatrixSection
from oppwizard.widgets.sections import Section


class StakeholdersScreen(StageScreen):
    """People and engagement, role by person matrix, who reports to whom, gaps, touchpoints (W5, K)."""

    stage = Stage.STAKEHOLDERS

    def lead_of(self, part: Part) -> Iterator[Section]:
        """Matrix and coverage stand before what is asked about them."""
        if "searches" in part.pieces:
            yield MatrixSection()
        if "coverage" in part.pieces:
            yield CoverageSection()

    def first_focus(self) -> Widget | None:
        """The matrix, where it is shown."""
        return next(iter(self.query(Matrix).results()), None)

    @on(MatrixSection.Toggled)
    def _toggled(self, event: MatrixSection.Toggled) -> None:
        """Give a person a role, or take it away."""
        event.stop()
        person = self.desk.record.person(event.person)
        if person is None:
            return
        held = list(person.roles)
        roles = [role for role in held if role is not event.role] if event.role in held else [*held, event.role]
        at = Address("people", "roles", person.id)
        self._moved(self.desk.do(lambda record: self.desk.walk.give(record, at, roles)))
