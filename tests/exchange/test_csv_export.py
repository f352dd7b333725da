import csv
from decimal import Decimal
from pathlib import Path

from oppwizard.exchange.csv_tables import tables
from oppwizard.exchange.export import export
from oppwizard.exchange.guard import unguard
from oppwizard.model.fields import ROW_KINDS, fields_of
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.walk import Walk

Rows = list[dict[str, str]]
FILES = {
    "opportunities",
    "accounts",
    "contacts",
    "roles",
    "line_items",
    "team",
    "activities",
    "notes",
    "next_steps",
    "competitors",
    "risks",
    "open_roles",
}


def read(folder: Path, name: str) -> Rows:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_file_a_kind_of_row(walk: Walk, finished: Record, tmp_path: Path) -> None:
    result = export(walk, None, "csv", tmp_path)
    assert {path.stem for path in result.paths} == FILES
    for path in result.paths:
        rows = read(tmp_path, path.stem)
        assert all(None not in row and None not in row.values() for row in rows)


def test_rows_are_linked(walk: Walk, finished: Record, tmp_path: Path) -> None:
    export(walk, None, "csv", tmp_path)
    (deal,) = read(tmp_path, "opportunities")
    (account,) = read(tmp_path, "accounts")
    contacts = {row["contact_id"]: row for row in read(tmp_path, "contacts")}
    assert deal["opportunity_id"] == str(finished.id)
    assert deal["account_id"] == account["account_id"]
    assert contacts[deal["decision_maker_id"]]["name"] == deal["decision_maker_name"] == "Dana Whitfield"
    for row in read(tmp_path, "roles"):
        assert contacts[row["contact_id"]]["name"] == row["contact_name"]
    for row in read(tmp_path, "activities"):
        names = [contacts[one]["name"] for one in row["people_ids"].split(";")]
        assert "; ".join(names) == row["people_names"]
    for name in FILES - {"accounts", "contacts"}:
        assert {row["opportunity_id"] for row in read(tmp_path, name)} <= {str(finished.id)}


def test_values_are_for_machines(walk: Walk, finished: Record, tmp_path: Path) -> None:
    export(walk, None, "csv", tmp_path)
    (deal,) = read(tmp_path, "opportunities")
    assert deal["budget_status"] == "needs_approval"
    assert deal["close_on"] == finished.opportunity.close_on.isoformat()  # type: ignore[union-attr]
    assert deal["professional_services"] == "true"
    assert (deal["budget_amount"], deal["probability"]) == ("80000", "30")
    assert [Decimal(deal[name]) for name in ("arr", "acv", "tcv")] == [64_800, 70_800, 212_400]
    assert read(tmp_path, "contacts")[0]["phone"] == "+12535550142"


def test_every_declared_field_has_a_column() -> None:
    heads = {table.name: [column.name for column in table.columns] for table in tables()}
    assert all(len(names) == len(set(names)) for names in heads.values())
    every = {name for names in heads.values() for name in names}
    for entity in ("opportunity", "account", *ROW_KINDS):
        for spec in fields_of(entity):
            assert {spec.name, f"{spec.name}_ids", "role"} & every, spec.path


def test_a_row_for_each_role_of_each_person(walk: Walk, finished: Record, tmp_path: Path) -> None:
    walk.save(walk.add(finished, "people", name="No Role"))
    export(walk, [finished.id], "csv", tmp_path, drafts=True)
    roles = [(row["contact_name"], row["role"]) for row in read(tmp_path, "roles")]
    assert ("Luis Ferrer", "champion") in roles
    assert ("Luis Ferrer", "process_owner") in roles
    assert ("No Role", "") in roles


def test_next_steps_hold_the_deal_s_own_and_the_plan(walk: Walk, finished: Record, tmp_path: Path) -> None:
    export(walk, None, "csv", tmp_path)
    own, *plan = read(tmp_path, "next_steps")
    assert own["kind"] == "next_step"
    assert own["what"] == finished.opportunity.next_step
    assert own["owner"] == "Account executive"
    assert own["at"] == "10:00:00"
    assert [row["what"] for row in plan] == [item.what for item in finished.plan]


def test_headers_stand_in_every_file_of_an_empty_store(walk: Walk, tmp_path: Path) -> None:
    export(walk, None, "csv", tmp_path)
    for name in FILES:
        text = (tmp_path / f"{name}.csv").read_text("utf-8")
        assert text.count("\n") == 1
        assert "_id" in text.split(",")[0]


def test_profile_import_alters_nothing_and_warns(walk: Walk, finished: Record, tmp_path: Path) -> None:
    walk.save(walk.set(finished, address("why_us"), "=HYPERLINK(1)"))
    line = finished.lines[0]
    walk.save(walk.set(finished, Address("lines", "sku", line.id), "@SKU"))
    result = export(walk, None, "csv", tmp_path, "import")
    raw = (tmp_path / "opportunities.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert read(tmp_path, "opportunities")[0]["why_us"] == "=HYPERLINK(1)"
    named = [(warning.file, warning.row, warning.column) for warning in result.warnings]
    assert named == [
        ("opportunities.csv", str(finished.id), "why_us"),
        ("line_items.csv", str(line.id), "sku"),
    ]
    assert "why_us" in str(result.warnings[0].text)


def test_profile_excel_guards_reversibly(walk: Walk, finished: Record, tmp_path: Path) -> None:
    texts = {"why_us": "=1+1", "objections": "'quoted", "proof_points": "-5.00", "differentiators": "＝cmd"}
    for name, text in texts.items():
        walk.save(walk.set(finished, address(name), text))
    walk.save(walk.set(finished, Address("lines", "sku", finished.lines[0].id), "00123"))
    result = export(walk, None, "csv", tmp_path, "excel")
    assert result.warnings == []
    raw = (tmp_path / "opportunities.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    (deal,) = read(tmp_path, "opportunities")
    assert (deal["why_us"], deal["proof_points"], deal["differentiators"]) == ("'=1+1", "-5.00", "'＝cmd")
    assert {name: unguard(deal[name]) for name in texts} == texts
    assert read(tmp_path, "line_items")[0]["sku"] == "'00123"
    assert read(tmp_path, "contacts")[0]["phone"] == "'+12535550142"
    assert deal["arr"] == "64800"


def test_an_account_of_two_deals_stands_there_once(walk: Walk, finished: Record, tmp_path: Path) -> None:
    walk.duplicate(finished)
    export(walk, None, "csv", tmp_path, drafts=True)
    assert len(read(tmp_path, "opportunities")) == 2
    assert len(read(tmp_path, "accounts")) == 1
    assert len(read(tmp_path, "contacts")) == len(finished.people)
    assert len(read(tmp_path, "roles")) > len(finished.people)


def test_drafts_say_so(walk: Walk, draft: Record, tmp_path: Path) -> None:
    export(walk, None, "csv", tmp_path, drafts=True)
    assert [row["status"] for row in read(tmp_path, "opportunities")] == ["draft"]
