"""The figures of an audit, made of counts: of all records by the database, of a sample one by one (Q3).

Whatever they were counted by, the same counts give the same figures. Fields count only where they are due: those of
the stages a record has come through and of the one it is in; of an opportunity always those of the first four.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from oppwizard.checks.facts import (
    ACCURACY,
    DOCUMENTATION,
    Fault,
    due,
    due_stage,
    of_rows,
    singles,
)
from oppwizard.data.figures import Scored, Stale, Tally
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ROW_KINDS, FieldSpec
from oppwizard.model.text import fold
from oppwizard.playbook.reviews import Auditing
from oppwizard.quality.shares import Share, Spread


def fields() -> tuple[FieldSpec, ...]:
    """The required fields, in the order of their bits."""
    return (*singles(), *of_rows())


@dataclass(frozen=True, slots=True)
class Rubric:
    """Points out of 100: those of one record, or the mean of several."""

    completion: float
    accuracy: float
    activity: float
    documentation: float

    @property
    def total(self) -> float:
        """All points together."""
        return self.completion + self.accuracy + self.activity + self.documentation


@dataclass(frozen=True, slots=True)
class Looked:
    """A record that was looked at.

    Attributes:
        open_stage: the first stage whose gate is closed; 7 where none is.
        stale: whether nothing was heard for longer than its stage allows.
        points: what stands open or is wrong, as codes and places.
    """

    id: UUID
    title: str
    rep: str
    exists: bool
    open_stage: int
    answered: int
    answered_rows: int
    faults: Fault
    stale: bool
    score: int
    points: tuple[tuple[str, str], ...] = ()

    @property
    def due(self) -> Share:
        """Answered ones of the required fields that are due."""
        singles, of_rows = due(due_stage(self.open_stage, self.exists))
        done = (self.answered & singles).bit_count() + (self.answered_rows & of_rows).bit_count()
        return Share(done, singles.bit_count() + of_rows.bit_count())


@dataclass(frozen=True, slots=True)
class OfField:
    """How often a required field is answered, where it is due."""

    spec: FieldSpec
    answered: Share
    by_rep: Mapping[str, Share]

    @property
    def label(self) -> str:
        """What the field is called, with what it is a field of."""
        kind = ROW_KINDS.get(self.spec.entity)
        return f"{kind.label}: {self.spec.ask.label}" if kind else str(self.spec.ask.label)


@dataclass(frozen=True, slots=True)
class OfStage:
    """The records that stand at a gate.

    Attributes:
        stage: the gate's number; 7 where all are open.
        after: how many days without a talk make one stale there.
    """

    stage: int
    after: int
    stale: Share


@dataclass(frozen=True, slots=True)
class OfRep:
    """The records of a rep; of all together where it is None."""

    rep: str | None
    records: int
    rubric: Rubric
    completion: Share
    stale: Share
    faults: Mapping[Fault, Share]
    scores: Spread


@dataclass(frozen=True, slots=True)
class Figures:
    """What an audit found.

    Attributes:
        reps: all together first where there are several, then rep by rep.
    """

    reps: tuple[OfRep, ...]
    fields: tuple[OfField, ...]
    stages: tuple[OfStage, ...]

    @property
    def whole(self) -> OfRep | None:
        """All records together; None where there is none."""
        return self.reps[0] if self.reps else None


def figures(tallies: Iterable[Tally], scores: Iterable[Scored], rules: Auditing) -> Figures:
    """The figures of what was counted."""
    counted = sorted(tallies)
    histograms = _histograms(scores)
    by_rep: dict[str | None, list[Tally]] = defaultdict(list)
    for tally in counted:
        by_rep[tally.rep].append(tally)
        by_rep[None].append(tally)
    reps = sorted((rep for rep in by_rep if rep is not None), key=lambda rep: (rep == "", fold(rep), rep))
    order: list[str | None] = [None, *reps] if len(reps) > 1 else [*reps]
    return Figures(
        reps=tuple(_of_rep(rep, by_rep[rep], histograms[rep], rules) for rep in order),
        fields=tuple(_of_fields(counted)),
        stages=tuple(_of_stages(counted, rules)),
    )


def rubric(looked: Looked, rules: Auditing) -> Rubric:
    """The points of one record."""
    return _rubric([tally_of([looked])[0]], rules)


def tally_of(records: Iterable[Looked]) -> list[Tally]:
    """Records counted one by one, as the database counts them all."""
    groups: dict[tuple[str, bool, int], list[Looked]] = defaultdict(list)
    for one in records:
        groups[one.rep, one.exists, one.open_stage].append(one)
    return [
        Tally(
            *key,
            len(group),
            _per_bit((one.answered for one in group), len(singles())),
            _per_bit((one.answered_rows for one in group), len(of_rows())),
            _per_bit((one.faults for one in group), len(Fault)),
            sum(one.stale for one in group),
        )
        for key, group in groups.items()
    ]


def _per_bit(values: Iterable[int], bits: int) -> tuple[int, ...]:
    known = list(values)
    return tuple(sum(value >> bit & 1 for value in known) for bit in range(bits))


def scored_of(records: Iterable[Looked]) -> list[Scored]:
    """How often each score occurs, per rep."""
    counted = Counter((one.rep, one.score) for one in records)
    return [Scored(rep, score, often) for (rep, score), often in sorted(counted.items())]


def limit(rules: Auditing, open_stage: int) -> int:
    """How many days without a talk make a record stale that stands at a gate."""
    return rules.stale_by_stage.get(str(open_stage), rules.stale_days)


def is_stale(rules: Auditing, open_stage: int, since: dt.date, today: dt.date) -> bool:
    """Whether nothing was heard for so long."""
    return (today - since).days >= limit(rules, open_stage)


def _histograms(scores: Iterable[Scored]) -> dict[str | None, Counter[int]]:
    found: dict[str | None, Counter[int]] = defaultdict(Counter)
    for one in scores:
        if one.score >= 0:
            found[one.rep][one.score] += one.records
            found[None][one.score] += one.records
    return found


def _of_rep(rep: str | None, tallies: Sequence[Tally], scores: Counter[int], rules: Auditing) -> OfRep:
    records = sum(one.records for one in tallies)
    answered = [share for one in tallies for share in [_answered(one)]]
    return OfRep(
        rep=rep,
        records=records,
        rubric=_rubric(tallies, rules),
        completion=Share(sum(share.part for share in answered), sum(share.of for share in answered)),
        stale=Share(sum(one.stale for one in tallies), records),
        faults={fault: Share(sum(_has(one, fault) for one in tallies), records) for fault in Fault},
        scores=Spread.of(scores),
    )


def _has(tally: Tally, fault: Fault) -> int:
    return tally.faults[fault.bit_length() - 1]


def _answered(tally: Tally) -> Share:
    """Answered ones of all fields that are due in these records."""
    singles, of_rows = _due(tally)
    done = sum(tally.singles[bit] for bit in singles) + sum(tally.of_rows[bit] for bit in of_rows)
    return Share(done, tally.records * (len(singles) + len(of_rows)))


def _due(tally: Tally) -> tuple[list[int], list[int]]:
    singles, of_rows = due(due_stage(tally.open_stage, tally.exists))
    return _set_bits(singles), _set_bits(of_rows)


def _set_bits(value: int) -> list[int]:
    return [bit for bit in range(value.bit_length()) if value >> bit & 1]


def _rubric(tallies: Sequence[Tally], rules: Auditing) -> Rubric:
    """Means over records; each of a part's questions weighs the same."""
    records = sum(one.records for one in tallies)
    whole = sum((_answered(one).rate or 0.0) * one.records for one in tallies)
    activity = [(_has(one, Fault.ACTIVITY) + one.stale) / 2 for one in tallies]
    return Rubric(
        completion=rules.completion * whole / records,
        accuracy=rules.accuracy * _free(tallies, ACCURACY, records),
        activity=rules.activity * (1 - sum(activity) / records),
        documentation=rules.documentation * _free(tallies, DOCUMENTATION, records),
    )


