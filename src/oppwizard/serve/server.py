"""The server: pages and sockets of one person's apps, behind a door."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from typing import Final

from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler, Middleware

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T
from oppwizard.serve import pages
from oppwizard.serve.door import Door, Place
from oppwizard.serve.sessions import GRACE, hold, opened

SESSIONS: Final = 16
"""Pages that are open at the same time; each is a whole app."""


class Server:
    """Serves one store to one browser, until it is stopped."""

    def __init__(self, host: str, port: int, public: str | None = None) -> None:
        self._place = Place(host, port, public)
        self._door = Door(self._place)
        self._open: dict[asyncio.Task[object], web.WebSocketResponse] = {}

    async def run(self, ready: Callable[[Door], object]) -> None:
        """Serve until SIGTERM, or until this is cancelled (Ctrl+C).

        Args:
            ready: is told the door, once it can be opened.

        Raises:
            InvalidInput: the address cannot be had.
        """
        # No access log: it would hold the token.
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=GRACE)
        await runner.setup()
        try:
            await self._listen(runner)
            stopped = _stop_signal()
            ready(self._door)
            await stopped.wait()
        finally:
            await self._end_sessions()
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        place = self._place
        try:
            await web.TCPSite(runner, place.host, place.port).start()
        except OSError as error:
            raise InvalidInput(
                T("Nothing can be served at {address}: {cause}", address=place.netloc, cause=error.strerror or error),
                T("Name another port with --port; 0 takes a free one."),
            ) from error
        self._place = Place(place.host, runner.addresses[0][1], place.public)
        self._door.place = self._place

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard()])
        application.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws", self._socket),
                web.static("/static", pages.STATIC),
                web.static("/page", pages.OURS),
            ]
        )
        application.on_response_prepare.append(_harden)
        return application

    # The door

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._is_addressed(request):
                return pages.refused(T("This server is not known by that name."))
            if not self._is_own_page(request):
                return pages.refused(T("Another site's page asked for this."))
            if self._door.admits(request.cookies.get(self._door.cookie)):
                return await handler(request)
            if self._has_token(request):
                return self._let_in()
            return pages.refused(
                T("The address with its token works once, in one browser. Start “oppwizard serve” again for a new one.")
            )

        return guard

    def _is_addressed(self, request: web.Request) -> bool:
        return self._place.knows_host(request.headers.get("Host", ""))

    def _is_own_page(self, request: web.Request) -> bool:
        """Browsers name the page that opens a socket, always; other requests need not, but if they do it is ours."""
        origin = request.headers.get("Origin")
        if origin is None:
            return request.path != "/ws"
        return self._place.knows_origin(origin)

    def _has_token(self, request: web.Request) -> bool:
        """Whether a person brings the token; what a browser or a mail program fetches ahead does not use it up."""
        fetched_ahead = "Sec-Purpose" in request.headers or "Purpose" in request.headers
        plain = request.method == "GET" and request.path == "/" and not fetched_ahead
        return plain and self._door.burn(request.query.get("token"))

    def _let_in(self) -> web.Response:
        answer = pages.entered()
        secure = self._place.url.startswith("https:")
        answer.set_cookie(self._door.cookie, self._door.key, httponly=True, samesite="Strict", secure=secure, path="/")
        return answer

    # What is behind it

    async def _index(self, request: web.Request) -> web.Response:
        return pages.terminal()

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if len(self._open) >= SESSIONS:
            return web.Response(status=503, text=f"{T('Too many pages are open; close one.')}\n")
        task = asyncio.current_task()
        assert task is not None
        socket = self._open[task] = await opened(request)
        try:
            await hold(socket, request.query)
        finally:
            del self._open[task]
        return socket

    async def _end_sessions(self) -> None:
        """Let every app save and leave: closing its socket ends a session as its page would have."""
        if self._open:
            sessions = set(self._open)
            await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._open.values()))
            await asyncio.wait(sessions)


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl+C cancels, which is enough
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    return stopped


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(pages.HEADERS)
