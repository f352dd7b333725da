"""The open opportunities that colleagues may be to look at, and when they last did (Q2)."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, ScalarSelect, case, func, literal, or_, select, true

from oppwizard.data.tables import table_of
from oppwizard.model.account import Account
from oppwizard.model.enums import BillingPeriod, Commitment, LineCategory, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem, PeerReview

_DEALS = table_of(Opportunity)
_ACCOUNTS = table_of(Account)
_ITEMS = table_of(LineItem)
_SESSIONS = table_of(PeerReview)
_AT_ONCE: Final = 500
_PRODUCTS: Final = [category for category in LineCategory if not category.is_service]


@dataclass(frozen=True, slots=True)
class PeerLine:
    """An open opportunity, as far as it says whether colleagues look at it.

    Attributes:
        accounts: the names its account goes by.
        recurs: whether it has ARR: an override, or a product with a recurring price that is being bought.
        last: the day of the last session, None where there was none.
    """

    id: UUID
    title: str
    owner: str | None
    amount: Decimal | None
    currency: str | None
    pipeline_on: dt.date | None
    arr_override: Decimal | None
    accounts: tuple[str, ...]
    recurs: bool
    last: dt.date | None


def lines(connection: Connection, limits: Mapping[str, Decimal] | None, names: Collection[str]) -> list[PeerLine]:
    """Open opportunities above a limit, or of accounts with some folded names; samples are left out.

    Args:
        limits: by currency, that of an empty one for currencies that are not named; None lists those of any amount.
    """
    columns = [_DEALS.c[name] for name in PeerLine.__dataclass_fields__ if name in _DEALS.c]
    statement = (
        select(*columns, _ACCOUNTS.c.legal_name, _ACCOUNTS.c.dba, _recurs(), _last())
        .join(_ACCOUNTS, _ACCOUNTS.c.id == _DEALS.c.account_id)
        .where(_DEALS.c.status == Status.CREATED, _DEALS.c.is_sample.is_(False))
    )
    chosen = [true() if limits is None else _DEALS.c.amount > _limit(limits)]
    if names:
        chosen.append(or_(_ACCOUNTS.c.name_key.in_(list(names)), _ACCOUNTS.c.dba_key.in_(list(names))))
    found: dict[UUID, PeerLine] = {}
    for which in chosen:
        for row in connection.execute(statement.where(which)):
            *values, legal_name, dba, recurs, day = list(row)
            accounts = tuple(name for name in (legal_name, dba) if name)
            found[row.id] = PeerLine(*[*values, accounts, bool(recurs), day])
    return list(found.values())


def _recurs() -> ColumnElement[bool]:
    """Whether a product with a recurring price is being bought, or ARR was put in by hand."""
    recurring = select(_ITEMS.c.opportunity_id).where(
        _ITEMS.c.period != BillingPeriod.ONCE,
        _ITEMS.c.category.in_(_PRODUCTS),
        or_(_ITEMS.c.commitment.is_(None), _ITEMS.c.commitment != Commitment.OPTION),
        or_(_ITEMS.c.unit_price > 0, _ITEMS.c.tiers.is_not(None)),
    )
    return or_(_DEALS.c.arr_override.is_not(None), _DEALS.c.id.in_(recurring))


def _last() -> ScalarSelect[Any]:
    return select(func.max(_SESSIONS.c.on)).where(_SESSIONS.c.opportunity_id == _DEALS.c.id).scalar_subquery()


def _limit(limits: Mapping[str, Decimal]) -> ColumnElement[Decimal]:
    """The limit of a deal's currency, as amounts are stored."""
    stored = {code: literal(limit, _DEALS.c.amount.type) for code, limit in limits.items()}
    return case(stored, value=_DEALS.c.currency, else_=stored[""])


def line_items(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, list[LineItem]]:
    """The line items of opportunities, by the opportunity, oldest first."""
    found: dict[UUID, list[LineItem]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        wanted = _ITEMS.c.opportunity_id.in_(ids[start : start + _AT_ONCE])
        for row in connection.execute(select(_ITEMS).where(wanted).order_by(_ITEMS.c.created_at, _ITEMS.c.id)):
            found.setdefault(row.opportunity_id, []).append(LineItem(**row._mapping))
    return found
