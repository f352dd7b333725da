"""Erasing a person: finding every trace in every table, and taking it out of rows and log (privacy).

What the traces are is read off the tables themselves: a new column is looked into without anybody thinking of it.
Nothing here is logged field by field: the log is what is cleaned. One entry in each record says that it was.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Connection, String, Table, delete, func, insert, or_, select, type_coerce, update
from sqlmodel import AutoString, SQLModel

from oppwizard.data import blobs, history, match_keys
from oppwizard.data.batch import Author, Batch
from oppwizard.data.commit import write
from oppwizard.data.tables import (
    MODELS,
    Audit,
    Change,
    ChangeState,
    Message,
    Op,
    Pending,
    Pushed,
    table_of,
)
from oppwizard.model.account import Account
from oppwizard.model.base import ListColumn, new_id
from oppwizard.model.choice import ChoiceColumn
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.custom import AnswersColumn
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Proposal
from oppwizard.model.text import fold

_LOG, _CONTACTS, _ROLES = table_of(Change), table_of(Contact), table_of(Stakeholder)
_DEALS, _ACCOUNTS, _PUSHED = table_of(Opportunity), table_of(Account), table_of(Pushed)
_PERSON: Final = ("name", "email", "phone", "profile")
_ACTORS: Final = frozenset(
    {"who", "author", "created_by", "passed_by", "reviewer", "sender", "receiver", "settled_by", "decided_by"}
)
"""Columns that say which of us did something: a colleague of the same name is another person."""
_FOLDED: Final = frozenset({"name_key", "dba_key", "search_key"})
_JSON: Final = frozenset({"custom", "figures", "evidence", "answers", "value", "old", "new", "filled", "sizing"})
_COPIES: Final = frozenset(
    {("outbox", "title"), ("outbox", "body"), ("audit", "figures"), ("stage_passage", "evidence")}
    | {("opportunity", name) for name in ("title", "search_key", "sizing")}
    | {("account", "name_key"), ("account", "dba_key")}
)
"""Columns that the program filled from others: nobody has to decide about them."""
_LITERAL: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_AT_ONCE: Final = 300
Worth = Callable[[str, UUID | None, UUID | None], bool]
"""Whether a row is worth a closer look, by all of its texts, the opportunity it belongs to, and the account it is."""


class Place(NamedTuple):
    """Where a text stands: table, the row's key as text, column."""

    table: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A text in the store.

    Attributes:
        place: of a logged change the place that it changed.
        record_id: the opportunity it belongs to, where it does.
        account_id: the account it belongs to, where it is that one's own.
        is_copy: whether the program made it from other texts.
        is_logged: whether it stands in the log.
        at: the columns of the table's key with their values, for writing it back.
        column: the column that holds it; of a logged change ``old``, ``new`` or ``reason``.
    """

    place: Place
    text: str
    record_id: UUID | None
    account_id: UUID | None
    is_copy: bool
    is_logged: bool
    table: Table
    at: dict[str, Any]
    column: str

    @property
    def words(self) -> str:
        """The text without what JSON writes around it."""
        if self.column not in _JSON:
            return self.text
        return "\n".join(str(json.loads(found[0])) for found in _LITERAL.finditer(self.text))

    def changed(self, to: Callable[[str], str], kept: Collection[str] = ()) -> str:
        """The text with its words replaced; what JSON writes around them stays.

        Args:
            kept: the columns of a whole logged row that stay as they are.
        """
        if self.column in _FOLDED:
            return fold(to(self.text))
        if self.column not in _JSON:
            return to(self.text)
        if not kept or self.place.column:
            return _in_literals(self.text, to)
        row = {name: json.dumps(value, ensure_ascii=False) for name, value in json.loads(self.text).items()}
        done = (f"{json.dumps(name)}:{text if name in kept else _in_literals(text, to)}" for name, text in row.items())
        return "{" + ",".join(done) + "}"


@dataclass(slots=True)
class Trace:
    """A contact as far as the store, or only its log, knows it: all that it is or was called."""

    contact_id: UUID
    account_id: UUID | None = None
    is_there: bool = False
    current: str = ""
    said: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in _PERSON})

    def take(self, values: dict[str, Any]) -> None:
        """Take in what a row, or an entry of the log, says."""
        for name in _PERSON:
            if values.get(name):
                self.said[name].add(str(values[name]))
        account = values.get("account_id")
        if account and not self.is_there:
            self.account_id = UUID(str(account))


def traces(connection: Connection) -> list[Trace]:
    """Every contact that the store or its log knows."""
    found: dict[UUID, Trace] = {}
    for row in connection.execute(select(_CONTACTS)).mappings():
        trace = found.setdefault(row["id"], Trace(row["id"], is_there=True, current=row["name"] or ""))
        trace.account_id = row["account_id"]
        trace.take(dict(row))
    asked = select(_LOG.c.row_id, _LOG.c.op, _LOG.c.field, _LOG.c.old, _LOG.c.new)
    for entry in connection.execute(asked.where(_LOG.c.entity == _CONTACTS.name).order_by(_LOG.c.seq)):
        trace = found.setdefault(entry.row_id, Trace(entry.row_id))
        for text in (entry.old, entry.new):
            value = json.loads(text) if text else None
            if value is not None:
                trace.take({entry.field: value} if entry.op is Op.SET else value)
    return list(found.values())


def roles_of(connection: Connection, contacts: Collection[UUID]) -> dict[UUID, UUID]:
    """The places that contacts have, or had, in records: the stakeholder's identity with the record's."""
    asked = select(_ROLES.c.id, _ROLES.c.opportunity_id).where(_ROLES.c.contact_id.in_(contacts))
    found: dict[UUID, UUID] = {row.id: row.opportunity_id for row in connection.execute(asked)}
    named = [or_(_LOG.c.old.contains(str(one)), _LOG.c.new.contains(str(one))) for one in contacts]
    logged = select(_LOG.c.row_id, _LOG.c.record_id).where(_LOG.c.entity == _ROLES.name, or_(*named)).distinct()
    return found | {row.row_id: row.record_id for row in connection.execute(logged)}


def records_logging(connection: Connection, rows: Collection[UUID]) -> set[UUID]:
    """The records whose log speaks of rows."""
    asked = select(_LOG.c.record_id).where(_LOG.c.row_id.in_(rows)).distinct()
    return set(connection.scalars(asked))


def proposals_about(connection: Connection, contacts: Collection[UUID]) -> set[UUID]:
    """The proposals about contacts, also such as are only in the log any more."""
    table = table_of(Proposal)
    found = set(connection.scalars(select(table.c.id).where(table.c.subject.in_(contacts))))
    named = [or_(_LOG.c.old.contains(str(one)), _LOG.c.new.contains(str(one))) for one in contacts]
    logged = select(_LOG.c.row_id).where(_LOG.c.entity == table.name, or_(*named)).distinct()
    return found | set(connection.scalars(logged))


def count_logged(connection: Connection, rows: Collection[UUID]) -> int:
    """How many entries of the log are about rows and still say something of them."""
    says = or_(_LOG.c.old.is_not(None), _LOG.c.new.is_not(None))
    return int(connection.scalar(select(func.count()).where(_LOG.c.row_id.in_(rows), says)) or 0)


def pushed_of(connection: Connection, rows: Collection[UUID]) -> list[Pushed]:
    """What CRMs were sent of rows."""
    named = [_PUSHED.c.identity.contains(str(one)) for one in rows]
    if not named:
        return []
    return [Pushed(**row._mapping) for row in connection.execute(select(_PUSHED).where(or_(*named)))]


# Texts


def tables() -> tuple[Table, ...]:
    """Every table that may hold words of or about people."""
    beside: tuple[type[SQLModel], ...] = (Pending, Audit, Message, Pushed, history.PastDeal, Change)
    return tuple(table_of(model) for model in (*MODELS, *beside))


def is_words(column: Column[Any]) -> bool:
    """Whether a column holds words, rather than a number, a day, an identity or one of a closed list."""
    kind = column.type
    if isinstance(kind, ChoiceColumn | ListColumn):
        return False
    return isinstance(kind, String | AutoString | AnswersColumn) and column.name not in _ACTORS


def texts(connection: Connection, worth: Worth) -> Iterator[Stored]:
    """The texts of every table, the log's last, of those rows whose texts together are worth a closer look."""
    for table in tables():
        yield from _texts(connection, table, worth)


