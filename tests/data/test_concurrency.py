"""Several writers on one file, and writers that die."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from oppwizard.data.store import Author, Batch, Edit, Op, Store
from oppwizard.errors import StaleWrite
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record

Deal = Callable[..., Record]
Change_ = Callable[..., Batch]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def test_a_stale_write_is_refused_and_memory_left_alone(
    path: Path, store: Store, new_deal: Deal, save: Deal, change: Change_
) -> None:
    record = save(store, new_deal())
    with Store.open(path) as other:
        theirs = other.load(record.id)
        other.commit(change(theirs, theirs.opportunity, "owner", "theirs"))
    before = record.opportunity.updated_at

    with pytest.raises(StaleWrite, match="changed elsewhere"):
        store.commit(change(record, record.opportunity, "name", "mine", summary={"title": "mine"}))

    assert (record.opportunity.revision, record.opportunity.updated_at, record.opportunity.title) == (1, before, "")
    found = store.load(record.id).opportunity
    assert (found.owner, found.name) == ("theirs", None)
    assert [entry.field for entry in store.history(record.id)].count("name") == 0


def test_different_rows_of_one_record_are_guarded_too(
    store: Store, new_deal: Deal, save: Deal, change: Change_
) -> None:
    record = save(store, new_deal(full=True))
    theirs = store.load(record.id)
    store.commit(change(theirs, theirs.lines[0], "sku", "X"))

    with pytest.raises(StaleWrite):
        store.commit(change(record, record.team[0], "name", "Ada"))


def test_an_account_shared_by_two_deals_is_guarded(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal())
    other = store.load(record.id)
    other.opportunity = new_deal(account=other.account).opportunity
    insert = Edit(Op.INSERT, type(other.opportunity), other.id, new=other.opportunity)
    store.commit(Batch(other, [insert], {}, Author("me")))
    store.commit(change(other, other.account, "dba", "Renamed"))

    with pytest.raises(StaleWrite):
        store.commit(change(record, record.account, "dba", "Mine"))


def test_a_row_that_is_gone_is_stale(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(full=True))
    line = record.lines.pop(0)

    with pytest.raises(StaleWrite):
        store.commit(Batch(record, [Edit(Op.SET, LineItem, line.id, "sku", "A", "Z")], {}, Author("me")))


@pytest.mark.parametrize("stores", [1, 2])
def test_two_threads_lose_no_increment(
    path: Path, store: Store, new_deal: Deal, save: Deal, change: Change_, stores: int
) -> None:
    record = save(store, new_deal(term_months=0))
    opened = [store] if stores == 1 else [store, Store.open(path)]

    def count(mine: Store, times: int) -> None:
        while times:
            held = mine.load(record.id)
            try:
                mine.commit(change(held, held.opportunity, "term_months", (held.opportunity.term_months or 0) + 1))
                times -= 1
            except StaleWrite:
                pass

    threads = [threading.Thread(target=count, args=(opened[number % stores], 40)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for extra in opened[1:]:
        extra.close()

    found = store.load(record.id).opportunity
    assert (found.term_months, found.revision) == (80, 81)
    assert len(store.history(record.id)) == 82


def test_the_data_version_tells_of_others_only(
    path: Path, store: Store, new_deal: Deal, save: Deal, change: Change_
) -> None:
    record = save(store, new_deal())
    before = store.data_version()
    store.commit(change(record, record.opportunity, "owner", "mine"))
    assert store.data_version() == before

    with Store.open(path) as other:
        theirs = other.load(record.id)
        other.commit(change(theirs, theirs.opportunity, "owner", "theirs"))
    assert store.data_version() != before


def test_the_data_version_waits_for_nobody(store: Store) -> None:
    before = store.data_version()
    with store._lock:
        assert store.data_version() == before


def child(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
        os._exit(0)
    except BaseException:
        os._exit(1)


@needs_fork
def test_two_programs_may_create_the_same_store(path: Path) -> None:
    children = [child(lambda: Store.open(path).close()) for _ in range(4)]

    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4


@needs_fork
def test_a_kill_loses_no_acknowledged_commit(path: Path, new_deal: Deal, save: Deal, change: Change_) -> None:
    with Store.open(path) as store:
        record = save(store, new_deal(term_months=0))

    for kill in range(10):
        acknowledged = _run_until_killed(path, record, change, 0.02 + 0.015 * kill)
        with Store.open(path) as store:
            found = store.load(record.id).opportunity.term_months or 0
            counted = sum(entry.field == "term_months" for entry in store.history(record.id, limit=100_000))
        assert found >= acknowledged
        assert counted == found
    assert found > 10, "the processes hardly wrote anything before they were killed"


def _run_until_killed(path: Path, record: Record, change: Change_, seconds: float) -> int:
    """The last number that a process said it had committed before it was killed."""
    reading, writing = os.pipe()

    def work() -> None:
        store = Store.open(path)
        held = store.load(record.id)
        while True:
            number = (held.opportunity.term_months or 0) + 1
            store.commit(change(held, held.opportunity, "term_months", number))
            os.write(writing, f"{number}\n".encode())

    pid = child(work)
    os.close(writing)
    first = os.read(reading, 64).decode()  # the clock runs from the first commit, however slowly the process starts
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with os.fdopen(reading) as stream:
        return max(int(line) for line in (first + stream.read()).split())
