"""The server as whoever reaches its port sees it: nothing without the key, nothing by a foreign name."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from oppwizard.errors import InvalidInput
from oppwizard.serve import server, sessions
from oppwizard.serve.door import Door
from oppwizard.serve.server import Server
from tests.serve.browser import TIMEOUT

PATHS = ("/", "/ws", "/static/js/textual.js", "/page/page.js", "/nothing", "/?token=", "/?token=guess")
_ECHO = """
import os, sys
out = sys.stdout.buffer
def send(kind, data):
    out.write(kind + len(data).to_bytes(4, "big") + data); out.flush()
out.write(b"__GANGLION__\\n")
send(b"D", (os.environ["COLUMNS"] + "x" + os.environ["ROWS"]).encode())
while True:
    kind = sys.stdin.buffer.read(1)
    data = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(4), "big"))
    if b"quit" in data:
        open(sys.argv[0] + ".left", "w").close()
        break
    send(b"D", kind + data)
    if not kind or data == b"crash":
        break
"""
"""An app that says back what it is told."""


@dataclass(frozen=True)
class Client:
    """Somebody who has reached the port."""

    door: Door
    http: aiohttp.ClientSession

    async def status(self, path: str, method: str = "GET", **headers: str) -> int:
        """What a request is answered with."""
        async with self.http.request(method, f"{self.base}{path}", headers=headers) as answer:
            return answer.status

    async def enter(self) -> None:
        """Bring the token."""
        assert await self.status(self.door.address.removeprefix(self.base)) == 200

    @property
    def base(self) -> str:
        """The server's address."""
        return self.door.place.url

    async def connect(self, query: str = "", origin: str | None = None) -> aiohttp.ClientWebSocketResponse:
        """A page's socket."""
        return await self.http.ws_connect(f"{self.base}/ws{query}", origin=origin or self.base)


@contextlib.asynccontextmanager
async def serving(host: str = "127.0.0.1") -> AsyncIterator[Client]:
    """A server, and somebody at its port, for as long as the block takes."""
    ready: asyncio.Future[Door] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(Server(host, 0).run(ready.set_result))
    door = await asyncio.wait_for(ready, TIMEOUT)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Client(door, http)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serving() as client:
        yield client


@pytest.fixture
def _echo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "it's an app.py"
    script.write_text(_ECHO)
    monkeypatch.setattr(sessions, "APP", (str(script),))


async def test_nothing_is_there_without_the_key(client: Client) -> None:
    for path in PATHS:
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            assert await client.status(path, method, Origin=client.base) == 403, (method, path)


async def test_the_token_opens_to_the_first_who_brings_it(client: Client) -> None:
    address = client.door.address
    async with client.http.get(address) as answer:
        cookie = answer.headers["Set-Cookie"]
        assert "token" not in answer.headers.get("Location", "")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert address.partition("token=")[2] not in cookie
    assert [await client.status(path) for path in ("/", "/static/js/textual.js", "/page/page.js")] == [200] * 3
    assert await client.status("/nothing") == 404
    async with aiohttp.ClientSession() as other:
        for path in (address.removeprefix(client.base), *PATHS):
            assert (await other.get(f"{client.base}{path}")).status == 403, path


async def test_what_is_fetched_ahead_does_not_use_the_token_up(client: Client) -> None:
    path = client.door.address.removeprefix(client.base)
    assert await client.status(path, "HEAD") == 403
    assert await client.status(path, **{"Sec-Purpose": "prefetch"}) == 403
    assert await client.status(path.replace("/?", "/ws?"), Origin=client.base) == 403
    assert await client.status(path, Host="evil.example") == 403
    assert await client.status(path) == 200


async def test_the_key_is_of_no_use_to_foreign_names_and_pages(client: Client) -> None:
    await client.enter()
    for path in ("/", "/ws", "/page/page.js"):
        assert await client.status(path, Host="evil.example", Origin=client.base) == 403
        assert await client.status(path, Origin="https://evil.example") == 403
    assert await client.status("/ws") == 403, "a socket without an origin"
    for origin in ("https://evil.example", "null"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.connect(origin=origin)
        assert refused.value.status == 403


async def test_every_answer_is_closed_to_others(client: Client) -> None:
    for _ in range(2):
        async with client.http.get(f"{client.base}/") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "http" not in await answer.text() or answer.status == 403
        await client.http.get(client.door.address)


@pytest.mark.usefixtures("_echo")
async def test_keys_and_sizes_reach_the_app(client: Client) -> None:
    await client.enter()
    async with await client.connect("?width=111&height=9999999") as socket:
        assert await socket.receive_bytes() == b"111x1000"
        for told in (["stdin", "日本\x1b[A"], ["resize", {"width": 90, "height": "1e9"}], ["focus"], ["blur"]):
            await socket.send_json(told)
        got = [await socket.receive_bytes() for _ in range(4)]
        await socket.send_json(["ping", "12"])
        assert await socket.receive_json() == ["pong", "12"]
    assert got[0] == "D日本\x1b[A".encode()
    assert [each[:1] for each in got[1:]] == [b"M"] * 3
    assert b'"width": 90, "height": 24' in got[1]


@pytest.mark.usefixtures("_echo")
async def test_what_is_no_message_harms_nothing(client: Client) -> None:
    await client.enter()
    async with await client.connect() as socket:
        await socket.receive_bytes()
        for text in ("", "{", "[]", "1", '["stdin", 3]', '["resize", null]', '["stdin"]', "[" * 100_000):
            await socket.send_str(text)
        await socket.send_bytes(b"\xff")
        await socket.send_json(["stdin", "\ud800 still there"])
        assert await socket.receive_bytes() == b"D? still there"


@pytest.mark.usefixtures("_echo")
async def test_a_page_learns_that_its_app_has_ended(client: Client) -> None:
    await client.enter()
    async with await client.connect() as socket:
        await socket.receive_bytes()
        await socket.send_json(["stdin", "crash"])
        await socket.receive_bytes()
        assert (await socket.receive()).type == aiohttp.WSMsgType.CLOSE


@pytest.mark.usefixtures("_echo")
async def test_apps_are_as_many_as_may_be(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SESSIONS", 1)
    await client.enter()
    async with await client.connect() as socket:
        await socket.receive_bytes()
        assert await client.status("/ws", Origin=client.base) == 503


@pytest.mark.usefixtures("_echo")
async def test_apps_are_told_to_leave_when_the_server_stops(tmp_path: Path) -> None:
    async with serving() as client:
        await client.enter()
        socket = await client.connect()
        await socket.receive_bytes()
        leaving = asyncio.create_task(socket.receive())
    assert (await leaving).type == aiohttp.WSMsgType.CLOSE
    assert list(tmp_path.glob("*.left"))


async def test_a_port_that_is_taken_is_said(client: Client) -> None:
    port = client.door.place.port
    with pytest.raises(InvalidInput, match="Nothing can be served"):
        await Server("127.0.0.1", port).run(print)
