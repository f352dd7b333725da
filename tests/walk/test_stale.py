"""Two people on one record: the second one to save is told, and nothing is lost."""

from collections.abc import Iterator

import pytest

from oppwizard.context import Context
from oppwizard.errors import StaleWrite
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.walk import Move, Walk, open_walk
from tests.conftest import make_context
from tests.walk.rows import assert_stored


@pytest.fixture
def boss(walk: Walk, context: Context) -> Iterator[Walk]:
    """Somebody else, on the same store."""
    other = open_walk(make_context(context.store, "boss"))
    yield other
    other.store.close()


def stale(walk: Walk, move: Move) -> None:
    """The move cannot be saved, and leaves no trace in the store."""
    before = walk.store.revision(move.record.id)
    with pytest.raises(StaleWrite):
        walk.save(move)
    assert walk.store.revision(move.record.id) == before


def rebased(walk: Walk, *moves: Move) -> Record:
    """Put stale moves on the fresh record and save them; there must be no conflict."""
    fresh, standing, conflicts = walk.rebase(moves[0].record.id, [move.batch for move in moves if move.batch])
    assert conflicts == []
    for move in standing:
        walk.save(move)
    record = standing[-1].record if standing else fresh
    assert_stored(walk, record)
    return record


def line_of(record: Record, name: str, number: int = 1) -> Address:
    return Address("lines", name, record.lines[number - 1].id)


def test_the_same_field_is_a_conflict_with_both_values(walk: Walk, boss: Walk, finished: Record) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.set(theirs, address("budget_source"), "The CEO"))
    mine = walk.set(finished, address("budget_source"), "The CFO")
    stale(walk, mine)
    assert mine.batch is not None
    fresh, moves, conflicts = walk.rebase(finished.id, [mine.batch])
    assert moves == []
    assert fresh.opportunity.budget_source == "The CEO"
    assert [(c.path, c.theirs, c.mine) for c in conflicts] == [("budget_source", "The CEO", "The CFO")]
    assert "The CEO" in str(conflicts[0])
    assert "The CFO" in str(conflicts[0])
    assert walk.load(finished.id).opportunity.budget_source == "The CEO"


@pytest.mark.parametrize("number", [1, 2])
def test_a_conflict_in_a_row_says_in_which_row(walk: Walk, boss: Walk, finished: Record, number: int) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.set(theirs, line_of(theirs, "product", number), "Counting"))
    mine = walk.set(finished, line_of(finished, "product", number), "Scanning")
    stale(walk, mine)
    assert mine.batch is not None
    _, _, conflicts = walk.rebase(finished.id, [mine.batch])
    assert [c.path for c in conflicts] == [str(line_of(finished, "product", number))]


def test_the_same_value_is_no_conflict(walk: Walk, boss: Walk, finished: Record) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.set(theirs, address("budget_source"), "The CFO"))
    mine = walk.set(finished, address("budget_source"), "The CFO")
    stale(walk, mine)
    assert rebased(walk, mine).opportunity.budget_source == "The CFO"


def test_different_fields_merge(walk: Walk, boss: Walk, finished: Record) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.set(theirs, address("budget_source"), "The CEO"))
    mine = walk.set(finished, address("why_us"), "Live in six weeks")
    stale(walk, mine)
    merged = rebased(walk, mine)
    assert (merged.opportunity.budget_source, merged.opportunity.why_us) == ("The CEO", "Live in six weeks")
    authors = {change.field: change.who for change in walk.store.history(finished.id)[:2]}
    assert authors == {"why_us": "rep", "budget_source": "boss"}


def test_different_rows_merge(walk: Walk, boss: Walk, finished: Record) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.add(theirs, "lines", sku="THEIRS"))
    boss.save(boss.set(theirs, line_of(theirs, "product", 2), "Roll-out"))
    mine = walk.add(finished, "lines", sku="MINE")
    again = walk.set(finished, line_of(finished, "product", 1), "Counting")
    stale(walk, mine)
    merged = rebased(walk, mine, again)
    assert {line.sku for line in merged.lines} == {"STK-SCAN", "STK-IMPL", "THEIRS", "MINE"}
    assert [line.product for line in merged.lines[:2]] == ["Counting", "Roll-out"]


def test_an_edit_of_a_row_that_was_removed_meanwhile_falls_away(walk: Walk, boss: Walk, finished: Record) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.remove(theirs, "lines", theirs.lines[1].id))
    mine = walk.set(finished, line_of(finished, "product", 2), "Scanning")
    stale(walk, mine)
    assert [line.sku for line in rebased(walk, mine).lines] == ["STK-SCAN"]


def test_removing_what_was_removed_meanwhile(walk: Walk, boss: Walk, finished: Record) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.remove(theirs, "lines", theirs.lines[1].id))
    mine = walk.remove(finished, "lines", finished.lines[1].id)
    stale(walk, mine)
    assert [line.sku for line in rebased(walk, mine).lines] == ["STK-SCAN"]


def test_a_conflict_does_not_hold_up_the_steps_after_it(walk: Walk, boss: Walk, finished: Record) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.set(theirs, address("budget_source"), "The CEO"))
    first = walk.set(finished, address("budget_source"), "The CFO")
    second = walk.set(finished, address("why_us"), "Live in six weeks")
    stale(walk, first)
    assert first.batch is not None
    assert second.batch is not None
    _, moves, conflicts = walk.rebase(finished.id, [first.batch, second.batch])
    for move in moves:
        walk.save(move)
    stored = walk.load(finished.id).opportunity
    assert (stored.budget_source, stored.why_us, len(conflicts)) == ("The CEO", "Live in six weeks", 1)


def test_unreadable_texts_are_carried_over(walk: Walk, boss: Walk, finished: Record) -> None:
    theirs = boss.load(finished.id)
    boss.save(boss.set(theirs, address("budget_source"), "The CEO"))
    mine = walk.hold(finished, address("close_on"), "when they are ready")
    stale(walk, mine)
    assert rebased(walk, mine).pending == {"close_on": "when they are ready"}


def test_the_other_sees_what_was_saved(walk: Walk, boss: Walk, finished: Record) -> None:
    walk.save(walk.set(finished, address("budget_source"), "The CFO"))
    assert boss.load(finished.id).opportunity.budget_source == "The CFO"


def test_two_records_do_not_get_in_each_others_way(walk: Walk, boss: Walk) -> None:
    one, two = walk.start("Acme"), boss.start("Zeta")
    walk.save(walk.set(one, address("budget_source"), "CFO"))
    boss.save(boss.set(two, address("budget_source"), "CEO"))
    walk.save(walk.set(one, address("budget_source"), "COO"))
    assert walk.load(two.id).opportunity.budget_source == "CEO"
