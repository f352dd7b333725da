"""Taking the records of one store into another, each once: how a local store moves into the team's.

A record goes as it is, with its identity, its log and its files, in a transaction of its own. One that is there already
is left alone, so that the same copy can be made again after it broke off, or after more was added.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select
from sqlmodel import SQLModel

from oppwizard.data import history, match_keys
from oppwizard.data.prepared import unless_there
from oppwizard.data.store import Store
from oppwizard.data.tables import MODELS, PARTS, Audit, Blob, Change, Pending, Pushed, table_of
from oppwizard.errors import StaleWrite, StoreProblem
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Attachment

Progress = Callable[[int, int], None]
"""Is told how many records are done, of how many."""
_DEALS, _ROLES, _LOG = (table_of(model) for model in (Opportunity, Stakeholder, Change))
_AT_ONCE: Final = 500
_BESIDE: Final = (history.PastDeal, Audit)
"""Tables whose rows belong to no record."""


@dataclass(frozen=True, slots=True)
class Left:
    """A record that was not copied, and why not."""

    id: UUID
    title: str
    problem: StoreProblem


@dataclass(slots=True)
class Copied:
    """What became of a store's rows.

    Attributes:
        new: records that were copied.
        same: records that are there already, as they are here.
        differing: records that are there and have been changed here or there since.
        left: records that the other store did not take.
        beside: by table, how many rows that belong to no record were copied.
        refused: the tables beside records that the account may not write.
    """

    new: int = 0
    same: int = 0
    differing: list[UUID] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    beside: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def copy(source: Store, target: Store, names: dict[str, str], progress: Progress | None = None) -> Copied:
    """Copy everything that is not there yet.

    Args:
        names: by the name that somebody has in the source, the one they have in the target: records they own or
            began are theirs there too. What the log says stays as it was said.

    Raises:
        StoreProblem: one of the stores cannot be read or written.
    """
    found = Copied()
    ids = list(source.ids())
    me = target.team.me() if target.is_served else None
    for done, record_id in enumerate(ids, 1):
        _copy_record(source, target, record_id, names, found, whose=me.name if me else "")
        if progress is not None:
            progress(done, len(ids))
    for model in _BESIDE:
        _copy_beside(source, target, table_of(model), found)
    with target._writing() as connection:  # the next look at duplicates makes the keys that are missing
        connection.execute(delete(table_of(match_keys.MatchState)))
    return found


def _copy_record(
    source: Store, target: Store, record_id: UUID, names: dict[str, str], found: Copied, whose: str
) -> None:
    with source._reading() as connection:
        mark, title = _mark(connection, record_id)
        rows = _rows_of(connection, record_id)
    deal = rows[0][1][0]
    for name in ("owner", "created_by", "manager"):
        deal[name] = names.get(deal[name], deal[name])
    if whose and whose not in (deal["owner"], deal["created_by"]):
        found.left.append(Left(record_id, str(title or ""), _not_theirs(deal)))
        return
    try:
        with target._writing() as connection:
            there, _title = _mark(connection, record_id)
            if there is None:
                _put(connection, rows)
                found.new += 1
                return
    except StoreProblem as problem:
        if not target.is_served or isinstance(problem, StaleWrite):
            raise
        found.left.append(Left(record_id, str(title or ""), problem))
        return
    if there == mark:
        found.same += 1
    else:
        found.differing.append(record_id)


def _not_theirs(deal: dict[str, Any]) -> StoreProblem:
    return StoreProblem(
        T("It belongs to {name}", name=deal["owner"] or deal["created_by"]),
        T("Whoever it is copies it, or whoever looks after the store; if it is you, say so with --was."),
    )


_Rows = list[tuple[Table, list[dict[str, Any]]]]


def _mark(connection: Connection, record_id: UUID) -> tuple[tuple[int, int] | None, str | None]:
    """What two copies of a record have in common while neither was changed: its revision, and the log's length."""
    deal = connection.execute(select(_DEALS.c.revision, _DEALS.c.title).where(_DEALS.c.id == record_id)).one_or_none()
    if deal is None:
        return None, None
    logged = connection.scalar(select(func.count()).where(_LOG.c.record_id == record_id))
    return (deal.revision, int(logged or 0)), deal.title


def _rows_of(connection: Connection, record_id: UUID) -> _Rows:
    """Everything that is a record's, the opportunity first; what is referred to is put in order when it is written."""
    deal = _found(connection, _DEALS, _DEALS.c.id == record_id)
    account_id = deal[0]["account_id"]
    rows: _Rows = [(_DEALS, deal)]
    for table, column in ((table_of(Account), "id"), (table_of(Contact), "account_id")):
        rows.append((table, _found(connection, table, table.c[column] == account_id)))
    for table in map(table_of, (Stakeholder, *PARTS)):
        rows.append((table, _found(connection, table, table.c.opportunity_id == record_id)))
    people = table_of(Contact)
    elsewhere = select(_ROLES.c.contact_id).where(_ROLES.c.opportunity_id == record_id)
    rows.append((people, _found(connection, people, people.c.id.in_(elsewhere), people.c.account_id != account_id)))
    for table in map(table_of, (Pending, Pushed, Change)):
        rows.append((table, _found(connection, table, table.c.record_id == record_id)))
    blobs, attached = table_of(Blob), table_of(Attachment)
    theirs = select(attached.c.digest).where(attached.c.opportunity_id == record_id)
    rows.append((blobs, _found(connection, blobs, blobs.c.digest.in_(theirs))))
    return rows


def _found(connection: Connection, table: Table, *which: ColumnElement[bool]) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).where(*which).order_by(*table.primary_key.columns))
    return [dict(row._mapping) for row in rows]


_SHARED: Final[Collection[type[SQLModel]]] = (Account, Contact, Blob, Pushed)
"""Classes whose rows another record may have brought along already."""


def _put(connection: Connection, rows: _Rows) -> None:
    shared = {table_of(model) for model in _SHARED}
    order = [table_of(model) for model in (*MODELS, Pending, Pushed, Change, Blob)]
    for table, values in sorted(rows, key=lambda one: order.index(one[0])):
        if table is _LOG:
            values = [{name: value for name, value in row.items() if name != "seq"} for row in values]
        if values:
            connection.execute(unless_there(connection, table) if table in shared else insert(table), values)


def _copy_beside(source: Store, target: Store, table: Table, found: Copied) -> None:
    try:
        if not next(_parts(source, table), None):
            return
    except StoreProblem:  # the account may not read it
        if not source.is_served:
            raise
        found.refused.append(table.name)
        return
    left_out = {"id"} if table is table_of(history.PastDeal) else set()  # its number is counted by each store itself
    try:
        with target._writing() as connection:
            before = _count(connection, table)
            for rows in _parts(source, table):
                kept = [{name: value for name, value in row.items() if name not in left_out} for row in rows]
                connection.execute(unless_there(connection, table), kept)
            found.beside[table.name] = _count(connection, table) - before
    except StoreProblem:
        if not target.is_served:
            raise
        found.refused.append(table.name)


def _count(connection: Connection, table: Table) -> int:
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def _parts(source: Store, table: Table) -> Iterator[list[dict[str, Any]]]:
    key = next(iter(table.primary_key.columns))
    last: Any = None
    while True:
        statement = select(table).order_by(key).limit(_AT_ONCE)
        with source._reading() as connection:
            rows = connection.execute(statement if last is None else statement.where(key > last)).all()
        if not rows:
            return
        yield [dict(row._mapping) for row in rows]
        last = rows[-1]._mapping[key.name]
