"""Questions asked again and again, compiled once: for reading what `Prepared` is for writing.

SQLAlchemy writes the SQL and says how values are read; what is left out is its work for each execution, which takes
many times as long as SQLite's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

_Reader = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Question:
    """A SELECT with named parameters, as a statement of SQLAlchemy or as text with typed columns."""

    statement: Any

    def ask(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Its rows, each value of its column's own type."""
        compiled = _compiled(self, connection.dialect)
        bound = {name: bind(values[name]) if bind else values[name] for name, bind in compiled.binders}
        bound = compiled.fixed | bound
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.sql, tuple(map(bound.get, compiled.order)) if compiled.positional else bound)
            rows = cursor.fetchall()
        finally:
            cursor.close()
        return [_read(row, compiled.readers) for row in rows]


def _read(row: Sequence[Any], readers: tuple[_Reader | None, ...]) -> tuple[Any, ...]:
    return tuple([value if read is None else read(value) for read, value in zip(readers, row, strict=True)])


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A question in the words of one database.

    Attributes:
        binders: the parameters that are handed in, each with what makes it a value of the database.
        fixed: those that the statement has itself.
        order: the names of all of them as they stand in the text.
        readers: what makes each column's value one of ours.
    """

    sql: str
    binders: tuple[tuple[str, _Reader | None], ...]
    fixed: dict[str, Any]
    order: tuple[str, ...]
    positional: bool
    readers: tuple[_Reader | None, ...]


@lru_cache(maxsize=1_024)
def _compiled(question: Question, dialect: Dialect) -> _Compiled:
    compiled = question.statement.compile(dialect=dialect)
    positions = getattr(compiled, "positiontup", None)
    binders: list[tuple[str, _Reader | None]] = []
    fixed: dict[str, Any] = {}
    for name, value in compiled.params.items():
        bind = _binder(compiled, name, dialect)
        if value is None:
            binders.append((name, bind))
        else:
            fixed[name] = bind(value) if bind else value
    return _Compiled(
        str(compiled),
        tuple(binders),
        fixed,
        tuple(positions or compiled.params),
        positions is not None,
        tuple(_reader(column.type, dialect) for column in question.statement.selected_columns),
    )


def _binder(compiled: Any, name: str, dialect: Dialect) -> _Reader | None:
    """What makes a parameter a value of the database."""
    found: _Reader | None = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
    return found


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> _Reader | None:
    found: _Reader | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found
