"""The outbox on the screen, and sending in the background."""

import json
import shutil
from pathlib import Path

import pytest

from oppwizard.context import Context
from oppwizard.model.enums import Status
from oppwizard.model.notices import MessageState
from oppwizard.screens.notices import NoticesScreen
from oppwizard.walk import open_walk
from tests.conftest import Template
from tests.screens.driving import Rep, rep, with_playbook

RULES = """
[notify]
flush_in_app = {flush}
[notify.channels]
team = "file:{file}"
lost = "env:OPPWIZARD_NOT_SET"
[[notify.rules]]
on = "won"
to = ["team", "lost"]
"""


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("OPPWIZARD_NOT_SET", raising=False)
    return tmp_path / "out.jsonl"


def won(context: Context, template: Template, out: Path, *, flush: bool = False) -> Context:
    """A store in which a deal was won: a message for each of two channels waits."""
    path, record_id = template(None)
    shutil.copy(path, context.store)
    rules = RULES.format(file=out.as_posix(), flush=str(flush).lower())
    context = with_playbook(context, context.store.with_name("playbook.toml"), rules)
    walk = open_walk(context)
    walk.save(walk.close(walk.load(record_id), Status.WON, context.today, "Price and references"))
    walk.store.close()
    return context


async def opens_outbox(person: Rep) -> None:
    await person.press("ctrl+p")
    await person.pastes("notifications")
    await person.sees("See which messages wait")
    await person.press("down", "enter")
    await person.until(lambda: isinstance(person.screen, NoticesScreen), "the outbox does not come")
    await person.sees("(2 not sent)")


def states(person: Rep) -> dict[str, str]:
    return {one.channel: one.state.value for one in person.walk.store.outbox.listed(tuple(MessageState))}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_message_is_read_sent_and_dropped(
    context: Context, template: Template, out: Path, size: tuple[int, int]
) -> None:
    async with rep(won(context, template, out), size=size) as person:
        await opens_outbox(person)
        await person.sees("Deal won: Harbor Tools", "Price and references")
        await person.press("s")
        await person.sees("1 messages sent", "The environment has no variable OPPWIZARD_NOT_SET", "(1 not sent)")
        assert states(person) == {"team": "sent", "lost": "waiting"}
        await person.press("d")
        await person.sees("It will not be sent", "(0 not sent)")
        await person.press("a")
        await person.sees("Dropped by hand", "Sent")
        await person.press("r")
        await person.sees("It will be sent again", "(1 not sent)")
        await person.press("escape")
        await person.comes_home()
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1


async def test_the_app_sends_in_the_background_if_the_playbook_says_so(
    context: Context, template: Template, out: Path
) -> None:
    async with rep(won(context, template, out, flush=True)) as person:
        await person.until(lambda: states(person) == {"team": "sent", "lost": "waiting"}, "it is not sent")
        await person.reads("#state", "1 messages sent")
    assert json.loads(out.read_text(encoding="utf-8"))["event"] == "won"


async def test_otherwise_it_only_looks(context: Context, template: Template, out: Path) -> None:
    async with rep(won(context, template, out)) as person:
        await person.settled()
        assert states(person) == {"team": "waiting", "lost": "waiting"}
    assert not out.exists()


async def test_without_rules_it_is_said_where_they_go(context: Context) -> None:
    async with rep(context, language="ja") as person:
        person.pipeline.action_notices()
        await person.sees("[[notify.rules]]", "未送信 0 件")
