"""Who looks at records, and when: the manager's review, the session of colleagues, the audit (Q1-Q3)."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field

from oppwizard.i18n import T
from oppwizard.playbook.section import Section, Wrong, hundred


class ReviewClock(Section):
    """How soon a manager looks at a new opportunity (Q1). Hours count on working days alone."""

    warn_hours: int = Field(default=24, ge=1)
    """After so many hours the review is due ..."""
    overdue_hours: int = Field(default=48, ge=1)
    """... and after so many overdue."""
    opens: dt.time = dt.time(0)
    """From which time of a working day on hours count ..."""
    closes: dt.time = dt.time(0)
    """... and until when; midnight for the end of the day."""
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    """The days of the week on which hours count, Monday being 1; public holidays and our own days off do not."""

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        if self.overdue_hours <= self.warn_hours:
            yield Wrong(
                ("overdue_hours",),
                T("It is to be more than warn_hours, {hours}", hours=self.warn_hours),
                beside=("warn_hours",),
            )
        if self.closes != dt.time(0) and self.closes <= self.opens:
            yield Wrong(("closes",), T("It is to be later than opens, {time}", time=self.opens), beside=("opens",))
        if not self.workdays or not set(self.workdays) <= set(range(1, 8)):
            yield Wrong(("workdays",), T("Days of the week are numbers from 1, Monday, to 7, Sunday"))


class PeerReviews(Section):
    """Which deals colleagues look at together, how often and for how long (Q2)."""

    arr_from: Decimal = Decimal(50_000)
    """Deals of more ARR than this; scaled by currency as `Committee.complex_scale` says."""
    every_days: int = Field(default=14, ge=1)
    """So many days after the last session the next one is due ..."""
    strategic_days: int = Field(default=7, ge=1)
    """... and so many for a strategic account."""
    strategic_accounts: tuple[str, ...] = ()
    """The names of accounts whose deals are looked at whatever their size."""
    agenda: tuple[int, int, int] = (5, 10, 5)
    """Minutes for presentation, questions and coaching."""


class Auditing(Section):
    """How operations audits the records (Q3)."""

    sample: int = Field(default=50, ge=1)
    """So many records are drawn unless it is said otherwise."""
    stale_days: int = Field(default=30, ge=1)
    """A record without a talk for so many days is stale ..."""
    stale_by_stage: dict[str, int] = Field(default_factory=dict)
    """... unless its stage is named here, by its number."""
    completion: int = Field(default=40, ge=0)
    """Points of the rubric for required fields that are answered."""
    accuracy: int = Field(default=30, ge=0)
    """Points for amount, date and stage being as the rules want them."""
    activity: int = Field(default=15, ge=0)
    """Points for talks that are recent and agree with the record."""
    documentation: int = Field(default=15, ge=0)
    """Points for notes, evidence and a plan."""

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        yield from hundred(self, "completion", "accuracy", "activity", "documentation")
