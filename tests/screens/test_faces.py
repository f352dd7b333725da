"""Languages, colours, sizes, help, palette and keys of one's own."""

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from textual.command import CommandPalette
from textual.widget import Widget
from textual.widgets import Input, Static

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.enums import Stage
from oppwizard.screens.dialogs import Reader
from oppwizard.screens.pipeline_table import PipelineTable
from oppwizard.walk import open_walk
from oppwizard.widgets.field import FieldRow
from oppwizard.widgets.keys import APP, PIPELINE, STAGE, actions, shown_key
from tests.screens.driving import Rep, rep, with_playbook
from tools.catalogues import Catalogues, Refused, check

LeftIn = Callable[[Stage | None], UUID]


def speaks(language: str) -> bool:
    return i18n.language() == language


async def test_the_language_is_switched_where_one_stands(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "close_on")
        english = person.field("close_on").text
        await person.press("ctrl+l")
        await person.until(lambda: i18n.language() == "ja")
        await person.arrives(Stage.DATA_COLLECTION)
        assert person.stage.desk.record.id == record_id
        assert person.current.spec.path == "close_on"
        assert person.field("close_on").text != english
        assert "クロ" in person.page or "予定日" in person.page
        for language in (*i18n.LANGUAGES[2:], i18n.SOURCE):
            await person.press("ctrl+l")
            await person.until(partial(speaks, language))
            await person.arrives(Stage.DATA_COLLECTION)
        assert person.field("close_on").text == english
        await person.press("escape")
        await person.comes_home()
        assert len(person.app.screen_stack) == 1


async def test_the_key_of_the_language_names_the_next_one(context: Context, left_in: LeftIn) -> None:
    left_in(None)
    (action,) = (one for one in actions(APP) if one.id == "app.language")
    async with rep(context) as person:
        await person.sees("Harbor Tools")
        for language in (*tuple(i18n.Language)[1:], i18n.Language.EN):
            assert str(action.label) == language.endonym
            await person.press("ctrl+l")
            await person.until(partial(speaks, language))


async def test_the_list_is_said_anew_in_place(context: Context, left_in: LeftIn) -> None:
    """Rows that are read at that moment, and keys that were pressed already, find the table where it was."""
    left_in(None)
    async with rep(context) as person:
        await person.sees("Harbor Tools")
        table = person.pipeline.query_one(PipelineTable)
        await person.press("ctrl+l")
        await person.sees("金額", "検索")
        assert person.pipeline.query_one(PipelineTable) is table
        assert "Amount" not in person.page
        assert "search" not in person.page


async def test_a_record_that_changes_while_its_screen_is_taken_away_is_not_drawn(
    context: Context, left_in: LeftIn
) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        stage = await person.opens(record_id, Stage.SCOPING)
        closing = asyncio.create_task(person.app.records.close())
        seen = 0
        while not closing.done():
            stage.desk.changed()
            stage.show_again()
            person.app.records.keep_typed()
            seen += stage.is_attached
            await asyncio.sleep(0)
        assert seen > 3, "it was looked at while it went"
        await closing


