"""Where messages go; and that no address is ever told, whatever fails."""

import builtins
import datetime as dt
import json
import logging
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from oppwizard.data.tables import Message
from oppwizard.model.notices import Event, Level
from oppwizard.notify.channels import NotDelivered, Place, Unready, deliver, place_of
from oppwizard.playbook.notifying import Notify

SECRET = "s3cret-t0ken"


def message(**values: Any) -> Message:
    now = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    given = {"event": Event.CREATED, "channel": "team", "title": "Deal", "body": "Text", **values}
    return Message(key="", created_at=now, next_at=now, **given)


def notify(**given: Any) -> Notify:
    return Notify.model_validate(given)


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 5

    def __init__(self, **held: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held = held

    def get_password(self, service: str, username: str) -> str | None:
        if username == "broken":
            raise RuntimeError(f"locked: {SECRET}")
        return self.held.get(username) if service == "oppwizard" else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Ring(chat=f"json://user:{SECRET}@example.org"))
    yield
    keyring.set_keyring(before)


# Whom a channel means


def test_an_address_comes_from_the_playbook_the_environment_or_the_keyring(
    ring: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM_CHANNEL", f"slack://{SECRET}/x/y")
    given = notify(channels={"plain": "file:x", "env": "env:TEAM_CHANNEL", "ring": "keyring:chat"})
    assert [place_of(given, name).kind for name in ("plain", "env", "ring")] == ["file", "slack", "json"]


def test_a_person_has_a_channel_of_their_own_else_that_of_their_role() -> None:
    given = notify(people={"Mona Ito": "file:mona", "@manager": "file:managers"})
    found = [place_of(given, f"@manager:{name}").address for name in ("mona  ITO", "Ben", "")]
    assert found == ["file:mona", "file:managers", "file:managers"]
    assert place_of(given, "@owner:Mona Ito").address == "file:mona"


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("gone", "The playbook has no channel “gone”"),
        ("@owner:Ada", "Nobody has said where messages for Ada go"),
        ("@owner:", "Nobody has said where messages for @owner go"),
        ("unset", "The environment has no variable OPPWIZARD_NOT_SET"),
        ("lost", "The keyring has no “nothing”"),
        ("broken", "The keyring cannot be asked"),
        ("bad", "The address of channel “bad” is none"),
        ("person only", "The playbook has no channel “person only”"),
    ],
)
def test_what_is_missing_is_named_and_no_secret_with_it(
    ring: None, monkeypatch: pytest.MonkeyPatch, channel: str, says: str
) -> None:
    monkeypatch.delenv("OPPWIZARD_NOT_SET", raising=False)
    monkeypatch.setenv("BAD", f"{SECRET}")
    addresses = {
        "unset": "env:OPPWIZARD_NOT_SET",
        "lost": "keyring:nothing",
        "broken": "keyring:broken",
        "bad": "env:BAD",
    }
    with pytest.raises(Unready) as caught:
        place_of(notify(channels=addresses, people={"person only": "file:x"}), channel)
    assert says in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_place_does_not_show_its_address() -> None:
    assert SECRET not in repr(Place("json", f"json://{SECRET}"))


# Files


def test_a_line_that_was_cut_off_stays_one_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_bytes(b'{"half')
    for title in ("a", "b"):
        deliver(Place("file", f"file://{file}"), message(title=title))
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == '{"half'
    assert [json.loads(line)["title"] for line in lines[1:]] == ["a", "b"]


@pytest.mark.parametrize("name", ["missing/out.jsonl", ""])
def test_a_file_that_cannot_be_written_is_an_attempt_that_failed(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotDelivered, match="cannot be written"):
        deliver(Place("file", f"file:{tmp_path / name}"), message())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_without_a_reader_holds_nobody_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(NotDelivered):
        deliver(Place("file", f"file:{pipe}"), message())


# Apprise


class Stand(HTTPServer):
    """A service on this machine alone: keeps what it was sent, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, Any]] = []
        self.status = 200

    @property
    def place(self) -> Place:
        return Place("json", f"json://user:{SECRET}@127.0.0.1:{self.server_port}/{SECRET}")


class _Handler(BaseHTTPRequestHandler):
    server: Stand

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def stand() -> Iterator[Stand]:
    pytest.importorskip("apprise")
    server = Stand()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_apprise_hands_a_message_over_as_it_is(stand: Stand) -> None:
    hostile = "<b>*Acme*</b> {title} \\n &amp; [x](y)"
    deliver(stand.place, message(title=hostile, body=f"{hostile}\n二行目", level=Level.URGENT))
    ((path, sent),) = stand.asked
    assert (path, sent["title"], sent["message"], sent["type"]) == (
        f"/{SECRET}",
        hostile,
        f"{hostile}\n二行目",
        "failure",
    )


def test_a_service_that_fails_and_recovers_tells_no_secret(
    stand: Stand, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stand.status = 503
    with pytest.raises(NotDelivered, match="answered with error 503") as caught:
        deliver(stand.place, message())
    stand.status = 200
    deliver(stand.place, message())
    assert len(stand.asked) == 2
    printed = capfd.readouterr()
    assert SECRET not in f"{caught.value!r}{caught.value}{printed.out}{printed.err}{caplog.text}"


def test_a_service_that_is_not_there_is_an_attempt_that_failed(stand: Stand, capfd: pytest.CaptureFixture[str]) -> None:
    nowhere = Place("json", f"json://{SECRET}@127.0.0.1:1/")
    with pytest.raises(NotDelivered, match="could not be reached") as caught:
        deliver(nowhere, message())
    assert SECRET not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_an_address_that_apprise_does_not_know_waits_for_its_mending(stand: Stand) -> None:
    with pytest.raises(Unready, match="Apprise does not know") as caught:
        deliver(Place("nosuch", f"nosuch://{SECRET}"), message())
    assert SECRET not in str(caught.value)


def test_without_apprise_messages_wait_and_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == "apprise":
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Unready, match="need Apprise") as caught:
        deliver(Place("slack", f"slack://{SECRET}"), message())
    assert "pip install “oppwizard[notify]”" in str(caught.value)
