"""Stages that are entered by themselves (A3)."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T
from oppwizard.playbook.section import Section


def _enterable(stage: int) -> int:
    if stage == 5:
        raise ValueProblem(
            T("Stage {number} is entered by creating the opportunity, which a person decides", number=stage),
            T("Take it away."),
        )
    return stage


class Automation(Section):
    """What happens by itself when the criteria for it hold. An opportunity is never created by itself."""

    JUDGES: ClassVar[bool] = False

    advance: bool = False
    """Whether a stage is entered once every gate before it is satisfied ..."""
    stages: tuple[Annotated[int, Field(ge=2, le=6), AfterValidator(_enterable)], ...] = (2, 3, 4, 6)
    """... and which stages are."""
