"""A record taken apart into comparable rows."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from oppwizard.data.tables import PARTS, columns_of
from oppwizard.model.enums import Stage
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk
from tests.conftest import Template, make_context

Dump = dict[tuple[str, str], dict[str, Any]]
STAMPS = frozenset({"revision", "updated_at"})


def rows_of(record: Record) -> Iterator[SQLModel]:
    yield record.opportunity
    yield record.account
    for person in record.people:
        yield person.contact
        yield person.stakeholder
    for kind in PARTS.values():
        yield from record.rows(kind)


def dump(record: Record, without: frozenset[str] = STAMPS) -> Dump:
    """All rows with all columns, in the record's order."""
    return {
        (type(row).__name__, str(getattr(row, "id"))): {  # noqa: B009 - every row has one
            name: getattr(row, name) for name in columns_of(type(row)) if name not in without
        }
        for row in rows_of(record)
    }


def assert_same(found: Dump, wanted: Dump) -> None:
    """The same rows in the same order with the same values; says which differ."""
    for key, row in wanted.items():
        assert key in found, f"{key} is gone"
        differing = {name: (found[key][name], value) for name, value in row.items() if found[key][name] != value}
        assert not differing, (key, differing)
    assert list(found) == list(wanted)


def assert_stored(walk: Walk, record: Record) -> None:
    """Memory and store hold the same, revisions and unreadable texts included."""
    stored = walk.store.load(record.id)
    assert_same(dump(record, frozenset({"updated_at"})), dump(stored, frozenset({"updated_at"})))
    assert record.pending == stored.pending


@contextmanager
def desk(template: Template, until: Stage | None) -> Iterator[tuple[Walk, Record]]:
    """A copy of a template store, opened."""
    with tempfile.TemporaryDirectory() as folder:
        path, record_id = template(until)
        shutil.copy(path, Path(folder) / "store.db")
        walk = open_walk(make_context(Path(folder) / "store.db"))
        try:
            yield walk, walk.load(record_id)
        finally:
            walk.store.close()
