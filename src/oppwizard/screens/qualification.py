"""Stage 1: is this a real buying opportunity?"""

from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.sections import part

_STAGE = Stage.QUALIFICATION


class QualificationScreen(StageScreen):
    """Budget, authority, need, timeline, discovery, first stakeholder, competition (W1)."""

    stage = _STAGE
    parts = (
        part(_STAGE, T("Budget"), "budget"),
        part(_STAGE, T("Need"), "need"),
        part(_STAGE, T("Discovery"), "discovery"),
        part(_STAGE, T("People"), "people"),
        part(_STAGE, T("Alternatives"), "competitors", "competition"),
        part(_STAGE, T("Process"), "process"),
    )
