"""The log of changes: written with every batch, read for history, undo and redo."""

import datetime as dt
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, insert, or_, select, update

from oppwizard.data.batch import Batch, Edit
from oppwizard.data.codec import encode, encode_row
from oppwizard.data.prepared import Prepared, prepare
from oppwizard.data.tables import UNDONE_ONLY, Change, ChangeState, Op, table_of
from oppwizard.model.opportunity import Opportunity

_LOG = table_of(Change)
_DEALS = table_of(Opportunity)
_NAMES = [column.name for column in _LOG.columns if column.name != "seq"]


def write(connection: Connection, batch: Batch, now: dt.datetime) -> None:
    """Log a batch's edits and move the states that undo and redo go by; what came from elsewhere is kept as it came."""
    if batch.undoes is not None:
        _move(connection, batch.record.id, batch.undoes, ChangeState.DONE, ChangeState.UNDONE)
    if batch.redoes is not None:
        _move(connection, batch.record.id, batch.redoes, ChangeState.UNDONE, ChangeState.DONE)
    if batch.drop_redo:
        _dropping().run(connection, {"record": batch.record.id, "dead": ChangeState.DEAD})
    if batch.received is not None:
        _keep(connection, batch.received)
        return
    action = _action(connection, batch) if batch.merge else batch.action
    if not (batch.merge and _merged(connection, batch, action, now)):
        for edit in batch.edits:
            _adding().run(connection, _entry(batch, edit, now) | {"action": action})


def _action(connection: Connection, batch: Batch) -> UUID:
    """The action of a stay in a field: another one once somebody has done something else meanwhile.

    Undo takes an action back as a whole; what was done between its parts would be taken back with it, in its middle.
    What is typed behind that is one action again, which is known by its name: it is made of the two before it.
    """
    record, stay = batch.record.id, batch.action
    newest = _newest_action(connection, record)
    if newest is None or newest == stay or not _of_action(connection, record, stay, ChangeState.DONE):
        return stay
    before = _newest_action(connection, record, but=newest)
    return newest if before is not None and newest == _continued(stay, before) else _continued(stay, newest)


def _continued(stay: UUID, behind: UUID) -> UUID:
    return uuid5(stay, behind.hex)


def _newest_action(connection: Connection, record_id: UUID, *, but: UUID | None = None) -> UUID | None:
    """The newest action in force; the newest other one, where one is left out."""
    newest = _newest_done() if but is None else _newest_done().where(_LOG.c.action != but)
    found = connection.execute(newest, {"record": record_id, "done": ChangeState.DONE, "many": 1}).first()
    return found.action if found is not None else None


def _entry(batch: Batch, edit: Edit, now: dt.datetime) -> dict[str, Any]:
    old, new = _texts(edit)
    author = edit.author or batch.author
    is_mark = batch.undoes is not None or batch.redoes is not None
    return {
        "record_id": batch.record.id,
        "action": batch.action,
        "state": ChangeState.MARK if is_mark else ChangeState.DONE,
        "op": edit.op,
        "entity": str(edit.model.__tablename__),
        "row_id": edit.row_id,
        "field": edit.field,
        "old": old,
        "new": new,
        "who": author.who,
        "at": now,
        "source": author.source,
        "reason": author.reason,
    }


def entries(batch: Batch, now: dt.datetime) -> tuple[Change, ...]:
    """A batch's edits as the log will have them, to be handed on before they are written."""
    return tuple(Change(**_entry(batch, edit, now)) for edit in batch.edits)


def _keep(connection: Connection, received: Iterable[Change]) -> None:
    for change in received:
        _adding().run(connection, {name: getattr(change, name) for name in _NAMES})


def _texts(edit: Edit) -> tuple[str | None, str | None]:
    if edit.op is Op.INSERT:
        return None, encode_row(edit.new)
    if edit.op is Op.DELETE:
        return encode_row(edit.old), None
    return encode(edit.model, edit.field, edit.old), encode(edit.model, edit.field, edit.new)


def _merged(connection: Connection, batch: Batch, action: UUID, now: dt.datetime) -> bool:
    """Continue the newest changes instead of adding to them, where they are in force, of the same action and fields.

    They are the newest of all, so that the log, read from its beginning, tells what was there at each moment.
    """
    wanted = [(action, edit.op, str(edit.model.__tablename__), edit.row_id, edit.field) for edit in batch.edits]
    if not wanted or any(edit.op is not Op.SET for edit in batch.edits) or connection.dialect.name != "sqlite":
        return False  # in a team's store no entry is ever altered, by whomever
    newest = connection.execute(_newest(), {"record": batch.record.id, "many": len(wanted)}).all()
    found = [(row.action, row.op, row.entity, row.row_id, row.field) for row in reversed(newest)]
    if found != wanted or any(row.state is not ChangeState.DONE for row in newest):
        return False
    for row, edit in zip(reversed(newest), batch.edits, strict=True):
        _continuing().run(connection, {"at_seq": row.seq, "new": _texts(edit)[1], "at": now})
    return True


