"""A damaged store on the screen: said, its backups offered, the chosen one opened; and backups made behind it."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.data.rotation import Kept, take
from oppwizard.data.shelf import backups_of, folder_of
from oppwizard.model.enums import Stage
from oppwizard.screens import safekeeping
from oppwizard.screens.app import OppwizardApp
from oppwizard.screens.dialogs import Choose
from oppwizard.screens.pipeline import PipelineScreen
from tests.damage import WAYS, bytes_of, spoil_a_table
from tests.screens.driving import ROOMY, WIDE, Rep, rep, with_playbook

pytestmark = pytest.mark.file

LeftIn = Callable[[Stage | None], UUID]


@pytest.fixture
def backed_up(context: Context, left_in: LeftIn) -> UUID:
    """The identity of the record of a store that has a backup."""
    record_id = left_in(None)
    take(context.store, Kept(), context.now)
    return record_id


@pytest.mark.parametrize(("way", "language"), [("a page", "en"), ("cut off", "ja"), ("gone", "en"), ("its log", "en")])
async def test_a_damaged_store_is_said_and_its_backup_restored(
    context: Context, backed_up: UUID, way: str, language: str
) -> None:
    WAYS[way](context.store)
    before = bytes_of(context.store)
    i18n.use(language)
    app = OppwizardApp(context)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        person = Rep(app, pilot)
        await person.until(lambda: isinstance(person.screen, Choose), "no backup is offered")
        assert backups_of(context.store)[0].when in person.page
        assert bytes_of(context.store) == before
        await person.press("enter")
        await person.comes_home()
        await person.sees("Harbor")
        assert person.walk.load(backed_up).exists
        app.session.close()


async def test_a_store_that_is_left_as_it_is_is_not_asked_about_again(context: Context, backed_up: UUID) -> None:
    spoil_a_table(context.store)
    before = bytes_of(context.store)
    app = OppwizardApp(context)
    async with app.run_test(size=WIDE) as pilot:
        person = Rep(app, pilot)
        await person.until(lambda: isinstance(person.screen, Choose), "no backup is offered")
        await person.press("escape")
        await person.until(lambda: isinstance(person.screen, PipelineScreen))
        await person.sees("is damaged")
        await person.settled()
        assert isinstance(person.screen, PipelineScreen)
        app.session.close()
    assert bytes_of(context.store) == before


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where files go that nobody named a place for."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


async def finds_damage(person: Rep, context: Context) -> None:
    """Answer a field and save it; then the store is damaged, and what is typed next cannot be saved."""
    await person.answers("authority_confirmed_how", "In writing")
    await person.saved()
    person.walk.store.close()  # what it has in memory would hide the damage
    spoil_a_table(context.store)
    await person.answers("budget_source", "The CFO")
    await person.until(lambda: isinstance(person.screen, Choose), "no backup is offered")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_damage_found_in_a_record_is_mended_there_and_what_was_typed_is_saved(
    context: Context, left_in: LeftIn, home: Path, language: str
) -> None:
    record_id = left_in(Stage.QUALIFICATION)
    take(context.store, Kept(), context.now)
    async with rep(context, language=language) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await finds_damage(person, context)
        damaged = person.walk
        assert backups_of(context.store)[0].when in person.page
        await person.press("home", "down", "enter")
        await person.arrives(Stage.QUALIFICATION)
        await person.until(lambda: person.app.walk is not None and person.app.walk is not damaged)
        await person.until(lambda: person.stage.desk.walk is person.app.walk, "the record is not moved")
        assert (await person.saved()).opportunity.budget_source == "The CFO"
        assert person.field("budget_source").text == "The CFO"
        (rescued,) = home.glob("oppwizard-rescue-*.json")
        assert "In writing" in rescued.read_text("utf-8"), "the backup is older than this answer"
        await person.answers("authority_confirmed_how", "By e-mail")
        assert (await person.saved()).opportunity.authority_confirmed_how == "By e-mail"
        await person.leaves()
        await person.until(lambda: [row.id for row in person.pipeline.shown] == [record_id], "it is not listed")


async def test_enter_for_the_form_restores_nothing_and_leaving_offers_the_backups_again(
    context: Context, left_in: LeftIn, home: Path
) -> None:
    record_id = left_in(Stage.QUALIFICATION)
    take(context.store, Kept(), context.now)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await finds_damage(person, context)
        before = bytes_of(context.store)
        await person.press("enter")
        await person.arrives(Stage.QUALIFICATION)
        await person.reads("#state", "NOT SAVED")
        assert person.field("budget_source").text == "The CFO"
        assert bytes_of(context.store) == before
        person.stage.close_choices()
        await person.press("escape")
        await person.until(lambda: isinstance(person.screen, Choose), "it is not asked about")
        await person.press("end", "enter")
        await person.sees("Restore the backup")
        await person.press("home", "down", "enter")
        await person.arrives(Stage.QUALIFICATION)
        await person.until(lambda: person.stage.desk.walk is person.app.walk and not person.stage.desk.unsaved)
        assert person.walk.load(record_id).opportunity.budget_source == "The CFO"


async def test_a_record_that_the_backup_does_not_have_is_in_a_file(
    context: Context, left_in: LeftIn, home: Path
) -> None:
    left_in(None)
    take(context.store, Kept(), context.now)
    record_id = left_in(Stage.QUALIFICATION)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await finds_damage(person, context)
        await person.press("home", "down", "enter")
        await person.comes_home()
        (rescued,) = home.glob("oppwizard-rescue-*.json")
        assert "The CFO" in rescued.read_text("utf-8")


async def test_a_backup_is_made_behind_the_screen_when_one_is_due(
    context: Context, left_in: LeftIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_in(None)
    monkeypatch.setattr(safekeeping, "FIRST_AFTER", 0.01)
    async with rep(context) as person:
        await person.until(lambda: backups_of(context.store), "no backup is made")
        keeper = person.app.session.keeper
        assert keeper is not None
        assert not keeper.is_due
        first = backups_of(context.store)
        keeper.look()
        keeper.end()
        assert backups_of(context.store) == first


async def test_no_backup_is_made_where_the_playbook_says_so(context: Context, left_in: LeftIn, tmp_path: Path) -> None:
    left_in(None)
    context = with_playbook(context, tmp_path / "playbook.toml", "[backups]\nautomatic = false\n")
    async with rep(context) as person:
        assert person.app.session.keeper is not None
        assert person.app.session.keeper.make() is None
    assert not backups_of(context.store)


async def test_what_keeps_a_backup_from_being_made_is_said_and_the_work_goes_on(
    context: Context, left_in: LeftIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = left_in(Stage.QUALIFICATION)
    folder_of(context.store).write_text("a file where the folder is to be")
    monkeypatch.setattr(safekeeping, "FIRST_AFTER", 0.01)
    async with rep(context, size=ROOMY) as person:
        await person.sees("for backups")
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.answers("budget_source", "The CFO")
        assert (await person.saved()).opportunity.budget_source == "The CFO"


async def test_a_slow_disk_keeps_nobody_waiting(
    context: Context, left_in: LeftIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a save is under way for as long as it likes, keys are taken, gates judge, and the state line says so."""
    import threading

    record_id = left_in(Stage.QUALIFICATION)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        ready, commit = threading.Event(), person.walk.store.commit

        def slowly(*batches: object) -> None:
            ready.wait(60)
            commit(*batches)  # type: ignore[arg-type]

        monkeypatch.setattr(person.walk.store, "commit", slowly)
        try:
            await person.answers("budget_source", "The CFO")
            await person.reads("#state", "saving")
            await person.answers("authority_confirmed_how", "In writing")
            assert person.field("budget_source").text == "The CFO"
            assert person.stage.desk.unsaved >= 2
            assert person.walk.load(record_id).opportunity.budget_source != "The CFO", "reading waits for nobody"
        finally:
            ready.set()
        stored = (await person.saved()).opportunity
        assert (stored.budget_source, stored.authority_confirmed_how) == ("The CFO", "In writing")
        await person.reads("#state", "saved")


async def test_a_storm_of_sizes_leaves_text_and_cursor_where_they_were(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(Stage.QUALIFICATION)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.clears()
        for number in range(12):
            await person.pilot.resize_terminal(20 + number * 137 % 180, 5 + number * 33 % 55)
            if number % 2 == 0:
                await person.types(str(number // 2))
        await person.pilot.resize_terminal(*WIDE)
        await person.until(lambda: person.current.text == "012345", "what was typed is not there")
        assert str(person.current.at) == "budget_source"
        await person.press("tab")
        assert (await person.saved()).opportunity.budget_source == "012345"
