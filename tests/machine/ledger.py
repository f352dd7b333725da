"""A store read from outside: its rows, its log, and what the log says when it is replayed from nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import SQLModel

from oppwizard.data.codec import decode, decode_row
from oppwizard.data.store import Batch, Store
from oppwizard.data.tables import MODELS, Audit, Blob, Change, Op, columns_of, table_of, values_of
from oppwizard.model.opportunity import WORKED_OUT, Opportunity
from oppwizard.model.parts import Handoff, Review

Key = tuple[str, UUID]
Rows = dict[Key, dict[str, Any]]
Heard = Callable[[Sequence[Batch]], None]

_STAMPS: Final = frozenset({"revision", "updated_at"})
SHARED: Final = frozenset({"account", "contact"})
"""Tables whose rows several opportunities may have."""
GROWING: Final[tuple[type[SQLModel], ...]] = (Review, Handoff, Blob, Audit)
"""Tables in which a row stays for good, and stays what it is."""
_MODELS: Final = {str(model.__tablename__): model for model in MODELS}
_RECORD, _STATE, _NEW, _AT = (columns_of(Change).index(name) for name in ("record_id", "state", "new", "at"))


class WatchedStore(Store):
    """A store that tells what was written, whoever wrote it, once it is written for good."""

    heard: Heard | None = None

    def commit_all(self, batches: Iterable[Batch]) -> None:
        written: list[Batch] = []
        super().commit_all(_noted(batches, written))
        if self.heard is not None:
            self.heard(written)


def watched(path: Path) -> WatchedStore:
    """Open a store, in a file or on the server that stands for files, as one that tells what was written."""
    store = Store.open(path)
    store.__class__ = WatchedStore
    assert isinstance(store, WatchedStore)
    return store


def _noted(batches: Iterable[Batch], written: list[Batch]) -> Iterator[Batch]:
    for batch in batches:
        written.append(batch)
        yield batch


@lru_cache(maxsize=64)
def _select(model: type[SQLModel]) -> str:
    names = ", ".join(f'"{name}"' for name in columns_of(model))
    return f'SELECT {names} FROM "{model.__tablename__}" ORDER BY 1'


@lru_cache(maxsize=64)
def named(model: type[SQLModel]) -> tuple[str, ...]:
    """The columns of a table that are logged; others are worked out anew with each save, or the stamp of the save."""
    without = _STAMPS | WORKED_OUT if model is Opportunity else _STAMPS
    return tuple(name for name in columns_of(model) if name not in without)


@lru_cache(maxsize=64)
def logged(model: type[SQLModel]) -> tuple[int, ...]:
    """The places of the columns of a table that are logged."""
    return tuple(number for number, name in enumerate(columns_of(model)) if name in named(model))


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything in a store at an instant, as its driver gives it.

    Attributes:
        rows: the rows of all records by table and identity, without what is not logged.
        log: the log, in its order.
        kept: the rows of the tables that only grow.
        pending: texts that are no values, by record and address.
    """

    rows: dict[tuple[str, Any], tuple[Any, ...]]
    log: list[tuple[Any, ...]]
    kept: set[tuple[Any, ...]]
    pending: dict[tuple[Any, str], str]


def look_at(store: Store) -> Seen:
    """Read a store."""
    with store._reading() as connection:

        def every(model: type[SQLModel]) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.exec_driver_sql(_select(model))]

        rows = {
            (name, row[0]): tuple(row[place] for place in logged(model))
            for name, model in _MODELS.items()
            for row in every(model)
        }
        kept = {(str(model.__tablename__), *row) for model in GROWING for row in every(model)}
        held = connection.exec_driver_sql("SELECT record_id, address, text FROM pending")
        pending = {(row[0], row[1]): row[2] for row in held}
        return Seen(rows, every(Change), _still(kept), pending)


