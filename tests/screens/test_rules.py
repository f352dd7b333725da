"""Rules of the organisation on the screen: said at their field and in the list of open points, in both languages."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.data.tables import Source
from oppwizard.model.enums import Stage
from oppwizard.model.findings import address
from oppwizard.walk import open_walk
from oppwizard.walk.move import Edits
from tests.screens.driving import rep, with_playbook

LeftIn = Callable[[Stage | None], UUID]
SMALL = """
[[rules]]
name = "small_only"
must = { field = "account.employees", op = "<", value = 10 }
message = { en = "We sell to small companies only", ja = "小規模企業のみが対象です" }
"""
ELSEWHERE = """
[[rules]]
name = "source_known"
stage = 3
at = "budget_source"
when = { field = "account.employees", op = ">", value = 1 }
must = { field = "budget_source", op = "starts with", value = "The CFO" }
"""
NOTED = """
[[rules]]
name = "fees_explained"
each = "lines"
stage = 3
when = { field = "lines.pricing_model", op = "is", value = "flat" }
must = { field = "lines.price_note", op = "answered" }
"""
ON = "[automation]\nadvance = true\n"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_broken_rule_is_said_at_its_field(
    context: Context, left_in: LeftIn, tmp_path: Path, size: tuple[int, int]
) -> None:
    record_id = left_in(Stage.CREATION)
    ours = with_playbook(context, tmp_path / "playbook.toml", SMALL)
    async with rep(ours, size=size) as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "account.industry")
        await person.reads("#strip", "3 Data 1")
        await person.press("f8")
        await person.until(lambda: person.current.spec.path == "account.employees", "F8 goes to the field")
        await person.reads("#state", "We sell to small companies only")
        await person.hears("account.employees", "We sell to small companies only. Wanted: Employees is less than 10")
        await person.clears()
        await person.types("9")
        await person.press("tab")
        await person.hears("account.employees")
        await person.press("f8")
        await person.arrives(Stage.CREATION)


async def test_it_speaks_japanese(context: Context, left_in: LeftIn, tmp_path: Path) -> None:
    record_id = left_in(Stage.CREATION)
    ours = with_playbook(context, tmp_path / "playbook.toml", SMALL)
    async with rep(ours, language="ja") as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "account.employees")
        await person.press("f8")
        await person.hears("account.employees", "小規模企業のみが対象です", "従業員数が10未満")
        await person.reads("#points", "小規模企業のみが対象です")


async def test_a_rule_of_a_later_gate_is_mended_where_its_field_is(
    context: Context, left_in: LeftIn, tmp_path: Path
) -> None:
    record_id = left_in(Stage.CREATION)
    ours = with_playbook(context, tmp_path / "playbook.toml", ELSEWHERE)
    async with rep(ours) as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "account.industry")
        await person.press("f8")
        await person.arrives(Stage.QUALIFICATION)
        await person.until(lambda: person.current.spec.path == "budget_source")
        await person.clears()
        await person.types("A guess")
        await person.press("tab")
        await person.hears("budget_source", "begins with The CFO")


async def test_a_rule_about_rows_of_an_earlier_stage_shows_their_field(
    context: Context, left_in: LeftIn, tmp_path: Path
) -> None:
    record_id = left_in(Stage.CREATION)
    ours = with_playbook(context, tmp_path / "playbook.toml", NOTED)
    async with rep(ours) as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "account.industry")
        await person.press("f8")
        await person.arrives(Stage.SCOPING)
        await person.until(lambda: person.current.spec.path == "lines.price_note", "shown although no price is custom")
        await person.hears(person.current, "line item 2: Wanted: Note on the price is answered")
        await person.types("Agreed by the CFO")
        await person.press("f8")
        await person.arrives(Stage.DATA_COLLECTION)


async def test_a_stage_is_entered_by_itself_and_the_person_stays(
    context: Context, left_in: LeftIn, tmp_path: Path
) -> None:
    record_id = left_in(Stage.SCOPING)
    ours = with_playbook(context, tmp_path / "playbook.toml", ON)
    walk = open_walk(ours)
    record = walk.load(record_id)
    edits = Edits(record)
    edits.set(record.opportunity, "stage", 1)
    edits.set(record.opportunity, "budget_source", None)
    walk.save(walk.finish(edits))
    walk.store.close()
    async with rep(ours) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.types("The CFO, on the call")
        await person.press("tab")
        await person.reads("#state", "Stage 2 Scope was entered by a rule of the playbook", "F8 goes on")
        assert person.stage.stage is Stage.QUALIFICATION
        assert person.current.spec.path != "budget_source", "the cursor went on in the form"
        kept = await person.saved()
        assert kept.opportunity.stage == 2
        newest = person.walk.store.history(record_id, limit=3)
        assert Source.RULE in {change.source for change in newest}
        await person.press("ctrl+z")
        await person.until(lambda: person.stage.desk.record.opportunity.stage == 1, "undo takes both back")
        assert person.stage.desk.record.value(address("budget_source")) is None
        await person.press("ctrl+y")
        await person.until(lambda: person.stage.desk.record.opportunity.stage == 2, "redo brings both back")
        await person.press("f8")
        await person.arrives(Stage.SCOPING)
