"""The store: a file or a team's database, opened once, shared by every worker of the program."""

import contextlib
import datetime as dt
import functools
import random
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from sqlalchemy import Connection, select

from oppwizard.data import journal, schema
from oppwizard.data.batch import Author, Batch, Edit
from oppwizard.data.bulk import Snapshot
from oppwizard.data.commit import write
from oppwizard.data.engine import (
    Engines,
    data_version,
    deleting_for_good,
    engines,
    identity,
    read_mode,
    scrub,
    texts_as_bytes,
    uri,
)
from oppwizard.data.erasing import Eraser
from oppwizard.data.load import load, missing
from oppwizard.data.outbox import Outbox
from oppwizard.data.pushed import PushedRows
from oppwizard.data.queries import Queries
from oppwizard.data.tables import Change, Op, Source, table_of
from oppwizard.data.trouble import moved, read_only, translated, unreadable
from oppwizard.errors import Contended, OppwizardError, StaleWrite, StoreDamaged, StoreProblem
from oppwizard.i18n import T
from oppwizard.location import Location, TeamUrl, location
from oppwizard.model.base import Row, utc_now
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record

if TYPE_CHECKING:
    from oppwizard.data.team import Team

__all__ = ["Author", "Batch", "Edit", "Op", "Source", "Store"]

