"""The list of records: what a rep finds, searches, sorts, pages through, sets aside and writes out."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from textual.widgets import Static

from oppwizard.context import Context
from oppwizard.model.base import new_id
from oppwizard.model.enums import Stage, Status
from oppwizard.model.findings import Address, address
from oppwizard.screens.dialogs import AskText, Choose
from oppwizard.walk import open_walk
from tests.conftest import make_context
from tests.screens.driving import Rep, rep

LeftIn = Callable[[Stage | None], UUID]


def titles(person: Rep) -> list[str]:
    return [row.title for row in person.pipeline.shown]


async def list_shows(person: Rep, *wanted: str) -> None:
    await person.until(lambda: titles(person) == list(wanted), f"wanted {wanted}, found {titles(person)}")


async def chooses(person: Rep, number: int) -> None:
    """Pick an answer of the dialog that comes up."""
    await person.until(lambda: isinstance(person.screen, Choose))
    await person.press("home", *["down"] * number, "enter")


@pytest.mark.file
async def test_an_empty_store_explains_itself_in_three_lines(context: Context) -> None:
    async with rep(context, size=(80, 24)) as person:
        lines = [line for line in person.lines_of("#empty") if line.strip()]
        joined = " ".join(" ".join(lines).split())
        assert "six stages" in joined
        assert "Press n to begin" in joined
        assert "Press m for a sample" in joined
        assert len(str(person.pipeline.query_one("#empty", Static).render()).splitlines()) == 3
        assert str(context.store)[:60] in person.text_of("#state")


async def test_n_begins_a_draft_at_the_company_and_leaving_it_untouched_takes_it_away(context: Context) -> None:
    async with rep(context) as person:
        await person.press("n")
        await person.arrives(Stage.QUALIFICATION)
        assert person.current.spec.path == "account.dba"
        assert "Company" in person.text_of(person.current)
        await person.press("escape")
        await person.comes_home()
        await person.until(lambda: person.pipeline.query_one("#empty").display)
        assert sum(person.walk.store.counts().values()) == 0

        await person.press("n")
        await person.arrives(Stage.QUALIFICATION)
        await person.types("Acme")
        await person.press("escape")
        await person.comes_home()
        await list_shows(person, "Acme")


@pytest.fixture
def three_deals(context: Context) -> None:
    """Acme, last changed first; 東京精密, with a person and a line; Borealis."""
    walk = open_walk(context)
    for company in ("Acme", "東京精密", "Borealis"):
        record = walk.start(company)
        if company == "東京精密":
            walk.save(walk.set(record, Address("people", "name"), "Renée Ōkubo"))
            walk.save(walk.set(record, Address("lines", "sku"), "STK-SCAN"))
    walk.store.close()


@pytest.mark.usefixtures("three_deals")
@pytest.mark.parametrize("words", ["東京", "stk-scan", "ｓｃａｎ", "renée", "RENÉE 精密"])
async def test_search_narrows_as_one_types(context: Context, words: str) -> None:
    async with rep(context) as person:
        await list_shows(person, "Borealis", "東京精密", "Acme")
        await person.press("slash")
        await person.types(words)
        await list_shows(person, "東京精密")
        await person.types("x")
        await list_shows(person)
        await person.sees("Nothing matches; Esc shows all again.")
        await person.press("escape")
        await list_shows(person, "Borealis", "東京精密", "Acme")


@pytest.mark.usefixtures("three_deals")
async def test_sort_and_reverse_say_what_they_show(context: Context) -> None:
    async with rep(context) as person:
        await person.sees("drafts and opportunities | Last change, last first")
        await person.press("s", "s", "s")
        await person.sees("Opportunity name, first first")
        await list_shows(person, "Acme", "Borealis", "東京精密")
        await person.press("r")
        await person.sees("Opportunity name, last first")
        await list_shows(person, "東京精密", "Borealis", "Acme")


@pytest.mark.usefixtures("three_deals")
async def test_a_lead_is_set_aside_with_a_reason_found_again_and_reopened(context: Context) -> None:
    async with rep(context) as person:
        await list_shows(person, "Borealis", "東京精密", "Acme")
        for reason, said in (("TBD", "A reason is needed"), ("Merged with a competitor", "Set aside")):
            await person.press("x")
            await person.until(lambda: isinstance(person.screen, AskText))
            assert "Disqualified: why?" in person.page
            await person.types(reason)
            await person.press("enter")
            await person.comes_home()
            await person.sees(said)
        await list_shows(person, "東京精密", "Acme")
        await person.press("f", "f", "f", "f")
        await person.sees("set aside |")
        await list_shows(person, "Borealis")
        assert "Disqualified" in person.text_of("#list")
        await person.press("o")
        await person.sees("Reopened")
        await list_shows(person)
        await person.press("escape")
        await list_shows(person, "Borealis", "東京精密", "Acme")
        lead = await person.kept(person.pipeline.shown[0].id)
        assert lead.opportunity.status is Status.DRAFT


@pytest.mark.usefixtures("three_deals")
async def test_a_duplicate_has_the_company_and_is_a_draft_of_its_own(context: Context) -> None:
    async with rep(context) as person:
        await list_shows(person, "Borealis", "東京精密", "Acme")
        await person.press("down", "d")
        await person.arrives(Stage.QUALIFICATION)
        assert person.field("account.dba").text == "東京精密"
        assert [line.sku for line in person.stage.desk.record.lines] == ["STK-SCAN"]
        await person.leaves()
        await list_shows(person, "東京精密", "Borealis", "東京精密", "Acme")


async def test_a_sample_is_marked_counted_nowhere_and_removed(context: Context) -> None:
    async with rep(context) as person:
        await person.press("m")
        await person.sees("[sample] Harbor Tools - Stock Count", seconds=15)
        assert "0 opportunities" in person.text_of("#title")
        await person.press("m")
        await chooses(person, 1)
        await person.comes_home()
        await person.sees("[sample]")
        await person.press("m")
        await chooses(person, 0)
        await person.sees("The sample deal is gone", "Nothing here yet")
        assert sum(person.walk.store.counts().values()) == 0


async def test_export_asks_three_questions_and_writes_files(context: Context, left_in: LeftIn, tmp_path: Path) -> None:
    left_in(None)
    async with rep(context) as person:
        for form, name in ((0, "opportunities.csv"), (2, None)):
            folder = tmp_path / f"out{form}"
            await person.press("e")
            await chooses(person, 0)
            await chooses(person, form)
            await person.until(lambda: isinstance(person.screen, AskText))
            await person.press("ctrl+u")
            await person.pastes(str(folder))
            await person.press("enter")
            await person.comes_home()
            await person.sees("1 exported to")
            written = sorted(path.name for path in folder.iterdir())
            if name is not None:
                assert name in written
            else:
                assert "Harbor Tools" in json.dumps(json.loads((folder / written[0]).read_text("utf-8")))


async def test_an_export_for_a_crm_says_what_has_changed_since_the_last_one(
    context: Context, left_in: LeftIn, tmp_path: Path
) -> None:
    left_in(None)
    async with rep(context) as person:
        for told in ("1 exported to", "Nothing has changed since the last time"):
            await person.press("e")
            await chooses(person, 1)
            await chooses(person, 9)
            await person.until(lambda: isinstance(person.screen, AskText))
            await person.press("ctrl+u")
            await person.pastes(str(tmp_path / "out"))
            await person.press("enter")
            await person.comes_home()
            await person.sees(told)
        assert (tmp_path / "out" / "sale.opportunity.csv").exists()


async def test_a_draft_is_not_exported_and_says_why(context: Context, left_in: LeftIn, tmp_path: Path) -> None:
    left_in(Stage.SCOPING)
    async with rep(context) as person:
        await person.press("e")
        await chooses(person, 0)
        await chooses(person, 2)
        await person.until(lambda: isinstance(person.screen, AskText))
        await person.press("ctrl+u")
        await person.pastes(str(tmp_path / "out"))
        await person.press("enter")
        await person.comes_home()
        await person.sees("Nothing exported")
        assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


@pytest.mark.usefixtures("three_deals")
async def test_what_somebody_else_writes_appears(context: Context) -> None:
    async with rep(context) as person:
        await list_shows(person, "Borealis", "東京精密", "Acme")
        other = open_walk(make_context(context.store, "boss"))
        other.start("Cobalt")
        other.store.close()
        await list_shows(person, "Cobalt", "Borealis", "東京精密", "Acme")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 450 drafts, the first one written 450 times."""
    path = tmp_path_factory.mktemp("many") / "store.db"
    walk = open_walk(make_context(path))
    walk.start("Company")
    walk.store.close()
    connection = sqlite3.connect(path)
    cursor = connection.execute("SELECT * FROM opportunity")
    names = [column[0] for column in cursor.description]
    row = dict(zip(names, cursor.fetchone(), strict=True))
    for number in range(1, 450):
        row["id"] = new_id().hex
        row["title"] = f"Company {number % 7}"
        connection.execute(f"INSERT INTO opportunity VALUES ({', '.join('?' * len(names))})", list(row.values()))
    connection.commit()
    connection.close()
    return path


