"""Writes docs/findings.md from the source: every code that a gate or a check may give, with its message and remedy.

The codes are read off the calls that make findings, so that none can be forgotten; where a call makes its code of
something else, the tool stops unless it is told here what comes of it.

python -m tools.finding_reference
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeGuard

from oppwizard.model.enums import PlanKind
from oppwizard.model.fields import FIELDS
from oppwizard.process.coverage import GAP_QUESTIONS
from tools.pages import ROOT, Page, table

PAGE: Final = Page("findings", "finding_reference")
SOURCE: Final = ROOT / "src" / "oppwizard"
Helper = ast.FunctionDef | None
_ROOMS: Final = ("process", "checks", "walk")
_CODE: Final = re.compile(r"[a-z_]+\.[a-z_]+")
_REQUIREMENT: Final = re.compile(r"[A-Z]+\d+(\.\d+)?")
_WEIGHT: Final = {"block": "closes the gate", "warn": "warning", "hint": "hint", "Finding": ""}
_MADE: Final = {
    "f'plan.{kind.value}'": [f"plan.{kind.value}" for kind in PlanKind],
    "f'gap.{role.value}'": [f"gap.{role.value}" for role in GAP_QUESTIONS],
    "CODE + ruling.rule.name": ["rule.NAME"],
}
"""The codes that calls make of something else, by what stands there."""
_TOLD: Final = {
    "rule.NAME": ("The message of the playbook's rule of that name ([rules](rules.md)).", ""),
    **{f"gap.{role.value}": (text.msgid, "Ask, then add the person.") for role, text in GAP_QUESTIONS.items()},
    "review.remark": ("A comment of the manager that is not settled yet.", "Mend it, then say that it is settled."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A code with what is said of it."""

    code: str
    requirement: str
    weight: str
    message: str
    remedy: str


def page() -> str:
    """The page as it should be."""
    found: dict[str, Told] = {}
    for room in _ROOMS:
        for path in sorted((SOURCE / room).glob("*.py")):
            for told in _in_module(ast.parse(path.read_text(encoding="utf-8"))):
                known = found.get(told.code)
                found[told.code] = told if known is None else _joined(known, told)
    rows = [(f"`{one.code}`", one.weight, one.message, one.remedy, one.requirement) for one in _sorted(found)]
    return PAGE.with_end("\n".join(table(("Code", "Weight", "Message", "Remedy", "Requirement"), rows)))


def codes() -> set[str]:
    """Every code that the page tells."""
    return set(re.findall(r"^\| `([^`]+)` \|", page(), re.MULTILINE))


def _sorted(found: dict[str, Told]) -> list[Told]:
    return [found[code] for code in sorted(found)]


def _joined(one: Told, other: Told) -> Told:
    """What two calls with one code say."""
    weights = dict.fromkeys([*one.weight.split(" or "), *other.weight.split(" or ")])
    weight = " or ".join(each for each in weights if each)
    return Told(one.code, one.requirement or other.requirement, weight, one.message or other.message, one.remedy)


def _in_module(module: ast.Module) -> Iterator[Told]:
    helpers = {each.name: each for each in ast.walk(module) if isinstance(each, ast.FunctionDef)}
    weights = {name: _weight_of(each) for name, each in helpers.items()}
    constants = dict(_constants(module))
    for function in helpers.values():
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                yield from _in_call(node, function, helpers, constants)
            elif isinstance(node, ast.Tuple) and node.elts and _literal(node.elts[0]) and _texts(node):
                yield _told(_literal(node.elts[0]), node, function, _words(weights[function.name]), None)


def _constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            code = _literal(node.value)
            if code:
                yield node.target.id, code


def _weight_of(function: ast.FunctionDef) -> str:
    """What a helper makes, where it makes one sort of findings."""
    made = {_name(node) for node in ast.walk(function) if isinstance(node, ast.Call)} & _WEIGHT.keys()
    return made.pop() if len(made) == 1 else " or ".join(sorted(made))


def _in_call(
    call: ast.Call, function: ast.FunctionDef, helpers: dict[str, ast.FunctionDef], constants: dict[str, str]
) -> Iterator[Told]:
    name = _name(call)
    helper = None if name in _WEIGHT else helpers.get(name)
    weight = name if name in _WEIGHT else _weight_of(helper) if helper else ""
    if not weight and call.args:
        yield from _either(call, function)
    if not weight or not call.args:
        return
    if name in _WEIGHT and isinstance(call.args[0], ast.Constant):
        yield _told(str(call.args[0].value), call, function, _words(weight), None)
        return
    for argument in call.args[:3]:
        code = _literal(argument) or (constants.get(argument.id, "") if isinstance(argument, ast.Name) else "")
        made = [code] if code else _MADE.get(ast.unparse(argument), [])
        if made:
            yield from (_told(each, call, function, _words(weight), helper) for each in made)
            return
    first = call.args[0]
    if name in _WEIGHT and not (isinstance(first, ast.Name) and first.id == "code"):
        raise SystemExit(f"{function.name}: what codes does {ast.unparse(first)} make? Say it in {Path(__file__).name}")


def _either(call: ast.Call, function: ast.FunctionDef) -> Iterator[Told]:
    """What a call by another name makes, where that name and the code are chosen by the same condition."""
    named = [each.value for each in ast.walk(function) if _is_of(each, _name(call))]
    chosen = next((value for value in named if isinstance(value, ast.IfExp)), None)
    code = call.args[0]
    if chosen is None or not isinstance(code, ast.IfExp):
        return
    for maker, each in ((chosen.body, code.body), (chosen.orelse, code.orelse)):
        if isinstance(maker, ast.Name) and maker.id in _WEIGHT and isinstance(each, ast.Constant):
            yield _told(str(each.value), call, function, _WEIGHT[maker.id], None)


def _is_of(node: ast.AST, name: str) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name


def _words(weight: str) -> str:
    return " or ".join(filter(None, (_WEIGHT.get(each, "") for each in weight.split(" or "))))


def _told(code: str, node: ast.Call | ast.Tuple, function: ast.FunctionDef, weight: str, helper: Helper) -> Told:
    """What a call, or a pair of a code and a text, says; what it does not say itself, the helper that it calls says."""
    parts = node.args if isinstance(node, ast.Call) else node.elts
    texts = [text for part in parts for text in _said(part, function)]
    if helper is not None:
        texts += _texts(helper)[: 2 - len(texts)]
    message, remedy = _TOLD.get(code) or (*texts, "", "")[:2]
    found = [text for source in (node, helper, function) if source is not None for text in _strings(source)]
    requirement = next((text for text in found if _REQUIREMENT.fullmatch(text)), "")
    return Told(code, requirement, weight, message, remedy)


def _strings(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _said(part: ast.AST, function: ast.FunctionDef) -> list[str]:
    """The text of an argument: written there, or given to its name before."""
    if not isinstance(part, ast.Name):
        return _texts(part)[:1]
    for each in ast.walk(function):
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and each.targets[0].id == part.id:
            return _texts(each.value)[:1]
    return []


def _texts(node: ast.AST) -> list[str]:
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and _name(one) == "T" and one.args]
    return [str(one.args[0].value) for one in calls if isinstance(one.args[0], ast.Constant)]


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _literal(node: ast.AST) -> str:
    is_code = isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value)
    return str(node.value) if is_code and isinstance(node, ast.Constant) and node.value not in FIELDS else ""


if __name__ == "__main__":
    PAGE.path.write_text(page(), encoding="utf-8")
