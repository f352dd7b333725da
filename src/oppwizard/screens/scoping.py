"""Stage 2: what exactly is bought, for how much, how?"""

from collections.abc import Iterator

from textual.widgets import Static

from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.figures import Figures
from oppwizard.widgets.sections import part

_STAGE = Stage.SCOPING


class ScopingScreen(StageScreen):
    """Line items, structure, our own team, technical requirements, with live ARR, ACV and TCV (W2, Z)."""

    stage = _STAGE
    parts = (
        part(_STAGE, T("Line items"), "lines"),
        part(_STAGE, T("Structure"), "structure"),
        part(_STAGE, T("Our team"), "team"),
        part(_STAGE, T("Technical"), "technical"),
    )

    def compose_figures(self) -> Iterator[Static]:
        """The three values, each with the formula that produced it (Z7)."""
        yield Figures()

    def draw_figures(self) -> None:
        """Measure the deal again."""
        record = self.desk.record
        self.query_one(Figures).say(self.desk.walk.sized(record), record.currency)
