"""Every declared field stands on its screens, and Tab alone leads through all of them in order."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ACCOUNT, FIELDS, OPPORTUNITY, ROW_KINDS, facts_for, group_of, shown_in
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.process.course import COURSE, Part
from oppwizard.process.relevance import is_relevant
from oppwizard.walk import open_walk
from oppwizard.widgets.field import FieldRow
from tests.conftest import make_context
from tests.screens.driving import ROOMY, WIDE, Rep, rep

LeftIn = Callable[[Stage | None], UUID]


@pytest.fixture(scope="module")
def one_of_each(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, UUID]:
    """A draft with one row in each table."""
    path = tmp_path_factory.mktemp("each") / "store.db"
    walk = open_walk(make_context(path))
    record = walk.start("Acme")
    for kind in ROW_KINDS:
        while len(record.rows(kind)) > 1:
            walk.save(walk.remove(record, kind, record.rows(kind)[-1].id))
        if not record.rows(kind):
            walk.save(walk.add(record, kind))
    walk.store.close()
    return path, record.id


def expected(record: Record, stage: Stage, part: Part) -> Iterator[Address]:
    """The fields of a part in the order in which Tab should lead through them."""
    for piece in part.pieces:
        if piece in ROW_KINDS:
            specs = shown_in(piece, stage)
            for row in record.rows(piece):
                places = [Address(piece, spec.name, row.id) for spec in specs]
                yield from (at for at in places if at.spec is not None and is_relevant(at.spec, record.holder(at)))
            yield Address(piece, specs[0].name)
        for spec in group_of(stage, piece):
            holder = record.account if spec.entity == ACCOUNT else record.opportunity
            if is_relevant(spec, holder) and spec.name != "different_because":
                yield Address(spec.entity, spec.name)


def is_at(person: Rep, at: Address) -> bool:
    return person.stage.current is not None and person.current.at == at


@pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.name.lower())
@pytest.mark.parametrize(
    "language", [i18n.SOURCE, *(pytest.param(code, marks=pytest.mark.soak) for code in i18n.LANGUAGES[1:])]
)
async def test_tab_leads_through_every_field_of_a_stage(
    context: Context, one_of_each: tuple[Path, UUID], stage: Stage, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered: list[Address] = []
    enter = FieldRow.enter

    def noted(field: FieldRow) -> None:
        entered.append(field.at)
        enter(field)

    monkeypatch.setattr(FieldRow, "enter", noted)
    shutil.copy(one_of_each[0], context.store)
    async with rep(context, size=WIDE if language == i18n.SOURCE else (80, 24), language=language) as person:
        record = await person.kept(one_of_each[1])
        screen = await person.opens(record.id, stage)
        for number, part in enumerate(screen.parts):
            wanted = list(expected(record, stage, part))
            await screen.show_part(number, wanted[0])
            await person.quiet()
            seen = [person.current.at]
            entered.clear()
            await person.bursts(*["tab"] * (len(wanted) - 1))
            await person.until(partial(is_at, person, wanted[-1]))
            seen += entered
            assert [str(at) for at in seen] == [str(at) for at in wanted], part.label
            if part is not screen.parts[-1]:
                await person.press("tab")
                assert screen.part == number + 1


@pytest.mark.parametrize("stage", [Stage.QUALIFICATION, Stage.SCOPING], ids=["fields", "rows"])
async def test_shift_tab_leads_back_to_the_first_field(
    context: Context, one_of_each: tuple[Path, UUID], stage: Stage
) -> None:
    shutil.copy(one_of_each[0], context.store)
    async with rep(context) as person:
        record = await person.kept(one_of_each[1])
        screen = await person.opens(record.id, stage)
        first, second = (list(expected(record, stage, part)) for part in screen.parts[:2])
        await screen.show_part(1, second[1])
        back: list[Address] = []
        while person.current.at != first[0] and len(back) < len(first) + 2:
            await person.press("shift+tab")
            back.append(person.current.at)
        new_row = [at for at in first if at.entity in ROW_KINDS and at.row is None]
        assert [str(at) for at in back if at not in new_row and at.row == first[0].row] == [
            str(at) for at in (second[0], *reversed(first)) if at not in new_row and at.row == first[0].row
        ]


def test_every_declared_field_has_its_place() -> None:
    places = {
        (stage, spec.path)
        for stage, parts in COURSE.items()
        for part in parts
        for piece in part.pieces
        for spec in (*(shown_in(piece, stage) if piece in ROW_KINDS else ()), *group_of(stage, piece))
    }
    for spec in FIELDS.values():
        rows = spec.entity not in (OPPORTUNITY, ACCOUNT)
        for stage in spec.ask.stages if rows else (spec.ask.stage,):
            assert (stage, spec.path) in places, (spec.path, stage)


async def test_facts_of_earlier_stages_are_shown_to_be_confirmed(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await person.opens(record_id, Stage.DATA_COLLECTION, "facts_confirmed")
        facts = person.text_of(".facts")
        for spec in facts_for(Stage.DATA_COLLECTION):
            assert str(spec.ask.label) in facts, spec.path
        for value in ("Harbor Tools", "Needs approval", "$80,000.00", "Dana Whitfield", "Status quo", "lease"):
            assert value in " ".join(facts.split())
