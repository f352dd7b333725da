"""What came of records, counted by the database (R1-R5): few rows out of many, from the narrow index beside them.

What is counted here is not judged here: shares, spreads and forecasts are made of it in `oppwizard.quality.results`.
Samples never count. A rep is the owner, and until there is one whoever began the record.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, String, Table, and_, case, func, or_, select, type_coerce
from sqlmodel import SQLModel

from oppwizard.data.days import days_between, month_of
from oppwizard.data.history import Outcome
from oppwizard.data.tables import table_of
from oppwizard.model.account import Account
from oppwizard.model.enums import CLOSED, EXISTING, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Competitor

_DEALS: Final = table_of(Opportunity)
_ACCOUNTS: Final = table_of(Account)
_RIVALS: Final = table_of(Competitor)
REP: Final[ColumnElement[Any]] = func.coalesce(func.nullif(_DEALS.c.owner, ""), _DEALS.c.created_by)
_RIVAL: Final[ColumnElement[Any]] = func.coalesce(func.nullif(_RIVALS.c.name, ""), type_coerce(_RIVALS.c.kind, String))
"""What an alternative is called: where it has no name, its kind (the status quo has none)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records are counted.

    Attributes:
        since: the first day.
        until: the day after the last one.
        rep: only this rep's.
        team: only this team's.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    rep: str | None = None
    team: str | None = None


class Begun(NamedTuple):
    """Records that a rep began, by what has become of them (R1)."""

    rep: str
    status: Status
    deals: int


class Slipped(NamedTuple):
    """Won deals of a rep that closed so many days after the day forecast at creation; None: none was kept (R2)."""

    rep: str
    days: int | None
    deals: int


class Met(NamedTuple):
    """Closed deals in which an alternative was named, and how many of them were lost to it (R3)."""

    name: str
    status: Status
    deals: int
    lost_to_it: int


class Expected(NamedTuple):
    """Deals expected to close in a month with a probability, in percent (R4)."""

    month: str
    currency: str | None
    probability: Decimal | None
    segment: str | None
    deals: int
    amount: Decimal | None


class Came(NamedTuple):
    """Deals won in a month (R4)."""

    month: str
    currency: str | None
    deals: int
    amount: Decimal | None


class Decided(NamedTuple):
    """Deals of a segment decided in a month, past ones and the store's own (R4)."""

    segment: str | None
    month: str
    won: int
    lost: int


class Made(NamedTuple):
    """Opportunities that came into being in a month (R5)."""

    month: str
    currency: str | None
    deals: int
    amount: Decimal | None
    scored: int
    scores: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that was counted, in one snapshot.

    Attributes:
        forecast: what was expected as opportunities came into being, by the month of their first close date.
        standing: what open opportunities are expected to bring as they stand now.
    """

    begun: list[Begun]
    slipped: list[Slipped]
    met: list[Met]
    forecast: list[Expected]
    standing: list[Expected]
    came: list[Came]
    decided: list[Decided]
    made: list[Made]


def count(connection: Connection, asked: Asked) -> Counted:
    """Count what came of records."""
    return Counted(
        begun=[Begun._make(row) for row in connection.execute(_begun(asked))],
        slipped=[Slipped._make(row) for row in connection.execute(_slipped(asked))],
        met=[Met._make(row) for ask in (_named(asked), _unnamed(asked)) for row in connection.execute(ask)],
        forecast=[Expected._make(row) for row in connection.execute(_forecast(asked))],
        standing=[Expected._make(row) for row in connection.execute(_standing(asked))],
        came=[Came._make(row) for row in connection.execute(_came(asked))],
        decided=[Decided._make(row) for ask in (_past(), _own()) for row in connection.execute(ask)],
        made=[Made._make(row) for row in connection.execute(_made(asked))],
    )


def names(connection: Connection) -> tuple[list[str], list[str]]:
    """The reps and the teams that records have."""
    found = connection.execute(select(REP, _DEALS.c.team).where(_DEALS.c.is_sample.is_(False)).distinct()).all()
    return sorted({rep for rep, _ in found if rep}), sorted({team for _, team in found if team})


def _counted(asked: Asked, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The records that count, whatever their day."""
    mine: list[ColumnElement[bool]] = [_DEALS.c.is_sample.is_(False), *conditions]
    if asked.rep is not None:
        mine.append(REP.in_((asked.rep,)))
    if asked.team is not None:
        mine.append(_DEALS.c.team == asked.team)
    return and_(*mine)


