"""Lists of records: sorted, filtered, paged by key, and what they add up to.

A page is read one status at a time, rows with a value before rows without, and merged: so that each statement walks
one index in its order and stops, whatever the size of the store and the meaning the database gives to NULL.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select, tuple_, update

from oppwizard.data.tables import table_of
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.choice import Choice
from oppwizard.model.enums import ReviewState, Stage, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.text import fold

_DEALS = table_of(Opportunity)
_ACCOUNTS = table_of(Account)
_NULLABLE: Final = ("amount", "close_on")
FEW: Final = 2_000
"""So many matches of a filter are fetched one by one and sorted; more are met soon enough in the list's order."""


class Sort(Choice):
    """What a list is sorted by."""

    CHANGED = "changed", T("Last change")
    CLOSE = "close", T("Close date")
    AMOUNT = "amount", T("Amount")
    TITLE = "title", T("Opportunity name")
    OPEN_POINTS = "open_points", T("Open points")
    SCORE = "score", T("Score")

    @property
    def column(self) -> str:
        """The column behind it."""
        return {"changed": "updated_at", "close": "close_on"}.get(str(self), str(self))


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sorted list: the sorted value and the identity of one row."""

    key: Any
    id: UUID


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which records to list, in which order, from where on.

    Attributes:
        text: words that must all occur in the record's search text.
        after: the row behind which the page begins.
        before: the row before which the page ends; not together with ``after``.
    """

    text: str = ""
    statuses: frozenset[Status] = frozenset({Status.DRAFT, Status.CREATED})
    open_stage: int | None = None
    owner: str | None = None
    sort: Sort = Sort.CHANGED
    descending: bool = True
    after: Cursor | None = None
    before: Cursor | None = None
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One record in a list."""

    id: UUID
    title: str
    account_id: UUID
    account: str
    status: Status
    stage: int
    open_stage: int
    open_points: int
    score: int
    amount: Decimal | None
    currency: str | None
    close_on: dt.date | None
    probability: Decimal | None
    owner: str | None
    updated_at: dt.datetime
    is_sample: bool
    review: ReviewState | None = None
    review_since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, with the places where the parts beside it are found; None where there are none."""

    rows: list[Line]
    next: Cursor | None
    previous: Cursor | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the opportunities of a list add up to; drafts and records set aside do not count."""

    count: int
    by_currency: dict[str, Decimal]


_COLUMNS: Final = tuple(_DEALS.c[name] for name in Line.__dataclass_fields__ if name != "account")


def lines() -> Select[Any]:
    """The statement that `line` reads: an outer join, because the list's index is to lead."""
    return select(_ACCOUNTS.c.legal_name, _ACCOUNTS.c.dba, *_COLUMNS).select_from(
        _DEALS.outerjoin(_ACCOUNTS, _ACCOUNTS.c.id == _DEALS.c.account_id)
    )


def line(row: Sequence[Any]) -> Line:
    """One row of `lines`."""
    legal_name, dba, identity, title, account_id, *others = list(row)
    return Line(identity, title, account_id, legal_name or dba or "", *others)


def page(connection: Connection, query: ListQuery) -> Page:
    """One page of a list."""
    backwards = query.before is not None
    found = _collect(connection, query, backwards, query.limit + 1)
    more, rows = len(found) > query.limit, found[: query.limit]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, query.after is not None)
    return Page(
        rows,
        next=_cursor(query, rows[-1]) if rows and has_next else None,
        previous=_cursor(query, rows[0]) if rows and has_previous else None,
    )


def _cursor(query: ListQuery, row: Line) -> Cursor:
    return Cursor(getattr(row, query.sort.column), row.id)


def _collect(connection: Connection, query: ListQuery, backwards: bool, many: int) -> list[Line]:
    """The first rows from the cursor on, in reading direction."""
    falling = query.descending is not backwards
    found: list[Line] = []
    filters = _narrowed(connection, query)
    for empty in _segments(query, backwards):
        rows = [
            row
            for status in query.statuses
            for row in _segment(connection, query, filters, status, empty, falling, many - len(found))
        ]
        rows.sort(key=lambda row: (0 if empty else getattr(row, query.sort.column), row.id), reverse=falling)
        found += rows[: many - len(found)]
        if len(found) >= many:
            break
    return found


