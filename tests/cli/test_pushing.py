"""The push on the command line: asked for or told, in words and in JSON, and never a secret."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Answer, Command
from tests.push.hubspot_standin import HubSpotStandIn
from tests.push.standin import TOKEN, Answer as Said, Fault, serving

PLAYBOOK = """
[crm.hubspot.push]
url = "{url}"
token = "env:OUR_TOKEN"
back_off = 0
retries = 1
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("OUR_TOKEN", TOKEN)
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(tmp_path / "playbook.toml"))
    with serving(HubSpotStandIn) as service:
        (tmp_path / "playbook.toml").write_text(PLAYBOOK.format(url=service.url), "utf-8")
        yield service


def silent(answer: Answer) -> Answer:
    assert TOKEN not in answer.out + answer.err
    return answer


def test_a_dry_run_says_what_would_be_sent(cli: Command, sample: str, service: Any) -> None:
    answer = silent(cli("push", "hubspot", sample, "--dry-run"))
    assert answer.code == 0
    assert "deals" in answer.out
    assert "1 to be sent for the first time" in answer.out
    assert "Nothing was sent." in answer.err
    assert service.asked == []


def test_nothing_is_sent_unless_somebody_says_so(cli: Command, sample: str, service: Any) -> None:
    answer = cli("push", "hubspot", sample)
    assert answer.code == 2
    assert "--yes" in answer.err
    assert service.asked == []
    assert cli("push", "hubspot", sample, "--json").code == 2


@pytest.mark.parametrize("yes", [True, False])
def test_a_person_is_asked(cli: Command, sample: str, service: Any, monkeypatch: pytest.MonkeyPatch, yes: bool) -> None:
    asked: list[str] = []

    def confirm(text: str, **_more: object) -> bool:
        asked.append(text)
        return yes

    monkeypatch.setattr("oppwizard.cli.pushing.is_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", confirm)
    answer = cli("push", "hubspot", sample)
    assert len(asked) == 1
    assert service.url.removeprefix("http://") in asked[0]
    assert bool(service.asked) is yes
    assert answer.code == (0 if yes else 130)


def test_it_is_sent_once_and_then_nothing_is_left_to_ask(cli: Command, sample: str, service: Any) -> None:
    first = silent(cli("push", "hubspot", sample, "--yes", "--json")).json
    assert first["complete"]
    assert first["records"][0]["objects"]["deals"] == {"created": 1}
    count = len(service.asked)
    again = cli("push", "hubspot", sample)
    assert again.code == 0
    assert "unchanged" in again.out
    assert len(service.asked) == count
    assert cli("push", "hubspot", sample, "--again", "--yes", "--json").json["records"][0]["objects"]["deals"] == {
        "updated": 1
    }


def test_what_failed_is_told_and_taken_up_by_resume(cli: Command, sample: str, service: Any) -> None:
    service.faults = [Fault(Said(500), path="0-3/batch"), Fault(Said(500), path="0-3/batch")]
    answer = silent(cli("push", "hubspot", sample, "--yes"))
    assert answer.code == 1
    assert "not sent" in answer.out
    assert "--resume" in answer.err
    resumed = cli("push", "hubspot", "--resume", "--yes", "--json")
    assert resumed.code == 0
    assert [told["id"] for told in resumed.json["records"]] == [sample]
    assert resumed.json["records"][0]["objects"]["companies"] == {"same": 1}
    assert cli("push", "hubspot", "--resume", "--yes", "--json").json["records"] == []
    assert len(service.of("0-3")) == 1


def test_a_token_that_the_service_repeats_is_not_shown(cli: Command, sample: str, service: Any) -> None:
    service.refused = "Harbor"
    answer = silent(cli("push", "hubspot", sample, "--yes"))
    assert answer.code == 1
    assert "***" in answer.err
    silent(cli("push", "hubspot", sample, "--yes", "--json"))


def test_records_are_named_in_one_way(cli: Command, sample: str, service: Any) -> None:
    assert cli("push", "hubspot").code == 2
    assert cli("push", "hubspot", sample, "--all").code == 2
    assert cli("push", "pipedrive", sample).code == 2
    assert service.asked == []


@pytest.mark.parametrize(("crm", "package"), [("hubspot", "hubspot"), ("salesforce", "simple_salesforce")])
def test_without_the_extra_it_is_said_how_to_install_it(
    cli: Command, sample: str, service: Any, monkeypatch: pytest.MonkeyPatch, crm: str, package: str
) -> None:
    monkeypatch.setenv("OPPWIZARD_SALESFORCE_URL", service.url)
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    answer = cli("push", crm, sample, "--yes")
    assert answer.code == 2
    assert "oppwizard[push]" in answer.err
    assert cli("push", crm, sample, "--dry-run").code == 0


def test_a_draft_is_not_sent(cli: Command, begun: str, service: Any) -> None:
    answer = cli("push", "hubspot", begun, "--yes", "--json")
    assert answer.code == 1
    assert [one["id"] for one in answer.json["left_out"]] == [begun]
    assert service.asked == []
