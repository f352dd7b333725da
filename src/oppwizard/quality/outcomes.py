"""What a pipeline comes to, as figures: their kinds, and what each says (R1-R5)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from oppwizard.data.results import Asked
from oppwizard.model.enums import CompetitorKind
from oppwizard.quality.shares import Share, Spread


@dataclass(frozen=True, slots=True)
class Conversion:
    """From lead to opportunity to won (R1).

    Attributes:
        rep: whose; None for all together.
        leads: every record that was begun.
        drafts: those that are drafts still.
        aside: those disqualified or sent back to nurture.
    """

    rep: str | None
    leads: int
    drafts: int
    aside: int
    open: int
    won: int
    lost: int

    @property
    def created(self) -> int:
        """Those that became opportunities."""
        return self.open + self.won + self.lost

    @property
    def to_created(self) -> Share:
        """Opportunities of leads."""
        return Share(self.created, self.leads)

    @property
    def to_won(self) -> Share:
        """Won ones of those that were decided."""
        return Share(self.won, self.won + self.lost)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far won deals closed from the day forecast at their creation (R2).

    Attributes:
        rep: whose; None for all together.
        days: days after that day; negative ones are days before it.
        unknown: won deals of which no such day was kept.
    """

    rep: str | None
    days: Spread
    unknown: int


@dataclass(frozen=True, slots=True)
class Rival:
    """What became of deals in which an alternative was named (R3).

    Attributes:
        lost_to_it: those of the lost ones that went to it.
    """

    name: str
    won: int
    lost: int
    lost_to_it: int

    @property
    def wins(self) -> Share:
        """Won ones of those that were decided."""
        return Share(self.won, self.won + self.lost)

    @property
    def label(self) -> str:
        """Its name; of a kind that has none, the kind's."""
        kind = next((kind for kind in CompetitorKind if kind.value == self.name), None)
        return str(kind.label) if kind else self.name


@dataclass(frozen=True, slots=True)
class Month:
    """What a month was expected to bring in one currency, and what it brought (R4).

    Attributes:
        ahead: whether it is the present month or a later one: then it is what open opportunities are expected to
            bring as they stand today, else what was expected as opportunities came into being.
        deals: how many were expected.
        amount: what they are worth.
        weighted: each amount times its probability.
        usual: each amount times the share of deals that was won before that month; None where none was decided.
        unsure: deals without a probability, which `weighted` leaves out.
        won: how many were won in the month, whenever they had been expected.
        came: for how much.
    """

    month: str
    currency: str
    ahead: bool
    deals: int
    amount: Decimal
    weighted: Decimal
    usual: Decimal | None
    unsure: int
    won: int
    came: Decimal


@dataclass(frozen=True, slots=True)
class Creation:
    """The opportunities that came into being in a month, in one currency (R5).

    Attributes:
        score: the mean of their scores on that day; None where none was kept.
    """

    month: str
    currency: str
    deals: int
    amount: Decimal
    scored: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """Open opportunities whose close date lies in a month that is over."""

    currency: str
    deals: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Results:
    """Everything, for one day.

    Attributes:
        on: the day by which months are past or ahead.
        rate: won ones of all deals decided so far, past ones included: what is usual.
        conversions: all together first where there are several reps, then rep by rep.
        accuracies: likewise.
    """

    on: dt.date
    asked: Asked
    rate: Share
    conversions: tuple[Conversion, ...]
    accuracies: tuple[Accuracy, ...]
    rivals: tuple[Rival, ...]
    months: tuple[Month, ...]
    overdue: tuple[Overdue, ...]
    creations: tuple[Creation, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing that was asked for is there."""
        return not (self.conversions or self.accuracies or self.rivals or self.months or self.creations)
