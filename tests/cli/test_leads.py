"""Leads on the command line (A1): a list, what is shown of it, and a folder that is watched."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from oppwizard.context import Context
from tests.cli.conftest import Command

LIST = (
    "Lead ID,Company,Contact,Email,Lifecycle Stage,Budget,Fax\n"
    "1,Harbor Tools,Ada Lind,ada@harbor-tools.com,MQL,12000,0\n"
    "2,Meridian Foods,Bo Berg,bo@meridian.com,lead,,\n"
    "3,Castor Lines,Cy Dahl,cy@castor.com,SQL,plenty,\n"
)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "leads.csv"
    path.parent.mkdir()
    path.write_text(LIST, "utf-8")
    return path


def test_columns_are_shown_leads_told_and_the_whole_is_counted(cli: Command, listed: Path) -> None:
    done = cli("leads", "import", str(listed))
    assert done.code == 0
    assert "people[1].email" in done.err
    assert "kept as a note" in done.err
    assert "new draft  Harbor Tools  Stage 1 Qualify:" in done.out
    assert "Rows: 3. New drafts: 2, of which 0 past stage 1; filled in: 0, linked: 0" in done.out
    assert "left out: 1, not taken: 0." in done.out
    assert "Left out were leads below MQL; to take them in too, ask for all (--all)." in done.err
    again = cli("leads", "import", str(listed))
    assert (again.code, "there already: 2" in again.out, "Nothing changed." in again.err) == (0, True, True)


def test_json_says_of_each_row_what_is_open(cli: Command, listed: Path) -> None:
    told = cli("leads", "import", str(listed), "--all", "--json").json
    assert [lead["outcome"] for lead in told["leads"]] == ["added", "added", "added"]
    assert [lead["state"] for lead in told["leads"]] == ["mql", "lead", "sql"]
    first, third = told["leads"][0], told["leads"][2]
    assert {"path": "business_problem", "message": "Business problem is missing"} in first["open_points"]
    assert [problem["place"] for problem in third["problems"]] == ["budget_amount"]
    assert told["mapping"]["columns"]["account.dba"] == "Company"
    shown = cli("show", first["id"], "--json").json
    assert shown["lead"] == {"state": "mql", "keys": ["crm:1"]}
    assert "Lead: MQL" in cli("show", first["id"]).out


def test_faults_leave_with_3_and_stand_in_a_file(cli: Command, listed: Path) -> None:
    listed.write_text(LIST + "4,too,few\n", "utf-8")
    done = cli("leads", "import", str(listed))
    assert done.code == 3
    assert (listed.parent / "leads.faults.csv").is_file()
    assert "1 × has 3 cells instead of 7" in done.err


def test_a_dry_run_writes_nothing(cli: Command, listed: Path) -> None:
    done = cli("leads", "import", str(listed), "--dry-run")
    assert "New drafts: 2" in done.out
    assert "Nothing was written." in done.err
    assert cli("list", "--json").json["records"] == []


def test_a_mapping_is_saved_corrected_and_used(cli: Command, listed: Path, tmp_path: Path) -> None:
    saved = tmp_path / "map.toml"
    cli("leads", "import", str(listed), "--dry-run", "--save-map", str(saved))
    saved.write_text(saved.read_text("utf-8").replace("[states]", '"next_step" = "Fax"\n\n[states]'), "utf-8")
    told = cli("leads", "import", str(listed), "--map", str(saved), "--json").json
    assert told["mapping"]["columns"]["next_step"] == "Fax"
    saved.write_text('[columns]\n"nowhere" = "Fax"\n', "utf-8")
    refused = cli("leads", "import", str(listed), "--map", str(saved))
    assert (refused.code, "no field" in refused.err) == (3, True)


def test_an_order_of_day_and_month_that_nothing_tells_is_asked_for(cli: Command, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("Company,Target date\nHarbor,03/04/2027\n", "utf-8")
    assert cli("leads", "import", str(path)).code == 2
    told = cli("leads", "import", str(path), "--month-first", "--json").json
    shown = cli("show", told["leads"][0]["id"])
    assert "2027-03-04" in shown.out or "Mar" in shown.out


@pytest.mark.parametrize(
    "words",
    [
        ("leads", "import"),
        ("leads", "import", "a.csv", "--watch", "."),
        ("leads", "import", "--watch", ".", "--dry-run"),
        ("leads", "import", "a.csv", "--day-first", "--month-first"),
    ],
)
def test_what_contradicts_itself_is_wrong_usage(cli: Command, words: tuple[str, ...]) -> None:
    assert cli(*words).code == 2


def test_the_schema_of_leads_takes_what_an_import_takes(cli: Command) -> None:
    schema = cli("schema", "--of", "leads").json
    lead = schema["$defs"]["lead"]["properties"]
    assert lead["people"]["items"]["properties"]["email"]["title"] == "E-mail"
    assert set(lead["lead"]["properties"]) == {"id", "state"}
    assert cli("schema").json == cli("schema", "--of", "record").json
    assert "$defs" not in cli("schema").json


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_watched_folder_is_read_until_somebody_stops_it(context: Context, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    words = ["--db", str(context.store), "leads", "import", "--watch", str(folder), "--every", "0.1", "--json"]
    environment = {**os.environ, "OPPWIZARD_USER": "rep", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "oppwizard", *words], stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stdout is not None
        with (folder / "slow.csv").open("w", encoding="utf-8") as stream:  # written in pieces
            for line in LIST.splitlines(keepends=True):
                stream.write(line)
                stream.flush()
                time.sleep(0.3)
        told: dict[str, Any] = json.loads(running.stdout.readline())
        assert (told["rows"], told["added"], told["problem"]) == (3, 2, None)
        (folder / "bad.json").write_text("{", "utf-8")
        assert json.loads(running.stdout.readline())["problem"]
        running.send_signal(signal.SIGINT)
        try:
            assert running.wait(20) == 130
        finally:
            running.kill()
    assert sorted(path.name for path in (folder / "done").iterdir()) == ["slow.csv"]
    assert sorted(path.name for path in (folder / "failed").iterdir()) == ["bad.json", "bad.json.why.txt"]
