"""From arguments to exit codes."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oppwizard import __version__, i18n
from oppwizard.cli import asks_version, main
from oppwizard.cli.running import hoisted, run
from oppwizard.context import Context


def test_the_version_is_printed_before_anything_is_imported(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--lang", "ja", "--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"oppwizard {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["--version"], True),
        (["--db", "--version"], False),
        (["new", "--version"], False),
        (["--db=x", "--version"], True),
        ([], False),
    ],
)
def test_the_version_is_asked_for_before_the_command_only(arguments: list[str], asked: bool) -> None:
    assert asks_version(arguments) is asked


def test_global_options_may_stand_behind_the_command() -> None:
    assert hoisted(["list", "--db", "x", "a", "--lang=ja"]) == (["--db", "x", "--lang=ja"], ["list", "a"])
    assert hoisted(["list", "--", "--db", "x"]) == ([], ["list", "--", "--db", "x"])
    assert hoisted(["list", "--db"]) == (["--db"], ["list"])


def test_another_store_and_language_are_chosen_by_options(cli: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    made = cli("new", "三菱", "--db", str(other), "--json").json
    assert cli("list", "--json").json["records"] == []
    assert cli("--db", str(other), "list", "--json").json["records"][0]["id"] == made["id"]
    assert other.exists()


def test_help_is_in_the_language_in_use(cli: Any) -> None:
    assert "List drafts and opportunities" in cli("--help").out
    assert "Show this message and exit." in cli("set", "--help").out
    assert "Begin a draft" in cli("new", "-h").out
    assert cli("--lang", "ja", "--help").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["list", "--nonsense"],
        ["list", "--stage", "9"],
        ["list", "--limit", "0"],
        ["show"],
        ["set", "0000"],
        ["set", "0000", "word"],
        ["--lang", "xx", "list"],
        ["export", "--format", "csv"],
        ["new", "--resume", "0000"],
        ["disqualify", "0000"],
    ],
)
def test_wrong_usage_ends_with_two_and_says_where_to_look(cli: Any, arguments: list[str]) -> None:
    answer = cli(*arguments)
    assert answer.code == 2
    assert answer.err.startswith("Problem: ")
    assert "--help" in answer.err
    assert answer.out == ""


def test_a_report_in_json_and_data_on_the_same_stdout_are_refused(cli: Any) -> None:
    answer = cli("export", "--format", "json", "--all", "--json")
    assert answer.code == 2
    assert "--out" in answer.json["error"]["problem"]


def test_wrong_usage_as_json(cli: Any) -> None:
    answer = cli("list", "--nonsense", "--json")
    assert (answer.code, answer.err) == (2, "")
    assert answer.json["error"]["kind"] == "usage"
    assert answer.json["error"]["exit_code"] == 2


def test_an_unknown_record_ends_with_three(cli: Any) -> None:
    answer = cli("show", "123456")
    assert answer.code == 3
    assert "123456" in answer.err
    assert cli("show", "123456", "--json").json["error"]["kind"] == "not_found"


def test_a_file_that_is_no_store_ends_with_four(cli: Any, context: Context) -> None:
    context.store.write_text("This is a letter, not a store. " * 100)
    answer = cli("list")
    assert answer.code == 4
    assert answer.err.startswith("Problem: ")
    assert cli("list", "--json").json["error"]["exit_code"] == 4


def test_a_playbook_with_a_fault_ends_with_three(cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    playbook = tmp_path / "playbook.toml"
    playbook.write_text("[committee]\nminimum = 'many'\n")
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(playbook))
    answer = cli("list")
    assert answer.code == 3
    assert "committee.minimum" in answer.err


def test_ctrl_c_ends_with_130(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("oppwizard.walk.open_walk", interrupted)
    assert cli("list").code == 130


def test_what_nobody_foresaw_is_a_sentence_and_no_traceback(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("oppwizard.walk.open_walk", broken)
    answer = cli("list")
    assert answer.code == 70
    assert "ZeroDivisionError: by zero" in answer.err
    assert "Traceback" not in answer.err
    monkeypatch.setenv("OPPWIZARD_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli("list")


def test_the_app_needs_a_terminal(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    answer = cli()
    assert answer.code == 2
    assert "oppwizard new --prompt" in answer.err
    assert answer.out == ""


def _real(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "oppwizard", *arguments]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", **more.pop("env", {})}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False, **more)


@pytest.mark.file
def test_a_reader_that_goes_away_is_no_error(sample: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "oppwizard", "show", sample]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writing)
    assert done.returncode == 141
    assert done.stderr == ""


@pytest.mark.file
def test_a_narrow_encoding_shows_escapes_instead_of_failing(cli: Any) -> None:
    made = cli("new", "三菱").out.strip()
    done = _real("show", made, "--json", env={"PYTHONIOENCODING": "ascii"})
    assert "\\u4e09\\u83f1" in done.stdout
    assert json.loads(done.stdout)["account"] == "三菱"


def test_prompts_read_a_pipe(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("allocated\n"))
    answer = cli("new", "--prompt", "Acme")
    assert answer.code == 0
    assert "Stage 1 of 6: Qualify" in answer.out
    assert "--resume" in answer.out


def test_prompts_leave_stdout_to_json(cli: Any, sample: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    answer = cli("new", "--prompt", "--resume", sample, "--json")
    assert answer.json["id"] == sample
    assert "The walk is complete" in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lst"], "コマンド「lst」はありません"),
        (["show"], "IDがありません"),
        (["list", "--foo"], "オプション--fooはありません"),
        (["list", "--status", "x"], "--statusに「x」は使えません"),
        (["list", "--stage", "x"], "--stageには数値"),
        (["list", "--limit"], "--limitには値が必要です"),
        (["where", "more"], "余分な引数があります: more"),
    ],
    ids=["command", "argument", "option", "choice", "number", "value", "extra"],
)
def test_a_command_line_is_refused_in_the_language_in_use(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        assert run([*arguments, "--lang", "ja"]) == 2
    finally:
        i18n.use("en")
    told = capsys.readouterr().err
    assert told.startswith(f"問題: {said}")