def _texts(connection: Connection, table: Table, worth: Worth) -> Iterator[Stored]:
    columns = [column for column in table.columns if is_words(column)]
    keys = list(table.primary_key.columns)
    wanted = [type_coerce(column, String).label(f"text_{number}") for number, column in enumerate(columns)]
    others = [table.c[name] for name in _BESIDE if name in table.c and not table.c[name].primary_key]
    asked = select(*keys, *others, *wanted).execution_options(yield_per=2_000)
    names, first = [column.name for column in (*keys, *others)], len(keys) + len(others)
    for row in connection.execute(asked):
        said = "\n".join([text for text in row[first:] if text])
        if not said or not worth(said, *_owners(table, dict(zip(names, row, strict=False)))):
            continue
        values = row._mapping
        for number, column in enumerate(columns):
            text = values[f"text_{number}"]
            if text:
                at = {key.name: values[key.name] for key in keys}
                yield _stored(table, column.name, text, at, dict(values))


_BESIDE: Final = ("id", "opportunity_id", "record_id", "entity", "row_id", "field", "op")


def _owners(table: Table, row: dict[str, Any]) -> tuple[UUID | None, UUID | None]:
    """The opportunity that a row belongs to, and the account that it is."""
    deal = row["id"] if table is _DEALS else row.get("opportunity_id") or row.get("record_id")
    return deal, row["id"] if table is _ACCOUNTS else None


