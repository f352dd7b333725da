"""By what records are judged: empty words, sizes, our calendar, deals of the past, look-alikes, the score."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from oppwizard.i18n import T
from oppwizard.model.text import fold
from oppwizard.playbook.section import Section, Wrong, hundred


class Wording(Section):
    """Texts that say nothing, in any language."""

    placeholders: tuple[str, ...]
    """Never satisfy a required text."""
    generic_names: tuple[str, ...]
    """Words that do not make an opportunity's name descriptive."""
    vague_steps: tuple[str, ...]
    """Phrases that do not make a next step."""
    more_placeholders: tuple[str, ...] = ()
    """Further ones; the lists above are replaced by those of a playbook that has them, these are added."""
    more_generic_names: tuple[str, ...] = ()
    more_vague_steps: tuple[str, ...] = ()

    @cached_property
    def placeholder_set(self) -> frozenset[str]:
        return frozenset(fold(word) for word in (*self.placeholders, *self.more_placeholders))

    @cached_property
    def generic_set(self) -> frozenset[str]:
        return frozenset(fold(word) for word in (*self.generic_names, *self.more_generic_names))

    @cached_property
    def vague_folded(self) -> tuple[str, ...]:
        """Folded phrases, longest first, so that "follow up next week" goes before "follow up"."""
        return tuple(
            sorted((fold(phrase) for phrase in (*self.vague_steps, *self.more_vague_steps)), key=len, reverse=True)
        )


class Sizing(Section):
    """How deals are measured."""

    metric: Literal["arr", "acv", "tcv"] = "arr"
    """The figure that stands for the deal; TCV stands in where nothing recurs."""


class Committee(Section):
    """How many people a deal must know (W5.4)."""

    minimum: int = Field(default=2, ge=1)
    """So many people a deal must know ..."""
    minimum_complex: int = Field(default=3, ge=1)
    """... and so many a complex one."""
    complex_from: Decimal = Field(default=Decimal(50_000), ge=0)
    """A deal of this TCV or more, in its own currency, is complex ..."""
    complex_scale: dict[str, Decimal] = Field(default_factory=dict)
    """... multiplied by this factor for currencies with small units (JPY 150)."""


class Calendar(Section):
    """Our own calendar."""

    fiscal_year_starts: int = Field(default=1, ge=1, le=12)
    """The month in which our fiscal year begins; quarter ends follow from it (E6)."""
    days_off: tuple[dt.date, ...] = ()
    """Days beside the public holidays on which nobody signs."""


class History(Section):
    """When a date or an amount differs enough from deals of the past to be asked about (A10, A11)."""

    minimum: int = Field(default=50, ge=2)
    """The won deals that a group must rest on; a thinner one gives way to a wider one."""
    early: float = Field(default=3, ge=0, lt=50)
    """A close date is early when less than this share of the won deals, in percent, was as quick."""
    late: float = Field(default=97, gt=50, le=100)
    """A close date is late when more than this share of the won deals, in percent, was quicker."""
    size_bands: tuple[Decimal, ...] = (Decimal(1_000), Decimal(10_000), Decimal(50_000), Decimal(250_000))
    """Where one band of sizes ends and the next begins, scaled by currency as `Committee.complex_scale` says."""
    robust_z: float = Field(default=3.5, gt=0)
    """An amount is unusual from this distance from the median on, in robust standard deviations of its logarithm."""
    moves: int = Field(default=2, ge=1)
    """So many moves of a close date since the customer last agreed to one are too many (M3)."""


class Duplicates(Section):
    """When another record is taken for the same deal (A8)."""

    rare: int = Field(default=20, ge=2)
    """Something that more accounts than this have in common is no evidence that two of them are one."""
    shown: float = Field(default=0.5, ge=0, le=1)
    """A record of this strength or more is shown."""
    listed: float = Field(default=0.85, ge=0, le=1)
    """Over the whole store, where nobody has asked, two records of this strength or more are listed."""
    amount_within: float = Field(default=10, ge=0, le=100)
    """Amounts that differ by so many percent of the larger one are alike ..."""
    amount_same: float = Field(default=2, ge=0, le=100)
    """... and by so many the same."""
    close_within: int = Field(default=31, ge=0)
    """Close dates so many days apart are the same period ..."""
    stop_within: int = Field(default=2, ge=0)
    """... and, with all else the same, so many stop the creation until a person has said why it is another deal."""


class ScoreWeights(Section):
    """What the data-quality score is made of (A9)."""

    completion: int = Field(default=50, ge=0)
    """Points for fields that are answered."""
    coverage: int = Field(default=30, ge=0)
    """Points for the people who decide and use: known in their roles, and met."""
    recency: int = Field(default=20, ge=0)
    """Points for something having happened with the customer lately."""
    fresh_days: int = Field(default=14, ge=0)
    """Up to so many days since the last talk recency counts in full ..."""
    stale_days: int = Field(default=60, ge=1)
    """... and from so many days on not at all."""
    engaged: int = Field(default=3, ge=1)
    """So many people met or engaged count in full."""
    low: int = Field(default=60, ge=0, le=100)
    """A score below this is flagged."""

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        yield from hundred(self, "completion", "coverage", "recency")
        if self.stale_days <= self.fresh_days:
            yield Wrong(
                ("stale_days",),
                T("It is to be more than fresh_days, {days}", days=self.fresh_days),
                beside=("fresh_days",),
            )


class Attachments(Section):
    """Files kept with a record (E8)."""

    JUDGES: ClassVar[bool] = False

    megabytes: int = Field(default=25, ge=1, le=60)
    """The largest file that is taken, in millions of bytes."""
