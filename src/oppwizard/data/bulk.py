"""Many records at once, as text that SQLite itself puts together: one pass over each table, no object a row.

This is SQLite's own, like `engine`: its functions write JSON and cells many times as fast as Python reads rows. What
the texts look like is that of `model.plain`; tests hold the two together.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Boolean, Date, Integer, Time, Uuid
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from oppwizard.data.tables import Pending, table_of
from oppwizard.model.base import MONEY_SCALE, ListColumn, MoneyColumn, UtcColumn
from oppwizard.model.choice import ChoiceColumn
from oppwizard.model.enums import EXISTING, Stage

_ARGUMENTS: Final = 100
"""So many columns one call of printf is handed; SQLite takes 127 values, and an identity may be several."""
_CHUNK: Final = 200
_SEARCH: Final = "(SELECT"
WORTH_HALVING: Final = 20_000
"""From so many records on a second process is worth its start."""
MARK: Final = "SELECT coalesce(max(seq), 0) FROM change"
"""Asks for a number that grows with every change of a record."""
_END: Final[tuple[bytes, Any]] = (b"\xff", ())
_KEY: Final = itemgetter(0)
_EXISTING: Final = ", ".join(f"'{status.value}'" for status in EXISTING)


class Range(NamedTuple):
    """Records by their identities, 32 hexadecimal digits: from one on, up to another one but without it."""

    first: str = ""
    end: str = "g"


EVERYTHING: Final = Range()


class Part(NamedTuple):
    """What is to be read of a table's rows, as SQL.

    Attributes:
        source: the table, and how its row is called.
        columns: what is asked of a row, with the names of `source`.
        touched: the moment at which something was changed that other records share, if there is such a thing.
    """

    source: str
    columns: Sequence[str]
    touched: str = ""

    @property
    def sql(self) -> str:
        """The question: identity of the record, the columns, the moment; in the order in which records have rows."""
        told = ["r.opportunity_id", *self.columns, *([self.touched] if self.touched else ())]
        return (
            f"SELECT {', '.join(told)} FROM {self.source} WHERE r.opportunity_id >= ? AND r.opportunity_id < ?"
            " ORDER BY r.opportunity_id, r.created_at, r.id"
        )


class Whole(NamedTuple):
    """A record's texts, in UTF-8.

    Attributes:
        key: its identity, 32 hexadecimal digits.
        is_sure: whether it may leave unseen: it is no sample, its gates up to creation held when it was saved last, and
            nothing that they looked at has changed since.
        columns: what was asked for of the opportunity and its account.
        parts: the rows of each part as `Part.sql` asks for them; those without rows are left out.
    """

    key: bytes
    is_sure: bool
    columns: tuple[Any, ...]
    parts: dict[str, list[tuple[Any, ...]]]


class Snapshot:
    """A store as it is at one moment.

    Attributes:
        connection: one whose texts are bytes, in the middle of a transaction.
        address: the URI by which another program opens the same store to read it.
        mark: a number that grows with every change of a record: with the same one, records are the same.
    """

    def __init__(self, connection: sqlite3.Connection, address: str) -> None:
        self.connection = connection
        self.address = address
        self.mark = int(connection.execute(MARK).fetchone()[0])

    @property
    def is_large(self) -> bool:
        """Whether a second process is worth its start."""
        return int(self.connection.execute("SELECT count(*) FROM opportunity").fetchone()[0]) >= WORTH_HALVING

    def doubtful(self, judged_by: int) -> list[bytes]:
        """The opportunities that may not leave unseen, as in `Whole.is_sure`, in the order of their identities."""
        found = self.connection.execute(_DOUBTFUL, (judged_by,))
        return [key for (key,) in found]

    def all_but(self, some: Sequence[bytes]) -> tuple[str, dict[str, str]]:
        """The opportunities that exist but for some of them, as SQL that follows their identity, and its values."""
        is_existing = f"status IN ({_EXISTING})"
        apart = [key for (key,) in self.connection.execute(f"SELECT id FROM opportunity WHERE NOT {is_existing}")]
        if not some and not apart:
            return "", {}
        told = json.dumps([key.decode() for key in (*apart, *some)])
        return "NOT IN (SELECT value FROM json_each(:apart))", {"apart": told}

    def rows(self, sql: str, values: Mapping[str, str], count: int) -> Iterator[list[Any]]:
        """The answer to a question, so many rows at a time."""
        cursor = self.connection.execute(sql, values)
        while some := cursor.fetchmany(count):
            yield some

    def middle(self) -> str:
        """The identity at which the second half of the records begins; none where there are few."""
        if not self.is_large:
            return ""
        count = self.connection.execute("SELECT count(*) FROM opportunity").fetchone()[0]
        asked = f"SELECT id FROM opportunity ORDER BY id LIMIT 1 OFFSET {count // 2}"
        found: bytes = self.connection.execute(asked).fetchone()[0]
        return found.decode()

    def wholes(
        self, columns: Sequence[str], parts: Mapping[str, Part], judged_by: int, within: Range = EVERYTHING
    ) -> Iterator[Whole]:
        """The opportunities that exist, samples among them, in the order of their identities.

        Args:
            columns: SQL for what is asked of the opportunity ``o`` and its account ``a``.
            judged_by: the rules in force; a record that was judged by others is not sure.
        """
        used = {name: part for name, part in parts.items() if self._has_rows(part)}
        streams = [(name, _Stream(self.connection, part.sql, within)) for name, part in used.items()]
        dated = [name for name, part in used.items() if part.touched]
        typed = _Stream(self.connection, _PENDING, within)
        for key, judged, written, *told in _rows(self.connection, _main(columns), (judged_by, *within)):
            rows = {name: stream.take() for name, stream in streams if stream.at(key)}
            is_sure = judged and not typed.at(key)
            for name in dated:
                is_sure = is_sure and all(row[-1] <= written for row in rows.get(name, ()))
            yield Whole(key, bool(is_sure), tuple(told), rows)

    def _has_rows(self, part: Part) -> bool:
        return self.connection.execute(f"SELECT 1 FROM {part.source} LIMIT 1").fetchone() is not None


class _Stream:
    """The rows of a table, record by record."""

    def __init__(self, connection: sqlite3.Connection, sql: str, within: Range) -> None:
        self._groups: Iterator[tuple[bytes, Any]] = groupby(_rows(connection, sql, within), _KEY)
        self._key: bytes
        self._group: Any
        self._key, self._group = next(self._groups, _END)

    def at(self, key: bytes) -> bool:
        """Whether a record has rows; those of records before it are passed over."""
        while self._key < key:
            self._key, self._group = next(self._groups, _END)
        return self._key == key

    def take(self) -> list[Any]:
        """The rows of the record at which it is."""
        found = list(self._group)
        self._key, self._group = next(self._groups, _END)
        return found


def _rows(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> Iterator[Any]:
    cursor = connection.execute(sql, values)
    while rows := cursor.fetchmany(_CHUNK):
        yield from rows


_PENDING: Final = f"SELECT record_id FROM {Pending.__tablename__} WHERE record_id >= ? AND record_id < ? ORDER BY 1"


_SURE: Final = (
    f"o.judged_by = ? AND o.open_stage > {int(Stage.CREATION)} AND a.updated_at <= o.updated_at"
    " AND o.sizing IS NOT NULL AND NOT o.is_sample"
)
_DEALS: Final = f"opportunity o CROSS JOIN account a WHERE a.id = o.account_id AND o.status IN ({_EXISTING})"
_TOUCHED: Final = (
    "SELECT s.opportunity_id FROM stakeholder s CROSS JOIN contact c ON c.id = s.contact_id"
    " CROSS JOIN opportunity d ON d.id = s.opportunity_id WHERE c.updated_at > d.updated_at"
)
_DOUBTFUL: Final = (
    f"SELECT o.id FROM {_DEALS} AND (coalesce({_SURE}, 0) = 0"
    f" OR o.id IN (SELECT record_id FROM {Pending.__tablename__}) OR o.id IN ({_TOUCHED})) ORDER BY o.id"
)


def _main(columns: Sequence[str]) -> str:
    told = ", ".join(["o.id", _SURE, "o.updated_at", *columns])
    return f"SELECT {told} FROM {_DEALS} AND o.id >= ? AND o.id < ? ORDER BY o.id"


# JSON

_IN_MARKS: Final = (ChoiceColumn, UtcColumn, Uuid, Date, Time)


def json_object(model: type[SQLModel], names: Sequence[str], alias: str) -> str:
    """SQL for a row as a JSON object of some columns, the identity first; what is not answered is left out."""
    told = [_member(model, name, alias) for name in names]
    calls: list[str] = []
    for start in range(0, len(told), _ARGUMENTS):
        some = told[start : start + _ARGUMENTS]
        form = "".join(form for form, _value in some)
        form = f"{{{form.removeprefix(', ')}" if start == 0 else form
        form = f"{form}}}" if start + _ARGUMENTS >= len(told) else form
        calls.append(f"printf('{form}', {', '.join(value for _form, value in some)})")
    return " || ".join(calls)


def _member(model: type[SQLModel], name: str, alias: str) -> tuple[str, str]:
    """The place of a column in a format, and what stands there; NULL leaves it out."""
    column = table_of(model).c[name]
    value = f'{alias}."{name}"'
    if isinstance(column.type, ListColumn):
        return "%s", f"CASE WHEN {value} <> '[]' THEN ', \"{name}\": ' || {value} END"
    if not column.nullable:
        if isinstance(column.type, UtcColumn):
            return f', "{name}": "%sZ"', _utc(value)
        if isinstance(column.type, Uuid):
            return f', "{name}": "%.8s-%s-%s-%s-%s"', ", ".join([value, *_cuts(value)[1:]])
        if isinstance(column.type, _IN_MARKS):
            return f', "{name}": "%s"', _plain(column.type, value)
        return f', "{name}": %s', _json(column.type, value)
    return "%s", f"', \"{name}\": ' || {_json(column.type, value)}"


def _json(kind: TypeEngine[Any], value: str) -> str:
    if isinstance(kind, _IN_MARKS):
        return f"'\"' || {_plain(kind, value)} || '\"'"
    if isinstance(kind, (MoneyColumn, Boolean, Integer)):
        return _plain(kind, value)
    return f"nullif(json_quote({value}), 'null')"  # which it says of nothing; a text would be in quotation marks


# Cells


def row_text(cells: Sequence[str]) -> str:
    """SQL for cells with commas between, as a line."""
    calls = [cells[start : start + _ARGUMENTS] for start in range(0, len(cells), _ARGUMENTS)]
    forms = [",".join(["%s"] * len(some)) for some in calls]
    ends = [*[","] * (len(calls) - 1), "\n"]
    return " || ".join(
        f"printf('{form}{end}', {', '.join(some)})" for form, end, some in zip(forms, ends, calls, strict=True)
    )


def quoted(value: str) -> str:
    """SQL for a text as a cell in quotation marks; an empty one has none. What has to be searched for is so once."""
    if value.startswith(_SEARCH):
        return f"'\"' || replace(nullif({value}, ''), '\"', '\"\"') || '\"'"
    return f"CASE WHEN {value} <> '' THEN '\"' || replace({value}, '\"', '\"\"') || '\"' END"


def cell(model: type[SQLModel], name: str, alias: str) -> str:
    """SQL for a column's value as a machine reads it, without quotation marks."""
    kind, value = table_of(model).c[name].type, f'{alias}."{name}"'
    if isinstance(kind, ListColumn):
        return f"CASE WHEN {value} <> '[]' THEN replace(substr({value}, 3, length({value}) - 4), '\", \"', ';') END"
    return _plain(kind, value)


