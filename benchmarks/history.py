"""Deals of the past read in, against the sqlite3 shell's ``.import`` of the same file, and the memory it takes."""

import datetime as dt
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.lab import Lab
from benchmarks.samples import Result, Times, interleaved, timed
from benchmarks.terminal import ROOT, environment

ROWS: Final = 100_000
GOAL: Final = 3.5
MOST_MB: Final = 150
_HEAD: Final = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
_SCRIPT: Final = """
import datetime as dt, sys, time
from pathlib import Path
from benchmarks.memory import peak
from oppwizard.data.store import Store
from oppwizard.exchange.history import import_history
from oppwizard.exchange.planning import plan
file = Path(sys.argv[1])
mapping = plan(file, currency="USD").mapping  # what a person took or corrected once, and kept
with Store.open(sys.argv[2]) as store:
    start = time.perf_counter()
    report = import_history(store, plan(file, mapping), dt.date(2026, 11, 23))
    took = time.perf_counter() - start
assert report.kept.added == {rows} and not report.faults
print(took, int(peak()))
"""


def write(path: Path, rows: int = ROWS) -> None:
    """A file of made-up deals: some open, some lost, amounts and days as a company has them."""
    chance = random.Random(11)
    begin = dt.date(2021, 1, 4)
    with path.open("w", encoding="utf-8") as stream:
        stream.write(_HEAD)
        for number in range(rows):
            opened = begin + dt.timedelta(days=chance.randrange(1_800))
            closed = opened + dt.timedelta(days=chance.randrange(5, 140))
            stage = chance.choice(("Won", "Won", "Lost", "Engaging"))
            end = "" if stage == "Engaging" else f"{closed:%m/%d/%Y}"
            amount = "" if stage == "Engaging" else str(round(1_000 * chance.lognormvariate(0, 1)))
            stream.write(
                f"D{number:07},Agent {chance.randrange(60)},Product {chance.randrange(12)},"
                f"Account {chance.randrange(4_000)},{stage},{opened:%m/%d/%Y},{end},{amount}\n"
            )


def history(lab: Lab) -> Iterator[Result]:
    """100,000 rows read by a known mapping, validated and stored, in a program of its own; the shell likewise."""
    with tempfile.TemporaryDirectory() as folder:
        file, numbers = Path(folder) / "deals.csv", iter(range(10_000))
        write(file)
        peaks: list[int] = []

        def ours() -> float:
            store = str(Path(folder) / f"ours-{next(numbers)}.db")
            script = _SCRIPT.format(rows=ROWS)
            command = [sys.executable, "-c", script, str(file), store]
            done = subprocess.run(command, env=environment(), cwd=ROOT, check=True, capture_output=True, text=True)
            took, peak = done.stdout.split()
            peaks.append(int(peak))
            return float(took)

        def shell() -> None:
            store = str(Path(folder) / f"shell-{next(numbers)}.db")
            subprocess.run(["sqlite3", store, "-cmd", ".mode csv", f".import {file} deals"], check=True)

        mine, theirs = interleaved(max(5, lab.rounds // 2), ours, timed(shell))
    told = f"history import of {ROWS:,} rows, by a mapping : sqlite3 .import"
    yield Result("history", told, mine, theirs, GOAL)
    yield Result("history memory", f"its peak in MB : {MOST_MB} MB", Times([float(max(peaks))]), Times([MOST_MB]), 1)
