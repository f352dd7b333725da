"""The data-quality score: how much of what makes a record true is there (A9).

A score is never shown without its parts and what each open item would bring. It rests on the record and the day alone:
our own edits and the record's age do not count as activity, and whatever evidence is added, the score does not fall.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from oppwizard.i18n import T, Text
from oppwizard.model.ask import Need
from oppwizard.model.choice import Choice
from oppwizard.model.enums import BudgetStatus, Engagement, Role, Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec, of_fields
from oppwizard.model.findings import Address
from oppwizard.model.record import Person, Record
from oppwizard.playbook.judging import ScoreWeights
from oppwizard.process.case import Case
from oppwizard.process.coverage import met_on
from oppwizard.process.relevance import is_relevant
from oppwizard.process.required import is_missing
from oppwizard.process.wording import is_placeholder

_REQUIRED: Final = 2
_RECOMMENDED: Final = 1
_ROLES: Final = {
    Role.ECONOMIC_BUYER: 4,
    Role.CHAMPION: 3,
    Role.TECHNICAL_BUYER: 2,
    Role.PROCESS_OWNER: 2,
    Role.END_USER: 2,
    Role.EXECUTIVE_SPONSOR: 1,
    Role.PROCUREMENT: 1,
}
"""The roles whose holders make a committee covered, and how much each weighs."""
_MET: Final = 6
"""What having met enough people weighs beside the roles."""
_SCOPE: Final = 2
"""What more than one level, and more than one department, weighs each."""
_SEARCHES: Final = "searches"
"""A role nobody is found for yet is a gap, not evidence: looking for somebody brings no points."""
_FINE: Final = 1_000
_ENGAGED: Final = (Engagement.MET, Engagement.ENGAGED)


class Area(Choice):
    """What a part of the score is about."""

    COMPLETION = "completion", T("Fields answered")
    COVERAGE = "coverage", T("People known and met")
    RECENCY = "recency", T("Recent talks")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score.

    Attributes:
        points: what the record has, from 0 to ``most``.
    """

    area: Area
    points: Fraction
    most: int


@dataclass(frozen=True, slots=True)
class Gain:
    """Something open, and what it would bring.

    Attributes:
        points: points out of 100.
        what: what to do.
        at: where.
    """

    points: Fraction
    what: Text
    stage: Stage
    at: Address


@dataclass(frozen=True, slots=True)
class Score:
    """A score with everything it rests on.

    Attributes:
        gains: what would raise it, the most valuable first.
        low: the total below which the playbook wants it flagged.
    """

    parts: tuple[Part, ...]
    gains: tuple[Gain, ...]
    low: int

    @property
    def is_low(self) -> bool:
        """Whether it is to be flagged."""
        return self.total < self.low

    @property
    def lasting(self) -> int:
        """What does not fade, in thousandths of a point, rounded down."""
        return int(sum(part.points for part in self.parts if part.area is not Area.RECENCY) * _FINE)

    @property
    def total(self) -> int:
        """From 0 to 100; rounded down, so that 100 means everything."""
        recency = next(part.points for part in self.parts if part.area is Area.RECENCY)
        return (self.lasting + int(recency * _FINE)) // _FINE


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing that is there or not, or there in part."""

    weight: int
    share: int | Fraction
    what: Text
    stage: Stage
    at: Address


def scored(case: Case) -> Score:
    """The score of a record on a day. Pure; it looks at nothing but the case."""
    weights = case.playbook.score
    parts: list[Part] = []
    gains: list[Gain] = []
    for area, most, items in (
        (Area.COMPLETION, weights.completion, list(_completion(case))),
        (Area.COVERAGE, weights.coverage, list(_coverage(case))),
        (Area.RECENCY, weights.recency, list(_recency(case))),
    ):
        total = sum(item.weight for item in items)
        there = sum(item.weight * item.share for item in items)  # whole numbers mostly: exact, and quick
        parts.append(Part(area, Fraction(most * there) / total, most))
        gains += [
            Gain(Fraction(most * item.weight * (1 - item.share)) / total, item.what, item.stage, item.at)
            for item in items
            if item.share < 1
        ]
    gains.sort(key=lambda gain: (-gain.points, gain.stage, str(gain.at)))
    return Score(tuple(parts), tuple(gains), weights.low)


def total(case: Case) -> int:
    """The score itself, for rules of the organisation that ask for it."""
    return scored(case).total


# Fields


@of_fields
def _counted() -> tuple[tuple[FieldSpec, int], ...]:
    """The fields that count: those a gate insists on, and, for less, those it recommends."""
    weights = {Need.REQUIRED: _REQUIRED, Need.RECOMMENDED: _RECOMMENDED}
    return tuple(
        (spec, weights[spec.ask.need])
        for spec in FIELDS.values()
        if spec.ask.need in weights and spec.entity != _SEARCHES
    )


def _completion(case: Case) -> Iterator[_Item]:
    """Single fields one by one; of a table's fields the row that answers most, so that a new row never costs points."""
    record = case.record
    rows: dict[str, list[tuple[FieldSpec, int]]] = {}
    for spec, weight in _counted():
        if spec.entity in ROW_KINDS:
            rows.setdefault(spec.entity, []).append((spec, weight))
            continue
        at = Address(spec.entity, spec.name)
        share = int(answers(case, spec, record.value(at)))
        yield _Item(weight, share, T("record {field}", field=spec.ask.label), spec.ask.stage, at)
    for kind, specs in rows.items():
        yield _best_row(case, kind, specs)


