"""The imports for HubSpot, held against its published descriptions and against what its guide says of requests."""

import json
from typing import Any, Final

import jsonschema
import pytest

from tests.exchange.conftest import SHARED
from tests.exchange.crm.conftest import Exported, Exporter

_TEXT: Final = {"type": "string", "minLength": 1}
_KEY: Final = "HUBSPOT_ALTERNATE_ID"
REQUEST: Final = {
    "type": "object",
    "required": ["name", "importOperations", "files"],
    "additionalProperties": False,
    "properties": {
        "name": _TEXT,
        "importOperations": {
            "type": "object",
            "propertyNames": {"pattern": "^0-[0-9]+$"},
            "additionalProperties": {"enum": ["CREATE", "UPDATE", "UPSERT"]},
        },
        "dateFormat": {"enum": ["MONTH_DAY_YEAR", "DAY_MONTH_YEAR", "YEAR_MONTH_DAY"]},
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["fileName", "fileFormat", "fileImportPage"],
                "additionalProperties": False,
                "properties": {
                    "fileName": {"type": "string", "pattern": r"\.csv$"},
                    "fileFormat": {"enum": ["CSV", "SPREADSHEET"]},
                    "fileImportPage": {
                        "type": "object",
                        "required": ["hasHeader", "columnMappings"],
                        "additionalProperties": False,
                        "properties": {
                            "hasHeader": {"const": True},
                            "columnMappings": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["columnObjectTypeId", "columnName", "propertyName"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "columnObjectTypeId": {"type": "string", "pattern": "^0-[0-9]+$"},
                                        "columnName": _TEXT,
                                        "propertyName": {"type": ["string", "null"]},
                                        "columnType": {"enum": ["STANDARD", "HUBSPOT_OBJECT_ID", _KEY]},
                                        "toColumnObjectTypeId": {"type": "string", "pattern": "^0-[0-9]+$"},
                                        "foreignKeyType": {"type": "object"},
                                        "associationIdentifierColumn": {"type": "boolean"},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""A request, as the guide of the imports interface describes it; the published description has it as a bare text."""


@pytest.fixture
def files(exported: Exporter) -> Exported:
    return exported("hubspot")


def published(name: str) -> dict[str, Any]:
    path = SHARED / "crm_api" / "hubspot" / f"{name}.2026-09.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def check(description: dict[str, Any], schema: str, value: Any) -> None:
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", "components": description["components"]})


def requests(files: Exported) -> list[dict[str, Any]]:
    return [json.loads((files.folder / f"import-{number}.json").read_bytes()) for number in (1, 2, 3)]


def mapped(request: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(file["fileName"], file["fileImportPage"]["columnMappings"]) for file in request["files"]]


def test_every_request_is_one(files: Exported) -> None:
    for request in requests(files):
        jsonschema.validate(request, REQUEST)


def test_every_column_is_mapped_in_the_order_of_the_file(files: Exported) -> None:
    names = []
    for request in requests(files):
        for file, columns in mapped(request):
            assert [column["columnName"] for column in columns] == files.header(file.removesuffix(".csv"))
            assert {column["columnObjectTypeId"] for column in columns} <= request["importOperations"].keys()
            names.append(file)
    assert sorted(names) == sorted(path.name for path in files.folder.glob("*.csv"))


def test_rows_are_found_again_by_our_identity(files: Exported) -> None:
    first = requests(files)[0]
    assert first["importOperations"] == {"0-2": "UPSERT", "0-1": "UPSERT", "0-3": "UPSERT"}
    for _file, columns in mapped(first):
        (key,) = [column for column in columns if column.get("columnType") == _KEY]
        assert key["propertyName"] == "oppwizard_id"
    for request in requests(files)[1:]:
        ((_file, columns),) = mapped(request)
        keys = [column for column in columns if column.get("columnType") == _KEY]
        assert {column["propertyName"] for column in keys} == {"oppwizard_id"}
        assert len({column["columnObjectTypeId"] for column in keys}) == 2


def test_files_are_linked_by_a_column_that_they_have_in_common(files: Exported) -> None:
    (request, *_others) = requests(files)
    owners = {
        column["columnName"]: column["columnObjectTypeId"]
        for _file, columns in mapped(request)
        for column in columns
        if column.get("associationIdentifierColumn")
    }
    links = [column for _file, columns in mapped(request) for column in columns if "toColumnObjectTypeId" in column]
    assert len(links) == 2
    for link in links:
        assert owners[link["columnName"]] == link["toColumnObjectTypeId"]
        assert link["propertyName"] is None
        check(published("deals"), "AssociationSpec", link["foreignKeyType"])


def test_references_lead_to_rows(files: Exported) -> None:
    companies = {row["oppwizard_company_id"] for row in files.rows("companies")}
    contacts = {row["oppwizard_contact_id"] for row in files.rows("contacts")}
    deals = {row["oppwizard_deal_id"] for row in files.rows("deals")}
    assert deals == {str(one) for one in files.ids.values()}
    for name in ("contacts", "deals"):
        assert {row["oppwizard_company_id"] for row in files.rows(name)} <= companies
    pairs = [(row["oppwizard_deal_id"], row["oppwizard_contact_id"]) for row in files.rows("deal_contacts")]
    assert len(set(pairs)) == len(pairs)
    assert {deal for deal, _contact in pairs} == deals
    assert {contact for _deal, contact in pairs} == contacts
    assert {row["oppwizard_deal_id"] for row in files.rows("line_items")} == deals


def test_rows_are_properties_as_the_objects_interface_has_them(files: Exported) -> None:
    for name, key in (("companies", "company"), ("contacts", "contact"), ("deals", "deal")):
        rows = [
            {"idProperty": "oppwizard_id", "id": row.pop(f"oppwizard_{key}_id"), "properties": row}
            for row in files.rows(name)
        ]
        check(published("objects"), "BatchInputSimplePublicObjectBatchInputUpsert", {"inputs": rows})


def test_a_deal_has_its_own_currency_and_the_closed_ones_their_reasons(files: Exported) -> None:
    deals = {row["oppwizard_deal_id"]: row for row in files.rows("deals")}
    assert {row["deal_currency_code"] for row in deals.values()} == {"USD", "JPY", "EUR"}
    won, lost = deals[str(files.ids["won"])], deals[str(files.ids["lost"])]
    assert (won["dealstage"], won["closed_won_reason"], won["closed_lost_reason"]) == ("closedwon", "Best value", "")
    assert (lost["dealstage"], lost["closed_won_reason"]) == ("closedlost", "")
    assert lost["closed_lost_reason"] == "Price / Scanner vendor of today"
