"""Tables of rows, edited in place."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.model.enums import Stage
from oppwizard.model.findings import Address
from oppwizard.walk import open_walk
from tests.screens.driving import Rep, rep

LeftIn = Callable[[Stage | None], UUID]


@pytest.fixture
def acme(context: Context) -> UUID:
    walk = open_walk(context)
    record = walk.start("Acme")
    walk.store.close()
    return record.id


def here(person: Rep, kind: str) -> str:
    return str(person.table(kind).query_one(".rowhead").render())


async def test_a_row_begins_by_typing_and_tab_leads_to_the_next_one(context: Context, acme: UUID) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.SCOPING, Address("lines"))
        assert here(person, "lines") == "a new line item: type to add it"
        for text in ("STK-SCAN", "Stock Count", "", "120", "45"):
            await person.types(text)
            await person.press("tab")
        record = await person.saved()
        assert [(line.sku, line.product, line.quantity, line.unit_price) for line in record.lines] == [
            ("STK-SCAN", "Stock Count", Decimal(120), Decimal(45))
        ]
        assert here(person, "lines") == "line item 1 of 1"
        await person.until(lambda: "STK-SCAN" in person.text_of("RowTable"))
        while person.current.row is not None:
            await person.press("tab")
        assert here(person, "lines") == "a new line item: type to add it"
        await person.types("STK-IMPL")
        await person.press("tab")
        assert [line.sku for line in (await person.saved()).lines] == ["STK-SCAN", "STK-IMPL"]


async def test_a_new_row_left_empty_is_no_row(context: Context, acme: UUID) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.SCOPING, Address("lines"))
        await person.press("tab")
        assert person.current.spec.path == "term_months"
        assert (await person.saved()).lines == []


async def test_a_first_text_that_is_no_value_begins_a_row_and_is_kept(context: Context, acme: UUID) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.SCOPING, Address("lines"))
        await person.goes_to(Address("lines", "quantity"))
        await person.types("a dozen")
        await person.press("tab")
        record = await person.saved()
        assert len(record.lines) == 1
        at = Address("lines", "quantity", record.lines[0].id)
        assert record.pending == {str(at): "a dozen"}
        await person.hears(at, "a dozen")


async def test_keys_add_remove_and_turn_rows_and_undo_brings_one_back(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        lines = (await person.kept(record_id)).lines
        await person.opens(record_id, Stage.SCOPING, Address("lines", "product", lines[0].id))
        await person.press("ctrl+down")
        await person.until(lambda: here(person, "lines") == "line item 2 of 2")
        assert person.current.at == Address("lines", "product", lines[1].id)
        await person.until(lambda: person.current.text == "Roll-out in four warehouses")
        await person.press("f4")
        await person.until(lambda: here(person, "lines").startswith("a new line item"))
        assert person.current.text == ""
        await person.press("ctrl+up", "ctrl+up")
        await person.until(lambda: here(person, "lines") == "line item 1 of 2")
        await person.press("f5")
        await person.until(lambda: here(person, "lines") == "line item 1 of 1")
        await person.reads("#state", "Row removed; ^Z brings it back")
        assert [line.sku for line in (await person.saved()).lines] == ["STK-IMPL"]
        await person.press("ctrl+z")
        await person.until(lambda: here(person, "lines").endswith("of 2"), "undo did not bring the row back")
        back = (await person.saved()).lines
        assert {line.id for line in back} == {line.id for line in lines}
        assert {line.sku for line in back} == {"STK-SCAN", "STK-IMPL"}


async def test_what_was_typed_stays_with_its_row_when_another_is_turned_to(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        first, second = (await person.kept(record_id)).lines
        await person.opens(record_id, Stage.SCOPING, Address("lines", "configuration", first.id))
        await person.clears()
        await person.types("Online")
        await person.press("ctrl+down")
        await person.types("!")
        await person.press("tab")
        found = (await person.saved()).lines
        assert [line.configuration for line in found] == ["Online", f"{second.configuration}!"]


async def test_a_row_is_clicked(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.SCOPING, Address("lines"))
        await person.click_word("RowTable", "STK-IMPL")
        await person.until(lambda: here(person, "lines") == "line item 2 of 2")


async def test_fields_that_do_not_matter_for_a_row_are_not_asked(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        line = (await person.kept(record_id)).lines[0]
        model, tiers = (Address("lines", name, line.id) for name in ("pricing_model", "tiers"))
        await person.opens(record_id, Stage.SCOPING, model)
        assert not person.field(tiers).display
        await person.answers(model, "tiered")
        await person.until(lambda: person.field(tiers).display)
