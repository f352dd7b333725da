"""The CSV files of all records at once: the database puts the lines together, from the same declarations."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import IO, BinaryIO, Final
from uuid import UUID

from oppwizard.data.bulk import Snapshot, quoted as quoted_sql, row_text
from oppwizard.exchange.csv_tables import Column, Line, Nature, Table, cell_text, tables
from oppwizard.exchange.line_helper import Helper
from oppwizard.exchange.line_stream import DIGITS, Formula, Row, Task, run, written
from oppwizard.exchange.wholesale import Seen, answering, kept_of
from oppwizard.model.account import Account
from oppwizard.model.ask import Kind
from oppwizard.model.fields import CUSTOM, fields_of
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record
from oppwizard.process.sizing import FIGURES, size
from oppwizard.walk import Walk

_AT_ONCE: Final = 100
_NO_SIZE: Final = size(Record(Opportunity(account_id=UUID(int=0)), Account()))
_REFERENCES: Final = (Kind.PERSON, Kind.PEOPLE)
_FIGURE: Final = re.compile(rb'"(\w+)": \{"value": (-?[0-9.]+)[,}]')
_LENGTH: Final = 4


class AllLines:
    """The lines of all opportunities that may leave, into files that have their headings.

    Those whose gates may not hold any more come first, and are handed back one by one by `add`, or are left out. Then
    the opportunities are written here, and files of what belongs to them by another program at the same time.

    Attributes:
        formulas: the cells that a spreadsheet would run, by the file's name.

    Args:
        streams: the files by their names.
        aside: a file for lines that were made before their turn.
    """

    def __init__(self, walk: Walk, snapshot: Snapshot, streams: Mapping[str, BinaryIO], aside: IO[bytes]) -> None:
        self._walk = walk
        self._snapshot = snapshot
        self._streams = streams
        self._tables = {table.name: table for table in tables()}
        self._deals = _Deals(walk, self._tables["opportunities"], aside)
        self._judged: set[bytes] = set()
        self.formulas: dict[str, list[Formula]] = {}

    def add(self, record: Record) -> None:
        """A record that was judged, and may leave."""
        self._judged.add(record.id.hex.encode())
        self._deals.keep(record)

    def written(self) -> Iterator[Seen]:
        """Write them all, and name each of all of them."""
        doubtful = self._snapshot.doubtful(self._walk.judged_by)
        yield from (Seen(UUID(key.decode()), False) for key in doubtful)
        chosen = self._snapshot.all_but([key for key in doubtful if key not in self._judged])
        tasks = deque(self._task(table, *chosen) for table in self._tables.values() if table.name != "opportunities")
        with Helper(self._snapshot, tasks) as helper:
            yield from self._write_deals(frozenset(doubtful), *chosen)
            done = {task.path: found for task, found in self._rest(tasks, helper)}
        for name, stream in self._streams.items():
            self.formulas.setdefault(name, done.get(stream.name, []))

    def _task(self, table: Table, chosen: str, values: dict[str, str]) -> Task:
        stream = self._streams[table.name]
        stream.flush()
        names = [column.name if column.nature is not Nature.MACHINE else None for column in table.columns]
        return Task(
            stream.name, _question(table, chosen), values, table.repeated, len(_identities(table.columns)), names
        )

    def _write_deals(self, doubtful: frozenset[bytes], chosen: str, values: dict[str, str]) -> Iterator[Seen]:
        table = self._tables["opportunities"]
        names = [column.name if column.nature is not Nature.MACHINE else None for column in table.columns]
        found = self.formulas.setdefault(table.name, [])
        asked = _select(table, chosen, (f"o.{CUSTOM}", "o.sizing")) + " ORDER BY o.id"
        for some in self._snapshot.rows(asked, values, _AT_ONCE):
            told = [self._deals.line(row, row[0][:DIGITS] in doubtful) for row in some]
            found += written([[row for row, _kept in told]], self._deals.identities, names, self._streams[table.name])
            yield from (
                Seen(UUID(row[0][:DIGITS].decode()), True, kept)
                for row, kept in told
                if row[0][:DIGITS] not in doubtful
            )

    def _rest(self, tasks: deque[Task], helper: Helper) -> Iterator[tuple[Task, list[Formula]]]:
        """Do what the helper leaves, and what it failed to do."""
        streams = {stream.name: stream for stream in self._streams.values()}
        while tasks:
            task = tasks.popleft()
            yield task, run(self._snapshot.connection, task, streams[task.path])
        yield from helper.done()
        for task in helper.failed:
            stream = streams[task.path]
            stream.truncate(stream.tell())
            yield task, run(self._snapshot.connection, task, stream)


def _identities(columns: Iterable[Column]) -> list[Column]:
    return list(takewhile(lambda column: column.identity, columns))


def _question(table: Table, chosen: str) -> str:
    """SQL for a file's rows, record by record."""
    if table.before is None:
        return f"{_select(table, chosen)} ORDER BY {', '.join((table.record, *table.order))}"
    none = ["''"] * len(table.order)
    first = _select(table.before, chosen, (table.before.record, "0", *none))
    second = _select(table, chosen, (table.record, "1", *table.order))
    return f"{first} UNION ALL {second} ORDER BY {', '.join(str(3 + n) for n in range(2 + len(table.order)))}"


