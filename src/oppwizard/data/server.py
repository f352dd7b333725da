"""A team's store on a PostgreSQL server: connections, passwords, news of others, and a transaction's fate.

The driver is an optional extra, so it is imported only where it is used.
"""

import asyncio
import contextlib
import functools
import threading
import time
from collections.abc import Generator, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, text

from oppwizard.data.engine import Engines
from oppwizard.errors import StoreProblem
from oppwizard.i18n import T
from oppwizard.location import TeamUrl

if TYPE_CHECKING:
    import psycopg

CHANNEL: Final = "oppwizard_changes"
"""Where the database tells that a record was changed."""
KEYRING: Final = "oppwizard"
"""The service under which the keyring has passwords, each under the store's address."""
_OPTIONS: Final = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
"""Nobody waits longer for another one's write than at a file, and no lost program holds a record."""
_SECONDS_ON_SCREEN: Final = 2
"""How long the thread that draws the screen waits for a server at most."""
_SETTINGS: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "oppwizard",
    "options": _OPTIONS,
}


def engines(url: TeamUrl) -> Engines:
    """Open a team's store.

    Raises:
        StoreProblem: the driver is missing, or nobody answers.
    """
    _need_driver()
    known = url.password or stored_password(url)
    own: set[int] = set()
    way = Way(url, known)

    def connect() -> "psycopg.Connection[Any]":
        connection = way.connect()
        own.add(connection.info.backend_pid)
        return connection

    listener = Listener(way, own)

    def engine(**options: Any) -> Engine:
        made = create_engine("postgresql+psycopg://", creator=connect, poolclass=QueuePool, **options)

        @event.listens_for(made, "checkin")
        def _give_back(connection: Any, _record: object) -> None:
            if listener.is_closed and connection is not None:  # who was still reading as the store was closed
                connection.close()

        return made

    read = engine(pool_pre_ping=True, isolation_level="REPEATABLE READ").execution_options(postgresql_readonly=True)
    return Engines(engine(), read, False, listener)


def connected(url: TeamUrl, password: str, **more: Any) -> "psycopg.Connection[Any]":
    """A connection of the driver's own, which keeps no screen waiting."""
    secret: dict[str, Any] = {"password": password} if password else {}
    address = url.url.replace("postgresql+psycopg://", "postgresql://", 1)
    return _connection_class().connect(address, **{**_SETTINGS, **secret, **more})


class Way:
    """The way to a server: how it is reached, and whether it was there the last time.

    A thread that draws the screen waits for nobody: while the server is away it is told so at once, and whoever asks
    from another thread finds out when it is back.
    """

    def __init__(self, url: TeamUrl, password: str) -> None:
        self._url, self._password = url, password
        self._is_lost = False

    def connect(self, **more: Any) -> "psycopg.Connection[Any]":
        """A new connection.

        Raises:
            psycopg.OperationalError: nobody answers.
        """
        import psycopg

        if draws() and self._is_lost:
            raise psycopg.OperationalError("the server does not answer")
        patience = {"connect_timeout": _SECONDS_ON_SCREEN} if draws() else {}
        try:
            made = connected(self._url, self._password, **patience, **more)
        except psycopg.OperationalError:
            self._is_lost = True
            raise
        self._is_lost = False
        return made


def draws() -> bool:
    """Whether this thread runs an event loop, as the one does that draws the screen."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@functools.cache
def _connection_class() -> "type[psycopg.Connection[Any]]":
    import psycopg

    class Connection(psycopg.Connection[Any]):
        """A connection that is given up where a screen would wait too long for it."""

        def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
            if not draws():
                return super().wait(gen, *arguments, **options)
            try:
                return super().wait(_within(gen, _SECONDS_ON_SCREEN), *arguments, **options)
            except _TooLong as error:
                self.close()
                raise psycopg.OperationalError("the server does not answer") from error

    return Connection


class _TooLong(Exception):
    """A screen has waited long enough."""


def _within(steps: Generator[Any, Any, Any], seconds: float) -> Generator[Any, Any, Any]:
    """The driver's steps, which are asked again and again while nothing comes, for some time."""
    end = time.monotonic() + seconds
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > end:
                raise _TooLong
            wanted = steps.send(ready)
    except StopIteration as done:
        return done.value


