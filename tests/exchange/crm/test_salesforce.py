"""The files for Salesforce, held against describes recorded from an organisation."""

import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oppwizard.exchange.crm.plans import Plan, plan_of
from oppwizard.playbook import load_playbook
from tests.exchange.conftest import SHARED
from tests.exchange.crm.conftest import Exported, Exporter, Rows
from tests.exchange.crm.records import FORMULA, LONG, MULTILINE

ID = "OppWizard_Id__c"
DESCRIBED = ("Account", "Contact", "Opportunity", "OpportunityContactRole")
ORDER = [
    "Account",
    "Contact",
    "ContactReportsTo",
    "Product2",
    "Opportunity",
    "OpportunityContactRole",
    "OpportunityLineItem",
    "OpportunityTeamMember",
    "OpportunityCompetitor",
    "Task",
]
PARENTS = {"Account": "Account", "Opportunity": "Opportunity", "Contact": "Contact", "Product2": "Product2"}
PARENTS |= {"ReportsTo": "Contact", "Opportunity:What": "Opportunity", "Contact:Who": "Contact"}


@pytest.fixture
def files(exported: Exporter) -> Exported:
    return exported("salesforce")


@pytest.fixture
def plan(files: Exported) -> Plan:
    return plan_of(load_playbook(), "salesforce")


def described(name: str) -> dict[str, dict[str, Any]]:
    path = SHARED / "crm_api" / "salesforce" / f"{name}.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return {field["name"]: field for field in json.loads(path.read_text("utf-8"))["fields"]}


def object_of(name: str) -> str:
    return "Contact" if name == "ContactReportsTo" else name


@pytest.mark.parametrize("name", [*DESCRIBED, "ContactReportsTo"])
@pytest.mark.parametrize("folder", ["", "update/"])
def test_every_column_is_a_field_that_may_be_written(files: Exported, name: str, folder: str) -> None:
    if not (files.folder / f"{folder}{name}.csv").exists():
        assert folder
        return
    known = described(object_of(name))
    relations = {field["relationshipName"]: field for field in known.values() if field["relationshipName"]}
    for column in files.header(f"{folder}{name}"):
        base, dot, _target = column.partition(".")
        field = relations.get(base) if dot else known.get(base)
        if field is None:
            assert column.endswith("__c") or column == "CurrencyIsoCode", column
            continue
        again = folder or (Path(files.folder) / "update" / f"{name}.csv").exists()
        assert field["createable"] or folder
        assert field["updateable"] if folder or not again else True, column


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_value_fits_its_field(files: Exported, name: str) -> None:
    known = described(name)
    for row in files.rows(name):
        for column, cell in row.items():
            field = known.get(column)
            if field is None:
                continue
            if not cell:
                assert field["nillable"] or field["defaultedOnCreate"], column
                continue
            assert_fits(field, cell)


def assert_fits(field: dict[str, Any], cell: str) -> None:
    kind = field["type"]
    if kind in ("string", "textarea", "picklist", "email", "phone", "url"):
        assert len(cell.encode("utf-16-le")) // 2 <= field["length"], field["name"]
    if kind == "picklist":
        assert cell in [entry["value"] for entry in field["picklistValues"] if entry["active"]], field["name"]
    if kind in ("currency", "double", "percent", "int"):
        value = Decimal(cell)
        assert re.fullmatch(r"\d+(\.\d+)?", cell)
        if kind != "int" and field["precision"]:
            assert len(str(int(value))) <= field["precision"] - field["scale"]
            assert value == value.quantize(Decimal(1).scaleb(-field["scale"]))
    if kind == "date":
        assert dt.date.fromisoformat(cell).isoformat() == cell
    if kind == "boolean":
        assert cell in ("true", "false")


def test_every_required_field_has_a_column(files: Exported) -> None:
    for name in DESCRIBED:
        header = [column.partition(".")[0] for column in files.header(name)]
        for field in described(name).values():
            if field["createable"] and not field["nillable"] and not field["defaultedOnCreate"]:
                assert field["name"] in header or (field["relationshipName"] or "-") in header, field["name"]


def test_the_declared_lengths_are_no_larger_than_the_described_ones(plan: Plan) -> None:
    for name in DESCRIBED:
        sheet, known = plan.sheet(name), described(name)
        assert sheet is not None
        for one in sheet.fields:
            field = known.get(one.header)
            if field is not None and field["length"] and one.column.length:
                assert one.column.length <= field["length"], one.header


def test_every_reference_leads_to_a_row_of_a_file_before(files: Exported) -> None:
    seen: dict[str, set[str]] = {}
    for name in ORDER:
        rows = files.rows(name)
        for row in rows:
            for column, cell in row.items():
                relation, dot, target = column.rpartition(".")
                if dot and target == ID and cell:
                    assert cell in seen[PARENTS[relation]], (name, column)
        if rows and ID in rows[0]:
            keys = [row[ID] for row in rows]
            assert len(set(keys)) == len(keys)
            seen.setdefault(object_of(name), set()).update(keys)


