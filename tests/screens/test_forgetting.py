"""Erasing a person from a stage's screen, by the palette (privacy)."""

from collections.abc import Callable
from uuid import UUID

from oppwizard.context import Context
from oppwizard.model.enums import Stage
from oppwizard.model.findings import Address
from tests.screens.driving import Rep, rep

LeftIn = Callable[[Stage | None], UUID]
NAME = "Dana Whitfield"


async def _choose(person: Rep, word: str) -> None:
    await person.sees(word)
    lines = person.page.splitlines()
    assert lines
    listed = person.app.screen.query_one("OptionList")
    for number in range(listed.option_count):  # type: ignore[attr-defined]
        if word in str(listed.get_option_at_index(number).prompt):  # type: ignore[attr-defined]
            listed.highlighted = number  # type: ignore[attr-defined]
    await person.press("enter")


async def test_a_person_of_the_row_in_focus_is_erased(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        dana = next(one.id for one in person.walk.load(record_id).people if one.name == NAME)
        await person.opens(record_id, Stage.STAKEHOLDERS, Address("people", "title", dana))
        await person.press("ctrl+p")
        await person.types("erase a person")
        await person.sees("for good")
        await person.press("enter")
        await person.sees(f"Erase {NAME} everywhere?")
        await _choose(person, "See what would be touched")
        await person.sees("incomplete from now on")
        await person.press("escape")
        await _choose(person, "take the name out of all texts")
        await person.sees("Erased.", seconds=20)
        record = person.walk.load(record_id)
        assert NAME not in {one.name for one in record.people}
        assert NAME not in (record.opportunity.discovery_attendees or "")
        assert NAME not in person.page


async def test_leaving_erases_nobody(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "business_problem")
        await person.app.screen.run_action("forget")
        await person.sees("Who is to be erased?")
        await _choose(person, NAME)
        await person.sees(f"Erase {NAME} everywhere?")
        await person.press("escape")
        await person.settled()
        assert NAME in {one.name for one in person.walk.load(record_id).people}
