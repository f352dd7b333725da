"""Backups made by themselves: when they are due, that they are whole, which are kept, and a disk without room."""

import datetime as dt
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, strategies as st

from oppwizard.data import backup as backup_module
from oppwizard.data.backup import Stopped, fault_in
from oppwizard.data.rotation import Kept, is_due, refuse_without_room, superseded, take
from oppwizard.data.shelf import Backup, backups_of, before_migration, dated, folder_of
from oppwizard.data.store import Batch, Store
from oppwizard.errors import StoreDamaged, StoreProblem
from oppwizard.model.record import Record
from tests.damage import spoil_a_table

pytestmark = pytest.mark.file

Deal = Callable[..., Record]
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def names(path: Path) -> list[str]:
    """What stands in the folder for backups."""
    return [each.name for each in folder_of(path).iterdir()]


def test_a_backup_is_whole_and_its_owners_alone(path: Path, store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(owner="Ada"))

    made = take(path, Kept(), NOON)

    assert made.path.parent == folder_of(path)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (made.path.parent, made.path)] == [0o700, 0o600]
    assert names(path) == [made.path.name]
    with Store.open(made.path) as copy:
        assert copy.load(record.id).opportunity.owner == "Ada"


def test_a_backup_is_due_when_the_last_one_is_old_enough_or_from_the_future(path: Path, store: Store) -> None:
    assert is_due(path, 24, NOON)
    take(path, Kept(), NOON)

    assert not is_due(path, 24, NOON + dt.timedelta(hours=23))
    assert is_due(path, 24, NOON + DAY)
    assert is_due(path, 24, NOON - DAY), "the clock was set back: nobody waits until it has caught up"
    assert not is_due(path.with_name("other.db"), 24, NOON)


@given(st.lists(st.integers(0, 900), unique=True, max_size=80), st.integers(1, 9), st.integers(0, 6))
def test_what_is_kept_is_bounded_and_the_newest_is_among_it(hours: list[int], daily: int, weekly: int) -> None:
    backups = [Backup(NOON - dt.timedelta(hours=hour), Path(f"{hour}.db")) for hour in hours]

    gone = superseded(backups, Kept(daily, weekly))

    kept = set(backups) - set(gone)
    days = {one.at.date() for one in backups}
    assert len(kept) <= daily + weekly
    assert not backups or max(backups) in kept
    assert {one.at.date() for one in kept} >= set(sorted(days, reverse=True)[:daily])


def test_older_backups_go_by_days_and_weeks(path: Path, store: Store) -> None:
    for days in (40, 22, 15, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0):
        take(path, Kept(7, 4), NOON - days * DAY)

    kept = [one.at.date() for one in backups_of(path)]

    assert kept[:7] == [(NOON - days * DAY).date() for days in range(7)]
    assert [day.isoformat() for day in kept[7:]] == ["2026-11-15", "2026-11-08"]


def test_a_damaged_store_takes_no_backup_away(path: Path, new_deal: Deal, save: Deal) -> None:
    with Store.open(path) as store:
        save(store, new_deal(full=True))
    first = take(path, Kept(1, 0), NOON)
    spoil_a_table(path)

    with pytest.raises(StoreDamaged, match="damaged"):
        take(path, Kept(1, 0), NOON + DAY)

    assert [one.path for one in backups_of(path)] == [first.path]
    assert names(path) == [first.path.name]


def test_a_full_disk_leaves_store_and_backups_as_they_were(
    path: Path, store: Store, new_deal: Deal, save: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store, new_deal())
    first = take(path, Kept(1, 0), NOON)
    copy = backup_module._copy

    def fill(source: Path, target: Path, stop: Callable[[], bool]) -> None:
        copy(source, target, stop)
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise full

    monkeypatch.setattr(backup_module, "_copy", fill)

    with pytest.raises(StoreProblem, match=r"backup .* cannot be written"):
        take(path, Kept(1, 0), NOON + DAY)

    assert names(path) == [first.path.name]
    assert fault_in(first.path) is None
    save(store, new_deal())


def test_a_disk_that_is_nearly_full_is_left_alone(path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_without_room(path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=20_000_000))

    with pytest.raises(StoreProblem, match="nearly full"):
        refuse_without_room(path)


def test_a_backup_can_be_let_be(path: Path, store: Store, new_deal: Deal, save: Deal) -> None:
    save(store, new_deal())
    with pytest.raises(Stopped):
        take(path, Kept(), NOON, lambda: True)

    assert not names(path)


def test_half_a_copy_that_was_left_behind_is_swept_away(path: Path, store: Store) -> None:
    folder = folder_of(path)
    folder.mkdir()
    old, fresh = folder / ".store-1.db.77.part", folder / ".store-2.db.78.part"
    for part in (old, fresh):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))

    take(path, Kept(), NOON)

    assert not old.exists()
    assert fresh.exists(), "somebody may be at it just now"


def test_others_write_while_a_backup_is_made(
    path: Path, store: Store, new_deal: Deal, save: Deal, change: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = save(store, new_deal(full=True))
    monkeypatch.setattr(backup_module, "_STEP", 1)
    steps: list[int] = []

    def write_between() -> bool:
        if threading.current_thread() is threading.main_thread() and len(steps) < 20:
            store.commit(change(record, record.opportunity, "owner", f"rep {len(steps)}"))
            steps.append(1)
        return False

    made = take(path, Kept(), NOON, write_between)

    assert len(steps) == 20
    with Store.open(made.path) as copy:
        assert copy.load(record.id).opportunity.owner is None, "it is of the instant at which it began"


def test_copies_before_a_migration_are_listed_and_never_rotated_away(path: Path, store: Store) -> None:
    earlier = before_migration(path, "0003", NOON - 700 * DAY)
    shutil.copy(path, earlier)

    take(path, Kept(1, 0), NOON)

    assert [(one.path, one.revision) for one in backups_of(path)] == [(dated(path, NOON), ""), (earlier, "0003")]


@pytest.mark.parametrize("name", ["store", "store.db", "st[o]re.db", ".db", "店.db"])
def test_backups_are_found_by_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Store.open(path).close()

    made = take(path, Kept(), NOON)

    assert backups_of(path) == [made]
    assert not backups_of(tmp_path / "other.db")
