"""Two clients that lock in opposite order: the one that loses tries again, and its work is kept."""

import threading
import time

import psycopg
import pytest

from oppwizard.data.store import Batch
from oppwizard.errors import Contended
from oppwizard.model.findings import address
from oppwizard.walk import Walk
from tests.team.conftest import Office

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LOCK = "SELECT 1 FROM opportunity WHERE id = %s FOR UPDATE"


def batch(walk: Walk, company: str) -> Batch:
    """A change of a draft that is not saved yet."""
    made = walk.set(walk.start(company), address("pain_points"), f"{company}: counting takes a week").batch
    assert made is not None
    return made


def waits(office: Office) -> None:
    """Until a client waits for another one's lock."""
    end = time.monotonic() + 30
    while office.sql("", WAITING) == [(0,)]:
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.01)


def test_the_loser_of_a_deadlock_tries_again_and_its_work_is_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = office.walk("ann")
    first, second = batch(walk, "Acme"), batch(walk, "Zenith")
    lost: list[Contended] = []
    commit = walk.store._commit

    def counted(batches: tuple[Batch, ...]) -> None:
        try:
            commit(batches)
        except Contended as problem:
            lost.append(problem)
            raise

    monkeypatch.setattr(walk.store, "_commit", counted)
    with psycopg.connect(str(office.url).replace("+psycopg", "")) as other:
        other.execute("SET deadlock_timeout = '60s'")  # it never looks for one, so that the other one loses
        other.execute(LOCK, [second.record.id])
        saving = threading.Thread(target=walk.store.commit, args=(first, second))
        saving.start()
        waits(office)  # the first record is locked by the program, which wants the second
        other.execute(LOCK, [first.record.id])
        other.rollback()
        saving.join(60)
    assert not saving.is_alive()
    assert len(lost) >= 1
    rows = office.sql("", "SELECT pain_points, revision FROM opportunity ORDER BY pain_points")
    assert [row[0].partition(":")[0] for row in rows] == ["Acme", "Zenith"]
    logged = office.sql("", "SELECT record_id, count(*) FROM change WHERE field = 'pain_points' GROUP BY 1 ORDER BY 2")
    assert [row[1] for row in logged] == [1, 1]
    assert {row[1] for row in rows} == {first.record.opportunity.revision, second.record.opportunity.revision}
