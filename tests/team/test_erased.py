"""Who was erased from a team's store stays out of it, also where the member at work does not see the record (A8)."""

from contextlib import closing
from pathlib import Path

import pytest

from oppwizard.context import Context
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, pack
from oppwizard.model.enums import HandoffKind
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.forgetting import forget, plan
from oppwizard.walk.sample import walk_sample
from oppwizard.walk.tracing import subject
from tests import served
from tests.conftest import TODAY
from tests.team.conftest import Office

NAME = "Dana Whitfield"


@pytest.fixture
def local(tmp_path: Path) -> Walk:
    """The store of somebody outside of the team, with two opportunities of one account."""
    served.real_open(tmp_path / "local.db").close()
    walk = open_walk(Context("sam", tmp_path / "local.db", clock=lambda: TODAY))
    walk.duplicate(walk_sample(walk, None, sample=False))
    return walk


def take(walk: Walk, local: Walk, record: Record, path: Path) -> int:
    """Send a record to somebody; how many of its people stayed out."""
    pack(local, [record.id], Order(HandoffKind.SDR_AE, walk.context.user, "In a hurry"), path)
    with look(walk, path) as incoming:
        incoming.take()
        return sum(news.erased for news in incoming.news)


def erase(office: Office) -> None:
    """Whoever looks after the store erases the person."""
    walk = open_walk(Context("keeper", office.folder / "none.db", clock=lambda: TODAY, team=office.url))
    with closing(walk.store):
        forget(walk, plan(walk, subject(walk, NAME)))


def test_a_record_of_somebody_else_does_not_bring_them_back(local: Walk, office: Office, tmp_path: Path) -> None:
    first, second = (local.load(one) for one in sorted(local.store.ids()))
    eve, ann = office.walk("eve"), office.walk("ann")
    assert take(eve, local, first, tmp_path / "one.oppwiz") == 0
    erase(office)
    assert not list(ann.store.ids()), "Ann sees nothing of Eve's"
    assert take(ann, local, second, tmp_path / "two.oppwiz") == 1
    assert NAME not in {person.name for person in ann.load(second.id).people}
    assert office.sql("", "SELECT count(*) FROM contact WHERE name = %s", NAME) == [(0,)]


def test_members_are_told_identities_and_strangers_nothing(local: Walk, office: Office, tmp_path: Path) -> None:
    first = local.load(min(local.store.ids()))
    dana = next(person for person in first.people if person.name == NAME)
    eve = office.walk("eve")
    take(eve, local, first, tmp_path / "one.oppwiz")
    assert office.sql("bob", "SELECT oppwizard_erased()") == []
    erase(office)
    for login in ("bob", "otto"):
        assert (dana.contact.id,) in office.sql(login, "SELECT oppwizard_erased()")
    (granted,) = office.sql("", "SELECT has_function_privilege('public', 'oppwizard_erased()', 'EXECUTE')")
    assert granted == (False,)
