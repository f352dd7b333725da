"""The opportunities that wait for somebody: for their manager, or for their rep to mend them (Q1)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, func, select

from oppwizard.data.tables import table_of
from oppwizard.model.enums import ReviewState, Status
from oppwizard.model.opportunity import Opportunity

_DEALS = table_of(Opportunity)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """An opportunity and since when it waits.

    Attributes:
        since: the instant from which its clock runs, in UTC.
    """

    id: UUID
    title: str
    owner: str | None
    manager: str | None
    created_by: str
    amount: Decimal | None
    currency: str | None
    review: ReviewState
    since: dt.datetime


def waiting(connection: Connection, states: Collection[ReviewState], limit: int) -> list[ReviewLine]:
    """Those in some states, the longest waiting first; samples wait for nobody."""
    names = ("id", "title", "owner", "manager", "created_by", "amount", "currency", "review")
    since = func.coalesce(
        _DEALS.c.review_since, _DEALS.c.pipeline_at, _DEALS.c.created_at, type_=_DEALS.c.created_at.type
    )
    statement = (
        select(*(_DEALS.c[name] for name in names), since.label("since"))
        .where(
            _DEALS.c.review.in_(list(states)),
            _DEALS.c.status == Status.CREATED,
            _DEALS.c.is_sample.is_(False),
        )
        .order_by(_DEALS.c.review_since, _DEALS.c.id)
        .limit(limit)
    )
    return [ReviewLine(*list(row)) for row in connection.execute(statement)]


def count(connection: Connection) -> dict[ReviewState, int]:
    """How many opportunities stand in which state."""
    statement = (
        select(_DEALS.c.review, func.count())
        .where(_DEALS.c.review.is_not(None), _DEALS.c.status == Status.CREATED, _DEALS.c.is_sample.is_(False))
        .group_by(_DEALS.c.review)
    )
    found = dict.fromkeys(ReviewState, 0)
    for state, number in connection.execute(statement):
        found[state] = number
    return found
