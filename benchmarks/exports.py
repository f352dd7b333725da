"""All records written to files, against the sqlite3 shell writing the same tables, and the memory it takes.

The shell writes every row and column that an export draws on, each table into a file of its own.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.full import full_store, related
from benchmarks.lab import MANY, Lab
from benchmarks.samples import Measure, Result, Times, interleaved, timed
from benchmarks.terminal import ROOT, environment
from oppwizard.data.tables import MODELS, table_of

GOALS: Final = {"json": 1.5, "csv": 2.5}
MOST_MB: Final = 150
_ROUNDS: Final = 3
_SCRIPT: Final = """
import sys, time
from pathlib import Path
from benchmarks.memory import peak
from oppwizard.context import Context
from oppwizard.exchange.export import export
from oppwizard.walk import open_walk
store, kind, target = sys.argv[1:]
walk = open_walk(Context("bench", Path(store)))
start = time.perf_counter()
result = export(walk, None, kind, Path(target))
took = time.perf_counter() - start
assert result.count == {records} and not result.left_out
print(took, int(peak()))
"""


def exports(lab: Lab) -> Iterator[Result]:
    """JSON and CSV of 100,000 opportunities with all that hangs on them."""
    shell = shutil.which("sqlite3")
    store = full_store(MANY)
    for kind, goal in GOALS.items():
        peaks: list[float] = []
        with tempfile.TemporaryDirectory(dir=store.parent) as name:
            ours = _ours(store, kind, Path(name), peaks)
            measures = [ours, *([_shell(shell, store, kind, Path(name))] if shell else [])]
            times = interleaved(_ROUNDS, *measures, warm_up=0)
        note = f"{MANY:,} records with {related(store):,} other rows as {kind.upper()} : the sqlite3 shell"
        yield Result(f"export {kind}", note, times[0], times[1] if shell else None, goal if shell else None)
        yield Result(f"export {kind} memory", f"its peak in MB : {MOST_MB} MB", Times(peaks), Times([MOST_MB]), 1)


def _ours(store: Path, kind: str, folder: Path, peaks: list[float]) -> Measure:
    command = [sys.executable, "-c", _SCRIPT.format(records=MANY), str(store), kind, str(folder / "ours")]

    def run() -> float:
        done = subprocess.run(command, env=environment(), cwd=ROOT, check=True, capture_output=True, text=True)
        took, peak = done.stdout.split()
        peaks.append(float(peak))
        return float(took)

    return run


def _shell(shell: str, store: Path, kind: str, folder: Path) -> Measure:
    (folder / "theirs").mkdir()
    names = [table_of(model).name for model in MODELS]
    written = [f'.once "{folder / "theirs" / name}.{kind}"\nSELECT * FROM "{name}";' for name in names]
    script = "\n".join([f".mode {kind}", ".headers on", *written])
    return timed(lambda: subprocess.run([shell, "-readonly", str(store)], input=script, text=True, check=True))
