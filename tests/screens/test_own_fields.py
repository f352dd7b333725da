"""A fictitious organisation's playbook in the app: a deal walked by it from the first key to the last gate."""

from typing import Any
from uuid import UUID

import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.choice import Choice
from oppwizard.model.enums import Stage, Status
from oppwizard.model.fields import CUSTOM, FIELDS, ROW_KINDS, shown_in
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.process.entry import names_of
from oppwizard.walk.sample import answer, script
from oppwizard.widgets.field import FieldRow
from tests.own import TYPED, with_playbook
from tests.screens.driving import WIDE, Rep, rep

SMALL = (80, 24)
LINES = (
    {"sku": "NI-SCAN", "quantity": "120", "configuration": "Offline edition, four halls"},
    {"sku": "NI-SETUP", "configuration": "Four halls, six weeks"},
)
"""What is sold; the price list says the rest."""
STATUS_QUO = "status quo"
THEIRS = ("lines", "competitors")
"""The rows in which the playbook has a say."""
KEYED = {"team": "role", "risks": "category", "people": "name"}


def deal() -> dict[str, Any]:
    """The sample's answers as this organisation would give them."""
    lines = script("en")
    answers = {**lines["answers"], "currency": "EUR", "sales_stage": "Discovered", "probability": "25"}
    own = {path: text for path, text in TYPED.items() if FIELDS[path].ask.stage}
    rivals = [{"name": "Calipera", "kind": "competitor"}, lines["competitors"][1]]
    return {**lines, "answers": {**answers, **own}, "lines": list(LINES), "competitors": rivals}


class Demonstration:
    """Somebody who walks the deal on the screen.

    Args:
        whole: whether every answer is typed; else what every organisation asks for is there as each stage begins, and
            what this one asks for is typed.
    """

    def __init__(self, person: Rep, *, whole: bool) -> None:
        self.person = person
        self.lines = deal()
        self.whole = whole

    @property
    def record(self) -> Record:
        """The record as it is on the screen."""
        return self.person.stage.desk.record

    async def stage(self, stage: Stage) -> None:
        """Give all answers of a stage, part by part."""
        await self.person.arrives(stage)
        if not self.whole:
            usual = {key: value for key, value in self.lines.items() if key not in THEIRS}
            usual["answers"] = {path: text for path, text in self.lines["answers"].items() if path not in TYPED}
            answer(self.person.walk, self.record, usual, stage)
            self.person.stage.show_again()
        for piece in (piece for part in self.person.stage.parts for piece in part.pieces):
            if piece in ROW_KINDS and (self.whole or piece in THEIRS):
                await self.rows(stage, piece)
            elif piece not in ROW_KINDS and (self.whole or piece == CUSTOM):
                await self.fields(stage, piece)

    async def fields(self, stage: Stage, group: str) -> None:
        for path, text in self.lines["answers"].items():
            spec = FIELDS[path]
            if spec.ask.stage is stage and spec.ask.group == group and path != "initial_note":
                await self.person.answers(address(path), text, "tab" if spec.entity != CUSTOM else "shift+tab")

    async def rows(self, stage: Stage, kind: str) -> None:
        names = {spec.name for spec in shown_in(kind, stage)}
        for number, values in enumerate(self.lines.get(kind, ())):
            first = ROW_KINDS[kind].handle
            mine = {name: values[name] for name in sorted(values, key=lambda name: name != first) if name in names}
            row = self.there(kind, number, values)
            for name, text in mine.items():
                at = Address(kind, name, row)
                if row is not None and self.record.value(at) not in (None, "", []) and name in KEYED.values():
                    continue
                if FIELDS[f"{kind}.{name}"].ask.stage is stage or row is None:
                    row = await self.cell(kind, name, row, text)

    def there(self, kind: str, number: int, values: dict[str, str]) -> UUID | None:
        """The row that has been begun already, in an earlier stage or with the draft."""
        rows = self.record.rows(kind)
        key = KEYED.get(kind)
        if key is None:
            return rows[number].id if number < len(rows) else None
        for row in rows:
            held = getattr(row, key)
            names = names_of(held) if isinstance(held, Choice) else (str(held),)
            if fold(values.get(key, "")) in map(fold, names):
                found: UUID = row.id
                return found
        return None

    async def cell(self, kind: str, name: str, row: UUID | None, text: str) -> UUID:
        if row is not None:
            await self.person.answers(Address(kind, name, row), text)
            return row
        before = {one.id for one in self.record.rows(kind)}
        await self.person.goes_to(Address(kind))
        await self.person.press("f4")
        field = next(one for one in self.person.table(kind).fields() if one.spec.name == name)
        field.enter()
        await self.person.pastes(text)
        await self.person.press("tab")
        await self.person.until(lambda: len(self.record.rows(kind)) > len(before), f"no row of {kind} for {text!r}")
        begun: UUID = next(one.id for one in self.record.rows(kind) if one.id not in before)
        return begun

    async def goes_on(self, to: Stage) -> None:
        await self.person.press("f8")
        await self.person.arrives(to)


