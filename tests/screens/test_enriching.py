"""What providers know, on the screen: nobody waits for them, and a person decides about what they propose (A2, A6)."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oppwizard.context import Context
from oppwizard.enrichment import Answer, Question
from oppwizard.enrichment.providers import Plugged
from oppwizard.model.enums import ProposalState, Stage
from oppwizard.screens.enriching import EnrichmentScreen
from oppwizard.screens.stage import StageScreen
from tests.screens.driving import ROOMY, Rep, rep, with_playbook

FILES = """
[enrichment]
automatic = true

[[enrichment.files]]
name = "register"
path = "companies.json"
key = "legal_name"
"""


class Sleeper:
    """A provider that answers when it is let, and says what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.let = threading.Event()

    def look_up(self, question: Question) -> list[Answer]:
        self.asked.append(question)
        self.let.wait(20)
        return [Answer("account.employees", 1200), Answer("account.headquarters", "Ulm")]


@pytest.fixture
def sleeper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sleeper]:
    """The one provider of the playbook."""
    made = Sleeper()
    one = Plugged("sleeper", frozenset({"account.employees", "account.headquarters"}), made.look_up)
    monkeypatch.setattr("oppwizard.enrichment.providers.providers", lambda playbook, folder: (one,))
    yield made
    made.let.set()


@pytest.fixture
def automatic(context: Context, tmp_path: Path) -> Context:
    return with_playbook(context, tmp_path / "playbook.toml", "[enrichment]\nautomatic = true\n")


@pytest.fixture
def register(context: Context, tmp_path: Path) -> Context:
    """A file that knows Acme."""
    known = {"Acme": {"account.employees": 1200, "account.headquarters": "Ulm", "account.industry": "retail"}}
    (tmp_path / "companies.json").write_text(json.dumps(known))
    return with_playbook(context, tmp_path / "playbook.toml", FILES)


async def begins(person: Rep) -> StageScreen:
    await person.press("n")
    return await person.arrives(Stage.QUALIFICATION)


async def test_a_provider_that_sleeps_holds_up_nobody(automatic: Context, sleeper: Sleeper) -> None:
    async with rep(automatic, size=ROOMY) as person:
        await begins(person)
        await person.answers("account.dba", "Acme")
        await person.until(lambda: sleeper.asked, "nobody is asked")
        assert sleeper.asked[0].keys == {"company": "Acme"}
        await person.answers("budget_amount", "EUR 5000")
        await person.answers("budget_source", "IT budget")
        record = await person.saved()
        assert (record.opportunity.budget_source, record.account.employees) == ("IT budget", None)
        await person.reads("#state", "saved; asking sleeper ...")
        sleeper.let.set()
        await person.sees("sleeper: 2 filled in, 0 proposed")
        record = await person.saved()
        assert (record.account.employees, record.opportunity.budget_source) == (1200, "IT budget")
        assert len(sleeper.asked) == 1


async def test_an_answer_touches_neither_the_field_in_focus_nor_what_stands_in_it(
    context: Context, sleeper: Sleeper
) -> None:
    async with rep(context, size=ROOMY) as person:
        walk = person.walk
        record = walk.start("Acme")
        await person.opens(record.id, Stage.DATA_COLLECTION, "account.employees")
        await person.goes_to("account.employees")
        person.stage.desk.lookups.begin()
        await person.until(lambda: sleeper.asked)
        sleeper.let.set()
        await person.sees("sleeper: 1 filled in, 1 proposed")
        assert person.current.text == ""
        await person.types("7")
        await person.press("tab")
        saved = await person.saved()
        assert (saved.account.employees, saved.account.headquarters) == (7, "Ulm")
        await person.hears("account.employees", "sleeper proposes 1,200 (2026-11-23)", "F6")


