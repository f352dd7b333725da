"""The organisation's own fields in the walk: answered, undone, merged with what others did, logged, found, copied."""

import datetime as dt
import json
from decimal import Decimal
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.data.queries import ListQuery
from oppwizard.errors import ValueProblem
from oppwizard.i18n import use
from oppwizard.model.enums import Severity, Stage
from oppwizard.model.fields import CUSTOM, FIELDS, fields_of
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.process.entry import show
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.changed import unfolded, worded
from tests.own import TYPED, book, give, with_playbook


def at(name: str) -> Address:
    return Address(CUSTOM, name)


def test_the_playbook_asks_for_every_kind_of_field() -> None:
    from typing import get_args

    from oppwizard.playbook.fields import CustomKind

    fields = book().fields
    assert len(fields) == len(TYPED) == 20
    assert {field.kind for field in fields} == set(get_args(CustomKind))
    assert {f"custom.{field.name}" for field in fields} == set(TYPED)


def test_an_answer_is_stored_and_shown_as_it_would_be_typed_again(own_walk: Walk, own: Record) -> None:
    for path in TYPED:
        spec, value = FIELDS[path], own.value(address(path))
        assert value not in (None, []), path
        text = show(spec, value, own, own_walk.playbook)
        assert own_walk.reader(own).read(spec, text) == value, path


def test_values_are_of_the_types_of_their_kinds(own: Record) -> None:
    held = own.custom
    people = {person.name: person.id for person in own.people}
    values = {spec.name: getattr(held, spec.name) for spec in fields_of(CUSTOM)}
    assert values["plants_visited_on"] == dt.date(2026, 11, 18)
    assert values["shift_begins"] == dt.time(6, 30)
    assert (values["parts_a_day"], values["finest_tolerance"]) == (1200, Decimal("0.5"))
    assert (values["scrap_cost"], values["clean_room"]) == (Decimal(120_000), False)
    assert values["plant_contact"] == people["Luis Ferrer"]
    assert values["trained_people"] == [people["Luis Ferrer"], people["Dana Whitfield"]]
    assert [one.value for one in values["measured_values"]] == ["length", "roughness"]


NO_VALUES = (
    ("custom.safety_class", "Class D"),
    ("custom.measured_values", "length, weight"),
    ("custom.parts_a_day", "0"),
    ("custom.parts_a_day", "1.5"),
    ("custom.finest_tolerance", "0.0005"),
    ("custom.scrap_rate", "101"),
    ("custom.scrap_cost", "EUR 5"),
    ("custom.purchase_currency", "Euros perhaps"),
    ("custom.clean_room", "sometimes"),
    ("custom.region", "West"),
    ("custom.shift_begins", "early"),
    ("custom.invoice_email", "accounts"),
    ("custom.gate_phone", "12"),
    ("custom.export_licence", "x" * 41),
    ("custom.trained_people", "Nobody Known"),
    ("custom.plants_visited_on", "when possible"),
)


def test_what_is_no_value_of_a_field_is_refused_and_says_what_would_be(own_walk: Walk, own: Record) -> None:
    for path, text in NO_VALUES:
        before = own.value(address(path))
        with pytest.raises(ValueProblem) as refused:
            own_walk.set(own, address(path), text)
        assert refused.value.remedy, path
        assert own.value(address(path)) == before, path


def test_somebody_new_who_is_named_in_a_field_joins_the_people(own_walk: Walk, own: Record) -> None:
    own_walk.save(own_walk.set(own, at("plant_contact"), "Petra Lund"))
    stored = own_walk.load(own.id)
    person = stored.person(stored.custom.plant_contact)  # type: ignore[attr-defined]
    assert person is not None
    assert person.name == "Petra Lund"


def test_who_leaves_the_record_is_named_by_no_field_any_more(own_walk: Walk, own: Record) -> None:
    luis = next(person for person in own.people if person.name == "Luis Ferrer")
    stored = own_walk.save(own_walk.remove(own, "people", luis.id)).record
    held = own_walk.load(stored.id).custom
    assert held.plant_contact is None  # type: ignore[attr-defined]
    assert luis.id not in held.trained_people  # type: ignore[attr-defined]
    assert len(held.trained_people) == 1  # type: ignore[attr-defined]


# Gates


