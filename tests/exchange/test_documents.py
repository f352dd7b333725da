import json
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from oppwizard.data.tables import MODELS
from oppwizard.exchange.document import FORMAT, columns, dumps, to_document
from oppwizard.model.fields import FIELDS
from oppwizard.model.record import Record
from oppwizard.walk import Walk

SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def test_every_declared_field_is_a_column() -> None:
    for spec in FIELDS.values():
        assert spec.name in columns(spec.model)


def test_what_is_kept_for_lists_is_no_column() -> None:
    for model in MODELS:
        names = columns(model)
        assert "id" in names
        assert not {"search_key", "open_points", "name_key", "standing", "opportunity_id", "account_id"} & set(names)


def test_order_and_content(walk: Walk, finished: Record) -> None:
    document = to_document(finished, walk)
    assert list(document)[:5] == ["format", "version", "opportunity", "account", "people"]
    assert list(document)[-1] == "sizing"
    assert document["format"] == FORMAT
    declared = [spec.name for spec in FIELDS.values() if spec.entity == "opportunity"]
    told = [name for name in document["opportunity"] if name in declared]
    assert told == [name for name in declared if name in told]
    assert document["opportunity"]["budget_status"] == "needs_approval"
    assert document["opportunity"]["next_step_at"] == "10:00:00"
    assert document["account"]["annual_revenue"] == Decimal(96_000_000)
    assert document["people"][0]["stakeholder"]["roles"] == ["champion", "process_owner"]
    assert document["sizing"]["tcv"]["value"] == Decimal(212_400)
    assert document["sizing"]["years"] == [82_800, 64_800, 64_800]
    assert None not in document["opportunity"].values()


@settings(max_examples=60)
@given(TREES, st.booleans())
def test_what_dumps_writes_is_read_back(value: object, indent: bool) -> None:
    text = dumps(value, indent=indent)
    assert json.loads(text, parse_float=Decimal) == value
    assert indent or "\n" not in text


@pytest.mark.parametrize("text", ["0.1", "123456789012345678.9999", "64800", "0.0001"])
def test_decimals_are_numbers_digit_by_digit(text: str) -> None:
    assert dumps({"a": Decimal(text)}) == f'{{"a": {text}}}'


def test_what_terminals_and_line_readers_take_amiss_is_escaped() -> None:
    text = "a\u2028b\x85c\x9bd\x7fe\x1b[31m\n山"
    written = dumps(text)
    assert len(written.splitlines()) == 1
    assert not set(written) & set("\u2028\x85\x9b\x7f\x1b")
    assert "山" in written
    assert json.loads(written) == text
