"""Stage 3: the data a forecast rests on."""

from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.sections import FactsSection, part

_STAGE = Stage.DATA_COLLECTION


class DataCollectionScreen(StageScreen):
    """Account, contacts, details, and the qualification file with what is known already (W3)."""

    stage = _STAGE
    parts = (
        part(_STAGE, T("Account"), "account"),
        part(_STAGE, T("Contacts"), "people"),
        part(_STAGE, T("Opportunity"), "details"),
        part(_STAGE, T("Qualification file"), "file", extra=lambda: [FactsSection(_STAGE)]),
    )
