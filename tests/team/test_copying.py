"""A local store moves into the team's, each record once (team store)."""

from dataclasses import fields
from pathlib import Path

import pytest

from oppwizard.context import Context
from oppwizard.data.copying import copy
from oppwizard.data.store import Store
from oppwizard.exchange.export import export
from oppwizard.model.findings import address
from oppwizard.quality.auditing import audit, keep
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.sample import walk_sample
from tests import served
from tests.conftest import TODAY
from tests.team.conftest import Office

NAMES = {"rep": "Ann Abel"}


@pytest.fixture
def local(tmp_path: Path) -> Walk:
    """A rep's own store with a finished opportunity and a draft; the server takes no part in it."""
    store = served.real_open(tmp_path / "local.db")
    walk = open_walk(Context("rep", tmp_path / "local.db", clock=lambda: TODAY))
    store.close()
    walk_sample(walk, None, sample=False)
    draft = walk.start("Draftsmen")
    move = walk.set(draft, address("pain_points"), "Slow")
    walk.save(move)
    walk.save(walk.attach(draft, "plan.txt", b"contents"))
    walk.save(walk.hold(draft, address("close_on"), "31.2.27"))
    keep(walk, audit(walk))
    return walk


def test_everything_goes_once(local: Walk, office: Office, tmp_path: Path) -> None:
    with Store.open(office.url) as team:
        first = copy(local.store, team, NAMES)
        again = copy(local.store, team, NAMES)
        assert (first.new, first.same, first.left, first.differing) == (2, 0, [], [])
        assert (again.new, again.same) == (0, 2)
        assert (first.beside, again.beside) == ({"audit": 1}, {"audit": 0})
        for record_id in local.store.ids():
            here, there = local.load(record_id), team.load(record_id)
            for kind in (each.name for each in fields(here) if each.name != "opportunity"):
                assert getattr(there, kind) == getattr(here, kind), kind
            ours, theirs = here.opportunity.model_dump(), there.opportunity.model_dump()
            assert {name for name in ours if ours[name] != theirs[name]} <= {"owner", "created_by"}
            assert [one.model_dump(exclude={"seq"}) for one in team.history(record_id)] == [
                one.model_dump(exclude={"seq"}) for one in local.store.history(record_id)
            ]
        (attached,) = next(record for record in map(local.load, local.store.ids()) if record.attachments).attachments
        assert team.file(attached.digest) == b"contents"
    local_one, team_one = (
        export(local, None, "json", tmp_path / "a"),
        export(office.walk("ann"), None, "json", tmp_path / "b"),
    )
    assert (local_one.count, team_one.count) == (1, 1)


def test_a_member_copies_their_own_and_is_told_what_was_not_taken(local: Walk, office: Office) -> None:
    with Store.open(office.of("ann")) as team:
        strangers = copy(local.store, team, {})
        assert (strangers.new, len(strangers.left)) == (0, 2)
        mine = copy(local.store, team, NAMES)
        assert (mine.new, mine.left) == (2, [])
        assert mine.refused == ["audit"]


def test_what_was_changed_since_is_left_alone(local: Walk, office: Office) -> None:
    with Store.open(office.url) as team:
        copy(local.store, team, NAMES)
        draft = next(record for record in map(local.load, local.store.ids()) if record.opportunity.name is None)
        local.save(local.set(draft, address("pain_points"), "Slower"))
        again = copy(local.store, team, NAMES)
        assert again.differing == [draft.id]
        assert team.load(draft.id).opportunity.pain_points == "Slow"
