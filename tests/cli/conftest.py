"""Command lines run in this process, on a store of the test's own and a fixed day."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import time_machine

from oppwizard.cli.running import run
from oppwizard.context import Context
from oppwizard.model.enums import Stage


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _circumstances(monkeypatch: pytest.MonkeyPatch, context: Context) -> Iterator[None]:
    for name in ("OPPWIZARD_LANG", "OPPWIZARD_PLAYBOOK", "OPPWIZARD_DEBUG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPPWIZARD_DB", str(context.store))
    monkeypatch.setenv("OPPWIZARD_USER", "rep")
    with time_machine.travel(dt.datetime.combine(context.today, dt.time(9), dt.UTC), tick=True):
        yield


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command line."""

    def execute(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return execute


@pytest.fixture
def sample(left_in: Callable[[Stage | None], UUID]) -> str:
    """The identity of a finished record in the test's store."""
    return str(left_in(None))


@pytest.fixture
def begun(cli: Command) -> str:
    """The identity of a draft in the test's store."""
    return cli("new", "Acme").out.strip()
