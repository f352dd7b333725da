"""Finding a lead that came before: by its own number, and by the people of records that are not closed (A1)."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, select

from oppwizard.data.tables import table_of
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import CLOSED
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Lead

_LEADS = table_of(Lead)
_DEALS = table_of(Opportunity)
_ACCOUNTS = table_of(Account)
_CONTACTS = table_of(Contact)
_ROLES = table_of(Stakeholder)
_MOST: Final = 50
"""So many records of one address or account are looked at, the newest first."""


@dataclass(frozen=True, slots=True)
class LeadLine:
    """A lead as it came once.

    Attributes:
        record_id: the record that it became.
        digest: of what it said then.
    """

    record_id: UUID
    digest: str


@dataclass(frozen=True, slots=True)
class Known:
    """A person of a record that is not closed, as far as it says whether a lead is the same.

    Attributes:
        accounts: the names that the record's account goes by.
    """

    record_id: UUID
    name: str
    accounts: tuple[str, ...]


def lines(connection: Connection, key: str) -> list[LeadLine]:
    """What the lead of a key said whenever it came, the last time first."""
    return [LeadLine(row.opportunity_id, row.digest) for row in connection.execute(_leads(), {"key": key})]


def known_by_email(connection: Connection, email: str) -> list[Known]:
    """The people of an e-mail address, as it is written or in lower case."""
    wanted = list({email, email.lower()})
    return [_known(row) for row in connection.execute(_people("email"), {"wanted": wanted})]


def known_at(connection: Connection, accounts: Collection[UUID]) -> list[Known]:
    """The people of some accounts."""
    if not accounts:
        return []
    return [_known(row) for row in connection.execute(_people("account"), {"wanted": list(accounts)})]


def _known(row: Any) -> Known:
    return Known(row.opportunity_id, row.name or "", tuple(name for name in (row.legal_name, row.dba) if name))


@lru_cache(maxsize=1)
def _leads() -> Select[Any]:
    columns = (_LEADS.c.opportunity_id, _LEADS.c.digest)
    return select(*columns).where(_LEADS.c.key == bindparam("key")).order_by(_LEADS.c.id.desc())


@lru_cache(maxsize=2)
def _people(by: str) -> Select[Any]:
    column = _CONTACTS.c.email if by == "email" else _DEALS.c.account_id
    wanted: Any = bindparam("wanted", expanding=True, type_=column.type)
    return (
        select(_ROLES.c.opportunity_id, _CONTACTS.c.name, _ACCOUNTS.c.legal_name, _ACCOUNTS.c.dba)
        .join(_ROLES, _ROLES.c.contact_id == _CONTACTS.c.id)
        .join(_DEALS, _DEALS.c.id == _ROLES.c.opportunity_id)
        .join(_ACCOUNTS, _ACCOUNTS.c.id == _DEALS.c.account_id)
        .where(column.in_(wanted), _DEALS.c.status.not_in(CLOSED), ~_DEALS.c.is_sample)
        .order_by(_DEALS.c.id.desc())
        .limit(_MOST)
    )