def _segments(query: ListQuery, backwards: bool) -> Iterable[bool]:
    """Which rows to read, in reading direction: False those with a value, True those without."""
    if query.sort.column not in _NULLABLE:
        return (False,)
    cursor = query.before or query.after
    in_empty = cursor is not None and cursor.key is None
    if backwards:
        return (True, False) if in_empty else (False,)
    return (True,) if in_empty else (False, True)


def _narrowed(connection: Connection, query: ListQuery) -> list[ColumnElement[bool]]:
    """A query's filters, or the identities that they come down to where these are few.

    A rare word would otherwise be looked for in row after row of the list's order, to the end of the table.
    """
    filters = _filters(query)
    if not filters:
        return []
    found: list[UUID] = []
    for status in query.statuses:
        statement = select(_DEALS.c.id).where(_DEALS.c.status == status, *filters).limit(FEW + 1 - len(found))
        found += connection.scalars(statement)
        if len(found) > FEW:
            return filters
    return [_DEALS.c.id.in_(found)]


def _segment(
    connection: Connection,
    query: ListQuery,
    filters: list[ColumnElement[bool]],
    status: Status,
    empty: bool,
    falling: bool,
    many: int,
) -> list[Line]:
    key, identity = _DEALS.c[query.sort.column], _DEALS.c.id
    order = (identity,) if empty else (key, identity)
    statement = (
        lines()
        .where(_DEALS.c.status == status, key.is_(None) if empty else key.is_not(None), *filters)
        .order_by(*(column.desc() if falling else column.asc() for column in order))
        .limit(many)
    )
    cursor = query.before or query.after
    if cursor is not None and (cursor.key is None) == empty:
        here = tuple_(*order)
        place = (cursor.id,) if empty else (cursor.key, cursor.id)
        there = tuple_(*place, types=[column.type for column in order])
        statement = statement.where(here < there if falling else here > there)
    return [line(row) for row in connection.execute(statement)]


def _filters(query: ListQuery) -> list[ColumnElement[bool]]:
    found = words_in(_DEALS.c.search_key, query.text)
    if query.open_stage is not None:
        found.append(_DEALS.c.open_stage == query.open_stage)
    if query.owner is not None:
        found.append(_DEALS.c.owner == query.owner)
    return found


def words_in(column: ColumnElement[Any], text: str) -> list[ColumnElement[bool]]:
    """That each word of a text occurs in a folded column."""
    return [column.contains(word, autoescape=True) for word in fold(text).split()]


Scorer = Callable[[int, dt.date | None], int]
"""A record's score by what of it does not fade, and the last talk."""


def rescored(connection: Connection, score: Scorer) -> list[dict[str, Any]]:
    """The records whose score is another one than the one kept."""
    asked = select(_DEALS.c.id, _DEALS.c.score, _DEALS.c.score_base, _DEALS.c.last_talk_on).where(
        _DEALS.c.score_base >= 0
    )
    found = ((row.id, row.score, score(row.score_base, row.last_talk_on)) for row in connection.execute(asked))
    return [{"deal": identity, "now": now} for identity, kept, now in found if kept != now]


def write_scores(connection: Connection, changed: Sequence[dict[str, Any]]) -> None:
    """Keep scores; the records themselves stay as they are."""
    statement = update(_DEALS).where(_DEALS.c.id == bindparam("deal")).values(score=bindparam("now"))
    connection.execute(statement, changed)


def totals(connection: Connection, query: ListQuery) -> Totals:
    """What the opportunities among a query's rows add up to, whichever page it asks for.

    Samples do not count, nor do opportunities that an edit has thrown back behind their creation.
    """
    if Status.CREATED not in query.statuses:
        return Totals(0, {})
    count, amount = func.count(), func.sum(_DEALS.c.amount)
    statement = (
        select(_DEALS.c.currency, count, amount)
        .where(
            _DEALS.c.status == Status.CREATED,
            _DEALS.c.open_stage > int(Stage.CREATION),
            _DEALS.c.is_sample.is_(False),
            *_filters(query),
        )
        .group_by(_DEALS.c.currency)
    )
    rows = connection.execute(statement).all()
    by_currency = {currency: total for currency, _, total in rows if currency and total is not None}
    return Totals(sum(number for _, number, _ in rows), by_currency)


def counts(connection: Connection) -> dict[Status, int]:
    """How many records there are of each status, those without any included."""
    rows = connection.execute(select(_DEALS.c.status, func.count()).group_by(_DEALS.c.status))
    found = dict.fromkeys(Status, 0)
    for status, number in rows:
        found[status] = number
    return found
