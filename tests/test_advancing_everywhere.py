"""Stages entered by themselves through commands, prompts and imports; the screen has its own test."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from oppwizard.cli.running import run
from oppwizard.context import Context
from oppwizard.data.tables import Source
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import import_file
from oppwizard.model.enums import Stage, Status
from oppwizard.prompts import converse
from oppwizard.prompts.asker import PlainAsker
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.move import Edits
from tests.conftest import TODAY

LeftIn = Callable[[Stage | None], UUID]
WHO = "rule automation.advance, playbook default-1"


@pytest.fixture
def by_rule(context: Context, left_in: LeftIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Context, UUID]:
    """A record in stage 1, an answer short of its gate, where stages are entered by themselves."""
    record_id = left_in(Stage.SCOPING)
    path = tmp_path / "playbook.toml"
    path.write_text("[automation]\nadvance = true\n", encoding="utf-8")
    for name, value in (("PLAYBOOK", path), ("DB", context.store), ("USER", "rep")):
        monkeypatch.setenv(f"OPPWIZARD_{name}", str(value))
    monkeypatch.setenv("LC_ALL", "C")
    ours = Context(context.user, context.store, playbook=path, clock=lambda: TODAY)
    walk = open_walk(ours)
    record = walk.load(record_id)
    edits = Edits(record)
    for passage in list(record.passages):
        record.passages.remove(passage)
        edits.delete(passage)
    edits.set(record.opportunity, "stage", 1)
    edits.set(record.opportunity, "budget_source", None)
    walk.save(walk.finish(edits))
    walk.store.close()
    return ours, record_id


def entered(walk: Walk, record_id: UUID) -> list[Any]:
    """Where the record stands, and who the log says put it there."""
    changes = [one for one in walk.store.history(record_id, limit=30) if one.field == "stage"]
    return [walk.load(record_id).opportunity.stage, *((one.source, one.who) for one in changes[:1])]


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_command(by_rule: tuple[Context, UUID], capsys: pytest.CaptureFixture[str]) -> None:
    context, record_id = by_rule
    code, out, _err = command(capsys, "set", str(record_id), "budget_source=The CFO", "fit_reason=It fits", "--json")
    assert code == 0
    assert json.loads(out)["stage"] == 2
    assert json.loads(out)["notes"] == ["Stage 2 Scope was entered by a rule of the playbook"]
    walk = open_walk(context)
    assert entered(walk, record_id) == [2, (Source.RULE, WHO)]
    walk.store.close()
    _code, out, _err = command(capsys, "changes", str(record_id))
    assert "rule of the playbook default-1" in out
    _code, out, _err = command(capsys, "timeline", str(record_id), "--only", "stage")
    assert "rule of the playbook default-1" in out
    assert command(capsys, "undo", str(record_id))[0] == 0
    assert json.loads(command(capsys, "show", str(record_id), "--json")[1])["stage"] == 1


def test_a_command_whose_later_values_close_the_gate_enters_nothing(
    by_rule: tuple[Context, UUID], capsys: pytest.CaptureFixture[str]
) -> None:
    _context, record_id = by_rule
    code, out, _err = command(capsys, "set", str(record_id), "budget_source=The CFO", "compelling_event=", "--json")
    assert code == 0
    assert (json.loads(out)["stage"], json.loads(out)["notes"]) == (1, [])


def test_a_prompt(by_rule: tuple[Context, UUID]) -> None:
    context, record_id = by_rule
    walk = open_walk(context)
    out, given = io.StringIO(), io.StringIO("The CFO, on the call\n:q\n")
    assert converse(walk, walk.load(record_id), out, PlainAsker(given, out)) == 0
    assert "Stage 2 Scope was entered by a rule of the playbook" in out.getvalue()
    assert entered(walk, record_id) == [2, (Source.RULE, WHO)]
    walk.store.close()


def test_an_import(by_rule: tuple[Context, UUID], tmp_path: Path) -> None:
    context, record_id = by_rule
    walk = open_walk(context)
    document = json.loads(dumps(to_document(walk.load(record_id), walk)))
    document["opportunity"] |= {"budget_source": "The CFO", "status": "draft", "stage": 1}
    walk.store.close()
    (tmp_path / "one.json").write_text(json.dumps(document), "utf-8")
    other = open_walk(Context("rep", tmp_path / "other.db", playbook=context.playbook, clock=context.clock))
    (outcome,) = import_file(other, tmp_path / "one.json")
    assert not outcome.problems
    assert (outcome.stage, outcome.status) == (2, Status.DRAFT)
    assert outcome.id is not None
    assert entered(other, outcome.id) == [2, (Source.RULE, WHO)]
    assert [passage.passed_by for passage in other.load(outcome.id).passages] == [WHO]
    other.store.close()
