"""The command `oppwizard serve` in a process of its own, on a free port."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.terminal import command, environment
from tests.serve.browser import TIMEOUT


@dataclass(frozen=True)
class Served:
    """A running server.

    Attributes:
        url: the address that works once.
        base: the same without the token.
    """

    process: asyncio.subprocess.Process
    url: str
    base: str


@contextlib.asynccontextmanager
async def serving(home: Path, store: Path, *arguments: str) -> AsyncIterator[Served]:
    """The server, running for as long as the block takes."""
    words = command("--db", str(store), "serve", "--port", "0", "--json", *arguments)
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, env=environment(home), cwd=str(home)
    )
    try:
        assert process.stdout is not None
        told = json.loads(await asyncio.wait_for(process.stdout.readuntil(b"}"), TIMEOUT))
        yield Served(process, told["url"], told["url"].partition("/?")[0])
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), TIMEOUT)
