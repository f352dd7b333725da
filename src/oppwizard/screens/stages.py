"""The six stage screens by their stage."""

from typing import Final

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
