"""A provider that reads a CSV or JSON file: a purchased list, an export of another system (A6)."""

import csv
import io
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from oppwizard.enrichment.asking import Answer, ProviderProblem, Question
from oppwizard.enrichment.picking import answers, not_an_object, parsed, pick
from oppwizard.i18n import T
from oppwizard.model.fields import FIELDS
from oppwizard.model.text import fold
from oppwizard.playbook.enrichment import FileSource

_LARGEST: Final = 64_000_000
"""Bytes of a file."""
_ROWS: Final = 500_000
Row = Mapping[str, Any]


def host_of(text: str) -> str:
    """The host of a website or domain, as it is written in lists: without scheme, ``www.`` and path."""
    plain = text.strip().casefold()
    host = urlsplit(plain if "//" in plain else f"//{plain}").hostname or ""
    return host.removeprefix("www.")


def _key_of(kind: str, text: str) -> str:
    readers: Mapping[str, Callable[[str], str]] = {"domain": _host, "company_number": _number}
    return readers.get(kind, fold)(text)


def _host(text: str) -> str:
    try:
        return host_of(text)
    except ValueError:
        return ""


def _number(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


class FileProvider:
    """Knows what a file says, and what it says after it was changed."""

    def __init__(self, source: FileSource, folder: Path) -> None:
        self.source = source
        self.path = folder / Path(source.path).expanduser()
        self._lock = threading.Lock()
        self._read_at: tuple[int, int] | None = None
        self._rows: dict[str, list[Row]] = {}

    @property
    def name(self) -> str:
        """What the playbook calls it."""
        return self.source.name

    @property
    def answers(self) -> frozenset[str]:
        """The fields that the playbook maps; without a map, all that a file of its kind may name."""
        return frozenset(self._places)

    @property
    def _places(self) -> Mapping[str, str]:
        if self.source.fields:
            return self.source.fields
        return {path: path for path, spec in FIELDS.items() if spec.entity == self.source.about}

    def look_up(self, question: Question) -> Sequence[Answer]:
        """What the rows of that key say; where several do, the last one that says something of a field counts.

        Raises:
            ProviderProblem: the file cannot be read.
        """
        found: dict[str, Answer] = {}
        rows = self._current()
        for key in self._keys(question):
            for row in rows.get(key, ()):
                found |= {answer.path: answer for answer in answers(row, self._places, self.source)}
            if found:
                break
        return list(found.values())

    def _keys(self, question: Question) -> Iterator[str]:
        names = ("legal_name", "company") if self.source.key == "legal_name" else (self.source.key,)
        keys = (_key_of(self.source.key, question.keys.get(name, "")) for name in names)
        return (key for key in keys if key)

    def _current(self) -> Mapping[str, list[Row]]:
        with self._lock:
            try:
                stat = self.path.stat()
                mark = stat.st_mtime_ns, stat.st_size
                if mark != self._read_at:
                    self._rows = self._indexed(self._content(stat.st_size))
                    self._read_at = mark
            except OSError as error:
                raise ProviderProblem(
                    T("{file} cannot be read: {cause}", file=self.path, cause=error.strerror or type(error).__name__)
                ) from None
            return self._rows

    def _content(self, size: int) -> Iterable[Row]:
        if size > _LARGEST:
            raise ProviderProblem(T("{file} is larger than {limit} MB", file=self.path, limit=_LARGEST // 1_000_000))
        body = self.path.read_bytes()
        return self._of_json(body) if self.path.suffix.lower() == ".json" else self._of_csv(body)

    def _of_json(self, body: bytes) -> Iterator[Row]:
        """The objects of a list, or those of an object by their keys."""
        document = parsed(body.removeprefix(b"\xef\xbb\xbf"))
        column = self.source.column or self.source.key
        if isinstance(document, dict):
            yield from ({column: key, **row} for key, row in document.items() if isinstance(row, dict))
        elif isinstance(document, list):
            yield from (row for row in document if isinstance(row, dict))
        else:
            raise ProviderProblem(not_an_object(document))

    def _of_csv(self, body: bytes) -> Iterator[Row]:
        try:
            text = body.decode("utf-8-sig")
            reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
            column = self.source.column or self.source.key
            if column not in (reader.fieldnames or ()):
                raise ProviderProblem(
                    T("{file} has no column “{column}”", file=self.path, column=column),
                    T("Name the column of the key in the playbook: column."),
                )
            yield from reader
        except (csv.Error, UnicodeDecodeError) as error:
            raise ProviderProblem(
                T("{file} is no CSV in UTF-8: {cause}", file=self.path, cause=type(error).__name__)
            ) from None

    def _indexed(self, rows: Iterable[Row]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        column = self.source.column or self.source.key
        for number, row in enumerate(rows):
            if number >= _ROWS:
                raise ProviderProblem(T("{file} has more than {limit} rows", file=self.path, limit=_ROWS))
            said = pick(row, column)
            key = _key_of(self.source.key, str(said)) if isinstance(said, str | int) else ""
            if key:
                found.setdefault(key, []).append(row)
        return found


def _delimiter(text: str) -> str:
    """The sign between the columns: the commonest in the first line, as spreadsheets write it here and there."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
