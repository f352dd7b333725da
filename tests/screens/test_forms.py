"""Filling in a form: what is typed is saved and shown back in full, what is wrong is kept and explained."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.model.enums import Role, Stage, Standing
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.walk import open_walk
from oppwizard.walk.service import Walk
from oppwizard.widgets.committee import Matrix
from oppwizard.widgets.panels import CoachPanel
from tests.screens.driving import ROOMY, rep

LeftIn = Callable[[Stage | None], UUID]


def begin(context: Context, company: str | None = "Acme") -> UUID:
    walk = open_walk(context)
    record = walk.start(company)
    walk.store.close()
    return record.id


async def test_keys_that_come_in_one_burst_reach_the_fields_they_were_meant_for(context: Context) -> None:
    record_id = begin(context, None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.bursts(*"the CFO", "tab", *"Dana Whitfield", "tab", *"in writing", "tab")
        await person.until(lambda: person.current.spec.name == "authority_confirmed_on")
        record = await person.saved()
        deal = record.opportunity
        assert (deal.budget_source, deal.authority_confirmed_how) == ("the CFO", "in writing")
        assert [one.name for one in record.people] == ["Dana Whitfield"]


@pytest.mark.parametrize(
    ("stage", "at", "typed", "shown", "value"),
    [
        (3, "close_on", "18 Dec", "Fri 18 Dec 2026", dt.date(2026, 12, 18)),
        (3, "close_on", "next fri", "Fri 4 Dec 2026", dt.date(2026, 12, 4)),
        (3, "close_on", "来週金曜", "Fri 4 Dec 2026", dt.date(2026, 12, 4)),
        (3, "account.annual_revenue", "1.2m", "$1,200,000.00", Decimal("1200000")),
        (3, "account.annual_revenue", "￥１２０万", "¥1,200,000", Decimal("1200000")),
        (3, "probability", "30 %", "30", Decimal(30)),
        (3, "next_step_at", "2pm", "14:00", dt.time(14)),
        (3, "account.employees", "1,200", "1,200", 1200),
    ],
)
async def test_a_value_typed_freely_is_saved_and_shown_back_in_full(
    context: Context, left_in: LeftIn, stage: int, at: str, typed: str, shown: str, value: object
) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage(stage), at)
        field = await person.answers(at, typed)
        assert field.text == shown
        assert (await person.saved()).value(address(at)) == value


async def test_phone_and_e_mail_of_a_contact_are_checked_and_normalised(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        luis = (await person.kept(record_id)).people[0]
        phone, email = (Address("people", name, luis.id) for name in ("phone", "email"))
        await person.opens(record_id, Stage.DATA_COLLECTION, phone)
        field = await person.answers(phone, "(253) 555-0199")
        assert field.text == "+1 253-555-0199"
        field = await person.answers(email, "Luis.Ferrer＠HarborTools.Example.COM")
        assert field.text == "Luis.Ferrer@harbortools.example.com"
        field = await person.answers(email, "luis at harbor")
        assert field.text == "luis at harbor"
        await person.hears(field, "has no @ sign", "taro.yamada@example.co.jp")
        assert (await person.saved()).pending == {str(email): "luis at harbor"}


async def test_text_that_is_no_value_is_kept_explained_and_there_again_tomorrow(
    context: Context, left_in: LeftIn
) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "close_on")
        field = await person.answers("close_on", "after the fair")
        assert field.text == "after the fair"
        await person.hears(field, "after the fair", "is not a date", "2026-12-18")
        await person.saved()
    async with rep(context) as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "close_on")
        field = person.field("close_on")
        assert field.text == "after the fair"
        await person.hears(field, "after the fair")
        await person.reads("#strip", "3 Data 1 open")
        await person.answers("close_on", "2027-01-15")
        assert field.text == "Fri 15 Jan 2027"
        assert (await person.saved()).pending == {}


async def test_a_pause_saves_what_is_half_typed(context: Context) -> None:
    record_id = begin(context)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.types("The CF")
        await person.until(lambda: person.walk.load(record_id).opportunity.budget_source == "The CF", "no save")
        assert person.current.text == "The CF"
        await person.types("O")
        await person.goes_to("budget_amount")
        await person.types("12 apples")
        await person.until(lambda: person.walk.load(record_id).pending == {"budget_amount": "12 apples"}, "not held")
        assert (await person.kept(record_id)).opportunity.budget_source == "The CFO"
        assert person.current.text == "12 apples"


async def test_findings_are_quiet_until_a_field_was_touched(context: Context) -> None:
    record_id = begin(context)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        assert not any(field.query(".message") for field in person.stage.shown_fields())
        await person.press("tab")
        await person.hears("budget_source", "Source of the statement is missing")
        assert person.said_under(person.field("authority_confirmed_how")) == ""
        await person.answers("budget_source", "TBD")
        await person.hears("budget_source", "says nothing")
        await person.answers("budget_source", "CFO, call of last Monday")
        await person.hears("budget_source")


async def test_a_decision_maker_typed_becomes_a_person_and_the_economic_buyer(context: Context) -> None:
    record_id = begin(context)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "decision_maker_id")
        await person.types("大久保 レネ")
        await person.press("tab")
        record = await person.saved()
        assert [(one.name, list(one.roles)) for one in record.people] == [("大久保 レネ", [Role.ECONOMIC_BUYER])]
        assert record.opportunity.decision_maker_id == record.people[0].id
        await person.reads("#state", "大久保 レネ was added to the people")


async def test_a_company_that_exists_is_linked_and_not_made_again(context: Context, left_in: LeftIn) -> None:
    left_in(None)
    record_id = begin(context, None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "account.dba")
        await person.types("harbor t")
        await person.until(lambda: "Harbor Tools Incorporated" in person.choices)
        await person.press("down", "tab")
        record = await person.saved()
        assert record.account.standing is Standing.ACTIVE
        await person.reads("#state", "Linked to the account")
        await person.reads("#title", "Harbor Tools Incorporated")


async def test_the_choice_one_has_gone_to_stays_when_what_was_typed_is_looked_up_late(
    context: Context, left_in: LeftIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_in(None)
    record_id = begin(context, None)
    answered, look_up = threading.Event(), Walk.suggestions

    def late(walk: Walk, record: Record, path: str, text: str) -> list[str]:
        found = look_up(walk, record, path, text)
        answered.wait(10)
        return found

    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "account.dba")
        await person.types("harbor")
        await person.until(lambda: "Harbor Tools Incorporated" in person.choices)
        monkeypatch.setattr(Walk, "suggestions", late)
        await person.types(" t")
        await person.press("down")
        answered.set()
        await person.app.workers.wait_for_complete()
        await person.press("tab")
        record = await person.saved()
        assert record.account.standing is Standing.ACTIVE


async def test_undo_and_redo_work_on_the_form(context: Context) -> None:
    record_id = begin(context)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        for text in ("The CFO", "The CEO"):
            await person.answers("budget_source", text)
        field = person.field("budget_source")
        await person.press("ctrl+z")
        await person.until(lambda: field.text == "The CFO")
        await person.reads("#state", "Undone")
        await person.press("ctrl+z")
        await person.until(lambda: field.text == "")
        await person.press("ctrl+y", "ctrl+y")
        await person.until(lambda: field.text == "The CEO")
        await person.press("ctrl+y")
        await person.until(lambda: "Nothing to redo" in person.text_of("#state"))
        assert (await person.saved()).opportunity.budget_source == "The CEO"


async def test_a_proposed_name_is_taken_with_one_key(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "name")
        await person.answers("name", "New deal")
        field = await person.goes_to("name")
        await person.hears(field, "too generic")
        await person.press("f6")
        assert field.text.startswith("Harbor Tools - ")
        await person.hears(field)


async def test_figures_are_live_with_their_formulas_and_an_override_stays_visible(
    context: Context, left_in: LeftIn
) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        line = (await person.kept(record_id)).lines[0]
        quantity = Address("lines", "quantity", line.id)
        await person.opens(record_id, Stage.SCOPING, quantity)
        await person.reads("#figures", "ARR $64,800.00 = 120 × 45 × 12")
        await person.answers(quantity, "100")
        await person.reads("#figures", "ARR $54,000.00 = 100 × 45 × 12")
        await person.reads("#title", "$54,000.00")
        await person.answers("arr_override", "60k")
        await person.reads("#figures", "ARR $60,000.00 override; the line items say 54,000")
        assert person.current.spec.path == "acv_override"
        reason = person.field("override_reason")
        assert reason.display
        assert "override" in person.text_of("#points") + person.said_under(person.field("arr_override"))
        await person.reads("#strip", "2 Scope 1 open")
        await person.answers("override_reason", "The frame contract fixes the yearly fee")
        await person.reads("#strip", "2 Scope done")
        await person.reads("#figures", "override; the line items say")


async def test_coach_follows_the_field_in_both_languages(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.reads("#coach", "Source of the statement W1.1")
        await person.press("tab")
        await person.reads("#coach", "Decision maker W1.2")
        assert person.text_of("#coach").count("\n- ") >= 4
        await person.press("ctrl+l")
        await person.arrives(Stage.QUALIFICATION)
        assert person.current.spec.path == "decision_maker_id"
        await person.until(lambda: any("\u3040" <= letter <= "\u30ff" for letter in person.text_of("#coach")))


async def test_a_matrix_cell_gives_and_takes_a_role(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        screen = await person.opens(record_id, Stage.STAKEHOLDERS)
        await screen.show_part(1)
        luis = (await person.kept(record_id)).people[0]
        assert Role.EXECUTIVE_SPONSOR not in luis.roles

        def roles_held() -> list[Role]:
            return list(screen.desk.record.people[0].roles)

        await person.until(lambda: isinstance(person.app.focused, Matrix))
        await person.press("down", "down", "down", "enter")
        await person.until(lambda: set(roles_held()) == {*luis.roles, Role.EXECUTIVE_SPONSOR}, "not given")
        assert list((await person.saved()).people[0].roles) == roles_held()
        await person.press("enter")
        await person.until(lambda: roles_held() == list(luis.roles), "not taken away")
        await person.press("ctrl+z")
        await person.until(lambda: Role.EXECUTIVE_SPONSOR in roles_held(), "undo did not bring it back")


async def test_coverage_asks_for_the_roles_that_are_missing(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.STAKEHOLDERS, "coverage_reason")
        page = person.text_of(".facts")
        assert "`- Luis Ferrer" in page
        assert "2 of 3 people engaged, on 2 levels" in page
        assert "Nobody from procurement" in page


async def test_a_record_is_created_from_its_checklist(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(Stage.CREATION)
    async with rep(context, size=ROOMY) as person:
        walk = person.walk
        record = walk.load(record_id)
        walk.save(walk.set(record, address("account.employees"), ""))
        await person.opens(record_id, Stage.CREATION)
        assert person.text_of("#steps").count("[ready]") == 6
        assert "3 Link to the account [1 open]" in person.text_of("#steps")
        await person.press("f8")
        await person.arrives(Stage.DATA_COLLECTION)
        assert person.current.spec.path == "account.employees"
        await person.press("escape")
        await person.comes_home()
        await person.opens(record_id, Stage.CREATION)
        await person.click_word("#steps", "3 Link to the account")
        await person.arrives(Stage.DATA_COLLECTION)
        assert person.current.spec.path == "account.employees"
        await person.types("420")
        await person.press("f8")
        await person.arrives(Stage.CREATION)
        assert not (await person.saved()).exists
        if not (await person.kept(record_id)).opportunity.initial_note:
            await person.answers("initial_note", "They lose 45 hours a week; demo in a week.")
        await person.press("f8")
        await person.arrives(Stage.STAKEHOLDERS)
        record = await person.saved()
        assert record.exists
        assert record.account.standing is Standing.ACTIVE
        assert record.notes[0].body


async def test_the_coach_says_as_much_as_there_is_room_for_after_the_window_has_another_size(context: Context) -> None:
    record_id = begin(context)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_status")
        panel = person.app.screen.query_one(CoachPanel)
        await person.until(lambda: "- If not yet" in str(panel.content))
        await person.pilot.resize_terminal(80, 24)
        await person.until(lambda: "Ask - Has money been set aside" in str(panel.content), "the coach stays long")
        await person.pilot.resize_terminal(120, 40)
        await person.until(lambda: "- If not yet" in str(panel.content), "the coach stays short")
