"""What a rule looks at, and the short words with which it speaks."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from oppwizard.i18n import Text
from oppwizard.model.enums import Severity, Stage
from oppwizard.model.fields import OPPORTUNITY
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook


@dataclass(frozen=True, slots=True)
class Case:
    """A record under judgement.

    Attributes:
        today: the user's calendar day.
    """

    record: Record
    playbook: Playbook
    today: dt.date
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What several rules work out alike is worked out once; a case never outlives one judgement."""
    scorer: "Callable[[Case], int] | None" = field(default=None, repr=False, compare=False)
    """Works out the data-quality score (A9), which is none of the gates' matter but of rules that ask for it."""

    @property
    def score(self) -> int | None:
        """The record's score; None where nobody said how it is worked out."""
        if "score" not in self.memo and self.scorer is not None:
            self.memo["score"] = self.scorer(self)
        known: int | None = self.memo.get("score")
        return known

    @property
    def as_of(self) -> dt.date:
        """The day by which dates are "past": that of creation for an opportunity, today for a draft.

        An overdue step of an existing opportunity is a warning; it does not make the opportunity unmade.
        """
        return self.record.opportunity.pipeline_on or self.today


Rule = Callable[[Case], Iterable[Finding]]
"""A rule yields what it finds, or nothing."""


def block(code: str, req: str, stage: Stage, at: str | Address, message: Text, remedy: Text) -> Finding:
    """A finding that closes the gate. ``at`` as a text is a field of the opportunity."""
    return Finding(code, req, stage, _address(at), message, remedy)


def warn(code: str, req: str, stage: Stage, at: str | Address, message: Text, remedy: Text) -> Finding:
    """A finding that is shown but does not close the gate."""
    return Finding(code, req, stage, _address(at), message, remedy, Severity.WARN)


def hint(code: str, req: str, stage: Stage, at: str | Address, message: Text, remedy: Text) -> Finding:
    """A suggestion."""
    return Finding(code, req, stage, _address(at), message, remedy, Severity.INFO)


def _address(at: str | Address) -> Address:
    return at if isinstance(at, Address) else Address(OPPORTUNITY, at)
