"""Saving: what cannot be saved is kept and said; what two people change at once is shown to the later one."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.errors import StoreProblem
from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.model.findings import address
from oppwizard.screens.dialogs import Choose
from oppwizard.walk import Walk, open_walk
from tests.conftest import make_context
from tests.screens.driving import Rep, rep

LeftIn = Callable[[Stage | None], UUID]


@pytest.fixture
def acme(context: Context) -> UUID:
    walk = open_walk(context)
    record = walk.start("Acme")
    walk.store.close()
    return record.id


@pytest.fixture
def boss(acme: UUID, context: Context) -> Iterator[Walk]:
    """Somebody else at the same store."""
    walk = open_walk(make_context(context.store, "boss"))
    yield walk
    walk.store.close()


@pytest.fixture
def _nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen does not look for changes of others by itself; the test says when."""
    monkeypatch.setattr("oppwizard.screens.stage._LOOK_EVERY", 600.0)


def fill_the_disk(person: Rep, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_batches: object) -> None:
        raise StoreProblem(T("The disk is full"), T("Free some space and save again; what you typed is still here."))

    monkeypatch.setattr(person.walk.store, "commit", refuse)


async def test_what_cannot_be_saved_is_kept_said_and_saved_as_soon_as_it_can(
    context: Context, acme: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_source")
        with pytest.MonkeyPatch.context() as full:
            fill_the_disk(person, full)
            await person.answers("budget_source", "The CFO")
            await person.reads("#state", "NOT SAVED, kept here: The disk is full")
            await person.answers("authority_confirmed_how", "In writing")
            await person.reads("#state", "NOT SAVED")
            assert person.field("budget_source").text == "The CFO"
            assert person.walk.load(acme).opportunity.budget_source is None
        await person.until(lambda: not person.stage.desk.unsaved, "it does not try again by itself")
        stored = person.walk.load(acme).opportunity
        assert (stored.budget_source, stored.authority_confirmed_how) == ("The CFO", "In writing")
        await person.reads("#state", "saved")


async def test_leaving_unsaved_asks_and_can_write_a_file_instead(
    context: Context, acme: UUID, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_source")
        fill_the_disk(person, monkeypatch)
        await person.types("The CFO")
        await person.press("escape")
        await person.until(lambda: isinstance(person.screen, Choose))
        assert "The disk is full" in person.page
        await person.press("down", "enter")
        await person.comes_home()
        rescued = list(tmp_path.glob("oppwizard-rescue-*.json"))
        assert len(rescued) == 1
        assert "The CFO" in json.dumps(json.loads(rescued[0].read_text("utf-8")))


@pytest.mark.usefixtures("_nobody_looks")
@pytest.mark.parametrize(("answer", "stands"), [(0, "The CEO"), (1, "The CFO")], ids=["theirs", "mine"])
async def test_two_values_of_one_field_are_shown_and_the_person_chooses(
    context: Context, acme: UUID, boss: Walk, answer: int, stands: str
) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_source")
        boss.save(boss.set(boss.load(acme), address("budget_source"), "The CEO"))
        await person.answers("budget_source", "The CFO")
        await person.until(lambda: isinstance(person.screen, Choose))
        assert "Theirs: The CEO" in person.page
        assert "Mine: The CFO" in person.page
        assert "Source of the statement" in person.page
        await person.press("home", *["down"] * answer, "enter")
        await person.arrives(Stage.QUALIFICATION)
        await person.until(lambda: person.walk.load(acme).opportunity.budget_source == stands)
        await person.until(lambda: person.field("budget_source").text == stands)


@pytest.mark.usefixtures("_nobody_looks")
async def test_what_two_people_change_in_different_fields_stands_side_by_side(
    context: Context, acme: UUID, boss: Walk
) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_source")
        boss.save(boss.set(boss.load(acme), address("authority_confirmed_how"), "In writing"))
        await person.answers("budget_source", "The CFO")
        stored = (await person.saved()).opportunity
        assert (stored.budget_source, stored.authority_confirmed_how) == ("The CFO", "In writing")
        assert isinstance(person.screen, type(person.stage))


async def test_what_somebody_else_changes_appears_and_is_said(context: Context, acme: UUID, boss: Walk) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_source")
        boss.save(boss.set(boss.load(acme), address("authority_confirmed_how"), "In writing"))
        await person.until(lambda: person.field("authority_confirmed_how").text == "In writing")
        await person.reads("#state", "Somebody else changed this record")


@pytest.mark.usefixtures("_nobody_looks")
async def test_a_change_of_somebody_else_in_the_field_being_typed_in_is_not_overwritten_silently(
    context: Context, acme: UUID, boss: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oppwizard.widgets.field.PAUSE", 600.0)
    async with rep(context) as person:
        screen = await person.opens(acme, Stage.QUALIFICATION, "budget_source")
        await person.types("The CFO")
        boss.save(boss.set(boss.load(acme), address("budget_source"), "The CEO"))
        await screen._look().wait()
        assert person.current.text == "The CFO", "what is being typed stays"
        await person.press("tab")
        await person.until(lambda: isinstance(person.screen, Choose), "theirs is gone without a word")


@pytest.mark.file
async def test_a_store_that_can_only_be_read_is_shown_and_says_so(
    context: Context, left_in: LeftIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = left_in(None)
    monkeypatch.setattr("oppwizard.data.engine._writable", lambda path: False)
    async with rep(context) as person:
        await person.sees("read-only", "Harbor Tools")
        await person.press("n")
        await person.until(lambda: "can only be read" in person.page or "only be read" in person.page)
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.types("!")
        await person.press("tab")
        await person.reads("#state", "NOT SAVED, kept here:")
        assert person.stage.desk.problem is not None
        assert "can only be read" in str(person.stage.desk.problem)
