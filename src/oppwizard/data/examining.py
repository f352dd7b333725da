"""Whether a store is what it should be: its file, its pages, its references, its schema, and its log. Only reads."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from oppwizard.data import journal, schema
from oppwizard.data.batch import row_of
from oppwizard.data.codec import decode
from oppwizard.data.engine import BUSY_SECONDS, read_mode, reader, uri
from oppwizard.data.header import MAGIC, fault_of, is_empty
from oppwizard.data.load import load
from oppwizard.data.tables import Change, Op, model_of, table_of
from oppwizard.data.trouble import cause_of, translated
from oppwizard.errors import OppwizardError
from oppwizard.i18n import T, Text
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record

_MOST: Final = 20
"""So many faults of a kind are told."""
NEWEST: Final = 500
"""The answers of so many records, those changed last, are held against the log."""

_DEALS = table_of(Opportunity)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of looking at one thing.

    Attributes:
        name: what was looked at, for programs: file, pages, references, schema, log.
        label: the same for people.
        faults: what is wrong; none where it is sound.
        said: what was found, where it is sound.
    """

    name: str
    label: Text
    faults: tuple[Text, ...]
    said: Text | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def examine(path: Path) -> Iterator[Outcome]:
    """Look at everything, one after the other; what lies behind something that is broken is not looked at any more."""
    for look in (_file, _pages, _references, _schema, _log):
        found = look(path)
        yield found
        if not found.is_sound:
            return


def _file(path: Path) -> Outcome:
    label = T("The file")
    try:
        with path.open("rb") as stream:
            begins = stream.read(len(MAGIC))
        fault = fault_of(path) if begins in (MAGIC, b"") else T("it does not begin as a store does")
        if fault is None and is_empty(path):
            fault = T("there is nothing in the file")
        size = path.stat().st_size
    except OSError as error:
        return Outcome("file", label, (T("{cause}", cause=error.strerror or error),))
    return Outcome("file", label, (fault,) if fault else (), T("{bytes} bytes", bytes=size))


def _asked(path: Path, pragma: str, worded: Callable[[Any], Text | None]) -> tuple[Text, ...]:
    try:
        mode = read_mode(path)
        with closing(sqlite3.connect(uri(path, mode), uri=True, timeout=BUSY_SECONDS)) as connection:
            rows = connection.execute(f"PRAGMA {pragma}").fetchmany(_MOST)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return (cause_of(error),)
    except OppwizardError as problem:
        return (problem.problem,)
    return tuple(said for said in map(worded, rows) if said)


def _pages(path: Path) -> Outcome:
    """The pages and the order of their rows, and every index against its table."""
    faults = _asked(
        path, f"integrity_check({_MOST})", lambda row: None if row[0] == "ok" else T("{cause}", cause=row[0])
    )
    return Outcome("pages", T("Pages and indexes"), faults)


def _references(path: Path) -> Outcome:
    def worded(row: Any) -> Text:
        return T("a row of {table} refers to a missing one of {other}", table=row[0], other=row[2])

    return Outcome("references", T("References"), _asked(path, "foreign_key_check", worded))


def _schema(path: Path) -> Outcome:
    label = T("Schema")
    try:
        found = schema.refuse_newer(path)
    except OppwizardError as problem:
        return Outcome("schema", label, (problem.problem,))
    if found == schema.HEAD:
        return Outcome("schema", label, (), T("{revision}, that of this version", revision=found))
    said = T("{revision}; opening the store brings it to {newest}", revision=found or "-", newest=schema.HEAD)
    return Outcome("schema", label, (), said)


# The log


def _log(path: Path) -> Outcome:
    """Whether records stand as their log says, the newest ones value by value."""
    label = T("Log of changes")
    if schema.refuse_newer(path) != schema.HEAD:
        return Outcome("log", label, (), T("not looked at before the store is migrated"))
    engine = reader(path)
    try:
        with translated(path), engine.connect() as connection:
            newest = select(_DEALS.c.id).order_by(_DEALS.c.updated_at.desc()).limit(NEWEST)
            records = [load(connection, record_id) for record_id in connection.scalars(newest).all()]
            faults = [
                *_unlogged(connection),
                *(one for record in records for one in _contradictions(connection, record)),
            ]
    except OppwizardError as problem:
        return Outcome("log", label, (problem.problem,))
    except (LookupError, ValueError) as error:
        return Outcome("log", label, (T("a record cannot be read: {cause}", cause=error),))
    finally:
        engine.dispose()
    said = T("records held against it value by value: {count}", count=len(records))
    return Outcome("log", label, tuple(faults[:_MOST]), said)


def _unlogged(connection: Connection) -> Iterator[Text]:
    """Records of which nothing says how they came to be."""
    log = table_of(Change)
    logged = select(log.c.seq).where(log.c.record_id == _DEALS.c.id).exists()
    for record_id in connection.scalars(select(_DEALS.c.id).where(~logged).limit(_MOST)):
        yield T("no change of the record {id} is in it", id=record_id.hex[-8:])


def _contradictions(connection: Connection, record: Record) -> Iterator[Text]:
    """Values of a record that its log has never heard of, though it knows others of the same field."""
    shared = {record.account.id, *(person.contact.id for person in record.people)}
    known: dict[tuple[str, UUID, str], list[str | None]] = {}
    begun: dict[UUID, list[str]] = {}
    for change in journal.of_record(connection, record.id, record.account.id, shared):
        if change.op is Op.SET:
            known.setdefault((change.entity, change.row_id, change.field), []).extend((change.old, change.new))
        else:
            begun.setdefault(change.row_id, []).append(change.new or change.old or "{}")
    for (entity, row_id, field), texts in known.items():
        row = row_of(record, model_of(entity), row_id)
        if row is None or field not in type(row).model_fields:
            continue
        whole = (json.loads(text).get(field) for text in begun.get(row_id, ()))
        texts.extend(json.dumps(value) for value in whole)
        if not _is_among(row, field, texts):
            place = f"{entity}.{field}"
            yield T("{field} of the record {id} holds what no change has put there", field=place, id=record.id.hex[-8:])


def _is_among(row: SQLModel, field: str, texts: list[str | None]) -> bool:
    """Whether a row's value is one of those that were logged; what this version cannot read proves nothing."""
    try:
        return getattr(row, field) in [decode(type(row), field, text) for text in texts]
    except (ValidationError, ValueError):
        return True
