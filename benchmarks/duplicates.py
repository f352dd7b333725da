"""Duplicates, measured: ``python -m benchmarks.duplicates --sizes 10000,100000`` (1000000 takes half an hour).

One candidate against a store: time, recall and false alarms, beside one pass of rapidfuzz's ``cdist`` over all names in
the same run, by turns. The whole store: time, memory and F1, beside splink on DuckDB. What is compared with is not
part of the project: where numpy, or splink and duckdb, are not installed, it is left out and said so.
"""

import argparse
import gc
import importlib.util
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.lookalikes import Sale, World, made_up, record_of, write
from benchmarks.memory import peak
from benchmarks.samples import Times
from benchmarks.store import folder
from oppwizard import i18n
from oppwizard.checks import keys
from oppwizard.checks.duplicates import candidates, scan
from oppwizard.checks.wordings import wording
from oppwizard.data.schema import HEAD
from oppwizard.data.store import Author, Batch, Edit, Op, Store
from oppwizard.playbook import load_playbook

_WARM: Final = 100
_GOALS: Final = {10_000: None, 100_000: 10.0, 1_000_000: 100.0}
"""So many times faster than ``cdist`` is the goal, by the size of the store."""


@dataclass
class Report:
    """What one size of a store gave, each figure with its goal where there is one."""

    size: int
    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, name: str, value: str, goal: str = "", *, held: bool | None = None) -> None:
        """Another figure; ``held`` says whether the goal was reached."""
        verdict = "" if held is None else "ok" if held else "MISSED"
        self.lines.append((name, value, f"{goal} {verdict}".strip()))
        print(f"{self.size:>9,}  {name:<44} {value:>26}  {goal} {verdict}".rstrip(), flush=True)


