"""One open page: an app of its own, started for it and ended with it.

The app is Textual's, and so is what it says: ``textual.drivers.web_driver`` writes packets to its standard output, and
reads them from its input. textual-serve runs such an app by a shell and never waits for its end, hence not by it.
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import WSMsgType, web

from oppwizard.context import WEB_DRIVER

APP: Final[tuple[str, ...]] = ("-P", "-m", "oppwizard")
"""What Python runs. ``-P`` keeps the working folder out of what is imported; which store and which language is told by
the environment alone."""
SMALLEST: Final = 1
LARGEST: Final = 1000
"""Cells in a row, rows on a page: what no window is beyond."""
GRACE: Final = 10.0
"""Seconds for an app to save and leave."""
_HEARTBEAT: Final = 15.0
"""Seconds after which a page that went away without a word is noticed."""
_FAREWELL: Final = 3.0
"""Seconds for a page to confirm that its socket is closed."""
_PRELUDE: Final = b"__GANGLION__\n"
"""The line that an app begins with."""


async def opened(request: web.Request) -> web.WebSocketResponse:
    """A page's socket."""
    socket = web.WebSocketResponse(heartbeat=_HEARTBEAT, timeout=_FAREWELL)
    await socket.prepare(request)
    return socket


async def hold(socket: web.WebSocketResponse, size: Mapping[str, str]) -> None:
    """Run an app for a page, until the app ends or the socket is closed, by whomever."""
    width, height = _cells(size.get("width"), 80), _cells(size.get("height"), 24)
    app = await asyncio.create_subprocess_exec(
        sys.executable, *APP, stdin=PIPE, stdout=PIPE, env=_environment(width, height)
    )
    showing = asyncio.create_task(_show(app, socket))
    try:
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                await _hear(message.data, app, socket)
    finally:
        await _end(app)
        await showing


def _environment(width: int, height: int) -> dict[str, str]:
    """What tells an app to talk to a page."""
    return os.environ | {
        "TEXTUAL_DRIVER": WEB_DRIVER,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM_PROGRAM": "textual",
        "COLUMNS": str(width),
        "ROWS": str(height),
    }


async def _show(app: Process, socket: web.WebSocketResponse) -> None:
    """Pass on what the app shows, until it ends; then the page learns of it."""
    assert app.stdout is not None
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ValueError):
        await app.stdout.readuntil(_PRELUDE)
        while True:
            kind = await app.stdout.readexactly(1)
            packet = await app.stdout.readexactly(int.from_bytes(await app.stdout.readexactly(4), "big"))
            if kind == b"D":
                await socket.send_bytes(packet)
            elif kind == b"M" and json.loads(packet).get("type") == "exit":
                break
    with contextlib.suppress(ConnectionError):
        await socket.close()
    while await app.stdout.read(65536):  # an app whose words nobody takes could not end
        pass


async def _hear(text: str, app: Process, socket: web.WebSocketResponse) -> None:
    """Give the app what a page says; what is none of its messages is let pass."""
    match _message(text):
        case ["stdin", str(typed)]:
            await _tell(app, b"D", typed.encode("utf-8", "replace"))
        case ["resize", {"width": width, "height": height}]:
            size = {"type": "resize", "width": _cells(width, 80), "height": _cells(height, 24)}
            await _tell(app, b"M", json.dumps(size).encode())
        case ["ping", str(sent)]:
            await socket.send_json(["pong", sent])
        case ["focus" | "blur" as what]:
            await _tell(app, b"M", json.dumps({"type": what}).encode())


async def _tell(app: Process, kind: bytes, packet: bytes) -> None:
    assert app.stdin is not None
    with contextlib.suppress(ConnectionError):  # it has just ended; its page learns of it anyway
        app.stdin.write(kind + len(packet).to_bytes(4, "big") + packet)
        await app.stdin.drain()


async def _end(app: Process) -> None:
    """Let the app save and leave; one that does not is ended."""
    try:
        await asyncio.wait_for(_ask_to_leave(app), GRACE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            app.kill()
        await app.wait()


async def _ask_to_leave(app: Process) -> None:
    await _tell(app, b"M", b'{"type": "quit"}')
    await app.wait()


def _message(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _cells(said: object, otherwise: int) -> int:
    try:
        return min(max(int(str(said)), SMALLEST), LARGEST)
    except ValueError:
        return otherwise
