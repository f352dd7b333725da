"""The rows of a file that could not be read, listed beside it with line, column and reason."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from oppwizard.exchange.atomic import FileSet, writing
from oppwizard.exchange.guard import guard

_HEAD: Final = ("line", "column", "reason")


class FaultFile:
    """A list of faults under way; there is no file until the first of them, and none before `commit`."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._path = path
        self._header = header
        self._files = FileSet()
        self._stream: io.TextIOBase | None = None

    def __enter__(self) -> Self:
        self._files.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._files.__exit__(kind, error, at)

    def add(self, line: int, column: str, reason: str, cells: Sequence[str]) -> None:
        """List a row. What a spreadsheet would run is made harmless; the row itself stays in the file it came from.

        Raises:
            InvalidInput: the file cannot be written.
        """
        if self._stream is None:
            with writing(self._path):
                self._stream = io.TextIOWrapper(self._files.open(self._path), "utf-8-sig", errors="replace", newline="")
            self._row([*_HEAD, *self._header])
        self._row([str(line), guard(column), reason, *(guard(cell) for cell in cells)])

    def _row(self, cells: Sequence[str]) -> None:
        assert self._stream is not None
        text = io.StringIO()
        csv.writer(text).writerow(cells)
        self._stream.write(text.getvalue())

    def commit(self) -> Path | None:
        """Put the list in its place; None where nothing was listed."""
        if self._stream is None:
            return None
        self._stream.flush()
        with writing(self._path):
            return self._files.commit()[0]