def test_the_files_say_what_the_records_say(files: Exported) -> None:
    deals = {row[ID]: row for row in files.rows("Opportunity")}
    assert len(deals) == 12

    def deal(name: str) -> dict[str, str]:
        return deals[str(files.ids[name])]

    assert deal("plain") | {
        "Name": "Harbor Tools - Stock Count - 120 scanners",
        "StageName": "Needs Analysis",
        "Amount": "64800.00",
        "CurrencyIsoCode": "USD",
        "Probability": "30",
        "CloseDate": "2027-01-25",
        "Type": "New Customer",
        "Budget__c": "Needs approval",
    } == deal("plain")
    assert deal("japanese")["Name"] == "みなと工具 - 在庫カウント - 120台"
    assert deal("japanese")["CurrencyIsoCode"] == "JPY"
    assert re.fullmatch(r"\d+", deal("japanese")["Amount"])
    assert deal("euro")["CurrencyIsoCode"] == "EUR"
    assert LONG.strip() in deal("long")["Description"]
    assert FORMULA in deal("formula")["Description"]
    assert deal("formula")["Name"].startswith("@SUM(A1) Works")
    assert MULTILINE in deal("lines")["Description"]
    assert (deal("won")["StageName"], deal("won")["Amount"]) == ("Closed Won", "70000.00")
    assert (deal("won")["Probability"], deal("won")["CloseDate"]) == ("100", "2026-11-23")
    assert (deal("lost")["StageName"], deal("lost")["Probability"]) == ("Closed Lost", "0")
    assert deal("won")["Owner.Email"] == "ada.seller@example.com"
    assert deal("plain")["Owner.Email"] == ""
    own = deal("own")
    assert [own[name] for name in ("Region__c", "Seats_Planned__c", "Renewal__c", "Sponsor__c", "Tags__c")] == [
        "South",
        "250",
        "2030-03-31",
        "Dana Whitfield",
        "strategic;partner",
    ]
    assert own["Memo__c"] == MULTILINE


def test_accounts_that_deals_share_come_once(files: Exported) -> None:
    names = [row["Name"] for row in files.rows("Account")]
    assert names.count("株式会社みなと工具") == 1
    assert len(names) == 11


def roles_of(files: Exported, name: str) -> Rows:
    wanted = str(files.ids[name])
    return [row for row in files.rows("OpportunityContactRole") if row[f"Opportunity.{ID}"] == wanted]


def test_fifteen_people_have_a_role_each_and_one_is_primary(files: Exported) -> None:
    roles = roles_of(files, "committee")
    assert len(roles) == 15
    assert [row["IsPrimary"] for row in roles].count("true") == 1
    names = {row[ID]: (row["LastName"], row["FirstName"]) for row in files.rows("Contact")}
    told = {names[row[f"Contact.{ID}"]] for row in roles}
    assert {("van Beethoven", "Ludwig"), ("Cher", ""), ("O'Neil", "Tatum"), ("山田太郎", ""), ("김", "민수")} <= told


def test_the_shares_of_line_items_add_up_to_the_amount(files: Exported) -> None:
    lines = files.rows("OpportunityLineItem")
    for row in files.rows("Opportunity"):
        total = sum(Decimal(line["TotalPrice"]) for line in lines if line[f"Opportunity.{ID}"] == row[ID])
        if row[ID] != str(files.ids["won"]):
            assert total == Decimal(row["Amount"]), row["Name"]
    (note,) = [flaw for flaw, _count in files.result.notes.values() if flaw.column == "TotalPrice"]
    assert note.record == files.ids["won"]


def test_the_tree_is_flat_and_its_references_are_those_that_are_resolved(files: Exported) -> None:
    tree = files.folder / "tree"
    plan = json.loads((tree / "plan.json").read_bytes())
    given: set[str] = set()
    for entry in plan:
        assert set(entry) == {"sobject", "files"}
        (name,) = entry["files"]
        raw = (tree / name).read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf")
        own: set[str] = set()
        for record in json.loads(raw)["records"]:
            attributes = record.pop("attributes")
            assert attributes["type"] == entry["sobject"]
            own.add(attributes["referenceId"])
            for key, value in record.items():
                assert isinstance(value, str | int | float | bool), (name, key)
                if isinstance(value, str) and re.match(r"^@\w+Ref\d+$", value):
                    assert value[1:] in given, (name, key)
                    assert key.endswith("Id")
        assert own.isdisjoint(given)
        given |= own
    assert {"AccountRef1", "ContactRef1", "OpportunityRef12"} <= given
    assert len(json.loads((tree / "Opportunity.json").read_bytes())["records"]) == 12


def test_amounts_of_the_tree_are_numbers_to_the_last_digit(files: Exported) -> None:
    rows = {row[ID]: row for row in files.rows("Opportunity")}
    told = json.loads((files.folder / "tree" / "Opportunity.json").read_text("utf-8"), parse_float=Decimal)
    for record in told["records"]:
        assert Decimal(record["Amount"]) == Decimal(rows[record[ID]]["Amount"])
        assert record["Probability"] == int(rows[record[ID]]["Probability"])
