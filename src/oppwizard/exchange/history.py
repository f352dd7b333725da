"""Deals of the past from any CSV file: what can be read goes into the store, the rest is listed with its reason (X2).

A deal keeps its own number as its key, or gets one made of its content; reading the same file twice changes nothing.
"""

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import getitem
from pathlib import Path
from typing import Any, Final, Protocol

from oppwizard.checks.collecting import uncollected
from oppwizard.data.history import Kept, Outcome, ordered
from oppwizard.errors import InvalidInput, OppwizardError
from oppwizard.exchange.cells import (
    Amounts,
    Currencies,
    Days,
    Fault,
    Joined,
    NamedCurrencies,
    Outcomes,
    Percents,
    Reader,
    Words,
)
from oppwizard.exchange.faults import FaultFile
from oppwizard.exchange.joins import Alike, alike
from oppwizard.exchange.keys import KeyFault, keys
from oppwizard.exchange.mapping import MONEY, Mapping
from oppwizard.exchange.planning import Plan
from oppwizard.exchange.tabular import Lot, lots, miscounted
from oppwizard.i18n import T, Text

__all__ = ["Report", "import_history"]

CHUNK: Final = 5_000
Progress = Callable[[int, int], None]
"""Told how many bytes of how many have been read."""
_NAMES: Final = ("account", "product", "rep", "segment")
_SPAN: Final = ("opened", "closed", "outcome")
_OPEN: Final = Outcome.OPEN.value
_BREAK: Final = re.compile("\r\n|\r|\n")
_UNDECIDED: Final = 2
"""An exit code: the command line must say more."""


class Keeper(Protocol):
    """What an import needs of a store."""

    def put_history(self, names: Sequence[str], chunks: Iterable[list[tuple[Any, ...]]]) -> Kept:
        """Write rows in one transaction."""
        ...


class Undecided(OppwizardError):
    """The file leaves something open that only a person can say; nothing was read."""

    exit_code = _UNDECIDED


@dataclass
class Report:
    """What became of a file.

    Attributes:
        rows: how many the file has, the header not counted.
        kept: what became of those that could be read; None after a dry run.
        faults: how many could not be read.
        reasons: how often each reason was given.
        fault_file: where they are listed; None where there are none.
        alike: spellings that may be one name: proposed, not merged.
        unjoined: by field, how many of its names no side file has.
    """

    rows: int = 0
    kept: Kept | None = None
    faults: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    fault_file: Path | None = None
    alike: list[Alike] = field(default_factory=list)
    unjoined: dict[str, int] = field(default_factory=dict)


def import_history(
    store: Keeper | None, plan: Plan, today: dt.date, *, faults: Path | None = None, progress: Progress | None = None
) -> Report:
    """Read a file as planned.

    Args:
        store: where the rows go; None for a dry run, which reads everything and writes no row.
        today: a deal cannot have been won or lost after it.
        faults: the file for what cannot be read; without it one beside the file. Only written where there is any.
        progress: told every few thousand rows.

    Raises:
        Undecided: the plan has open questions.
        StoreProblem: the store cannot be written; no row is in it then.
        InvalidInput: the fault file cannot be written.
    """
    if plan.questions:
        first = plan.questions[0]
        raise Undecided(first.text, T("Say it: {how}", how=first.option))
    with FaultFile(faults or plan.shape.path.with_suffix(".faults.csv"), plan.shape.header) as listed:
        rows = _Rows(plan, today, listed)
        with uncollected():
            if store is None:
                for _chunk in rows.chunks(progress):
                    pass
            else:
                rows.report.kept = store.put_history(rows.names, rows.chunks(progress))
        rows.report.fault_file = listed.commit()
    return rows.told()


class SpanFault(Fault):
    """A deal's days contradict one another, or the calendar."""