async def test_leaving_the_record_calls_the_look_up_off(automatic: Context, sleeper: Sleeper) -> None:
    async with rep(automatic, size=ROOMY) as person:
        await begins(person)
        await person.answers("account.dba", "Acme")
        await person.until(lambda: sleeper.asked)
        desk = person.stage.desk
        assert desk.lookups.asking
        await person.leaves()
        await person.until(lambda: not desk.lookups.asking)
        sleeper.let.set()
        await person.quiet()
        assert (await person.kept(desk.record.id)).proposals == []


async def test_without_the_playbooks_word_nobody_is_asked(context: Context, sleeper: Sleeper) -> None:
    async with rep(context, size=ROOMY) as person:
        await begins(person)
        await person.answers("account.dba", "Acme")
        await person.saved()
        assert sleeper.asked == []


async def test_a_proposal_stands_at_its_field_and_is_taken_or_refused(register: Context) -> None:
    async with rep(register, size=ROOMY) as person:
        record = person.walk.start("Acme")
        for path, text in (("employees", "5"), ("headquarters", "Berlin")):
            person.walk.save(person.walk.set(record, _at(path), text))
        await person.opens(record.id, Stage.DATA_COLLECTION, "account.employees")
        person.stage.desk.lookups.begin()
        await person.hears("account.employees", "register proposes 1,200 (2026-11-23)", "F6 takes it, Alt+R refuses it")
        await person.goes_to("account.employees")
        await person.press("f6")
        await person.sees("Taken from register")
        assert person.current.text == "1,200"
        await person.goes_to("account.headquarters")
        await person.press("alt+r")
        await person.sees("Refused")
        await person.hears("account.headquarters")
        saved = await person.saved()
        assert (saved.account.employees, saved.account.headquarters) == (1200, "Berlin")
        assert _states(saved) == {
            "account.employees": ProposalState.ACCEPTED,
            "account.headquarters": ProposalState.REFUSED,
            "account.industry": ProposalState.FILLED,
        }
        await person.goes_to("account.industry")
        await person.reads("#coach", "from register, 2026-11-23")
        await person.press("ctrl+z", "ctrl+z")
        await person.until(lambda: person.stage.desk.record.account.employees == 5)
        await person.hears("account.employees", "register proposes 1,200")


async def test_the_list_of_a_record_asks_and_decides(register: Context) -> None:
    async with rep(register, size=ROOMY) as person:
        record = person.walk.start("Acme")
        person.walk.save(person.walk.set(record, _at("employees"), "5"))
        await person.opens(record.id, Stage.QUALIFICATION)
        await person.press("alt+l")
        await person.until(lambda: isinstance(person.app.screen, EnrichmentScreen))
        await person.sees("Nothing is known yet")
        await person.press("l")
        await person.sees("register: 2 filled in, 1 proposed", "Employees: 1,200  from register, 2026-11-23")
        await person.press("a")
        await person.sees("Taken from register", "Accepted by a person")
        await person.press("escape")
        assert (await person.saved()).account.employees == 1200


@pytest.mark.parametrize(("language", "said"), [("en", "proposes"), ("ja", "の提案")])
async def test_hostile_values_are_shown_as_text(context: Context, tmp_path: Path, language: str, said: str) -> None:
    known = {"Acme": {"account.headquarters": "[bold]\x1b[31mUlm\u202e"}}
    (tmp_path / "companies.json").write_text(json.dumps(known))
    with_file = with_playbook(context, tmp_path / "playbook.toml", FILES)
    async with rep(with_file, size=ROOMY, language=language) as person:
        record = person.walk.start("Acme")
        person.walk.save(person.walk.set(record, _at("headquarters"), "Berlin"))
        await person.opens(record.id, Stage.DATA_COLLECTION, "account.headquarters")
        person.stage.desk.lookups.begin()
        await person.hears("account.headquarters", said, "[bold]␛[31mUlm")
        assert "\x1b" not in person.page


def _at(name: str) -> Any:
    from oppwizard.model.findings import Address

    return Address("account", name)


def _states(record: Any) -> dict[str, ProposalState]:
    return {row.place: row.state for row in record.proposals}