def _best_row(case: Case, kind: str, specs: list[tuple[FieldSpec, int]]) -> _Item:
    whole = sum(weight for _spec, weight in specs)
    most, at = 0, Address(kind)
    for row in case.record.rows(kind):
        done = sum(weight for spec, weight in specs if answers_in(case, spec, row))
        if done > most:
            most, at = done, Address(kind, "", row.id)
    return _Item(
        whole,
        Fraction(most, whole),
        T("complete one {row}", row=ROW_KINDS[kind].one),
        min(spec.ask.stage for spec, _ in specs),
        at,
    )


def answers_in(case: Case, spec: FieldSpec, row: Any) -> bool:
    """Whether a row answers a field, or need not."""
    holder = row.part(spec.name) if isinstance(row, Person) else row
    value = getattr(holder, spec.name)
    return not is_relevant(spec, holder) if is_missing(value) else _says(case, spec, value)


def answers(case: Case, spec: FieldSpec, value: Any) -> bool:
    """Whether a value says something."""
    return not is_missing(value) and _says(case, spec, value)


def _says(case: Case, spec: FieldSpec, value: Any) -> bool:
    if spec.is_text:
        return not (spec.ask.wording and is_placeholder(value, case.playbook.wording, spec.ask.label))
    return value is not BudgetStatus.UNCONFIRMED


# People


def _coverage(case: Case) -> Iterator[_Item]:
    record = case.record
    held = {role for person in record.people for role in person.roles}
    people = Address("people")
    for role, weight in _ROLES.items():
        what = T("name who is: {role}", role=role.label)
        yield _Item(weight, int(role in held), what, Stage.STAKEHOLDERS, people)
    engaged = [person for person in record.people if person.engagement in _ENGAGED or met_on(record, person)]
    enough = case.playbook.score.engaged
    met = T("meet {count} people, and record the talks", count=enough)
    share = Fraction(min(len(engaged), enough), enough)
    yield _Item(_MET, share, met, Stage.STAKEHOLDERS, Address("touchpoints"))
    levels = {person.contact.level for person in engaged if person.contact.level}
    departments = {(person.contact.department or "").casefold() for person in engaged} - {""}
    for found, what in (
        (levels, T("meet people of more than one level")),
        (departments, T("meet people of more than one department")),
    ):
        yield _Item(_SCOPE, Fraction(min(len(found), 2), 2), what, Stage.STAKEHOLDERS, people)


# Talks


def last_talk(record: Record, today: dt.date) -> dt.date | None:
    """The day of the last talk with the customer up to today; dates in the future are plans, not activity."""
    days = [touch.on for touch in record.touchpoints if touch.on]
    if record.opportunity.discovery_on:
        days.append(record.opportunity.discovery_on)
    return max((day for day in days if day <= today), default=None)


def faded(lasting: int, talk: dt.date | None, today: dt.date, weights: ScoreWeights) -> int:
    """The total of a record whose ``Score.lasting`` is kept, on a later day: what `scored` would say."""
    return (lasting + int(weights.recency * _freshness(talk, today, weights) * _FINE)) // _FINE


def _freshness(talk: dt.date | None, today: dt.date, weights: ScoreWeights) -> Fraction:
    """How recent a talk is, from 0 to 1."""
    if talk is None:
        return Fraction()
    left = Fraction(weights.stale_days - (today - talk).days, weights.stale_days - weights.fresh_days)
    return max(Fraction(), min(Fraction(1), left))


def _recency(case: Case) -> Iterator[_Item]:
    talk = last_talk(case.record, case.today)
    at = Address("touchpoints")
    if talk is None:
        yield _Item(1, 0, T("talk with the customer, and record it"), Stage.STAKEHOLDERS, at)
        return
    what = T("talk with the customer again: the last time was {days} days ago", days=(case.today - talk).days)
    fresh = _freshness(talk, case.today, case.playbook.score)
    yield _Item(1, fresh, what, Stage.STAKEHOLDERS, at)
