"""Leads read in, against the sqlite3 shell's ``.import`` of the same file, and the memory it takes.

The shell copies cells; here each lead is a draft of a dozen rows, looked for among those that came before, judged by
all gates, scored and logged.
"""

import csv
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

ROWS: Final = 2_000
GOAL: Final = 3_000
AGAIN_GOAL: Final = 100
MOST_MB: Final = 150
_HEAD: Final = (
    "Lead ID,Lifecycle Stage,Company,Full Name,Email,Phone,Job Title,Lead Source,Budget,Timeline,Need,Comment\r\n"
)
_SCRIPT: Final = """
import datetime as dt, sys, time
from pathlib import Path
from benchmarks.memory import peak
from oppwizard.context import Context
from oppwizard.exchange.leads.importing import Fate, import_leads
from oppwizard.exchange.leads.planning import plan
from oppwizard.walk import open_walk
walk = open_walk(Context("bench", Path(sys.argv[2]), clock=lambda: dt.date(2026, 11, 23)))
for fate in (Fate.ADDED, Fate.SAME):
    start = time.perf_counter()
    report = import_leads(walk, plan(Path(sys.argv[1]), None, walk.playbook))
    took = time.perf_counter() - start
    assert report.fates[fate] == {rows}, report.fates
    print(took)
print(int(peak()))
"""


def write(path: Path, rows: int = ROWS) -> None:
    """A list of made-up leads: two a company, with a comment that has quotation marks and line breaks."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        stream.write(_HEAD)
        for number in range(rows):
            company = (
                f"{chance.choice(('Alder', 'Birch', 'Cedar', 'Elm'))} {chance.choice(('Pumps', 'Foods', 'Tools'))}"
            )
            mark = f"{number // 2:05}"
            lines.writerow(
                [
                    f"L{number}",
                    chance.choice(("marketingqualifiedlead", "salesqualifiedlead")),
                    f"{company} {mark} Ltd",
                    f"Person {number} Smith",
                    f"p{number}@company{mark}.com",
                    f"+49 30 {1_000_000 + number}",
                    "CTO",
                    "Web",
                    str(chance.randrange(5, 500) * 1_000),
                    "2027-03-31",
                    "Reports take days",
                    'He said "call me",\nthen hung up',
                ]
            )


def leads(lab: Lab) -> Iterator[Result]:
    """2,000 new leads, then the same list again, in a program of its own; the shell reads it once."""
    with tempfile.TemporaryDirectory() as folder:
        file, numbers = Path(folder) / "leads.csv", iter(range(10_000))
        write(file)
        again: list[float] = []
        peaks: list[int] = []

        def ours() -> float:
            store = str(Path(folder) / f"ours-{next(numbers)}.db")
            command = [sys.executable, "-c", _SCRIPT.format(rows=ROWS), str(file), store]
            done = subprocess.run(command, env=environment(), cwd=ROOT, check=True, capture_output=True, text=True)
            new, same, peak = done.stdout.split()
            again.append(float(same))
            peaks.append(int(peak))
            return float(new)

        def shell() -> None:
            store = str(Path(folder) / f"shell-{next(numbers)}.db")
            subprocess.run(["sqlite3", store, "-cmd", ".mode csv", f".import {file} leads"], check=True)

        mine, theirs = interleaved(max(3, lab.rounds // 5), ours, timed(shell))
    yield Result("leads", f"{ROWS:,} new leads as drafts : sqlite3 .import", mine, theirs, GOAL)
    yield Result("leads again", "the same list again : sqlite3 .import", Times(again), theirs, AGAIN_GOAL)
    yield Result("leads memory", f"its peak in MB : {MOST_MB} MB", Times([float(max(peaks))]), Times([MOST_MB]), 1)
