"""Deals of the past (X2): what close dates and amounts are held against.

They are facts about what happened, not records: no walk leads to them, nothing refers to them, no change is logged.
Rows come by the hundred thousand, so they are written as plain tuples of what the columns hold.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Index, Table, Text, case, func, or_, select
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from oppwizard.data.prepared import insert_for
from oppwizard.i18n import T
from oppwizard.model.base import money, percent
from oppwizard.model.choice import Choice, ChoiceColumn

KEY: Final = 400
"""The most characters of a past deal's key."""
TEXT: Final = 1_000
"""The most characters of a name."""
_BY_KEY: Final = "ix_past_deal_key"


class Outcome(Choice):
    """How a deal of the past ended, or that it had not when it was imported."""

    WON = "won", T("Won")
    LOST = "lost", T("Lost")
    OPEN = "open", T("Open")


class PastDeal(SQLModel, table=True):
    """One deal of the past. ``closed`` of an open deal is the day that was expected; nothing is measured by it.

    ``key`` is the deal's own number in the system it comes from, or made of its content; see `exchange.history`.
    """

    __tablename__ = "past_deal"
    __table_args__ = (Index(_BY_KEY, "key", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=KEY)
    account: str | None = Field(default=None, max_length=TEXT)
    product: str | None = Field(default=None, max_length=TEXT)
    segment: str | None = Field(default=None, max_length=TEXT)
    rep: str | None = Field(default=None, max_length=TEXT)
    currency: str | None = Field(default=None, max_length=3)
    amount: Decimal | None = money()
    list_price: Decimal | None = money()
    discount: Decimal | None = percent()
    opened: dt.date | None = Field(default=None)
    closed: dt.date | None = Field(default=None)
    outcome: Outcome = Field(sa_type=ChoiceColumn(Outcome))
    file: str = Field(default="", sa_type=Text)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of rows: new ones, ones that replaced another content, and ones that were there already."""

    added: int
    changed: int
    same: int


class Past(NamedTuple):
    """What the checks need of a past deal.

    Attributes:
        days: from the day it was opened to the day it was won or lost; for an open one to the newest close of its file.
    """

    product: str
    segment: str
    currency: str
    amount: Decimal | None
    list_price: Decimal | None
    discount: Decimal | None
    outcome: Outcome
    days: int | None


def _table() -> Table:
    return SQLModel.metadata.tables["past_deal"]


def put(connection: Connection, names: Sequence[str], chunks: Iterable[list[tuple[Any, ...]]]) -> Kept:
    """Write rows; one whose key is known replaces the old content where that differs.

    Args:
        names: the columns, ``key`` among them; a column that is not named stays empty, or as it was.
        chunks: the values as the database holds them: money in ten-thousandths, days as ISO text.
    """
    before = _count(connection)
    statement, positional = _statement(tuple(names), connection.dialect, first=before == 0)
    total = touched = 0
    with (
        _indexed_later(connection) if before == 0 and connection.dialect.name == "sqlite" else contextlib.nullcontext()
    ):
        for chunk in chunks:
            rows: Any = chunk if positional else [dict(zip(names, row, strict=True)) for row in chunk]
            touched += connection.exec_driver_sql(statement, rows).rowcount if chunk else 0
            total += len(chunk)
    added = _count(connection) - before
    return Kept(added, max(0, touched - added), max(0, total - touched))


@contextlib.contextmanager
def _indexed_later(connection: Connection) -> Iterator[None]:
    """Let an empty table take its rows without its index, which is made behind them: that is a fifth quicker.

    The keys of one file are distinct already. All of it is part of the transaction.
    """
    index = next(each for each in _table().indexes if each.name == _BY_KEY)
    index.drop(connection)
    yield
    index.create(connection)


def _count(connection: Connection) -> int:
    return int(connection.scalar(select(func.count()).select_from(_table())) or 0)


@lru_cache(maxsize=32)
def _statement(names: tuple[str, ...], dialect: Dialect, *, first: bool) -> tuple[str, bool]:
    """The statement as text, and whether its parameters are known by their place; SQLite and PostgreSQL agree on it.

    Args:
        first: there is nothing yet that a row could replace.
    """
    table = _table()
    written = insert_for(dialect)(table)
    if not first:
        new = written.excluded
        others = [name for name in names if name not in ("key", "file")]
        differs = or_(*(table.c[name].is_distinct_from(new[name]) for name in others))
        replaced = {name: new[name] for name in names if name != "key"}
        written = written.on_conflict_do_update(index_elements=["key"], set_=replaced, where=differs)
    compiled = written.compile(dialect=dialect, column_keys=list(names))
    order = getattr(compiled, "positiontup", None)
    if order is not None and tuple(order) != names:
        raise AssertionError(order)
    return str(compiled), order is not None


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """Names of columns in the order in which `put` takes them: that of the table."""
    wanted = set(names)
    return tuple(column.name for column in _table().columns if column.name in wanted)


def mark(connection: Connection) -> tuple[int, int]:
    """How many past deals there are, and the number of the last: together they change when any are added."""
    table = _table()
    row = connection.execute(select(func.count(), func.max(table.c.id))).one()
    return int(row[0]), int(row[1] or 0)


def past_deals(reading: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Past]:
    """All past deals. An open one counts up to the newest close of its file: what came later is not known."""
    table = _table()
    ended = table.c.outcome != Outcome.OPEN
    newest = func.max(case((ended, table.c.closed), else_=table.c.opened))
    columns = [table.c[name] for name in ("file", "opened", "closed", *Past._fields[:-1])]
    with reading() as connection:
        known = {row[0]: row[1] for row in connection.execute(select(table.c.file, newest).group_by(table.c.file))}
        for file, opened, closed, product, segment, currency, *rest in connection.execute(select(*columns)):
            until = known[file] if rest[-1] is Outcome.OPEN else closed
            days = max(0, (until - opened).days) if opened and until else None
            yield Past._make((product or "", segment or "", currency or "", *rest, days))
