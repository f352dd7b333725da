"""The states of logged changes, by which undo and redo find their way."""

from collections.abc import Callable
from uuid import UUID

from oppwizard.data.store import Batch, Store
from oppwizard.data.tables import ChangeState
from oppwizard.model.base import new_id
from oppwizard.model.record import Record

Deal = Callable[..., Record]
Change_ = Callable[..., Batch]
DONE, UNDONE, DEAD, MARK = ChangeState.DONE, ChangeState.UNDONE, ChangeState.DEAD, ChangeState.MARK


def walk(store: Store, record: Record, change: Change_, *texts: str) -> list[UUID]:
    actions = [new_id() for _ in texts]
    for action, text in zip(actions, texts, strict=True):
        store.commit(change(record, record.opportunity, "owner", text, action=action, drop_redo=True))
    return actions


def states(store: Store, record: Record) -> list[tuple[str | None, ChangeState]]:
    return [(entry.new, entry.state) for entry in reversed(store.history(record.id)) if entry.field]


def test_undo_and_redo_move_the_states(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal())
    one, two = walk(store, record, change, "1", "2")

    store.commit(change(record, record.opportunity, "owner", "1", undoes=two))
    assert states(store, record) == [('"1"', DONE), ('"2"', UNDONE), ('"1"', MARK)]
    assert [entry.action for entry in store.last_done(record.id)] == [one]
    assert [entry.action for entry in store.next_redo(record.id)] == [two]

    store.commit(change(record, record.opportunity, "owner", "2", redoes=two))
    assert states(store, record) == [('"1"', DONE), ('"2"', DONE), ('"1"', MARK), ('"2"', MARK)]
    assert [entry.action for entry in store.last_done(record.id)] == [two]
    assert store.next_redo(record.id) == []


def test_redo_starts_with_what_was_undone_last(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal())
    one, two = walk(store, record, change, "1", "2")
    store.commit(change(record, record.opportunity, "owner", "1", undoes=two))
    store.commit(change(record, record.opportunity, "owner", None, undoes=one))

    assert [entry.action for entry in store.next_redo(record.id)] == [one]


def test_a_new_change_drops_what_could_be_redone(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record, bystander = save(store, new_deal()), save(store, new_deal())
    (one,) = walk(store, record, change, "1")
    (theirs,) = walk(store, bystander, change, "1")
    store.commit(change(record, record.opportunity, "owner", None, undoes=one))
    store.commit(change(bystander, bystander.opportunity, "owner", None, undoes=theirs))

    walk(store, record, change, "2")

    assert states(store, record) == [('"1"', DEAD), ("null", MARK), ('"2"', DONE)]
    assert store.next_redo(record.id) == []
    assert [entry.action for entry in store.next_redo(bystander.id)] == [theirs]


def test_a_visit_that_goes_on_after_an_undo_keeps_what_was_dropped_dropped(
    store: Store, new_deal: Deal, save: Deal, change: Change_
) -> None:
    record = save(store, new_deal())
    visit = new_id()
    for text in ("1", None, "2", None):
        undoes = visit if text is None else None
        action = new_id() if undoes else visit
        options = {"action": action, "undoes": undoes, "drop_redo": undoes is None, "merge": undoes is None}
        store.commit(change(record, record.opportunity, "owner", text, **options))

    assert states(store, record) == [('"1"', DEAD), ("null", MARK), ('"2"', UNDONE), ("null", MARK)]
    assert [entry.new for entry in store.next_redo(record.id)] == ['"2"']


def test_an_action_comes_whole_and_in_order(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal(full=True))

    changes = store.last_done(record.id)

    assert [entry.entity for entry in changes[:4]] == ["account", "opportunity", "contact", "stakeholder"]
    assert len({entry.action for entry in changes}) == 1
    assert [entry.seq for entry in changes] == sorted(entry.seq or 0 for entry in changes)


def test_nothing_done_nothing_to_undo(store: Store) -> None:
    assert store.last_done(new_id()) == []
    assert store.next_redo(new_id()) == []
