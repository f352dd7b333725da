"""One bounded request over HTTP: so much time in all, so many bytes, no way to another host."""

import http.client
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import IO, Any, Final
from urllib.parse import urlsplit

from oppwizard import __version__
from oppwizard.enrichment.asking import Cancel, ProviderProblem
from oppwizard.i18n import T, Text
from oppwizard.playbook.enrichment import is_loopback

_CHUNK: Final = 64 * 1024
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""What may be better in a moment."""


class Unanswered(ProviderProblem):
    """A try without an answer.

    Attributes:
        again: whether another try may help.
        after: the seconds that the service asks to wait first.
    """

    def __init__(
        self, problem: Text, remedy: Text | None = None, *, again: bool = False, after: float | None = None
    ) -> None:
        super().__init__(problem, remedy)
        self.again = again
        self.after = after


@dataclass(frozen=True, slots=True)
class Limits:
    """What a try may take.

    Attributes:
        seconds: from the first byte sent to the last one read.
        most: bytes of the answer.
        hosts: hosts beside the first one to which it may lead.
    """

    seconds: float
    most: int
    hosts: Collection[str] = ()


class _Line:
    """The connection of a try, so that it can be cut from another thread, wherever the try stands.

    A duplicate of the socket is kept: shutting it down ends a handshake too, during which nobody else has the socket.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._responses: list[http.client.HTTPResponse] = []
        self.is_cut = False

    def keep(self, response: http.client.HTTPResponse) -> http.client.HTTPResponse:
        """Keep a response to be closed at the end, whoever fails before it is read."""
        self._responses.append(response)
        return response

    def hold(self, line: socket.socket) -> None:
        with self._lock:
            self._forget()
            self._held = line.dup()
            if self.is_cut:
                self._shut()

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            self._shut()

    def let_go(self) -> None:
        with self._lock:
            self._forget()
        for response in self._responses:
            response.close()

    def _shut(self) -> None:
        if self._held is not None:
            with suppress(OSError):
                self._held.shutdown(socket.SHUT_RDWR)

    def _forget(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


class _Plain(http.client.HTTPConnection):
    def __init__(self, *args: Any, line: _Line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._line = line

    def connect(self) -> None:
        super().connect()
        self._line.hold(self.sock)


class _Secure(http.client.HTTPSConnection, _Plain):
    """`HTTPSConnection.connect` connects through its base, here `_Plain`: the line is held before the handshake."""


class _Handler(urllib.request.HTTPSHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self._line.keep(self.do_open(partial(_Plain, line=self._line), request))

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self._line.keep(self.do_open(partial(_Secure, line=self._line), request, context=_trust()))

    http_request = urllib.request.HTTPSHandler.https_request


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 3

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not _may_lead(req.full_url, newurl, self._hosts):
            host = _host(newurl)
            raise Unanswered(
                T("It redirects to another host: {host}", host=host),
                T("If that is right, name it in the playbook: hosts."),
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _may_lead(here: str, there: str, hosts: Collection[str]) -> bool:
    """Whether a redirect stays at its origin, or leads to a host that is named; never from https to http."""
    try:
        old, new = urlsplit(here), urlsplit(there)
        same = (old.hostname, old.port, old.scheme) == (new.hostname, new.port, new.scheme)
    except ValueError:
        return False
    if same:
        return True
    safe = new.scheme == "https" or (old.scheme == new.scheme == "http" and is_loopback(new.hostname or ""))
    return safe and new.hostname in (old.hostname, *hosts) and (new.hostname != old.hostname or new.port == old.port)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc[:200]
    except ValueError:
        return "?"


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def fetch(url: str, headers: Mapping[str, str], limits: Limits, cancel: Cancel) -> bytes | None:
    """The body of a successful answer; None where the service does not know what it was asked for.

    Raises:
        Unanswered: it took too long, failed, sent too much, or leads elsewhere.
    """
    line = _Line()
    clock = threading.Timer(limits.seconds, line.cut)
    clock.daemon = True
    with cancel.calling(line.cut):
        clock.start()
        try:
            return _fetched(url, headers, limits, line)
        except Unanswered:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _failed(error, line, limits) from None
        finally:
            clock.cancel()
            line.let_go()


def _fetched(url: str, headers: Mapping[str, str], limits: Limits, line: _Line) -> bytes | None:
    mine = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": f"oppwizard/{__version__}"}
    request = urllib.request.Request(url, headers=mine | dict(headers))
    try:
        with _opener(url, limits, line).open(request, timeout=limits.seconds) as response:
            body = _read(response, limits)
    except urllib.error.HTTPError as error:
        with error:
            _raise_for(error)
        return None
    if line.is_cut:  # what was read before the line was cut is no answer
        raise TimeoutError
    return body


def _opener(url: str, limits: Limits, line: _Line) -> urllib.request.OpenerDirector:
    """An opener that knows http and https alone; the system's proxies are for other machines than this one."""
    opener = urllib.request.OpenerDirector()
    direct = is_loopback(urlsplit(url).hostname or "")
    for handler in (
        urllib.request.ProxyHandler({} if direct else None),
        urllib.request.UnknownHandler(),
        _Handler(line),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(limits.hosts),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _read(response: http.client.HTTPResponse, limits: Limits) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := response.read1(_CHUNK):
        size += len(chunk)
        if size > limits.most:
            raise Unanswered(
                T("It sends more than {limit} kB", limit=limits.most // 1_000),
                T("If that is right, raise kilobytes in the playbook."),
            )
        parts.append(chunk)
    return b"".join(parts)


def _raise_for(error: urllib.error.HTTPError) -> None:
    """Say what a status means; of those that mean "not known here" nothing is said."""
    if error.code in (404, 410):
        return
    if error.code in (401, 403):
        raise Unanswered(
            T("It refuses the credentials ({status})", status=error.code),
            T("Check the secret that the playbook names."),
        )
    if 300 <= error.code < 400:
        raise Unanswered(T("It redirects too often"))
    raise Unanswered(
        T("It answers with status {status}", status=error.code), again=error.code in _AGAIN, after=_seconds(error)
    )


def _seconds(error: urllib.error.HTTPError) -> float | None:
    asked = (error.headers.get("Retry-After") or "").strip()
    return float(asked[:4]) if asked.isascii() and asked.isdecimal() else None


def _failed(error: Exception, line: _Line, limits: Limits) -> Unanswered:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if line.is_cut or isinstance(cause, TimeoutError):
        return Unanswered(T("It did not answer within {seconds} s", seconds=f"{limits.seconds:g}"), again=True)
    if isinstance(cause, ssl.SSLError):
        return Unanswered(
            T("Its certificate or encryption is not accepted: {cause}", cause=type(cause).__name__),
            T("Ask whoever runs it, or your network's administrator."),
        )
    told = getattr(cause, "strerror", None) or type(cause).__name__
    return Unanswered(
        T("It cannot be reached: {cause}", cause=told), again=isinstance(cause, OSError | http.client.HTTPException)
    )
