"""The organisation's own fields in files: out and in again, in the schema, and what no playbook asks for any more."""

import csv
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from jsonschema import Draft202012Validator

from oppwizard.context import Context
from oppwizard.data.tables import values_of
from oppwizard.exchange.assembly import Assembly
from oppwizard.exchange.callsheet import call_sheet
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.export import ExportResult, export
from oppwizard.exchange.reading import import_file
from oppwizard.exchange.schema import record_schema
from oppwizard.exchange.shape import Shape
from oppwizard.i18n import use
from oppwizard.model.fields import CUSTOM, fields_of
from oppwizard.model.findings import Address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.process.entry import accept
from oppwizard.process.required import is_missing
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.move import Edits
from tests.own import STORED, TYPED, book, with_playbook

BOOK = book()
LESS = """
version = "instruments-5"
[[fields]]
name = "incumbent_device"
label = "Device"
[[fields]]
name = "safety_class"
label = "Safety class"
kind = "integer"
"""


def at(name: str) -> Address:
    return Address(CUSTOM, name)


def exported(walk: Walk, record: Record, folder: Path) -> dict[str, Any]:
    export(walk, [record.id], "json", folder, drafts=True)
    document: dict[str, Any] = json.loads((folder / "opportunities.json").read_text("utf-8"), parse_float=Decimal)
    return document


def elsewhere(folder: Path, context: Context, text: str | None = None) -> Walk:
    """Another store, with the playbook or with another one."""
    folder.mkdir()
    return open_walk(with_playbook(Context("other", folder / "store.db", None, context.clock), text))


def test_an_export_has_them_all_and_fits_its_schema(own_walk: Walk, own: Record, tmp_path: Path) -> None:
    document = exported(own_walk, own, tmp_path)
    held = document["custom"]
    assert {f"custom.{name}" for name in held} == set(TYPED)
    assert {name: held[name] for name in STORED} == STORED
    people = {one["contact"]["name"]: one["stakeholder"]["id"] for one in document["people"]}
    assert held["plant_contact"] == people["Luis Ferrer"]
    assert held["trained_people"] == [people["Luis Ferrer"], people["Dana Whitfield"]]
    schema = record_schema()
    Draft202012Validator.check_schema(schema)
    plain = json.loads(dumps(document))
    assert list(Draft202012Validator(schema).iter_errors(plain)) == []


def test_the_schema_says_what_each_field_takes(own_walk: Walk) -> None:
    held = record_schema()["properties"]["custom"]["properties"]
    assert held["safety_class"]["enum"] == ["a", "b", "c"]
    assert held["safety_class"]["x-labels"]["b"] == "Class B: guarded"
    assert (held["parts_a_day"]["minimum"], held["parts_a_day"]["maximum"]) == (1, 1_000_000)
    assert held["export_licence"]["maxLength"] == 40
    assert held["incumbent_device"]["description"] == "Maker, model and year of purchase."
    plain = json.loads(dumps({"custom": {"safety_class": "d", "parts_a_day": 0, "clean_room": "no"}}))
    faults = Draft202012Validator(record_schema()["properties"]["custom"]).iter_errors(plain["custom"])
    assert {fault.path[0] for fault in faults} == {"safety_class", "parts_a_day", "clean_room"}
    use("ja")
    assert record_schema()["properties"]["custom"]["properties"]["safety_class"]["title"] == "安全等級"


def test_the_calling_store_reads_back_what_another_one_wrote(
    own_walk: Walk, own: Record, tmp_path: Path, context: Context
) -> None:
    document = exported(own_walk, own, tmp_path)
    other = elsewhere(tmp_path / "other", context)
    try:
        outcomes = import_file(other, tmp_path / "opportunities.json")
        assert outcomes[0].problems == []
        assert outcomes[0].id == own.id
        told = to_document(other.load(own.id), other)
        assert json.loads(dumps(told)) == json.loads(dumps(document))
        again = import_file(other, tmp_path / "opportunities.json")
        assert (again[0].existed, again[0].problems) == (True, [])
    finally:
        other.store.close()