def person(value: str, name: str) -> tuple[str, str]:
    """SQL that joins the contact behind a person of a record, and how it is called then."""
    role, contact = f"{name}_role", f"{name}_contact"
    joined = f"LEFT JOIN stakeholder {role} ON {role}.id = {value}"
    return f"{joined} LEFT JOIN contact {contact} ON {contact}.id = {role}.contact_id", contact


def people(value: str, told: str, joint: str) -> str:
    """SQL for something of the contact ``p`` behind each in a list of people, in its order."""
    joined = "CROSS JOIN stakeholder s ON s.id = replace(j.value, '-', '') JOIN contact p ON p.id = s.contact_id"
    return f"{_SEARCH} group_concat({told}, '{joint}') FROM json_each({value}) j {joined})"


def _plain(kind: TypeEngine[Any], value: str) -> str:
    """SQL for a value as text without quotation marks."""
    if isinstance(kind, MoneyColumn):
        whole, rest = f"{value} / {MONEY_SCALE}", f"{value} % {MONEY_SCALE}"
        exact = f"rtrim(printf('%d.%04d', {whole}, {rest}), '0')"
        return f"CASE WHEN {rest} = 0 THEN {whole} WHEN {rest} > 0 THEN {exact} END"
    if isinstance(kind, UtcColumn):
        return f"{_utc(value)} || 'Z'"
    if isinstance(kind, Uuid):
        return dashed(value)
    if isinstance(kind, Boolean):
        return f"CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
    if isinstance(kind, Time):
        return f"CASE substr({value}, 9) WHEN '.000000' THEN substr({value}, 1, 8) ELSE {value} END"
    return value


def _utc(value: str) -> str:
    """SQL for a moment, but for the sign of its time zone."""
    return f"replace({value}, ' ', 'T')"


def dashed(value: str) -> str:
    """SQL for an identity as people write it."""
    return " || '-' || ".join(_cuts(value))


def _cuts(value: str) -> list[str]:
    cuts = ((1, 8), (9, 4), (13, 4), (17, 4))
    return [*(f"substr({value}, {at}, {size})" for at, size in cuts), f"substr({value}, 21)"]
