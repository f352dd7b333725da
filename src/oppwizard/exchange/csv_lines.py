"""The lines of CSV files for many records at once, put together by the database from the same declarations."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple
from uuid import UUID

from oppwizard.data.bulk import Part, Snapshot, Whole, begins_with, quoted as quoted_sql, row_text
from oppwizard.exchange.csv_tables import Column, Line, Nature, Table, own_step, quoted, shown, tables
from oppwizard.exchange.guard import FIRST, is_formula
from oppwizard.exchange.wholesale import answering, kept_of
from oppwizard.model.account import Account
from oppwizard.model.ask import Kind
from oppwizard.model.fields import CUSTOM, fields_of
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record
from oppwizard.process.sizing import FIGURES, size
from oppwizard.walk import Walk

_NO_SIZE: Final = size(Record(Opportunity(account_id=UUID(int=0)), Account()))
_REFERENCES: Final = (Kind.PERSON, Kind.PEOPLE)


class KeyedLine(NamedTuple):
    """A line, with the identity of its row as bytes."""

    key: bytes
    text: bytes


class Lines(NamedTuple):
    """A record's lines by file; none where it is to be loaded and judged."""

    id: UUID
    tables: dict[str, list[KeyedLine]] | None
    kept: tuple[str, ...] = ()


def rows_of_all(walk: Walk, snapshot: Snapshot) -> Iterator[Lines]:
    """The lines of all opportunities, in the order of their identities."""
    composed = _Composed()
    for whole in snapshot.wholes(composed.columns, composed.parts, walk.judged_by):
        identity = UUID(whole.key.decode())
        yield composed.lines(identity, whole) if whole.is_sure else Lines(identity, None)


class _Composed:
    """How the lines are asked for, and what is left to do to them."""

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {table.name: table for table in tables()}

    @cached_property
    def columns(self) -> Sequence[str]:
        """What is asked of the opportunity and its account."""
        deal, account, step = self._tables["opportunities"], self._tables["accounts"], own_step()
        told = [column for column in deal.columns if column.sql is not None]
        flag = " OR ".join(map(_flag, (told, account.columns, step)))
        plain = (_line(told), _line(account.columns), "a.id", f"CASE WHEN o.next_step <> '' THEN {_line(step)} END")
        return (*plain, f"({flag})", f"o.{CUSTOM}", "o.sizing")

    @cached_property
    def parts(self) -> dict[str, Part]:
        """What is asked of the other tables."""
        return {
            table.name: Part(
                table.source,
                (_line(table.columns), f"({_flag(table.columns)})", table.shared or "r.id"),
                table.touched,
                table.then,
            )
            for table in self._tables.values()
            if table.source
        }

    @cached_property
    def _own(self) -> tuple[Column, ...]:
        """The columns of the organisation's own fields, which the database does not have apart."""
        deal = self._tables["opportunities"]
        return tuple(column for column in deal.columns if column.sql is None and column.name not in FIGURES)

    def lines(self, identity: UUID, whole: Whole) -> Lines:
        """A record's lines; none where there is more to be seen to: people to be named, cells that may be formulas."""
        deal, account, account_id, step, flagged, answers, sizing = whole.columns
        own = answering(answers)
        cells = self._own_cells(own)
        if flagged or cells is None or any(row[2] for rows in whole.parts.values() for row in rows):
            return Lines(identity, None)
        found = {
            name: [_keyed(key, line) for _deal, line, _flag, key, *_touched in rows]
            for name, rows in whole.parts.items()
        }
        tail = ",".join(["", *_figures(sizing), *cells]).encode()
        found["opportunities"] = [_keyed(whole.key, deal + tail)]
        found["accounts"] = [_keyed(account_id, account)]
        if step is not None:
            found["next_steps"] = [_keyed(whole.key, step), *found.get("next_steps", ())]
        return Lines(identity, found, kept_of(own) if own is not None else ())

    def _own_cells(self, record: Record | None) -> list[str] | None:
        if record is None:
            return [""] * len(self._own)
        deal = record.opportunity
        if any(spec.ask.kind in _REFERENCES and spec.name in deal.custom for spec in fields_of(CUSTOM)):
            return None
        line = Line(record, _NO_SIZE, deal.id, deal)
        told = [(column, shown(column.get(line))) for column in self._own]
        if any(column.nature is not Nature.MACHINE and is_formula(text) for column, text in told):
            return None
        return [text if column.nature is Nature.MACHINE else quoted(text) for column, text in told]


def _keyed(key: bytes, line: bytes) -> KeyedLine:
    return KeyedLine(bytes.fromhex(key.decode()), line + b"\n")


def _figures(sizing: bytes) -> list[str]:
    figures = json.loads(sizing, parse_float=str, parse_int=str)
    return [figures[name]["value"] for name in FIGURES]


def _line(columns: Iterable[Column]) -> str:
    return row_text([_cell(column.sql, column.nature) for column in columns if column.sql is not None])


def _cell(value: str, nature: Nature) -> str:
    return value if nature is Nature.MACHINE else quoted_sql(value)


def _flag(columns: Iterable[Column]) -> str:
    """Whether one of the texts has to be looked at."""
    texts = [column.sql for column in columns if column.sql is not None and column.nature is not Nature.MACHINE]
    return " OR ".join(begins_with(text, FIRST) for text in texts) or "0"
