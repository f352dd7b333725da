"""What came of the pipeline (R1-R5): conversion, close dates, competitors, forecasts and what was made, as figures.

Amounts stand by currency and are never summed over several. A day is handed in; nothing here reads a clock or SQL.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeVar

from oppwizard.data.days import month_text
from oppwizard.data.results import Asked, Begun, Counted, Expected, Met, Slipped
from oppwizard.model.enums import Status
from oppwizard.model.text import fold
from oppwizard.quality.outcomes import Accuracy, Conversion, Creation, Month, Overdue, Results, Rival
from oppwizard.quality.shares import Spread
from oppwizard.quality.usual import Usual
from oppwizard.walk import Walk

_HUNDRED: Final = Decimal(100)
_NO_MONEY: Final = Decimal(0)
_Figure = TypeVar("_Figure", Conversion, Accuracy)


def results(walk: Walk, asked: Asked | None = None) -> Results:
    """What came of the records of a store."""
    asked = asked or Asked()
    return figures(walk.store.results(asked), asked, walk.context.today, walk.playbook.history.minimum)


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
