"""Stage 6: how the deal will be won."""

from oppwizard.model.enums import Stage
from oppwizard.screens.stage import StageScreen


class StrategyScreen(StageScreen):
    """Win strategy, competition, risks, plan (W6)."""

    stage = Stage.STRATEGY
