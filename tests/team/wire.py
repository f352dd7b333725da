"""A wire to a server that can be cut at any point, or go dead without a word."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

from oppwizard.location import TeamUrl

_CHUNK: Final = 1 << 16


class Cut(Enum):
    """Where the wire is cut."""

    BEFORE_SENT = auto()
    """What the client says does not arrive."""
    BEFORE_ANSWERED = auto()
    """It arrives and is done; the answer does not come back."""


class Wire:
    """Stands between clients and a server on loopback.

    Attributes:
        url: the server's address by way of the wire.
        was_cut: whether the cut that was asked for has been made.
    """

    def __init__(self, url: TeamUrl) -> None:
        parts = urlsplit(url.url)
        self._server = (parts.hostname or "", parts.port or 5432)
        self._door = socket.create_server(("127.0.0.1", 0))
        account = parts.netloc.rpartition("@")[0]
        place = f"{account}@127.0.0.1:{self._door.getsockname()[1]}"
        self.url = TeamUrl(parts._replace(netloc=place).geturl())
        self.was_cut = False
        self._lock = threading.Lock()
        self._left: int | None = None
        self._cut = Cut.BEFORE_SENT
        self._open = threading.Event()
        self._open.set()
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at(self, number: int, where: Cut) -> None:
        """Cut the wire at the client's so-manyth message from now on, counted from 0; once."""
        with self._lock:
            self._left, self._cut, self.was_cut = number, where, False

    def go_dead(self) -> None:
        """Let nothing through any more, and close nothing."""
        self._open.clear()

    def come_back(self) -> None:
        """Let through what has waited, and whatever comes."""
        self._open.set()

    def close(self) -> None:
        """Take the wire away."""
        self._open.set()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for end in self._ends:
            _close(end)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._door.accept()[0]
                server = socket.create_connection(self._server)
                self._ends += [client, server]
                cutting = threading.Event()
                for run in (self._forth, self._back):
                    threading.Thread(target=run, args=(client, server, cutting), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket, cutting: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(_CHUNK):
                self._open.wait()
                cut = self._is_here()
                if cut is Cut.BEFORE_SENT:
                    break
                if cut is Cut.BEFORE_ANSWERED:
                    cutting.set()
                server.sendall(data)
                if cutting.is_set():
                    return  # the way back cuts, once the answer is there
        _close(client, server)

    def _back(self, client: socket.socket, server: socket.socket, cutting: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(_CHUNK):
                self._open.wait()
                if cutting.is_set():
                    break
                client.sendall(data)
        _close(client, server)

    def _is_here(self) -> Cut | None:
        with self._lock:
            if self._left is None:
                return None
            self._left -= 1
            if self._left >= 0:
                return None
            self._left, self.was_cut = None, True
            return self._cut


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextlib.contextmanager
def wired(url: TeamUrl) -> Iterator[Wire]:
    """A wire to a server, as long as it is used."""
    wire = Wire(url)
    try:
        yield wire
    finally:
        wire.close()
