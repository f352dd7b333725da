"""A CSV file of anybody's: its encoding, its delimiter, and its rows with the lines they stand on."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T, Text

DELIMITERS: Final = ",;\t|"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK: Final = 1 << 20
_HEAD: Final = 1 << 16

Row = list[str]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is written.

    Attributes:
        encoding: a codec; bytes that it does not know are read as lone surrogates and are faults of their rows.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    def opened(self) -> "Reading":
        """The rows behind the header, from the first."""
        return Reading(self)


class Reading:
    """A file being read.

    Attributes:
        size: its bytes.
        rows: the rows of cells; iterating it may raise `csv.Error` for one row and go on with the next.
    """

    def __init__(self, shape: Shape) -> None:
        self.size = shape.path.stat().st_size
        self._binary = shape.path.open("rb")
        self._text = io.TextIOWrapper(self._binary, shape.encoding, errors="surrogateescape", newline="")
        self.rows = csv.reader(self._text, delimiter=shape.delimiter)
        next(self.rows, None)

    def __enter__(self) -> "Reading":
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    @property
    def line(self) -> int:
        """The line on which the last row ended, 1 the first."""
        return int(self.rows.line_num)

    @property
    def done(self) -> int:
        """How many bytes have been read."""
        return self._binary.tell()


def shape(path: Path, encoding: str = "", delimiter: str = "") -> Shape:
    """Find out how a file is written, or take what is known of it.

    Raises:
        InvalidInput: it cannot be read, is empty, or its encoding is none that Python knows.
    """
    try:
        known = encoding or _encoding(path)
        with path.open("r", encoding=known, errors="surrogateescape", newline="") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise InvalidInput(T("{path} cannot be read: {cause}", path=path, cause=error.strerror or error)) from error
    except (LookupError, UnicodeError) as error:
        raise InvalidInput(T("{path} cannot be read as {encoding}", path=path, encoding=encoding)) from error
    mark = delimiter or _delimiter(head)
    try:
        header = next(csv.reader(io.StringIO(head, newline=""), delimiter=mark), [])
    except (csv.Error, TypeError) as error:
        raise InvalidInput(T("{path} is no CSV file: {cause}", path=path, cause=error)) from error
    if not any(name.strip() for name in header):
        raise InvalidInput(T("{path} has no header line", path=path), T("Name the columns in its first line."))
    return Shape(path, known, mark, tuple(name.strip() for name in header))


def _encoding(path: Path) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, CP932; UTF-8 where no encoding fits the whole file."""
    with path.open("rb") as stream:
        head = stream.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    return next((name for name in ("utf-8", "cp932") if _fits(path, name)), "utf-8")


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            for block in iter(lambda: stream.read(_BLOCK), b""):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(head: str) -> str:
    """The mark that splits the header and the line behind it into most cells, the same number of both."""
    lines = head.splitlines()[:2]

    def cells(mark: str) -> tuple[bool, int]:
        counts = [len(next(csv.reader([line], delimiter=mark), [])) for line in lines]
        return len(set(counts)) == 1, counts[0] if counts else 0

    return max(DELIMITERS, key=cells)


def each(reading: Reading, faulty: Callable[[csv.Error], None]) -> Iterator[Row]:
    """The rows one by one; what cannot be split into cells is reported and passed over."""
    while True:
        try:
            yield from reading.rows
        except csv.Error as error:
            faulty(error)
        else:
            return


@dataclass(frozen=True, slots=True)
class Lot:
    """Rows that follow one another; blank lines are empty rows.

    Attributes:
        line: the line on which the first begins.
    """

    line: int
    rows: list[Row]


def lots(reading: Reading, size: int, faulty: Callable[[int, csv.Error], None]) -> Iterator[Lot]:
    """The rows, a number of them at a time; what cannot be split into cells is reported with its line."""
    while True:
        begun, rows = reading.line + 1, list[Row]()
        try:
            rows.extend(islice(reading.rows, size))
        except csv.Error as error:  # the rows before it are in the list: extending takes them over one by one
            faulty(reading.line, error)
        else:
            if not rows:
                return
        if rows:
            yield Lot(begun, rows)


def miscounted(cells: Row, width: int) -> Text:
    """What is said of a row with more or fewer cells than the header."""
    if any("\n" in cell for cell in cells):
        return T("has {count} cells instead of {width}: a quotation mark may be open", count=len(cells), width=width)
    return T("has {count} cells instead of {width}", count=len(cells), width=width)
