"""The organisation's own fields on the command line: a whole walk without a screen, and what is asked for no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from oppwizard.context import Context
from oppwizard.playbook import use
from oppwizard.walk.sample import script
from tests.cli.conftest import Command
from tests.own import TYPED, book, with_playbook

LESS = """
[[fields]]
name = "safety_class"
label = "Safety class"
kind = "integer"
stage = 1
"""


@pytest.fixture(autouse=True)
def _playbook(monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(with_playbook(context).playbook))


def test_a_lead_becomes_an_opportunity_by_commands_alone(cli: Command, tmp_path: Path) -> None:
    """The sample deal's answers, with those to the organisation's own fields, until all six gates are satisfied."""
    use(book())
    record_id = cli("new").out.strip()
    lines = script()
    people = [f"people[+{n}].{name}={text}" for n, row in enumerate(lines["people"], 1) for name, text in row.items()]
    rest = [
        f"{kind}[{_place(kind, n)}].{name}={text}"
        for kind in ("lines", "competitors", "touchpoints", "team", "risks", "plan")
        for n, row in enumerate(lines.get(kind, ()), 1)
        for name, text in row.items()
        if (kind, name) not in (("team", "role"), ("risks", "category"))
    ]
    singles = [
        f"{path}={text}"
        for path, text in lines["answers"].items()
        if path not in ("name", "initial_note", "sales_stage")
    ]
    own = [f"{path}={text}" for path, text in TYPED.items()]
    name = "name=Harbor Tools - Stock Count - 120 scanners"
    assert cli("set", record_id, "currency=USD", *_without(people, "reports_to_id"), *rest, *singles, name).code == 0
    stage = {"sales_stage": "Discovered", "probability": "25"}
    assert cli("set", record_id, *(f"{path}={text}" for path, text in stage.items())).code == 0
    blocked = cli("check", record_id, "--json").json
    required = {field.path for field in book().fields if field.need == "required"}
    assert _own(blocked, "block") == required
    assert cli("create", record_id).code == 1
    assert cli("set", record_id, *own, "custom.scrap_rate=0.4").code == 0
    refused = cli("create", record_id)
    assert refused.code == 1
    assert "Below 1 % of scrap no device pays for itself" in refused.out + refused.err
    assert cli("set", record_id, *own).code == 0
    assert cli("set", record_id, "initial_note=Four plants measure by hand; the pilot runs before Christmas.").code == 0
    created = cli("create", record_id)
    assert created.code == 0, created.out + created.err
    answers = _answers(cli, record_id)
    assert answers["custom.safety_class"] == "Class B: guarded"
    assert answers["custom.trained_people"] == "Luis Ferrer, Dana Whitfield"
    still = cli("check", record_id, "--json").json
    assert _own(still) == set()
    assert cli("export", "--format", "json", "--id", record_id, "--out", str(tmp_path / "out")).code == 0
    held = json.loads((tmp_path / "out" / "opportunities.json").read_text("utf-8"))["custom"]
    assert {f"custom.{name}" for name in held} == set(TYPED)


def _own(checked: Any, severity: str = "") -> set[str]:
    """The organisation's own fields that findings point at."""
    told = [finding for stage in checked["stages"] for finding in stage["findings"]]
    return {one["path"] for one in told if one["path"].startswith("custom.") and severity in ("", one["severity"])}


def _answers(cli: Command, record_id: str) -> dict[str, str]:
    shown = cli("show", record_id, "--json").json
    return {one["path"]: one["text"] for stage in shown["stages"] for one in stage["answers"]}


def _place(kind: str, number: int) -> str:
    return str(number) if kind in ("team", "risks") else f"+{number}"


def _without(words: list[str], name: str) -> list[str]:
    return [word for word in words if f".{name}=" not in word]


def test_wrong_values_are_refused_together_and_named(cli: Command, begun: str) -> None:
    answer = cli("set", begun, "custom.parts_a_day=none", "custom.regon=North", "custom.clean_room=yes")
    assert answer.code != 0
    assert "custom.parts_a_day" in answer.err
    assert "custom.region" in answer.err
    assert _answers(cli, begun).keys() & TYPED.keys() == set()


def test_changes_are_told_field_by_field_and_undone(cli: Command, begun: str) -> None:
    cli("set", begun, "custom.clean_room=yes", "custom.safety_class=Class A", "custom.scrap_cost=5k")
    told = cli("changes", begun).out
    assert [label for label in ("Clean room", "Safety class", "Cost of scrap a year") if label in told]
    as_json = cli("changes", begun, "--json").json["changes"]
    newest = {one["field"]: one["new"] for one in as_json if one["field"].startswith("custom.")}
    assert newest == {"custom.clean_room": True, "custom.safety_class": "a", "custom.scrap_cost": "5000"}
    assert cli("undo", begun).code == 0
    assert _answers(cli, begun).keys() & TYPED.keys() == set()


def test_what_is_asked_for_no_more_is_shown_exported_and_announced(
    cli: Command, begun: str, context: Context, tmp_path: Path
) -> None:
    cli("set", begun, "custom.clean_room=yes", "custom.safety_class=Class A")
    with_playbook(context, LESS)
    shown = cli("show", begun)
    assert "Asked for no more" in shown.out
    assert "clean_room" in shown.out
    assert "(cannot be read)" in shown.out
    record = cli("show", begun, "--json").json
    assert record["unasked"] == {"clean_room": "yes"}
    assert ("unreadable", "custom.safety_class") in [(f["code"], f["path"]) for f in record["findings"]]
    told = cli("export", "--format", "json", "--id", begun, "--drafts", "--out", str(tmp_path / "out"))
    assert "clean_room (1), safety_class (1)" in told.err
    assert "clean_room" not in told.out
    exported = cli("export", "--format", "csv", "--id", begun, "--drafts", "--out", str(tmp_path / "out"), "--json")
    assert exported.json["unasked"] == {"clean_room": 1, "safety_class": 1}
    assert "Safety class" in cli("changes", begun).out
    cli("set", begun, "custom.safety_class=2")
    with_playbook(context)
    answers = _answers(cli, begun)
    assert (answers["custom.clean_room"], answers["custom.safety_class"]) == ("yes", "2")


def test_schema_and_questions_know_them(cli: Command, begun: str) -> None:
    held = cli("schema").json["properties"]["custom"]["properties"]
    assert set(held) == {path.removeprefix("custom.") for path in TYPED}
    assert "Which device do you measure with today?" in cli("questions", begun).out