async def test_what_is_half_typed_survives_the_switch_of_language(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.clears()
        await person.types("The CFO")
        await person.press("ctrl+l")
        await person.until(lambda: i18n.language() == "ja")
        await person.arrives(Stage.QUALIFICATION)
        assert person.current.text == "The CFO"
        assert (await person.saved()).opportunity.budget_source == "The CFO"


async def test_light_and_dark(context: Context, left_in: LeftIn) -> None:
    left_in(None)
    async with rep(context) as person:
        before = person.app.current_theme.dark
        await person.press("ctrl+t")
        assert person.app.current_theme.dark is not before
        await person.press("ctrl+t")
        assert person.app.current_theme.dark is before


@pytest.mark.parametrize(("scope", "other"), [(PIPELINE, STAGE), (STAGE, PIPELINE)])
async def test_help_lists_every_action_with_its_key(context: Context, left_in: LeftIn, scope: str, other: str) -> None:
    record_id = left_in(None)
    async with rep(context, size=(120, 60)) as person:
        if scope == STAGE:
            await person.opens(record_id, Stage.QUALIFICATION)
        await person.press("f1")
        await person.until(lambda: isinstance(person.screen, Reader))
        lines = str(person.app.screen.query_one("#text Static", Static).render()).splitlines()
        for action in (*actions(scope), *actions(APP)):
            listed = [line for line in lines if str(action.tip) in line]
            assert listed, action.id
            assert not action.keys or shown_key(action.first_key) in listed[0].split(str(action.label))[0]
        strangers = {str(action.tip) for action in actions(other)} - {str(one.tip) for one in actions(scope)}
        assert not any(tip in line for tip in strangers for line in lines)
        await person.press("escape")
        assert not isinstance(person.screen, Reader)


async def test_the_palette_finds_every_action_and_does_it(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        found = {command.title.casefold() for command in person.app.get_system_commands(person.app.screen)}
        assert {str(one.label).casefold() for one in (*actions(PIPELINE), *actions(APP))} - {"all actions"} <= found
        await person.press("ctrl+p")
        await person.until(lambda: isinstance(person.screen, CommandPalette))
        await person.types("reverse")
        await person.sees("Turn the order round.")
        await person.press("enter")
        await person.comes_home()
        await person.sees("Last change, first first")
        await person.opens(record_id, Stage.QUALIFICATION)
        found = {command.title.casefold() for command in person.app.get_system_commands(person.app.screen)}
        assert {str(one.label).casefold() for one in (*actions(STAGE), *actions(APP))} - {"all actions"} <= found
        await person.press("ctrl+p")
        await person.until(lambda: isinstance(person.screen, CommandPalette))
        await person.types("history")
        await person.sees("See every change")
        await person.press("enter")
        await person.until(lambda: isinstance(person.screen, Reader), "the history does not come")


async def test_the_playbook_gives_actions_other_keys(context: Context, tmp_path: Path) -> None:
    own = with_playbook(
        context, tmp_path / "playbook.toml", '[keys]\n"pipeline.new" = "alt+n"\n"stage.next_open" = "f20"\n'
    )
    async with rep(own) as person:
        await person.reads("#keys", "Alt+N new")
        await person.press("n")
        await person.settled()
        assert person.pipeline.shown == []
        await person.press("alt+n")
        await person.arrives(Stage.QUALIFICATION)
        await person.reads("#keys", "F20 next open point")
        before = person.current.at
        await person.press("f20")
        assert person.current.at != before


async def each_part(person: Rep, record_id: UUID) -> list[str]:
    """Show every part of every stage; everything that is said on the way."""
    said: list[str] = []
    for stage in Stage:
        screen = await person.opens(record_id, stage)
        for number in range(len(screen.parts)):
            await screen.show_part(number)
            await person.quiet()
            said += list(spoken(person))
    return said


def spoken(person: Rep) -> Iterator[str]:
    for widget in person.app.screen.query(Static):
        yield str(widget.render())
    for entry in person.app.screen.query(Input):
        yield entry.placeholder
    yield person.page


def is_seen(form: Widget, field: FieldRow) -> bool:
    return form.region.contains_region(field.entry.region) and field.entry.region.area > 0


@pytest.mark.parametrize(
    ("language", "size"),
    [
        pytest.param("en", (80, 24), id="en-80x24"),
        pytest.param("ja", (60, 20), id="ja-60x20"),
        pytest.param("ja", (80, 24), id="ja-80x24", marks=pytest.mark.soak),
        pytest.param("en", (60, 20), id="en-60x20", marks=pytest.mark.soak),
    ],
)
async def test_the_field_in_focus_is_seen_on_a_small_screen(
    context: Context, left_in: LeftIn, size: tuple[int, int], language: str
) -> None:
    record_id = left_in(None)
    async with rep(context, size=size, language=language) as person:
        await person.sees("Harbor Tools")
        for stage in Stage:
            screen = await person.opens(record_id, stage)
            for number in range(len(screen.parts)):
                await screen.show_part(number)
                for field in (screen.shown_fields()[0], screen.shown_fields()[-1]):
                    field.enter()
                    form = screen.query_one("#form")

                    await person.until(partial(is_seen, form, field), f"{stage.name}: {field.at} is not seen", 2.0)


def has_gaps() -> bool:
    try:
        check(Catalogues())
    except Refused:
        return True
    return False


@pytest.mark.skipif(has_gaps(), reason="the catalogues are not complete")
async def test_nothing_is_said_in_english_to_a_japanese_reader(context: Context) -> None:
    walk = open_walk(context)
    record = walk.start("東京精密")
    for kind in ("people", "lines", "competitors", "touchpoints", "searches", "plan"):
        walk.save(walk.add(record, kind))
    walk.store.close()
    translations = i18n.catalogue("ja")
    english = {
        text
        for text in (str(message.id) for message in Catalogues().template() if message.id)
        if re.fullmatch(r"[A-Za-z][A-Za-z '.,:;-]{3,}", text) and text not in translations.gettext(text)
    }
    assert len(english) > 300
    wanted = re.compile(
        r"(?<![A-Za-z])(" + "|".join(sorted(map(re.escape, english), key=len, reverse=True)) + r")(?![A-Za-z])"
    )
    async with rep(context, language="ja") as person:
        said = [*spoken(person), *await each_part(person, record.id)]
        await person.press("f1")
        await person.until(lambda: isinstance(person.screen, Reader))
        said += spoken(person)
        found = {match for text in said for match in wanted.findall(text)}
        assert not found