def test_gates_ask_for_them_as_the_playbook_says(own_walk: Walk, own: Record) -> None:
    empty = own
    for path in TYPED:
        empty = own_walk.save(own_walk.set(empty, address(path), "")).record
    said = {str(f.at): f for f in own_walk.verdict(empty).findings if f.at.entity == CUSTOM}
    needs = {field.path: field.need for field in own_walk.playbook.fields}
    for path, need in needs.items():
        found = said.get(path)
        if need == "optional":
            assert found is None
        else:
            assert found is not None
            assert (found.code, found.severity, int(found.stage)) == (
                ("missing", Severity.BLOCK, int(FIELDS[path].ask.stage))
                if need == "required"
                else ("recommended", Severity.INFO, int(FIELDS[path].ask.stage))
            )
    assert {str(f.at) for f in own_walk.verdict(give(own_walk, empty)).findings if f.at.entity == CUSTOM} == set()


def test_placeholders_of_the_program_and_of_the_organisation_are_refused(own_walk: Walk, own: Record) -> None:
    for text in ("TBD", "as usual", "未定", "いつも通り", "Device in use"):
        said = own_walk.set(own, at("incumbent_device"), text).verdict.findings
        assert [(f.code, f.blocks) for f in said if f.at == at("incumbent_device")] == [("placeholder", True)], text


def test_a_finding_and_a_label_are_in_the_language_in_use(own_walk: Walk, own: Record) -> None:
    move = own_walk.set(own, at("incumbent_device"), "")
    finding = next(f for f in move.verdict.findings if f.at == at("incumbent_device"))
    assert "Device in use" in str(finding.message)
    use("ja")
    assert "使用中の機器" in str(finding.message)


# Undo, and others who write at the same time


def test_undo_and_redo_go_field_by_field(own_walk: Walk, own: Record) -> None:
    record = own_walk.save(own_walk.set(own, at("parts_a_day"), "9")).record
    record = own_walk.save(own_walk.set(record, at("export_licence"), "Granted")).record
    for back, expected in (
        (True, (9, TYPED["custom.export_licence"])),
        (True, (1200, TYPED["custom.export_licence"])),
        (False, (9, TYPED["custom.export_licence"])),
        (False, (9, "Granted")),
    ):
        move = own_walk.undo(record) if back else own_walk.redo(record)
        assert move is not None
        record = own_walk.save(move).record
        held = own_walk.load(record.id).custom
        assert (held.parts_a_day, held.export_licence) == expected  # type: ignore[attr-defined]


def test_two_people_at_two_fields_do_not_get_in_each_others_way(own_walk: Walk, own: Record) -> None:
    mine, theirs = own_walk.load(own.id), own_walk.load(own.id)
    own_walk.save(own_walk.set(theirs, at("parts_a_day"), "77"))
    late = own_walk.set(mine, at("region"), "South")
    assert late.batch is not None
    fresh, moves, conflicts = own_walk.rebase(own.id, [late.batch])
    assert conflicts == []
    for move in moves:
        own_walk.save(move)
    held = own_walk.load(fresh.id).custom
    assert (held.parts_a_day, held.region) == (77, "south")  # type: ignore[attr-defined]


def test_two_people_at_one_field_are_shown_both_values(own_walk: Walk, own: Record) -> None:
    mine, theirs = own_walk.load(own.id), own_walk.load(own.id)
    own_walk.save(own_walk.set(theirs, at("plants_visited_on"), "2026-11-19"))
    late = own_walk.set(mine, at("plants_visited_on"), "2026-11-20")
    assert late.batch is not None
    fresh, moves, conflicts = own_walk.rebase(own.id, [late.batch])
    assert [(one.path, one.theirs, one.mine) for one in conflicts] == [
        ("custom.plants_visited_on", "2026-11-19", "2026-11-20")
    ]
    assert moves == []
    own_walk.save(own_walk.insist(fresh, conflicts[0]))
    assert own_walk.load(own.id).value(at("plants_visited_on")) == dt.date(2026, 11, 20)


# The log, the list, a copy


def test_the_log_tells_each_field_by_its_name(own_walk: Walk, own: Record) -> None:
    own_walk.save(own_walk.set(own, at("safety_class"), "Class C"))
    newest = next(iter(unfolded(own_walk.store.history(own.id, limit=1))))
    assert (newest.field, newest.old, newest.new) == ("custom.safety_class", '"b"', '"c"')
    told = worded(own_walk, own, newest)
    assert told is not None
    assert (str(told.what), told.old, told.new) == ("Safety class", "Class B: guarded", "Class C: hand in hand")
    assert told.where == at("safety_class")
    assert "custom.safety_class" in own_walk.told_history(own)[0]


