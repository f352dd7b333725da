"""A disk that is full, a store that others hold, a backup."""

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oppwizard.data import backup as backup_module, engine
from oppwizard.data.backup import backup
from oppwizard.data.store import Batch, Store
from oppwizard.data.trouble import translate
from oppwizard.errors import StaleWrite, StoreDamaged, StoreProblem, StoreReadOnly
from oppwizard.model.record import Record

pytestmark = pytest.mark.file

Deal = Callable[..., Record]
Change_ = Callable[..., Batch]


def limit_pages(store: Store, pages: int) -> None:
    driver: Any = store._write_connection().connection.driver_connection
    driver.execute(f"PRAGMA max_page_count={pages}")


def test_a_full_disk_loses_nothing_and_half_writes_nothing(
    store: Store, new_deal: Deal, save: Deal, change: Change_
) -> None:
    record = save(store, new_deal())
    limit_pages(store, 1)  # the smallest that SQLite takes is the size it has
    batch = change(record, record.opportunity, "business_problem", "x" * 20_000, summary={"title": "T"})

    with pytest.raises(StoreProblem, match=r"disk is full.*Free some space"):
        store.commit(batch)

    assert (record.opportunity.revision, record.opportunity.title) == (1, "")
    found = store.load(record.id).opportunity
    assert (found.business_problem, found.revision) == (None, 1)
    assert not [entry for entry in store.history(record.id) if entry.field]

    limit_pages(store, 1_000_000)
    store.commit(batch)
    assert store.load(record.id).opportunity.business_problem == "x" * 20_000


def test_a_store_that_another_program_holds_says_so(
    path: Path, new_deal: Deal, save: Deal, change: Change_, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    with Store.open(path) as store:
        record = save(store, new_deal())
        holder.execute("BEGIN IMMEDIATE")
        batch = change(record, record.opportunity, "owner", "x")

        with pytest.raises(StoreProblem, match="locked by another program"):
            store.commit(batch)
        assert store.load(record.id).opportunity.owner is None  # reading goes on

        holder.execute("ROLLBACK")
        store.commit(batch)
        assert record.opportunity.revision == 2
    holder.close()


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, StoreProblem, "disk reported an error"),
        (sqlite3.SQLITE_CORRUPT, StoreDamaged, "damaged"),
        (sqlite3.SQLITE_NOTADB, StoreDamaged, "damaged"),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreReadOnly, "only be read"),
        (sqlite3.SQLITE_CANTOPEN, StoreProblem, "cannot be opened"),
        (sqlite3.SQLITE_ERROR, StoreProblem, "cannot be read or written"),
    ],
)
def test_every_failure_has_its_words_and_a_remedy(path: Path, code: int, kind: type[StoreProblem], words: str) -> None:
    error = sqlite3.OperationalError("whatever")
    error.sqlite_errorcode = code

    found = translate(error, path)

    assert type(found) is kind
    assert words in str(found)
    assert found.remedy is not None


def test_a_broken_key_is_a_stale_write(path: Path) -> None:
    assert type(translate(sqlite3.IntegrityError(), path)) is StaleWrite


def test_a_backup_is_a_whole_store(path: Path, store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(owner="Ada"))
    target = path.with_name("copy.db")

    backup(path, target)

    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with Store.open(target) as copy:
        assert copy.load(record.id).opportunity.owner == "Ada"


def test_a_backup_that_fails_leaves_the_earlier_one(path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    target = path.with_name("copy.db")
    target.write_text("earlier")

    def fail(source: Path, into: Path, stop: object) -> None:
        into.write_text("half")
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(backup_module, "_copy", fail)

    with pytest.raises(StoreProblem):
        backup(path, target)

    assert target.read_text() == "earlier"
    assert not list(path.parent.glob(".copy*"))


def test_a_backup_into_a_missing_folder_is_refused(path: Path, store: Store) -> None:
    with pytest.raises(StoreProblem, match="cannot be written"):
        backup(path, path.parent / "missing" / "copy.db")
