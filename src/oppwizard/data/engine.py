"""Opening the file: connections, their settings, and what is refused before any of them is made.

All that is SQLite's own is here and in `backup`, all that is PostgreSQL's in `server` and `team`; the rest of the room
is portable SQL.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from oppwizard.data.header import MAGIC, fault_of, is_empty
from oppwizard.data.shelf import backups_of, folder_of, typed
from oppwizard.data.trouble import damaged, translate
from oppwizard.errors import StoreLost, StoreProblem
from oppwizard.i18n import T

BUSY_SECONDS: Final = 5.0
"""How long a write waits for another program's write to end."""

_WRITE_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000")
_READ_PRAGMAS: Final = ("query_only=ON", "cache_size=-16000")


class Watch(Protocol):
    """What is known of the others at a server's store; a file knows nothing of them but that it has changed."""

    def version(self) -> int:
        """A number that changes when somebody else has committed."""

    def enter(self, record_id: UUID | None) -> None:
        """Say which record one is in; None for none."""

    def others(self) -> list[str]:
        """The accounts of those who are in the same record, in order."""

    def close(self) -> None:
        """Let go of the connection."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The connections of one store.

    Attributes:
        write: begins every transaction with the write lock in hand; on a read-only store it reads like the other.
        read: begins a snapshot that no write waits for.
        watch: what tells of others; None for a file.
    """

    write: Engine
    read: Engine
    read_only: bool
    watch: Watch | None = None

    def dispose(self) -> None:
        """Close every connection that is not in use."""
        if self.watch is not None:
            self.watch.close()
        self.read.dispose()
        self.write.dispose()


def engines(path: Path) -> Engines:
    """Open a file, creating it when there is none.

    Raises:
        StoreProblem: the path is a folder, not a store, or cannot be read or created.
    """
    created = _prepare(path)
    if created or _writable(path):
        return Engines(_engine(path, "mode=rw", _WRITE_PRAGMAS, "BEGIN IMMEDIATE"), _reader(path, "mode=rw"), False)
    mode = read_mode(path)
    return Engines(_reader(path, mode), _reader(path, mode), True)


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at a path, whatever its name; None where there is none.

    With a write-ahead log SQLite itself goes on writing to a file that was renamed or deleted.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def reader(path: Path) -> Engine:
    """Connections that only read, whatever may be done to the file; nothing is looked at beforehand."""
    return _reader(path, read_mode(path))


def data_version(connection: Connection) -> int:
    """A number that changes when another connection than this one has committed; takes no lock."""
    row = _driver(connection).execute("PRAGMA data_version").fetchone()
    return int(row[0])


def set_foreign_keys(connection: Connection, *, enforced: bool) -> None:
    """Switch the enforcement of foreign keys; only outside a transaction does it take effect."""
    _driver(connection).execute(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}")


def scrub(connection: Connection) -> bool:
    """Write the file anew without the bytes of what was deleted, and empty the log beside it; outside a transaction.

    Returns:
        Whether all of it is gone: another program that is reading keeps the log from being emptied.
    """
    driver = _driver(connection)
    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    driver.execute("VACUUM")
    busy, _frames, _moved = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextlib.contextmanager
def deleting_for_good(connection: Connection) -> Iterator[None]:
    """Let deleted content be overwritten with zeros, also where the file cannot be written anew afterwards."""
    driver = _driver(connection)
    driver.execute("PRAGMA secure_delete=ON").fetchone()
    try:
        yield
    finally:
        driver.execute("PRAGMA secure_delete=OFF").fetchone()


@contextlib.contextmanager
def texts_as_bytes(connection: Connection) -> Iterator[sqlite3.Connection]:
    """The connection below, which gives texts as the bytes that they are kept as."""
    driver = _driver(connection)
    driver.text_factory = bytes
    try:
        yield driver
    finally:
        driver.text_factory = str


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def uri(path: Path, options: str) -> str:
    """The path as SQLite's URI, with every special character of the name escaped."""
    return f"{path.absolute().as_uri()}?{options}"


def _connector(path: Path, options: str, pragmas: tuple[str, ...]) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri(path, options), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    return connect


def _engine(path: Path, options: str, pragmas: tuple[str, ...], begin: str) -> Engine:
    engine = create_engine("sqlite://", creator=_connector(path, options, pragmas), poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _reader(path: Path, options: str) -> Engine:
    return _engine(path, options, _READ_PRAGMAS, "BEGIN")


def _prepare(path: Path) -> bool:
    """Look at the path before SQLite does; create a missing file, readable by its owner alone."""
    try:
        if path.exists():
            refuse_damaged(path)
            return False
        _refuse_lost(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return True
    except FileExistsError:  # another process was faster
        return False
    except (OSError, ValueError) as error:
        raise StoreProblem(
            T("{path} cannot be opened: {cause}.", path=path, cause=getattr(error, "strerror", None) or str(error)),
            T("Check the path and its permissions, or name another store with --db."),
        ) from error


def refuse_damaged(path: Path) -> None:
    """Refuse a file of which can be seen at once that it is no store, or not a whole one.

    Raises:
        StoreDamaged: it was a store.
        StoreProblem: it never was.
        OSError: it cannot be read.
    """
    if not path.is_file():
        raise StoreProblem(T("{path} is not a file.", path=path), T("Name a file for the store with --db."))
    with path.open("rb") as stream:
        head = stream.read(len(MAGIC))
    if head and head != MAGIC:
        if backups_of(path):
            raise damaged(path, T("it does not begin as a store does"))
        raise StoreProblem(T("{path} is not a store.", path=path), T("Name another file with --db."))
    fault = fault_of(path)
    if fault is None and is_empty(path) and backups_of(path):
        fault = T("there is nothing in the file")
    if fault is not None:
        raise damaged(path, fault)


def _refuse_lost(path: Path) -> None:
    """A store that is gone while its backups are still there was hardly taken away on purpose."""
    if backups_of(path):
        raise StoreLost(
            T("There is no store at {path}, but there are backups of it.", path=path),
            T(
                "This restores the last one: {command}. To begin anew, take {folder} away first.",
                command=typed(path, "restore"),
                folder=folder_of(path),
            ),
        )


def _writable(path: Path) -> bool:
    """Whether the file can be written, and its folder too, where the write-ahead log goes."""
    return os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)


def read_mode(path: Path) -> str:
    """The way to open a file just for reading.

    A store in WAL mode needs its log files even to be read. Where they neither exist nor can be made, the file is
    complete in itself and is read as one that never changes; a log that cannot be opened must not be passed over.
    """
    try:
        connection = _connector(path, "mode=ro", _READ_PRAGMAS)()
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
        return "mode=ro"
    except sqlite3.Error as error:
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise translate(error, path) from error
        return "mode=ro&immutable=1"
