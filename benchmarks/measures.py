"""The measures by name, each with the goals that the project has set itself (issue 2, section 6)."""

import itertools
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.exports import exports
from benchmarks.figures import audit, results
from benchmarks.history import history
from benchmarks.lab import Lab, fullest, specs_of
from benchmarks.leads import leads
from benchmarks.packets import territory
from benchmarks.samples import Measure, Result, Times, interleaved, timed
from benchmarks.store import COMMON, RARE
from benchmarks.team import team
from benchmarks.terminal import ROOT, Terminal, environment
from oppwizard.data.store import Store
from oppwizard.data.tables import Change, table_of
from oppwizard.model.ask import Kind
from oppwizard.model.base import utc_now
from oppwizard.model.enums import Stage, Status
from oppwizard.model.fields import OPPORTUNITY
from oppwizard.model.findings import Address
from oppwizard.model.opportunity import Opportunity
from oppwizard.process.course import COURSE
from oppwizard.process.gates import judge
from oppwizard.walk import ListQuery

_HEADING: Final = "Close date"
_F7, _F8 = "\x1b[18~", "\x1b[19~"
_SAVED: Final = Address(OPPORTUNITY, "desired_state")


def first_paint(lab: Lab) -> Iterator[Result]:
    """From the command to the pipeline's first frame, and to its rows, with 100,000 records."""
    app = [sys.executable, "-m", "oppwizard", "--db", str(lab.many)]
    rows: list[float] = []

    def ours() -> float:
        with Terminal(app) as terminal:
            first = terminal.shown(_HEADING)
            rows.append(terminal.shown(_HEADING, " - "))  # the titles of the made-up records have dashes
            return first

    painted, bare = interleaved(lab.rounds, ours, lab.bare_start)
    yield Result("first-paint", "pipeline of 100,000, first frame : bare app, first frame", painted, bare, 1.5)
    yield Result("first-paint rows", "its rows shown : bare app, first frame", Times(rows[-lab.rounds :]), bare)


def version(lab: Lab) -> Iterator[Result]:
    """``oppwizard --version`` against an interpreter that does nothing."""
    script = Path(sys.executable).with_name("oppwizard")
    ours = [str(script)] if script.exists() else [sys.executable, "-m", "oppwizard"]
    told, nothing = interleaved(3 * lab.rounds, _run(*ours, "--version"), _run(sys.executable, "-c", "pass"))
    yield Result("version", "oppwizard --version : python -c pass", told, nothing, 8)


def _run(*command: str) -> Measure:
    surroundings = environment()
    return timed(lambda: subprocess.run(command, env=surroundings, cwd=ROOT, check=True, stdout=subprocess.DEVNULL))


def key(lab: Lab) -> Iterator[Result]:
    """From a key to its sign on the screen, in the part of a form that shows most fields."""
    place = fullest(Kind.LINE)
    told = f"{place.stage.name.lower()}, {place.part.label}, {place.spec.path} : one Input"
    yield Result("key", told, *lab.key_to_paint, 3)


def key_choice(lab: Lab) -> Iterator[Result]:
    """The same in a field whose list of choices follows what is typed."""
    place = fullest(Kind.PICK)
    yield Result("key-choice", f"{place.spec.path}, its choices open : one Input", *lab.typed_into(place))


