"""Commands that ask the gates, and pass them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from oppwizard.model.enums import Stage


@pytest.fixture
def ready(left_in: Callable[[Stage | None], UUID]) -> str:
    """A draft with which nothing is missing but the act."""
    return str(left_in(Stage.CREATION))


def test_findings_are_said_by_stage_with_path_and_remedy(cli: Any, begun: str) -> None:
    answer = cli("check", begun)
    assert answer.code == 1
    assert answer.out.startswith("1 Qualify - 18 open\n  Blocks")
    assert "  competitors  " in answer.out
    assert "there always is one" in answer.out
    assert cli("check", begun, "--stage", "2").out.startswith("2 Scope")


def test_a_complete_record_passes(cli: Any, sample: str) -> None:
    assert cli("check", sample).code == 0
    told = cli("check", sample, "--json").json
    assert not told["blocks"]
    assert [stage["passed"] for stage in told["stages"]] == [True] * 6


def test_findings_as_json(cli: Any, begun: str) -> None:
    answer = cli("check", begun, "--json")
    assert answer.code == 1
    assert answer.json["blocks"]
    first = answer.json["stages"][0]["findings"][0]
    assert (first["code"], first["path"], first["severity"]) == ("missing", "budget_status", "block")
    assert first["requirement"] == "W1.1"
    assert first["remedy"]


def test_a_stage_is_entered_only_with_its_gate_open(cli: Any, begun: str, ready: str) -> None:
    refused = cli("advance", ready, "5")
    assert refused.code == 1
    assert cli("advance", ready).code == 1
    assert cli("advance", ready, "4").err.endswith("Stage 4 Create: 1 open.\n")


def test_a_refusal_lists_what_is_open(cli: Any) -> None:
    draft = cli("new", "Acme").out.strip()
    answer = cli("advance", draft)
    assert answer.code == 1
    assert answer.err.startswith("Problem: Stage 1 Qualify has 18 open points\n")
    assert "budget_status" in answer.err
    assert "payment_terms" not in answer.err
    error = cli("create", draft, "--json").json["error"]
    assert error["kind"] == "closed"
    assert {"budget_status", "payment_terms", "close_on"} <= {each["path"] for each in error["details"]}


def test_creating_makes_the_opportunity_once(cli: Any, ready: str) -> None:
    answer = cli("create", ready)
    assert answer.code == 0
    assert "Created. Stage 5 People" in answer.err
    assert cli("list", "--status", "created", "--json").json["records"][0]["id"] == ready
    assert cli("create", ready).code == 1
    assert cli("undo", ready).code == 1


def test_a_lead_is_set_aside_and_taken_up_again(cli: Any, begun: str) -> None:
    assert cli("disqualify", begun, "--reason", "tbd").code == 1
    assert cli("disqualify", begun, "--reason", "They closed the plant").code == 0
    assert cli("list", "--json").json["records"] == []
    assert cli("list", "--status", "all", "--json").json["records"][0]["status"] == "disqualified"
    assert "Set aside: They closed the plant" in cli("show", begun).out
    assert cli("reopen", begun).code == 0
    assert cli("nurture", begun, "--reason", "Budget opens in 2028", "--json").json["status"] == "nurture"


def test_an_opportunity_is_not_made_a_lead_again(cli: Any, sample: str) -> None:
    assert cli("nurture", sample, "--reason", "Budget opens in 2028").code == 1
