"""The rows of a lead list, whatever form it has: names and values, with the line or record they stand in."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from oppwizard.exchange.document import dumps
from oppwizard.exchange.parsing import Entry, stream
from oppwizard.exchange.tabular import Shape, each, miscounted, shape
from oppwizard.exchange.values import text_of
from oppwizard.i18n import T, Text

ENDINGS: Final = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
_JSON: Final = (".json", ".jsonl", ".ndjson")
_WRAPPERS: Final = ("results", "data", "leads", "items", "value")
"""Under what other systems' answers have their list."""
_IDLE: Final = ("attributes.type", "attributes.url")
"""What Salesforce says of every object, and nobody asked for."""
_MOST: Final = 1_000
"""So many values a row may have."""
_HEADED: Final = 5_000
"""So many objects are looked at for the names of their values."""

Progress = Callable[[int, int], None]
"""Told how many bytes of how many have been read."""
Faulty = Callable[[int, Text, list[str]], None]
"""Told the line, the reason and the cells of a row that is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        line: the line on which it begins, 1 the first; of a JSON list the number of the record.
        values: by the name of the column; blank ones are not there.
    """

    line: int
    values: dict[str, Any]

    def cells(self, header: Iterable[str]) -> list[str]:
        """The row as texts in the order of a header."""
        return [text_of(self.values[name]) if name in self.values else "" for name in header]


class Table(Protocol):
    """A file of rows; read as often as one likes.

    Attributes:
        header: the names of the columns, each once.
    """

    path: Path
    header: tuple[str, ...]

    def rows(self, faulty: Faulty, progress: Progress | None = None) -> Iterator[Row]:
        """The rows from the first; what is no row is reported and passed over."""
        ...


def opened(path: Path, encoding: str = "", delimiter: str = "") -> "CsvTable | JsonTable":
    """A file as rows, by its ending.

    Raises:
        InvalidInput: it cannot be read.
    """
    if path.suffix.lower() in _JSON:
        return JsonTable(path)
    return CsvTable(shape(path, encoding, delimiter))


class CsvTable:
    """A CSV file; columns of one name are told apart by a number behind it."""

    def __init__(self, found: Shape) -> None:
        self.shape = found
        self.path = found.path
        self.header = tuple(_apart(found.header))

    def rows(self, faulty: Faulty, progress: Progress | None = None) -> Iterator[Row]:
        """The rows behind the header."""
        width = len(self.header)
        with self.shape.opened() as reading:

            def broken(error: csv.Error) -> None:
                faulty(reading.line, T("is no row of a CSV file: {cause}", cause=error), [])

            begun, done = reading.line + 1, 0
            for cells in each(reading, broken):
                if progress is not None and reading.done != done:
                    done = reading.done
                    progress(done, reading.size)
                if len(cells) == width:
                    values = {name: cell for name, cell in zip(self.header, cells, strict=True) if cell.strip()}
                    if values:
                        yield Row(begun, values)
                elif any(cell.strip() for cell in cells):
                    faulty(begun, miscounted(cells, width), cells)
                begun = reading.line + 1


def _apart(names: Iterable[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


class JsonTable:
    """A JSON or JSON Lines file; what stands in an object within a row is named by its way: ``contact.email``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        names: dict[str, None] = {}
        for number, row in enumerate(self.rows(lambda _line, _reason, _cells: None)):
            names |= dict.fromkeys(row.values)
            if number >= _HEADED or len(names) > _MOST:
                break
        self.header = tuple(names)

    def rows(self, faulty: Faulty, progress: Progress | None = None) -> Iterator[Row]:
        """The objects; nothing is said of how far it has come."""
        for entry in _unwrapped(stream(self.path)):
            if isinstance(entry.document, Text):
                faulty(entry.number, entry.document, [])
                continue
            values = {name: value for name, value in flat(entry.document) if name not in _IDLE}
            if len(values) > _MOST:
                faulty(entry.number, T("has more than {count} values", count=_MOST), [])
            elif values:
                yield Row(entry.number, values)


def _unwrapped(found: Iterable[Entry]) -> Iterator[Entry]:
    for entry in found:
        inner = _listed(entry)
        if inner is None:
            yield entry
        else:
            for number, item in enumerate(inner, start=1):
                said = item if isinstance(item, dict) else T("A record is an object")
                yield Entry(T("record {number}", number=number), said, number)


def _listed(entry: Entry) -> list[Any] | None:
    """The rows of an answer that has them under a name of its own."""
    document = entry.document
    if entry.number != 1 or not isinstance(document, dict):
        return None
    lists = (document[name] for name in _WRAPPERS if isinstance(document.get(name), list))
    return next((listed for listed in lists if listed and all(isinstance(one, dict) for one in listed)), None)


def flat(value: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The values of an object and of those in it, each with its way; what is empty is left out."""
    for key, item in value.items():
        name = f"{before}{key}"
        if isinstance(item, dict):
            yield from flat(item, f"{name}.")
        elif isinstance(item, list):
            yield from _items(name, item)
        elif item is not None and not (isinstance(item, str) and not item.strip()):
            yield name, item


def _items(name: str, items: list[Any]) -> Iterator[tuple[str, Any]]:
    texts = [item if isinstance(item, str) else dumps(item) for item in items if not isinstance(item, dict)]
    if any(text.strip() for text in texts):
        yield name, texts[0] if len(texts) == 1 else texts
    objects = (item for item in items if isinstance(item, dict))
    for number, item in enumerate(objects, start=1):
        yield from flat(item, f"{name}[{number}].")