class _Rows:
    """A file's rows as tuples of what the columns of the store hold."""

    def __init__(self, plan: Plan, today: dt.date, listed: FaultFile) -> None:
        self.report = Report()
        self._plan = plan
        self._listed = listed
        self._today = today.isoformat()
        self._sources = _sources(plan, today)
        fields = ordered(self._sources)
        self.names = ("key", *fields, "file")
        self._readers = [self._sources[name] for name in fields]
        self._place = {name: fields.index(name) if name in fields else None for name in _SPAN}
        self._keys = keys(plan)
        self._width, self._file = len(plan.shape.header), plan.shape.path.name

    def chunks(self, progress: Progress | None) -> Iterator[list[tuple[Any, ...]]]:
        """The rows, some thousands at a time."""
        with self._plan.shape.opened() as reading:
            for lines in lots(reading, CHUNK, self._broken):
                self.report.rows += sum(1 for cells in lines.rows if cells)
                yield self._quickly(lines.rows) or list(self._slowly(lines))
                if progress:
                    progress(reading.done, reading.size)

    def _quickly(self, rows: list[list[str]]) -> list[tuple[Any, ...]] | None:
        """Rows in which nothing is wrong, column by column, so that the loops are C's; None where anything is."""
        if set(map(len, rows)) != {self._width}:
            return None
        columns = list(zip(*rows, strict=True))
        try:
            values = [list(map(getitem, repeat(reader), columns[index])) for reader, index in self._readers]
            self._check_spans(values)
            keys = self._keys(columns)
        except Fault:
            return None
        return list(zip(keys, *values, repeat(self._file), strict=False))

    def _slowly(self, lines: Lot) -> Iterator[tuple[Any, ...]]:
        """The rows of a lot that can be read, one by one; the others are listed."""
        line = lines.line
        for cells in lines.rows:
            try:
                if cells:
                    yield self._row(cells)
            except Fault as fault:
                self._list(line, self._column(cells, fault), fault.reason, cells)
            line += 1 + sum(len(_BREAK.findall(cell)) for cell in cells)

    def _row(self, cells: list[str]) -> tuple[Any, ...]:
        if len(cells) != self._width:
            raise Fault(miscounted(cells, self._width))
        values = [[reader[cells[index]]] for reader, index in self._readers]
        self._check_spans(values)
        (key,) = self._keys([(cell,) for cell in cells])
        return (key, *(value for (value,) in values), self._file)

    def _check_spans(self, values: list[list[Any]]) -> None:
        """Refuse a deal that ended before it began, or after today.

        Raises:
            SpanFault: one of them did.
        """
        opened, closed, outcome = (self._place[name] for name in _SPAN)
        if closed is None:
            return
        ends, today = values[closed], self._today
        if max(filter(None, ends), default="") > today and outcome is not None:
            for end, how in zip(ends, values[outcome], strict=True):
                if end is not None and end > today and how != _OPEN:
                    raise SpanFault(T("was closed after today"))
        if opened is not None:
            for start, end in zip(values[opened], ends, strict=True):
                if end is not None and start is not None and end < start:
                    raise SpanFault(T("was closed before it was opened"))

    def _broken(self, line: int, error: csv.Error) -> None:
        self.report.rows += 1
        self._list(line, "", T("is no row of a CSV file: {cause}", cause=error), [])

    def _column(self, cells: list[str], fault: Fault) -> str:
        """The header of the column that is at fault; empty where the row as a whole is."""
        header, columns = self._plan.shape.header, self._plan.mapping.columns
        if isinstance(fault, (KeyFault, SpanFault)):
            return columns["key" if isinstance(fault, KeyFault) else "closed"]
        if len(cells) != len(header):
            return ""
        for reader, index in self._readers:
            try:
                reader[cells[index]]
            except Fault:
                return header[index]
        return ""

    def _list(self, line: int, column: str, reason: Text, cells: list[str]) -> None:
        self.report.faults += 1
        self.report.reasons[str(reason)] += 1
        self._listed.add(line, column, str(reason), cells)

    def told(self) -> Report:
        """The report, with what the whole file showed."""
        for name, (reader, _place) in self._sources.items():
            if isinstance(reader, Joined):
                missing = sum(1 for text, value in reader.items() if text.strip() and value is None)
                self.report.unjoined |= {name: missing} if missing else {}
            elif name in _NAMES:
                texts = {text for text in reader.values() if text}
                self.report.alike += alike(name, texts, self._plan.names(name))
        return self.report


def _sources(plan: Plan, today: dt.date) -> dict[str, tuple[Reader, int]]:
    """The reader of each field, and the place of the column that it reads."""
    mapping, header = plan.mapping, plan.shape.header
    found = {
        name: (_reader(name, mapping, today), header.index(column))
        for name, column in mapping.columns.items()
        if name != "key"
    }
    for name, join in mapping.joins.items():
        if name not in found:
            found[name] = (_joined(name, plan, today), header.index(join.on))
    if "currency" not in found and "amount" in found:
        found["currency"] = (NamedCurrencies(mapping.currency), found["amount"][1])
    if "outcome" not in found:
        raise InvalidInput(T("No column says how a deal ended"))
    return found


def _reader(name: str, mapping: Mapping, today: dt.date) -> Reader:
    if name in ("opened", "closed"):
        return Days(name, mapping.dates, today)
    if name in MONEY:
        return Amounts(name, mapping.decimal)
    if name == "discount":
        return Percents(name, mapping.decimal)
    if name == "currency":
        return Currencies(name)
    if name == "outcome":
        return Outcomes(mapping.outcomes)
    return Words(name, mapping.same.get(name, {}))


def _joined(name: str, plan: Plan, today: dt.date) -> Joined:
    """A reader of another file's values; a value there that cannot be read is one that is not known."""
    join = plan.mapping.joins[name]
    by = next((each for each, column in plan.mapping.columns.items() if column == join.on), "")
    reader = _reader(name, plan.mapping.model_copy(update={"decimal": ""}), today)
    values: dict[str, Any] = {}
    for key, text in plan.sides[join.file].values(join.key, join.take).items():
        try:
            values[key] = reader[text]
        except Fault:
            continue
    return Joined(name, plan.mapping.same.get(by, {}), values)
