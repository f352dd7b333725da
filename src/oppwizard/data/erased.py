"""Which rows were erased: they stay out of the store, whatever brings them back (privacy).

The log knows when an erased row was begun, and not any more as what; no list is kept beside it. On a team's store a
member sees the log of some records only. There the database itself answers, by a function that is above row-level
security and tells identities alone, which say nothing of whom they were.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Select, exists, literal_column, select, text

from oppwizard.data.served import may_call
from oppwizard.data.tables import MODELS, Change, Op, table_of

NAME: Final = "oppwizard_erased()"
_LOG = table_of(Change)
_TELLING: Final = f"""
CREATE OR REPLACE FUNCTION {NAME} RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER {{fixed}}
  AS $$ {{said}} $$;
REVOKE ALL ON FUNCTION {NAME} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {NAME} TO {{members}};
"""


def telling(connection: Connection, fixed: str, members: str) -> str:
    """The function, as SQL.

    Args:
        fixed: the clause by which it finds the store's tables alone.
        members: the roles that may ask.
    """
    said = str(_said().compile(connection))
    return _TELLING.replace("{fixed}", fixed).replace("{said}", said).replace("{members}", members)


def erased(connection: Connection) -> frozenset[UUID]:
    """The identities of the rows that were erased, whoever may see their records."""
    return frozenset(connection.scalars(text(f"SELECT {NAME}") if may_call(connection, NAME) else _said()))


def _said() -> Select[tuple[UUID]]:
    """Rows that were begun as nobody knows what any more, and are not there.

    Those that are there have a history from a store in which they were erased.
    """
    begun = _LOG.c.op == literal_column(f"'{Op.INSERT.value}'")
    gone = [~exists().where(table_of(model).c.id == _LOG.c.row_id) for model in MODELS]
    return select(_LOG.c.row_id).where(begun, _LOG.c.new.is_(None), *gone).distinct()
