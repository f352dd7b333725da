"""No rule without its two tests: every code in the source of the gates stands in a table of rules."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import oppwizard.process
from oppwizard.model.enums import PlanKind, Role, Severity, Stage
from tests.process import (
    test_gate_creation,
    test_gate_data,
    test_gate_qualification,
    test_gate_required,
    test_gate_scoping,
    test_gate_stakeholders,
    test_gate_strategy,
)
from tests.process.bench import Bench, Rule

GATES = {
    Stage.QUALIFICATION: test_gate_qualification.RULES,
    Stage.SCOPING: test_gate_scoping.RULES,
    Stage.DATA_COLLECTION: test_gate_data.RULES,
    Stage.CREATION: test_gate_creation.RULES,
    Stage.STAKEHOLDERS: test_gate_stakeholders.RULES,
    Stage.STRATEGY: test_gate_strategy.RULES,
}
TABLE: tuple[Rule, ...] = (*(rule for rules in GATES.values() for rule in rules), *test_gate_required.RULES)
ELSEWHERE = {f"gap.{role.value}" for role in Role}
"""Roles without which the gate is closed: `test_every_role_has_its_question` takes each of them away and gives it."""
SPEAKERS = {"block", "warn", "hint", "say", "_future", "_of_line", "_mistake", "Finding"}


def _constants(node: ast.AST) -> Iterator[str]:
    """The codes an argument can be: texts, both sides of a condition, and texts with a member's value in them."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _constants(node.body)
            yield from _constants(node.orelse)
        case ast.JoinedStr(values=[ast.Constant(value=str(head)), *_]):
            yield from {f"{head}{member.value}" for member in {"gap.": Role, "plan.": PlanKind}[head]}


def codes_in_source() -> set[str]:
    found: set[str] = set()
    for file in sorted(Path(oppwizard.process.__path__[0]).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
                texts = [text for argument in node.args for text in _constants(argument)]
                found |= {text for text in texts if _is_code(text)}
    return found


def _is_code(text: str) -> bool:
    head, dot, tail = text.partition(".")
    bare = text in ("missing", "recommended", "placeholder", "unreadable")
    return bare or (bool(dot) and f"{head}{tail}".replace("_", "").isalpha() and text.islower())


def test_the_source_is_read_as_intended() -> None:
    codes = codes_in_source()
    assert {"budget.unconfirmed", "authority.future", "lines.tiers", "sizing.hoped", "missing", "money.digits"} <= codes
    assert {"gap.blocker", "plan.checkpoint", "create.pending"} <= codes
    assert len(codes) >= 70


def test_every_code_is_tested() -> None:
    assert codes_in_source() - {rule.code for rule in TABLE} - ELSEWHERE == set()


def test_every_tested_code_exists() -> None:
    assert {rule.code for rule in TABLE} - codes_in_source() == set()


def test_a_code_has_one_severity_and_stage() -> None:
    seen: dict[str, set[tuple[Severity, Stage]]] = {}
    for stage_rules in GATES.values():
        for rule in stage_rules:
            seen.setdefault(rule.code, set()).add((rule.severity, rule.stage))
    assert {code for code, kinds in seen.items() if len(kinds) > 1} == set()


def test_finished_record_has_no_open_point_and_no_warning(bench: Bench) -> None:
    findings = bench.judge().findings
    assert {f.severity for f in findings} <= {Severity.INFO}
    assert bench.judge().complete


def test_judging_changes_nothing_and_repeats_itself(bench: Bench, fresh: Callable[[], Bench]) -> None:
    first = bench.judge().findings
    assert bench.judge().findings == first
    assert bench.record == fresh().record


@pytest.mark.parametrize("stage", Stage)
def test_blocking_findings_come_first(bench: Bench, stage: Stage) -> None:
    for rule in (*GATES[stage], *test_gate_required.RULES):
        try:
            rule.breaks(bench)
        except IndexError:  # an earlier breach took the row away
            continue
    weights = [(Severity.BLOCK, Severity.WARN, Severity.INFO).index(f.severity) for f in bench.judge().of(stage)]
    assert weights == sorted(weights)
    assert weights.count(0) >= (0 if stage is Stage.CREATION else 3)
