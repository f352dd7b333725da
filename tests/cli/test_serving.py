"""`oppwizard serve`: what it says, and what it refuses."""

import sys

import pytest

from oppwizard.serve import starting
from oppwizard.serve.door import Door, Place
from tests.cli.conftest import Command


def test_other_machines_are_warned_of(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "serve", lambda host, port, public, ready: ready(Door(Place(host, port, public))))
    assert "not encrypted" in cli("serve", "--host", "0.0.0.0").err
    assert cli("serve").err == ""


@pytest.mark.parametrize("arguments", [("--host", "example.com"), ("--public-url", "deals"), ("--port", "70000")])
def test_addresses_that_are_none_are_refused(cli: Command, arguments: tuple[str, str]) -> None:
    answer = cli("serve", *arguments)
    assert answer.code in (2, 3)
    assert arguments[1] in answer.err or arguments[0] in answer.err


def test_without_the_extra_it_says_how_to_get_it(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "oppwizard.serve.server", None)  # as if what it imports were not there
    answer = cli("serve")
    assert answer.code == 2
    assert "oppwizard[serve]" in answer.err