def _move(connection: Connection, record_id: UUID, action: UUID, before: ChangeState, after: ChangeState) -> None:
    connection.execute(
        update(_LOG)
        .where(_LOG.c.record_id == record_id, _LOG.c.action == action, _LOG.c.state == before)
        .values(state=after)
    )


@lru_cache(maxsize=1)
def _adding() -> Prepared:
    return prepare(insert(_LOG).values({name: bindparam(name) for name in _NAMES}).inline())


@lru_cache(maxsize=1)
def _dropping() -> Prepared:
    dead = bindparam("dead", type_=_LOG.c.state.type)
    return prepare(update(_LOG).where(_LOG.c.record_id == bindparam("record"), UNDONE_ONLY).values(state=dead))


@lru_cache(maxsize=1)
def _continuing() -> Prepared:
    values: dict[str, Any] = {"new": bindparam("new"), "at": bindparam("at")}
    return prepare(update(_LOG).where(_LOG.c.seq == bindparam("at_seq")).values(values))


@lru_cache(maxsize=1)
def _newest() -> Select[Any]:
    of_record = select(_LOG).where(_LOG.c.record_id == bindparam("record"))
    return of_record.order_by(_LOG.c.seq.desc()).limit(bindparam("many"))


@lru_cache(maxsize=1)
def _newest_done() -> Select[Any]:
    return (
        select(_LOG)
        .where(_LOG.c.record_id == bindparam("record"), _LOG.c.state == bindparam("done"))
        .order_by(_LOG.c.seq.desc())
        .limit(bindparam("many"))
    )


def history(connection: Connection, record_id: UUID, limit: int, before: int | None) -> list[Change]:
    """A record's changes, newest first; those before a number where one is given."""
    statement = select(_LOG).where(_LOG.c.record_id == record_id).order_by(_LOG.c.seq.desc()).limit(limit)
    if before is not None:
        statement = statement.where(_LOG.c.seq < before)
    return [_change(row) for row in connection.execute(statement)]


def of_record(connection: Connection, record_id: UUID, account_id: UUID, shared: Collection[UUID]) -> list[Change]:
    """All changes of a record, and those made elsewhere of rows that it shares with its account's others, oldest first.

    Args:
        shared: the identities of the account and of its people in the record.
    """
    others = select(_DEALS.c.id).where(_DEALS.c.account_id == account_id)
    elsewhere = and_(_LOG.c.record_id.in_(others), _LOG.c.row_id.in_(shared))
    statement = select(_LOG).where(or_(_LOG.c.record_id == record_id, elsewhere)).order_by(_LOG.c.seq)
    return [_change(row) for row in connection.execute(statement)]


def changes_of(connection: Connection, record_id: UUID, entity: str, field: str) -> list[Change]:
    """The changes of one field that are in force, oldest first."""
    statement = (
        select(_LOG)
        .where(_LOG.c.record_id == record_id, _LOG.c.entity == entity, _LOG.c.field == field)
        .where(_LOG.c.state == ChangeState.DONE)
        .order_by(_LOG.c.seq)
    )
    return [_change(row) for row in connection.execute(statement)]


def last_done(connection: Connection, record_id: UUID) -> list[Change]:
    """The changes of the newest action in force, in the order in which they were made."""
    newest = _newest_action(connection, record_id)
    return _of_action(connection, record_id, newest, ChangeState.DONE) if newest is not None else []


def next_redo(connection: Connection, record_id: UUID) -> list[Change]:
    """The changes of the oldest action taken back, in the order in which they were made."""
    oldest = connection.scalar(select(func.min(_LOG.c.seq)).where(_LOG.c.record_id == record_id, UNDONE_ONLY))
    if oldest is None:
        return []
    action = connection.execute(select(_LOG.c.action).where(_LOG.c.seq == oldest)).scalar_one()
    return _of_action(connection, record_id, action, ChangeState.UNDONE)


def _of_action(connection: Connection, record_id: UUID, action: UUID, state: ChangeState) -> list[Change]:
    statement = (
        select(_LOG)
        .where(_LOG.c.record_id == record_id, _LOG.c.action == action, _LOG.c.state == state)
        .order_by(_LOG.c.seq)
    )
    return [_change(row) for row in connection.execute(statement)]


def _change(row: Row[Any]) -> Change:
    return Change(**row._mapping)
