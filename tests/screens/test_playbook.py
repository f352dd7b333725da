"""A playbook with faults on the screen: what is said, and every way to go on; and the settings in force."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.screens.app import OppwizardApp
from oppwizard.screens.dialogs import Reader
from oppwizard.screens.playbook import FaultsScreen
from oppwizard.widgets.keys import ACTIONS
from tests.screens.driving import Rep, rep, with_playbook

FAULTY = "[audit]\nsampel = 3\n[score]\nlow = 101\n"
SOUND = "[audit]\nsample = 3\n"


@asynccontextmanager
async def stopped(context: Context, size: tuple[int, int] = (80, 24), language: str = "en") -> AsyncIterator[Rep]:
    """The app, as it stands before a playbook with faults."""
    i18n.use(language)
    app = OppwizardApp(context)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            person = Rep(app, pilot)
            await person.until(lambda: isinstance(app.screen, FaultsScreen), "the faults do not come")
            yield person
    finally:
        if app.walk is not None:
            app.walk.store.close()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_every_fault_is_shown_with_its_line(context: Context, tmp_path: Path, language: str) -> None:
    path = tmp_path / "p.toml"
    async with stopped(with_playbook(context, path, FAULTY), language=language) as person:
        await person.reads("#text", "p.toml:2: audit.sampel", "p.toml:4: score.low")
        assert person.app.walk is None


async def test_what_was_mended_is_read_again(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    async with stopped(with_playbook(context, path, FAULTY)) as person:
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, FaultsScreen), "still faulty")
        path.write_text(SOUND)
        await person.press("enter")
        await person.comes_home()
        assert person.app.ready.playbook.audit.sample == 3


async def test_one_can_go_on_with_the_built_in_playbook(context: Context, tmp_path: Path) -> None:
    async with stopped(with_playbook(context, tmp_path / "p.toml", FAULTY)) as person:
        await person.press("down", "enter")
        await person.comes_home()
        assert person.app.ready.playbook.version == "default-1"
        assert "built-in playbook" in person.page


async def test_one_can_leave(context: Context, tmp_path: Path) -> None:
    async with stopped(with_playbook(context, tmp_path / "p.toml", FAULTY)) as person:
        await person.press("down", "down", "enter")
        await person.until(lambda: person.app.return_value == 3, "it does not leave")


async def test_keys_that_cannot_be_are_said_and_the_built_in_ones_are_kept(context: Context, tmp_path: Path) -> None:
    text = '[keys]\n"stage.undo" = "f2"\n"pipeline.new" = "alt+n"\n'
    async with rep(with_playbook(context, tmp_path / "p.toml", text)) as person:
        await person.until(lambda: "F2 is the key of stage.next_open too" in person.page)
        shown = {action.id: person.app.key_of(action) for action in ACTIONS}
        assert (shown["stage.undo"], shown["pipeline.new"]) == ("ctrl+z", "alt+n")


async def test_the_palette_shows_the_settings_in_force(context: Context, tmp_path: Path) -> None:
    async with rep(with_playbook(context, tmp_path / "p.toml", SOUND)) as person:
        await person.app.run_action("playbook")
        await person.until(lambda: isinstance(person.app.screen, Reader))
        await person.reads("#text", "audit.sample = 3", "p.toml:2", 'region.ja = "JP"')
        await person.press("escape")
        (tmp_path / "p.toml").write_text(FAULTY)
        await person.app.run_action("playbook")
        await person.until(lambda: isinstance(person.app.screen, Reader))
        await person.reads("#text", "p.toml:2: audit.sampel")
