"""What is the same for every CRM: limits before writing, what has changed since, equal bytes for equal records."""

import csv
import json
import shutil
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard import i18n
from oppwizard.exchange.crm.manifest import Change, Since
from oppwizard.exchange.export import ExportResult, export
from oppwizard.model.findings import Address, address
from oppwizard.playbook.crm import CRMS
from oppwizard.walk import Walk
from tests.exchange.crm.conftest import Exporter, Opener, Stored


def out(walk: Walk) -> Path:
    return walk.context.store.parent / "out"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(walk: Walk, record_id: UUID, path: str, text: str) -> None:
    record = walk.load(record_id)
    walk.save(walk.set(record, address(path), text))


def few(stored: Stored) -> list[UUID]:
    return [stored.ids["plain"], stored.ids["euro"], stored.ids["own"]]


def since(result: ExportResult) -> Since:
    assert result.since is not None
    return result.since


# Equal records, equal files


@pytest.mark.parametrize("crm", CRMS)
def test_a_second_export_is_the_same_byte_for_byte(opened: Opener, exported: Exporter, crm: str) -> None:
    first = exported(crm)
    walk = opened()
    shutil.copytree(first.folder, out(walk))
    again = export(walk, None, crm, out(walk))

    assert since(first.result).first
    assert since(again).is_same
    assert contents(out(walk)) == contents(first.folder)


def test_the_manifest_says_what_went_in(exported: Exporter) -> None:
    import hashlib

    done = exported("salesforce")
    manifest = json.loads((done.folder / "manifest.json").read_bytes())
    assert (manifest["crm"], manifest["mapping"]) == ("salesforce", "salesforce-1")
    assert manifest["playbook"].startswith("default-1+")  # its settings differ from the built-in ones
    assert manifest["count"] == 12
    assert {record["id"] for record in manifest["records"]} == {str(one) for one in done.ids.values()}
    assert all(record["revision"] >= 1 for record in manifest["records"])
    files = contents(done.folder)
    assert set(manifest["files"]) | {"manifest.json"} == set(files)
    for name, said in manifest["files"].items():
        assert hashlib.sha256(files[name]).hexdigest() == said["sha256"]
        if name.endswith(".csv"):
            assert len(list(csv.DictReader(files[name].decode().splitlines(keepends=True)))) == said["rows"]


# What has changed


def test_a_changed_field_is_told_with_its_columns(opened: Opener, stored: Stored) -> None:
    walk = opened()
    ids = few(stored)
    export(walk, ids, "salesforce", out(walk))
    put(walk, stored.ids["plain"], "probability", "35")
    put(walk, stored.ids["euro"], "next_step", "Send the signed offer to finance")
    told = since(export(walk, ids, "salesforce", out(walk)))

    assert {change.id: change.files for change in told.changed} == {
        str(stored.ids["plain"]): {"Opportunity": ["Probability"]},
        str(stored.ids["euro"]): {"Opportunity": ["NextStep"], "Task": ["Subject"]},
    }
    assert (told.added, told.gone, told.table, told.stale) == ([], [], False, [])
    assert since(export(walk, ids, "salesforce", out(walk))).is_same


def test_a_change_of_an_account_is_one_of_all_its_deals(opened: Opener, stored: Stored) -> None:
    walk = opened()
    export(walk, [stored.ids["plain"]], "odoo", out(walk))
    put(walk, stored.ids["plain"], "account.website", "https://www.harbortools.example.com")
    (change,) = since(export(walk, [stored.ids["plain"]], "odoo", out(walk))).changed
    assert change.files == {"res.partner.companies": ["website"], "crm.lead": ["website"]}


def test_a_row_that_is_gone_is_a_change_of_its_file(opened: Opener, stored: Stored) -> None:
    walk = opened()
    export(walk, [stored.ids["plain"]], "salesforce", out(walk))
    record = walk.load(stored.ids["plain"])
    walk.save(walk.remove(record, "plan", record.plan[0].id))
    (change,) = since(export(walk, [stored.ids["plain"]], "salesforce", out(walk))).changed
    assert change.files == {"Task": []}


def test_records_come_and_go(opened: Opener, stored: Stored) -> None:
    walk = opened()
    ids = few(stored)
    titles = {str(one): walk.load(one).opportunity.title for one in ids}
    export(walk, ids[:2], "hubspot", out(walk))
    told = since(export(walk, ids[1:], "hubspot", out(walk)))
    assert told.added == [Change(str(ids[2]), titles[str(ids[2])])]
    assert told.gone == [Change(str(ids[0]), titles[str(ids[0])])]
    assert told.changed == []


def test_another_table_is_told_and_files_that_are_not_written_any_more(opened: Opener, stored: Stored) -> None:
    walk = opened()
    export(walk, [stored.ids["plain"]], "hubspot", out(walk))
    walk.store.close()
    walk = opened("[crm.hubspot.options]\nline_items = false\n")
    told = since(export(walk, [stored.ids["plain"]], "hubspot", out(walk)))
    assert told.table
    assert told.stale == ["import-3.json", "line_items.csv"]


@pytest.mark.parametrize("text", ["", "{", '{"format": "other"}', "[]\n", '"records": ['])
def test_a_manifest_that_cannot_be_read_is_none(opened: Opener, stored: Stored, text: str) -> None:
    walk = opened()
    out(walk).mkdir()
    (out(walk) / "manifest.json").write_text(text, "utf-8")
    assert since(export(walk, [stored.ids["plain"]], "odoo", out(walk))).first
    assert since(export(walk, [stored.ids["plain"]], "odoo", out(walk))).is_same


