"""Putting a backup in the place of a store: examined first, what stood there set aside, all of it or nothing."""

import contextlib
import datetime as dt
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oppwizard.data import schema
from oppwizard.data.backup import backup, fault_in, flush_folder
from oppwizard.data.header import MAGIC, log_of
from oppwizard.data.shelf import backups_of, stamp, typed
from oppwizard.errors import InvalidInput, NotFound, StoreProblem
from oppwizard.i18n import T, Text

_SHARED: Final = 0x40000002, 510
"""The bytes that SQLite locks for as long as a connection is open: where they begin, and how many."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restoring did.

    Attributes:
        source: the backup that is the store now.
        aside: what stood in its place before, under its new name; None where there was nothing.
        passed_over: newer backups that are damaged themselves.
    """

    source: Path
    aside: Path | None
    passed_over: tuple[Path, ...] = ()


def restore(store: Path, source: Path | None, now: dt.datetime) -> Restored:
    """Put a backup in the place of a store; nothing is deleted.

    Args:
        source: the backup; without one the newest that is good.

    Raises:
        NotFound: there is no such backup, or none at all.
        InvalidInput: the backup is damaged, or no store.
        StoreTooNew: a newer version wrote it.
        StoreProblem: another program has the store open, or the files cannot be written.
    """
    chosen, passed_over = (_examined(store, source), []) if source else _newest_good(store)
    schema.refuse_newer(chosen)
    _refuse_open(store)
    part = store.with_name(f".{store.name}.restoring-{stamp(now)}.db")
    try:
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        backup(chosen, part)
        if store.exists():
            shutil.copymode(store, part)
        aside = _set_aside(store, store.with_name(f"{store.name}.before-restore-{stamp(now)}"))
        part.replace(store)
        flush_folder(store.parent)
    except OSError as error:
        raise StoreProblem(
            T("{path} cannot be restored: {cause}.", path=store, cause=error.strerror or error),
            T("Close every program that has the store open, and check the folder's permissions and the free space."),
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return Restored(chosen, aside, tuple(passed_over))


def fault_of_backup(path: Path) -> Text | None:
    """Why a file cannot be restored; None where it can."""
    try:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                return T("it does not begin as a store does")
    except OSError as error:
        return T("{cause}", cause=error.strerror or error)
    if log_of(path).exists():  # a store of its own, not one of our copies: SQLite reads it with its log
        return None
    return fault_in(path, thorough=True)


def _examined(store: Path, source: Path) -> Path:
    if not source.is_file():
        raise NotFound(
            T("There is no file {path}", path=source),
            T("Backups are listed by: {command}", command=typed(store, "backup", "--list")),
        )
    if store.exists() and source.samefile(store):
        raise InvalidInput(T("{path} is the store itself", path=source), T("Name a backup of it."))
    if fault := fault_of_backup(source):
        raise InvalidInput(
            T("{path} is no good backup: {cause}", path=source, cause=fault),
            T("Name another one; nothing was changed."),
        )
    return source


def _newest_good(store: Path) -> tuple[Path, list[Path]]:
    passed_over: list[Path] = []
    for one in backups_of(store):
        if fault_of_backup(one.path) is None:
            return one.path, passed_over
        passed_over.append(one.path)
    if passed_over:
        raise StoreProblem(
            T("None of the backups of {path} is good: {count}", path=store, count=len(passed_over)),
            T("Name a backup from elsewhere: {command}", command=typed(store, "restore", "FILE")),
        )
    raise NotFound(
        T("There is no backup of {path}", path=store), T("Name one: {command}", command=typed(store, "restore", "FILE"))
    )


def _set_aside(store: Path, aside: Path) -> Path | None:
    """Let what stands in the place of the store have another name, its log included.

    The file is there under both names until the backup takes its place, so that there is a store at every instant. The
    log goes first: SQLite would play it into whatever file it stands beside.
    """
    if not store.exists():
        for beside in _beside(store):
            beside.replace(aside.with_name(aside.name + beside.name[len(store.name) :]))
        return None
    try:
        os.link(store, aside)
    except OSError:  # a file system without links
        shutil.copy2(store, aside)
    for beside in _beside(store):
        beside.replace(aside.with_name(aside.name + beside.name[len(store.name) :]))
    return aside


def _beside(store: Path) -> Iterator[Path]:
    yield from (path for path in (log_of(store), store.with_name(f"{store.name}-shm")) if path.exists())


def _refuse_open(store: Path) -> None:
    """Nobody may have the store open: they would go on writing into the file that was set aside.

    Where the platform has no such locks, an open file cannot be renamed, and restoring fails before anything is done.
    """
    try:
        import fcntl
    except ImportError:
        return
    if not store.exists():
        return
    try:
        with store.open("r+b") as stream:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED[1], _SHARED[0])
    except BlockingIOError as error:
        raise StoreProblem(
            T("Another program has {path} open.", path=store), T("Close it, then restore again.")
        ) from error
    except OSError:  # it may not be written; what follows says so
        return
