"""Figures over a store of 100,000 records, each in a program of its own, against DuckDB reading the same file.

DuckDB is no part of the project: where it is missing, or cannot read SQLite files, ours is reported alone. With it
goes the extension that reads them, of the same version, best in a folder of its own::

    pip install --no-deps --target DIR duckdb==1.5.5 duckdb-extension-sqlite-scanner==1.5.5
    PYTHONPATH=DIR python -m benchmarks audit results

``python -m benchmarks.figures PROGRAM STORE`` prints how many seconds it took and how many megabytes.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import resources, util
from pathlib import Path
from typing import Any, Final

from benchmarks.lab import MANY, Lab
from benchmarks.memory import peak
from benchmarks.samples import Result, Times, interleaved
from benchmarks.store import NOON, aged_store
from benchmarks.terminal import ROOT, environment
from oppwizard.checks.facts import Fault, of_rows, singles
from oppwizard.data.store import Store
from oppwizard.playbook.reviews import Auditing

MOST_MB: Final = 300
_MINIMUM: Final = 30
_REP: Final = "coalesce(nullif(o.owner, ''), o.created_by)"
_OWN: Final = "s.opportunity o WHERE NOT o.is_sample"
_CLOSED: Final = "o.status IN ('won', 'lost')"
_EXISTING: Final = "o.status IN ('created', 'won', 'lost')"
_DUCK_RESULTS: Final = (
    f"SELECT {_REP}, o.status, count(*) FROM {_OWN} GROUP BY ALL",
    f"SELECT {_REP}, date_diff('day', o.first_close_on, o.closed_on), count(*) FROM {_OWN} AND o.status = 'won'"
    " GROUP BY ALL",
    "SELECT coalesce(nullif(c.name, ''), c.kind) AS rival, o.status, count(DISTINCT o.id) FROM s.opportunity o"
    f" JOIN s.competitor c ON c.opportunity_id = o.id WHERE NOT o.is_sample AND {_CLOSED} GROUP BY ALL",
    f"SELECT o.lost_to, count(*) FROM {_OWN} AND o.status = 'lost' AND o.lost_to IS NOT NULL GROUP BY ALL",
    "SELECT strftime(o.first_close_on, '%Y-%m'), o.currency, o.first_probability, a.industry, count(*),"
    " sum(o.first_amount) FROM s.opportunity o LEFT JOIN s.account a ON a.id = o.account_id"
    f" WHERE NOT o.is_sample AND {_EXISTING} GROUP BY ALL",
    "SELECT strftime(o.close_on, '%Y-%m'), o.currency, o.probability, a.industry, count(*), sum(o.amount)"
    " FROM s.opportunity o LEFT JOIN s.account a ON a.id = o.account_id"
    " WHERE NOT o.is_sample AND o.status = 'created' GROUP BY ALL",
    f"SELECT strftime(o.closed_on, '%Y-%m'), o.currency, count(*), sum(o.closed_amount) FROM {_OWN}"
    " AND o.status = 'won' GROUP BY ALL",
    "SELECT a.industry, strftime(o.closed_on, '%Y-%m'), count(*) FILTER (o.status = 'won'), count(*)"
    " FROM s.opportunity o LEFT JOIN s.account a ON a.id = o.account_id"
    f" WHERE NOT o.is_sample AND {_CLOSED} GROUP BY ALL",
    f"SELECT strftime(o.pipeline_on, '%Y-%m'), o.currency, count(*), sum(coalesce(o.first_amount, o.amount)),"
    f" count(o.first_score), sum(o.first_score) FROM {_OWN} AND {_EXISTING} GROUP BY ALL",
)
_STALE_AFTER: Final = 30
_LIVE: Final = f"{_OWN} AND o.status IN ('draft', 'created', 'won', 'lost')"
_OPEN: Final = "o.status IN ('draft', 'created')"
_QUIET: Final = (
    f"{_OPEN} AND coalesce(o.last_talk_on, CAST(o.created_at AS DATE)) <= DATE '{NOON:%Y-%m-%d}' - {_STALE_AFTER}"
)
_PAST: Final = f"{_OPEN} AND o.close_on < DATE '{NOON:%Y-%m-%d}'"


def _duck_audit() -> tuple[str, ...]:
    """Completion per field and rep, faults, staleness, percentiles of the score; conversion and what else came."""
    bits = [
        *(f"sum((o.answered >> {bit}) & 1)" for bit in range(len(singles()))),
        *(f"sum((o.answered_rows >> {bit}) & 1)" for bit in range(len(of_rows()))),
        *(f"sum((o.faults >> {bit}) & 1)" for bit in range(len(Fault)) if 1 << bit != Fault.DATE),
        f"count(*) FILTER ((o.faults & {int(Fault.DATE)}) <> 0 OR ({_PAST}))",
        f"count(*) FILTER ({_QUIET})",
    ]
    return (
        f"SELECT {_REP}, {_EXISTING}, o.open_stage, count(*), {', '.join(bits)} FROM {_LIVE} GROUP BY ALL",
        f"SELECT {_REP}, quantile_disc(o.score, [0.1, 0.5, 0.9]) FROM {_LIVE} GROUP BY ALL",
        f"SELECT quantile_disc(o.score, [0.1, 0.5, 0.9]) FROM {_LIVE}",
        f"SELECT o.id, o.title, {_REP}, o.open_stage, o.last_talk_on, o.created_at FROM {_LIVE} AND {_QUIET}"
        " ORDER BY coalesce(o.last_talk_on, CAST(o.created_at AS DATE)), o.id LIMIT 20",
        *_DUCK_RESULTS,
    )


def results(lab: Lab) -> Iterator[Result]:
    """What came of 100,000 records (R1-R5)."""
    yield from _compared(lab, "results")


def audit(lab: Lab) -> Iterator[Result]:
    """How far 100,000 records can be trusted, and what came of them: every figure that operations look at (Q3)."""
    yield from _compared(lab, "audit")


def _compared(lab: Lab, name: str) -> Iterator[Result]:
    store = aged_store(MANY)
    peaks: list[float] = []

    def run(program: str, kept: list[float]) -> Callable[[], float]:
        def measure() -> float:
            command = [sys.executable, "-m", "benchmarks.figures", program, str(store)]
            done = subprocess.run(command, env=environment(), cwd=ROOT, check=True, capture_output=True, text=True)
            took, megabytes = map(float, done.stdout.split())
            kept.append(megabytes)
            return took

        return measure

    told = f"all figures of {name} over {MANY:,} records : DuckDB, the same file"
    if _duckdb_reads(store):
        ours, theirs = interleaved(max(5, lab.rounds // 2), run(name, peaks), run(f"duckdb-{name}", []))
        yield Result(name, told, ours, theirs, 1)
    else:
        (ours,) = interleaved(max(5, lab.rounds // 2), run(name, peaks))
        yield Result(name, f"{told} (DuckDB is not installed)", ours)
    yield Result(f"{name} memory", f"its peak in MB : {MOST_MB} MB", Times([max(peaks)]), Times([MOST_MB]), 1)


def _duckdb_reads(store: Path) -> bool:
    """Whether it is there, with an extension of its own version."""
    if not all(util.find_spec(name) for name in ("duckdb", "duckdb_extension_sqlite_scanner")):
        return False
    tried = [sys.executable, "-m", "benchmarks.figures", "duckdb", str(store)]
    return subprocess.run(tried, env=environment(), cwd=ROOT, check=False, capture_output=True).returncode == 0


def _ours_results(store: Path) -> None:
    from oppwizard.data.results import Asked
    from oppwizard.quality.results import figures

    with Store.open(store) as opened:
        found = figures(opened.results(Asked()), Asked(), NOON.date(), _MINIMUM)
    assert found.conversions[0].leads == MANY


def _ours_audit(store: Path) -> None:
    from oppwizard.data.figures import Chosen
    from oppwizard.data.results import Asked
    from oppwizard.quality.audit import figures
    from oppwizard.quality.auditing import PAST_DATE
    from oppwizard.quality.results import figures as told

    chosen = Chosen(NOON.date(), _STALE_AFTER, closed=True)
    with Store.open(store) as opened:
        found = figures(*opened.tallies(chosen, PAST_DATE), Auditing())
        assert found.whole is not None
        assert opened.longest_stale(chosen, 20)
        assert told(opened.results(Asked()), Asked(), NOON.date(), _MINIMUM).conversions


def _duckdb(store: Path, statements: tuple[str, ...]) -> None:
    connection = _attached(store)
    for statement in statements:
        connection.execute(statement).fetchall()
    connection.close()


def _attached(store: Path) -> Any:
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    connection = duckdb.connect()
    kept = resources.files("duckdb_extension_sqlite_scanner") / "extensions"
    (extension,) = Path(str(kept)).rglob("*.duckdb_extension")
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"ATTACH '{store}' AS s (TYPE sqlite, READ_ONLY)")
    return connection


PROGRAMS: Final[dict[str, Callable[[Path], None]]] = {
    "results": _ours_results,
    "audit": _ours_audit,
    "duckdb": lambda store: _duckdb(store, ()),
    "duckdb-audit": lambda store: _duckdb(store, _duck_audit()),
    "duckdb-results": lambda store: _duckdb(store, _DUCK_RESULTS),
}


def main(program: str, store: str) -> None:
    """Run one of the programs, and print what it took."""
    start = time.perf_counter()
    PROGRAMS[program](Path(store))
    print(time.perf_counter() - start, peak())


if __name__ == "__main__":
    main(*sys.argv[1:])
