"""Results and audits for programs: as JSON, and as tidy CSV tables."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from oppwizard.checks.facts import Fault
from oppwizard.exchange.guard import guard
from oppwizard.quality.audit import Audited, Looked, OfField, OfRep, Rubric
from oppwizard.quality.outcomes import Accuracy, Conversion, Creation, Month, Overdue, Results, Rival
from oppwizard.quality.shares import Share

_WHOM: Final = ("rep", "alternative", "month", "currency", "ahead")
"""What a line is about; everything else in it is a measure."""
_HEAD: Final = ("figure", *_WHOM, "measure", "value")


def results_json(found: Results) -> dict[str, Any]:
    """Everything, amounts as exact texts."""
    asked = found.asked
    return {
        "on": found.on.isoformat(),
        "since": asked.since.isoformat() if asked.since else None,
        "until": (asked.until - dt.timedelta(days=1)).isoformat() if asked.until else None,
        "rep": asked.rep,
        "team": asked.team,
        "usual_rate": _share(found.rate),
        "conversion": [_conversion(one) for one in found.conversions],
        "close_dates": [_accuracy(one) for one in found.accuracies],
        "alternatives": [_rival(one) for one in found.rivals],
        "forecast": [_month(one) for one in found.months],
        "overdue": [_overdue(one) for one in found.overdue],
        "created": [_creation(one) for one in found.creations],
    }


def results_csv(found: Results) -> str:
    """The figures, a number a line."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    writer.writerows(_lines(results_json(found)))
    return text.getvalue()


def _lines(told: dict[str, Any]) -> Iterator[list[Any]]:
    for figure, rows in told.items():
        for row in rows if isinstance(rows, list) else ():
            whom = [guard(str(row[name])) if row.get(name) is not None else "" for name in _WHOM]
            for measure, value in _flat({name: value for name, value in row.items() if name not in _WHOM}):
                yield [figure, *whom, measure, value]


def _flat(values: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif value is not None and not isinstance(value, list):
            yield f"{before}{name}", value


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {"part": share.part, "of": share.of, "rate": _round(share.rate), "low": _round(low), "high": _round(high)}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize() + 0:f}"


def _conversion(one: Conversion) -> dict[str, Any]:
    return {
        "rep": one.rep,
        "leads": one.leads,
        "drafts": one.drafts,
        "set_aside": one.aside,
        "created": one.created,
        "open": one.open,
        "won": one.won,
        "lost": one.lost,
        "created_of_leads": _share(one.to_created),
        "won_of_decided": _share(one.to_won),
    }


def _accuracy(one: Accuracy) -> dict[str, Any]:
    days = one.days
    low, high = days.interval or (None, None)
    return {
        "rep": one.rep,
        "won": days.count,
        "unknown": one.unknown,
        "mean_days": _round(days.mean),
        "mean_low": _round(low),
        "mean_high": _round(high),
        "median_days": _round(days.quantile(0.5)),
        "deviation_days": _round(days.deviation),
        "quarter_days": _round(days.quantile(0.25)),
        "three_quarter_days": _round(days.quantile(0.75)),
        "days": [{"days": value, "deals": often} for value, often in days.values],
    }


def _rival(one: Rival) -> dict[str, Any]:
    return {
        "alternative": one.name,
        "won": one.won,
        "lost": one.lost,
        "lost_to_it": one.lost_to_it,
        "won_of_decided": _share(one.wins),
    }


def _month(one: Month) -> dict[str, Any]:
    return {
        "month": one.month,
        "currency": one.currency,
        "ahead": one.ahead,
        "deals": one.deals,
        "amount": _exact(one.amount),
        "forecast": _exact(one.weighted),
        "at_usual_rate": _exact(one.usual),
        "without_probability": one.unsure,
        "won": one.won,
        "came": _exact(one.came),
    }


def _overdue(one: Overdue) -> dict[str, Any]:
    return {"currency": one.currency, "deals": one.deals, "amount": _exact(one.amount)}


def _creation(one: Creation) -> dict[str, Any]:
    return {
        "month": one.month,
        "currency": one.currency,
        "deals": one.deals,
        "amount": _exact(one.amount),
        "scored": one.scored,
        "mean_score": _round(one.score),
    }


# Audits


def audit_json(found: Audited) -> dict[str, Any]:
    """An audit in full, in words of no language: the same figures give the same bytes."""
    return {
        "on": found.on.isoformat(),
        "seed": found.seed,
        "size": found.size,
        "population": found.population,
        "rules": found.rules,
        "rep": found.rep,
        "team": found.team,
        "closed": found.closed,
        "reps": [_of_rep(one) for one in found.figures.reps],
        "fields": [_of_field(one) for one in found.figures.fields],
        "stages": [
            {"stage": one.stage, "stale_after_days": one.after, "stale": _share(one.stale)}
            for one in found.figures.stages
        ],
        "records": [_looked(one, points) for one, points in found.records],
        "stale": [
            {"id": str(one.id), "title": one.title, "rep": one.rep, "stage": one.open_stage, "since": str(one.since)}
            for one in found.stale
        ],
        "earlier": [
            {
                "on": one.on.isoformat(),
                "size": one.size,
                "rubric": one.rubric,
                "completion": one.completion,
                "stale": one.stale,
                "mistakes": one.mistakes,
            }
            for one in found.earlier
        ],
    }


def audit_csv(found: Audited) -> str:
    """The records that were looked at, one a line, the weakest first."""
    text = io.StringIO()
    writer = csv.writer(text)
    flags = [str(fault.name) for fault in Fault]
    writer.writerow([*_LOOKED, *_PARTS, "stale", *flags])
    for one, points in found.records:
        told = _looked(one, points)
        kept = [guard(str(told[name])) for name in _LOOKED]
        parts = [told["rubric"][name] for name in _PARTS]
        writer.writerow([*kept, *parts, int(one.stale), *(int(flag in told["faults"]) for flag in flags)])
    return text.getvalue()


_LOOKED: Final = ("id", "title", "rep", "opportunity", "stage", "answered", "due", "score")
_PARTS: Final = ("total", "completion", "accuracy", "activity", "documentation")


def _looked(one: Looked, points: Rubric) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "title": one.title,
        "rep": one.rep,
        "opportunity": one.exists,
        "stage": one.open_stage,
        "answered": one.due.part,
        "due": one.due.of,
        "score": one.score,
        "rubric": _rubric(points),
        "stale": one.stale,
        "faults": [fault.name for fault in Fault if fault in one.faults],
        "points": [{"code": code, "at": at} for code, at in one.points],
    }


def _rubric(points: Rubric) -> dict[str, float]:
    return {name: round(getattr(points, name), 2) for name in _PARTS}


def _of_rep(one: OfRep) -> dict[str, Any]:
    return {
        "rep": one.rep,
        "records": one.records,
        "rubric": _rubric(one.rubric),
        "completion": _share(one.completion),
        "stale": _share(one.stale),
        "faults": {str(fault.name): _share(share) for fault, share in one.faults.items()},
        "scores": {f"p{rank}": _round(one.scores.quantile(rank / 100)) for rank in (10, 25, 50, 75, 90)},
    }


def _of_field(one: OfField) -> dict[str, Any]:
    return {
        "field": one.spec.path,
        "stage": int(one.spec.ask.stage),
        "answered": _share(one.answered),
        "by_rep": {rep: {"part": share.part, "of": share.of} for rep, share in sorted(one.by_rep.items())},
    }
