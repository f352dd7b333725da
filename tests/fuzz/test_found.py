"""What fuzzing has found, and what it would begin with, kept: each is refused in words, or taken in whole."""

from pathlib import Path

import pytest

from oppwizard.enrichment.picking import pick
from tests.fuzz.readers import READERS, Bench, read

_HUGE = b"1e99999999"
"""Ten characters that are a hundred million when they are written out."""
_DEEP = b"[" * 100_000
_MANIFEST = b'{\n"format": "oppwizard.crm-export",\n"version": 1,\n"files": %s,\n"records": [\n%s\n]\n}\n'
_ID = b'{"id": "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001", "title": '
BY_JSON = [name for name, reader in READERS.items() if reader.file.endswith(("json", "jsonl")) and name != "manifest"]


@pytest.mark.parametrize("content", [b"x = " + b"[" * 5_000, b"x = " + b"9" * 5_000, b"x = '\xff'"])
@pytest.mark.parametrize("name", ["history mapping", "lead mapping", "playbook"])
def test_settings_that_are_none(bench: Bench, tmp_path: Path, name: str, content: bytes) -> None:
    assert read(bench, name, content, tmp_path / "x") is not None


@pytest.mark.parametrize("name", BY_JSON)
def test_json_that_is_nested_without_end(bench: Bench, tmp_path: Path, name: str) -> None:
    refused = read(bench, name, _DEEP, tmp_path / "x")
    assert refused is not None or name in ("lines", "json leads")  # there the line, or the row, is listed instead


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("answer", b'{"staff": {"count": %s}, "sector": %s}' % (_HUGE, _HUGE)),
        ("provider", b'{"acme.example": {"account.employees": %s}}' % _HUGE),
        ("json", b'{"name": %s, "probability": %s, "account": {"employees": %s}}' % (_HUGE, _HUGE, _HUGE)),
        ("json leads", b'[{"company": "Acme", "budget": %s}]' % _HUGE),
    ],
)
def test_a_number_that_fills_the_memory(bench: Bench, tmp_path: Path, name: str, content: bytes) -> None:
    """It is not written out."""
    assert read(bench, name, content, tmp_path / "x") is not None


@pytest.mark.parametrize(
    ("files", "record"),
    [
        (b"3", b""),
        (b"{}", _DEEP),
        (b"{}", _ID + b"1"),
        (b"{}", _ID + b'"x", "revision": 1, "rows": {"a": [1]}}'),
        (b"{}", _ID + _DEEP),
        (_DEEP, b""),
    ],
)
def test_a_manifest_that_somebody_was_at(bench: Bench, tmp_path: Path, files: bytes, record: bytes) -> None:
    """The export is made, and says nothing of what it cannot read."""
    assert read(bench, "manifest", _MANIFEST % (files, record), tmp_path / "x") is None


@pytest.mark.parametrize("name", READERS)
def test_files_with_next_to_nothing_in_them(bench: Bench, tmp_path: Path, name: str) -> None:
    for content in (b"", b"\xff\xfe"):
        read(bench, name, content, tmp_path / "x")


@pytest.mark.parametrize("place", ["a.0000001", "a.0000000000000000001", "a.1", "a.x"])
def test_a_place_that_a_list_does_not_have(place: str) -> None:
    assert pick({"a": [5]}, place) is None


@pytest.mark.file
@pytest.mark.parametrize("name", ["store", "checked store", "backup"])
def test_a_schema_with_names_that_are_no_text(bench: Bench, tmp_path: Path, name: str) -> None:
    """SQLite's own words about it have these bytes in them."""
    content = bench.samples[name].replace(b"CREATE TABLE account", b"CREATE \x9cABLE account")
    assert content != bench.samples[name]
    refused = read(bench, name, content, tmp_path / "x")
    assert refused is not None or name == "checked store"  # which tells it as a fault that it found
