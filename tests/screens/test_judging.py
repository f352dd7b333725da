"""The judgement over a form: the score, where it leads, and the record beside another one (A8, A9)."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.model.enums import Relation, Stage
from oppwizard.screens.dialogs import AskText
from oppwizard.screens.judging import BesideScreen, JudgementScreen
from oppwizard.walk import open_walk
from tests.screens.driving import ROOMY, Rep, rep

LeftIn = Callable[[Stage | None], UUID]


@pytest.fixture
def twin(context: Context, left_in: LeftIn) -> UUID:
    """A draft like the store's finished record."""
    finished = left_in(None)
    walk = open_walk(context)
    record = walk.duplicate(walk.load(finished))
    walk.store.close()
    return record.id


async def judged(person: Rep) -> JudgementScreen:
    await person.press("f12")
    await person.until(lambda: isinstance(person.app.screen, JudgementScreen))
    screen = person.app.screen
    assert isinstance(screen, JudgementScreen)
    await person.sees("Score")
    return screen


async def choose(person: Rep, word: str) -> None:
    """Go down to the first line with a word, and press Enter."""
    listed = person.app.screen.query_one("#judgement")
    numbers = [number for number, line in enumerate(person.app.screen._lines) if word in line.text]  # type: ignore[attr-defined]
    listed.highlighted = numbers[0]  # type: ignore[attr-defined]
    await person.press("enter")


async def test_the_score_stands_in_the_title_and_what_would_raise_it_is_gone_to(context: Context, twin: UUID) -> None:
    async with rep(context, size=ROOMY) as person:
        await person.opens(twin, Stage.QUALIFICATION)
        await person.until(lambda: "score " in person.text_of("#title"))
        before = person.text_of("#title")
        await judged(person)
        await choose(person, "complete one alternative")
        await person.until(partial(_stands_in, person, "competitors"), "the line leads nowhere")
        await person.answers("discovery_on", "today")
        await person.until(lambda: person.text_of("#title") != before, "the score does not follow")


async def test_a_line_of_another_stage_leads_there_once_it_is_open(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await person.opens(record_id, Stage.QUALIFICATION)
        await judged(person)
        await choose(person, "meet 3 people")
        await person.arrives(Stage.STAKEHOLDERS)


async def test_another_record_is_seen_beside_and_told_apart(context: Context, twin: UUID) -> None:
    async with rep(context, size=ROOMY) as person:
        await person.opens(twin, Stage.QUALIFICATION)
        await judged(person)
        await person.sees("May be the same deal", "same account")
        await choose(person, "same account")
        await person.until(lambda: isinstance(person.app.screen, BesideScreen))
        await person.sees("Legal name", "Begun on")
        for reason, said in (("TBD", "A reason is needed"), ("Their second plant", "")):
            await person.press("d")
            await person.until(lambda: isinstance(person.app.screen, AskText))
            await person.types(reason)
            await person.press("enter")
            await person.until(lambda: not isinstance(person.app.screen, AskText))
            if said:
                await person.sees(said)
        await person.until(lambda: isinstance(person.app.screen, JudgementScreen))
        await person.sees("A different deal: Their second plant")
        await person.press("escape")
        record = await person.saved()
        assert [(link.relation, link.because) for link in record.links] == [(Relation.DIFFERENT, "Their second plant")]
        assert record.opportunity.different_because == "Their second plant"


@pytest.mark.parametrize("key", ["l", "o"])
async def test_two_records_are_linked_or_the_other_one_is_continued(context: Context, twin: UUID, key: str) -> None:
    async with rep(context, size=ROOMY) as person:
        await person.opens(twin, Stage.QUALIFICATION)
        await judged(person)
        await choose(person, "same account")
        await person.until(lambda: isinstance(person.app.screen, BesideScreen))
        await person.press(key)
        if key == "l":
            await person.sees("Belongs together")
            await person.press("escape")
            assert [link.relation for link in (await person.saved()).links] == [Relation.LINKED]
        else:
            await person.until(partial(_shows_another, person, twin), "the other record does not open")


def _stands_in(person: Rep, entity: str) -> bool:
    """Whether the cursor is in a field of an entity."""
    current = getattr(person.app.screen, "current", None)
    return current is not None and current.spec.entity == entity


def _shows_another(person: Rep, record_id: UUID) -> bool:
    desk = getattr(person.app.screen, "desk", None)
    return desk is not None and not isinstance(person.app.screen, BesideScreen) and desk.record.id != record_id
