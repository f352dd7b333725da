"""Every string of the Big List of Naughty Strings in every text field: set, exported and read back unchanged."""

import csv
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from oppwizard.data.batch import Batch
from oppwizard.data.tables import Op
from oppwizard.errors import ValueProblem
from oppwizard.exchange.export import export
from oppwizard.exchange.guard import unguard
from oppwizard.exchange.reading import import_file
from oppwizard.model.fields import FIELDS, FieldSpec
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.walk import Move, Walk, open_walk, service
from tests.conftest import make_context

TEXTS = [spec for spec in FIELDS.values() if spec.is_text]
CSV_OF = {
    "opportunity": ("opportunities", "opportunity_id"),
    "account": ("accounts", "account_id"),
    "people": ("contacts", "contact_id"),
    "lines": ("line_items", "line_item_id"),
    "touchpoints": ("activities", "activity_id"),
    "searches": ("open_roles", "role_search_id"),
    "plan": ("next_steps", "step_id"),
    "team": ("team", "team_member_id"),
    "competitors": ("competitors", "competitor_id"),
    "risks": ("risks", "risk_id"),
}
Expected = dict[tuple[str, UUID, str], str]
"""What must come back, by entity, identity of the stored row, and field."""


def _place(record: Record, spec: FieldSpec) -> Address:
    rows = [] if spec.entity in ("opportunity", "account") else record.rows(spec.entity)
    return Address(spec.entity, spec.name, rows[0].id if rows else None)


def _fill(walk: Walk, text: str, expected: Expected) -> Batch:
    """A draft with the text in every field that takes it; a closed list keeps it as typed."""
    moves: list[Move] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "save", moves.append)
        record = walk.start()
    moves += [walk.add(record, kind) for kind in ("people", "competitors", "lines", "touchpoints", "searches", "plan")]
    for spec in TEXTS:
        at = _place(record, spec)
        try:
            walk.set(record, at, text)
        except ValueProblem:
            walk.hold(record, at, text)
        holder: Any = record.holder(at)
        value = getattr(holder, spec.name)
        assert value == text or value is None, (spec.path, text)
        if value is not None:
            expected[spec.entity, holder.id, spec.name] = text
    inserts = [edit for move in moves if move.batch for edit in move.batch.of(Op.INSERT)]
    summary = Walk.summary(walk, record, Verdict(()))
    return Batch(record, inserts, summary, walk.author(), pending=dict(record.pending))


@pytest.fixture(scope="module")
def filled(naughty: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Walk, Expected]]:
    """A store with a record for each string, and what is in it. The gates are not asked: they are not at stake."""
    path = tmp_path_factory.mktemp("naughty") / "store.db"
    walk = open_walk(make_context(path))
    expected: Expected = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "verdict", lambda _record: Verdict(()))
        patch.setattr(service, "recognise", lambda _walk, _edits, _at: None)
        patch.setattr(walk, "summary", lambda _record, _verdict: {})
        batches = [_fill(walk, text, expected) for text in dict.fromkeys(naughty)]
        walk.store.commit(*batches)
    with pytest.MonkeyPatch.context() as patch:
        written = {batch.record.id: batch.record for batch in batches}
        patch.setattr(walk, "load", written.__getitem__)  # the shell and the round trip below read the store itself
        yield walk, expected
    walk.store.close()


def test_nearly_every_string_stands_in_nearly_every_field(filled: tuple[Walk, Expected], naughty: list[str]) -> None:
    closed = 4  # lists that take no other text
    assert len(filled[1]) > (len(set(naughty)) - 5) * (len(TEXTS) - closed)


@pytest.mark.parametrize("profile", ["import", "excel"])
def test_csv(filled: tuple[Walk, Expected], tmp_path: Path, profile: str) -> None:
    export(filled[0], None, "csv", tmp_path / "out", profile, drafts=True)
    found: Expected = {}
    for entity, (name, key) in CSV_OF.items():
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream, strict=True):
                cells = {column: unguard(cell) if profile == "excel" else cell for column, cell in row.items()}
                found |= {(entity, UUID(row[key]), column): cell for column, cell in cells.items()}
    assert {key: found[key] for key in filled[1]} == filled[1]


def test_json(filled: tuple[Walk, Expected], tmp_path: Path) -> None:
    (first,) = export(filled[0], None, "jsonl", tmp_path / "first", drafts=True).paths
    found: Expected = {}
    for line in first.read_text("utf-8").split("\n")[:-1]:
        document = json.loads(line)
        for entity in CSV_OF:
            held = document.get(entity, {})
            for row in [held] if isinstance(held, dict) else held:
                values = row.get("contact", row)
                found |= {(entity, UUID(values["id"]), name): value for name, value in values.items()}
    assert {key: found[key] for key in filled[1]} == filled[1]


def test_there_and_back(filled: tuple[Walk, Expected], tmp_path: Path, elsewhere: Walk) -> None:
    store = filled[0].store
    ids = [record_id for number, record_id in enumerate(store.ids()) if number % 16 == 0]
    walk = Walk(store, filled[0].playbook, filled[0].context)
    (first,) = export(walk, ids, "jsonl", tmp_path / "first", drafts=True).paths
    outcomes = import_file(elsewhere, first)
    assert [problem for outcome in outcomes for problem in outcome.problems] == []
    (second,) = export(elsewhere, ids, "jsonl", tmp_path / "second", drafts=True).paths
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.file
def test_the_sqlite_shell_reads_the_store(filled: tuple[Walk, Expected]) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("the sqlite3 shell is not there")
    path, expected = filled[0].store.path, filled[1]
    found: Expected = {}
    for entity in CSV_OF:
        model = next(spec.model for spec in TEXTS if spec.entity == entity) if entity != "touchpoints" else None
        if model is None:
            continue
        names = [spec.name for spec in TEXTS if spec.model is model]
        columns = ", ".join(f'"{name}"' for name in ("id", *names))
        command = ["sqlite3", "-readonly", "-json", str(path), f'SELECT {columns} FROM "{model.__tablename__}"']
        told = subprocess.run(command, check=True, capture_output=True).stdout
        for row in json.loads(told):
            found |= {(entity, UUID(row["id"]), name): row[name] for name in names}
    wanted = {key: text for key, text in expected.items() if key in found}
    assert len(wanted) > 0.9 * len(expected)
    assert {key: found[key] for key in wanted} == wanted
