"""A walk on trial: the program answers everything itself, in memory, to show that a walk can be completed.

`playbook check` does it, nothing else does: it takes up to a second or two, and where the program finds no walk, a
person may still find one.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from oppwizard.i18n import T, Text
from oppwizard.model.enums import Stage
from oppwizard.model.fields import CUSTOM, FIELDS, ROW_KINDS, custom_model, declare
from oppwizard.model.findings import Address, Finding, address
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.playbook.faults import Fault
from oppwizard.playbook.loading import Examined
from oppwizard.playbook.section import Place, Wrong
from oppwizard.process.rules import CODE
from oppwizard.walk.sample import script
from oppwizard.walk.trial.draft import Draft
from oppwizard.walk.trial.search import Search

MOST: Final = 600
"""So many times a record is judged before the trial gives up."""
_KEYED: Final = {"team": "role", "risks": "category", "people": "name"}


@dataclass(frozen=True, slots=True)
class Trial:
    """How a walk on trial ended.

    Attributes:
        record: with the answers that were found.
        stage: the stage whose gate stayed closed; None where all opened.
        left: what stayed open there.
        opposed: the names of the rules that could not be kept together there.
        judged: how often the record was judged.
    """

    record: Record
    stage: Stage | None
    left: tuple[Finding, ...] = ()
    opposed: frozenset[str] = frozenset()
    judged: int = 0


def try_out(playbook: Playbook, today: date, passed: Callable[[Stage, Record], None] | None = None) -> Trial:
    """Walk a record through all six gates of a playbook. Always the same for the same playbook on the same day.

    Args:
        today: the day on which it is walked, from the first answer to the last.
        passed: is shown the record each time that a gate has opened.
    """
    with _fields_of(playbook):
        lines = script()
        draft = Draft(playbook, today)
        search = Search(draft, lines, MOST)
        for stage in Stage:
            draft.until = stage
            _known(draft, lines, stage)
            left = search.settle()
            if left:
                return Trial(draft.record, stage, tuple(left), frozenset(search.opposed(left)), MOST - search.left)
            if stage is Stage.CREATION:
                draft.create()
            if passed is not None:
                passed(stage, draft.record)
        return Trial(draft.record, None, judged=MOST - search.left)


@contextlib.contextmanager
def _fields_of(playbook: Playbook) -> Iterator[None]:
    """Let the playbook's own fields be the declared ones for a while."""
    before = custom_model()
    declare(playbook.custom)
    try:
        yield
    finally:
        declare(before)


def _known(draft: Draft, lines: Mapping[str, Any], stage: Stage) -> None:
    """Answer what the sample deal answers in a stage, as far as the playbook takes it."""
    for kind in ROW_KINDS:
        for position, values in enumerate(lines.get(kind, ())):
            mine = {name: text for name, text in values.items() if FIELDS[f"{kind}.{name}"].ask.stage is stage}
            if not mine:
                continue
            row = _row(draft, kind, values, position)
            if row is None:
                draft.add(kind, mine)
                continue
            for name, text in mine.items():
                draft.answer(Address(kind, name, row.id), text)
    for path, text in lines["answers"].items():
        if FIELDS[path].ask.stage is stage:
            draft.answer(address(path), text)


def _row(draft: Draft, kind: str, values: Mapping[str, str], position: int) -> Any:
    """The row that a row of the sample deal is already."""
    rows, key = draft.record.rows(kind), _KEYED.get(kind)
    if key is None:
        return rows[position] if position < len(rows) else None
    wanted = values.get(key, "").casefold()
    return next((row for row in rows if wanted in _called(getattr(row, key))), None)


def _called(value: Any) -> tuple[str, ...]:
    names = (value, getattr(value, "value", ""), getattr(value, "label", ""))
    return tuple(str(name).casefold() for name in names if name)


# What is to be said of it


def walk_faults(examined: Examined, today: date) -> list[Fault]:
    """What keeps a walk by a sound playbook from being completed on a day, as far as a trial shows."""
    if examined.playbook is None:
        return []
    trial = try_out(examined.playbook, today)
    wrong = _wrong(examined.playbook, trial) if trial.stage is not None else None
    return [examined.fault_at(wrong.at, wrong.problem, wrong.remedy)] if wrong is not None else []


def _wrong(playbook: Playbook, trial: Trial) -> Wrong:
    """What a trial that did not end says of its playbook."""
    own = [point for point in trial.left if not point.code.startswith(CODE)]
    rules = [number for number, rule in enumerate(playbook.rules) if rule.name in trial.opposed]
    if not rules:
        return Wrong(_place_of(playbook, own[0]), _stopped(trial, own[0].message), own[0].remedy)
    names = ", ".join(playbook.rules[number].name for number in rules)
    remedy = T("Change or take away one of them. If you know answers that keep them all, the playbook still works.")
    if own:
        why = T("with the rules {rules} this stays open: {point}", rules=names, point=own[0].message)
    elif len(rules) > 1:
        why = T("no way was found of keeping the rules {rules} together", rules=names)
    else:
        why = T("no way was found of keeping the rule {rules}", rules=names)
        remedy = T("Loosen it. If you know answers that keep it, the playbook still works.")
    return Wrong(("rules", rules[-1], "must"), _stopped(trial, why), remedy)


def _stopped(trial: Trial, why: Text) -> Text:
    assert trial.stage is not None
    return T("A trial walk ends before gate {gate}: {reason}", gate=int(trial.stage), reason=why)


def _place_of(playbook: Playbook, point: Finding) -> Place:
    """The setting that an open point of the walk itself comes from, where that is plain."""
    if point.at.entity != CUSTOM:
        return ()
    return ("fields", [field.name for field in playbook.fields].index(point.at.name))
