"""Going on, going back, and being told what is in the way."""

from collections.abc import Callable
from uuid import UUID

from oppwizard.context import Context
from oppwizard.model.enums import Stage
from oppwizard.model.findings import address
from oppwizard.walk import open_walk
from tests.screens.driving import ROOMY, rep

LeftIn = Callable[[Stage | None], UUID]


async def test_f8_is_blocked_says_why_and_goes_to_the_point(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(Stage.SCOPING)
    walk = open_walk(context)
    walk.save(walk.set(walk.load(record_id), address("compelling_event"), "later"))
    walk.store.close()
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.reads("#strip", "1 Qualify 1 open", "2 Scope closed")
        await person.press("f8")
        await person.until(lambda: person.current.spec.path == "compelling_event")
        assert person.stage.stage is Stage.QUALIFICATION
        await person.reads("#state", "Compelling event", "says nothing")
        await person.hears("compelling_event", "says nothing")
        await person.reads("#parts", "[Need 1]")
        await person.clears()
        await person.types("The lease ends in March")
        await person.press("f8")
        await person.arrives(Stage.SCOPING)
        await person.reads("#strip", "1 Qualify done")


async def test_f2_goes_through_all_open_points_and_begins_again(context: Context) -> None:
    walk = open_walk(context)
    record_id = walk.start("Acme").id
    walk.store.close()
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION)
        points = [str(point.at) for point in person.stage.desk.verdict.open_points(Stage.QUALIFICATION)]
        assert len(points) > 10
        assert person.current.at == address(points[0])
        seen = []
        for _ in points:
            await person.press("f2")
            await person.quiet()
            seen.append(str(person.current.at))
        firsts = {"people": "people.name", "competitors": "competitors.name"}
        assert seen == [firsts.get(point, point) for point in [*points[1:], points[0]]]


async def test_f2_with_nothing_open_says_so(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.SCOPING)
        await person.press("f2")
        await person.reads("#state", "Nothing is open here; F8 goes on")


async def test_back_is_never_blocked(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    walk = open_walk(context)
    walk.save(walk.set(walk.load(record_id), address("budget_status"), "unconfirmed"))
    walk.store.close()
    async with rep(context) as person:
        await person.opens(record_id, Stage.STRATEGY, "why_us")
        await person.clears()
        for stage in reversed(Stage):
            await person.arrives(stage)
            await person.press("f7")
        await person.comes_home()
        assert (await person.kept(record_id)).opportunity.why_us is None


async def test_an_edit_that_breaks_an_earlier_gate_closes_the_later_stages_and_says_why(
    context: Context, left_in: LeftIn
) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_status")
        await person.answers("budget_status", "unconfirmed")
        await person.reads("#strip", "1 Qualify 1 open", "2 Scope closed", "6 Strategy closed")
        await person.click_word("#strip", "3 Data")
        await person.reads("#state", "Closed until stage 1 is done:")
        assert person.stage.stage is Stage.QUALIFICATION
        why = person.stage.desk.verdict.in_the_way(Stage.DATA_COLLECTION)[0]
        await person.reads("#state", str(why.message))
        await person.opens(record_id, Stage.STRATEGY)
        await person.reads("#points-head", "CLOSED:")
        await person.press("f2")
        await person.arrives(Stage.QUALIFICATION)
        assert person.current.at == why.at
        await person.answers("budget_status", "allocated")
        await person.reads("#strip", "6 Strategy done")


async def test_strip_and_tabs_are_clicked(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION)
        await person.click_word("#parts", "Discovery")
        await person.until(lambda: person.current.spec.path == "discovery_on")
        await person.reads("#parts", "[Discovery]")
        await person.click_word("#strip", "2 Scope")
        await person.arrives(Stage.SCOPING)
        await person.click_word("#parts", "Structure")
        await person.until(lambda: person.current.spec.path == "term_months")
        await person.click_word("#strip", "1 Qualify")
        await person.arrives(Stage.QUALIFICATION)


async def test_an_open_point_is_clicked(context: Context) -> None:
    walk = open_walk(context)
    record_id = walk.start("Acme").id
    walk.store.close()
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION)
        await person.click_word("#points", "Business problem is missing")
        await person.until(lambda: person.current.spec.path == "business_problem")


async def test_the_last_stage_done_says_what_comes_next(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.STRATEGY)
        await person.press("f8")
        await person.reads("#state", "The walk is complete")


async def test_the_call_sheet_and_the_history_are_read_over_the_form(context: Context) -> None:
    walk = open_walk(context)
    record_id = walk.start("Acme").id
    walk.store.close()
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.press("f11")
        await person.sees("Call sheet", "Esc: close")
        await person.press("escape")
        await person.arrives(Stage.QUALIFICATION)
        await person.answers("budget_source", "The CFO [bold]said[/] so")
        person.stage.action_history()
        await person.sees("History", "The CFO [bold]said[/] so")
        await person.press("escape")
        await person.arrives(Stage.QUALIFICATION)
        assert person.current.spec.path == "decision_maker_id"
