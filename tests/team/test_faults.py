"""The server is killed, or goes dead, in the middle of work: nothing typed is lost, the screen says so and goes on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from oppwizard.cli.running import run
from oppwizard.context import Context
from oppwizard.location import TeamUrl
from oppwizard.model.enums import Stage
from oppwizard.model.findings import address
from oppwizard.screens.dialogs import Choose
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.walk import Walk, open_walk
from oppwizard.widgets.keys import PIPELINE, STAGE, actions
from tests import served
from tests.conftest import TODAY
from tests.screens.driving import Rep, rep
from tests.team.wire import wired

GONE = "cannot be reached"
LONG = 30.0
"""Seconds for which is waited at most until a server that is back is found."""


@dataclass
class Shop:
    """A server of one's own, and a store on it with one draft."""

    server: served.Server
    url: TeamUrl
    folder: Path
    acme: UUID

    def context(self, user: str = "rep", url: TeamUrl | None = None) -> Context:
        return Context(user, self.folder / "none.db", clock=lambda: TODAY, team=url or self.url)

    def kill(self) -> None:
        self.server.stop(at_once=True)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        return served.run(self.url, statement)


@pytest.fixture(scope="module")
def _own_server() -> Iterator[served.Server]:
    if served.binaries() is None:
        pytest.skip(served.HOW)
    with served.running(safe=True) as server:
        yield server


@pytest.fixture
def shop(_own_server: served.Server, tmp_path: Path) -> Iterator[Shop]:
    name = f"shop_{uuid4().hex[:12]}"
    served.run(_own_server.url, f'CREATE DATABASE "{name}"')
    url = TeamUrl(f"{_own_server.url.rpartition('/')[0]}/{name}")
    walk = open_walk(Context("rep", tmp_path / "none.db", clock=lambda: TODAY, team=url))
    acme = walk.start("Acme").id
    walk.store.close()
    yield Shop(_own_server, url, tmp_path, acme)
    if _own_server._process is None:
        _own_server.start()


@pytest.fixture
def boss(shop: Shop) -> Iterator[Walk]:
    """Somebody else at the same store."""
    walk = open_walk(shop.context("boss"))
    yield walk
    walk.store.close()


async def saves_by_itself(person: Rep) -> None:
    await person.until(lambda: not person.stage.desk.unsaved, "it does not try again by itself", LONG)


async def test_what_is_typed_while_the_server_is_away_is_kept_said_and_saved_once_it_is_back(shop: Shop) -> None:
    async with rep(shop.context()) as person:
        await person.opens(shop.acme, Stage.QUALIFICATION, "budget_source")
        await person.answers("budget_source", "The CFO")
        await person.saved()
        shop.kill()
        await person.answers("budget_source", "The CEO")
        await person.until(lambda: "NOT SAVED, kept here" in person.text_of("#state"), "it is not said", LONG)
        await person.reads("#state", GONE)
        await person.answers("authority_confirmed_how", "In writing")
        assert person.field("budget_source").text == "The CEO"
        shop.server.start()
        await saves_by_itself(person)
        await person.reads("#state", "saved")
        stored = person.walk.load(shop.acme).opportunity
        assert (stored.budget_source, stored.authority_confirmed_how) == ("The CEO", "In writing")
    logged = shop.sql("SELECT field, new FROM change WHERE op = 'set' AND entity = 'opportunity' ORDER BY seq")
    assert logged == [
        ("budget_source", '"The CFO"'),
        ("budget_source", '"The CEO"'),
        ("authority_confirmed_how", '"In writing"'),
    ]


async def test_an_account_named_while_the_server_is_away_is_kept_and_recognised_once_it_is_back(
    shop: Shop, boss: Walk
) -> None:
    known = boss.start("Acme Works").account.id
    shop.sql("UPDATE account SET standing = 'active' WHERE dba = 'Acme Works'")
    async with rep(shop.context()) as person:
        await person.opens(shop.acme, Stage.QUALIFICATION, "account.dba")
        shop.kill()
        await person.answers("account.dba", "Acme Works")
        await person.until(lambda: "NOT SAVED, kept here" in person.text_of("#state"), "it is not said", LONG)
        assert person.field("account.dba").text == "Acme Works"
        shop.server.start()
        await saves_by_itself(person)
        told = "Linked to the account Acme Works"
        await person.until(
            lambda: any(told in note.message for note in person.app._notifications), "it is not told", LONG
        )
        await saves_by_itself(person)
        assert person.walk.load(shop.acme).account.id == known
        assert person.field("account.dba").text == "Acme Works"


async def test_the_list_says_that_the_server_is_away_and_comes_back_by_itself(shop: Shop) -> None:
    async with rep(shop.context()) as person:
        await person.sees("Acme")
        shop.kill()
        await person.until(lambda: GONE in person.text_of("#state"), "it is not said", LONG)
        assert "Acme" in person.page, "what was read stays"
        await person.press("enter")
        await person.until(lambda: any(GONE in note.message for note in person.app._notifications), "nothing is told")
        assert isinstance(person.screen, PipelineScreen)
        shop.server.start()
        walk = open_walk(shop.context("boss"))
        walk.start("Zenith")
        walk.store.close()
        await person.sees("Zenith", seconds=LONG)
        await person.until(lambda: GONE not in person.text_of("#state"), "it is still said", LONG)
        await person.press("enter")
        await person.arrives(Stage.QUALIFICATION)


