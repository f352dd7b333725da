"""A team's store under load: many reps in processes of their own, against the same statements by the driver alone.

A server is started on loopback, as careful with the disk as a real one. What is compared is what the client adds: both
sides write the same rows and read the same list, at the same time as all the others of their side.
"""

import contextlib
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from benchmarks.lab import Lab
from benchmarks.samples import Result, Times
from oppwizard.context import Context
from oppwizard.data.tables import Change, table_of
from oppwizard.errors import StaleWrite
from oppwizard.location import TeamUrl
from oppwizard.model.base import utc_now
from oppwizard.model.findings import address
from oppwizard.model.opportunity import Opportunity
from oppwizard.walk import ListQuery, Walk, open_walk
from oppwizard.walk.sample import walk_sample

_REPS: Final = 20
_SECONDS: Final = 10.0
_PERCENTILES: Final = (50, 95, 99)
_GOAL: Final = 5.0
"""The most that our 95th percentile may be of the driver's alone."""
_DEALS: Final = table_of(Opportunity).name
_LOG: Final = table_of(Change).name
_LOGGED: Final = ", ".join(
    column.name for column in table_of(Change).columns if column.name not in ("seq", "new", "at")
)
_PARTS: Final = ("stakeholder", "line_item", "competitor", "risk", "team_member", "note", "touchpoint", "handoff")
THINGS: Final = {
    "save": "a field saved and logged",
    "page": "200 lines and totals",
    "load": "a whole record",
}


