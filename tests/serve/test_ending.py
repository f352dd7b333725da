"""`oppwizard serve` as a process: how it stops, and what it hands on."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from tests.serve.browser import TIMEOUT
from tests.serve.conftest import serving

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]


def _has_open(folder: Path, store: Path) -> bool:
    with contextlib.suppress(OSError):
        return any(each.readlink() == store for each in (folder / "fd").iterdir())
    return False


def apps_of(store: Path) -> list[str]:
    """The processes that have a store open."""
    return [folder.name for folder in Path("/proc").glob("[0-9]*") if _has_open(folder, store)]


async def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    end = asyncio.get_running_loop().time() + TIMEOUT
    while not holds():
        assert asyncio.get_running_loop().time() < end, f"still not: {what}"
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("how", [pytest.param(signal.SIGTERM, marks=pytest.mark.soak), signal.SIGINT, signal.SIGKILL])
async def test_however_the_server_ends_its_apps_do(tmp_path: Path, how: signal.Signals) -> None:
    folder = tmp_path / 'it\'s "$(touch hit)"; & 日本'
    folder.mkdir()
    store = folder / "store.db"
    jar = aiohttp.CookieJar(unsafe=True)
    async with serving(tmp_path, store) as served, aiohttp.ClientSession(cookie_jar=jar) as http:
        async with http.get(served.url) as answer:
            assert answer.status == 200
        async with http.ws_connect(f"{served.base}/ws", origin=served.base):
            await until(lambda: apps_of(store), "an app has the store open that was named")
            served.process.send_signal(how)
            code = await asyncio.wait_for(served.process.wait(), TIMEOUT)
            await until(lambda: not apps_of(store), "the app has let go of it")
    assert code == (-signal.SIGKILL if how == signal.SIGKILL else 0)
    assert not list(tmp_path.rglob("hit"))
