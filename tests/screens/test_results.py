"""Closing a deal from the list, and the results on a screen (R1-R5)."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from rich.cells import cell_len
from textual.widgets import DataTable

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.enums import Stage, Status
from oppwizard.screens.dialogs import AskMany
from oppwizard.screens.figures import FiguresScreen
from oppwizard.walk import open_walk
from oppwizard.walk.closing import Closing, close
from tests.checks.past_deals import FOREIGN, needs_foreign
from tests.quality.quarter import keep, quarter
from tests.screens.driving import ROOMY, Rep, rep
from tests.screens.test_handoffs import chooses, fills, over, says

LeftIn = Callable[[Stage | None], UUID]


async def shows_every_column(person: Rep, screen: FiguresScreen) -> None:
    """Wait until the table, once it has its room, is no wider than that."""
    table = screen.query_one("#figures", DataTable)
    await person.until(
        lambda: not table.display or table.virtual_size.width <= table.scrollable_content_region.width,
        "every column is shown",
    )


async def test_a_deal_is_lost_and_bad_input_keeps_what_was_typed(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await person.press("c")
        await chooses(person, 1)
        await chooses(person, 0)
        await fills(person, "Too dear", "someday", "Vertex")
        await person.sees("someday")
        await person.until(lambda: isinstance(person.app.screen, AskMany), "it is not asked again")
        await fills(person, "Too dear", "today", "Vertex")
        await person.sees("Closed: Lost")
        deal = (await person.kept(record_id)).opportunity
        assert (deal.status, deal.close_reason, deal.lost_to) == (Status.LOST, "Too dear", "Vertex")
        await person.press("f", "f", "f")
        await person.sees("won and lost", "Harbor Tools")
        await person.press("o")
        await person.sees("Reopened")
        assert (await person.kept(record_id)).opportunity.status is Status.CREATED


async def test_a_deal_is_won_for_the_amount_that_is_proposed(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await person.press("c")
        await chooses(person, 0)
        await chooses(person, 0)
        await person.until(lambda: isinstance(person.app.screen, AskMany), "nothing is asked")
        await person.sees("$64,800.00")
        await person.press("ctrl+s")
        await person.sees("Closed: Won")
        deal = (await person.kept(record_id)).opportunity
        assert deal.closed_amount == deal.amount


async def test_a_draft_is_not_closed(context: Context, left_in: LeftIn) -> None:
    left_in(Stage.CREATION)
    async with rep(context, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await person.press("c")
        await person.sees("Only an open opportunity is won or lost")


async def test_the_figures_are_turned_over(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    walk = open_walk(context)
    walk.save(close(walk, walk.load(record_id), Closing(Status.WON, "fit")))
    walk.store.close()
    async with rep(context, size=ROOMY) as person:
        await person.sees("No draft and no open opportunity; f shows those won")
        await over(person, "g", FiguresScreen)
        await person.sees("From lead to won", "1 of 1")
        await person.press("2")
        await person.sees("Close dates: days after the date forecast at creation", "-63")
        await person.press("tab")
        await person.sees("Won and lost, by alternative")
        await person.press("right")
        await person.sees("Forecast by month", "$64,800.00")
        await person.press("5")
        await person.sees("Opportunities created", "Mean score")
        await person.press("shift+tab", "left", "escape")
        await person.until(lambda: not isinstance(person.app.screen, FiguresScreen))


async def test_an_empty_store_says_so(context: Context) -> None:
    async with rep(context) as person:
        await over(person, "g", FiguresScreen)
        await person.sees("No record was begun.")
        await person.press("4")
        await person.sees("No opportunity has a close date.")


@needs_foreign
@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_a_quarter_fits_a_small_screen(context: Context, language: str) -> None:
    walk = open_walk(context)
    keep(walk, quarter(FOREIGN.parent, every=30))
    walk.store.close()
    async with rep(context, size=(80, 24), language=language) as person:
        await over(person, "g", FiguresScreen)
        screen = person.app.screen
        assert isinstance(screen, FiguresScreen)
        await person.until(lambda: screen.found)
        for number in "12345":
            await person.press(number)
            assert screen.found is not None
            lines = person.page.splitlines()
            assert all(cell_len(line) <= 80 for line in lines)
            await shows_every_column(person, screen)
            assert str(screen.found.tables[int(number) - 1].title) in person.page


async def test_only_some_months_and_one_rep_are_counted(context: Context, left_in: LeftIn) -> None:
    left_in(None)
    async with rep(context, size=(80, 24)) as person:
        await over(person, "g", FiguresScreen)
        await person.sees("From lead to won", "1 of 1")
        await person.press("f")
        await fills(person, "2026-13", "", "", "")
        await person.sees("is no month")
        await fills(person, "2026-11", "", "somebody", "")
        await person.sees("No record belongs to the rep")
        await fills(person, "2027-01", "", "account executive", "")
        await person.sees("Account executive, 2027-01 to ...", "No record was begun.")
        await person.press("f")
        await fills(person, "", "", "", "")
        await person.sees("everybody", "1 of 1")


async def test_the_ending_of_a_file_says_what_is_written(context: Context, left_in: LeftIn, tmp_path: Path) -> None:
    left_in(None)
    async with rep(context, size=ROOMY) as person:
        await over(person, "g", FiguresScreen)
        await person.sees("1 of 1")
        for ending in ("csv", "json", "html"):
            await person.press("w")
            await says(person, str(tmp_path / f"results.{ending}"))
            await person.sees(f"results.{ending}")
            await person.until((tmp_path / f"results.{ending}").exists)
        await person.press("w")
        await says(person, str(tmp_path / "results.pdf"))
        await person.sees("A file’s ending is one of: .html, .csv, .json")
    assert json.loads((tmp_path / "results.json").read_text())["conversion"]
    assert "conversion" in (tmp_path / "results.csv").read_text()
    assert not (tmp_path / "results.pdf").exists()


async def test_every_alternative_is_named_when_a_deal_is_lost(context: Context, left_in: LeftIn) -> None:
    left_in(None)
    async with rep(context, size=(80, 24)) as person:
        await person.sees("Harbor Tools")
        await person.press("c")
        await chooses(person, 1)
        await chooses(person, 0)
        await person.until(lambda: isinstance(person.app.screen, AskMany), "nothing is asked")
        await person.sees("Scanner vendor of today", "Status quo", "^S: take it")
