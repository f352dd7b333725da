"""Stage 3: the data a forecast rests on."""

from collections.abc import Iterator

from oppwizard.model.enums import Stage
from oppwizard.process.course import Part
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.sections import FactsSection, Section


class DataCollectionScreen(StageScreen):
    """Account, contacts, details, and the qualification file with what is known already (W3)."""

    stage = Stage.DATA_COLLECTION

    def lead_of(self, part: Part) -> Iterator[Section]:
        """The facts of stages 1 and 2 stand before the qualification file."""
        if "file" in part.pieces:
            yield FactsSection(self.stage)