def _within(asked: Asked, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """That a day, or the UTC day of an instant, is known and lies in the months asked for."""
    found: list[ColumnElement[bool]] = [column.is_not(None)]
    if asked.since is not None:
        found.append(column >= _bound(asked.since, column))
    if asked.until is not None:
        found.append(column < _bound(asked.until, column))
    return and_(*found)


def _bound(day: dt.date, column: ColumnElement[Any]) -> dt.date:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if column is _DEALS.c.created_at else day


def _begun(asked: Asked) -> Select[Any]:
    return (
        select(REP, _DEALS.c.status, func.count())
        .where(_counted(asked, _within(asked, _DEALS.c.created_at)))
        .group_by(REP, _DEALS.c.status)
    )


def _slipped(asked: Asked) -> Select[Any]:
    days = days_between(_DEALS.c.first_close_on, _DEALS.c.closed_on)
    return (
        select(REP, days, func.count())
        .where(_counted(asked, _DEALS.c.status == Status.WON, _within(asked, _DEALS.c.closed_on)))
        .group_by(REP, days)
    )


def _named(asked: Asked) -> Select[Any]:
    """Alternatives that stand on closed deals; a deal that names one twice counts once."""
    to_it = case((and_(_DEALS.c.status == Status.LOST, _DEALS.c.lost_to == _RIVAL), _DEALS.c.id))
    return (
        select(_RIVAL, _DEALS.c.status, func.count(_DEALS.c.id.distinct()), func.count(to_it.distinct()))
        .select_from(_DEALS.join(_RIVALS, _RIVALS.c.opportunity_id == _DEALS.c.id))
        .where(_counted(asked, _DEALS.c.status.in_(CLOSED), _within(asked, _DEALS.c.closed_on)), _RIVAL.is_not(None))
        .group_by(_RIVAL, _DEALS.c.status)
    )


def _unnamed(asked: Asked) -> Select[Any]:
    """Deals lost to somebody of whom the record knew nothing."""
    known = select(_RIVALS.c.id).where(_RIVALS.c.opportunity_id == _DEALS.c.id, _DEALS.c.lost_to == _RIVAL).exists()
    lost = _counted(asked, _DEALS.c.status == Status.LOST, _within(asked, _DEALS.c.closed_on))
    return (
        select(_DEALS.c.lost_to, _DEALS.c.status, func.count(), func.count())
        .where(lost, _DEALS.c.lost_to.is_not(None), ~known)
        .group_by(_DEALS.c.lost_to, _DEALS.c.status)
    )


def _expected(day: str, probability: str, amount: str, condition: ColumnElement[bool]) -> Select[Any]:
    """Amounts by probability, so that what they are expected to bring is worked out exactly, and by segment."""
    month = month_of(_DEALS.c[day])
    groups = (month, _DEALS.c.currency, _DEALS.c[probability], _ACCOUNTS.c.industry)
    return (
        select(*groups, func.count(), func.sum(_DEALS.c[amount]))
        .select_from(_DEALS.outerjoin(_ACCOUNTS, _ACCOUNTS.c.id == _DEALS.c.account_id))
        .where(condition)
        .group_by(*groups)
    )


def _forecast(asked: Asked) -> Select[Any]:
    mine = _counted(asked, _DEALS.c.status.in_(EXISTING), _within(asked, _DEALS.c.first_close_on))
    return _expected("first_close_on", "first_probability", "first_amount", mine)


def _standing(asked: Asked) -> Select[Any]:
    mine = _counted(asked, _DEALS.c.status == Status.CREATED, _within(asked, _DEALS.c.close_on))
    return _expected("close_on", "probability", "amount", mine)


def _came(asked: Asked) -> Select[Any]:
    month = month_of(_DEALS.c.closed_on)
    return (
        select(month, _DEALS.c.currency, func.count(), func.sum(_DEALS.c.closed_amount))
        .where(_counted(asked, _DEALS.c.status == Status.WON, _within(asked, _DEALS.c.closed_on)))
        .group_by(month, _DEALS.c.currency)
    )


def _past() -> Select[Any]:
    """Deals of the past; whoever is asked about, they say what is usual."""
    table: Table = SQLModel.metadata.tables["past_deal"]
    month = month_of(table.c.closed)
    won, lost = (func.count(case((table.c.outcome == each, 1))) for each in (Outcome.WON, Outcome.LOST))
    return (
        select(table.c.segment, month, won, lost)
        .where(table.c.outcome != Outcome.OPEN, table.c.closed.is_not(None))
        .group_by(table.c.segment, month)
    )


def _own() -> Select[Any]:
    month = month_of(_DEALS.c.closed_on)
    won, lost = (func.count(case((_DEALS.c.status == each, 1))) for each in CLOSED)
    return (
        select(_ACCOUNTS.c.industry, month, won, lost)
        .select_from(_DEALS.outerjoin(_ACCOUNTS, _ACCOUNTS.c.id == _DEALS.c.account_id))
        .where(_counted(Asked(), or_(*(_DEALS.c.status == each for each in CLOSED))), _DEALS.c.closed_on.is_not(None))
        .group_by(_ACCOUNTS.c.industry, month)
    )


def _made(asked: Asked) -> Select[Any]:
    month = month_of(_DEALS.c.pipeline_on)
    amount = func.sum(func.coalesce(_DEALS.c.first_amount, _DEALS.c.amount))
    scored, scores = func.count(_DEALS.c.first_score), func.sum(_DEALS.c.first_score)
    return (
        select(month, _DEALS.c.currency, func.count(), amount, scored, scores)
        .where(_counted(asked, _DEALS.c.status.in_(EXISTING), _within(asked, _DEALS.c.pipeline_on)))
        .group_by(month, _DEALS.c.currency)
    )
