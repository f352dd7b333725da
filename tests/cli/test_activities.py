"""`log`, `note`, `attach` and `timeline`, as text and as JSON (E8)."""

from pathlib import Path

from tests.cli.conftest import Command


def test_a_talk_is_logged_and_told(cli: Command, begun: str) -> None:
    cli("set", begun, "people[+].name=Dana Low")
    said = ("--with", "Dana Low", "--subject", "First call", "--outcome", "They want a demo", "--commitments", "A plan")
    answer = cli("log", begun, "--kind", "call", "--on", "2026-09-02", *said)
    assert (answer.code, answer.err.splitlines()[0][:7]) == (0, "Logged.")
    (line,) = cli("timeline", begun, "--only", "talk", "--json").json
    assert (line["what"], line["day"], line["who"]) == ("Call: First call", "2026-09-02", "Dana Low, rep")
    assert line["detail"] == "They want a demo\nCommitments: A plan"
    assert line["path"] == "touchpoints[1].subject"
    shown = cli("timeline", begun).out
    assert "Call: First call" in shown
    assert "      They want a demo" in shown


def test_who_is_not_of_the_record_is_no_one_to_talk_with(cli: Command, begun: str) -> None:
    answer = cli("log", begun, "--with", "Nobody Known")
    assert answer.code == 3
    assert "Nobody Known" in answer.err
    assert cli("timeline", begun, "--only", "talk", "--json").json == []


def test_a_note_is_kept_and_an_empty_one_refused(cli: Command, begun: str) -> None:
    assert cli("note", begun, "Wants a quote").code == 0
    assert cli("note", begun, "  ").code == 1
    (line,) = cli("timeline", begun, "--only", "note", "--json").json
    assert (line["what"], line["who"]) == ("Wants a quote", "rep")


def test_files_are_attached_listed_and_written_out(cli: Command, begun: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.txt"
    plan.write_text("contents")
    assert cli("attach", begun, str(plan)).code == 0
    again = cli("attach", begun, str(plan))
    assert "attached already" in again.err
    (listed,) = cli("attach", begun, "--json").json
    assert (listed["name"], listed["size"], listed["author"]) == ("plan.txt", 8, "rep")
    assert "plan.txt" in cli("attach", begun).out
    out = tmp_path / "out"
    assert cli("attach", begun, "--save", str(out)).code == 0
    assert (out / "plan.txt").read_text() == "contents"
    missing = cli("attach", begun, str(tmp_path / "gone.txt"))
    assert missing.code == 3
    assert "gone.txt" in missing.err


def test_a_long_timeline_is_cut_and_says_so(cli: Command, begun: str) -> None:
    for number in range(3):
        cli("note", begun, f"Note {number} of the deal")
    told = cli("timeline", begun, "--limit", "2")
    assert [line for line in told.out.splitlines() if "Note" in line and "of the deal" in line] == [
        line for line in told.out.splitlines() if not line.startswith(" ")
    ]
    assert len(told.out.splitlines()) == 2
    assert "--limit" in told.err


def test_text_from_outside_is_told_as_text(cli: Command, begun: str) -> None:
    cli("note", begun, "[bold]x[/] \x1b[2J end")
    out = cli("timeline", begun).out
    assert "[bold]x[/]" in out
    assert "\x1b" not in out