@dataclass
class Told:
    """What one rep measured.

    Attributes:
        seconds: by what was done.
        stale: how often somebody else had been faster.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in THINGS})
    stale: int = 0


def team(lab: Lab) -> Iterator[Result]:
    """Reps who save, list and load for some seconds, half of their saves on records of all; the driver likewise."""
    from tests import served

    with served.running(safe=True) as server:
        url = TeamUrl(server.url.rpartition("/")[0] + "/bench")
        served.run(server.url, 'CREATE DATABASE "bench"')
        ids = _filled(url, lab.folder)
        sides: dict[str, list[Told]] = {}
        for name, worker in (("ours", _ours), ("driver", _driver)):
            sides[name] = _all_at_once(worker, url, lab.folder, ids)
        ((deadlocks,),) = served.run(server.url, "SELECT sum(deadlocks) FROM pg_stat_database WHERE datname = 'bench'")
    stale = sum(told.stale for told in sides["ours"])
    for thing, what in THINGS.items():
        ours, driver = (sorted(one for told in sides[name] for one in told.seconds[thing]) for name in sides)
        for percent in _PERCENTILES:
            note = f"{what}, {_REPS} at once : the same by the driver; {len(ours)} and {len(driver)} times"
            if thing == "save":
                note += f"; {stale} came too late, {deadlocks} deadlocks"
            mine, theirs = (Times([_percentile(times, percent)]) for times in (ours, driver))
            yield Result(f"team {thing} p{percent}", note, mine, theirs, _GOAL if percent == 95 else None)


def _percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1] if len(times) > 1 else times[0]


def _context(url: TeamUrl, folder: Path) -> Context:
    return Context("bench", folder / "none.db", team=url)


def _filled(url: TeamUrl, folder: Path) -> list[UUID]:
    """A store with a finished deal for each rep."""
    walk = open_walk(_context(url, folder))
    ids = [walk_sample(walk, None, sample=False).id]
    ids += [walk.duplicate(walk.load(ids[0])).id for _ in range(_REPS - 1)]
    walk.store.close()
    return ids


def _all_at_once(worker: Callable[..., None], url: TeamUrl, folder: Path, ids: list[UUID]) -> list[Told]:
    fork = multiprocessing.get_context("fork")  # twenty interpreters that import everything would be the load
    ready, answers = fork.Barrier(_REPS, timeout=60), fork.Queue()
    processes = [
        fork.Process(target=worker, args=(ready, answers, url, folder, ids, number)) for number in range(_REPS)
    ]
    for process in processes:
        process.start()
    told = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    return told


def _go(ready: Any, answers: Any, things: dict[str, Callable[[int], bool]]) -> None:
    """Do one thing after the other until the time is over; a rep stops to think between them."""
    told = Told()
    for do in things.values():
        do(0)
    ready.wait()
    end, number = time.monotonic() + _SECONDS, 0
    while time.monotonic() < end:
        number += 1
        for name, do in things.items():
            began = time.perf_counter()
            done = do(number)
            told.seconds[name].append(time.perf_counter() - began)
            told.stale += not done
            time.sleep(0.2)
    answers.put(told)


def _ours(ready: Any, answers: Any, url: TeamUrl, folder: Path, ids: list[UUID], mine: int) -> None:
    walk = open_walk(_context(url, folder))
    held = {record_id: walk.load(record_id) for record_id in (ids[0], ids[mine])}

    def save(number: int) -> bool:
        record_id = ids[0] if number % 2 else ids[mine]
        try:
            walk.save(walk.set(held[record_id], address("desired_state"), f"One count, take {number} of {mine}"))
        except StaleWrite:
            held[record_id] = walk.load(record_id)
            return False
        return True

    _go(ready, answers, {"save": save, "page": lambda _n: _page(walk), "load": lambda _n: bool(walk.load(ids[mine]))})
    walk.store.close()


def _page(walk: Walk) -> bool:
    return bool(walk.store.page(ListQuery())) and bool(walk.store.totals(ListQuery()))


def _driver(ready: Any, answers: Any, url: TeamUrl, _folder: Path, ids: list[UUID], mine: int) -> None:
    import psycopg

    address_ = str(url).replace("+psycopg", "")
    with psycopg.connect(address_) as connection, contextlib.suppress(BrokenPipeError):
        revisions: dict[UUID, int] = {}

        def save(number: int) -> bool:
            record_id = ids[0] if number % 2 else ids[mine]
            known = revisions.get(record_id, 0)
            text, now = f"One count, take {number} of {mine}", utc_now()
            done = connection.execute(_UPDATE, (text, now, record_id, known)).rowcount
            if done:
                connection.execute(_INSERT, (f'"{text}"', now, record_id))
                revisions[record_id] = known + 1
                connection.commit()
                return True
            connection.rollback()
            found = connection.execute(f"SELECT revision FROM {_DEALS} WHERE id = %s", (record_id,)).fetchone()
            revisions[record_id] = int(found[0]) if found else 0
            connection.rollback()
            return False

        def read(*statements: tuple[str, tuple[Any, ...]]) -> bool:
            for statement, values in statements:
                connection.execute(statement, values).fetchall()
            connection.rollback()
            return True

        whole = [(f"SELECT * FROM {_DEALS} WHERE id = %s", (ids[mine],))]
        whole += [(f"SELECT * FROM {part} WHERE opportunity_id = %s", (ids[mine],)) for part in _PARTS]
        _go(
            ready,
            answers,
            {
                "save": save,
                "page": lambda _n: read((_PAGE, ()), (_TOTALS, ())),
                "load": lambda _n: read(*whole),
            },
        )


_UPDATE: Final = (
    f"UPDATE {_DEALS} SET desired_state = %s, updated_at = %s, revision = revision + 1 WHERE id = %s AND revision = %s"
)
_INSERT: Final = (
    f"INSERT INTO {_LOG} ({_LOGGED}, new, at)"
    f" SELECT {_LOGGED}, %s, %s FROM {_LOG} WHERE record_id = %s AND op = 'set' LIMIT 1"
)
_PAGE: Final = (
    f"SELECT * FROM {_DEALS} WHERE status IN ('draft', 'created') ORDER BY updated_at DESC, id DESC LIMIT 200"
)
_TOTALS: Final = f"SELECT currency, count(*), sum(amount) FROM {_DEALS} WHERE status = 'created' GROUP BY currency"