FOUND_BY = ("mitaka", "second shift", "class b", "保護あり", "roughness", "粗さ", "north", "北", "invoices@ex", "3b001")


def test_the_list_finds_a_record_by_what_its_own_fields_say(own_walk: Walk, own: Record) -> None:
    for words in FOUND_BY:
        assert [row.id for row in own_walk.store.page(ListQuery(text=words)).rows] == [own.id], words
    own_walk.save(own_walk.set(own_walk.load(own.id), at("export_licence"), "Withdrawn"))
    found = own_walk.store.page(ListQuery(text="3b001")).rows
    assert [row.id for row in found] == []


def test_a_copy_takes_what_the_playbook_lets_it(own_walk: Walk, own: Record) -> None:
    copy = own_walk.load(own_walk.duplicate(own).id)
    held = copy.custom
    assert copy.id != own.id
    assert held.region == "north"  # type: ignore[attr-defined]
    assert held.clean_room is False  # type: ignore[attr-defined]
    contact: UUID = held.plant_contact  # type: ignore[attr-defined]
    twin = copy.person(contact)
    assert twin is not None
    assert twin.name == "Luis Ferrer"
    assert set(copy.opportunity.custom) == {"plant_contact", "measured_values", "clean_room", "region"}


# What the playbook asks for changes


REMOVED = """
version = "instruments-4"
[[fields]]
name = "incumbent_device"
label = "Device"
need = "required"
[[fields]]
name = "safety_class"
label = "Safety class"
kind = "integer"
stage = 1
need = "required"
[[fields]]
name = "trained_people"
label = "Trained"
kind = "yes_no"
stage = 5
"""


def test_a_changed_playbook_destroys_nothing(own_walk: Walk, own: Record, context: Context) -> None:
    before = dict(own.opportunity.custom)
    own_walk.store.close()
    walk = open_walk(with_playbook(context, REMOVED))
    try:
        record = walk.load(own.id)
        assert record.custom.incumbent_device == "Mitaka CM-3, 2011"  # type: ignore[attr-defined]
        assert set(record.misfits) == {"safety_class", "trained_people"}
        assert set(record.unasked) == set(before) - {"incumbent_device", "safety_class", "trained_people"}
        said = {str(f.at): str(f.message) for f in walk.verdict(record).blocking if f.at.entity == CUSTOM}
        assert set(said) == {"custom.safety_class", "custom.trained_people"}
        assert "“b”" in said["custom.safety_class"]
        assert "Luis Ferrer, Dana Whitfield" in said["custom.trained_people"]
        record = walk.save(walk.set(record, at("incumbent_device"), "None but a ruler")).record
        record = walk.save(walk.set(record, at("trained_people"), "yes")).record
        assert not [f for f in walk.verdict(record).blocking if str(f.at) == "custom.trained_people"]
        kept = walk.load(own.id).opportunity.custom
        assert kept == before | {"incumbent_device": "None but a ruler", "trained_people": True}
    finally:
        walk.store.close()
    again = open_walk(with_playbook(context))
    try:
        record = again.load(own.id)
        assert record.custom.safety_class.value == "b"  # type: ignore[attr-defined]
        assert record.custom.parts_a_day == 1200  # type: ignore[attr-defined]
        assert set(record.misfits) == {"trained_people"}
    finally:
        again.store.close()


def test_a_text_typed_into_a_field_that_is_gone_does_not_get_in_the_way(
    own_walk: Walk, own: Record, context: Context
) -> None:
    own_walk.save(own_walk.hold(own, at("parts_a_day"), "about a thousand"))
    own_walk.store.close()
    walk = open_walk(with_playbook(context, REMOVED))
    try:
        record = walk.load(own.id)
        assert record.unread == {}
        assert "custom.parts_a_day" in record.pending
        assert walk.verdict(record).findings
    finally:
        walk.store.close()
    again = open_walk(with_playbook(context))
    try:
        assert again.load(own.id).unread == {"custom.parts_a_day": "about a thousand"}
    finally:
        again.store.close()


def test_evidence_of_a_passed_stage_holds_them(own_walk: Walk, own: Record) -> None:
    from oppwizard.walk.lifecycle import evidence

    held = evidence(own_walk, own, Stage.QUALIFICATION)
    assert held["custom.safety_class"] == "Class B: guarded"
    assert json.dumps(held)
