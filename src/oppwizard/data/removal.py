"""Taking a sample record out of the store, with everything that only it needed."""

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, select, text

from oppwizard.data import blobs
from oppwizard.data.load import missing
from oppwizard.data.tables import PARTS, Change, Op, Pending, Source, table_of
from oppwizard.errors import Refused
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import Status
from oppwizard.model.opportunity import Opportunity

_DEALS = table_of(Opportunity)
_ROLES = table_of(Stakeholder)
_CONTACTS = table_of(Contact)
_ACCOUNTS = table_of(Account)
PARTS_OF_DEAL: Final = (*PARTS, Stakeholder)
"""Every class whose rows hang on an opportunity."""


def delete_record(connection: Connection, record_id: UUID) -> None:
    """Remove a sample, or a draft in which nothing was ever answered, without a trace.

    Raises:
        NotFound: there is no record of that identity.
        Refused: it is neither.
    """
    asked = select(_DEALS.c.account_id, _DEALS.c.is_sample, _DEALS.c.status).where(_DEALS.c.id == record_id)
    row = connection.execute(asked).first()
    if row is None:
        raise missing(str(record_id))
    if not row.is_sample and (row.status is not Status.DRAFT or not _untouched(connection, record_id)):
        raise Refused(T("Only a sample can be deleted."), T("Set the record aside instead."))
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT oppwizard_remove(:record)"), {"record": record_id})
        return
    people = connection.scalars(select(_ROLES.c.contact_id).where(_ROLES.c.opportunity_id == record_id)).all()
    blobs.forget(connection, record_id)
    for model in PARTS_OF_DEAL:
        table = table_of(model)
        connection.execute(delete(table).where(table.c.opportunity_id == record_id))
    for table in (table_of(Change), table_of(Pending)):
        connection.execute(delete(table).where(table.c.record_id == record_id))
    connection.execute(delete(_DEALS).where(_DEALS.c.id == record_id))
    _delete_unused(connection, row.account_id, list(people))


def _delete_unused(connection: Connection, account_id: UUID, people: list[UUID]) -> None:
    """Remove the people and the account that no other deal uses."""
    used = select(_ROLES.c.id).where(_ROLES.c.contact_id == _CONTACTS.c.id).exists()
    for contact_id in people:
        connection.execute(delete(_CONTACTS).where(_CONTACTS.c.id == contact_id, ~used))
    if connection.scalar(select(_DEALS.c.id).where(_DEALS.c.account_id == account_id).limit(1)) is None:
        connection.execute(delete(_CONTACTS).where(_CONTACTS.c.account_id == account_id, ~used))
        is_left = select(_CONTACTS.c.id).where(_CONTACTS.c.account_id == _ACCOUNTS.c.id).exists()
        connection.execute(delete(_ACCOUNTS).where(_ACCOUNTS.c.id == account_id, ~is_left))


def _untouched(connection: Connection, record_id: UUID) -> bool:
    """Whether a record was only begun: a person made its rows in one action, and nothing was typed since.

    An import makes its rows in one action too, with all their answers: those are work, and nothing brings them back.
    """
    log, pending = table_of(Change), table_of(Pending)
    if connection.scalar(select(pending.c.address).where(pending.c.record_id == record_id).limit(1)) is not None:
        return False
    sorts = select(log.c.action, log.c.op, log.c.source).where(log.c.record_id == record_id).distinct().limit(2)
    return [(row.op, row.source) for row in connection.execute(sorts)] == [(Op.INSERT, Source.PERSON)]
