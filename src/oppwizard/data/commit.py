"""Writing a batch: rows, summary, log and pending texts, in the transaction that it is handed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Update, bindparam, case, delete, insert, literal_column, update
from sqlmodel import SQLModel

from oppwizard.data import blobs, journal, match_keys, outbox, rejudging
from oppwizard.data.batch import Batch, Edit, row_of
from oppwizard.data.prepared import Prepared, prepare
from oppwizard.data.tables import MODELS, Op, Pending, table_of, values_of
from oppwizard.data.trouble import stale
from oppwizard.model.base import Row
from oppwizard.model.opportunity import Opportunity

_Key = tuple[type[SQLModel], UUID]
_Sets = dict[_Key, dict[str, Any]]


def write(connection: Connection, batch: Batch, now: dt.datetime) -> list[Row]:
    """Write all of a batch; the rows whose revision has to follow in memory once it is committed.

    Raises:
        StaleWrite: a row was changed or removed by somebody else since it was read.
    """
    sets = _sets(batch)
    inserted = {edit.row for edit in batch.of(Op.INSERT)}
    deleted = {edit.row for edit in batch.of(Op.DELETE)}
    _insert(connection, batch.of(Op.INSERT), sets)
    updated = [key for key in sets if key not in inserted and key not in deleted]
    holders = {edit.row: edit.holder for edit in batch.of(Op.SET) if edit.holder is not None}
    account = {"account_read": batch.record.account.id, "account_revision_read": batch.record.account.revision}
    rows = [
        _update(
            connection, holders.get(key) or row_of(batch.record, *key), key, sets[key], account | {"updated_at": now}
        )
        for key in updated
    ]
    _delete(connection, batch.of(Op.DELETE))
    rejudging.mark_others(connection, batch)
    blobs.write(connection, batch.files)
    journal.write(connection, batch, now)
    match_keys.write(connection, batch.keys)
    outbox.write(connection, batch.record.id, batch.messages, batch.revised)
    _write_pending(connection, batch)
    return rows


def _sets(batch: Batch) -> _Sets:
    """What to set in which row: the opportunity always, for its revision guards the whole record."""
    key = (Opportunity, batch.record.id)
    sets: _Sets = defaultdict(dict, {key: {}})
    for edit in batch.of(Op.SET):
        sets[edit.row][edit.field] = edit.new
    sets[key] |= batch.summary
    return sets


def _insert(connection: Connection, edits: Iterable[Edit], sets: _Sets) -> None:
    rows: dict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)
    for edit in edits:
        rows[edit.model].append(values_of(edit.new) | sets.get(edit.row, {}))
    for model in MODELS:
        if model in rows:
            connection.execute(insert(table_of(model)), rows[model])


def _update(connection: Connection, row: object, key: _Key, values: dict[str, Any], more: dict[str, Any]) -> Row:
    if not isinstance(row, Row):
        raise stale()
    done = _updating(key[0], tuple(sorted(values))).run(
        connection,
        {**values, **more, "new_revision": row.revision + 1, "row_id": row.id, "old_revision": row.revision},
    )
    if done != 1:
        raise stale()
    return row


@lru_cache(maxsize=2_048)
def _updating(model: type[SQLModel], names: tuple[str, ...]) -> Prepared:
    table = table_of(model)
    statement: Update = update(table).where(
        table.c["id"] == bindparam("row_id"), table.c["revision"] == bindparam("old_revision")
    )
    kept = (name for name in names if name not in ("updated_at", "revision"))
    values: dict[str, Any] = {name: bindparam(name, type_=table.c[name].type) for name in (*kept, "updated_at")}
    if "judged_by" in values:  # by an account that somebody changed meanwhile: it is to be judged again
        known = rejudging.is_account_at("account_read", "account_revision_read")
        values["judged_by"] = case((known, values["judged_by"]), else_=literal_column(str(rejudging.MARKED)))
    return prepare(statement.values(values | {"revision": bindparam("new_revision")}))


def _delete(connection: Connection, edits: Iterable[Edit]) -> None:
    for edit in sorted(edits, key=lambda edit: MODELS.index(edit.model), reverse=True):
        done = _deleting(edit.model).run(connection, {"row_id": edit.row_id, "old_revision": edit.old.revision})
        if done != 1:
            raise stale()


@lru_cache(maxsize=32)
def _deleting(model: type[SQLModel]) -> Prepared:
    table = table_of(model)
    return prepare(
        delete(table).where(table.c["id"] == bindparam("row_id"), table.c["revision"] == bindparam("old_revision"))
    )


def _write_pending(connection: Connection, batch: Batch) -> None:
    for address, text in batch.pending.items():
        place = {"at_record": batch.record.id, "at_address": address}
        _forgetting().run(connection, place)
        if text is not None:
            _keeping().run(connection, {"record_id": batch.record.id, "address": address, "text": text})


@lru_cache(maxsize=1)
def _forgetting() -> Prepared:
    table = table_of(Pending)
    return prepare(
        delete(table).where(
            table.c["record_id"] == bindparam("at_record"), table.c["address"] == bindparam("at_address")
        )
    )


@lru_cache(maxsize=1)
def _keeping() -> Prepared:
    return prepare(insert(table_of(Pending)))