@pytest.mark.parametrize(
    ("size", "language", "whole"),
    [
        (SMALL, "en", False),
        pytest.param(SMALL, "en", True, marks=pytest.mark.soak),
        pytest.param(WIDE, "ja", True, marks=pytest.mark.soak),
    ],
)
async def test_a_deal_is_walked_end_to_end(
    context: Context, size: tuple[int, int], language: str, *, whole: bool
) -> None:
    async with rep(with_playbook(context), size=size, language=language) as person:
        await person.press("n")
        walker = Demonstration(person, whole=whole)
        for stage in Stage:
            await walker.stage(stage)
            if stage is Stage.QUALIFICATION:
                await offered_and_known(person)
            if stage is Stage.STRATEGY:
                await from_the_card(person)
            else:
                await walker.goes_on(Stage(stage + 1))
        record = await person.saved()
        verdict = person.walk.verdict(record)
        assert [str(point.message) for point in verdict.blocking] == []
        assert record.opportunity.status is Status.CREATED
        assert {f"custom.{name}" for name in record.opportunity.custom} == set(TYPED)
        assert record.opportunity.playbook_version == person.walk.playbook.version
        scan, setup = record.lines
        assert [scan.unit_price, scan.tiers, setup.unit_price, setup.quantity] == [60, "1: 60, 101: 50", 7500, 1]
        assert person.walk.sized(record).arr.value == 120 * 50 * 12


async def offered_and_known(person: Rep) -> None:
    """The names of the cards are offered, and the coach shows the card of the one that is there."""
    rival = next(one for one in person.stage.desk.record.competitors if one.name == "Calipera")
    await person.goes_to(Address("competitors", "name", rival.id))
    await person.until(lambda: person.stage.coaching is not None)
    japanese = i18n.language() == "ja"
    await person.reads("#coach", "バトルカード" if japanese else "Battle card")
    await person.reads("#coach", "安価で短納期" if japanese else "Cheap heads, short delivery")


async def from_the_card(person: Rep) -> None:
    """Each text of the card is proposed, and taken by F6; what was typed is left alone."""
    rival = next(one for one in person.stage.desk.record.competitors if one.name == "Calipera")
    for name in ("strengths", "weaknesses", "positioning"):
        await person.goes_to(Address("competitors", name, rival.id))
        await person.press("f6", "tab")
    at = Address("competitors", "counter", rival.id)
    await person.answers(at, "Invite them to the laboratory")
    await person.goes_to(at)
    await person.press("f6", "tab")
    held = (await person.saved()).row("competitors", rival.id)
    assert held is not None
    assert held.counter == "Invite them to the laboratory"
    japanese = i18n.language() == "ja"
    assert held.strengths == ("安価で短納期" if japanese else "Cheap heads, short delivery")
    assert held.positioning == ("他社の推定値を当社は実測します。" if japanese else "We measure what they estimate.")


# Fields on a small screen


@pytest.fixture
def stored(context: Context, own_template: tuple[Any, UUID]) -> UUID:
    """The finished record of `tests.own` in the test's store."""
    import shutil

    shutil.copy(own_template[0], context.store)
    with_playbook(context)
    return own_template[1]


