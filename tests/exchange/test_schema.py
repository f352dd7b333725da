import json
from typing import Any

import pytest

from oppwizard import i18n
from oppwizard.data.tables import PARTS
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.schema import record_schema
from oppwizard.model.fields import FIELDS
from oppwizard.model.record import Record
from oppwizard.walk import Walk


def _section(schema: dict[str, Any], entity: str, model: str) -> dict[str, Any]:
    held = schema["properties"][entity]
    if entity in ("opportunity", "account"):
        return held["properties"]  # type: ignore[no-any-return]
    items = held["items"]["properties"]
    return items[model]["properties"] if entity == "people" else items  # type: ignore[no-any-return]


def test_every_declared_field_is_described() -> None:
    schema = record_schema()
    for spec in FIELDS.values():
        entry = _section(schema, spec.entity, spec.model.__name__.lower())[spec.name]
        assert entry["title"] == str(spec.ask.label)
        if spec.choices:
            assert (entry.get("items") or entry)["enum"] == [member.value for member in spec.choices]
        if spec.max_length:
            assert entry["maxLength"] == spec.max_length


def test_formats_and_bounds() -> None:
    deal = _section(record_schema(), "opportunity", "")
    assert deal["close_on"]["format"] == "date"
    assert deal["decision_maker_id"]["format"] == "uuid"
    assert deal["created_at"]["format"] == "date-time"
    assert (deal["term_months"]["exclusiveMinimum"], deal["term_months"]["maximum"]) == (0, 240)
    assert deal["probability"]["maximum"] == 100
    assert deal["budget_amount"]["type"] == "number"
    assert deal["facts_confirmed"]["type"] == "boolean"


def test_it_speaks_the_language_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "translate", lambda msgid: f"[{i18n.language()}] {msgid}")
    i18n.use("ja")
    schema = record_schema()
    assert schema["title"] == "[ja] Sales opportunity"
    status = _section(schema, "opportunity", "")["budget_status"]
    assert status["title"] == "[ja] Budget status"
    assert status["x-labels"]["allocated"] == "[ja] Allocated"
    assert len(schema["properties"]) >= 5 + len(PARTS)


def test_exports_are_valid(walk: Walk, finished: Record) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = record_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    document = json.loads(dumps(to_document(finished, walk)))
    assert [error.message for error in validator.iter_errors(document)] == []
    document["opportunity"]["budget_status"] = "maybe"
    document["account"]["color"] = "blue"
    assert len(list(validator.iter_errors(document))) == 2


def test_every_key_of_an_export_is_in_it(walk: Walk, finished: Record) -> None:
    _within(json.loads(dumps(to_document(finished, walk))), record_schema())


def _within(value: Any, schema: dict[str, Any]) -> None:
    if isinstance(value, dict) and "properties" in schema:
        for key, item in value.items():
            assert key in schema["properties"], key
            _within(item, schema["properties"][key])
    elif isinstance(value, list):
        for item in value:
            _within(item, schema["items"])