def _select(table: Table, chosen: str, others: Sequence[str] = ()) -> str:
    """SQL for a table's rows: their identities, the rest of their line, and what else is asked for."""
    leading = _identities(table.columns)
    kept = " || ".join(column.identity for column in leading)
    rest = (column for column in table.columns[len(leading) :] if column.sql is not None)
    line = row_text([_cell(column.sql, column.nature) for column in rest if column.sql is not None])
    # the comparison lets the database go through the records in their order
    when = f"{table.record} >= ''" + (f" AND {table.record} {chosen}" if chosen else "")
    source = " ".join(dict.fromkeys([table.source, *(column.joins for column in table.columns)]))
    return f"SELECT {', '.join([kept, line, *others])} FROM {source} WHERE {when}"


def _cell(value: str, nature: Nature) -> str:
    return value if nature is Nature.MACHINE else quoted_sql(value)


class _Deals:
    """The lines of the opportunities: their sizes and the organisation's own fields the database cannot tell.

    Attributes:
        identities: with how many of them a line begins.
    """

    def __init__(self, walk: Walk, table: Table, aside: IO[bytes]) -> None:
        self._walk = walk
        self._table = table
        self._kept = aside
        self._is_read = False
        self.identities = len(_identities(table.columns))

    @cached_property
    def _own(self) -> tuple[Column, ...]:
        """The columns of the organisation's own fields."""
        return tuple(column for column in self._table.columns if column.sql is None and column.name not in FIGURES)

    def keep(self, record: Record) -> None:
        """Put a record's line aside until its turn has come; records come in the order of the file."""
        text = self._composed(record)
        self._kept.write(len(text).to_bytes(_LENGTH) + text)

    def _composed(self, record: Record) -> bytes:
        """What follows the identities."""
        (line,) = self._table.lines(record, self._walk.sized(record))
        cells = [cell_text(column, line) for column in self._table.columns[self.identities :]]
        return f"{','.join(cells)}\n".encode()

    def line(self, row: tuple[bytes, ...], is_kept: bool) -> tuple[Row, tuple[str, ...]]:
        """A record's line, and the fields of our own that it answers though they are not asked for any more."""
        identities, rest, answers, sizing = row
        if is_kept:
            return (identities, self._next_kept()), ()
        own = answering(answers)
        kept = kept_of(own) if own is not None else ()
        cells = self._own_cells(own)
        if cells is None:
            return (identities, self._composed(self._walk.load(UUID(identities[:DIGITS].decode())))), kept
        return (identities, rest[:-1] + ",".join(["", *_figures(sizing), *cells]).encode() + b"\n"), kept

    def _next_kept(self) -> bytes:
        if not self._is_read:
            self._kept.seek(0)
            self._is_read = True
        return self._kept.read(int.from_bytes(self._kept.read(_LENGTH)))

    def _own_cells(self, record: Record | None) -> list[str] | None:
        """The cells of the organisation's own fields; None where there are people to be named."""
        if record is None:
            return [""] * len(self._own)
        deal = record.opportunity
        if any(spec.ask.kind in _REFERENCES and spec.name in deal.custom for spec in fields_of(CUSTOM)):
            return None
        line = Line(record, _NO_SIZE, deal.id, deal)
        return [cell_text(column, line) for column in self._own]


def _figures(sizing: bytes) -> list[str]:
    found = {name.decode(): value.decode() for name, value in _FIGURE.findall(sizing)}
    if found.keys() >= set(FIGURES):
        return [found[name] for name in FIGURES]
    figures = json.loads(sizing, parse_float=str, parse_int=str)
    return [figures[name]["value"] for name in FIGURES]
