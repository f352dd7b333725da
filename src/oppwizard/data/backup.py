"""A consistent copy of a store while others read and write it: whole and examined, or not there at all."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from oppwizard.data.engine import BUSY_SECONDS, read_mode, uri
from oppwizard.data.trouble import cause_of, damaged, translated
from oppwizard.errors import StoreProblem
from oppwizard.i18n import T, Text

_STEP: Final = 512
"""So many pages are copied between two looks at whether to go on."""
_OPERATIONS: Final = 20_000
"""So many steps of SQLite's machine lie between two such looks while a copy is examined."""
_OF_TARGET: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
"""What SQLite says when the copy cannot be written; the store is only read."""

Stop = Callable[[], bool]
"""Whether to let a copy be."""


class Stopped(Exception):
    """The copy was let be; nothing of it is left."""


def never() -> bool:
    """No reason to stop."""
    return False


def backup(store_path: Path, target: Path, stop: Stop = never) -> Path:
    """Copy a store to a file that is whole or not there at all, readable by its owner alone.

    The copy is examined before it takes its name, so that it never takes the place of a better one.

    Raises:
        StoreDamaged: the store is damaged, or a log beside it that cannot be read.
        StoreProblem: the store cannot be read or the copy not written.
        Stopped: it was told to stop.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
        with translated(store_path), _writing(target):
            _copy(store_path, unfinished, stop)
        if fault := fault_in(unfinished, stop):
            raise damaged(store_path, fault)
        _flush(unfinished)
        unfinished.replace(target)
        flush_folder(target.parent)
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return target


def _unwritable(target: Path, cause: str) -> StoreProblem:
    return StoreProblem(
        T("The backup {path} cannot be written: {cause}.", path=target, cause=cause),
        T("Check the folder and the free space, or name another file."),
    )


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in _OF_TARGET:
            raise _unwritable(target, str(error)) from error
        raise


def _copy(source_path: Path, target_path: Path, stop: Stop) -> None:
    def look(_status: int, _left: int, _pages: int) -> None:
        if stop():
            raise Stopped

    mode = read_mode(source_path)
    source = sqlite3.connect(uri(source_path, mode), uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    with closing(source), closing(sqlite3.connect(target_path)) as target:
        source.execute("BEGIN")  # one state of the store, however much others write meanwhile
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(target, pages=_STEP, progress=look)
        target.execute("PRAGMA journal_mode=DELETE")  # one file without a log beside it


def fault_in(path: Path, stop: Stop = never, *, thorough: bool = False) -> Text | None:
    """What is wrong with a copy that nobody writes to; None where it is a whole store.

    Args:
        thorough: whether indexes are held against their tables too, which takes several times as long.

    Raises:
        Stopped: it was told to stop.
    """
    try:
        with closing(sqlite3.connect(uri(path, "mode=ro&immutable=1"), uri=True)) as connection:
            connection.set_progress_handler(stop, _OPERATIONS)
            said = connection.execute(f"PRAGMA {'integrity' if thorough else 'quick'}_check(1)").fetchone()[0]
            if said != "ok":
                return T("{cause}", cause=said)
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if stop():
            raise Stopped from error
        return cause_of(error)
    return None


def revision_in(path: Path) -> str | None:
    """The schema that a copy is at; None where it says none.

    Raises:
        OppwizardError: it cannot be read.
    """
    with translated(path), closing(sqlite3.connect(uri(path, read_mode(path)), uri=True)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder outlast a power cut, where the platform can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
