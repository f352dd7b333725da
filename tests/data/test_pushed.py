"""The memory of pushes."""

from oppwizard.data.tables import Pushed
from oppwizard.model.base import new_id
from oppwizard.walk import Walk

CRM, TARGET = "hubspot", "api.example"


def row(identity: str, **values: object) -> Pushed:
    given = {"crm": CRM, "target": TARGET, "sheet": "deals", "identity": identity, "record_id": new_id(), **values}
    return Pushed(**given)  # type: ignore[arg-type]


def test_rows_are_found_by_their_keys_and_by_their_records(walk: Walk) -> None:
    memory = walk.store.pushed
    one, other = row("a"), row("b")
    memory.write([one, other, row("c", target="elsewhere"), row("a", crm="salesforce")])
    assert set(memory.known(CRM, TARGET, [("deals", "a")], [])) == {("deals", "a")}
    assert set(memory.known(CRM, TARGET, [("deals", "a")], [other.record_id])) == {("deals", "a"), ("deals", "b")}
    assert memory.known(CRM, TARGET, [("deals", "x")], []) == {}


def test_more_rows_than_a_statement_takes(walk: Walk) -> None:
    memory = walk.store.pushed
    rows = [row(str(number)) for number in range(700)]
    memory.write(rows)
    assert len(memory.known(CRM, TARGET, [("deals", one.identity) for one in rows], [])) == 700
    memory.forget(rows[:650])
    assert len(memory.known(CRM, TARGET, [("deals", one.identity) for one in rows], [])) == 50


def test_a_row_is_kept_once_whoever_writes_it(walk: Walk) -> None:
    memory = walk.store.pushed
    memory.write([row("a", wanted="1")])
    memory.write([row("a", wanted="2")])
    (kept,) = memory.known(CRM, TARGET, [("deals", "a")], []).values()
    assert kept.wanted == "2"


def test_unfinished_is_what_is_wanted_and_not_confirmed(walk: Walk) -> None:
    memory = walk.store.pushed
    wanted, confirmed = row("a", wanted="1"), row("b", wanted="1", digest="1")
    memory.write([wanted, confirmed, row("c", wanted="2", target="elsewhere")])
    assert memory.unfinished(CRM, TARGET) == [wanted.record_id]
