"""Text that looks like markup, or would command a terminal, is shown as text, wherever it stands."""

import json
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.model.base import new_id
from oppwizard.model.enums import Role, Stage
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.model.text import visible
from oppwizard.screens.dialogs import Reader
from oppwizard.walk import Walk, open_walk
from oppwizard.widgets.field import FieldRow
from tests.screens.driving import ROOMY, Rep, rep

LeftIn = Callable[[Stage | None], UUID]
BLNS = Path(__file__).parents[3] / "shared" / "data" / "blns" / "blns.json"
MARKUP = "[bold]x[/]"
HOSTILE = f"{MARKUP}\x1b[2J\u202e"
FORBIDDEN = "\x1b\x07\x9b\u202e\u2066\u2028\0"


def poisoned(walk: Walk, record: Record) -> None:
    """Put the text into every name of a finished record."""

    def put(at: Address | str, text: str = HOSTILE) -> None:
        walk.save(walk.set(record, address(at) if isinstance(at, str) else at, text))

    put("account.dba")
    put("account.legal_name")
    put("name")
    put("business_problem")
    put("initial_note")
    for kind, name in (
        ("people", "name"),
        ("lines", "sku"),
        ("lines", "product"),
        ("competitors", "name"),
        ("plan", "what"),
    ):
        put(Address(kind, name, record.rows(kind)[0].id))
    put(Address("people", "roles", record.people[0].id), Role.INFLUENCER.value)
    put("compelling_event", "TBD")
    walk.save(walk.hold(record, address("close_on"), HOSTILE))


def stands_in(person: Rep, where: str) -> bool:
    return MARKUP in person.text_of(where)


def holds(field: FieldRow, text: str) -> bool:
    return field.text == text


def assert_plain(person: Rep, where: object) -> None:
    found = [letter for letter in FORBIDDEN if letter in person.page]
    assert not found, (where, [hex(ord(letter)) for letter in found])


async def test_markup_and_escapes_are_shown_as_text_everywhere(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    walk = open_walk(context)
    poisoned(walk, walk.load(record_id))
    walk.store.close()
    async with rep(context, size=ROOMY) as person:
        await person.sees(MARKUP)
        assert_plain(person, "pipeline")
        for stage in Stage:
            screen = await person.opens(record_id, stage)
            assert MARKUP in person.text_of("#title"), stage
            for number in range(len(screen.parts)):
                await screen.show_part(number)
                await person.quiet()
                assert_plain(person, (stage, number))
        for stage, at, where in (
            (Stage.SCOPING, Address("lines"), "RowTable"),
            (Stage.DATA_COLLECTION, "facts_confirmed", ".facts"),
            (Stage.CREATION, None, "#steps"),
            (Stage.STAKEHOLDERS, "coverage_reason", ".facts"),
        ):
            await person.opens(record_id, stage, at)
            await person.until(partial(stands_in, person, where), f"not in {where}")
        screen = await person.opens(record_id, Stage.QUALIFICATION, "decision_maker_id")
        await person.until(lambda: any(MARKUP in choice for choice in person.choices))
        await person.until(lambda: MARKUP in person.text_of("#choices"), "the choices are not drawn")
        assert_plain(person, "choices")
        await person.opens(record_id, Stage.DATA_COLLECTION, "close_on")
        await person.hears("close_on", MARKUP)
        await person.until(lambda: MARKUP in person.text_of("#points"), "the points are not drawn")
        await person.press("f11")
        await person.until(lambda: isinstance(person.screen, Reader))
        assert MARKUP in person.page
        assert_plain(person, "call sheet")


async def test_what_is_pasted_is_made_harmless(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        await person.answers("budget_source", "one\r\ntwo\x1b[31m\x00three")
        text = person.field("budget_source").text
        assert text == "one two␛[31m␀three"
        assert (await person.saved()).opportunity.budget_source == text
        await person.answers("business_problem", "one\n\ttwo\x1b")
        assert (await person.saved()).opportunity.business_problem == "one\n\ttwo␛"


@pytest.mark.skipif(not BLNS.exists(), reason="the Big List of Naughty Strings is not here")
@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.file
async def test_the_naughty_strings_are_typed_and_listed(context: Context, left_in: LeftIn, every: int) -> None:
    naughty = [text for text in json.loads(BLNS.read_text("utf-8")) if text]
    record_id = left_in(Stage.SCOPING)
    connection = sqlite3.connect(context.store)
    cursor = connection.execute("SELECT * FROM opportunity")
    names = [column[0] for column in cursor.description]
    row = dict(zip(names, cursor.fetchone(), strict=True))
    for text in naughty:
        row |= {"id": new_id().hex, "title": text[:2000], "name": text[:1000]}
        connection.execute(f"INSERT INTO opportunity VALUES ({', '.join('?' * len(names))})", list(row.values()))
    connection.commit()
    connection.close()
    async with rep(context, size=ROOMY) as person:
        pages = 0
        while True:
            pages += 1
            for _ in range(5):
                assert_plain(person, f"list, page {pages}")
                await person.press("pagedown")
            if not person.pipeline.listing or not person.pipeline.listing.has_page(1):
                break
            person.pipeline.turn_page(1)
            await person.settled()
        assert pages == 3
        await person.opens(record_id, Stage.QUALIFICATION, "budget_source")
        for at in ("budget_source", "business_problem"):
            field = await person.goes_to(at)
            for start in range(0, len(naughty), 60):
                batch = naughty[start : start + 60 : every]
                await person.clears()
                for text in batch:
                    await person.pastes(text)
                    person.app.screen.refresh()
                assert_plain(person, batch)
            await person.clears()
            await person.pastes(naughty[-1])
            await person.press("tab")
            await person.until(partial(holds, field, visible(naughty[-1])))
