"""Reading one whole record."""

from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Select, bindparam, select
from sqlmodel import SQLModel

from oppwizard.data.tables import PARTS, Pending, table_of
from oppwizard.errors import NotFound
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Person, Record

_M = TypeVar("_M", bound=SQLModel)


def load(connection: Connection, record_id: UUID) -> Record:
    """A record with all that hangs on it, rows oldest first.

    Raises:
        NotFound: there is no record of that identity.
    """
    found = _read(connection, Opportunity, record_id)
    if not found:
        raise missing(str(record_id))
    parts: dict[str, Any] = {kind: _read(connection, model, record_id) for model, kind in PARTS.items()}
    return Record(
        opportunity=found[0],
        account=_read(connection, Account, record_id)[0],
        people=_people(connection, record_id),
        pending={row.address: row.text for row in _read(connection, Pending, record_id)},
        **parts,
    )


def missing(reference: str) -> NotFound:
    """The problem of a record that is not in the store."""
    return NotFound(
        T("There is no record {reference}.", reference=reference), T("Find its reference with: oppwizard list")
    )


def _people(connection: Connection, record_id: UUID) -> list[Person]:
    contacts = {contact.id: contact for contact in _read(connection, Contact, record_id)}
    return [Person(contacts[row.contact_id], row) for row in _read(connection, Stakeholder, record_id)]


def _read(connection: Connection, model: type[_M], record_id: UUID) -> list[_M]:
    rows = connection.execute(_selecting(model), {"record": record_id})
    return [model(**row) for row in rows.mappings()]


@lru_cache(maxsize=32)
def _selecting(model: type[SQLModel]) -> Select[Any]:
    """The rows of a class that belong to a record."""
    table = table_of(model)
    record: BindParameter[UUID] = bindparam("record")
    deals, roles = table_of(Opportunity), table_of(Stakeholder)
    if model is Opportunity:
        return select(table).where(table.c.id == record)
    if model is Account:
        theirs = select(deals.c.account_id).where(deals.c.id == record)
        return select(table).where(table.c.id == theirs.scalar_subquery())
    if model is Contact:
        return select(table).where(table.c.id.in_(select(roles.c.contact_id).where(roles.c.opportunity_id == record)))
    if model is Pending:
        return select(table).where(table.c.record_id == record).order_by(table.c.address)
    return select(table).where(table.c.opportunity_id == record).order_by(table.c.created_at, table.c.id)
