"""What CRMs were sent, row by row: planned before it is sent, confirmed after each batch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, select

from oppwizard.data.prepared import upsert
from oppwizard.data.tables import Pushed, table_of, values_of

_PUSHED = table_of(Pushed)
_UNIQUE: Final = ("crm", "target", "identity", "sheet")
_AT_ONCE: Final = 300
"""So many values go into one statement."""
_Connecting = Callable[[], AbstractContextManager[Connection]]
Key = tuple[str, str]
"""Which row: the table of the mapping, and the identity in it."""


class PushedRows:
    """The memory of pushes of one store."""

    def __init__(self, reading: _Connecting, writing: _Connecting) -> None:
        self._reading = reading
        self._writing = writing

    def known(self, crm: str, target: str, keys: Iterable[Key], records: Iterable[UUID]) -> dict[Key, Pushed]:
        """What is known of some rows, and of all that were sent for some records."""
        found: dict[Key, Pushed] = {}
        with self._reading() as connection:
            for part in _parts({identity for _sheet, identity in keys}):
                found |= self._found(connection, crm, target, _PUSHED.c.identity.in_(part))
            for part in _parts(set(records)):
                found |= self._found(connection, crm, target, _PUSHED.c.record_id.in_(part))
        return found

    @staticmethod
    def _found(connection: Connection, crm: str, target: str, which: Any) -> dict[Key, Pushed]:
        statement = select(_PUSHED).where(_PUSHED.c.crm == crm, _PUSHED.c.target == target, which)
        rows = (Pushed(**row._mapping) for row in connection.execute(statement))
        return {(row.sheet, row.identity): row for row in rows}

    def write(self, rows: Iterable[Pushed]) -> None:
        """Keep rows, new ones and such as were there; of two pushes at once the later one's word stands.

        Raises:
            StoreProblem: they cannot be written.
        """
        listed = list(rows)
        if not listed:
            return
        with self._writing() as connection:
            connection.execute(upsert(connection, _PUSHED, _UNIQUE), [values_of(row) for row in listed])

    def forget(self, rows: Iterable[Pushed]) -> None:
        """Take rows away.

        Raises:
            StoreProblem: it cannot be written.
        """
        listed = list(rows)
        if not listed:
            return
        with self._writing() as connection:
            for part in _parts({row.id for row in listed}):
                connection.execute(delete(_PUSHED).where(_PUSHED.c.id.in_(part)))

    def unfinished(self, crm: str, target: str) -> list[UUID]:
        """The records of which something was planned and not confirmed."""
        statement = (
            select(_PUSHED.c.record_id)
            .where(_PUSHED.c.crm == crm, _PUSHED.c.target == target, _PUSHED.c.wanted != _PUSHED.c.digest)
            .distinct()
            .order_by(_PUSHED.c.record_id)
        )
        with self._reading() as connection:
            return list(connection.scalars(statement))


def _parts(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    rest = iter(values)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
