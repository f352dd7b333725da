"""A service on this machine that answers as it is told to, well or badly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the next reply of the service; the last one answers all that follow."""

    server: "Service"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Note the request and answer it."""
        reply = self.server.note(self.path, dict(self.headers))
        self.close_connection = True
        try:
            reply(self)
        except OSError:  # the other side has hung up
            return

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer with a body."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]


class Service(ThreadingHTTPServer):
    """The service.

    Attributes:
        asked: the requests so far.
        closing: set when the test is over, so that no reply goes on waiting.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: list[Reply] = [says({})]
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()

    def note(self, path: str, headers: dict[str, str]) -> Reply:
        """Keep a request; the reply that it gets."""
        with self._lock:
            self.asked.append(Asked(path, headers))
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def answers(self, *replies: Reply) -> None:
        """Set what comes next."""
        self.replies = list(replies)

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that were cut."""


@contextmanager
def serving() -> Iterator[Service]:
    """A service as long as it is needed."""
    service = Service()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        service.shutdown()
        service.server_close()
        thread.join()


def says(document: Any, status: int = 200, **headers: str) -> Reply:
    """Answers in JSON."""
    return lambda handler: handler.send(json.dumps(document).encode(), status, **headers)


def sends(body: bytes) -> Reply:
    """Answers with these bytes."""
    return lambda handler: handler.send(body)


def leads_to(url: str) -> Reply:
    """Redirects."""
    return lambda handler: handler.send(b"", 302, Location=url)


def sleeps(handler: Handler) -> None:
    """Answers nothing until the test is over."""
    handler.server.closing.wait(20)


@dataclass
class Drips:
    """Sends a byte now and then, for ever: of the headers, or of the body."""

    headers: bool = False
    sent: int = field(default=0)

    def __call__(self, handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" if self.headers else b"HTTP/1.1 200 OK\r\n\r\n[")
        while not handler.server.closing.wait(0.02):
            handler.wfile.write(b"a" if self.headers else b" ")
            handler.wfile.flush()
            self.sent += 1


def floods(handler: Handler) -> None:
    """Sends without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n[")
    while not handler.server.closing.is_set():
        handler.wfile.write(b" " * 65_536)


def breaks_off(handler: Handler) -> None:
    """Sends less than it says."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
