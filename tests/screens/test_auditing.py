"""The audit on a screen: its tables, a record opened from it, the page written (Q3)."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from rich.cells import cell_len

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.enums import Stage
from oppwizard.screens.figures import FiguresScreen
from oppwizard.screens.stage import StageScreen
from oppwizard.walk import open_walk
from tests.checks.past_deals import FOREIGN, needs_foreign
from tests.quality.quarter import keep, quarter
from tests.screens.driving import ROOMY, rep
from tests.screens.test_handoffs import fills, over, says
from tests.screens.test_results import shows_every_column

LeftIn = Callable[[Stage | None], UUID]


async def test_an_audit_is_read_and_a_record_opened_from_it(context: Context, left_in: LeftIn) -> None:
    left_in(Stage.SCOPING)
    async with rep(context, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await over(person, "a", FiguresScreen)
        await person.sees("1 of 1 records, seed", "Points out of 100, by rep")
        await person.press("3")
        await person.sees("M1 Created too early")
        await person.press("7")
        await person.sees("What to say to each rep")
        await person.press("6")
        await person.sees("The records drawn, the weakest first", "2 Scope")
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, StageScreen))
        await person.sees("Harbor Tools")


async def test_the_page_is_written(context: Context, left_in: LeftIn, tmp_path: Path) -> None:
    left_in(None)
    file = tmp_path / "audit.html"
    async with rep(context, size=ROOMY) as person:
        await over(person, "a", FiguresScreen)
        await person.sees("1 of 1 records")
        await person.press("w")
        await says(person, str(file))
        await person.sees("Written:")
        await person.press("w")
        await says(person, str(tmp_path / "nowhere" / "audit.html"))
        await person.sees("nowhere")
    assert "How far the pipeline can be trusted" in file.read_text()


async def test_an_empty_store_has_nothing_to_audit(context: Context) -> None:
    async with rep(context) as person:
        await over(person, "a", FiguresScreen)
        await person.sees("There is no record to audit.")


@needs_foreign
@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_an_audit_fits_a_small_screen(context: Context, language: str) -> None:
    walk = open_walk(context)
    keep(walk, quarter(FOREIGN.parent, every=30))
    walk.store.close()
    async with rep(context, size=(80, 24), language=language) as person:
        await over(person, "a", FiguresScreen)
        screen = person.app.screen
        assert isinstance(screen, FiguresScreen)
        await person.until(lambda: screen.found)
        for number in "12345678":
            await person.press(number)
            assert screen.found is not None
            lines = person.page.splitlines()
            assert all(cell_len(line) <= 80 for line in lines)
            assert str(screen.found.tables[int(number) - 1].title) in person.page
            assert "Esc" in person.page
            await shows_every_column(person, screen)


async def test_the_sample_or_all_is_asked_for(context: Context, left_in: LeftIn, tmp_path: Path) -> None:
    left_in(None)
    file = tmp_path / "audit.csv"
    async with rep(context, size=(80, 24)) as person:
        await over(person, "a", FiguresScreen)
        await person.sees("1 of 1 records, seed 20261123")
        await person.press("f")
        await fills(person, "1", "-7", "", "", "no")
        await person.sees("“-7” is less than 0")
        await fills(person, "1", "7", "", "", "no")
        await person.sees("1 of 1 records, seed 7")
        await person.press("f")
        await fills(person, "all", "", "Account executive", "", "yes")
        await person.sees("Account executive, all 1 records")
        await person.press("w")
        await says(person, str(file))
        await person.until(file.exists)
    assert "Harbor Tools" in file.read_text()
