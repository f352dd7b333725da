"""A headless Chromium, told what to do over its DevTools protocol; what it was sent is read through an emulator."""

import asyncio
import base64
import contextlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
import pyte
import pytest

from tests.e2e.terminal import SKIPPED

TIMEOUT: Final = 60.0
"""Seconds that anything may take; the machine is shared."""
_POLL: Final = 0.05
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
HOW: Final = "no Chromium: install it (Debian: apt install chromium), or name one by OPPWIZARD_CHROMIUM=PATH"

_KEYS: Final = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, "")}
"""The code of a key, and the text that it makes."""


def chromium() -> str:
    """The browser; without one the test is skipped."""
    named = os.environ.get("OPPWIZARD_CHROMIUM")
    found = named or next((path for path in map(shutil.which, _NAMES) if path), None)
    if found is None:
        pytest.skip(HOW)
    return found


class Page:
    """A page of the browser.

    Attributes:
        requests: every address that the page has asked for.
        sizes: the sizes of the terminal that the page has told the app.
        screen: what the terminal on the page shows.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.requests: list[str] = []
        self.sizes: list[tuple[int, int]] = []
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self.screen)
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.create_task(self._read())

    async def ask(self, method: str, **values: object) -> dict[str, Any]:
        """Call a method of the protocol."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": values})
        return await asyncio.wait_for(answer, TIMEOUT)

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.ask("Page.navigate", url=url)

    async def says(self, expression: str) -> Any:
        """What an expression is on the page."""
        answer = await self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def resize(self, width: int, height: int) -> None:
        """Make the window larger or smaller."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def press(self, key: str) -> None:
        """Press a key: a letter, or one of `_KEYS`."""
        code, text = _KEYS[key] if key in _KEYS else (ord(key.upper()), key)
        await self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, text=text)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    async def commit(self, text: str) -> None:
        """Put in what an input method has composed."""
        await self.ask("Input.imeSetComposition", text=text, selectionStart=len(text), selectionEnd=len(text))
        await self.ask("Input.insertText", text=text)

    async def picture(self) -> bytes:
        """The page as a PNG."""
        return base64.b64decode((await self.ask("Page.captureScreenshot"))["data"])

    def text(self) -> str:
        """The terminal as lines of text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def wait_for(self, wanted: str | Callable[[], object]) -> None:
        """Wait until a text is on the terminal, or something is true.

        Raises:
            AssertionError: it never was; with the terminal as it is.
        """
        holds = (lambda: wanted in self.text()) if isinstance(wanted, str) else wanted
        end = asyncio.get_running_loop().time() + TIMEOUT
        while not holds():
            assert asyncio.get_running_loop().time() < end, f"still not: {wanted!r}\n{self.text()}\n{self.requests}"
            await asyncio.sleep(_POLL)

    async def wait_until(self, expression: str) -> None:
        """Wait until an expression is true on the page."""
        end = asyncio.get_running_loop().time() + TIMEOUT
        while not await self.says(expression):
            assert asyncio.get_running_loop().time() < end, f"still not: {expression}"
            await asyncio.sleep(_POLL)

    async def close(self) -> None:
        """Let go of it."""
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading
        await self._socket.close()

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told.get("result", {}))
            else:
                self._notice(told["method"], told["params"])

    def _notice(self, event: str, told: dict[str, Any]) -> None:
        match event:
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(told["url"])
            case "Network.webSocketFrameSent":
                self._notice_size(told["response"]["payloadData"])
            case "Network.webSocketFrameReceived" if told["response"]["opcode"] == 2:
                shown = base64.b64decode(told["response"]["payloadData"]).decode()
                self._stream.feed(SKIPPED.sub("", shown))

    def _notice_size(self, sent: str) -> None:
        match json.loads(sent):
            case ["resize", {"width": int(width), "height": int(height)}]:
                self.sizes.append((width, height))
                self.screen.resize(height, width)


@contextlib.asynccontextmanager
async def browsing(profile: Path) -> AsyncIterator[Page]:
    """A browser with one empty page, for as long as the block takes."""
    process = await asyncio.create_subprocess_exec(
        chromium(),
        *("--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}", "--no-sandbox"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        port = await _port(profile, process)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                target = next(each for each in await answer.json() if each["type"] == "page")
            page = Page(await session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0))
            for domain in ("Page", "Network"):
                await page.ask(f"{domain}.enable")
            yield page
            await page.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _port(profile: Path, process: asyncio.subprocess.Process) -> int:
    file = profile / "DevToolsActivePort"
    async with asyncio.timeout(TIMEOUT):
        while not (file.exists() and (lines := file.read_text().splitlines())):
            assert process.returncode is None, f"the browser has ended with {process.returncode}"
            await asyncio.sleep(_POLL)
    return int(lines[0])
