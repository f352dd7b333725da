"""A table's rows as the lines of a file, many at a time: the database makes the texts, the rest is done to all of them.

A program of its own as well, which does so beside the first one; it imports next to nothing, so that it starts at once
and takes little memory.
"""

import json
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import add
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from oppwizard.exchange.guard import FIRST, is_formula

AT_ONCE: Final = 400
DIGITS: Final = 32
"""What an identity is kept as."""
_SHAPE: Final = b"00000000-0000-0000-0000-000000000000,"
_PLACES: Final = tuple(place for place, sign in enumerate(_SHAPE) if sign == ord("0"))
_SUSPECT: Final = re.compile(f',"{FIRST}(?!(?<=[-+])[0-9]+")')
"""Where a cell may be a formula: a text that begins like one and is no whole number with its sign."""
_CELL: Final = re.compile('(?:"([^"]*(?:""[^"]*)*)"|([^,"\n]*))[,\n]')

Row = tuple[bytes, bytes]
"""A line's identities one after another, as they are kept, and what follows them."""


class Formula(NamedTuple):
    """A cell that a spreadsheet would run: the identity of its row, and its column."""

    row: str
    column: str


class Task(NamedTuple):
    """A file that is to be written.

    Attributes:
        path: the file, which has its heading.
        sql: asks for its rows, as `Row` and what else they are ordered by.
        values: what stands in the question.
        repeated: asks for the identities of rows that come several times; each is written once.
        identities: with how many of them a line begins.
        columns: the names of the columns that hold texts, and of no others.
    """

    path: str
    sql: str
    values: dict[str, str]
    repeated: str
    identities: int
    columns: list[str | None]


def run(connection: sqlite3.Connection, task: Task, stream: BinaryIO) -> list[Formula]:
    """Write the lines of a file, and name its cells that are formulas."""
    return list(written(_rows(connection, task), task.identities, task.columns, stream))


def _rows(connection: sqlite3.Connection, task: Task) -> Iterator[list[Row]]:
    repeated = connection.execute(task.repeated) if task.repeated else ()
    is_written = dict.fromkeys(chain.from_iterable(repeated), False)

    def is_first(row: Row) -> bool:
        key = row[0][:DIGITS]
        if key in is_written:
            was, is_written[key] = is_written[key], True
            return not was
        return True

    cursor = connection.execute(task.sql, task.values)
    while rows := cursor.fetchmany(AT_ONCE):
        yield list(filter(is_first, rows)) if is_written else rows


def written(
    rows: Iterable[Sequence[Row]], identities: int, columns: Sequence[str | None], stream: BinaryIO
) -> Iterator[Formula]:
    """Write rows as lines, and name their cells that are formulas."""
    for some in rows:
        begun, rests = _begun(some, identities), [row[1] for row in some]
        text = b"".join(chain.from_iterable(zip(begun, rests, strict=True)))
        stream.write(text)
        if _SUSPECT.search(text.decode(errors="replace")):
            for line in map(add, begun, rests):
                yield from _formulas(line.decode(errors="replace"), columns)


def _begun(rows: Sequence[Row], identities: int) -> list[bytes]:
    """How the lines begin: their identities as people write them.

    Digit by digit, each of all of them in one step, which is ten times as fast as one identity after another.
    """
    kept = b"".join([row[0] for row in rows])
    told = bytearray(_SHAPE * (len(rows) * identities))
    for digit, place in enumerate(_PLACES):
        told[place :: len(_SHAPE)] = kept[digit::DIGITS]
    width = identities * len(_SHAPE)
    plain = bytes(told)
    return [plain[at : at + width] for at in range(0, len(plain), width)]


def _formulas(line: str, columns: Sequence[str | None]) -> Iterator[Formula]:
    if _SUSPECT.search(line):
        cells = [text.replace('""', '"') for text, _plain in _CELL.findall(line)]
        for cell, column in zip(cells, columns, strict=True):
            if column is not None and is_formula(cell):
                yield Formula(line.partition(",")[0], column)


def begun(address: str) -> sqlite3.Connection:
    """A store as it is now, whose texts are given as bytes."""
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.text_factory = bytes
    for pragma in ("query_only=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    return connection


def _main(address: str, question: str, mark: str) -> int:
    """Do task after task, each a line; say that the store is the one meant, then what was found, in a line as well."""
    connection = begun(address)
    if connection.execute(question).fetchone()[0] != int(mark):
        return 1
    for line in sys.stdin:
        task = Task(*json.loads(line))
        with Path(task.path).open("ab") as stream:
            found = run(connection, task, stream)
        print(json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
