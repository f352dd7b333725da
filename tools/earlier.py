"""The files of earlier versions, as those versions themselves write them: tests/earlier.

    python tools/earlier.py REVISION COMMIT      (a line of tests/earlier/README.md)

Takes the source of a commit out of the history, lets that source walk deals, judge, review and hand them over in a
folder of its own, and keeps the store, a packet, the records as exported, and the playbook of that version. It runs
in this checkout's environment: what has to be of its time is the program, not the libraries.
"""

import argparse
import datetime as dt
import io
import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests" / "earlier"
OWN = "tests/playbooks/instruments.toml"
"""An organisation's playbook with fields of its own, since there is one."""
NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
PAST = """Opportunity,Account,Amount,Currency,Created,Close Date,Stage
Scanning,Atlas Dairy,120000,USD,2025-02-03,2025-06-30,Closed Won
Support,Copper Freight,45000,USD,2025-03-01,2025-09-15,Closed Lost
"""
LEADS = "First Name,Last Name,Company,Email\nIda,Moreau,Aster Logistics,ida.moreau@example.com\n"
STEPS: tuple[tuple[str, str], ...] = (
    ("0001", "set {finished} business_problem=Counting~takes~a~week"),
    ("0001", "undo {finished}"),
    ("0001", "new 東和物流"),
    ("0001", "nurture {other} --reason 予算は来年度"),
    ("0004", "history import past.csv"),
    ("0005", "note {finished} Mind~the~lease"),
    ("0005", "attach {finished} terms.txt"),
    ("0005", "log {finished} --kind call --on 2026-11-20 --subject Price"),
    ("0007", "me --role manager"),
    ("0007", "review {finished} --approve"),
    ("0007", "me --role rep"),
    ("0007", "peer {finished} --presenter rep --attendees Ann --question Why~now --summary Sound"),
    ("0007", "audit --all"),
    ("0011", "leads import leads.csv"),
    ("0005", "handoff {finished} --kind sdr-ae --to alex --because in~a~hurry --out packet.oppkt"),
    ("0001", "export --all --drafts --format json --out records"),
)
"""From which revision on there is a command, and its words; ~ is a space within a word."""


def main() -> None:
    """Make the files of one revision."""
    parser = argparse.ArgumentParser(description="The files of an earlier version.")
    parser.add_argument("revision", help="the newest migration of that commit")
    parser.add_argument("commit")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        _write(options.revision)
        return
    with tempfile.TemporaryDirectory(prefix="oppwizard-earlier-") as folder:
        source, work = Path(folder, "source"), Path(folder, "work")
        work.mkdir()
        _check_out(options.commit, source)
        environment = {"PATH": os.environ["PATH"], "HOME": str(work), "PYTHONPATH": str(source / "src")}
        environment |= {"OPPWIZARD_DB": "store.db", "OPPWIZARD_USER": "rep", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        words = [sys.executable, "-P", __file__, options.revision, options.commit, "--inside"]
        subprocess.run(words, cwd=work, env=environment, check=True)
        _keep(options.revision, source, work)


def _check_out(commit: str, target: Path) -> None:
    folders = [each for each in ("src", OWN) if _git("ls-tree", commit, each)]
    archive = _git("archive", commit, *folders)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(target, filter="data")


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout


def _write(revision: str) -> None:
    """Let the version at hand write its files, in the working folder; today is a day of the past."""
    import time_machine

    for name, text in (("past.csv", PAST), ("leads.csv", LEADS), ("terms.txt", "30 days net\n")):
        Path(name).write_text(text, encoding="utf-8")
    with time_machine.travel(NOW, tick=True):
        named = _walk_deals()
        for since, line in STEPS:
            if revision < since:
                continue
            words = [word.format(**named).replace("~", " ") for word in line.split(" ")]
            _command(words)
            if words[0] == "new":
                named["other"] = Path("out.txt").read_text(encoding="utf-8").split()[0]


def _walk_deals() -> dict[str, str]:
    """A finished deal, and a draft in stage 4."""
    from oppwizard.context import build
    from oppwizard.model.enums import Stage
    from oppwizard.walk import open_walk
    from oppwizard.walk.sample import walk_sample

    walk = open_walk(build())
    finished = walk_sample(walk, sample=False)
    walk_sample(walk, Stage.CREATION, sample=False)
    walk.store.close()
    return {"finished": str(finished.id)}


def _command(words: list[str]) -> None:
    import contextlib

    from oppwizard.cli.running import run

    os.environ["OPPWIZARD_USER"] = "manager" if words[0] == "review" else "rep"
    with Path("out.txt").open("w", encoding="utf-8") as out, contextlib.redirect_stdout(out):
        code = run(words)
    if code:
        sys.exit(f"oppwizard {' '.join(words)}: {code}")


def _keep(revision: str, source: Path, work: Path) -> None:
    folder = KEPT / revision
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    connection = sqlite3.connect(work / "store.db")
    connection.execute("VACUUM INTO ?", [str(work / "small.db")])
    connection.close()
    kept = {"store.db": work / "small.db", "records.json": next(iter(sorted((work / "records").glob("*.json"))))}
    for name, file in kept.items():
        data = file.read_bytes()
        _refuse_traces(name, data)
        (folder / f"{name}.xz").write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    if (work / "packet.oppkt").exists():
        shutil.copy(work / "packet.oppkt", folder)
    shutil.copy(source / "src" / "oppwizard" / "playbook" / "default" / "playbook.toml", folder)
    if (source / OWN).exists():
        shutil.copy(source / OWN, folder / "own.toml")


def _refuse_traces(name: str, data: bytes) -> None:
    """Nothing of this machine stays in what is kept."""
    traces = re.findall(rb"/(?:tmp|home|work|root|Users)/[^\x00\"]{0,60}", data)
    if traces:
        sys.exit(f"{name} names this machine: {traces[:3]}")


if __name__ == "__main__":
    main()