def _still(rows: set[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Rows of the tables that grow, without the stamps of a save."""
    models = {str(model.__tablename__): columns_of(model) for model in GROWING}
    return {
        tuple(value for value, name in zip(row, ("", *models[row[0]]), strict=True) if name not in _STAMPS)
        for row in rows
    }


@dataclass
class Ledger:
    """What a log says. Each entry is put on what those before it made, and has to fit there."""

    store: Store
    rows: Rows = field(default_factory=dict)

    def take(self, entries: Sequence[Change], *, chained: bool) -> set[Key]:
        """Replay entries; the rows that they speak of.

        Args:
            chained: whether each has to begin with what is there: not so for what was logged in another store.
        """
        begun: set[tuple[Key, UUID]] = set()
        for entry in entries:
            key = entry.entity, entry.row_id
            # A new row is logged as it was at the end of its action; what led there is logged behind it.
            self._replay(entry, chained=chained and (key, entry.action) not in begun)
            if entry.op is Op.INSERT:
                begun.add((key, entry.action))
        return {(entry.entity, entry.row_id) for entry in entries}

    def _replay(self, entry: Change, *, chained: bool) -> None:
        key = entry.entity, entry.row_id
        model = _MODELS[entry.entity]
        if entry.op is Op.INSERT:
            assert not chained or key not in self.rows, f"{key} was added twice"
            self.rows[key] = _plain(decode_row(model, entry.new or ""))
        elif entry.op is Op.DELETE:
            there = self.rows.pop(key, None)
            if chained:
                assert there == _plain(decode_row(model, entry.old or "")), f"{key} was removed as another one"
        elif key in self.rows:
            old, new = (decode(model, entry.field, text) for text in (entry.old, entry.new))
            if chained:
                found = self.rows[key][entry.field]
                assert found == old, f"{key} {entry.field}: the log says it was {old!r}, it was {found!r}"
            self.rows[key][entry.field] = new
        else:
            assert not chained, f"{key} was changed and is not there"

    def holds(self, keys: Iterable[Key]) -> None:
        """Hold rows against those of the store: the log has to have made them what they are."""
        wanted: dict[str, set[UUID]] = {}
        for entity, row_id in keys:
            wanted.setdefault(entity, set()).add(row_id)
        for entity, ids in wanted.items():
            stored = typed(self.store, entity, ids)
            for row_id in ids:
                said, found = self.rows.get((entity, row_id)), stored.get(row_id)
                assert (said is None) == (found is None), f"{entity} {row_id}: the log has {said}, the store {found}"
                if said is not None and found is not None:
                    differing = {name: (said[name], found[name]) for name in found if said[name] != found[name]}
                    assert not differing, f"{entity} {row_id}: the log and the store say {differing}"


def typed(store: Store, entity: str, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Rows of a table as values."""
    model = _MODELS[entity]
    table = table_of(model)
    names = named(model)
    with store._reading() as connection:
        found = connection.execute(select(table).where(table.c.id.in_(list(ids)))).mappings().all()
    return {row["id"]: {name: row[name] for name in names} for row in found}


def _plain(row: SQLModel) -> dict[str, Any]:
    return {name: value for name, value in values_of(row).items() if name in named(type(row))}


def new_entries(store: Store, after: int) -> list[Change]:
    """What was logged after an entry, oldest first."""
    log = table_of(Change)
    with store._reading() as connection:
        found = connection.execute(select(log).where(log.c.seq > after).order_by(log.c.seq)).mappings().all()
    return [Change(**row) for row in found]


def continued(before: Seen, after: Seen) -> list[int]:
    """The numbers of entries whose text was continued; everything else of the old log has to be as it was."""
    assert len(after.log) >= len(before.log), "entries of the log are gone"
    moved: list[tuple[Any, ...]] = []
    for old, new in zip(before.log, after.log, strict=False):
        if old == new:
            continue
        fixed = [number for number in range(len(old)) if number not in (_STATE, _NEW, _AT)]
        assert [old[number] for number in fixed] == [new[number] for number in fixed], "an entry of the log was altered"
        if (old[_NEW], old[_AT]) != (new[_NEW], new[_AT]):
            moved.append(old)
    of_record = [row for row in before.log if moved and row[_RECORD] == moved[0][_RECORD]]
    assert moved == of_record[len(of_record) - len(moved) :], "an entry was continued that is not the newest any more"
    return [int(row[0]) for row in moved]
