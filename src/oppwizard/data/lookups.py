"""Finding single things: a record by its reference, an account by its name, values that were used before."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, String, and_, case, cast, func, or_, select
from sqlmodel import SQLModel

from oppwizard.data.lists import Line
from oppwizard.data.load import missing
from oppwizard.data.tables import table_of
from oppwizard.errors import NotFound
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import EXISTING, Standing, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.text import fold

_M = TypeVar("_M", bound=SQLModel)
_DEALS = table_of(Opportunity)
_ACCOUNTS = table_of(Account)
_CONTACTS = table_of(Contact)
_ROLES = table_of(Stakeholder)
SHORTEST: Final = 4
"""The fewest characters of a reference that is not a whole identity."""
_SHOWN: Final = 5
_CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True)
class AccountHit:
    """An account that a typed name may mean; ``deals`` counts its opportunities."""

    id: UUID
    name: str
    dba: str | None
    headquarters: str | None
    deals: int


def find(connection: Connection, reference: str) -> UUID:
    """The record that a whole identity, its beginning or its end names.

    Raises:
        NotFound: none does, or several do; the message lists them.
    """
    digits = reference.strip().replace("-", "").lower()
    if not SHORTEST <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        raise missing(reference)
    low, high = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    begins = _DEALS.c.id.between(low, high)
    ends = func.replace(cast(_DEALS.c.id, String), "-", "").like(f"%{digits}")
    found: set[UUID] = set()
    for matches in (begins,) if low == high else (begins, ends):
        found |= set(connection.scalars(select(_DEALS.c.id).where(matches).limit(_SHOWN + 1)))
    if len(found) == 1:
        return found.pop()
    if not found:
        raise missing(reference)
    rows = connection.execute(select(_DEALS.c.id, _DEALS.c.title).where(_DEALS.c.id.in_(found)).order_by(_DEALS.c.id))
    raise _ambiguous(reference, [f"{row.id} {row.title}".strip() for row in rows])


def _ambiguous(reference: str, names: list[str]) -> NotFound:
    shown = "; ".join([*names[:_SHOWN], *(["..."] if len(names) > _SHOWN else [])])
    return NotFound(
        T("{reference} names several records: {names}.", reference=reference, names=shown),
        T("Give more characters of the reference."),
    )


def row(connection: Connection, model: type[_M], row_id: UUID) -> _M | None:
    """The row of a class and identity, None where there is none."""
    table = table_of(model)
    found = connection.execute(select(table).where(table.c["id"] == row_id)).one_or_none()
    return model(**found._mapping) if found else None


def accounts_like(connection: Connection, text: str, limit: int) -> list[AccountHit]:
    """Active accounts whose name holds every word of a text, those that begin with it first."""
    words = text.split()
    names = (_ACCOUNTS.c.name_key, _ACCOUNTS.c.legal_name, _ACCOUNTS.c.dba)
    holds = [
        or_(*(column.icontains(form, autoescape=True) for column in names for form in {fold(word), word}))
        for word in words
        if fold(word)
    ]
    if not holds:
        return []
    begins = or_(*(column.istartswith(fold(text), autoescape=True) for column in names))
    deals = select(func.count()).where(and_(_DEALS.c.account_id == _ACCOUNTS.c.id, _DEALS.c.status.in_(EXISTING)))
    statement = (
        select(_ACCOUNTS, deals.scalar_subquery().label("deals"))
        .where(_ACCOUNTS.c.standing == Standing.ACTIVE, *holds)
        .order_by(case((begins, 0), else_=1), _ACCOUNTS.c.name_key, _ACCOUNTS.c.id)
        .limit(limit)
    )
    return [
        AccountHit(row.id, row.legal_name or row.dba or "", row.dba, row.headquarters, row.deals)
        for row in connection.execute(statement)
    ]


def active_account(connection: Connection, name_key: str) -> Account | None:
    """The oldest active account whose legal name, or name they go by, has a key; an empty key names none."""
    if not name_key:
        return None
    statement = (
        select(_ACCOUNTS)
        .where(_ACCOUNTS.c.standing == Standing.ACTIVE, _named(name_key))
        .order_by(_ACCOUNTS.c.id)
        .limit(1)
    )
    row = connection.execute(statement).first()
    return Account(**row._mapping) if row else None


def _named(key: str) -> ColumnElement[bool]:
    return or_(_ACCOUNTS.c.name_key == key, _ACCOUNTS.c.dba_key == key)


def contacts_of(connection: Connection, account_id: UUID, standing: Standing | None) -> list[Contact]:
    """An account's people by name; of one standing, or all."""
    statement = select(_CONTACTS).where(_CONTACTS.c.account_id == account_id).order_by(_CONTACTS.c.name, _CONTACTS.c.id)
    if standing is not None:
        statement = statement.where(_CONTACTS.c.standing == standing)
    return [Contact(**row) for row in connection.execute(statement).mappings()]


def has_other_deals(connection: Connection, contact_id: UUID, record_id: UUID) -> bool:
    """Whether a person has a part in another opportunity than the one named."""
    other = select(_ROLES.c.id).where(_ROLES.c.contact_id == contact_id, _ROLES.c.opportunity_id != record_id)
    return connection.scalar(other.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Deal:
    """A record as it is held against another one.

    Attributes:
        names: its account's legal name, and the one that goes by.
        opened: the day it was begun, or of its discovery call where that was earlier.
        products: what its line items sell, as they write it.
    """

    line: Line
    names: tuple[str, ...]
    opened: dt.date
    products: tuple[str, ...]


def used_values(connection: Connection, model: type[SQLModel], field: str, prefix: str, limit: int) -> list[str]:
    """The texts that a field already holds somewhere and that begin with a prefix, in order."""
    column = table_of(model).c[field]
    statement = select(column).where(column != "").distinct().order_by(column).limit(limit)
    if prefix:
        statement = statement.where(column.istartswith(prefix, autoescape=True))
    return [str(value) for value in connection.scalars(statement)]


def ids(reading: Callable[[], AbstractContextManager[Connection]], statuses: frozenset[Status]) -> Iterator[UUID]:
    """The identities of all records of some statuses, in order; no read is held open between two of them."""
    last: Any = UUID(int=0)
    while True:
        statement = select(_DEALS.c.id, _DEALS.c.status).where(_DEALS.c.id > last).order_by(_DEALS.c.id).limit(_CHUNK)
        with reading() as connection:
            rows = connection.execute(statement).all()
        yield from (row.id for row in rows if row.status in statuses)
        if len(rows) < _CHUNK:
            return
        last = rows[-1].id
