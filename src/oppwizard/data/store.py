"""The store: one file, opened once, shared by every worker of the program."""

import contextlib
import threading
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Self
from uuid import UUID

from sqlalchemy import Connection, select

from oppwizard.data import journal, schema
from oppwizard.data.batch import Author, Batch, Edit
from oppwizard.data.bulk import Snapshot
from oppwizard.data.commit import write
from oppwizard.data.engine import Engines, data_version, deleting_for_good, engines, scrub, texts_as_bytes
from oppwizard.data.erasing import Eraser
from oppwizard.data.load import load, missing
from oppwizard.data.outbox import Outbox
from oppwizard.data.pushed import PushedRows
from oppwizard.data.queries import Queries
from oppwizard.data.tables import Change, Op, Source, table_of
from oppwizard.data.trouble import read_only, translated
from oppwizard.model.base import utc_now
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record

__all__ = ["Author", "Batch", "Edit", "Op", "Source", "Store"]

_DEALS = table_of(Opportunity)


class Store(Queries):
    """Records in one file: written a batch at a time, read whole or as lists. Safe to use from several threads.

    Attributes:
        path: the file.
        read_only: whether every write raises `StoreReadOnly`.
        outbox: the messages that wait to be sent.
        pushed: what CRMs were sent.
    """

    def __init__(self, path: Path, opened: Engines) -> None:
        self.path = path
        self.read_only = opened.read_only
        self._engines = opened
        self._lock = threading.Lock()
        self._in_transaction = threading.local()
        self._writer: Connection | None = None
        self._version = 0
        self.outbox = Outbox(self._reading, self._writing)
        self.pushed = PushedRows(self._reading, self._writing)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a file, creating or migrating it where needed.

        Raises:
            StoreProblem: it cannot be opened, is no store, or was written by a newer version.
        """
        path = Path(path)
        with translated(path):
            opened = engines(path)
        try:
            schema.ensure(opened.read, opened.write, path, writable=not opened.read_only)
        except BaseException:
            opened.dispose()
            raise
        return cls(path, opened)

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

        Raises:
            StaleWrite: somebody else changed one of the rows since it was read.
            StoreReadOnly: the store can only be read.
            StoreProblem: the disk is full, fails, or another program holds the store.
        """
        self.commit_all(batches)

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
        for rows, deal, summary in written:
            for row in rows:
                row.revision += 1
                row.updated_at = now
            for name, value in summary.items():
                setattr(deal, name, value)

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
        if self._lock.acquire(blocking=False):
            try:
                with translated(self.path):
                    self._version = data_version(self._write_connection())
            finally:
                self._lock.release()
        return self._version

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

    def _write_connection(self) -> Connection:
        if self._writer is None:
            self._writer = self._engines.write.connect()
        return self._writer

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self.read_only:
            raise read_only(self.path)
        with self._lock, translated(self.path):
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
            translated(self.path),
            self._engines.read.connect() as connection,
            connection.begin(),
            texts_as_bytes(connection) as driver,
        ):
            yield Snapshot(driver)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A snapshot; whoever is in the middle of writing reads what they have written so far."""
        own: Connection | None = getattr(self._in_transaction, "connection", None)
        if own is not None:
            yield own
            return
        with translated(self.path), self._engines.read.connect() as connection:
            yield connection
