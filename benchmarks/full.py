"""A store of finished deals with all that hangs on them: the sample deal, over and over, under other identities."""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from sqlmodel import SQLModel

from benchmarks.store import finished_sample, folder, shape
from oppwizard.data.store import Store
from oppwizard.data.tables import MODELS, table_of
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import StagePassage

_AT_ONCE: Final = 500
_KEPT: Final[dict[type[SQLModel], int]] = {StagePassage: 1}
"""So many rows of some kinds are enough: no gate asks for more."""


def full_store(count: int) -> Path:
    """A store with so many finished deals and what belongs to them, made when it is first asked for."""
    path = folder() / f"full-{count}-{shape()}.db"
    if not path.exists():
        for old in folder().glob(f"full-{count}-*"):
            old.unlink()
        unfinished = path.with_name(f"unfinished-{os.getpid()}-{path.name}")
        with tempfile.TemporaryDirectory() as name:
            finished_sample(Path(name) / "one.db")
            Store.open(unfinished).close()
            _multiply(Path(name) / "one.db", unfinished, count)
        unfinished.rename(path)
    return path


def related(path: Path) -> int:
    """How many rows a store has beside its opportunities."""
    with sqlite3.connect(path) as connection:
        names = [table_of(model).name for model in MODELS if model is not Opportunity]
        return sum(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)


def _multiply(one: Path, target: Path, count: int) -> None:
    """Write the deal's rows again and again; the identities of each copy are the deal's own with another head."""
    source = sqlite3.connect(one)
    connection = sqlite3.connect(target, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    tables = [_rows(source, table_of(model).name, _KEPT.get(model)) for model in MODELS]
    own = sorted({row[0] for _name, _columns, rows in tables for row in rows})
    connection.execute("BEGIN")
    for start in range(0, count, _AT_ONCE):
        for name, columns, rows in tables:
            places = ", ".join("?" * len(columns))
            statement = f'INSERT INTO "{name}" ({", ".join(columns)}) VALUES ({places})'
            copies = (_copy(row, own, number) for number in range(start, min(start + _AT_ONCE, count)) for row in rows)
            connection.executemany(statement, copies)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()
    source.close()


def _rows(source: sqlite3.Connection, name: str, most: int | None) -> tuple[str, Sequence[str], list[tuple[Any, ...]]]:
    found = source.execute(f'SELECT * FROM "{name}"')
    columns = [column[0] for column in found.description]
    first = columns.index("id")
    order = [first, *(number for number in range(len(columns)) if number != first)]
    return name, [f'"{columns[n]}"' for n in order], [tuple(row[n] for n in order) for row in found.fetchall()[:most]]


def _copy(row: Iterable[Any], own: Sequence[str], number: int) -> tuple[Any, ...]:
    return tuple(_renamed(value, own, number) if isinstance(value, str) else value for value in row)


def _renamed(value: str, own: Sequence[str], number: int) -> str:
    """The same text with the identities of a copy in it: their first digits are the copy's number."""
    if len(value) == 32 and value in own:
        return f"{number:08x}{value[8:]}"
    if value.startswith('["') and "-" in value:
        for identity in own:
            head = identity[:8]
            value = value.replace(f'"{head}-', f'"{number:08x}-')
    return value