def test_a_hand_written_record_is_read_as_it_would_be_typed(own_walk: Walk, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    people = [{"name": "Luis Ferrer"}, {"name": "Dana Whitfield"}]
    document: dict[str, Any] = {
        "account": "Kurbel",
        "currency": "EUR",
        "people": people,
        "custom.safety_class": "Class C",
    }
    document["custom"] = {
        path.removeprefix("custom."): text for path, text in TYPED.items() if path != "custom.safety_class"
    } | {"parts_a_day": "many", "unknown_field": 1}
    file.write_text(json.dumps(document), "utf-8")
    outcome = import_file(own_walk, file)[0]
    assert outcome.id is not None
    record = own_walk.load(outcome.id)
    assert record.custom.safety_class.value == "c"  # type: ignore[attr-defined]
    assert record.pending == {"custom.parts_a_day": "many"}
    assert [place for place, _said in outcome.problems] == ["custom.unknown_field", "custom.parts_a_day"]
    missing = {spec.name for spec in fields_of(CUSTOM) if is_missing(getattr(record.custom, spec.name))}
    assert missing == {"parts_a_day"}


def test_csv_has_a_column_for_each_and_names_beside_people(own_walk: Walk, own: Record, tmp_path: Path) -> None:
    export(own_walk, [own.id], "csv", tmp_path, drafts=True)
    row = _row(tmp_path)
    assert row["custom.incumbent_device"] == "Mitaka CM-3, 2011"
    assert row["custom.measured_values"] == "length;roughness"
    assert (row["custom.clean_room"], row["custom.finest_tolerance"]) == ("false", "0.5")
    assert row["custom.plant_contact_name"] == "Luis Ferrer"
    assert row["custom.trained_people_names"] == "Luis Ferrer; Dana Whitfield"
    assert row["custom.tolerance_story"].count("\n") == 1
    assert row["custom_other"] == ""


def _row(folder: Path) -> dict[str, str]:
    with (folder / "opportunities.csv").open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.DictReader(stream))


def test_a_formula_in_a_field_of_our_own_is_no_formula_in_a_spreadsheet(
    own_walk: Walk, own: Record, tmp_path: Path
) -> None:
    own_walk.save(own_walk.set(own, at("export_licence"), "=HYPERLINK(0)"))
    export(own_walk, [own.id], "csv", tmp_path, "excel", drafts=True)
    assert _row(tmp_path)["custom.export_licence"] == "'=HYPERLINK(0)"


# What no playbook asks for any more


@pytest.fixture
def less(own_walk: Walk, own: Record, context: Context) -> Walk:
    """The walk by a playbook that asks for less, and for one thing differently."""
    return Walk(own_walk.store, book(LESS, context.store.parent), own_walk.context)


def test_exports_keep_what_is_asked_for_no_more_and_say_so(less: Walk, own: Record, tmp_path: Path) -> None:
    record = less.load(own.id)
    document = exported(less, record, tmp_path)
    assert document["custom"]["incumbent_device"] == "Mitaka CM-3, 2011"
    assert document["custom"]["shift_begins"] == "06:30:00"
    assert document["custom"]["scrap_cost"] == "120000"
    assert "safety_class" not in document["custom"]
    assert document["custom_other"] == {"safety_class": "b"}
    assert list(Draft202012Validator(record_schema()).iter_errors(json.loads(dumps(document)))) == []
    result: ExportResult = export(less, [own.id], "csv", tmp_path, drafts=True)
    row = _row(tmp_path)
    other = json.loads(row["custom_other"])
    assert other["safety_class"] == "b"
    assert set(other) == set(record.opportunity.custom) - {"incumbent_device"}
    assert row["custom.safety_class"] == ""
    assert "safety_class (1)" in str(result.note)
    assert set(result.kept) == set(other)


def test_what_one_playbook_asks_for_goes_through_the_store_of_another(
    own_walk: Walk, own: Record, tmp_path: Path, context: Context
) -> None:
    """From a store that asks for all of it to one that does not, and back into one that does."""
    document = exported(own_walk, own, tmp_path)
    between = elsewhere(tmp_path / "between", context, LESS)
    try:
        outcome = import_file(between, tmp_path / "opportunities.json")[0]
        assert [place for place, _said in outcome.problems if place.startswith("custom")] == ["custom.safety_class"]
        held = between.load(own.id)
        assert held.misfits == {"safety_class": "b"}
        exported(between, held, tmp_path / "between")
    finally:
        between.store.close()
    last = elsewhere(tmp_path / "last", context)
    try:
        outcome = import_file(last, tmp_path / "between" / "opportunities.json")[0]
        assert [place for place, _said in outcome.problems if place.startswith("custom")] == []
        told = to_document(last.load(own.id), last)["custom"]
        assert json.loads(dumps(told)) == json.loads(dumps(document["custom"]))
    finally:
        last.store.close()


