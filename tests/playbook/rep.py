"""An automatic rep: types into a stored record what a trial answered, field by field, and goes through the gates."""

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from oppwizard.model.ask import Kind
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ACCOUNT, FIELDS, ROW_KINDS, SINGLE, FieldSpec
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.walk import Walk
from oppwizard.walk.trial import try_out
from oppwizard.walk.trial.draft import typed

_TURNS = 4
"""So often what is to follow from answers is typed over again."""


def answered(playbook: Playbook, today: dt.date) -> dict[Stage, Record]:
    """The record of a trial as it passed each gate; less than six where a gate stayed closed."""
    found: dict[Stage, Record] = {}
    try_out(playbook, today, lambda stage, record: found.update({stage: copy.deepcopy(record)}))
    return found


class Rep:
    """Walks one record, which may have been begun by other rules."""

    def __init__(self, walk: Walk, record_id: UUID) -> None:
        self.walk = walk
        self.record = walk.load(record_id)
        self.typed = 0

    def follow(self, answers: dict[Stage, Record]) -> None:
        """Go through all stages, each with the answers with which its gate opened in the trial."""
        for stage in Stage:
            if stage < self.record.opportunity.stage and not self.record.exists:
                continue
            self._become(answers[stage], stage)
            if stage is Stage.CREATION:
                self.walk.save(self.walk.create(self.record))
            elif self.record.opportunity.stage == stage and stage is not Stage.STRATEGY:
                self.walk.save(self.walk.advance(self.record, Stage(stage + 1)))

    def _become(self, wanted: Record, stage: Stage) -> None:
        for kind in ROW_KINDS:
            self._as_many(kind, len(wanted.rows(kind)))
        for _turn in range(_TURNS):
            before = self.typed
            for at, spec, text in list(self._answers(wanted, stage)):
                if text != self._text(self.record, spec, self.record.value(at)):
                    self.walk.save(self.walk.set(self.record, at, text))
                    self.typed += 1
            if self.typed == before:
                return
        raise AssertionError("what was typed did not stay")

    def _as_many(self, kind: str, count: int) -> None:
        for row in self.record.rows(kind)[count:]:
            self.walk.save(self.walk.remove(self.record, kind, row.id))
        while len(self.record.rows(kind)) < count:
            self.walk.save(self.walk.add(self.record, kind))

    def _answers(self, wanted: Record, stage: Stage) -> Iterator[tuple[Address, FieldSpec, str]]:
        """What is to be typed where; whoever is named has a name before."""
        specs = [spec for spec in FIELDS.values() if spec.ask.stage <= stage]
        for spec in sorted(specs, key=lambda one: (_names_people(one), one.path != "currency")):
            if spec.entity in SINGLE:
                at = Address(spec.entity, spec.name)
                yield at, spec, self._text(wanted, spec, wanted.value(at))
                continue
            for mine, theirs in zip(self.record.rows(spec.entity), wanted.rows(spec.entity), strict=True):
                value = wanted.value(Address(spec.entity, spec.name, theirs.id))
                yield Address(spec.entity, spec.name, mine.id), spec, self._text(wanted, spec, value)

    def _text(self, record: Record, spec: FieldSpec, value: Any) -> str:
        """A value as it is typed, in the trial's record or in ours; people by their identity in ours."""
        if _names_people(spec) and value:
            ids = [person.id for person in record.people]
            several = value if isinstance(value, list) else [value]
            return ", ".join(str(self.record.people[ids.index(one)].id) for one in several)
        if spec.entity == ACCOUNT and spec.ask.kind is Kind.MONEY and value is not None:
            return f"{record.account.revenue_currency} {typed(value)}"
        return typed(value)


def _names_people(spec: FieldSpec) -> bool:
    return spec.ask.kind in (Kind.PERSON, Kind.PEOPLE)
