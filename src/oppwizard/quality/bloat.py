"""What the required fields of a playbook cost (E3): how many there are, and which of them hold deals up."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from oppwizard.i18n import T, Text
from oppwizard.model.ask import Need
from oppwizard.model.enums import Stage
from oppwizard.model.fields import CUSTOM, FIELDS, OPPORTUNITY
from oppwizard.model.findings import Address
from oppwizard.playbook.bloat import Weight, too_much, weights
from oppwizard.process.gates import Verdict
from oppwizard.walk import ListQuery, Walk


@dataclass(frozen=True, slots=True)
class Held:
    """What one required field holds up.

    Attributes:
        path: the field, as commands take it.
        own: whether it is the organisation's own.
        lacking: in how many records it is an open point of the first closed gate.
        alone: in how many of these it is the only one.
    """

    path: str
    label: Text
    stage: Stage
    own: bool
    lacking: int
    alone: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What the required fields of a playbook cost.

    Attributes:
        judged: so many records were judged, those changed last.
        waiting: so many of them stand before a closed gate.
        weights: what each stage requires.
        held: the fields that are open somewhere, and all of the organisation's own; the costliest first.
        warnings: the stages that ask for more than the limit, with what would help.
    """

    judged: int
    waiting: int
    weights: tuple[Weight, ...]
    held: tuple[Held, ...]
    warnings: tuple[tuple[Text, Text], ...]

    def to_json(self) -> dict[str, Any]:
        """The cost in a JSON answer."""
        return {
            "judged": self.judged,
            "waiting": self.waiting,
            "stages": [
                {
                    "number": int(one.stage),
                    "label": str(one.stage.label),
                    "built_in": one.built_in,
                    "own": list(one.own),
                }
                for one in self.weights
            ],
            "fields": [
                {
                    "path": one.path,
                    "label": str(one.label),
                    "stage": int(one.stage),
                    "own": one.own,
                    "lacking": one.lacking,
                    "alone": one.alone,
                }
                for one in self.held
            ],
            "warnings": [{"problem": str(problem), "remedy": str(remedy)} for problem, remedy in self.warnings],
        }


def cost(walk: Walk) -> Cost:
    """What the required fields of the playbook in use cost, by the records of the store.

    Raises:
        StoreProblem: the store cannot be read.
    """
    lines = walk.store.page(ListQuery(limit=walk.playbook.bloat.records)).rows
    opened = [line.id for line in lines if not line.is_sample]
    verdicts = [walk.verdict(walk.load(identity)) for identity in opened]
    waiting = [points for verdict in verdicts if (points := _in_the_way(verdict))]
    return Cost(
        judged=len(opened),
        waiting=len(waiting),
        weights=weights(walk.playbook),
        held=tuple(_held(waiting)),
        warnings=tuple((problem, remedy) for _weight, problem, remedy in too_much(walk.playbook)),
    )


def _in_the_way(verdict: Verdict) -> list[Address]:
    """The open points of the first closed gate; that the opportunity is only to be created is none."""
    if verdict.open_stage is None:
        return []
    return [point.at for point in verdict.open_points(verdict.open_stage) if point.code != "create.pending"]


def _held(waiting: Iterable[list[Address]]) -> list[Held]:
    lacking: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for points in waiting:
        paths = {path for at in points if (path := _path(at)) in FIELDS}
        lacking.update(paths)
        if len(points) == 1:
            alone.update(paths)
    required = [spec for spec in FIELDS.values() if spec.ask.need is Need.REQUIRED]
    found = [
        Held(spec.path, spec.ask.label, spec.ask.stage, spec.entity == CUSTOM, lacking[spec.path], alone[spec.path])
        for spec in required
        if spec.entity == CUSTOM or lacking[spec.path]
    ]
    return sorted(found, key=lambda one: (-one.alone, -one.lacking, one.stage, one.path))


def _path(at: Address) -> str:
    return at.name if at.entity == OPPORTUNITY else f"{at.entity}.{at.name}"


def cost_lines(found: Cost) -> Iterator[Text | str]:
    """The cost in plain words, after the tables."""
    own = [one for one in found.held if one.own]
    for one in own:
        yield _said(one, found)
    if own:
        yield T(
            "Each required field is one more answer to find before any deal passes its gate. One that is not needed "
            "for a decision had better be recommended or optional."
        )
    else:
        yield T("No required field of your own: nothing is asked beyond what the walk itself needs.")


def _said(one: Held, found: Cost) -> Text:
    if one.alone:
        return T(
            "{field}: {alone} of {judged} records wait for it alone, {lacking} lack it",
            field=one.label,
            alone=one.alone,
            judged=found.judged,
            lacking=one.lacking,
        )
    if one.lacking:
        return T(
            "{field}: {lacking} of {judged} records lack it, none waits for it alone",
            field=one.label,
            lacking=one.lacking,
            judged=found.judged,
        )
    return T("{field}: holds up none of {judged} records", field=one.label, judged=found.judged)
