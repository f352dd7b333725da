"""What came of the pipeline (R1-R5): conversion, close dates, competitors, forecasts and what was made, as figures.

Amounts stand by currency and are never summed over several. A day is handed in; nothing here reads a clock or SQL.
"""

import datetime as dt
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar

from oppwizard.data.days import month_text
from oppwizard.data.results import Asked, Begun, Counted, Decided, Expected, Met, Slipped
from oppwizard.errors import NotFound, ValueProblem
from oppwizard.i18n import T, Text
from oppwizard.model.dates import parse_date
from oppwizard.model.enums import CompetitorKind, Status
from oppwizard.model.text import fold
from oppwizard.process.required import shortened
from oppwizard.quality.shares import Share, Spread
from oppwizard.walk import Walk

__all__ = [
    "Accuracy",
    "Asked",
    "Conversion",
    "Creation",
    "Month",
    "Overdue",
    "Results",
    "Rival",
    "figures",
    "months",
    "named",
    "results",
]
_HUNDRED: Final = Decimal(100)
_NO_MONEY: Final = Decimal(0)


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


_Figure = TypeVar("_Figure", Conversion, Accuracy)


def results(walk: Walk, asked: Asked | None = None) -> Results:
    """What came of the records of a store."""
    asked = asked or Asked()
    return figures(walk.store.results(asked), asked, walk.context.today, walk.playbook.history.minimum)


def named(walk: Walk, rep: str | None, team: str | None) -> tuple[str | None, str | None]:
    """A rep and a team as records have them, whatever the letters' case.

    Raises:
        NotFound: no record is theirs.
    """
    reps, teams = walk.store.reps_and_teams() if rep or team else ([], [])
    return (
        _known(rep, reps, T("No record belongs to the rep “{name}”", name=rep)) if rep else None,
        _known(team, teams, T("No record belongs to the team “{name}”", name=team)) if team else None,
    )


def _known(wanted: str, known: Sequence[str], problem: Text) -> str:
    found = wanted if wanted in known else next((name for name in known if fold(name) == fold(wanted)), None)
    if found is None:
        raise NotFound(problem, T("There are: {names}.", names=", ".join(known[:10])) if known else None)
    return found


def figures(counted: Counted, asked: Asked, today: dt.date, minimum: int) -> Results:
    """The figures of what was counted.

    Args:
        minimum: so many decided deals a segment's own rate must rest on; below, that of all segments stands.
    """
    usual = Usual(counted.decided, minimum)
    now = month_text(today)
    return Results(
        on=today,
        asked=asked,
        rate=usual.overall(None),
        conversions=tuple(_with_all(_conversions(counted.begun))),
        accuracies=tuple(_with_all(_accuracies(counted.slipped))),
        rivals=tuple(_rivals(counted.met)),
        months=tuple(_months(counted, usual, now)),
        overdue=tuple(_overdue(each for each in counted.standing if each.month < now)),
        creations=tuple(_creations(counted)),
    )


def _with_all(by_rep: dict[str | None, _Figure]) -> list[_Figure]:
    """Rep by rep; all together stand before them where there are several."""
    reps: list[str] = [rep for rep in by_rep if rep is not None]
    reps.sort(key=lambda rep: (rep == "", fold(rep)))
    together: list[None] = [None] if len(reps) > 1 else []
    return [by_rep[rep] for rep in (*together, *reps)]


def _conversions(begun: Iterable[Begun]) -> dict[str | None, Conversion]:
    by_rep: dict[str | None, Counter[Status]] = defaultdict(Counter)
    for one in begun:
        for rep in (one.rep, None):
            by_rep[rep][one.status] += one.deals
    return {
        rep: Conversion(
            rep=rep,
            leads=found.total(),
            drafts=found[Status.DRAFT],
            aside=found[Status.DISQUALIFIED] + found[Status.NURTURE],
            open=found[Status.CREATED],
            won=found[Status.WON],
            lost=found[Status.LOST],
        )
        for rep, found in by_rep.items()
    }


def _accuracies(slipped: Iterable[Slipped]) -> dict[str | None, Accuracy]:
    days: dict[str | None, Counter[int]] = defaultdict(Counter)
    unknown: Counter[str | None] = Counter()
    for one in slipped:
        for rep in (one.rep, None):
            if one.days is None:
                unknown[rep] += one.deals
            else:
                days[rep][one.days] += one.deals
    return {rep: Accuracy(rep, Spread.of(days.get(rep, {})), unknown[rep]) for rep in days.keys() | unknown.keys()}


def _rivals(met: Iterable[Met]) -> list[Rival]:
    """Spellings that differ in case or width are one alternative, under the one met most."""
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    outcome: dict[str, Counter[Status]] = defaultdict(Counter)
    to_it: Counter[str] = Counter()
    for one in met:
        key = fold(one.name)
        spelt[key][one.name] += one.deals
        outcome[key][one.status] += one.deals
        to_it[key] += one.lost_to_it
    found = [
        Rival(
            min(names, key=lambda name: (-names[name], name)),
            outcome[key][Status.WON],
            outcome[key][Status.LOST],
            to_it[key],
        )
        for key, names in spelt.items()
    ]
    return sorted(found, key=lambda rival: (-rival.wins.of, fold(rival.name)))


