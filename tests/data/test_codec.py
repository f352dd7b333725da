"""Values and rows survive the way into the log and back."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st
from sqlmodel import SQLModel

from oppwizard.data.codec import decode, decode_row, encode, encode_row
from oppwizard.data.tables import MODELS, model_of
from oppwizard.errors import ValueProblem
from oppwizard.model.account import Account
from oppwizard.model.choice import Choice
from oppwizard.model.contact import Stakeholder
from oppwizard.model.enums import Role
from oppwizard.model.fields import FIELDS, FieldSpec
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Touchpoint

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**62), 2**62),
    bool: st.booleans(),
    Decimal: st.decimals(0, 10**14 - 1, places=4) | st.sampled_from([Decimal("1E+4"), Decimal("0.10"), Decimal(0)]),
    dt.date: st.dates(),
    dt.time: st.times(),
    dt.datetime: st.datetimes(timezones=st.just(dt.UTC)),
    UUID: st.uuids(),
}


def values(spec: FieldSpec) -> st.SearchStrategy[Any]:
    if spec.choices is not None:
        one: st.SearchStrategy[Any] = st.sampled_from(list(spec.choices))
    else:
        one = SIMPLE[UUID if spec.is_list else spec.base]
    return st.lists(one, max_size=4) if spec.is_list else st.none() | one


@pytest.mark.parametrize("spec", FIELDS.values(), ids=FIELDS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_every_field_round_trips_exactly(spec: FieldSpec, data: st.DataObject) -> None:
    value = data.draw(values(spec))

    back = decode(spec.model, spec.name, encode(spec.model, spec.name, value))

    assert back == value
    assert type(back) is type(value)
    assert str(back) == str(value) or isinstance(value, dt.time | list)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_whole_rows_round_trip(data: st.DataObject) -> None:
    models: list[type[SQLModel]] = [Opportunity, Account, Stakeholder, Touchpoint]
    model = data.draw(st.sampled_from(models))
    drawn = {spec.name: data.draw(values(spec)) for spec in FIELDS.values() if spec.model is model}
    keys = {"account_id", "opportunity_id", "contact_id"} & set(model.model_fields)
    owners = {name: UUID(int=7) for name in keys}
    row = model(**drawn, **owners)

    assert decode_row(model, encode_row(row)) == row


def test_text_is_kept_readable() -> None:
    assert encode(Account, "dba", "Müller 日本") == '"Müller 日本"'


def test_choices_come_back_as_members() -> None:
    found = decode(Stakeholder, "roles", encode(Stakeholder, "roles", [Role.CHAMPION]))

    assert found == [Role.CHAMPION]
    assert isinstance(found[0], Choice)


def test_nothing_written_is_no_value() -> None:
    assert decode(Account, "dba", None) is None
    assert decode(Account, "dba", encode(Account, "dba", None)) is None


def test_a_lone_surrogate_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueProblem, match="cannot be stored"):
        encode(Account, "dba", "\ud800")


def test_a_field_of_another_version_is_left_out() -> None:
    row = decode_row(Account, '{"dba": "Acme", "gone_since": 3}')

    assert isinstance(row, Account)
    assert row.dba == "Acme"


def test_a_text_that_is_no_row_is_refused() -> None:
    with pytest.raises(ValueError, match="1, 2"):
        decode_row(Account, "[1, 2]")


@pytest.mark.parametrize("model", MODELS)
def test_a_table_names_its_class(model: Any) -> None:
    assert model_of(model.__tablename__) is model
