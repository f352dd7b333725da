"""Records as JSON: one file with all, or a record a line."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from oppwizard.exchange.atomic import FileSet
from oppwizard.exchange.document import MANY, VERSION, dumps, to_document
from oppwizard.exchange.wholesale import Seen, documents
from oppwizard.model.record import Record
from oppwizard.walk import Walk


class JsonLines:
    """A record a line."""

    def __init__(self, walk: Walk, files: FileSet, path: Path) -> None:
        self.walk = walk
        self.stream: BinaryIO = files.open(path)

    def add(self, record: Record) -> None:
        """Write a record."""
        self.add_text(dumps(to_document(record, self.walk)).encode())

    def add_text(self, document: bytes) -> None:
        """Write a record whose document is on one line already."""
        self.stream.write(document)
        self.stream.write(b"\n")

    def wholesale(self) -> Iterator[Seen]:
        """Write all opportunities that need not be judged anew, and name each of all of them."""
        for ready in documents(self.walk):
            if ready.text is not None:
                self.add_text(ready.text)
            yield Seen(ready.id, ready.text is not None, ready.kept)

    def close(self) -> None:
        """Write what follows the last record: nothing."""


class JsonFile(JsonLines):
    """One document: the record itself where one was asked for, else an object with a list of all, a record a line.

    Attributes:
        single: whether it is to be the record itself.
    """

    def __init__(self, walk: Walk, files: FileSet, path: Path, *, single: bool) -> None:
        super().__init__(walk, files, path)
        self.single = single
        self._count = 0
        if not single:
            head = dumps({"format": MANY, "version": VERSION}, indent=True).removesuffix("\n}")
            self.stream.write(f'{head},\n  "records": ['.encode())

    def add(self, record: Record) -> None:
        """Write a record."""
        self.add_text(dumps(to_document(record, self.walk), indent=self.single).encode())

    def add_text(self, document: bytes) -> None:
        """Write a record whose document is made already."""
        before = b"" if self.single else b",\n    " if self._count else b"\n    "
        self.stream.write(before)
        self.stream.write(document)
        self._count += 1

    def close(self) -> None:
        """Close the list."""
        last = "" if self.single else ("\n  " if self._count else "") + "]\n}"
        self.stream.write(f"{last}\n".encode())
