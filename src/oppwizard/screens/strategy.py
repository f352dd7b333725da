"""Stage 6: how the deal will be won."""

from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.sections import part

_STAGE = Stage.STRATEGY


class StrategyScreen(StageScreen):
    """Win strategy, competition, risks, plan (W6)."""

    stage = _STAGE
    parts = (
        part(_STAGE, T("Win strategy"), "win"),
        part(_STAGE, T("Alternatives"), "competitors"),
        part(_STAGE, T("Risks"), "risks"),
        part(_STAGE, T("Plan"), "plan"),
    )
