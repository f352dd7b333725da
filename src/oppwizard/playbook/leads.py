"""Which leads of other systems are taken in (A1)."""

from typing import ClassVar

from pydantic import Field

from oppwizard.model.enums import LeadState
from oppwizard.playbook.section import Section


class LeadIntake(Section):
    """From which state on leads become drafts, and what other systems call their states."""

    JUDGES: ClassVar[bool] = False

    least: LeadState = LeadState.MQL
    """A lead below this state is not taken in unless somebody asks for it."""
    words: dict[str, LeadState] = Field(default_factory=dict)
    """What a system's own words mean: out (no lead any more), lead (below MQL), mql or sql."""

    def takes(self, state: LeadState | None) -> bool:
        """Whether a lead is taken in; where a file says nothing of states, somebody chose the file."""
        order = list(LeadState)
        return state is None or order.index(state) >= order.index(self.least)
