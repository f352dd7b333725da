"""Commands for files in and out, and for the store itself."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from oppwizard.context import Context


def test_json_goes_to_stdout_and_comes_back_the_same(cli: Any, sample: str, tmp_path: Path) -> None:
    exported = cli("export", "--format", "json", "--id", sample)
    assert exported.code == 0
    assert exported.err == "Exported: 1. Left out: 0.\n"
    file = tmp_path / "deal.json"
    file.write_text(exported.out, encoding="utf-8")
    other = str(tmp_path / "other.db")
    imported = cli("import", str(file), "--db", other)
    assert imported.code == 0, imported.err
    assert imported.out.startswith(sample)
    assert cli("--db", other, "export", "--format", "json", "--id", sample).out == exported.out
    assert cli("import", str(file), "--db", other).code == 0


def test_json_lines_hold_a_record_a_line(cli: Any, sample: str) -> None:
    lines = cli("export", "--format", "jsonl", "--all").out.splitlines()
    assert [json.loads(line)["opportunity"]["id"] for line in lines] == [sample]


def test_csv_goes_to_a_folder_and_its_files_are_named(cli: Any, sample: str, tmp_path: Path) -> None:
    answer = cli("export", "--format", "csv", "--all", "--out", str(tmp_path / "out"), "--profile", "excel")
    assert answer.code == 0
    names = [Path(line).name for line in answer.out.splitlines()]
    assert "opportunities.csv" in names
    with (tmp_path / "out" / "opportunities.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert next(csv.DictReader(stream))["opportunity_id"] == sample
    told = cli("export", "--format", "csv", "--all", "--out", str(tmp_path / "out"), "--json").json
    assert told["count"] == 1
    assert len(told["paths"]) == len(names)


def test_a_draft_is_left_out_unless_it_is_asked_for(cli: Any, begun: str, tmp_path: Path) -> None:
    answer = cli("export", "--format", "json", "--id", begun)
    assert answer.code == 1
    assert "It is a draft." in answer.err
    assert cli("export", "--format", "json", "--all").code == 0
    marked = cli("export", "--format", "json", "--id", begun, "--drafts")
    assert marked.code == 0
    assert '"draft"' in marked.out


def test_an_import_says_what_stops_it(cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text("{", encoding="utf-8")
    assert cli("import", str(file)).code == 3
    assert cli("import", str(tmp_path / "none.json")).code == 3
    file.write_text('{"format": "somebody.else"}', encoding="utf-8")
    answer = cli("import", str(file), "--json")
    assert answer.code == 3
    assert answer.json["records"][0]["problems"]
    file.write_text('{"account": {"dba": "Acme"}}', encoding="utf-8")
    told = cli("import", str(file), "--json").json["records"][0]
    assert told["status"] == "draft"
    assert told["open_points"]


def test_a_call_sheet_is_printed(cli: Any, begun: str) -> None:
    assert cli("questions", begun).out.startswith("# ")
    plain = cli("questions", begun, "--format", "text")
    assert plain.code == 0
    assert not plain.out.startswith("#")
    assert cli("questions", begun, "--json").json["format"] == "markdown"


def test_the_schema_is_printed(cli: Any) -> None:
    schema = cli("schema").json
    assert schema["type"] == "object"
    assert cli("schema", "--json").json == schema


@pytest.mark.file
def test_a_backup_is_a_store_and_overwrites_nothing(cli: Any, begun: str, tmp_path: Path, context: Context) -> None:
    target = tmp_path / "copy.db"
    assert cli("backup", str(target)).out == f"{target}\n"
    assert cli("--db", str(target), "show", begun).code == 0
    again = cli("backup", str(target))
    assert again.code == 3
    assert "overwrites nothing" in again.err
    dated = cli("backup", "--json").json
    assert Path(dated["backup"]).parent == context.store.parent
    assert Path(dated["backup"]).name.startswith("store-2026")
    (tmp_path / "folder").mkdir()
    assert Path(cli("backup", str(tmp_path / "folder")).out.strip()).parent == tmp_path / "folder"
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_there_must_be_a_store_to_back_up(cli: Any, tmp_path: Path) -> None:
    assert cli("backup").code == 3


def test_where_says_what_is_there_and_makes_nothing(cli: Any, context: Context) -> None:
    assert f"{context.store} (not there yet)" in cli("where").out
    assert not context.store.exists()
    told = cli("where", "--json").json
    assert told["store"] == {"path": str(context.store), "exists": False}


def test_a_crm_export_tells_what_it_wrote_and_what_has_changed(cli: Any, sample: str, tmp_path: Path) -> None:
    words = ("export", "--format", "salesforce", "--all", "--out", str(tmp_path / "out"))
    first = cli(*words)
    assert first.code == 0
    assert {"Account.csv", "Opportunity.csv", "plan.json", "README.md", "manifest.json"} <= {
        Path(line).name for line in first.out.splitlines()
    }
    assert "Opportunity.Owner.Email: “Account executive” has no counterpart: an empty cell is written (1×)" in first.err
    assert "Nothing has changed since the last export into this folder." in cli(*words).err
    assert cli("set", sample, "probability=35").code == 0
    told = cli(*words)
    assert "0 added, 1 changed, 0 gone" in told.err
    assert "Opportunity (Probability)" in told.err
    assert cli("set", sample, "probability=36").code == 0
    answer = cli(*words, "--json").json
    assert answer["since"]["changed"][0]["files"] == {"Opportunity": ["Probability"]}
    assert {note["column"] for note in answer["notes"]} == {"Owner.Email", "User:Owner.Email"}


def test_a_crms_limits_hold_records_back_with_exit_code_1(cli: Any, sample: str, tmp_path: Path) -> None:
    name = "Harbor Tools - Stock Count - " + "north and south " * 6
    assert cli("set", sample, f"name={name}").code == 0
    words = ("export", "--format", "salesforce", "--all", "--out", str(tmp_path / "out"))
    held = cli(*words)
    assert held.code == 1
    assert "Opportunity.Name" in held.err
    assert "deal.title" in held.err
    assert held.out == ""
    (flaw,) = cli(*words, "--json").json["held_back"]
    assert (flaw["id"], flaw["column"], flaw["field"]) == (sample, "Name", "deal.title")
    assert cli(*words, "--force").code == 0
    assert name.strip() in (tmp_path / "out" / "Opportunity.csv").read_text("utf-8")


def test_a_crms_table_describes_itself(cli: Any, tmp_path: Path) -> None:
    told = cli("export", "--format", "tryton", "--describe")
    assert told.code == 0
    assert "| conversion_probability \\* | deal.probability |" in told.out
    assert cli("export", "--format", "tryton", "--describe", "--json").json["version"] == "tryton-1"
    assert cli("export", "--format", "csv", "--describe").code == 2
    assert cli("export", "--format", "odoo", "--all", "--drafts").code == 2
    assert cli("export", "--format", "odoo", "--all", "--profile", "excel").code == 2