def stage_switch(lab: Lab) -> Iterator[Result]:
    """From F8 or F7 to the next stage's form, all six visited, against the start of a bare app."""
    bare = Times()
    into: dict[Stage, Times] = {stage: Times() for stage in Stage}
    way = [*list(Stage)[1:], *reversed(list(Stage)[:-1])]
    with Terminal(lab.at_stage(Stage.QUALIFICATION, lab.sample("stages"))) as terminal:
        terminal.shown(*_landmarks(Stage.QUALIFICATION))
        lab.bare_start()
        for number in range(1 + max(2, lab.rounds // 2)):
            here = Stage.QUALIFICATION
            for stage in way:
                terminal.settle(0.3)
                pressed = terminal.send(_F8 if stage > here else _F7)
                seconds = terminal.shown(*_landmarks(stage), since=pressed)
                if number:  # the first way there and back is the visit
                    into[stage].seconds.append(seconds)
                here = stage
            bare.seconds += [lab.bare_start() for _ in range(2)]
    every = Times([seconds for times in into.values() for seconds in times.seconds])
    yield Result("stage-switch", "F8 or F7 to the next form : bare app, first frame", every, bare, 0.5)
    slowest = max(into, key=lambda stage: into[stage].median)
    yield Result("stage-switch slowest", f"into {slowest.name.lower()} : bare app, first frame", into[slowest], bare)


def _landmarks(stage: Stage) -> tuple[str, ...]:
    """What is to be read when a stage's first part stands there: its tab, and the label of a field."""
    part = COURSE[stage][0]
    label = str(specs_of(stage, part)[0].ask.label)
    return f"[{part.label}", f" {label}" if stage is Stage.CREATION else label


def gates(lab: Lab) -> Iterator[Result]:
    """All six gates of the finished sample deal against a key in the fullest form."""
    walk, record = lab.opened(lab.sample("gates"))
    summed = timed(lambda: walk.summary(record, walk.verdict(record)))
    judged, made = interleaved(lab.calls, timed(lambda: judge(walk.case(record))), summed)
    walk.store.close()
    yield Result("gates", "six gates of a full record : our key to paint", judged, lab.key_to_paint[0], 0.1)
    yield Result("gates summary", "gates and the list's columns : our key to paint", made, lab.key_to_paint[0])


def save(lab: Lab) -> Iterator[Result]:
    """A field saved with its log row against sqlite3 committing the same two rows, on copies of one store."""
    store, bare_store = lab.sample("save"), lab.sample("save-bare")
    walk, record = lab.opened(store)
    numbers = itertools.count()

    def whole() -> float:
        text = f"One count in all four warehouses, take {next(numbers)}"
        return timed(lambda: walk.save(walk.set(record, _SAVED, text)))()

    def alone() -> float:
        batch = walk.set(record, _SAVED, f"One count in all four warehouses, take {next(numbers)}").batch
        assert batch is not None
        return timed(lambda: walk.store.commit(batch))()

    bare = _BareSaver(bare_store, record.id.hex)
    stored, walked, plain = interleaved(lab.calls, alone, whole, bare.save, warm_up=20)
    bare.close()
    walk.store.close()
    yield Result("save", "the store's commit of a field : sqlite3, UPDATE + INSERT", stored, plain, 5)
    yield Result("save walk", "read, judged and committed : sqlite3, UPDATE + INSERT", walked, plain)


class _BareSaver:
    """The least that saving a field can be: the same row updated, the same row logged, the same care for the disk."""

    def __init__(self, path: Path, record_id: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._kept = self._row("SELECT title, amount, open_points, open_stage, search_key FROM opportunity", ())
        logged = self._row(f"SELECT {', '.join(_LOGGED)} FROM {_LOG} WHERE field = ? LIMIT 1", (_SAVED.name,))
        self._logged = dict(zip(_LOGGED, logged, strict=True))
        self._id = record_id
        self._revision = int(self._row("SELECT revision FROM opportunity WHERE id = ?", (record_id,))[0])
        self._number = itertools.count()

    def _row(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._connection.execute(statement, values).fetchone()
        return found

    def save(self) -> float:
        """Commit both rows; the seconds it took."""
        text = f"One count in all four warehouses, take {next(self._number)}"
        now = utc_now().replace(tzinfo=None).isoformat(" ")
        row = (text, *self._kept, now, self._revision + 1, self._id, self._revision)
        logged = {**self._logged, "new": f'"{text}"', "at": now}
        seconds = timed(lambda: self._commit(row, logged))()
        self._revision += 1
        return seconds

    def _commit(self, row: tuple[Any, ...], logged: dict[str, Any]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        changed = self._connection.execute(_UPDATE, row).rowcount
        self._connection.execute(_INSERT, logged)
        self._connection.execute("COMMIT")
        assert changed == 1, "the bare save must do the same work"

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


_LOG: Final = table_of(Change).name
_LOGGED: Final = tuple(column.name for column in table_of(Change).columns if column.name != "seq")
_UPDATE: Final = (
    f"UPDATE {table_of(Opportunity).name} SET {_SAVED.name} = ?, title = ?, amount = ?, open_points = ?,"
    " open_stage = ?, search_key = ?, updated_at = ?, revision = ? WHERE id = ? AND revision = ?"
)
_INSERT: Final = f"INSERT INTO {_LOG} ({', '.join(_LOGGED)}) VALUES ({', '.join(f':{name}' for name in _LOGGED)})"


def listing(lab: Lab) -> Iterator[Result]:
    """Reading the list of 100,000 records: its first page against that of 10, later pages, searches."""
    with Store.open(_copy(lab, lab.many)) as many, Store.open(_copy(lab, lab.few)) as few:
        ten, full = ListQuery(limit=10), ListQuery()
        of_all = ListQuery(statuses=frozenset(Status))

        def screenful(store: Store) -> Measure:
            return timed(lambda: (store.page(full), store.totals(of_all)))

        page, small = interleaved(lab.calls, timed(lambda: many.page(ten)), timed(lambda: few.page(ten)))
        yield Result("list page", "10 lines of 100,000 : 10 lines of 10", page, small)
        screen, small_screen = interleaved(2 * lab.rounds, screenful(many), screenful(few))
        yield Result("list screen", "200 lines and totals of 100,000 : all of 10", screen, small_screen)
        after = replace(full, after=many.page(replace(full, limit=20_000)).next)
        found = [replace(full, text=text) for text in (RARE, COMMON, f"{COMMON} planning")]
        others = [timed(lambda query=query: many.page(query)) for query in (after, *found)]  # type: ignore[misc]
        first, deep, *searched = interleaved(2 * lab.rounds, timed(lambda: many.page(full)), *others)
        yield Result("list deep", "the page after 20,000 lines : the first page", deep, first)
        for name, times in zip(("rare", "common", "two words"), searched, strict=True):
            yield Result(f"search {name}", "a page of what is found in 100,000 : the first page", times, first)


def _copy(lab: Lab, store: Path) -> Path:
    """A store of one's own: opening one writes beside it."""
    return Path(shutil.copy(store, lab.folder / store.name))


MEASURES: Final[dict[str, Callable[[Lab], Iterator[Result]]]] = {
    "first-paint": first_paint,
    "version": version,
    "key": key,
    "key-choice": key_choice,
    "stage-switch": stage_switch,
    "gates": gates,
    "save": save,
    "listing": listing,
    "history": history,
    "leads": leads,
    "results": results,
    "audit": audit,
    "territory": territory,
    "exports": exports,
    "team": team,
}