class Usual:
    """The share of deals that was won before a month, of a segment or of all."""

    def __init__(self, decided: Iterable[Decided], minimum: int) -> None:
        self._minimum = minimum
        self._by_month: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        self._all: list[tuple[str, int, int]] = []
        for one in decided:
            row = (one.month, one.won, one.lost)
            self._by_month[fold(one.segment or "")].append(row)
            self._all.append(row)
        self._known: dict[tuple[str | None, str | None], Share] = {}

    def overall(self, before: str | None) -> Share:
        """Of all segments; ``before`` is a month, None for all there is."""
        return self._share(None, before)

    def of(self, segment: str | None, before: str | None) -> Share:
        """Of a segment, where enough of its deals were decided."""
        narrow = self._share(fold(segment or ""), before)
        return narrow if segment and narrow.of >= self._minimum else self.overall(before)

    def _share(self, segment: str | None, before: str | None) -> Share:
        key = segment, before
        if key not in self._known:
            rows = self._all if segment is None else self._by_month.get(segment, [])
            counted = [(won, lost) for month, won, lost in rows if before is None or month < before]
            won, lost = sum(won for won, _ in counted), sum(lost for _, lost in counted)
            self._known[key] = Share(won, won + lost)
        return self._known[key]


def _months(counted: Counted, usual: Usual, now: str) -> list[Month]:
    past = [each for each in counted.forecast if each.month < now]
    ahead = [each for each in counted.standing if each.month >= now]
    expected: dict[tuple[str, str], list[Expected]] = defaultdict(list)
    for each in (*past, *ahead):
        expected[each.month, each.currency or ""].append(each)
    came = {(each.month, each.currency or ""): each for each in counted.came}
    found = []
    for month, currency in sorted(expected.keys() | came.keys()):
        rows, got = expected.get((month, currency), []), came.get((month, currency))
        found.append(
            Month(
                month=month,
                currency=currency,
                ahead=month >= now,
                deals=sum(row.deals for row in rows),
                amount=_sum(row.amount for row in rows),
                weighted=_sum((row.amount or _NO_MONEY) * (row.probability or _NO_MONEY) / _HUNDRED for row in rows),
                usual=_at_usual(rows, usual, None if month >= now else month),
                unsure=sum(row.deals for row in rows if row.probability is None),
                won=got.deals if got else 0,
                came=(got.amount if got else None) or _NO_MONEY,
            )
        )
    return found


def _at_usual(rows: Sequence[Expected], usual: Usual, before: str | None) -> Decimal | None:
    total = _NO_MONEY
    for row in rows:
        share = usual.of(row.segment, before)
        if not share.of:
            return None
        total += (row.amount or _NO_MONEY) * share.part / share.of
    return total.quantize(Decimal("0.01"))


def _overdue(standing: Iterable[Expected]) -> list[Overdue]:
    by_currency: dict[str, list[Expected]] = defaultdict(list)
    for each in standing:
        by_currency[each.currency or ""].append(each)
    return [
        Overdue(currency, sum(row.deals for row in rows), _sum(row.amount for row in rows))
        for currency, rows in sorted(by_currency.items())
    ]


def _creations(counted: Counted) -> list[Creation]:
    found = sorted(counted.made, key=lambda each: (each.month, each.currency or ""))
    return [
        Creation(
            month=each.month,
            currency=each.currency or "",
            deals=each.deals,
            amount=each.amount or _NO_MONEY,
            scored=each.scored,
            score=(each.scores or 0) / each.scored if each.scored else None,
        )
        for each in found
    ]


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), _NO_MONEY)


def months(since: str, until: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The first day of a month that is typed, and the day after the last one of another; None where none is typed.

    Raises:
        ValueProblem: one is no month, or the second is before the first.
    """
    first = _first(since, today) if since.strip() else None
    last = _first(until, today) if until.strip() else None
    if first and last and last < first:
        raise ValueProblem(T("{last} is before {first}", last=f"{last:%Y-%m}", first=f"{first:%Y-%m}"))
    return first, last and _after(last)


def _first(text: str, today: dt.date) -> dt.date:
    """The first day of a month: of one written as such, else of that in which a date lies."""
    whole = re.fullmatch(r"\s*([0-9]{4})[-/年.]([0-9]{1,2})月?\s*", unicodedata.normalize("NFKC", text))
    try:
        return parse_date(f"{whole[1]}-{whole[2]}-1" if whole else text, today).replace(day=1)
    except ValueProblem as problem:
        raise ValueProblem(
            T("“{text}” is no month", text=shortened(text)), T("Write a month such as 2026-11.")
        ) from problem


def _after(first: dt.date) -> dt.date:
    """The first day of the month after."""
    return (first + dt.timedelta(days=31)).replace(day=1)
