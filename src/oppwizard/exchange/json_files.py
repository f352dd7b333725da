"""Records as JSON: one file with all, or a record a line."""

from pathlib import Path
from typing import BinaryIO

from oppwizard.exchange.atomic import FileSet
from oppwizard.exchange.document import MANY, VERSION, dumps, to_document
from oppwizard.model.record import Record
from oppwizard.walk import Walk


class JsonLines:
    """A record a line."""

    def __init__(self, walk: Walk, files: FileSet, path: Path) -> None:
        self.walk = walk
        self.stream: BinaryIO = files.open(path)

    def add(self, record: Record) -> None:
        """Write a record."""
        self.stream.write(f"{dumps(to_document(record, self.walk))}\n".encode())

    def close(self) -> None:
        """Write what follows the last record: nothing."""


class JsonFile(JsonLines):
    """One document: the record itself where one was asked for, else an object with a list of all.

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
        text = dumps(to_document(record, self.walk), indent=True, depth=0 if self.single else 2)
        before = "" if self.single else ("," if self._count else "") + "\n    "
        self.stream.write((before + text).encode())
        self._count += 1

    def close(self) -> None:
        """Close the list."""
        last = "" if self.single else ("\n  " if self._count else "") + "]\n}"
        self.stream.write(f"{last}\n".encode())
