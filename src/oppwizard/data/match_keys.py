"""The keys by which accounts are found again: where they are kept, and how they are written.

What the keys are is not known here: whoever writes an account hands them down. A key leads to the accounts that have
it, by one index. Each account's keys are kept beside it as well, so that those that it has no more can be taken out.
Keys of an account that is gone stay behind and lead nowhere: its row in `MatchName` is gone.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    Index,
    Integer,
    LargeBinary,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from oppwizard.data.prepared import Prepared, prepare
from oppwizard.data.reading import Question
from oppwizard.data.tables import table_of
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact

_Texts = Iterable[str | None]
Keymaker = Callable[[_Texts, _Texts, _Texts, _Texts], Iterable[int]]
"""Makes the keys of an account from names, e-mail addresses with the website, phone numbers, and company numbers."""
NUMBER = BigInteger().with_variant(Integer, "sqlite")
_CHUNK: Final = 2_000


class MatchName(SQLModel, table=True):
    """An account whose keys are kept; ``kept`` holds them, eight bytes each."""

    __tablename__ = "match_name"
    __table_args__ = (Index("ix_match_name_account_id", "account_id", unique=True), {"sqlite_autoincrement": True})

    seq: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    kept: bytes = Field(default=b"", sa_type=LargeBinary)


class MatchKey(SQLModel, table=True):
    """One key of one account: nothing but an index."""

    __tablename__ = "match_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(primary_key=True, sa_type=NUMBER, sa_column_kwargs={"autoincrement": False})


class MatchState(SQLModel, table=True):
    """The version of the keys that are kept; no row while some are missing."""

    __tablename__ = "match_state"

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


TABLES = (MatchName, MatchKey, MatchState)
_NAMES, _KEYS, _STATE = (table_of(model) for model in TABLES)
_ACCOUNTS, _CONTACTS = table_of(Account), table_of(Contact)


def write(connection: Connection, keys: dict[UUID, tuple[int, ...]]) -> None:
    """Keep the keys of accounts in place of those that they had; only what differs is written."""
    for account_id, found in keys.items():
        known = kept_of().ask(connection, {"account": account_id})
        new, packed = set(found), _packed(found)
        if known:
            seq, old = known[0][0], set(_unpacked(known[0][1]))
            if old == new:
                continue
            _keeping().run(connection, {"at": seq, "packed": packed})
        else:
            made = connection.execute(insert(_NAMES).values(account_id=account_id, kept=packed)).inserted_primary_key
            seq, old = (made[0] if made else None), set()
        _removing().run_all(connection, [{"old": key, "at": seq} for key in old - new])
        _pour(connection, [(key, seq) for key in new - old])


def _packed(keys: Iterable[int]) -> bytes:
    return array("q", sorted(set(keys))).tobytes()


def _unpacked(kept: bytes) -> Sequence[int]:
    return array("q", kept)


@lru_cache(maxsize=1)
def kept_of() -> Question:
    """Asks for an account's number and keys by its identity, ``account``."""
    return Question(select(_NAMES.c.seq, _NAMES.c.kept).where(_NAMES.c.account_id == bindparam("account")))


@lru_cache(maxsize=1)
def _keeping() -> Prepared:
    return prepare(
        update(_NAMES).where(_NAMES.c.seq == bindparam("at")).values(kept=bindparam("packed", type_=LargeBinary()))
    )


@lru_cache(maxsize=1)
def _removing() -> Prepared:
    return prepare(delete(_KEYS).where(_KEYS.c.key == bindparam("old"), _KEYS.c.seq == bindparam("at")))


@lru_cache(maxsize=1)
def _adding() -> Prepared:
    return prepare(insert(_KEYS))


def is_current(connection: Connection, version: int) -> bool:
    """Whether every account has its keys of a version."""
    return connection.scalar(select(_STATE.c.version)) == version


def make(connection: Connection, version: int, keymaker: Keymaker) -> int:
    """Make the keys of every account that has none of this version; how many accounts that were."""
    if connection.dialect.name == "postgresql":  # nobody else writes keys, or makes the same ones, meanwhile
        connection.execute(text("LOCK TABLE match_name IN SHARE ROW EXCLUSIVE MODE"))
        if is_current(connection, version):
            return 0
    if connection.scalar(select(_STATE.c.version)) not in (None, version):
        for table in (_KEYS, _NAMES, _STATE):
            connection.execute(delete(table))
    top = int(connection.scalar(select(func.max(_NAMES.c.seq))) or 0)
    made = 0
    pairs: list[tuple[int, int]] = []
    for accounts in _lots(connection):
        names = []
        for seq, (account_id, *sources) in enumerate(accounts, top + made + 1):
            found = set(keymaker(*sources))
            names.append({"seq": seq, "account_id": account_id, "kept": _packed(found)})
            pairs += ((key, seq) for key in found)
        connection.execute(insert(_NAMES), names)
        made += len(accounts)
        if len(pairs) > _SORTED:
            _pour(connection, pairs)
    _pour(connection, pairs)
    if made and connection.dialect.name == "postgresql":  # numbers that were given do not move the next one
        connection.execute(text("SELECT setval(pg_get_serial_sequence('match_name', 'seq'), max(seq)) FROM match_name"))
    if not is_current(connection, version):
        connection.execute(insert(_STATE).values(version=version))
    return made


_SORTED: Final = 4_000_000
"""So many keys are put in order before they are written: an index grows many times faster in its own order."""


def _pour(connection: Connection, pairs: list[tuple[int, int]]) -> None:
    pairs.sort()
    _adding().run_all(connection, [{"key": key, "seq": seq} for key, seq in pairs])
    pairs.clear()


def _lots(connection: Connection) -> Iterator[list[tuple[Any, ...]]]:
    """Accounts without keys, some thousands at a time, with their names, addresses and numbers."""
    last = UUID(int=0)
    while True:
        statement = (
            select(*(_ACCOUNTS.c[name] for name in ("id", "legal_name", "dba", "website", "company_number")))
            .outerjoin(_NAMES, _NAMES.c.account_id == _ACCOUNTS.c.id)
            .where(_ACCOUNTS.c.id > last, _NAMES.c.seq.is_(None))
            .order_by(_ACCOUNTS.c.id)
            .limit(_CHUNK)
        )
        rows = connection.execute(statement).all()
        if not rows:
            return
        people: dict[UUID, tuple[list[Any], list[Any]]] = {row.id: ([row.website], []) for row in rows}
        asked = select(_CONTACTS.c.account_id, _CONTACTS.c.email, _CONTACTS.c.phone).where(
            _CONTACTS.c.account_id.in_(people)
        )
        for account_id, email, phone in connection.execute(asked):
            people[account_id][0].append(email)
            people[account_id][1].append(phone)
        yield [(row.id, (row.legal_name, row.dba), *people[row.id], (row.company_number,)) for row in rows]
        last = rows[-1].id
