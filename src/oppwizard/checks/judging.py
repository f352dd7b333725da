"""Everything that is asked of a record beside its gates: is it true, not only complete (A8-A11, E6, E7)?"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from oppwizard.checks.amounts import AmountRange, amount_findings, usual_range
from oppwizard.checks.cycles import Curve, close_date_findings, cycle_curve
from oppwizard.checks.duplicates import Candidate, duplicate_findings
from oppwizard.checks.past import History
from oppwizard.checks.unseen import Unseen, unseen_findings
from oppwizard.data.tables import Change
from oppwizard.model.findings import Finding
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook


@dataclass(frozen=True)
class Checked:
    """What the checks say of a record on a day.

    Attributes:
        candidates: other records that may be the same deal, the likeliest first.
        changes: the moves of its close date.
        unseen: what a team's store tells of such records that this person may not look at.
    """

    record: Record
    history: History
    playbook: Playbook
    today: dt.date
    candidates: tuple[Candidate, ...] = ()
    changes: Sequence[Change] = ()
    unseen: tuple[Unseen, ...] = ()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be said, like a gate's findings."""
        return (
            *duplicate_findings(self.record, self.candidates),
            *unseen_findings(self.record, self.unseen),
            *amount_findings(self.record, self.history, self.playbook),
            *close_date_findings(self.record, self.history, self.playbook, self.today, self.changes),
        )

    @cached_property
    def curve(self) -> Curve | None:
        """How long deals like this one took; None where there is too little history."""
        return cycle_curve(self.record, self.history, self.playbook)

    @cached_property
    def usual(self) -> AmountRange | None:
        """What amounts are usual for deals like this one; None where there is too little history."""
        return usual_range(self.record, self.history, self.playbook)
