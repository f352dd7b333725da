"""`results`: what came of the pipeline, as text, JSON, CSV and a page (R1-R5)."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.fixture
def won(cli: Command, sample: str) -> str:
    """A deal won by rep."""
    assert cli("close", sample, "--won", "--reason", "fit", "--amount", "60k").code == 0
    return sample


def test_an_empty_store_says_so(cli: Command) -> None:
    answer = cli("results")
    assert (answer.code, answer.err) == (0, "")
    assert "No record was begun." in answer.out
    assert "No deal was won." in answer.out


def test_one_won_deal_is_told_as_one_of_one(cli: Command, won: str) -> None:
    answer = cli("results")
    assert "1 of 1" in answer.out
    assert "100 %" not in answer.out
    assert "$60,000.00" in answer.out
    told = cli("results", "--json").json
    assert told["conversion"][0]["won_of_decided"] == {"part": 1, "of": 1, "rate": 1.0, "low": 0.2065, "high": 1.0}
    assert told["close_dates"][0]["mean_days"] == -63
    came = {month["month"]: month["came"] for month in told["forecast"]}
    assert came["2026-11"] == "60000"
    assert told["created"][0]["amount"] == "64800"


def test_formats_are_files_that_others_read(cli: Command, won: str, tmp_path: Path) -> None:
    for name in ("json", "csv", "html", "text"):
        file = tmp_path / f"results.{name}"
        answer = cli("results", "--format", name, "--out", str(file))
        assert (answer.code, answer.out) == (0, "")
        assert str(file) in answer.err
    assert json.loads((tmp_path / "results.json").read_text())["on"] == "2026-11-23"
    rows = list(csv.DictReader(io.StringIO((tmp_path / "results.csv").read_text())))
    assert [row["value"] for row in rows if row["figure"] == "conversion" and row["measure"] == "won"] == ["1"]
    assert (tmp_path / "results.html").read_text().startswith("<!DOCTYPE html>")


def test_csv_goes_to_standard_output(cli: Command, won: str) -> None:
    assert cli("results", "--format", "csv").out.startswith("figure,rep,alternative")
    assert cli("results", "--format", "html").out.startswith("<!DOCTYPE html>")
    assert cli("results", "--format", "csv", "--json").code == 2


def test_it_is_narrowed_by_rep_team_and_month(cli: Command, won: str) -> None:
    assert cli("results", "--rep", "account EXECUTIVE", "--json").json["rep"] == "Account executive"
    assert cli("results", "--until", "2026-10", "--json").json["close_dates"] == []
    answer = cli("results", "--rep", "Nobody")
    assert answer.code != 0
    assert "No record belongs to the rep “Nobody”" in answer.err
    assert "There are: Account executive." in answer.err
    answer = cli("results", "--since", "soon")
    assert answer.code != 0
    assert "“soon” is no month" in answer.err
