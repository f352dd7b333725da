"""What earlier versions wrote is read by this one: stores, packets, exported records, playbooks."""

import json
import lzma
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oppwizard.context import Context
from oppwizard.data.schema import HEAD
from oppwizard.exchange.export import Format, export
from oppwizard.exchange.reading import import_file
from oppwizard.handoff.receiving import look
from oppwizard.model.enums import Status
from oppwizard.model.findings import address
from oppwizard.playbook import load_playbook
from oppwizard.walk import Walk, open_walk
from tests.conftest import make_context

HERE = Path(__file__).parent
REVISIONS = sorted(each.name for each in HERE.iterdir() if each.name.isdigit())
PACKED = [revision for revision in REVISIONS if (HERE / revision / "packet.oppkt").exists()]
OWN = [revision for revision in REVISIONS if (HERE / revision / "own.toml").exists()]
STAMPS = frozenset({"updated_at", "revision", "exported_at", "program", "version", "schema"})
"""What tells of the writing, not of the deal."""


def unpacked(revision: str, name: str, target: Path) -> Path:
    """A file of an earlier version, at a place of the test's own."""
    target.write_bytes(lzma.decompress((HERE / revision / f"{name}.xz").read_bytes()))
    return target


@pytest.fixture(params=REVISIONS)
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def earlier(revision: str, context: Context) -> Iterator[Walk]:
    """A walk on a store that an earlier version wrote."""
    unpacked(revision, "store.db", context.store)
    walk = open_walk(context)
    yield walk
    walk.store.close()


def lost(then: Any, now: Any, at: str = "") -> Iterator[str]:
    """Where something that was said then is not said now. Fields that have come since are no loss."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            if name not in STAMPS:
                yield from lost(value, now.get(name), f"{at}.{name}")
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (old, new) in enumerate(zip(then, now, strict=True)):
            yield from lost(old, new, f"{at}[{number}]")
    elif then != now and then not in ([], {}):
        yield f"{at}: {then!r} is {now!r}"


def records(path: Path) -> dict[str, Any]:
    """Exported records by their identity."""
    found = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    documents = found if isinstance(found, list) else found.get("records", [found])
    return {each["opportunity"]["id"]: each for each in documents}


def test_a_loss_would_be_noticed() -> None:
    then = {"a": [{"b": Decimal("1.50")}], "c": "x", "revision": 1}
    assert not list(lost(then, {"a": [{"b": Decimal("1.5"), "new": 1}], "c": "x", "revision": 2}))
    assert len(list(lost(then, {"a": [], "revision": 1}))) == 2
    assert list(lost(then, then | {"a": [{"b": Decimal(1)}]}))


def test_every_revision_that_ever_was_the_newest_has_its_files() -> None:
    told = re.findall(r"^\| (\d{4}) \|", (HERE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert told == REVISIONS
    for each in REVISIONS:
        assert (HERE / each / "playbook.toml").exists()
        assert (each in PACKED) == (each >= "0005")


def test_a_store_opens_and_says_what_it_said(earlier: Walk, revision: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(earlier, None, Format.JSON, out, drafts=True)
    then = records(unpacked(revision, "records.json", tmp_path / "then.json"))
    now = records(next(out.glob("*.json")))
    assert now.keys() == then.keys()
    assert list(lost(then, now)) == []
    with closing(sqlite3.connect(earlier.store.path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert bool(list(tmp_path.glob(f"*.backup-{revision}-*"))) == (revision != HEAD)


def test_each_of_its_records_is_judged_and_goes_on(earlier: Walk, tmp_path: Path) -> None:
    for record_id in list(earlier.store.ids()):
        record = earlier.load(record_id)
        earlier.verdict(record)
        earlier.checked(record)
        assert earlier.store.history(record_id), "the log came along"
        if record.opportunity.status in (Status.DRAFT, Status.CREATED):
            before = record.opportunity.business_problem
            earlier.save(earlier.set(record, address("business_problem"), "Shelves are counted twice"))
            undone = earlier.undo(earlier.load(record_id))
            assert undone is not None
            earlier.save(undone)
            assert earlier.load(record_id).opportunity.business_problem == before
    assert export(earlier, None, Format.CSV, tmp_path / "csv", drafts=True).count == len(list(earlier.store.ids()))


@pytest.mark.parametrize("packed", PACKED)
def test_a_packet_is_taken_in(packed: str, walk: Walk) -> None:
    with look(walk, HERE / packed / "packet.oppkt") as incoming:
        assert not incoming.conflicts
        incoming.take()
    (record_id,) = walk.store.ids()
    record = walk.load(record_id)
    walk.verdict(record)
    assert record.opportunity.status is Status.CREATED
    assert [each.name for each in record.attachments] == ["terms.txt"]


@pytest.mark.parametrize("packed", PACKED)
def test_a_packet_of_then_changes_nothing_in_its_store_of_now(packed: str, tmp_path: Path) -> None:
    context = make_context(unpacked(packed, "store.db", tmp_path / "store.db"))
    walk = open_walk(context)
    with look(walk, HERE / packed / "packet.oppkt") as incoming:
        assert not incoming.conflicts
    walk.store.close()


def test_exported_records_are_imported(revision: str, walk: Walk, tmp_path: Path) -> None:
    then = records(unpacked(revision, "records.json", tmp_path / "then.json"))
    outcomes = import_file(walk, tmp_path / "then.json")
    assert len(outcomes) == len(then)
    assert [each.problems for each in outcomes if each.problems] == []
    assert {str(each) for each in walk.store.ids()} == then.keys()


def test_a_playbook_that_states_every_setting_of_its_time_is_read(revision: str) -> None:
    load_playbook(HERE / revision / "playbook.toml")


@pytest.mark.parametrize("owned", OWN)
def test_an_organisations_playbook_is_read(owned: str) -> None:
    assert load_playbook(HERE / owned / "own.toml").fields