def _stored(table: Table, column: str, text: str, at: dict[str, Any], row: dict[str, Any]) -> Stored:
    place = Place(table.name, "|".join(str(value) for value in at.values()), column)
    logged = table is _LOG
    if logged and column != "reason":
        place = Place(row["entity"], str(row["row_id"]), row["field"])
    return Stored(
        place,
        text,
        *_owners(table, row),
        (place.table, place.column) in _COPIES or (logged and place.table == "stage_passage"),
        logged,
        table,
        at,
        column,
    )


def _in_literals(text: str, to: Callable[[str], str]) -> str:
    return _LITERAL.sub(lambda found: json.dumps(to(json.loads(found[0])), ensure_ascii=False), text)


class Eraser:
    """One transaction in which a person is erased."""

    def __init__(self, connection: Connection, now: dt.datetime) -> None:
        self._connection = connection
        self._now = now

    def write(self, batch: Batch) -> None:
        """Write a batch of changes of one record.

        Raises:
            StaleWrite: somebody else changed one of the rows since it was read.
        """
        rows = write(self._connection, batch, self._now)
        for row in rows:
            row.revision += 1
        for name, value in batch.summary.items():
            setattr(batch.record.opportunity, name, value)

    def replace(self, changes: Iterable[tuple[Stored, str]]) -> None:
        """Give texts other words; the revisions of their rows go up, so that nobody writes the old ones back."""
        for stored, text in changes:
            table = stored.table
            values: dict[str, Any] = {stored.column: json.loads(text) if stored.column == "custom" else text}
            if "revision" in table.c:
                values["revision"] = table.c.revision + 1
            which = [table.c[name] == value for name, value in stored.at.items()]
            self._connection.execute(update(table).where(*which).values(values))

    def empty_log(self, rows: Collection[UUID]) -> None:
        """Leave of the entries about rows who did it, when, and to what; not what it said."""
        for part in _parts(rows):
            self._connection.execute(update(_LOG).where(_LOG.c.row_id.in_(part)).values(old=None, new=None))

    def drop_contacts(self, contacts: Collection[UUID]) -> None:
        """Take contacts out that no record refers to any more."""
        self._connection.execute(delete(_CONTACTS).where(_CONTACTS.c.id.in_(contacts)))

    def drop_pushed(self, rows: Iterable[Pushed]) -> None:
        """Forget what CRMs were sent of the person."""
        self._connection.execute(delete(_PUSHED).where(_PUSHED.c.id.in_([row.id for row in rows])))

    def drop_pending(self, record_id: UUID, row_id: UUID) -> None:
        """Forget the texts that were typed into a row of a person and are no values; also of a row that is gone."""
        table = table_of(Pending)
        told = table.c.address.startswith(f"people[{row_id}]", autoescape=True)
        self._connection.execute(delete(table).where(table.c.record_id == record_id, told))

    def keep_keys(self, keys: dict[UUID, tuple[int, ...]]) -> None:
        """Keep the keys by which accounts are found again, now without the person's."""
        match_keys.write(self._connection, keys)

    def drop_files(self, digests: Collection[str]) -> None:
        """Take out contents of files that no record has attached any more."""
        blobs.drop(self._connection, digests)

    def mark(self, record_id: UUID, author: Author) -> None:
        """Say in a record's log that a person was erased: who did it, and when, not who it was."""
        entry = {
            "record_id": record_id,
            "action": new_id(),
            "state": ChangeState.DONE,
            "op": Op.DELETE,
            "entity": _CONTACTS.name,
            "row_id": new_id(),
            "field": "",
            "who": author.who,
            "at": self._now,
            "source": author.source,
            "reason": author.reason,
        }
        self._connection.execute(insert(_LOG).values(entry))


def _parts(rows: Collection[UUID]) -> Iterator[list[UUID]]:
    listed = list(rows)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