def _free(tallies: Sequence[Tally], faults: Sequence[Fault], records: int) -> float:
    """The share of records without a fault, as a mean over several faults."""
    return 1 - sum(_has(one, fault) for one in tallies for fault in faults) / (records * len(faults))


def _of_fields(tallies: Sequence[Tally]) -> Iterator[OfField]:
    for number, spec in enumerate(fields()):
        by_rep: dict[str, Share] = {}
        for one in tallies:
            if spec.ask.stage <= due_stage(one.open_stage, one.exists):
                bits = one.singles if number < len(singles()) else one.of_rows
                bit = number if number < len(singles()) else number - len(singles())
                before = by_rep.get(one.rep, Share(0, 0))
                by_rep[one.rep] = Share(before.part + bits[bit], before.of + one.records)
        whole = Share(sum(each.part for each in by_rep.values()), sum(each.of for each in by_rep.values()))
        yield OfField(spec, whole, by_rep)


def _of_stages(tallies: Sequence[Tally], rules: Auditing) -> Iterator[OfStage]:
    for stage in range(1, len(Stage) + 2):
        here = [one for one in tallies if one.open_stage == stage]
        if here:
            stale = Share(sum(one.stale for one in here), sum(one.records for one in here))
            yield OfStage(stage, limit(rules, stage), stale)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An audit of before, for the trend."""

    on: dt.date
    size: int
    rubric: float
    completion: float
    stale: float
    mistakes: float


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit.

    Attributes:
        on: the day by which everything was judged.
        seed: what the sample was drawn with; None where all records were looked at.
        population: how many records there were to draw from.
        rules: the playbook's version and that of the facts.
        records: those looked at, the weakest first; of all records the weakest ones alone.
        stale: stale records, the oldest first.
        earlier: the audits of days before, the oldest first.
    """

    on: dt.date
    seed: int | None
    size: int
    population: int
    rules: str
    rep: str | None
    team: str | None
    closed: bool
    figures: Figures
    records: tuple[tuple[Looked, Rubric], ...]
    stale: tuple[Stale, ...]
    earlier: tuple[Earlier, ...]
    auditing: Auditing
