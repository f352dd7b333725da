"""A service on this machine that keeps what it is sent, and can be told to fail before or after it has taken it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

TOKEN = "tok3n-that-nobody-may-see"


@dataclass(frozen=True)
class Answer:
    """What a request is answered with."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """One failure.

    Attributes:
        answer: what is answered; None cuts the connection.
        path: a part of the address of the requests that it is for.
        done: whether the request is carried out before.
    """

    answer: Answer | None
    path: str = ""
    method: str = ""
    done: bool = False


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the service."""

    server: "StandIn"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked(self.command, parts.path, query, _parsed(raw), dict(self.headers))
        answer = self.server.answer(asked)
        if answer is None:
            self.close_connection = True
            return
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the server looks them up by these names

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return {name: values[0] for name, values in parse_qs(raw.decode()).items()}


class StandIn(ThreadingHTTPServer):
    """The service.

    Attributes:
        asked: the requests so far.
        faults: failures to come, each for the next request that it fits.
        refused: a text; whatever row holds it is refused.
        unknown: what was asked in a way that the vendor does not describe; a test ends with none.
    """

    daemon_threads = True
    denied: ClassVar[Answer]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.refused = ""
        self.unknown: list[str] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, asked: Asked) -> Answer | None:
        """Answer a request, or fail as told."""
        with self._lock:
            self.asked.append(asked)
            fault = next(
                (one for one in self.faults if one.path in asked.path and one.method in ("", asked.method)), None
            )
            if fault is not None:
                self.faults.remove(fault)
                if fault.done:
                    self._checked(asked)
                return fault.answer
            return self._checked(asked)

    def _checked(self, asked: Asked) -> Answer:
        try:
            return self.carry_out(asked)
        except Exception as error:
            self.unknown.append(f"{asked.method} {asked.path}: {type(error).__name__} {error}")
            return Answer(400, self.complaint(str(error)))

    def carry_out(self, asked: Asked) -> Answer:
        """What the service does."""
        raise NotImplementedError

    def complaint(self, text: str) -> Any:
        """An error's body."""
        raise NotImplementedError

    def requests(self, part: str = "", method: str = "") -> list[Asked]:
        """The requests to some addresses."""
        return [one for one in self.asked if part in one.path and method in ("", one.method)]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that were cut."""


@contextmanager
def serving(make: Callable[[], StandIn]) -> Iterator[Any]:
    """A service as long as it is needed."""
    service = make()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()
