"""The brief, what is due, and a session, from the command line (Q2)."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command

STRATEGIC = '[peer]\nstrategic_accounts = ["harbor tools"]\n'


@pytest.fixture
def strategic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our playbook names the sample's account."""
    path = tmp_path / "playbook.toml"
    path.write_text(STRATEGIC, encoding="utf-8")
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(path))


def test_a_brief_is_markdown_unless_it_is_to_be_a_page(cli: Command, sample: str, tmp_path: Path) -> None:
    said = cli("brief", sample)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("# Harbor Tools")
    page = tmp_path / "brief.html"
    assert cli("brief", sample, "--format", "html", "--out", str(page)).code == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    answered = cli("brief", sample, "--json").json
    assert answered == {"format": "md", "brief": said.out}
    assert cli("brief", sample, "--out", str(tmp_path / "b.md"), "--json").json == {"path": str(tmp_path / "b.md")}


def test_a_brief_is_opened_where_it_was_written(
    cli: Command, sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("typer.launch", opened.append)
    page = tmp_path / "brief.html"
    assert cli("brief", sample, "--format", "html", "--out", str(page), "--open").code == 0
    assert opened == [str(page)]
    assert cli("brief", sample, "--open").code == 2
    assert opened == [str(page)]


def test_a_brief_goes_nowhere_where_nothing_can_be_written(cli: Command, sample: str, tmp_path: Path) -> None:
    said = cli("brief", sample, "--out", str(tmp_path / "none" / "brief.md"))
    assert said.code in (3, 4)
    assert str(tmp_path / "none") in said.err


def test_what_is_due_is_listed_with_its_cause(cli: Command, sample: str, strategic: None) -> None:
    line = cli("peers").out
    assert "due today" in line
    assert "Strategic account" in line
    (found,) = cli("peers", "--json").json
    assert (found["id"], found["cause"], found["every_days"], found["days_late"]) == (sample, "strategic", 7, 0)
    assert (found["last"], found["due"], found["currency"]) == (None, "2026-11-23", "USD")


def test_a_session_moves_the_next_one_on(cli: Command, sample: str, strategic: None) -> None:
    said = cli(
        "peer", sample, "--presenter", "Alex", "--attendees", "Kim, Robin", "--question", "Who signs?",
        "--risk", "They merge; derail", "--action", "Ask legal; Alex; +1w", "--summary", "Go for it",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert said.err.startswith("Kept.")
    assert cli("peers").out == ""
    assert "No deal is due" in cli("peers").err
    assert "due in 7 days" in cli("peers", "--all").out
    assert cli("peers", "--all", "--json").json[0]["last"] == "2026-11-23"
    told = cli("timeline", sample, "--only", "peer").out
    assert "Alex, with Kim, Robin" in told
    assert "Risk: They merge" in told
    assert "Ask legal" in cli("show", sample).out
    assert "Ask legal" in cli("brief", sample).out


def test_a_session_of_a_former_day_is_held_by_whoever_writes_it_down(cli: Command, sample: str) -> None:
    said = cli("peer", sample, "--summary", "Go for it", "--on", "2026-11-20", "--json")
    assert said.json["changed"] is True
    (told,) = cli("timeline", sample, "--only", "peer", "--json").json
    assert (told["day"], told["who"], told["detail"]) == ("2026-11-20", "rep", "Go for it")


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ([], "Nothing was taken down"),
        (["--action", "Ask legal"], "who does it by when"),
        (["--action", "Ask legal; Alex; yesterday"], "which is past"),
        (["--risk", "They merge; weather"], "not in the list"),
        (["--summary", "Good", "--on", "tomorrow"], "lies ahead"),
    ],
)
def test_what_cannot_be_kept_says_why(cli: Command, sample: str, options: list[str], match: str) -> None:
    said = cli("peer", sample, *options)
    assert said.code == 3
    assert match in said.err
    assert cli("timeline", sample, "--only", "peer").out == ""
