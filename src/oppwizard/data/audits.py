"""Audits that were made, kept so that they can be repeated and compared (Q3)."""

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select

from oppwizard.data.tables import Audit, table_of, values_of

_AUDITS: Final = table_of(Audit)


def kept(connection: Connection) -> list[Audit]:
    """All audits, the newest first."""
    asked = select(_AUDITS).order_by(_AUDITS.c.at.desc(), _AUDITS.c.id)
    return [Audit(**row._mapping) for row in connection.execute(asked)]


def keep(connection: Connection, audit: Audit) -> UUID:
    """Keep an audit; one that is the same in everything but its time is kept already. The identity it has."""
    same = ("on", "seed", "size", "rules", "figures")
    asked = select(_AUDITS.c.id).where(*(_AUDITS.c[name] == getattr(audit, name) for name in same)).limit(1)
    found: UUID | None = connection.execute(asked).scalar()
    if found is None:
        connection.execute(insert(_AUDITS).values(values_of(audit)))
    return found or audit.id
