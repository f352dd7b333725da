"""`close` and `reopen`: how a deal ended, said on the command line (R1-R4)."""

import pytest

from tests.cli.conftest import Command


def test_a_won_deal_is_won_for_its_own_amount(cli: Command, sample: str) -> None:
    answer = cli("close", sample, "--won", "--reason", "The pilot worked")
    assert answer.code == 0
    assert "Closed as won." in answer.err
    told = cli("show", sample, "--json").json
    assert told["status"] == "won"
    assert told["closed"] == {
        "on": "2026-11-23",
        "amount": told["amount"],
        "reason": "The pilot worked",
        "reason_text": "The pilot worked",
        "lost_to": None,
    }
    shown = cli("show", sample).out
    assert "Won on " in shown
    assert " for $64,800.00: The pilot worked" in shown


def test_a_lost_deal_names_who_won_it(cli: Command, sample: str) -> None:
    answer = cli("close", sample, "--lost", "--reason", "Price", "--lost-to", "Vertex", "--on", "today")
    assert answer.code == 0
    told = cli("show", sample, "--json").json
    assert (told["status"], told["closed"]["lost_to"], told["closed"]["amount"]) == ("lost", "Vertex", None)
    assert told["closed"]["reason_text"] == "Price"
    assert "to Vertex: Price" in cli("show", sample).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--won", "--lost"), "not both"),
        ((), "say --won or --lost"),
        (("--lost", "--amount", "5"), "--amount goes with --won"),
        (("--won", "--lost-to", "Vertex"), "--lost-to with --lost"),
    ],
)
def test_contradictions_are_usage_errors(cli: Command, sample: str, arguments: tuple[str, ...], said: str) -> None:
    answer = cli("close", sample, *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert cli("show", sample, "--json").json["status"] == "created"


def test_no_reason_is_told_and_nothing_is_changed(cli: Command, sample: str) -> None:
    answer = cli("close", sample, "--won")
    assert answer.code != 0
    assert "A reason is needed" in answer.err
    assert cli("show", sample, "--json").json["status"] == "created"


def test_a_closed_deal_is_found_among_won_and_lost_and_reopened(cli: Command, sample: str) -> None:
    cli("close", sample, "--won", "--reason", "The pilot worked")
    assert "Won" in cli("show", sample).out
    again = cli("close", sample, "--lost", "--reason", "Price")
    assert again.code != 0
    assert "Only an open opportunity is won or lost" in again.err
    assert cli("reopen", sample).code == 0
    assert cli("show", sample, "--json").json["status"] == "created"


def test_a_draft_is_not_closed(cli: Command, begun: str) -> None:
    answer = cli("close", begun, "--lost", "--reason", "Price")
    assert answer.code != 0
    assert "Only an open opportunity is won or lost" in answer.err
    assert "Traceback" not in answer.err
