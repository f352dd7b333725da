"""Names given while the store cannot be read are looked up once it can be (W4.3)."""

import pytest

from oppwizard.errors import StoreProblem
from oppwizard.i18n import T
from oppwizard.model.enums import Standing
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.desk import Desk
from oppwizard.walk.sample import walk_sample


@pytest.fixture
def known(walk: Walk) -> Record:
    """An opportunity, by which its account and people are known."""
    return walk_sample(walk, sample=False)


class Away:
    """A store that cannot be asked for accounts and people for a while."""

    def __init__(self, walk: Walk, patch: pytest.MonkeyPatch) -> None:
        self.walk, self.patch = walk, patch

    def begin(self) -> None:
        def refuse(*_: object) -> None:
            raise StoreProblem(T("{path} cannot be reached.", path="the store"))

        for name in ("active_account_by_key", "contacts_of"):
            self.patch.setattr(self.walk.store, name, refuse)

    def end(self) -> None:
        self.patch.undo()


@pytest.fixture
def away(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> Away:
    return Away(walk, monkeypatch)


def named(walk: Walk, desk: Desk, company: str, *people: str) -> None:
    for name in people:
        move = desk.do(lambda record: walk.add(record, "people"))
        assert move is not None
        desk.set(address(f"people[{move.row}].name"), name)
    desk.set(address("account.dba"), company)


async def test_account_and_people_are_linked_when_the_kept_text_is_saved(walk: Walk, known: Record, away: Away) -> None:
    desk = Desk(walk, walk.start())
    person = known.people[0]
    away.begin()
    named(walk, desk, known.account.name, person.name or "", "Nora New")
    assert desk.record.account.id != known.account.id
    away.end()
    assert await desk.settle()
    stored = walk.load(desk.record.id)
    assert stored.account.id == known.account.id == desk.record.account.id
    standings = {one.name: one.contact.standing for one in stored.people}
    assert standings == {person.name: Standing.ACTIVE, "Nora New": Standing.PROPOSED}
    assert any("exists already" in str(note) for note in desk.notes)


async def test_the_link_is_a_step_of_its_own_that_can_be_undone(walk: Walk, known: Record, away: Away) -> None:
    desk = Desk(walk, walk.start())
    away.begin()
    named(walk, desk, known.account.name)
    away.end()
    await desk.settle()
    await desk.step_back()
    await desk.settle()
    assert walk.load(desk.record.id).account.dba == known.account.name
    assert walk.load(desk.record.id).account.id != known.account.id


async def test_a_name_that_nobody_knows_makes_no_step(walk: Walk, known: Record, away: Away) -> None:
    desk = Desk(walk, walk.start())
    away.begin()
    named(walk, desk, "Zenith")
    away.end()
    await desk.settle()
    assert (desk.notes, walk.load(desk.record.id).account.dba) == ([], "Zenith")
    assert walk.recognise(desk.record) is None


async def test_while_it_stays_away_it_is_looked_up_the_next_time(walk: Walk, known: Record, away: Away) -> None:
    desk = Desk(walk, walk.start())
    away.begin()
    named(walk, desk, known.account.name)
    assert await desk.settle()
    assert walk.load(desk.record.id).account.id != known.account.id
    away.end()
    desk.set(address("pain_points"), "Counting takes a week")
    assert await desk.settle()
    assert walk.load(desk.record.id).account.id == known.account.id