def main() -> int:
    """Measure what is asked for."""
    options = _options()
    i18n.use(i18n.SOURCE)
    if options.worker:
        print(json.dumps(_WORKERS[options.worker](Path(options.path), options.sizes[0])))
        return 0
    for size in options.sizes:
        report, world = Report(size), _world(size)
        path = _filled(world, report)
        if "one" in options.parts:
            _one(report, world, path, options.asked)
        if "save" in options.parts:
            _save(report, world, path)
        if "all" in options.parts:
            _all(report, world, path)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicates", description=__doc__)
    sizes: Callable[[str], list[int]] = lambda text: [int(part) for part in text.split(",")]  # noqa: E731
    parser.add_argument("--sizes", type=sizes, default=[10_000, 100_000], help="so many deals, several with commas")
    parser.add_argument("--asked", type=int, default=1_000, help="how many candidates of each sort")
    parser.add_argument("--parts", default="one,save,all", help="what to measure: one, save, all")
    parser.add_argument("--worker", choices=tuple(_WORKERS), help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    return parser.parse_args()


# The store


def _world(size: int) -> World:
    path = folder() / f"lookalikes-{size}-{HEAD}-{keys.VERSION}.db"
    return made_up(size, path)


def _filled(world: World, report: Report) -> Path:
    """The store, filled and with its keys; kept for the next run."""
    if not world.path.exists():
        unfinished = world.path.with_suffix(".unfinished")
        for old in folder().glob(f"{unfinished.name}*"):
            old.unlink()
        asked, world.path = world.path, unfinished
        write(world)
        with Store.open(unfinished) as store:
            start = time.perf_counter()
            accounts = store.make_keys(keys.VERSION, keys.keys_of)
            report.add("keys made anew", f"{time.perf_counter() - start:.1f} s, {accounts:,} accounts")
        unfinished.rename(asked)
        world.path = asked
    return world.path


# One candidate


def _one(report: Report, world: World, path: Path, asked: int) -> None:
    playbook = load_playbook()
    twins = list(world.asked(asked + _WARM))
    scanner = _cdist(world.sales)
    ours, theirs = Times(), Times()
    missed: Counter[str] = Counter()
    gc.collect()
    gc.freeze()  # the made-up world is this benchmark's ballast, not the product's
    with Store.open(path) as store:
        for number, (original, twin, kind) in enumerate(twins):
            record = record_of(twin)
            start = time.perf_counter()
            found = candidates(record, store, playbook)
            took = time.perf_counter() - start
            if number < _WARM:
                continue
            ours.seconds.append(took)
            if scanner is not None and number % 5 == 0:
                theirs.seconds.append(scanner(twin))
            if original.id not in {each.id for each in found}:
                missed[kind] += 1
        recall = 1 - missed.total() / asked
        false, blocked = _flagged(world.fresh[:asked], store, ours)
        returning, blocked_too = _flagged(world.returning[:asked], store, Times())
    report.add("recall of lookalikes", f"{recall:.4f}", ">= 0.99", held=recall >= 0.99)
    report.add("  missed, by what happened to the name", ", ".join(f"{kind} {count}" for kind, count in missed.items()))
    report.add("fresh candidates flagged", f"{false:.2%}, blocked {blocked:.2%}", "<= 2 %", held=false <= 0.02)
    report.add("new deals of known companies flagged", f"{returning:.2%}, blocked {blocked_too:.2%}")
    _speed(report, ours, theirs)


def _speed(report: Report, ours: Times, theirs: Times) -> None:
    p99 = sorted(ours.seconds)[int(len(ours.seconds) * 0.99)]
    report.add("one candidate, p50", f"{ours.median * 1e3:.3f} ms")
    report.add("one candidate, p99", f"{p99 * 1e3:.3f} ms", "<= 10 x p50", held=p99 <= 10 * ours.median)
    if not theirs.seconds:
        report.add("rapidfuzz cdist over all names", "left out: numpy is absent")
        return
    ratio, goal = theirs.median / ours.median, _GOALS.get(report.size)
    report.add("rapidfuzz cdist over all names, p50", f"{theirs.median * 1e3:.3f} ms")
    told = "" if goal is None else f">= {goal:g} x"
    report.add("so many times faster", f"{ratio:.1f} x", told, held=None if goal is None else ratio >= goal)


def _flagged(sales: Sequence[Sale], store: Store, times: Times) -> tuple[float, float]:
    """The shares of deals for which anything is found, and for which creation would wait."""
    playbook, flagged, blocked = load_playbook(), 0, 0
    for sale in sales:
        record = record_of(sale)
        start = time.perf_counter()
        found = candidates(record, store, playbook)
        times.seconds.append(time.perf_counter() - start)
        flagged += bool(found)
        blocked += any(each.agrees for each in found)
    return flagged / len(sales), blocked / len(sales)


def _cdist(sales: Iterable[Sale]) -> Callable[[Sale], float] | None:
    """A single pass over the normalised name of every deal's company: the seconds it takes."""
    if importlib.util.find_spec("numpy") is None:
        return None
    from rapidfuzz import fuzz, process

    names = [wording(sale.company.dba).ordered for sale in sales]

    def measure(sale: Sale) -> float:
        asked = [wording(sale.company.dba).ordered]
        start = time.perf_counter()
        process.cdist(asked, names, scorer=fuzz.ratio, workers=1)
        return time.perf_counter() - start

    return measure


# Saving


def _save(report: Report, world: World, path: Path) -> None:
    """What keeping the keys adds to a save that renames the account: with and without, by turns."""
    with Store.open(path) as store:
        own = [sale for sale in world.sales if sale.twin is None][:: max(1, len(world.sales) // 400)][:200]
        plain, keyed = Times(), Times()
        for number, sale in enumerate(own):
            record = store.load(sale.id)
            for times, with_keys in ((plain, False), (keyed, True)) if number % 2 else ((keyed, True), (plain, False)):
                times.seconds.append(_renamed(store, record, f"{sale.company.dba} {number} {with_keys}", with_keys))
            _renamed(store, record, sale.company.dba, with_keys=True)
    added = keyed.median - plain.median
    report.add("a save without keys, p50", f"{plain.median * 1e3:.3f} ms")
    report.add("its index upkeep, p50", f"{added * 1e3:.3f} ms", "<= 1 ms", held=added <= 1e-3)


def _renamed(store: Store, record: Any, name: str, with_keys: bool) -> float:
    account, emails = record.account, [person.contact.email for person in record.people]
    edit = Edit(Op.SET, type(account), account.id, "dba", account.dba, name)
    account.dba = name
    start = time.perf_counter()
    made = {account.id: tuple(keys.keys_of((account.legal_name, name), emails, ()))} if with_keys else {}
    store.commit(Batch(record, [edit], {}, Author("bench"), keys=made))
    return time.perf_counter() - start


# The whole store


def _all(report: Report, world: World, path: Path) -> None:
    ours = _worked("scan", path, report.size)
    report.add("whole store", _cost(ours))
    report.add("  F1 (precision, recall)", _quality(ours), "")
    if report.size >= 1_000_000:
        report.add("  memory", f"{ours['megabytes']:,.0f} MB", "<= 3,000 MB", held=ours["megabytes"] <= 3_000)
    if importlib.util.find_spec("splink") is None or importlib.util.find_spec("duckdb") is None:
        report.add("splink on DuckDB", "left out: it is absent")
        return
    theirs = _worked("splink", path, report.size)
    if "error" in theirs:
        report.add("splink on DuckDB", theirs["error"][:60])
        return
    report.add("splink on DuckDB", _cost(theirs))
    report.add("  F1 (precision, recall), its best threshold", _quality(theirs))
    ratio = theirs["seconds"] / ours["seconds"]
    goal = report.size == 100_000
    report.add("so many times faster", f"{ratio:.1f} x", ">= 4 x" if goal else "", held=ratio >= 4 if goal else None)
    report.add("F1 not below splink's", f"{ours['f1']:.3f} : {theirs['f1']:.3f}", "", held=ours["f1"] >= theirs["f1"])


def _cost(told: dict[str, Any]) -> str:
    """The time that passed, that of all processors (which other programs disturb less), and the memory."""
    return f"{told['seconds']:.2f} s ({told['processor']:.2f} s), {told['megabytes']:,.0f} MB"


def _quality(told: dict[str, Any]) -> str:
    return f"{told['f1']:.3f} ({told['precision']:.3f}, {told['recall']:.3f})"


def _worked(worker: str, path: Path, size: int) -> dict[str, Any]:
    """Done in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.duplicates", "--worker", worker, "--path", str(path)]
    done = subprocess.run([*command, "--sizes", str(size)], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed"}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _scan(path: Path, size: int) -> dict[str, Any]:
    with Store.open(path) as store:
        playbook = load_playbook()
        start, used = time.perf_counter(), time.process_time()
        found = scan(store, playbook, playbook.duplicates.listed)
        seconds, used = time.perf_counter() - start, time.process_time() - used
    told = {"seconds": seconds, "processor": used, "megabytes": peak(), "pairs": len(found)}
    pairs = {frozenset((pair.one.line.id.hex, pair.other.line.id.hex)) for pair in found}
    return told | _f1(pairs, _truth(size))


def _truth(size: int) -> set[frozenset[str]]:
    return {frozenset(one.hex for one in pair) for pair in _world(size).truth}


def _f1(found: set[frozenset[str]], truth: set[frozenset[str]]) -> dict[str, float]:
    right = len(found & truth)
    precision, recall = right / (len(found) or 1), right / (len(truth) or 1)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / ((precision + recall) or 1)}


def _splink(path: Path, size: int) -> dict[str, Any]:
    from benchmarks.linkage import linked, table_of

    table = table_of(path)  # reading and normalising is not counted
    start, used = time.perf_counter(), time.process_time()
    scored = linked(table)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    megabytes, truth = peak(), _truth(size)
    best: dict[str, float] = {"f1": -1.0}
    for threshold in (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999):
        tried = _f1({pair for pair, chance in scored if chance >= threshold}, truth)
        best = max(best, tried, key=lambda one: one["f1"])
    return best | {"seconds": seconds, "processor": used, "megabytes": megabytes, "pairs": len(scored)}


_WORKERS: Final[dict[str, Callable[[Path, int], dict[str, Any]]]] = {"scan": _scan, "splink": _splink}


if __name__ == "__main__":
    sys.exit(main())
