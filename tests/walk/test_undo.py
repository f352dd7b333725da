"""Undo and redo, step by step, and the log behind them."""

import pytest
import time_machine

from oppwizard.context import Context
from oppwizard.data.tables import Op
from oppwizard.errors import Refused
from oppwizard.model.base import new_id
from oppwizard.model.enums import Stage
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk
from tests.conftest import make_context
from tests.walk.rows import assert_stored

SOURCE = Address("opportunity", "budget_source")


def put(walk: Walk, record: Record, path: str, text: str) -> None:
    walk.save(walk.set(record, address(path), text))


def test_there_and_back(walk: Walk) -> None:
    record = walk.start("Acme")
    put(walk, record, "budget_source", "CFO")
    put(walk, record, "budget_source", "The CFO, by phone")
    seen = []
    while (move := walk.undo(record)) is not None:
        record = walk.save(move).record
        seen.append((record.opportunity.budget_source, record.account.dba))
    assert seen == [("CFO", "Acme"), (None, "Acme"), (None, None)]
    while (move := walk.redo(record)) is not None:
        record = walk.save(move).record
    assert (record.opportunity.budget_source, record.account.dba) == ("The CFO, by phone", "Acme")


def test_a_new_edit_drops_what_could_be_redone(walk: Walk) -> None:
    record = walk.start("Acme")
    put(walk, record, "budget_source", "CFO")
    undone = walk.undo(record)
    assert undone is not None
    record = walk.save(undone).record
    put(walk, record, "fit_reason", "Offline scanning is standard")
    assert walk.redo(record) is None
    assert record.opportunity.budget_source is None


def test_undo_survives_closing_and_opening(walk: Walk, context: Context) -> None:
    record = walk.start("Acme")
    put(walk, record, "budget_source", "CFO")
    walk.store.close()
    again = open_walk(context)
    undone = again.undo(again.load(record.id))
    assert undone is not None
    again.save(undone)
    again.store.close()
    third = open_walk(context)
    loaded = third.load(record.id)
    assert loaded.opportunity.budget_source is None
    redone = third.redo(loaded)
    assert redone is not None
    assert redone.record.opportunity.budget_source == "CFO"
    third.store.close()


def test_creation_cannot_be_undone(walk: Walk, draft: Record) -> None:
    walk.save(walk.create(draft))
    put(walk, draft, "initial_note", "Written anew after creation")
    undone = walk.undo(draft)
    assert undone is not None
    record = walk.save(undone).record
    for _ in range(2):
        with pytest.raises(Refused, match="cannot be undone"):
            walk.undo(record)
    assert record.exists
    assert_stored(walk, record)
    assert walk.load(record.id).exists


@pytest.mark.file
def test_one_stay_in_a_field_is_one_step(walk: Walk) -> None:
    record = walk.start("Acme")
    visit = new_id()
    for text in ("T", "The", "The CFO"):
        walk.save(walk.set(record, SOURCE, text, visit=visit))
    mine = [change for change in walk.store.history(record.id) if change.field == "budget_source"]
    assert [(change.old, change.new) for change in mine] == [("null", '"The CFO"')]
    undone = walk.undo(record)
    assert undone is not None
    assert undone.record.opportunity.budget_source is None


def test_two_stays_are_two_steps(walk: Walk) -> None:
    record = walk.start("Acme")
    walk.save(walk.set(record, SOURCE, "CFO", visit=new_id()))
    walk.save(walk.set(record, SOURCE, "CEO", visit=new_id()))
    undone = walk.undo(record)
    assert undone is not None
    assert undone.record.opportunity.budget_source == "CFO"


def test_what_follows_from_an_answer_is_undone_with_it(walk: Walk) -> None:
    record = walk.start("Acme")
    put(walk, record, "decision_maker_id", "Dana Whitfield")
    assert len(record.people) == 1
    undone = walk.undo(record)
    assert undone is not None
    record = walk.save(undone).record
    assert record.people == []
    assert record.opportunity.decision_maker_id is None
    assert_stored(walk, record)


def test_a_removed_person_comes_back_with_all_that_referred_to_them(walk: Walk, finished: Record) -> None:
    dana = finished.people[1]
    walk.save(walk.remove(finished, "people", dana.id))
    assert finished.opportunity.decision_maker_id is None
    assert finished.people[0].stakeholder.reports_to_id is None
    assert all(dana.id not in touch.people for touch in finished.touchpoints)
    assert not walk.verdict(finished).complete
    undone = walk.undo(finished)
    assert undone is not None
    record = walk.save(undone).record
    assert record.opportunity.decision_maker_id == dana.id
    assert record.people[0].stakeholder.reports_to_id == dana.id
    assert dana.id in record.touchpoints[0].people
    assert walk.verdict(record).complete
    assert_stored(walk, record)


