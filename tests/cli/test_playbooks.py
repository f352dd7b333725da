"""The playbook on the command line: check, show, cost; and every command with a playbook at fault."""

from pathlib import Path
from typing import Any

import pytest

from oppwizard.context import Context
from tests.cli.conftest import Command
from tests.playbook.books import written

REQUIRED = '[[fields]]\nname = "f{n}"\nlabel = "Field {n}"\nstage = 1\nneed = "required"\n'


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the user's playbook."""
    path = tmp_path / "user.toml"
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(path))
    monkeypatch.delenv("OPPWIZARD_ORG_PLAYBOOK", raising=False)

    def write(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_sound_playbook_ends_with_zero_and_says_its_version(cli: Command, book: Any) -> None:
    path = book('version = "acme-1"\n[audit]\nsample = 3\n')
    answer = cli("playbook", "check")
    assert answer.code == 0
    assert str(path) in answer.out
    told = cli("playbook", "check", "--json").json
    assert (told["files"], told["faults"], told["warnings"]) == ([str(path)], [], [])
    assert told["version"].startswith("acme-1+")


def test_every_fault_is_a_line_that_editors_understand(cli: Command, book: Any) -> None:
    path = book('[audit]\nsampel = 3\nsample = 0\n[keys]\n"stage.undo" = "f2"\n')
    answer = cli("playbook", "check")
    assert answer.code == 3
    assert [line.split(": ")[0] for line in answer.out.splitlines()[:3]] == [f"{path}:2", f"{path}:3", f"{path}:5"]
    faults = cli("playbook", "check", "--json").json["faults"]
    assert [(one["line"], one["key"]) for one in faults] == [
        (2, "audit.sampel"),
        (3, "audit.sample"),
        (5, "keys.stage.undo"),
    ]
    assert faults[0]["remedy"] == "Did you mean sample?"


IN_A_CIRCLE = """\
[[rules]]
name = "late_step"
must = { field = "next_step_on", op = ">", value = "+200d" }
[[rules]]
name = "before"
must = { field = "next_step_on", op = "<", than = "close_on" }
[[rules]]
name = "early"
must = { field = "close_on", op = "<", value = "+100d" }
"""


def test_rules_by_which_no_walk_is_found_are_told_by_the_check_alone(cli: Command, book: Any) -> None:
    path = book(IN_A_CIRCLE)
    answer = cli("playbook", "check")
    assert answer.code == 3
    assert answer.out.startswith(f"{path}:9: rules.early.must: A trial walk ends before gate 3: ")
    assert "late_step, before, early" in answer.out
    assert cli("list").code == 0
    book(IN_A_CIRCLE.replace("+100d", "+300d"))
    assert cli("playbook", "check").code == 0


def test_a_country_that_is_none_is_a_fault(cli: Command, book: Any) -> None:
    path = book('[region]\nen = "QQ"\n')
    answer = cli("playbook", "check")
    assert (answer.code, answer.out.split(": ")[:2]) == (3, [f"{path}:2", "region.en"])
    book('[region]\nen = "DE"\n')
    assert cli("playbook", "check").code == 0


TABLES = """\
[[fields]]
name = "region"
label = "Region"
[crm.salesforce.objects.Opportunity]
key = "Gone__c"
[crm.salesforce.objects.Opportunity.columns.A__c]
source = "custom.regoin"
[crm.salesforce.objects.Opportunity.columns.B__c]
source = "custom.region"
picks = "regions"
[crm.salesforce.objects.Opportunity.columns."{gone}"]
value = "1"
[crm.salesforce.objects.New.columns]
A = { value = "1" }
[crm.hubspot.described]
deal = ["nothing"]
"""


def test_every_fault_in_a_table_of_a_crm_is_found_before_anything_is_exported(cli: Command, book: Any) -> None:
    path = book(TABLES)
    assert cli("playbook", "check").code == 3
    faults = cli("playbook", "check", "--json").json["faults"]
    opportunity = "crm.salesforce.objects.Opportunity"
    assert {(one["line"], one["key"]) for one in faults} == {
        (5, f"{opportunity}.key"),
        (7, f"{opportunity}.columns.A__c.source"),
        (10, f"{opportunity}.columns.B__c.picks"),
        (11, f"{opportunity}.columns.{{gone}}"),
        (13, "crm.salesforce.objects.New"),
        (16, "crm.hubspot.described.deal"),
    }
    assert len(faults) == 6
    assert all(one["path"] == f"{path}:{one['line']}" and one["remedy"] for one in faults)
    told = cli("--lang", "ja", "playbook", "check").out
    assert "「custom.regoin」という項目や値はありません" in told
    sound = "[crm.salesforce.objects.Opportunity.columns.B__c]\nsource = 'custom.region'\n"
    book(TABLES.partition("[crm")[0] + sound)
    assert cli("playbook", "check").code == 0


def test_a_file_and_a_folder_are_checked_before_they_are_used(cli: Command, book: Any, tmp_path: Path) -> None:
    book("[audit]\nsample = 0\n")
    folder = written(tmp_path / "new", a="[audit]\nsample = 3\n", b="x = 1\n")
    assert cli("playbook", "check", str(folder / "a.toml")).code == 0
    assert cli("playbook", "check", str(folder)).out.startswith(f"{folder / 'b.toml'}:1: ")
    answer = cli("playbook", "check", str(tmp_path / "none"))
    assert answer.code == 3
    assert str(tmp_path / "none") in answer.out


def test_check_warns_of_too_many_required_fields_and_of_a_file_that_is_not_there(
    cli: Command, book: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = book("".join(REQUIRED.format(n=n) for n in range(3)) + "[bloat]\nrequired_per_stage = 2\n")
    answer = cli("playbook", "check")
    assert answer.code == 0
    assert f"Warning: {path}:11: " in answer.out
    assert cli("playbook", "check", "--json").json["warnings"][0]["line"] == 11
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(tmp_path / "gone.toml"))
    answer = cli("playbook", "check")
    assert answer.code == 0
    assert "gone.toml" in answer.out


@pytest.mark.parametrize("command", [("list",), ("new", "Acme"), ("playbook", "show"), ("playbook", "cost")])
def test_every_command_names_every_fault(cli: Command, book: Any, command: tuple[str, ...]) -> None:
    path = book("[audit]\nsampel = 3\n[score]\nlow = 101\n")
    answer = cli(*command)
    assert answer.code == 3
    assert f"{path}:2: audit.sampel" in answer.err
    assert f"{path}:4: score.low" in answer.err
    assert "oppwizard playbook check" in answer.err
    told = cli(*command, "--json").json["error"]
    assert told["kind"] == "faulty_playbook"
    assert [one["path"] for one in told["details"]] == [f"{path}:2", f"{path}:4"]


def test_keys_at_fault_stop_no_command(cli: Command, book: Any) -> None:
    book('[keys]\n"stage.undo" = "f2"\n')
    assert cli("list").code == 0


def test_the_organisation_of_the_environment_is_used_and_said(
    cli: Command, book: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    book("[audit]\nstale_days = 4\n")
    org = written(tmp_path / "org", a="[audit]\nsample = 3\n")
    monkeypatch.setenv("OPPWIZARD_ORG_PLAYBOOK", str(org))
    assert cli("where", "--json").json["organisation"] == {"path": str(org), "exists": True}
    assert str(org) in cli("where").out
    monkeypatch.delenv("OPPWIZARD_ORG_PLAYBOOK")
    book('organisation = "org"\n[audit]\nstale_days = 4\n')
    assert cli("where", "--json").json["organisation"] == {"path": str(org), "exists": True}
    told = {one["key"]: one for one in cli("playbook", "show", "audit", "--json").json["settings"]}
    assert (told["audit.sample"]["layer"], told["audit.sample"]["line"]) == ("organisation", 2)
    assert told["audit.stale_days"]["layer"] == "user"
    assert told["audit.accuracy"]["layer"] == "built-in"


def test_show_says_value_origin_and_meaning(cli: Command, book: Any) -> None:
    path = book("[audit]\nsample = 3\n")
    answer = cli("playbook", "show", "audit.sample")
    assert "audit.sample = 3" in answer.out
    assert f"{path}:2" in answer.out
    assert "So many records are drawn" in answer.out
    assert cli("playbook", "show", "audit.sampel").code == 3
    assert len(cli("playbook", "show").out.splitlines()) > 50


def test_cost_counts_what_holds_records_up(cli: Command, book: Any, sample: str) -> None:
    book(REQUIRED.format(n=1) + REQUIRED.format(n=2).replace("stage = 1", "stage = 2"))
    cli("set", sample, "custom.f2=known")
    found = cli("playbook", "cost", "--json").json
    assert (found["judged"], found["waiting"]) == (1, 1)
    assert found["stages"][0]["own"] == ["f1"]
    held = {one["path"]: (one["lacking"], one["alone"]) for one in found["fields"]}
    assert held == {"custom.f1": (1, 1), "custom.f2": (0, 0)}
    text = cli("playbook", "cost").out
    assert "Field 1: 1 of 1 records wait for it alone" in text
    assert "Field 2: holds up none of 1 records" in text


def test_cost_of_drafts_counts_built_in_fields_too(cli: Command, book: Any, begun: str) -> None:
    book("[bloat]\nrecords = 1\n")
    cli("new", "Other")
    found = cli("playbook", "cost", "--json").json
    assert found["judged"] == 1
    assert {one["own"] for one in found["fields"]} == {False}
    assert all(one["alone"] == 0 and one["lacking"] == 1 for one in found["fields"])


def test_cost_warns_past_the_limit(cli: Command, book: Any, context: Context) -> None:
    book("".join(REQUIRED.format(n=n) for n in range(3)) + "[bloat]\nrequired_per_stage = 2\n")
    assert "Warning: Stage 1 Qualify requires 3 fields of your own" in cli("playbook", "cost").out
    assert cli("playbook", "cost", "--json").json["warnings"]
    assert cli("playbook", "cost", "fields").code == 2


# Versions


def test_a_record_remembers_its_playbook_and_says_when_it_is_another_one(cli: Command, book: Any) -> None:
    book('version = "acme-1"\n')
    record = cli("new", "Acme").out.strip()
    assert "acme-1" in cli("show", record).out
    assert cli("show", record, "--json").json["playbook_version"] == "acme-1"
    assert "The playbook has changed since" not in cli("check", record).out
    book('version = "acme-2"\n')
    answer = cli("check", record)
    assert "The playbook has changed since" in answer.out
    assert "acme-1" in answer.out
    assert cli("check", record, "--json").json["playbook"] == {"judged_by": "acme-1", "current": "acme-2"}
    assert cli("show", record, "--json").json["playbook_version"] == "acme-1"


def test_entering_a_stage_judges_by_the_playbook_in_use(cli: Command, book: Any, left_in: Any) -> None:
    from oppwizard.model.enums import Stage

    record = str(left_in(Stage.SCOPING))
    book('version = "acme-2"\n')
    assert cli("advance", record).code in (0, 1)
    stage = cli("show", record, "--json").json["stage"]
    version = cli("show", record, "--json").json["playbook_version"]
    assert (version == "acme-2") == (stage > 2)


def test_answers_to_a_field_that_is_gone_stay_and_are_exported(cli: Command, book: Any, sample: str) -> None:
    book(REQUIRED.format(n=1).replace('"required"', '"optional"'))
    assert cli("set", sample, "custom.f1=kept").code == 0
    book("")
    exported = cli("export", "--format", "json", "--id", sample).out
    assert '"f1": "kept"' in exported
    assert '"playbook_version": "' in exported
    book(REQUIRED.format(n=1).replace('"required"', '"optional"'))
    assert "kept" in cli("show", sample).out
