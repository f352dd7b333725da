"""The declarations: one place for each field, and addresses that lead there and back."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from oppwizard.model.ask import Kind, Need
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec, facts_for, fields_of, group_of, shown_in
from oppwizard.model.findings import Address, address
from oppwizard.playbook import load_playbook

SPECS = list(FIELDS.values())
SINGLE = ("opportunity", "account")


def test_a_field_can_be_asked_for() -> None:
    for spec in SPECS:
        ask = spec.ask
        assert str(ask.label).strip()
        assert ask.requirement
        assert ask.stage not in ask.again
        assert all(later > ask.stage for later in ask.again), "shown again later, never before it is asked"
        assert list(ask.stages) == sorted(ask.stages)


def test_the_kind_fits_the_type() -> None:
    for spec in SPECS:
        assert spec.is_list == (spec.ask.kind in (Kind.CHOICES, Kind.PEOPLE))
        assert (spec.choices is not None) == (spec.ask.kind in (Kind.CHOICE, Kind.CHOICES))
        assert (spec.base is str) == (spec.is_text or spec.ask.kind in (Kind.CURRENCY, Kind.EMAIL, Kind.PHONE))
        if spec.base is str:
            assert spec.max_length is not None


def test_no_answer_is_a_value_of_the_field() -> None:
    for spec in SPECS:
        assert spec.adapter.validate_python(spec.empty) == spec.empty


def test_pick_lists_exist() -> None:
    playbook = load_playbook()
    for spec in SPECS:
        assert (spec.ask.picks is not None) == (spec.ask.kind is Kind.PICK)
        if spec.ask.picks and spec.ask.picks != "products":
            assert playbook.pick_list(spec.ask.picks).items, spec.path


def test_labels_are_told_apart_within_a_form() -> None:
    for entity in (*SINGLE, *ROW_KINDS):
        labels = Counter(spec.ask.label.msgid for spec in fields_of(entity))
        assert [label for label, times in labels.items() if times > 1] == []


def test_groups_are_of_about_ten_fields() -> None:
    groups = {(spec.ask.stage, spec.ask.group) for spec in SPECS if spec.entity in SINGLE}
    sizes = {key: len(group_of(*key)) for key in groups}
    assert max(sizes.values()) <= 12, sizes
    assert sum(sizes.values()) == sum(1 for spec in SPECS if spec.entity in SINGLE)


def test_every_row_kind_has_a_handle_and_a_required_field() -> None:
    for kind in ROW_KINDS.values():
        assert f"{kind.key}.{kind.handle}" in FIELDS
        assert any(spec.ask.need is Need.REQUIRED for spec in fields_of(kind.key))


def test_stage_three_shows_the_facts_given_before() -> None:
    facts = {spec.path for spec in facts_for(Stage.DATA_COLLECTION)}
    assert {"budget_amount", "decision_maker_id", "business_problem", "compelling_event", "account.dba"} <= facts
    assert all(FIELDS[path].ask.stage < Stage.DATA_COLLECTION for path in facts)
    assert facts_for(Stage.QUALIFICATION) == ()


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_shows_its_own_fields_and_those_again(stage: Stage) -> None:
    shown = {spec.path for entity in (*SINGLE, *ROW_KINDS) for spec in shown_in(entity, stage)}
    assert shown == {spec.path for spec in SPECS if spec.ask.stage is stage or stage in spec.ask.again}


# Addresses


@given(st.sampled_from(SPECS), st.uuids())
def test_an_address_leads_there_and_back(spec: FieldSpec, row: UUID) -> None:
    at = Address(spec.entity, spec.name, row if spec.entity in ROW_KINDS else None)
    assert at.spec is spec
    assert address(str(at)) == at


@given(st.sampled_from(list(ROW_KINDS)), st.uuids())
def test_an_address_of_a_row_or_table(kind: str, row: UUID) -> None:
    assert address(kind) == Address(kind)
    assert address(str(Address(kind, row=row))) == Address(kind, row=row)
    assert Address(kind, row=row).spec is None


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "account.nothing", "lines.nothing", "sku", "lines[1].sku", "lines[", "opportunity.name", "a..b"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        address(text)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        read = address(text)
    except ValueError:
        return
    assert address(str(read)) == read
