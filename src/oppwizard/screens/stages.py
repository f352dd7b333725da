"""The six stage screens by their stage."""

from typing import Final, cast

from textual.screen import Screen

from oppwizard.model.enums import Stage
from oppwizard.screens.creation import CreationScreen
from oppwizard.screens.data_collection import DataCollectionScreen
from oppwizard.screens.qualification import QualificationScreen
from oppwizard.screens.scoping import ScopingScreen
from oppwizard.screens.stage import StageScreen
from oppwizard.screens.stakeholders import StakeholdersScreen
from oppwizard.screens.strategy import StrategyScreen

SCREENS: Final[dict[Stage, type[StageScreen]]] = {
    screen.stage: screen
    for screen in (
        QualificationScreen,
        ScopingScreen,
        DataCollectionScreen,
        CreationScreen,
        StakeholdersScreen,
        StrategyScreen,
    )
}


def is_stage(screen: Screen[object]) -> bool:
    """Whether a screen is one of the six."""
    return isinstance(screen, StageScreen)


def shown_again(screen: Screen[object]) -> StageScreen:
    """A new screen that shows what a stage screen shows, for another language."""
    old = cast(StageScreen, screen)
    return SCREENS[old.stage](old.desk, old.current.at if old.current else None)