def test_a_removed_row_comes_back_with_what_was_half_typed_in_it(walk: Walk, finished: Record) -> None:
    touch = finished.touchpoints[0]
    at = Address("touchpoints", "on", touch.id)
    walk.save(walk.hold(finished, at, "the day after the fair"))
    assert not walk.verdict(finished).complete
    walk.save(walk.remove(finished, "touchpoints", touch.id))
    assert finished.unread == {}
    assert "unreadable" not in {finding.code for finding in walk.verdict(finished).findings}
    undone = walk.undo(finished)
    assert undone is not None
    record = walk.save(undone).record
    assert record.unread == {str(at): "the day after the fair"}
    assert_stored(walk, record)


def test_an_undone_edit_that_reached_the_same_value_again(walk: Walk) -> None:
    """A, B, A: each of the two steps is taken back by itself."""
    record = walk.start("Acme")
    for text in ("CFO", "CEO", "CFO"):
        put(walk, record, "budget_source", text)
    values = []
    for _ in range(3):
        undone = walk.undo(record)
        assert undone is not None
        record = walk.save(undone).record
        values.append(record.opportunity.budget_source)
    assert values == ["CEO", "CFO", None]


def test_entering_a_stage_can_be_undone(walk: Walk, draft: Record) -> None:
    assert draft.opportunity.stage == Stage.CREATION
    undone = walk.undo(draft)
    assert undone is not None
    record = walk.save(undone).record
    assert record.opportunity.stage == Stage.DATA_COLLECTION
    assert [p.stage for p in record.passages] == [1, 2]
    assert record.opportunity.initial_note is None


# The log


def test_every_edit_is_logged_with_who_old_and_new(walk: Walk) -> None:
    record = walk.start("Acme")
    put(walk, record, "term_months", "12")
    walk.save(walk.set(record, address("term_months"), "36", reason="They asked for three years"))
    newest = walk.store.history(record.id)[0]
    assert (newest.who, newest.field, newest.old, newest.new) == ("rep", "term_months", "12", "36")
    assert newest.reason == "They asked for three years"
    assert newest.op is Op.SET
    assert newest.row_id == record.id


def test_rows_are_logged_whole(walk: Walk) -> None:
    record = walk.start("Acme")
    row = walk.save(walk.add(record, "lines", sku="STK-1")).row
    assert row is not None
    walk.save(walk.remove(record, "lines", row))
    deleted, inserted = walk.store.history(record.id)[:2]
    assert (inserted.op, inserted.entity, inserted.row_id, inserted.old) == (Op.INSERT, "line_item", row, None)
    assert '"sku":"STK-1"' in (inserted.new or "")
    assert (deleted.op, deleted.row_id, deleted.new) == (Op.DELETE, row, None)
    assert '"sku":"STK-1"' in (deleted.old or "")


def test_undo_is_logged_too(walk: Walk) -> None:
    record = walk.start("Acme")
    put(walk, record, "budget_source", "CFO")
    undone = walk.undo(record)
    assert undone is not None
    walk.save(undone)
    newest = walk.store.history(record.id)[0]
    assert (newest.field, newest.old, newest.new, newest.who) == ("budget_source", '"CFO"', "null", "rep")


def test_each_change_carries_its_own_author(walk: Walk, context: Context) -> None:
    record = walk.start("Acme")
    other = open_walk(make_context(context.store, "boss"))
    theirs = other.load(record.id)
    put(other, theirs, "budget_source", "CFO")
    other.store.close()
    assert [change.who for change in walk.store.history(record.id)[:2]] == ["boss", "rep"]


def test_the_same_answer_again_is_no_edit(walk: Walk, finished: Record) -> None:
    before = len(walk.store.history(finished.id, limit=10_000))
    move = walk.set(finished, address("term_months"), "36")
    assert move.batch is None
    walk.save(move)
    assert len(walk.store.history(finished.id, limit=10_000)) == before


def test_a_change_of_close_date_is_logged_with_who_validated_it(walk: Walk, finished: Record) -> None:
    put(walk, finished, "close_on", "+10w")
    put(walk, finished, "close_validated_by", "Luis Ferrer")
    logged = {(change.field, change.new) for change in walk.store.history(finished.id)[:4]}
    assert ("close_on", '"2027-02-01"') in logged
    assert ("close_validated_by", '"Luis Ferrer"') in logged
    assert ("close_validated_by", "null") in logged


def test_rows_stand_in_one_order_although_the_clock_was_set_back(walk: Walk, finished: Record) -> None:
    with time_machine.travel("2026-11-23T12:00Z"):
        record = walk.save(walk.add(finished, "risks", description="The first one")).record
    with time_machine.travel("2026-11-23T11:00Z"):
        walk.save(walk.add(record, "risks", description="Begun before it, by the clock"))
    record = walk.load(finished.id)
    put(walk, record, "budget_source", "The CFO, by phone")
    move = walk.undo(record)
    assert move is not None
    assert_stored(walk, walk.save(move).record)