# Limits


def test_a_value_that_would_be_cut_holds_its_record_back(opened: Opener, stored: Stored) -> None:
    walk = opened()
    put(walk, stored.ids["plain"], "name", "Harbor Tools - Stock Count - " + "north and south " * 6)
    result = export(walk, few(stored), "salesforce", out(walk))
    (flaw,) = result.held_back

    assert (flaw.record, flaw.file, flaw.column, flaw.place) == (
        stored.ids["plain"],
        "Opportunity",
        "Name",
        "deal.title",
    )
    assert "120" in str(flaw.problem)
    assert [left.id for left in result.left_out] == [stored.ids["plain"]]
    assert result.count == 2
    text = (out(walk) / "Opportunity.csv").read_text("utf-8")
    assert str(stored.ids["plain"]) not in text


def test_by_force_it_is_written_whole(opened: Opener, stored: Stored) -> None:
    walk = opened()
    name = ("Harbor Tools - Stock Count - " + "north and south " * 6).strip()
    put(walk, stored.ids["plain"], "name", name)
    result = export(walk, few(stored), "salesforce", out(walk), force=True)
    assert (result.count, len(result.held_back), result.left_out) == (3, 1, [])
    assert name in (out(walk) / "Opportunity.csv").read_text("utf-8")


def test_signs_outside_the_basic_plane_count_twice(opened: Opener, stored: Stored) -> None:
    walk = opened()
    start = "Harbor Tools - Stock Count - all of the warehouses, north and south, with scanners for each planner"
    room = (120 - len(start)) // 2
    put(walk, stored.ids["plain"], "name", start + "🏭" * room)
    assert export(walk, [stored.ids["plain"]], "salesforce", out(walk)).count == 1
    put(walk, stored.ids["plain"], "name", start + "🏭" * (room + 1))
    assert export(walk, [stored.ids["plain"]], "salesforce", out(walk)).held_back


def test_a_stage_without_a_counterpart_holds_back_and_says_where_to_give_it_one(opened: Opener, stored: Stored) -> None:
    walk = opened('[[sales_stages]]\nvalue = "trial"\nlow = 0\nhigh = 100\nlabel = { en = "Trial" }\n')
    put(walk, stored.ids["plain"], "sales_stage", "trial")
    result = export(walk, [stored.ids["plain"]], "salesforce", out(walk))
    problems = {str(flaw.problem) for flaw in result.held_back if flaw.record == stored.ids["plain"]}
    assert problems == {"“trial” has no counterpart; give it one in the playbook: [crm.salesforce.stages]"}


def test_a_crm_of_one_currency_gets_deals_of_one_currency(opened: Opener, stored: Stored) -> None:
    walk = opened('[crm.odoo]\ncurrency = "EUR"\n')
    result = export(walk, few(stored), "odoo", out(walk))
    assert result.count == 1
    assert {flaw.record for flaw in result.held_back} == set(few(stored)) - {stored.ids["euro"]}


def test_two_accounts_of_one_name_cannot_be_told_apart_by_it(opened: Opener, stored: Stored) -> None:
    walk = opened()
    put(walk, stored.ids["own"], "account.legal_name", "Harbor Tools Incorporated")
    held = export(walk, few(stored), "espocrm", out(walk)).held_back
    assert [(flaw.record, flaw.file, flaw.column) for flaw in held] == [(stored.ids["own"], "Account", "name")]


def test_nothing_is_written_when_nothing_may_leave(opened: Opener, stored: Stored) -> None:
    walk = opened()
    export(walk, [stored.ids["plain"]], "salesforce", out(walk))
    before = contents(out(walk))
    put(walk, stored.ids["plain"], "name", "Harbor Tools - Stock Count - " + "north and south " * 6)
    result = export(walk, [stored.ids["plain"]], "salesforce", out(walk))
    assert (result.count, result.paths, result.since) == (0, [], None)
    assert contents(out(walk)) == before


def test_only_opportunities_whose_gates_hold_leave(opened: Opener, stored: Stored) -> None:
    walk = opened()
    record = walk.load(stored.ids["plain"])
    line = record.lines[0].id
    walk.save(walk.set(record, Address("lines", "quantity", line), ""))
    draft = walk.start("Somebody else")
    walk.save(walk.set(draft, address("account.dba"), "Somebody else"))
    result = export(walk, None, "tryton", out(walk), drafts=True)
    assert {left.id for left in result.left_out} == {record.id, draft.id}
    assert result.count == 11


def test_a_value_that_is_written_otherwise_is_said(opened: Opener, stored: Stored) -> None:
    walk = opened()
    put(walk, stored.ids["plain"], "probability", "32.5")
    result = export(walk, [stored.ids["plain"]], "salesforce", out(walk))
    told = {(flaw.column, str(flaw.problem)): count for flaw, count in result.notes.values()}
    assert told["Probability", "32.5 is written as 33"] == 1
    assert told["Owner.Email", "“Account executive” has no counterpart: an empty cell is written"] == 1


# The guide


@pytest.mark.parametrize("crm", CRMS)
def test_the_guide_names_every_file_in_both_languages(opened: Opener, stored: Stored, crm: str) -> None:
    walk = opened()
    guides = []
    for language in i18n.LANGUAGES:
        i18n.use(language)
        export(walk, [stored.ids["plain"]], crm, out(walk), force=True)
        guides.append((out(walk) / "README.md").read_text("utf-8"))
    for guide in guides:
        for path in out(walk).glob("*.csv"):
            assert path.name in guide
    assert guides[0].startswith("# Loading these files into")
    assert guides[0] != guides[1]