def shows_others(person: Rep, ids: list[UUID]) -> bool:
    return [row.id for row in person.pipeline.shown] != ids


@pytest.mark.parametrize("sorting", [0, 3], ids=["changed", "title"])
@pytest.mark.file
async def test_paging_visits_every_record_once_there_and_back(context: Context, many: Path, sorting: int) -> None:
    shutil.copy(many, context.store)
    async with rep(context, size=(80, 24)) as person:
        await person.press(*["s"] * sorting)
        await person.settled()
        seen, cursors = [], []
        for step in ("down", "down", "up", "up"):
            ids = [row.id for row in person.pipeline.shown]
            seen.append(ids)
            table = person.pipeline.query_one("#list")
            await person.press("ctrl+end" if step == "down" else "ctrl+home")
            await person.press(step)
            await person.until(partial(shows_others, person, ids), f"no page {step} of {len(ids)}")
            await person.settled()
            cursors.append((table.cursor_row, table.row_count))  # type: ignore[attr-defined]
        seen.append([row.id for row in person.pipeline.shown])
        assert [len(ids) for ids in seen] == [200, 200, 50, 200, 200]
        assert len({row for ids in seen[:3] for row in ids}) == 450
        assert seen[3] == seen[1]
        assert seen[4] == seen[0]
        assert cursors == [(0, 200), (0, 50), (199, 200), (199, 200)]


@pytest.mark.file
async def test_a_change_elsewhere_leaves_one_on_the_page_where_one_is(context: Context, many: Path) -> None:
    shutil.copy(many, context.store)
    async with rep(context, size=(80, 24)) as person:
        await person.press("s", "s", "s")
        await person.settled()
        first = [row.id for row in person.pipeline.shown]
        await person.press("ctrl+end", "down")
        await person.until(partial(shows_others, person, first), "no second page")
        second = [row.id for row in person.pipeline.shown]
        assert person.pipeline.listing
        before = person.pipeline.listing.changed_elsewhere()
        other = open_walk(make_context(context.store, "boss"))
        other.start("Zinc")
        other.store.close()
        person.pipeline._look()
        await person.sees("0 opportunities")
        await person.settled()
        assert not before
        assert [row.id for row in person.pipeline.shown] == second


async def test_opening_a_record_brings_one_to_the_stage_where_it_stands(context: Context, left_in: LeftIn) -> None:
    left_in(Stage.DATA_COLLECTION)
    async with rep(context) as person:
        await person.press("enter")
        await person.arrives(Stage.DATA_COLLECTION)
        assert address("account.legal_name") == person.current.at
