"""The connection is cut at any point of a write: it is there once, or not at all; and in the end once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from oppwizard.context import Context
from oppwizard.errors import StoreProblem
from oppwizard.location import TeamUrl
from oppwizard.model.enums import Stage, Standing, Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.desk import Desk
from oppwizard.walk.move import Move
from oppwizard.walk.sample import walk_sample
from tests import served
from tests.conftest import TODAY
from tests.team.wire import Cut, Wire, wired

Step = Callable[[Walk, Record], Move]
_SOME = (0, 1, 9)
"""At which of the client's messages a write is cut by default, beside its last two."""


def creating(walk: Walk, record: Record) -> Move:
    return walk.create(record)


def answering(walk: Walk, record: Record) -> Move:
    return walk.set(record, address("pain_points"), "Slow month-end, cut off")


STEPS: dict[str, Step] = {"creation": creating, "answer": answering}


@dataclass
class Drafts:
    """Databases with one draft in stage 4 each."""

    server: str
    template: str
    record_id: UUID

    def context(self, url: TeamUrl) -> Context:
        return Context("ann", Path("none.db"), clock=lambda: TODAY, team=url)

    def fresh(self) -> TeamUrl:
        name = f"cut_{uuid4().hex[:12]}"
        served.run(self.server, f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        return TeamUrl(f"{self.server.rpartition('/')[0]}/{name}")

    def drop(self, url: TeamUrl) -> None:
        served.run(self.server, f'DROP DATABASE "{url.database}" WITH (FORCE)')


@pytest.fixture(scope="module")
def drafts(server: str) -> Iterator[Drafts]:
    made = Drafts(server, "template0", UUID(int=0))
    url = made.fresh()
    walk = open_walk(made.context(url))
    record_id = walk_sample(walk, Stage.CREATION, sample=False).id
    walk.store.close()
    yield Drafts(server, url.database, record_id)
    made.drop(url)


def logged(url: TeamUrl) -> int:
    return int(served.run(url, "SELECT count(*) FROM change")[0][0])


async def cut_off(drafts: Drafts, step: Step, number: int, where: Cut) -> tuple[bool, int]:
    """Take a step whose write is cut; whether it was, and how many entries the log has of it in the end."""
    url = drafts.fresh()
    try:
        with wired(url) as wire:
            return await _cut_off(drafts, wire, url, step, number, where)
    finally:
        drafts.drop(url)


async def _cut_off(drafts: Drafts, wire: Wire, url: TeamUrl, step: Step, number: int, where: Cut) -> tuple[bool, int]:
    walk = open_walk(drafts.context(wire.url))
    try:
        desk = Desk(walk, walk.load(drafts.record_id))
        revision, before = desk.record.opportunity.revision, logged(url)
        desk.do(lambda record: step(walk, record))
        wire.cut_at(number, where)
        for _ in range(20):
            if await desk.settle():
                break
        assert not desk.unsaved, desk.problem
        assert not desk.conflicts
        stored = walk.load(drafts.record_id)
        assert stored.opportunity.revision == revision + 1 == desk.record.opportunity.revision
        check(stored, step)
        return wire.was_cut, logged(url) - before
    finally:
        walk.store.close()


def check(stored: Record, step: Step) -> None:
    if step is answering:
        assert stored.opportunity.pain_points == "Slow month-end, cut off"
        return
    assert stored.opportunity.status is Status.CREATED
    assert stored.account.standing is Standing.ACTIVE
    assert [note.body for note in stored.notes] == [stored.opportunity.initial_note]


async def messages_of(drafts: Drafts, step: Step) -> tuple[int, int]:
    """How many messages the client sends for a step's write, and how many entries the log has of it."""
    url = drafts.fresh()
    try:
        with wired(url) as wire:
            walk = open_walk(drafts.context(wire.url))
            move = step(walk, walk.load(drafts.record_id))
            before = logged(url)
            wire.cut_at(1_000_000, Cut.BEFORE_SENT)
            walk.save(move)
            sent = 1_000_000 - (wire._left or 0)
            walk.store.close()
            return sent, logged(url) - before
    finally:
        drafts.drop(url)


@pytest.mark.parametrize("where", Cut)
@pytest.mark.parametrize("name", STEPS)
async def test_a_write_that_is_cut_is_there_once(drafts: Drafts, name: str, where: Cut) -> None:
    step = STEPS[name]
    sent, entries = await messages_of(drafts, step)
    for number in sorted({*(n for n in _SOME if n < sent), sent - 2, sent - 1}):
        assert await cut_off(drafts, step, number, where) == (True, entries), f"message {number} of {sent}"


@pytest.mark.soak
@pytest.mark.parametrize("where", Cut)
@pytest.mark.parametrize("name", STEPS)
async def test_a_write_that_is_cut_anywhere_is_there_once(drafts: Drafts, name: str, where: Cut) -> None:
    step = STEPS[name]
    sent, entries = await messages_of(drafts, step)
    for number in range(sent):
        assert await cut_off(drafts, step, number, where) == (True, entries), f"message {number} of {sent}"


@pytest.mark.parametrize(("where", "is_there"), [(Cut.BEFORE_SENT, False), (Cut.BEFORE_ANSWERED, True)])
async def test_a_creation_is_all_there_or_not_at_all_while_nobody_has_tried_again(
    drafts: Drafts, where: Cut, is_there: bool
) -> None:
    last = (await messages_of(drafts, creating))[0] - 1
    url = drafts.fresh()
    with wired(url) as wire:
        walk = open_walk(drafts.context(wire.url))
        move = creating(walk, walk.load(drafts.record_id))
        assert move.batch is not None
        before = logged(url)
        wire.cut_at(last, where)
        with pytest.raises(StoreProblem, match="reached"):
            walk.store.commit_all((move.batch,))
        (status,) = served.run(url, "SELECT status FROM opportunity")[0]
        assert (status == "created", logged(url) > before) == (is_there, is_there)
        walk.store.close()
    drafts.drop(url)


async def test_a_commit_whose_answer_is_lost_is_asked_after_and_not_told_as_somebody_elses(drafts: Drafts) -> None:
    sent, entries = await messages_of(drafts, creating)
    url = drafts.fresh()
    with wired(url) as wire:
        walk = open_walk(drafts.context(wire.url))
        move = creating(walk, walk.load(drafts.record_id))
        before = logged(url)
        wire.cut_at(sent - 1, Cut.BEFORE_ANSWERED)
        walk.save(move)
        assert (wire.was_cut, logged(url) - before) == (True, entries)
        assert move.record.opportunity.revision == walk.load(drafts.record_id).opportunity.revision
        walk.store.close()
    drafts.drop(url)