def test_answers_that_no_store_holds_are_refused_and_named(own_walk: Walk, own: Record, tmp_path: Path) -> None:
    document = exported(own_walk, own, tmp_path)
    document["opportunity"].pop("id")
    bad = {"nested": [["x"]], "object": {"a": 1}, "much": ["x"] * 201, "long" * 20: 1, "huge": 10**30, "none": [None]}
    document["custom"] |= bad
    document["custom"]["fine"] = [1, "a", True, Decimal("0.5")]
    file = tmp_path / "changed.json"
    file.write_text(dumps(document), "utf-8")
    outcome = import_file(own_walk, file)[0]
    assert outcome.id is not None
    assert {place.split(".")[1][:8] for place, _said in outcome.problems if place.startswith("custom.")} == {
        name[:8] for name in bad
    }
    assert own_walk.load(outcome.id).unasked == {"fine": [1, "a", True, "0.5"]}


def test_a_field_called_like_a_built_in_one_is_not_taken_for_it(own_walk: Walk, own: Record, tmp_path: Path) -> None:
    text = """
    [[fields]]
    name = "close_on"
    label = "Close on"
    [[fields]]
    name = "annual_revenue"
    label = "Revenue of the plant"
    kind = "money"
    """
    walk = Walk(own_walk.store, book(text, tmp_path), own_walk.context)
    record = walk.load(own.id)
    date = record.opportunity.close_on
    record = walk.save(walk.set(record, at("close_on"), "Friday evening")).record
    record = walk.save(walk.set(record, at("annual_revenue"), "5k")).record
    document = exported(walk, record, tmp_path)
    assert document["custom"]["close_on"] == "Friday evening"
    assert document["opportunity"]["close_on"] == (date.isoformat() if date else None)


# Whatever is answered


def _texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)


def _answers(playbook: Playbook) -> st.SearchStrategy[dict[str, Any]]:
    """Values as the types of the fields take them, for any of the fields."""
    of_kind: dict[str, st.SearchStrategy[Any]] = {
        "line": _texts().filter(lambda text: bool(text.strip())),
        "long": _texts().filter(lambda text: bool(text.strip())),
        "date": st.dates(),
        "time": st.times(),
        "integer": st.integers(1, 1_000_000),
        "decimal": st.decimals("0.001", 1000, places=4),
        "percent": st.decimals(0, 100, places=2),
        "money": st.decimals(0, 10**9, places=4),
        "currency": st.sampled_from(["EUR", "JPY", "USD"]),
        "yes_no": st.booleans(),
        "pick": st.sampled_from(["north", "south"]),
        "email": st.just("a@example.com"),
        "phone": st.just("+4930901820"),
    }
    drawn = {field.name: of_kind[field.kind] for field in playbook.fields if field.kind in of_kind}
    choices = {
        field.name: st.sampled_from([option.value for option in field.choices])
        for field in playbook.fields
        if field.kind == "choice"
    }
    several = {"measured_values": st.lists(st.sampled_from(["length", "angle", "roughness"]), min_size=1, unique=True)}
    return st.fixed_dictionaries({}, optional={**drawn, **choices, **several})


@settings(max_examples=30)
@given(answers=_answers(BOOK))
def test_any_answers_come_back_as_they_went_out(own_walk: Walk, own: Record, answers: dict[str, Any]) -> None:
    edits = Edits(replace(own, opportunity=Opportunity(**values_of(own.opportunity))))
    for spec in fields_of(CUSTOM):
        edits.set(edits.record.custom, spec.name, accept(spec, answers.get(spec.name)))
    document = json.loads(dumps(to_document(edits.record, own_walk)), parse_float=Decimal)
    held = json.loads(dumps(document.get("custom", {})))
    assert list(Draft202012Validator(record_schema()["properties"]["custom"]).iter_errors(held)) == []
    told = Assembly(own_walk, Shape(document))
    assert told.problems == []
    assert told.record.custom == edits.record.custom


# What to ask whom


def test_the_call_sheet_asks_in_the_playbooks_words(own_walk: Walk, own: Record) -> None:
    record = own_walk.save(own_walk.set(own, at("incumbent_device"), "")).record
    record = own_walk.save(own_walk.set(record, at("invoice_email"), "")).record
    sheet = call_sheet(own_walk, record, "text")
    assert "Which device do you measure with today?" in sheet
    assert "Address for invoices is missing" in sheet
    assert sheet.index("Device in use is missing") < sheet.index("Anyone at the customer")
