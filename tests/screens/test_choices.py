"""Choosing: the list under a field narrows as one types, is taken with Enter or Tab, and closes with Escape."""

from collections.abc import Callable
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.model.enums import BudgetStatus, Role, Stage
from oppwizard.model.findings import Address
from oppwizard.walk import open_walk
from tests.screens.driving import rep

LeftIn = Callable[[Stage | None], UUID]


@pytest.fixture
def acme(context: Context) -> UUID:
    walk = open_walk(context)
    record = walk.start("Acme")
    walk.save(walk.set(record, Address("people", "name"), "Ann Ames"))
    walk.store.close()
    return record.id


@pytest.mark.parametrize("key", ["enter", "tab"])
async def test_typing_narrows_and_a_key_takes(context: Context, acme: UUID, key: str) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_status")
        await person.until(lambda: len(person.choices) == 4, "the choices do not open")
        await person.types("app")
        await person.until(lambda: person.choices == ["Needs approval"])
        await person.press(key)
        await person.until(lambda: person.field("budget_status").text == "Needs approval")
        await person.until(lambda: person.current.spec.path == "currency")
        assert (await person.saved()).opportunity.budget_status is BudgetStatus.NEEDS_APPROVAL


async def test_arrows_move_and_escape_closes_the_list_and_not_the_screen(context: Context, acme: UUID) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_status")
        await person.until(lambda: person.stage.choices_open)
        await person.press("down", "down", "up")
        await person.until(lambda: person.stage.choices.chosen == "Allocated")
        await person.press("escape")
        assert not person.stage.choices_open
        assert person.stage.stage is Stage.QUALIFICATION
        await person.press("tab")
        assert person.field("budget_status").text == "", "a list that was closed gives nothing"
        await person.press("shift+tab")
        await person.until(lambda: person.stage.choices_open)
        await person.press("up", "enter")
        await person.until(lambda: person.field("budget_status").text == "Unconfirmed")


async def test_a_fast_hand_gets_what_it_typed(context: Context, acme: UUID) -> None:
    """Keys of several fields may come in one read; each field has its own choices, and only those."""
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_status")
        await person.until(lambda: person.stage.choices_open)
        await person.bursts(*"needs", "tab", *"eur", "tab", *"80k", "tab")
        await person.until(lambda: person.field("budget_amount").text == "€80,000.00", "the amount is not there")
        deal = (await person.saved()).opportunity
        assert (deal.budget_status, deal.currency) == (BudgetStatus.NEEDS_APPROVAL, "EUR")
        await person.goes_to("currency")
        await person.press("ctrl+u")
        await person.bursts(*"80k pounds", "tab")
        await person.hears("currency", "names no currency")
        assert person.field("currency").text == "80k pounds"


async def test_half_a_word_is_not_called_wrong_while_it_is_typed(context: Context, acme: UUID) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "window_to")
        await person.types("next fr")
        await person.until(lambda: person.stage.desk.record.pending, "the pause does not keep it")
        await person.settled()
        assert "cannot be read" not in person.text_of("#form")
        await person.press("tab")
        await person.hears("window_to", "date")


async def test_a_choice_is_clicked(context: Context, acme: UUID) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "budget_status")
        await person.until(lambda: person.stage.choices_open)
        await person.click_word("#choices", "Credible range")
        await person.until(lambda: person.field("budget_status").text == "Credible range")
        await person.press("tab")
        assert (await person.saved()).opportunity.budget_status is BudgetStatus.CREDIBLE_RANGE


async def test_the_list_never_covers_the_field_it_belongs_to(context: Context, acme: UUID) -> None:
    async with rep(context, size=(80, 24)) as person:
        for at in ("budget_status", "currency", "solution_fit"):
            await person.opens(acme, Stage.QUALIFICATION, at)
            await person.until(lambda: person.stage.choices_open)
            entry, listed = person.current.entry.region, person.stage.choices.region
            assert not listed.overlaps(entry), (at, entry, listed)
            assert person.app.screen.region.contains_region(listed)


async def test_several_roles_are_chosen_with_commas(context: Context, acme: UUID) -> None:
    async with rep(context) as person:
        ann = (await person.kept(acme)).people[0]
        roles = Address("people", "roles", ann.id)
        await person.opens(acme, Stage.QUALIFICATION, roles)
        await person.types("champ")
        await person.until(lambda: person.choices == ["Champion"])
        await person.types("ion, end")
        await person.until(lambda: person.choices == ["End user"])
        await person.press("tab")
        assert person.field(roles).text == "Champion, End user"
        assert list((await person.saved()).people[0].roles) == [Role.CHAMPION, Role.END_USER]


async def test_a_person_is_chosen_by_the_beginning_of_the_name(context: Context, acme: UUID) -> None:
    async with rep(context) as person:
        await person.opens(acme, Stage.QUALIFICATION, "decision_maker_id")
        await person.types("an")
        await person.until(lambda: person.choices == ["Ann Ames"])
        await person.press("tab")
        record = await person.saved()
        assert person.field("decision_maker_id").text == "Ann Ames"
        assert [one.name for one in record.people] == ["Ann Ames"]
        assert record.opportunity.decision_maker_id == record.people[0].id


async def test_japanese_labels_narrow_too(context: Context, acme: UUID) -> None:
    async with rep(context, language="ja") as person:
        await person.opens(acme, Stage.DATA_COLLECTION, "lead_source")
        await person.until(lambda: "ウェブ" in person.choices)
        await person.types("ウェ")
        await person.until(lambda: person.choices == ["ウェブ"])
        await person.press("enter")
        await person.until(lambda: person.field("lead_source").text == "ウェブ")
        assert (await person.saved()).opportunity.lead_source == "web"


async def test_a_record_that_has_its_company_is_not_offered_it_again(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "account.dba")
        await person.settled()
        assert person.choices == []
