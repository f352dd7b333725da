"""What an audit counts of a record, kept with it as bits, so that 100,000 records are counted in one pass (Q3).

A bit says that a required field is answered, another that something is wrong. The order of both is the order of their
declarations; `version` changes with them, and with the playbook's wording nothing does: facts are as of the last save.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from oppwizard.checks.mistakes import DETECTORS, reached
from oppwizard.checks.score import answers_in
from oppwizard.i18n import T, Text
from oppwizard.model.ask import Need
from oppwizard.model.enums import Severity, Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec, of_fields
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.process.case import Case
from oppwizard.process.gates import Verdict

_SEARCHES: Final = "searches"
"""Nobody must look for anybody: its fields are required only of a row that is there."""
ROOM: Final = 63
"""So many bits a column has."""


@of_fields
def _required() -> tuple[FieldSpec, ...]:
    return tuple(spec for spec in FIELDS.values() if spec.ask.need is Need.REQUIRED and spec.entity != _SEARCHES)


@of_fields
def singles() -> tuple[FieldSpec, ...]:
    """The required fields that a record has once, as far as there is room: bit 0 is the first one's."""
    return tuple(spec for spec in _required() if spec.entity not in ROW_KINDS)[:ROOM]


@of_fields
def of_rows() -> tuple[FieldSpec, ...]:
    """The required fields of rows, answered when there is a row and every row answers it; then what found no room."""
    rest = [spec for spec in _required() if spec.entity not in ROW_KINDS][ROOM:]
    return (*(spec for spec in _required() if spec.entity in ROW_KINDS), *rest)[:ROOM]


@of_fields
def _kinds() -> dict[str, tuple[tuple[FieldSpec, int], ...]]:
    """The fields of each kind of row, with their bits."""
    numbered = [(spec, 1 << number) for number, spec in enumerate(of_rows())]
    kinds = dict.fromkeys(spec.entity for spec, _bit in numbered)
    return {kind: tuple(each for each in numbered if each[0].entity == kind) for kind in kinds}


class Fault(IntFlag):
    """What is wrong with a record: the five mistakes, and what accuracy, activity and documentation want."""

    M1 = 1
    M2 = 2
    M3 = 4
    M4 = 8
    M5 = 16
    AMOUNT = 32
    DATE = 64
    STAGE = 128
    ACTIVITY = 256
    NOTES = 512
    PLAN = 1024

    @property
    def label(self) -> Text:
        """What it is about; the five mistakes have their titles from the coach.

        Raises:
            KeyError: it is one of the five mistakes, or several faults.
        """
        return _LABELS[self]


_LABELS: Final = {
    Fault.AMOUNT: T("amount"),
    Fault.DATE: T("close date"),
    Fault.STAGE: T("stage and probability"),
    Fault.ACTIVITY: T("next steps and talks"),
    Fault.NOTES: T("notes and files"),
    Fault.PLAN: T("plan"),
}
MISTAKES: Final = (Fault.M1, Fault.M2, Fault.M3, Fault.M4, Fault.M5)
ACCURACY: Final = (Fault.AMOUNT, Fault.DATE, Fault.STAGE)
DOCUMENTATION: Final = (Fault.NOTES, Fault.PLAN)
_CODES: Final = {
    Fault.AMOUNT: ("amount.", "sizing.", "value.", "money.", "lines."),
    Fault.DATE: ("close.", "cycle.", "timeline."),
    Fault.STAGE: ("stage.", "probability."),
    Fault.ACTIVITY: ("next_step.", "plan.overdue", "engagement.overdue", "committee.search_overdue", "relationship."),
}
"""The findings that say so, by the beginning of their codes; hints do not count."""


@of_fields
def version() -> int:
    """By which list of fields and faults a record's facts are worked out."""
    return zlib.crc32(repr([*(spec.path for spec in _required()), list(Fault), _CODES, "1"]).encode()) & 0x7FFFFFFF


@dataclass(frozen=True, slots=True)
class Facts:
    """The bits of a record.

    Attributes:
        answered: which of `singles` are answered.
        answered_rows: which of `of_rows` are.
        faults: what is wrong.
    """

    answered: int
    answered_rows: int
    faults: Fault


def facts(case: Case, verdict: Verdict) -> Facts:
    """The facts of a record on a day.

    Args:
        verdict: what the gates and the checks say.
    """
    return Facts(
        _bits(_single(case, spec) for spec in singles()),
        sum(_of_rows(case, kind) for kind in _kinds()),
        _faults(case, verdict),
    )


def due_stage(open_stage: int, exists: bool) -> int:
    """The last stage whose fields are due: the one a record is in, of an opportunity at least the fourth.

    Args:
        open_stage: the first stage whose gate is closed, 7 where none is.
    """
    return min(max(open_stage, Stage.CREATION if exists else 0), Stage.STRATEGY)


@of_fields
def due(stage: int) -> tuple[int, int]:
    """Which bits of `singles` and of `of_rows` are due up to a stage, itself included."""
    return _bits(spec.ask.stage <= stage for spec in singles()), _bits(spec.ask.stage <= stage for spec in of_rows())


def _bits(said: Iterable[bool]) -> int:
    return sum(1 << number for number, yes in enumerate(said) if yes)


def _single(case: Case, spec: FieldSpec) -> bool:
    return answers_in(case, spec, case.record.holder(Address(spec.entity)))


def _of_rows(case: Case, kind: str) -> int:
    """The bits of a kind's fields that every row answers; none where there is no row."""
    rows = case.record.rows(kind) if kind in ROW_KINDS else [case.record.holder(Address(kind))]
    if not rows:
        return 0
    return sum(bit for spec, bit in _kinds()[kind] if all(answers_in(case, spec, row) for row in rows))


def _faults(case: Case, verdict: Verdict) -> Fault:
    found = Fault(0)
    for number, detect in enumerate(DETECTORS.values()):
        if any(True for _ in detect(case, verdict, ())):
            found |= MISTAKES[number]
    last = max(reached(case), Stage.CREATION) if case.record.exists else reached(case)
    told = [point.code for point in verdict.findings if point.stage <= last and point.severity is not Severity.INFO]
    for fault, beginnings in _CODES.items():
        if any(code.startswith(beginnings) for code in told):
            found |= fault
    deal = case.record.opportunity
    if deal.close_on is not None and deal.close_on < case.today and not case.record.is_closed:
        found |= Fault.DATE
    return found | _undocumented(case.record)


def _undocumented(record: Record) -> Fault:
    """What is written down nowhere; the plan is asked of opportunities alone."""
    written = record.notes or record.attachments or any(talk.outcome for talk in record.touchpoints)
    found = Fault(0) if written else Fault.NOTES
    return found | Fault.PLAN if record.exists and not record.plan else found