_DEALS = table_of(Opportunity)
_LOG = table_of(Change)
_PAUSES: Final = (0.01, 0.03, 0.1, 0.3, 1.0)
"""How long to wait, in seconds, before a write is tried again that lost to another one; a random part of it."""
_Written = list[tuple[list[Row], Opportunity, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Unheard:
    """A transaction whose commit was sent, and that is not known to have ended.

    Attributes:
        name: what the server calls it.
    """

    name: str
    batches: tuple[Batch, ...]
    written: _Written
    now: dt.datetime


class Store(Queries):
    """Records in one place: written a batch at a time, read whole or as lists. Safe to use from several threads.

    Attributes:
        place: the file, or the team's address.
        read_only: whether every write raises `StoreReadOnly`.
        damage: what every write raises since the file was found to be damaged.
        outbox: the messages that wait to be sent.
        pushed: what CRMs were sent.
    """

    def __init__(self, place: Location, opened: Engines) -> None:
        self.place = place
        self.read_only = opened.read_only
        self._engines = opened
        self._lock = threading.Lock()
        self._in_transaction = threading.local()
        self._writer: Connection | None = None
        self._version = 0
        self._unheard: _Unheard | None = None
        self._identity = identity(place) if isinstance(place, Path) else None
        self.damage: StoreDamaged | None = None
        self.outbox = Outbox(self._reading, self._writing)
        self.pushed = PushedRows(self._reading, self._writing)

    @classmethod
    def open(cls, place: Location | str) -> Self:
        """Open a file or a team's database, creating or migrating it where needed.

        Raises:
            StoreProblem: it cannot be opened, is no store, or was written by a newer version.
        """
        place = location(place) if isinstance(place, str) else place
        with translated(place):
            opened = _engines(place)
        try:
            schema.ensure(opened.read, opened.write, place, writable=not opened.read_only)
        except BaseException:
            opened.dispose()
            raise
        return cls(place, opened)

    @property
    def path(self) -> Path:
        """The file.

        Raises:
            StoreProblem: the store is a team's, and in no file.
        """
        if isinstance(self.place, TeamUrl):
            raise StoreProblem(T("A team's store is not in a file: this does not go there."))
        return self.place

    @functools.cached_property
    def team(self) -> "Team":
        """The people of the team whose store it is.

        Raises:
            StoreProblem: the store is a file.
        """
        if not isinstance(self.place, TeamUrl):
            raise StoreProblem(
                T("{path} is a file, and no team's store.", path=self.place),
                T("Name the team's address with --db or OPPWIZARD_DB."),
            )
        from oppwizard.data.team import Team

        return Team(self._reading, self._writing)

    @property
    def is_served(self) -> bool:
        """Whether the store is a team's."""
        return isinstance(self.place, TeamUrl)

    def close(self) -> None:
        """Close every connection; the store can not be used any more."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._engines.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def commit(self, *batches: Batch) -> None:
        """Write batches in one transaction: all of them, or nothing.

        A transaction that lost to another one is tried again; one whose end was not heard, because the connection broke
        off, is asked after, so that the same batches are written once however often they are handed in.

        Raises:
            StaleWrite: somebody else changed one of the rows since it was read.
            StoreReadOnly: the store can only be read.
            StoreProblem: the disk is full, fails, or another program holds the store.
        """
        asked = False
        for pause in _PAUSES:
            try:
                self._commit(batches)
                return
            except StaleWrite:
                raise
            except Contended:
                pass
            except StoreProblem as problem:
                if not self._is_unheard(batches):
                    raise
                if asked:
                    raise _unknown() from problem
                asked = True
            time.sleep(pause * random.uniform(0.5, 1.0))
        self._commit(batches)

    def _is_unheard(self, batches: tuple[Batch, ...]) -> bool:
        """Whether these are the batches of which it is not known whether they were written."""
        return self._unheard is not None and _same(self._unheard.batches, batches)

    def _commit(self, batches: tuple[Batch, ...]) -> None:
        unheard = self._unheard
        if unheard is not None and self._is_unheard(batches) and self._was_committed(unheard):
            _follow(unheard.written, unheard.now)
            self._unheard = None
            return
        self.commit_all(batches)

    def _was_committed(self, unheard: _Unheard) -> bool:
        from oppwizard.data.server import was_committed

        with translated(self.place), self._engines.read.connect() as connection:
            found = was_committed(connection, unheard.name)
            if found is None:
                raise Contended(T("The server has not finished the last write yet."), T("Try again."))
            return found and _left_traces(connection, unheard)

    def commit_all(self, batches: Iterable[Batch]) -> None:
        """Write batches in one transaction, each made only when the one before it is written, and may be read.

        Raises:
            StaleWrite: somebody else changed one of the rows since it was read.
            StoreReadOnly: the store can only be read.
            StoreProblem: the disk is full, fails, or another program holds the store.
        """
        now = utc_now()
        with self._writing() as connection:
            written = [(write(connection, batch, now), batch.record.opportunity, batch.summary) for batch in batches]
            self._unheard = self._sent(connection, batches, written, now)
        self._unheard = None
        _follow(written, now)

    def _sent(
        self, connection: Connection, batches: Iterable[Batch], written: _Written, now: dt.datetime
    ) -> _Unheard | None:
        """What is needed to ask later what became of a transaction; a file's never ends unheard."""
        if self._engines.watch is None or not isinstance(batches, tuple):
            return None
        from oppwizard.data.server import transaction

        return _Unheard(transaction(connection), batches, written, now)

    def load(self, record_id: UUID) -> Record:
        """A whole record as it stands now.

        Raises:
            NotFound: there is no record of that identity.
        """
        with self._reading() as connection:
            return load(connection, record_id)

    def revision(self, record_id: UUID) -> int:
        """The record's revision: another one than in memory says that somebody else changed it.

        Raises:
            NotFound: there is no record of that identity.
        """
        with self._reading() as connection:
            found = connection.scalar(select(_DEALS.c.revision).where(_DEALS.c.id == record_id))
        if found is None:
            raise missing(str(record_id))
        return int(found)

    def data_version(self) -> int:
        """A number that changes when another program, or another store on this file, has committed.

        Asked of the connection that writes, so that this store's own commits leave it as it is; while one is under
        way the last answer is given again, because nobody should wait for a number.
        """
        if self._engines.watch is not None:
            with translated(self.place):
                return self._engines.watch.version()
        if self._lock.acquire(blocking=False):
            try:
                with translated(self.place):
                    self._version = data_version(self._write_connection())
            finally:
                self._lock.release()
        return self._version

    def enter(self, record_id: UUID | None) -> None:
        """Let others at a team's store see which record one is in; None for none.

        Raises:
            StoreProblem: the server does not answer.
        """
        if self._engines.watch is not None:
            with translated(self.place):
                self._engines.watch.enter(record_id)

    def others(self) -> list[str]:
        """The accounts of those who are in the same record; nobody at a file.

        Raises:
            StoreProblem: the server does not answer.
        """
        if self._engines.watch is None:
            return []
        with translated(self.place):
            return self._engines.watch.others()

    def history(self, record_id: UUID, *, limit: int = 200, before: int | None = None) -> list[Change]:
        """A record's changes, newest first; ``before`` is the number of the last one already seen."""
        with self._reading() as connection:
            return journal.history(connection, record_id, limit, before)

    def log(self, record_id: UUID, account_id: UUID, shared: Collection[UUID]) -> list[Change]:
        """All changes of a record, and those of rows that it shares with its account's other records, oldest first."""
        with self._reading() as connection:
            return journal.of_record(connection, record_id, account_id, shared)

    def last_done(self, record_id: UUID) -> list[Change]:
        """The changes that undo would take back, in the order in which they were made."""
        with self._reading() as connection:
            return journal.last_done(connection, record_id)

    def next_redo(self, record_id: UUID) -> list[Change]:
        """The changes that redo would bring back, in the order in which they were made."""
        with self._reading() as connection:
            return journal.next_redo(connection, record_id)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise errors of the database as problems; once the file is found to be damaged, nothing is written to it."""
        try:
            with translated(self.place):
                yield
        except StoreDamaged as problem:
            self.damage = problem
            raise

    def _write_connection(self) -> Connection:
        if self._writer is None:
            self._writer = self._engines.write.connect()
        return self._writer

    @contextlib.contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Take back at the end whatever this thread writes inside; nobody else sees it.

        On a file it keeps everybody else from writing; a copy of the file does not.

        Raises:
            StoreProblem: the store cannot be read or written.
        """
        with self._lock, translated(self.place):
            connection = self._write_connection()
            with connection.begin() as transaction:
                self._in_transaction.connection = connection
                self._in_transaction.rehearsing = True
                try:
                    yield
                finally:
                    self._in_transaction.connection = None
                    self._in_transaction.rehearsing = False
                    transaction.rollback()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self.damage is not None:
            raise self.damage
        if self.read_only:
            raise read_only(self.place)
        if getattr(self._in_transaction, "rehearsing", False):
            connection = self._in_transaction.connection
            with self._translated(), connection.begin_nested():
                yield connection
            return
        if isinstance(self.place, Path) and identity(self.place) != self._identity:
            raise moved(self.place)
        with self._lock, self._translated():
            connection = self._write_connection()
            with connection.begin():
                self._in_transaction.connection = connection
                try:
                    yield connection
                finally:
                    self._in_transaction.connection = None

    @contextlib.contextmanager
    def erasing(self) -> Iterator[Eraser]:
        """One transaction in which a person is erased.

        Raises:
            StaleWrite: somebody else changed one of the rows meanwhile.
            StoreReadOnly: the store can only be read.
            StoreProblem: the store cannot be written.
        """
        if self.read_only:
            raise read_only(self.path)
        with self._lock, translated(self.path):
            deleting = deleting_for_good(self._write_connection())
        with deleting, self._writing() as connection:
            yield Eraser(connection, utc_now())

    def scrub(self) -> bool:
        """Take the bytes of what was deleted out of the files too; False while another program keeps them there.

        Raises:
            StoreReadOnly: the store can only be read.
            StoreProblem: the store cannot be written.
        """
        if self.read_only:
            raise read_only(self.path)
        with self._lock, translated(self.path):
            return scrub(self._write_connection())

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Many records at once, as texts.

        Raises:
            StoreProblem: the store cannot be read.
        """
        with (
            self._translated(),
            self._engines.read.connect() as connection,
            connection.begin(),
            texts_as_bytes(connection) as driver,
        ):
            yield Snapshot(driver, self._address())

    def _address(self) -> str:
        return uri(self.path, read_mode(self.path) if self.read_only else "mode=rw")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A snapshot; whoever is in the middle of writing reads what they have written so far."""
        own: Connection | None = getattr(self._in_transaction, "connection", None)
        if own is not None:
            yield own
            return
        with self._translated(), self._engines.read.connect() as connection:
            try:
                yield connection
            except (LookupError, ValueError) as error:
                if isinstance(error, OppwizardError) or not isinstance(self.place, Path):
                    raise
                raise unreadable(self.place, error) from error


def _engines(place: Location) -> Engines:
    if isinstance(place, TeamUrl):
        from oppwizard.data import server

        return server.engines(place)
    return engines(place)


def _same(some: tuple[Batch, ...], others: tuple[Batch, ...]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _unknown() -> StoreProblem:
    """Whether it was saved cannot be said now; whoever hands the same batches in again asks again."""
    return StoreProblem(
        T("The server of the team's store broke off before it said whether this was saved."),
        T("What you typed is still here; once the server answers again, see whether it is there."),
    )


def _left_traces(connection: Connection, unheard: _Unheard) -> bool:
    """Whether what a transaction wrote stands in the log or in the record; it bears the instant of the write."""
    record_id = unheard.batches[0].record.id
    logged = select(_LOG.c.seq).where(_LOG.c.record_id == record_id, _LOG.c.at == unheard.now)
    saved = select(_DEALS.c.id).where(_DEALS.c.id == record_id, _DEALS.c.updated_at == unheard.now)
    return any(connection.execute(asked.limit(1)).first() is not None for asked in (logged, saved))


def _follow(written: _Written, now: dt.datetime) -> None:
    """Let the rows in memory be what the store has."""
    for rows, deal, summary in written:
        for row in rows:
            row.revision += 1
            row.updated_at = now
        for name, value in summary.items():
            setattr(deal, name, value)
