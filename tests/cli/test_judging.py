"""What commands say of whether a record is true: `check`, `duplicates`, `relate`, lists by score (A8-A11, M1-M5)."""

import pytest

from tests.cli.conftest import Command


def test_check_tells_the_score_its_parts_and_what_would_raise_it(cli: Command, sample: str) -> None:
    told = cli("check", sample)
    assert told.code == 0
    assert "Score 92 of 100" in told.out
    assert "name who is: End user" in told.out
    assert "Too little history" in told.out
    said = cli("check", sample, "--json").json
    score = said["score"]
    assert score["total"] == 92
    assert sum(part["points"] for part in score["parts"]) + sum(gain["points"] for gain in score["gains"]) == (
        pytest.approx(100, abs=0.1)
    )
    assert {"code", "path", "remedy"} <= said["stages"][1]["findings"][0].keys()
    assert said["close_date"] is None
    assert said["mistakes"] == []


def test_check_names_mistakes_with_evidence_cost_and_fix(cli: Command, sample: str) -> None:
    cli("set", sample, "budget_amount=", "close_validated_by=")
    told = cli("check", sample)
    assert told.code == 1
    assert "M1 Created too early" in told.out
    assert "M3 Fantasy timeline" in told.out
    assert "What it costs:" in told.out
    mistakes = {each["code"]: each for each in cli("check", sample, "--json").json["mistakes"]}
    assert mistakes["M3"]["evidence"]
    assert mistakes["M3"]["path"] in ("close_validated_by", "close_on")


def test_check_of_one_stage_is_that_stage(cli: Command, sample: str) -> None:
    assert "Score" not in cli("check", sample, "--stage", "2").out


def test_two_records_alike_are_listed_and_told_apart(cli: Command, sample: str) -> None:
    assert cli("duplicates").out == ""
    assert "No two records" in cli("duplicates").err
    twin = cli("duplicate", sample, "--json").json["id"]
    cli("set", twin, "close_on=2027-01-25")
    (pair,) = cli("duplicates", "--json").json["pairs"]
    assert {side["id"] for side in pair["records"]} == {sample, twin}
    assert pair["agrees"]
    assert "same account" in pair["reasons"]
    assert "same amount" in cli("duplicates").out
    found = cli("check", twin, "--json").json["duplicates"]
    assert [(each["id"], each["said"]) for each in found] == [(sample, None)]
    refused = cli("relate", twin, sample, "--different", "n/a")
    assert refused.code == 1
    assert "A reason is needed" in refused.err
    assert cli("relate", twin, sample, "--different", "Their plant in Leeds").code == 0
    (said,) = (each["said"] for each in cli("check", twin, "--json").json["duplicates"])
    assert said == {"relation": "different", "because": "Their plant in Leeds", "author": "rep"}
    assert cli("relate", twin, sample, "--linked").code == 0
    assert cli("relate", twin, sample).code == 2
    assert cli("relate", twin, sample, "--linked", "--different", "x").code == 2
    assert cli("relate", twin, "ffffffff", "--linked").code == 3


def test_what_was_said_travels_with_the_record(cli: Command, sample: str) -> None:
    twin = cli("duplicate", sample, "--json").json["id"]
    cli("relate", sample, twin, "--linked")
    (link,) = cli("export", "--format", "json", "--id", sample).json["links"]
    assert (link["relation"], link["other_id"]) == ("linked", twin)


def test_lists_are_sorted_by_score(cli: Command, sample: str) -> None:
    other = cli("new", "Meridian Optics", "--json").json["id"]
    records = cli("list", "--sort", "score", "--json").json["records"]
    assert [(record["id"], record["score"]) for record in records] == [(sample, 92), (other, records[1]["score"])]
    assert records[1]["score"] < 92
    assert [record["id"] for record in cli("list", "--sort", "score", "--reverse", "--json").json["records"]] == [
        other,
        sample,
    ]
