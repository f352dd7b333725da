"""A territory of 1,000 records packed and taken in, against a plain zip of the same files; and the memory it takes."""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import uuid4

from benchmarks.lab import Lab
from benchmarks.samples import Result, Times, timed
from benchmarks.store import finished_sample
from benchmarks.terminal import ROOT, environment
from oppwizard.context import Context
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import import_file
from oppwizard.walk import open_walk

RECORDS: Final = 1_000
MOST_MB: Final = 400
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SCRIPT: Final = """
import sys, time
from pathlib import Path
from benchmarks.memory import peak
from oppwizard.context import Context
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, pack, territory
from oppwizard.model.enums import HandoffKind
from oppwizard.walk import open_walk
what, store, packet = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
walk = open_walk(Context("sam" if what == "pack" else "alex", store))
start = time.perf_counter()
if what == "pack":
    order = Order(HandoffKind.TERRITORY, "alex", "Leaving")
    assert pack(walk, territory(walk, "sam"), order, packet).records == {records}
else:
    with look(walk, packet) as incoming:
        incoming.take()
print(time.perf_counter() - start, int(peak()))
"""


def territory(lab: Lab) -> Iterator[Result]:
    """Each of the three in a program of its own, once: half a minute of work needs no second time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, packet = folder / "sam.db", folder / "t.oppwiz"
        _fill(store, folder)
        wrote, wrote_mb = _worked("pack", store, packet)
        took, took_mb = _worked("receive", folder / "alex.db", packet)
        with zipfile.ZipFile(packet) as opened:
            opened.extractall(folder / "files")
        plain = timed(lambda: _zipped(folder / "files", folder / "plain.zip"))()
    base = Times([plain])
    yield Result("territory out", f"a packet of {RECORDS:,} records : a plain zip of its files", Times([wrote]), base)
    yield Result("territory in", "verified, merged and stored : a plain zip of its files", Times([took]), base)
    peak = Times([float(max(wrote_mb, took_mb))])
    yield Result("territory memory", f"the larger peak in MB : {MOST_MB} MB", peak, Times([MOST_MB]), 1)


def _worked(what: str, store: Path, packet: Path) -> tuple[float, int]:
    command = [sys.executable, "-c", _SCRIPT.format(records=RECORDS), what, str(store), str(packet)]
    done = subprocess.run(command, env=environment(), cwd=ROOT, check=True, capture_output=True, text=True)
    took, peak = done.stdout.split()
    return float(took), int(peak)


def _zipped(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                made.write(path, path.relative_to(folder))


def _fill(store: Path, folder: Path) -> None:
    """Copies of the finished sample deal, each with identities of its own, owned by one rep."""
    identity = finished_sample(folder / "one.db")
    walk = open_walk(Context("sam", folder / "one.db"))
    record = walk.load(identity)
    record.opportunity.is_sample, record.opportunity.owner = False, "sam"
    text = dumps(to_document(record, walk))
    walk.store.close()
    own = sorted(set(_ID.findall(text)))
    with (folder / "many.jsonl").open("w", encoding="utf-8") as stream:
        for number in range(RECORDS):
            twin = json.loads(_renamed(text, own), parse_float=Decimal)
            twin["account"]["legal_name"] = f"Customer {number} Incorporated"
            stream.write(dumps(twin) + "\n")
    walk = open_walk(Context("sam", store))
    assert sum(outcome.imported for outcome in import_file(walk, folder / "many.jsonl")) == RECORDS
    walk.store.close()


def _renamed(text: str, own: list[str]) -> str:
    names = {identity: str(uuid4()) for identity in own}
    return _ID.sub(lambda found: names[found[0]], text)
