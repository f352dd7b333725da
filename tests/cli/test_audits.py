"""`audit` and `audits`: how far the records can be trusted (Q3)."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def test_an_audit_is_told_and_listed(cli: Command, sample: str, begun: str) -> None:
    assert "No audit was made yet" in cli("audits").out
    answer = cli("audit", "--seed", "7", "--sample", "2")
    assert (answer.code, answer.err) == (0, "")
    assert "Audit on 2026-11-23: everybody, 2 of 2 records, seed 7" in answer.out
    assert "Required fields where they are due" in answer.out
    assert "What to say to each rep" in answer.out
    (listed,) = cli("audits", "--json").json["audits"]
    assert (listed["seed"], listed["size"], listed["who"]) == (7, 2, "rep")
    assert listed["id"].replace("-", "")[-8:] in cli("audits").out
    assert sample != begun


def test_the_same_seed_gives_the_same_bytes(cli: Command, sample: str, begun: str, tmp_path: Path) -> None:
    for name in ("json", "html", "csv", "text"):
        files = [tmp_path / f"{number}.{name}" for number in range(2)]
        for file in files:
            assert cli("audit", "--seed", "3", "--format", name, "--out", str(file)).code == 0
        assert files[0].read_bytes() == files[1].read_bytes()
    assert sample != begun


def test_an_audit_is_repeated(cli: Command, sample: str, begun: str) -> None:
    cli("audit", "--sample", "2")
    (listed,) = cli("audits", "--json").json["audits"]
    assert "It says the same as on 2026-11-23, byte for byte." in cli("audit", "--again", listed["id"]).err
    cli("set", begun, "business_problem=Every count takes a weekend")
    assert "It says something else" in cli("audit", "--again", listed["id"]).err
    assert cli("audit", "--again", "nothing").code != 0
    assert sample != begun


def test_all_records_in_json(cli: Command, sample: str, begun: str) -> None:
    told = cli("audit", "--all", "--json").json
    assert (told["seed"], told["size"], told["population"]) == (None, 2, 2)
    assert {record["id"] for record in told["records"]} == {sample, begun}
    assert {one["rep"] for one in told["feedback"]} == {"rep", "Account executive"}
    assert json.dumps(told["reps"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--all", "--seed", "1"), "--all goes without"),
        (("--again", "x", "--all"), "--again goes without"),
        (("--format", "csv", "--json"), "--out"),
        (("--sample", "-1"), "sample"),
        (("--rep", "Nobody"), "Nobody"),
    ],
)
def test_contradictions_are_told(cli: Command, begun: str, arguments: tuple[str, ...], said: str) -> None:
    answer = cli("audit", *arguments)
    assert answer.code != 0
    assert said in answer.err + answer.out
    assert "Traceback" not in answer.err
    assert begun


def test_an_empty_store_has_nothing_to_audit(cli: Command) -> None:
    answer = cli("audit", "--all")
    assert answer.code == 0
    assert "There is no record to audit." in answer.out
