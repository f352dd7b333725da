"""Records as CSV: one file a kind of row, linked by identities, for spreadsheets or for other programs."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from oppwizard.exchange.atomic import FileSet
from oppwizard.exchange.csv_lines import AllLines
from oppwizard.exchange.csv_tables import Column, Line, Nature, Table, quoted, shown, tables
from oppwizard.exchange.formats import Profile
from oppwizard.exchange.guard import guard, is_formula
from oppwizard.exchange.wholesale import Seen
from oppwizard.i18n import T, Text
from oppwizard.model.enums import EXISTING
from oppwizard.model.record import Record
from oppwizard.walk import Walk

_QUOTED: Final = re.compile('[",\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|^\\s|\\s$')
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class CellWarning:
    """A cell that a spreadsheet would run as a formula."""

    file: str
    row: str
    column: str

    @property
    def text(self) -> Text:
        """The warning in words."""
        return T(
            "{file}, row {row}, {column}: a spreadsheet would run this cell as a formula; "
            "write the excel profile for people who open it in one.",
            file=self.file,
            row=self.row,
            column=self.column,
        )


class CsvFiles:
    """The files of one export under way.

    Attributes:
        warnings: cells that were left as they are although a spreadsheet would run them.
    """

    def __init__(self, walk: Walk, files: FileSet, folder: Path, profile: Profile) -> None:
        self.walk = walk
        self.profile = profile
        self.warnings: list[CellWarning] = []
        self._end = "\r\n" if profile is Profile.EXCEL else "\n"
        self._streams: list[tuple[Table, BinaryIO]] = []
        self._seen: dict[str, set[bytes]] = {}
        self._all: AllLines | None = None
        for table in tables():
            stream = files.open(folder / f"{table.name}.csv")
            self._streams.append((table, stream))
            mark = _BOM if profile is Profile.EXCEL else ""
            stream.write((mark + self._row(column.name for column in table.columns)).encode())

    def add(self, record: Record) -> None:
        """Write a record's rows, each into its file."""
        if self._all is not None:
            self._all.add(record)
            return
        size = self.walk.sized(record)
        for table, stream in self._streams:
            for line in table.lines(record, size):
                if not (table.repeated and self._is_known(table, line.key.bytes)):
                    cells = (self._cell(table, column, line) for column in table.columns)
                    stream.write(self._row(cells).encode())

    def wholesale(self) -> Iterator[Seen]:
        """Write all opportunities that need not be judged anew, and name each of all of them."""
        if self.profile is Profile.EXCEL:  # nearly every cell is looked at there
            yield from (Seen(one, False) for one in self.walk.store.ids(frozenset(EXISTING)))
            return
        streams = {table.name: stream for table, stream in self._streams}
        with self.walk.store.snapshot() as snapshot, tempfile.TemporaryFile() as aside:
            self._all = AllLines(self.walk, snapshot, streams, aside)
            yield from self._all.written()
            for name, found in self._all.formulas.items():
                self.warnings += (CellWarning(f"{name}.csv", row, column) for row, column in found)

    def close(self) -> None:
        """Put what is to be said in order, file by file; nothing follows the last record."""
        order = {f"{table.name}.csv": number for number, (table, _stream) in enumerate(self._streams)}
        self.warnings.sort(key=lambda warning: order[warning.file])

    def _is_known(self, table: Table, key: bytes) -> bool:
        seen = self._seen.setdefault(table.name, set())
        known = key in seen
        seen.add(key)
        return known

    def _cell(self, table: Table, column: Column, line: Line) -> str:
        text = shown(column.get(line))
        if column.nature is Nature.MACHINE or not text:
            return text
        if self.profile is Profile.EXCEL:
            return quoted(guard(text, code=column.nature is Nature.CODE))
        if is_formula(text):
            self.warnings.append(CellWarning(f"{table.name}.csv", str(line.key), column.name))
        return quoted(text)

    def _row(self, cells: Iterable[str]) -> str:
        return ",".join(cells) + self._end


def as_needed(cell: str) -> str:
    """A cell with quotation marks only where RFC 4180 wants them, and where a reader might trim it or break the line.

    Python's own writer leaves a bare carriage return unquoted in some versions.
    """
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell
