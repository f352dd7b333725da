"""Stage 2: what exactly is bought, for how much, how?"""

from collections.abc import Iterator

from textual.widgets import Static

from oppwizard.model.enums import Stage
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.figures import Figures


class ScopingScreen(StageScreen):
    """Line items, structure, our own team, technical requirements, with live ARR, ACV and TCV (W2, Z)."""

    stage = Stage.SCOPING

    def compose_figures(self) -> Iterator[Static]:
        """The three values, each with the formula that produced it (Z7)."""
        yield Figures()

    def draw_figures(self) -> None:
        """Measure the deal again."""
        record = self.desk.record
        self.query_one(Figures).say(self.desk.walk.sized(record), record.currency)