async def test_each_kind_is_chosen_or_typed_where_it_stands(context: Context, stored: UUID) -> None:
    async with rep(context, size=SMALL) as person:
        await person.opens(stored, Stage.SCOPING, "custom.measured_values")
        await person.clears()
        await person.types("an")
        await person.until(lambda: person.choices == ["Angle"])
        await person.types("gle, rou")
        await person.until(lambda: person.choices == ["Roughness"])
        await person.press("tab")
        assert person.field("custom.measured_values").text == "Angle, Roughness"
        await person.goes_to("custom.clean_room")
        await person.until(lambda: person.choices == ["yes", "no"])
        await person.clears()
        await person.types("y")
        await person.until(lambda: person.choices == ["yes"])
        await person.press("tab")
        await person.arrives(Stage.DATA_COLLECTION)
        await person.goes_to("custom.region")
        await person.until(lambda: person.choices == ["North", "South"])
        await person.answers("custom.region", "sou")
        assert person.field("custom.region").text == "South"
        await person.opens(stored, Stage.STAKEHOLDERS)
        await person.goes_to("custom.trained_people")
        await person.until(lambda: "Priya Nand" in person.choices)
        await person.clears()
        await person.types("Luis Ferrer, pri")
        await person.until(lambda: person.choices == ["Priya Nand"])
        await person.press("shift+tab")
        await person.goes_to("custom.trained_people")
        held = (await person.saved()).custom
        assert held.clean_room is True  # type: ignore[attr-defined]
        assert held.region == "south"  # type: ignore[attr-defined]


async def test_what_is_wrong_is_kept_and_said_under_the_field(context: Context, stored: UUID) -> None:
    async with rep(context, size=SMALL) as person:
        await person.opens(stored, Stage.SCOPING, "custom.parts_a_day")
        await person.answers("custom.parts_a_day", "two million")
        await person.hears("custom.parts_a_day", "is not a number")
        await person.answers("custom.parts_a_day", "2000000")
        await person.hears("custom.parts_a_day", "1000000 or less")
        assert person.field("custom.parts_a_day").text == "2000000"
        await person.answers("custom.parts_a_day", "1000")
        await person.hears("custom.parts_a_day")
        await person.press("ctrl+z")
        await person.until(lambda: person.field("custom.parts_a_day").text == "1,200")


async def test_facts_and_the_coach_are_beside_them(context: Context, stored: UUID) -> None:
    async with rep(context, size=WIDE) as person:
        await person.opens(stored, Stage.QUALIFICATION, "custom.incumbent_device")
        await person.reads("#coach", "What stands there decides what we replace.", "Which device do you measure with")
        assert "PB" not in person.text_of("#coach")
        await person.opens(stored, Stage.STRATEGY, "custom.pilot_result")
        await person.reads("#form", "Device in use", "Mitaka CM-3, 2011")
        await person.press("ctrl+l")
        await person.until(lambda: i18n.language() == "ja")
        await person.arrives(Stage.STRATEGY)
        await person.reads("#form", "使用中の機器", "試験導入の結果")


async def test_an_answer_that_fits_no_more_is_shown_as_it_was(context: Context, stored: UUID) -> None:
    with_playbook(context, '[[fields]]\nname = "safety_class"\nlabel = "Class"\nkind = "integer"\nstage = 1\n')
    async with rep(context, size=SMALL) as person:
        await person.opens(stored, Stage.QUALIFICATION, "custom.safety_class")
        field: FieldRow = person.field("custom.safety_class")
        assert field.text == "b"
        await person.hears("custom.safety_class", "cannot be read")
        await person.answers("custom.safety_class", "3", "shift+tab")
        await person.goes_to("custom.safety_class")
        await person.hears("custom.safety_class")
        kept = (await person.saved()).opportunity.custom
        assert kept["safety_class"] == 3
        assert kept["parts_a_day"] == 1200


async def test_the_list_is_searched_for_what_they_say(context: Context, stored: UUID) -> None:
    async with rep(context, size=SMALL) as person:
        await person.press("slash")
        await person.types("mitaka")
        await person.sees("Harbor Tools")
        await person.types("xyz")
        await person.until(lambda: person.pipeline.shown == [])


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_the_present_part_is_named_however_small_the_screen(context: Context, language: str) -> None:
    async with rep(with_playbook(context), size=SMALL, language=language) as person:
        await person.press("n")
        screen = await person.arrives(Stage.QUALIFICATION)
        for number, part in enumerate(screen.parts):
            await screen.show_part(number)
            await person.reads("#parts", f"[{part.label}")