def _need_driver() -> None:
    try:
        import psycopg  # noqa: F401 - whether it is there
    except ImportError as error:
        raise StoreProblem(
            T("The team's store needs a driver that is not installed"),
            T("Install it: pip install “oppwizard[team]”"),
        ) from error


def stored_password(url: TeamUrl) -> str:
    """The password that the keyring has for an address; none where it has none, or there is no keyring.

    Without one the server's client library looks where it always does: ``PGPASSWORD``, ``PGPASSFILE``.
    """
    import os

    if os.environ.get("PGPASSWORD"):
        return ""
    import keyring

    try:
        return keyring.get_password(KEYRING, url.url) or ""
    except Exception:  # a keyring is foreign code, and raises what it likes
        return ""


def keep_password(url: TeamUrl, password: str) -> None:
    """Keep the password for an address in the keyring.

    Raises:
        StoreProblem: there is no keyring, or it refuses.
    """
    import keyring

    try:
        keyring.set_password(KEYRING, url.url, password)
    except Exception as error:  # the same
        raise StoreProblem(
            T("The keyring does not take the password"),
            T("Set PGPASSWORD, or a line in the file that PGPASSFILE names."),
        ) from error


def transaction(connection: Connection) -> str:
    """What the server calls the present transaction, so that one can ask later what became of it."""
    return str(connection.scalar(text("SELECT pg_current_xact_id()::text")))


def was_committed(connection: Connection, name: str) -> bool | None:
    """What became of a transaction whose end was not heard; None while the server does not know it itself.

    A server that was killed may have forgotten one that it had begun, and give its name once more: that it was
    committed is to be believed only where what it wrote is there too.
    """
    next_one = connection.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))
    if int(name) >= int(next_one):
        return False
    found = connection.scalar(text("SELECT pg_xact_status(CAST(:name AS xid8))"), {"name": name})
    return None if found == "in progress" else found == "committed"


def place_of(record_id: UUID) -> int:
    """The number of a record among advisory locks: those who hold it are in the record."""
    return int.from_bytes(blake2b(record_id.bytes, digest_size=8, person=b"oppwizard").digest(), "big", signed=True)


class Listener:
    """A connection that hears of others' changes, and holds the place in the record that one is in.

    When it is lost, it is made anew at the next question; what was missed meanwhile counts as a change.

    Args:
        own: the server's numbers of the connections whose changes are no news.

    Attributes:
        is_closed: whether nobody needs it any more; then it asks the server nothing.
    """

    def __init__(self, way: Way, own: set[int]) -> None:
        self._way = way
        self._own = own
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._version = 0
        self._record: UUID | None = None
        self.is_closed = False

    def version(self) -> int:
        """A number that changes when somebody else has committed, or may have."""
        with self._lock:
            if not self.is_closed:
                with self._connected() as connection:
                    for told in connection.notifies(timeout=0):
                        self._version += told.pid not in self._own
            return self._version

    def enter(self, record_id: UUID | None) -> None:
        """Say which record one is in; None for none."""
        with self._lock:
            if record_id == self._record or self.is_closed:
                return
            with self._connected() as connection:
                connection.execute("SELECT pg_advisory_unlock_all()")
                self._record = record_id
                self._take_place(connection)

    def others(self) -> list[str]:
        """The accounts of those who are in the same record, in order."""
        if self._record is None or self.is_closed:
            return []
        place = place_of(self._record) & 0xFFFFFFFFFFFFFFFF
        with self._lock, self._connected() as connection:
            rows = connection.execute(_OTHERS, (place >> 32, place & 0xFFFFFFFF)).fetchall()
        return [str(row[0]) for row in rows]

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self.is_closed = True
            self._drop()

    def _take_place(self, connection: "psycopg.Connection[Any]") -> None:
        if self._record is not None:
            connection.execute("SELECT pg_advisory_lock_shared(%s)", (place_of(self._record),))

    @contextlib.contextmanager
    def _connected(self) -> "Iterator[psycopg.Connection[Any]]":
        import psycopg

        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._way.connect(autocommit=True)
                self._connection.execute(f"LISTEN {CHANNEL}")
                self._take_place(self._connection)
                self._version += 1
            yield self._connection
        except psycopg.Error:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):  # it may be broken already
                self._connection.close()
            self._connection = None


_OTHERS: Final = """
SELECT DISTINCT a.usename FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.mode = 'ShareLock' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid = %s AND l.objid = %s AND l.pid <> pg_backend_pid()
ORDER BY 1
"""
