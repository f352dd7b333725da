"""Statements compiled once and then run as text: the shortest way from a field left to a field saved.

SQLAlchemy writes the SQL, for whichever database it speaks to; what is left out is its work for each execution.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Delete, Insert, Update

_Binder = Callable[[Any], Any] | None


@dataclass(frozen=True, eq=False)
class Prepared:
    """An INSERT, UPDATE or DELETE with named parameters."""

    statement: Insert | Update | Delete

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Execute it; how many rows it touched."""
        sql, binders, positional = _compiled(self, connection.dialect)
        bound = {name: bind(values[name]) if bind else values[name] for name, bind in binders}
        return connection.exec_driver_sql(sql, tuple(bound.values()) if positional else bound).rowcount

    def run_all(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute it for each of many rows."""
        sql, binders, positional = _compiled(self, connection.dialect)
        bound = ([bind(row[name]) if bind else row[name] for name, bind in binders] for row in rows)
        names = [name for name, _bind in binders]
        many: list[Any] = [tuple(row) if positional else dict(zip(names, row, strict=True)) for row in bound]
        if many:
            connection.exec_driver_sql(sql, many)


def insert_for(dialect: Dialect) -> Any:
    """The INSERT of a database that can say what is done where a row is there already; SQLite and PostgreSQL agree."""
    return sqlite.insert if dialect.name == "sqlite" else postgresql.insert


def upsert(connection: Connection, table: Table, unique: Sequence[str]) -> Any:
    """An INSERT whose row takes the place of the one with the same values in some columns, if there is one."""
    written = insert_for(connection.dialect)(table)
    new = {column.name: written.excluded[column.name] for column in table.columns if column.name not in unique}
    return written.on_conflict_do_update(index_elements=list(unique), set_=new)


def unless_there(connection: Connection, table: Table) -> Any:
    """An INSERT that leaves out a row whose key is taken, also by a row that one may not see."""
    return insert_for(connection.dialect)(table).on_conflict_do_nothing()


def prepare(statement: Insert | Update | Delete) -> Prepared:
    """A statement to be compiled when it is first run."""
    return Prepared(statement)


@lru_cache(maxsize=2_048)
def _compiled(prepared: Prepared, dialect: Dialect) -> tuple[str, tuple[tuple[str, _Binder], ...], bool]:
    compiled = prepared.statement.compile(dialect=dialect)
    names = getattr(compiled, "positiontup", None)
    binds: Mapping[str, Any] = getattr(compiled, "binds")  # noqa: B009 - typed for SQL compilers only
    binders = tuple((name, binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names or binds)
    return str(compiled), binders, names is not None
