"""Stage 1: is this a real buying opportunity?"""

from oppwizard.model.enums import Stage
from oppwizard.screens.stage import StageScreen


class QualificationScreen(StageScreen):
    """Budget, authority, need, timeline, discovery, first stakeholder, competition (W1)."""

    stage = Stage.QUALIFICATION
