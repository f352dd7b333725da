"""Any sequence of edits: what is in memory is what is stored, and all of it can be undone and redone."""

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from oppwizard.errors import NotFound, OppwizardError
from oppwizard.i18n import T
from oppwizard.model.ask import Kind
from oppwizard.model.base import new_id
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk import Move, Walk
from tests.conftest import Template
from tests.walk.rows import assert_same, assert_stored, desk, dump

SPECS = list(FIELDS.values())
TEXTS = {
    Kind.MONEY: ["1,200", "$5k", "0", "many", "12.345", "-3"],
    Kind.CURRENCY: ["JPY", "usd", "KWD", "gold"],
    Kind.DATE: ["2026-12-18", "next fri", "+3w", "someday", "2027-02-30"],
    Kind.TIME: ["10:30", "25:00"],
    Kind.INTEGER: ["12", "0", "three dozen"],
    Kind.DECIMAL: ["7", "1.5", "0", "x"],
    Kind.PERCENT: ["10", "101", "30 %"],
    Kind.YES_NO: ["yes", "no", "perhaps"],
    Kind.EMAIL: ["a.b@harbortools.example.com", "nobody"],
    Kind.PHONE: ["+1 253 555 0142", "12"],
    Kind.PERSON: ["Dana Whitfield", "Luis Ferrer", "Somebody New", "Another One"],
    Kind.PEOPLE: ["Luis Ferrer, Priya Nand", "Nobody Known"],
    Kind.PICK: ["wholesale", "proposal", "web", "STK-SCAN", "monthly", "no such thing"],
}
WORDS = [
    "Stock counts differ by 6 %",
    "在庫差異6%",
    "TBD",
    "x",
    "Harbor Tools Incorporated",
    "Ann\nBob",
    "🤝 \u200b",
    "'--",
]


def texts_for(spec: FieldSpec) -> st.SearchStrategy[str]:
    known = TEXTS.get(spec.ask.kind, WORDS)
    if spec.choices is not None:
        known = [*(member.value for member in spec.choices), "unheard of"]
    return st.sampled_from(["", *known])


@st.composite
def steps(draw: st.DrawFn) -> tuple[Any, ...]:
    match draw(st.sampled_from(["set", "set", "set", "set", "add", "remove", "person", "hold"])):
        case "add":
            return ("add", draw(st.sampled_from(list(ROW_KINDS))))
        case "remove":
            return ("remove", draw(st.sampled_from(list(ROW_KINDS))), draw(st.integers(0, 3)))
        case "person":
            return ("person", draw(st.sampled_from(["Ann Lee", "Dana Whitfield", "林"])))
        case what:
            spec = draw(st.sampled_from(SPECS))
            return (what, spec, draw(st.integers(0, 3)), draw(texts_for(spec)))


def _address(record: Record, spec: FieldSpec, number: int) -> Address:
    if spec.entity not in ROW_KINDS:
        return Address(spec.entity, spec.name)
    rows = record.rows(spec.entity)
    if not rows and spec.ask.kind is Kind.PERSON:  # see test_a_refused_person_is_not_there
        raise NotFound(T("No such row"))
    return Address(spec.entity, spec.name, rows[number % len(rows)].id if rows else new_id())


def take(walk: Walk, record: Record, step: tuple[Any, ...]) -> Move | None:
    """Take a step; None where it was refused, which must leave no trace."""
    before, pending = dump(record, frozenset()), dict(record.pending)
    try:
        match step:
            case ("set", spec, number, text):
                return walk.set(record, _address(record, spec, number), text)
            case ("hold", spec, number, text):
                return walk.hold(record, _address(record, spec, number), text)
            case ("add", kind):
                return walk.add(record, kind)
            case ("person", name):
                return walk.add(record, "people", name=name)
            case ("remove", kind, number):
                rows = record.rows(kind)
                return walk.remove(record, kind, rows[number % len(rows)].id if rows else new_id())
    except OppwizardError:
        assert_same(dump(record, frozenset()), before)
        assert record.pending == pending
        return None
    raise AssertionError(step)


def _there_and_back(walk: Walk, record: Record, taken: list[tuple[Any, ...]]) -> None:
    first = dump(record)
    done = 0
    for step in taken:
        move = take(walk, record, step)
        if move is not None and move.batch is not None:
            walk.save(move)
            done += bool(move.batch.edits)
            assert_stored(walk, record)
    last, pending = dump(record), dict(record.pending)
    for _ in range(done):
        undone = walk.undo(record)
        assert undone is not None
        record = walk.save(undone).record
        assert_stored(walk, record)
    record.pending.clear()  # texts that are no value yet are not part of the log; what follows from them is
    assert_same(dump(record, _STAMPS), _without_summary(first))
    record.pending.update(pending)
    for _ in range(done):
        redone = walk.redo(record)
        assert redone is not None
        record = walk.save(redone).record
    assert walk.redo(record) is None
    assert_stored(walk, record)
    assert_same(dump(record), last)


_SUMMARY = frozenset({"title", "amount", "open_points", "open_stage", "search_key", "faults"})
_STAMPS = frozenset({"revision", "updated_at"}) | _SUMMARY


def _without_summary(rows: Any) -> Any:
    return {key: {k: v for k, v in row.items() if k not in _SUMMARY} for key, row in rows.items()}


@settings(max_examples=12)
@given(taken=st.lists(steps(), min_size=1, max_size=7))
@pytest.mark.parametrize("until", [Stage.CREATION, None], ids=["draft", "opportunity"])
def test_any_edits_are_undone_and_redone(template: Template, until: Stage | None, taken: list[Any]) -> None:
    with desk(template, until) as (walk, record):
        _there_and_back(walk, record, taken)


@settings(max_examples=12)
@given(taken=st.lists(steps().filter(lambda step: step[0] != "hold"), min_size=1, max_size=5))
def test_undone_to_the_very_beginning(template: Template, taken: list[Any]) -> None:
    """Summary columns included: a list shows the first state again."""
    with desk(template, None) as (walk, _):
        record = walk.start()
        first = dump(record)
        for step in taken:
            move = take(walk, record, step)
            if move is not None:
                walk.save(move)
        while (move := walk.undo(record)) is not None:
            record = walk.save(move).record
        assert_stored(walk, record)
        assert_same(dump(record), first)


def test_a_whole_stage_back_to_nothing_and_forth_again(template: Template) -> None:
    with desk(template, Stage.SCOPING) as (walk, record):
        last, steps_back = dump(record), 0
        while (move := walk.undo(record)) is not None:
            record = walk.save(move).record
            steps_back += 1
        assert steps_back > 50
        assert record.opportunity.stage == 1
        assert (record.people, record.competitors, record.passages) == ([], [], [])
        assert record.account.dba is None
        assert_stored(walk, record)
        while (move := walk.redo(record)) is not None:
            record = walk.save(move).record
        assert_same(dump(record), last)
