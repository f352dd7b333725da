"""A list of leads, read from the pipeline (A1): its meaning is shown, what it leaves open is asked, the end is told."""

from pathlib import Path

import pytest

from oppwizard.context import Context
from oppwizard.screens.dialogs import AskText, Choose, Reader
from oppwizard.walk import open_walk
from tests.screens.driving import ROOMY, Rep, rep


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    head = "Company,Contact,Target date,Status,Fax\n"
    path.write_text(f"{head}Harbor Tools,[b]Ada[/b],03/04/2027,MQL,1\nMeridian,Bo,05/06/2027,lead,\n", "utf-8")
    return path


async def begins(person: Rep, path: Path) -> None:
    """Names a list, and says that its dates begin with the month."""
    await person.until(lambda: person.app.screen.query("#list, DataTable, OptionList"), "no pipeline")
    await person.press("l")
    await person.until(lambda: isinstance(person.app.screen, AskText), "nothing is asked")
    await person.types(str(path))
    await person.press("enter")
    await person.sees("begin with the day or with the month?")
    await person.press("down", "enter")
    await person.until(lambda: "Take in the leads" in person.page)


async def test_a_list_is_shown_read_and_told(context: Context, listed: Path) -> None:
    open_walk(context).store.close()
    async with rep(context, size=ROOMY) as person:
        await begins(person, listed)
        await person.sees("Company → Company", "Contact → person 1: Name", "Kept as a note: Fax")
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, Reader), "nothing is told")
        await person.sees("Rows: 2. New drafts: 1", "Harbor Tools  new draft", "Left out were leads below MQL")
        await person.press("escape")
        await person.until(lambda: "Harbor Tools" in person.page and not isinstance(person.app.screen, Reader))
        (record_id,) = person.walk.store.ids()
        record = await person.kept(record_id)
        assert (record.people[0].name, str(record.opportunity.window_to)) == ("[b]Ada[/b]", "2027-03-04")


async def test_only_looking_writes_nothing(context: Context, listed: Path) -> None:
    async with rep(context, size=ROOMY) as person:
        await begins(person, listed)
        await person.press("down", "down", "enter")
        await person.until(lambda: isinstance(person.app.screen, Reader), "nothing is told")
        await person.sees("Nothing was written.")
        assert list(person.walk.store.ids()) == []


async def test_what_cannot_be_read_is_told_in_words(context: Context, tmp_path: Path) -> None:
    (tmp_path / "leads.json").write_text("{", "utf-8")
    async with rep(context, size=ROOMY) as person:
        await person.press("l")
        await person.until(lambda: isinstance(person.app.screen, AskText), "nothing is asked")
        await person.types(str(tmp_path / "leads.json"))
        await person.press("enter")
        await person.sees("is no JSON")
        assert not isinstance(person.app.screen, Choose)