async def test_an_app_opened_while_the_server_is_away_opens_its_list_when_it_is_back(shop: Shop) -> None:
    from oppwizard.screens.app import OppwizardApp

    shop.kill()
    opened = OppwizardApp(shop.context())
    async with opened.run_test(size=(120, 40), notifications=True) as pilot:
        person = Rep(opened, pilot)
        await person.until(lambda: GONE in person.page, "it is not said", LONG)
        shop.server.start()
        await person.sees("Acme", seconds=LONG)
    assert opened.walk is not None
    opened.walk.store.close()


async def asks_for_everything(person: Rep, scope: str) -> None:
    """Ask for every action of a screen, one after the other, and leave what it brings up."""
    screen = person.app.screen
    for action in actions(scope):
        if action.id in ("stage.leave", "stage.back"):
            continue
        await person.app.run_action(f"screen.{action.call}", screen)
        await person.quiet()
        while person.app.screen is not screen:
            await person.app.pop_screen()
    assert person.app.is_running
    assert person.app._exception is None


@pytest.mark.soak
async def test_whatever_is_asked_for_in_a_record_meanwhile_ends_no_app(shop: Shop) -> None:
    async with rep(shop.context()) as person:
        await person.opens(shop.acme, Stage.QUALIFICATION, "budget_source")
        await person.answers("budget_source", "The CFO")
        await person.saved()
        shop.kill()
        await asks_for_everything(person, STAGE)


async def test_a_record_can_be_left_while_the_server_is_away(shop: Shop) -> None:
    async with rep(shop.context()) as person:
        await person.opens(shop.acme, Stage.QUALIFICATION, "budget_source")
        await person.answers("budget_source", "The CFO")
        await person.saved()
        shop.kill()
        await person.press("escape")
        await person.until(lambda: isinstance(person.screen, PipelineScreen), "it cannot be left", LONG)


async def test_whatever_is_asked_for_in_the_list_meanwhile_ends_no_app(shop: Shop) -> None:
    async with rep(shop.context()) as person:
        await person.sees("Acme")
        shop.kill()
        await asks_for_everything(person, PIPELINE)


async def test_a_server_that_says_nothing_holds_up_nobody_who_types(shop: Shop) -> None:
    with wired(shop.url) as wire:
        async with rep(shop.context(url=wire.url)) as person:
            await person.opens(shop.acme, Stage.QUALIFICATION, "budget_source")
            wire.go_dead()
            await person.answers("budget_source", "The CFO")
            await person.reads("#state", "saving")
            await person.answers("account.dba", "Acme Works")
            await person.answers("authority_confirmed_how", "In writing")
            assert person.field("account.dba").text == "Acme Works", "the screen went on while nothing came"
            wire.come_back()
            await saves_by_itself(person)
            stored = person.walk.load(shop.acme)
            assert (stored.opportunity.budget_source, stored.account.dba) == ("The CFO", "Acme Works")


@pytest.mark.parametrize("command", [["list"], ["show", "Acme"], ["new", "Zenith"], ["check", "Acme"]])
def test_a_command_says_that_the_server_is_away(
    shop: Shop, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPPWIZARD_DB", str(shop.url))
    monkeypatch.setenv("OPPWIZARD_USER", "rep")
    shop.kill()
    assert run(command) == 4
    out, err = capsys.readouterr()
    assert (out, GONE in " ".join(err.split()), "Traceback" in err) == ("", True, False)


@pytest.mark.parametrize(("answer", "stands"), [(0, "The CEO"), (1, "The CFO")], ids=["theirs", "mine"])
async def test_two_values_of_one_field_are_shown_and_the_person_chooses(
    shop: Shop, boss: Walk, answer: int, stands: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oppwizard.screens.stage._LOOK_EVERY", 600.0)
    async with rep(shop.context()) as person:
        await person.opens(shop.acme, Stage.QUALIFICATION, "budget_source")
        boss.save(boss.set(boss.load(shop.acme), address("budget_source"), "The CEO"))
        await person.answers("budget_source", "The CFO")
        await person.until(lambda: isinstance(person.screen, Choose), "nothing is asked")
        assert "Theirs: The CEO" in person.page
        assert "Mine: The CFO" in person.page
        await person.press("home", *["down"] * answer, "enter")
        await person.arrives(Stage.QUALIFICATION)
        await person.until(lambda: person.walk.load(shop.acme).opportunity.budget_source == stands)
    values = [json.loads(str(row[0])) for row in shop.sql("SELECT new FROM change WHERE field = 'budget_source'")]
    assert values == ["The CEO", "The CFO"][: answer + 1], "both are in the log, if both were said"


async def test_what_a_colleague_writes_appears_by_itself(shop: Shop, boss: Walk) -> None:
    async with rep(shop.context()) as person:
        await person.opens(shop.acme, Stage.QUALIFICATION, "budget_source")
        boss.save(boss.set(boss.load(shop.acme), address("authority_confirmed_how"), "In writing"))
        await person.until(lambda: person.field("authority_confirmed_how").text == "In writing", "not seen", LONG)
        await person.reads("#state", "Somebody else changed this record")
