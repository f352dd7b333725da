"""The outbox on the command line."""

import json
from pathlib import Path

import pytest

from oppwizard.context import Context
from oppwizard.model.base import new_id
from oppwizard.notify.flushing import CLAIMED_FOR
from oppwizard.walk import open_walk
from tests.cli.conftest import Command

SECRET = "s3cret-t0ken"
RULES = """
[notify.channels]
team = "file:{file}"
chat = "env:OPPWIZARD_TEST_CHAT"
[[notify.rules]]
on = ["won", "lost", "step_overdue"]
to = ["team", "chat"]
title = {{ en = "{{event}}: {{title}}" }}
"""


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the channel ``team`` writes; ``chat`` has no address yet."""
    playbook, file = tmp_path / "playbook.toml", tmp_path / "out.jsonl"
    playbook.write_text(RULES.format(file=file.as_posix()), encoding="utf-8")
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(playbook))
    monkeypatch.delenv("OPPWIZARD_TEST_CHAT", raising=False)
    return file


@pytest.fixture
def won(out: Path, sample: str, cli: Command) -> str:
    """A deal just won: one message for each of the two channels."""
    assert cli("close", sample, "--won", "--reason", "Price and references").code == 0
    return sample


def sent(file: Path) -> list[str]:
    return [json.loads(line)["title"] for line in file.read_text(encoding="utf-8").splitlines()]


def test_what_waits_is_listed_with_state_and_recipient(cli: Command, won: str) -> None:
    lines = cli("notify").out.splitlines()
    assert len(lines) == 2
    assert all("Waits" in line and "Deal won: Harbor Tools" in line for line in lines)
    listed = cli("notify", "--json").json
    assert {one["channel"]: (one["state"], one["record"], one["attempts"]) for one in listed} == {
        "team": ("waiting", won, 0),
        "chat": ("waiting", won, 0),
    }


def test_a_flush_sends_what_it_can_and_says_what_it_cannot(cli: Command, won: str, out: Path) -> None:
    answer = cli("notify", "--flush")
    assert answer.code == 1
    assert answer.out.splitlines() == [
        "1 messages sent",
        "chat: The environment has no variable OPPWIZARD_TEST_CHAT. It is to hold the address of the channel.",
    ]
    assert cli("notify", "--flush", "--json").json["sent"] == 0
    assert len(sent(out)) == 1
    assert [(one["channel"], one["state"]) for one in cli("notify", "--all", "--json").json] == [
        ("chat", "waiting"),
        ("team", "sent"),
    ]


def test_when_all_is_well_the_exit_code_says_so(
    cli: Command, won: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPPWIZARD_TEST_CHAT", f"file:{out}")
    answer = cli("notify", "--flush")
    assert (answer.code, answer.out, len(sent(out))) == (0, "2 messages sent\n", 2)
    assert cli("notify").err == "No message waits.\n"


def test_a_dry_run_writes_and_sends_nothing(cli: Command, won: str, out: Path, context: Context) -> None:
    cli("reopen", won)
    cli("set", won, "next_step_on=2026-11-20")
    answer = cli("notify", "--flush", "--dry-run", "--json")
    assert (answer.code, len(answer.json), out.exists()) == (0, 4, False)
    assert {one["event"] for one in answer.json} == {"won", "step_overdue"}
    walk = open_walk(context)
    assert [message.event.value for message in walk.store.outbox.listed()] == ["won", "won"]
    walk.store.close()
    assert cli("notify", "--flush", "--dry-run").err == "4 messages would be sent\n"


def test_a_message_is_dropped_and_taken_up_again(cli: Command, won: str) -> None:
    first = cli("notify").out.split()[0]
    assert cli("notify", "--drop", first).out.startswith("It will not be sent: Deal won")
    assert len(cli("notify").out.splitlines()) == 1
    again = cli("notify", "--drop", first)
    assert (again.code, "too late for that: Dropped by hand" in again.err) == (1, True)
    assert cli("notify", "--retry", first, "--json").json["state"] == "waiting"
    assert len(cli("notify").out.splitlines()) == 2


def test_a_message_whose_sender_died_is_listed_as_perhaps_sent_and_sent_again_by_hand_alone(
    cli: Command, won: str, out: Path, context: Context
) -> None:
    walk = open_walk(context)
    then = walk.context.now - CLAIMED_FOR
    (team,) = (one for one in walk.store.outbox.listed() if one.channel == "team")
    walk.store.outbox.claim(new_id(), walk.context.now, then, urgent_only=False, without=["chat"])
    walk.store.close()
    assert "Perhaps sent" in cli("notify").out
    cli("notify", "--flush")
    assert not out.exists()
    assert cli("notify", "--retry", str(team.id)).code == 0
    cli("notify", "--flush")
    assert len(sent(out)) == 1


def test_a_test_message_goes_through_a_channel_and_not_through_the_outbox(cli: Command, won: str, out: Path) -> None:
    assert cli("notify", "--test", "team").out == "A test message was sent through “team” (file)\n"
    assert sent(out) == ["oppwizard: a test"]
    assert len(cli("notify").out.splitlines()) == 2
    assert cli("notify", "--test", "nowhere").code == 1


def test_no_answer_tells_an_address(cli: Command, won: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("apprise")
    for address in (f"json://user:{SECRET}@127.0.0.1:1/{SECRET}", f"nosuch://{SECRET}", SECRET, f"file:/{SECRET}/x/y"):
        monkeypatch.setenv("OPPWIZARD_TEST_CHAT", address)
        cli("notify", "--retry", next(m["id"] for m in cli("notify", "--json").json if m["channel"] == "chat"))
        for command in (["--flush"], ["--flush", "--json"], [], ["--all", "--json"], ["--test", "chat"]):
            answer = cli("notify", *command)
            assert SECRET not in answer.out + answer.err, (address, command)


def test_what_does_not_go_together_is_refused(cli: Command, won: str) -> None:
    assert cli("notify", "--flush", "--drop", "abcd").code == 2
    assert cli("notify", "--dry-run").code == 2
    assert cli("notify", "--retry", "abcdef").code == 3


def test_without_rules_it_is_said_where_they_go(cli: Command, sample: str) -> None:
    assert "[[notify.rules]]" in cli("notify").err
