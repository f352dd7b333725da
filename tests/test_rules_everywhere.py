"""One set of rules, the same findings from walk, command, prompt, import, export, review and audit."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from oppwizard.cli.running import run
from oppwizard.context import Context
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import import_file
from oppwizard.model.enums import Stage, Status
from oppwizard.model.findings import Finding
from oppwizard.process.gates import Verdict
from oppwizard.prompts import converse
from oppwizard.prompts.asker import PlainAsker
from oppwizard.walk import Walk, open_walk
from tests.conftest import TODAY

LeftIn = Callable[[Stage | None], UUID]
Told = set[tuple[str, str, str, str]]
RULES = """
[[rules]]
name = "small_only"
must = { field = "account.employees", op = "<", value = 10 }
message = "We sell to small companies only"

[[rules]]
name = "note_for_discounts"
each = "lines"
stage = 3
when = { field = "lines.quantity", op = ">", value = 0 }
must = { field = "lines.price_note", op = "answered" }

[[rules]]
name = "two_champions"
level = "warn"
must = { rows = "people", op = ">=", value = 9, where = { field = "people.roles", op = "contains", value = "blocker" } }

[[rules]]
name = "good_score"
level = "info"
stage = 6
at = "why_us"
must = { field = "score", op = "is", value = 101 }
"""
CODES = {"rule.small_only", "rule.note_for_discounts", "rule.two_champions"}


@pytest.fixture
def ruled(context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The circumstances with an organisation's rules in them, for commands too."""
    path = tmp_path / "playbook.toml"
    path.write_text(RULES.replace("101", "100"), encoding="utf-8")
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(path))
    monkeypatch.setenv("OPPWIZARD_DB", str(context.store))
    monkeypatch.setenv("OPPWIZARD_USER", "rep")
    monkeypatch.setenv("LC_ALL", "C")
    return Context(context.user, context.store, playbook=path, clock=lambda: TODAY)


def told(walk: Walk, record: Any, verdict: Verdict) -> Told:
    """What rules find, as it is said."""
    mine: list[Finding] = [point for point in verdict.findings if point.code.startswith("rule.")]
    return {(p.code, p.severity.value, walk.spoken(record, p.at), str(p.message)) for p in mine}


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    capsys.readouterr()
    code = run(arguments)
    captured = capsys.readouterr()
    return code, json.loads(captured.out) if captured.out.startswith("{") else captured.out, captured.err


def test_every_face_says_the_same(
    ruled: Context, left_in: LeftIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_id = left_in(None)
    walk = open_walk(ruled)
    record = walk.load(record_id)
    expected = told(walk, record, walk.verdict(record))
    assert {code for code, *_rest in expected} >= CODES
    assert not walk.verdict(record).holds

    code, answer, _err = command(capsys, "check", str(record_id), "--json")
    findings = [point for stage in answer["stages"] for point in stage["findings"]]
    said = {(f["code"], f["severity"], f["path"], f["message"]) for f in findings if f["code"].startswith("rule.")}
    assert (code, said) == (1, expected)

    document = json.loads(dumps(to_document(record, walk)))
    shutil.copytree(tmp_path, tmp_path / "elsewhere", ignore=shutil.ignore_patterns("*.db*"))
    other = open_walk(Context("rep", tmp_path / "elsewhere" / "store.db", playbook=ruled.playbook, clock=ruled.clock))
    (tmp_path / "one.json").write_text(json.dumps(document), "utf-8")
    (outcome,) = import_file(other, tmp_path / "one.json")
    assert outcome.verdict is not None
    assert outcome.id is not None
    assert outcome.status is Status.DRAFT, "its evidence does not make it an opportunity here"
    assert told(other, other.load(outcome.id), outcome.verdict) == expected
    assert any(
        "We sell to small companies only" in str(text) or "Wanted" in str(text) for _at, text in outcome.problems
    )
    other.store.close()

    code, _answer, err = command(capsys, "export", "--id", str(record_id), "--format", "json")
    assert code == 1
    assert "Stage 3 is open again (3): We sell to small companies only" in err

    code, answer, _err = command(capsys, "review", str(record_id), "--json")
    assert code == 0
    findings = [point for question in answer["questions"] for point in question["findings"]]
    assert {(f["code"], f["severity"], f["path"], f["message"]) for f in findings if f["code"] in CODES} == {
        one for one in expected if one[0] in CODES
    }

    code, answer, _err = command(capsys, "audit", "--sample", "5", "--json")
    assert code == 0
    assert "rule.small_only" in json.dumps(answer)
    walk.store.close()


def test_prompts_list_them_and_go_there(ruled: Context, left_in: LeftIn) -> None:
    record_id = left_in(Stage.CREATION)
    walk = open_walk(ruled)
    record = walk.load(record_id)
    walk.store.close()
    walk = open_walk(ruled)
    out, given = io.StringIO(), io.StringIO(">\n1\n9\n1\nAgreed\n1\nAgreed\n:q\n")
    assert converse(walk, record, out, PlainAsker(given, out)) == 0
    assert "line item 1: Wanted: Note on the price is answered" in out.getvalue()
    kept = walk.load(record_id)
    assert [line.price_note for line in kept.lines] == ["Agreed", "Agreed"], "asked although no price is custom"
    assert not {point.code for point in walk.verdict(kept).blocking} & CODES
    walk.store.close()


def test_a_command_answers_a_rule_and_the_gate_opens(
    ruled: Context, left_in: LeftIn, capsys: pytest.CaptureFixture[str]
) -> None:
    record_id = str(left_in(None))
    assert command(capsys, "check", record_id, "--stage", "3")[0] == 1
    values = ("lines[1].price_note=Agreed", "lines[2].price_note=Agreed", "account.employees=9")
    assert command(capsys, "set", record_id, *values)[0] == 0
    assert command(capsys, "check", record_id, "--stage", "3")[0] == 0
