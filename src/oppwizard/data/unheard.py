"""A commit whose answer was lost: what is kept to ask the server later what became of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from oppwizard.data.batch import Batch
from oppwizard.data.tables import Change, table_of
from oppwizard.errors import Contended, StoreProblem
from oppwizard.i18n import T
from oppwizard.model.base import Row
from oppwizard.model.opportunity import Opportunity

Written = list[tuple[list[Row], Opportunity, dict[str, Any]]]
"""For each batch: the rows whose revision follows once it is committed, the opportunity, and its summary."""
_DEALS: Final = table_of(Opportunity)
_LOG: Final = table_of(Change)


@dataclass(frozen=True, slots=True)
class Unheard:
    """A transaction whose commit was sent, and that is not known to have ended.

    Attributes:
        name: what the server calls it.
        now: the instant that everything it wrote bears.
    """

    name: str
    batches: tuple[Batch, ...]
    written: Written
    now: dt.datetime

    def is_of(self, batches: tuple[Batch, ...]) -> bool:
        """Whether these are the batches that it wrote."""
        mine = self.batches
        return len(mine) == len(batches) and all(one is other for one, other in zip(mine, batches, strict=True))

    def was_committed(self, connection: Connection) -> bool:
        """Whether it was.

        Raises:
            Contended: the server has not finished it yet.
        """
        from oppwizard.data.server import was_committed

        found = was_committed(connection, self.name)
        if found is None:
            raise Contended(T("The server has not finished the last write yet."), T("Try again."))
        return found and self._left_traces(connection)

    def _left_traces(self, connection: Connection) -> bool:
        """Whether what it wrote stands in the log or in the record."""
        record_id = self.batches[0].record.id
        logged = select(_LOG.c.seq).where(_LOG.c.record_id == record_id, _LOG.c.at == self.now)
        saved = select(_DEALS.c.id).where(_DEALS.c.id == record_id, _DEALS.c.updated_at == self.now)
        return any(connection.execute(asked.limit(1)).first() is not None for asked in (logged, saved))


def unknown() -> StoreProblem:
    """Whether it was saved cannot be said now; whoever hands the same batches in again asks again."""
    return StoreProblem(
        T("The server of the team's store broke off before it said whether this was saved."),
        T("What you typed is still here; once the server answers again, see whether it is there."),
    )


def follow(written: Written, now: dt.datetime) -> None:
    """Let the rows in memory be what the store has."""
    for rows, deal, summary in written:
        for row in rows:
            row.revision += 1
            row.updated_at = now
        for name, value in summary.items():
            setattr(deal, name, value)
