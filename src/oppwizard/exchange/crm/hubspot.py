"""The requests of HubSpot's imports interface: every column of every file, in the order of the file."""

import json
from collections.abc import Iterator
from typing import Any, Final

from oppwizard.exchange.crm.plans import Field, Plan, Sheet

_KEY: Final = "HUBSPOT_ALTERNATE_ID"
"""A property of which no two records have the same value."""


def requests(plan: Plan) -> Iterator[tuple[str, str]]:
    """The requests with the names of their files, in the order in which they are to be sent."""
    for number, sheets in enumerate(_together(plan), start=1):
        text = json.dumps(_request(plan, sheets, number), ensure_ascii=False, indent=2)
        yield request_name(number), text + "\n"


def request_name(number: int) -> str:
    """The name of a request's file."""
    return f"import-{number}.json"


def _together(plan: Plan) -> list[list[Sheet]]:
    """The files of each import: those of one object each are linked in one go; one with columns of two stands alone."""
    single = [sheet for sheet in plan.sheets if not _others(sheet)]
    return [single, *([sheet] for sheet in plan.sheets if _others(sheet))]


def files_of(plan: Plan) -> list[tuple[str, list[str]]]:
    """Each request's file with the files that go with it."""
    return [
        (request_name(number), [f"{sheet.name}.csv" for sheet in sheets])
        for number, sheets in enumerate(_together(plan), start=1)
    ]


def _others(sheet: Sheet) -> set[str]:
    return {one.column.object for one in sheet.fields if one.column.object} - {sheet.object}


def _request(plan: Plan, sheets: list[Sheet], number: int) -> dict[str, Any]:
    operations = {sheet.object: "UPSERT" if sheet.key else "UPDATE" for sheet in sheets}
    operations |= {other: "UPDATE" for sheet in sheets for other in sorted(_others(sheet))}
    return {
        "name": f"oppwizard {number}: {', '.join(sheet.name for sheet in sheets)}",
        "importOperations": operations,
        "dateFormat": "YEAR_MONTH_DAY",
        "files": [_file(plan, sheet, sheets) for sheet in sheets],
    }


def _file(plan: Plan, sheet: Sheet, sheets: list[Sheet]) -> dict[str, Any]:
    return {
        "fileName": f"{sheet.name}.csv",
        "fileFormat": "CSV",
        "fileImportPage": {
            "hasHeader": True,
            "columnMappings": [_column(plan, sheet, one, sheets) for one in sheet.fields],
        },
    }


def _column(plan: Plan, sheet: Sheet, one: Field, sheets: list[Sheet]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "columnObjectTypeId": one.column.object or sheet.object,
        "columnName": one.header,
        "propertyName": one.called,
    }
    target = plan.sheet(one.column.refers) if one.column.refers else None
    if target is not None and one.column.association is not None:
        said["propertyName"] = None
        said["toColumnObjectTypeId"] = target.object
        said["foreignKeyType"] = {
            "associationTypeId": one.column.association,
            "associationCategory": "HUBSPOT_DEFINED",
        }
    elif one.header == sheet.key or target is not None:
        said["columnType"] = _KEY
    if one.header == sheet.key and any(_is_common(other, one.header) for other in sheets if other is not sheet):
        said["associationIdentifierColumn"] = True
    return said


def _is_common(sheet: Sheet, header: str) -> bool:
    return any(one.header == header and one.column.association is not None for one in sheet.fields)
