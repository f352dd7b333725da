"""The keys by which accounts are found that may be the same (A8): kept at every save, made anew when they are missing.

What the keys are is not known here: whoever writes an account hands them down. A key leads to the accounts that have
it, by one index. Keys of an account that is gone, or that has others by now, stay behind and lead nowhere: their row in
`MatchName` is gone.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Index, Integer, TextualSelect, delete, func, insert, select, text
from sqlmodel import Field, SQLModel

from oppwizard.data.tables import table_of
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact

Keymaker = Callable[[Iterable[str | None], Iterable[str | None], Iterable[str | None]], Iterable[int]]
"""Makes the keys of an account from its names, and its people's e-mail addresses and phone numbers."""
_NUMBER = BigInteger().with_variant(Integer, "sqlite")
_CHUNK: Final = 2_000


class MatchName(SQLModel, table=True):
    """An account whose keys are kept."""

    __tablename__ = "match_name"
    __table_args__ = (Index("ix_match_name_account_id", "account_id", unique=True), {"sqlite_autoincrement": True})

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")


class MatchKey(SQLModel, table=True):
    """One key of one account: nothing but an index."""

    __tablename__ = "match_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(primary_key=True, sa_type=_NUMBER, sa_column_kwargs={"autoincrement": False})


class MatchState(SQLModel, table=True):
    """The version of the keys that are kept; no row while some are missing."""

    __tablename__ = "match_state"

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


TABLES = (MatchName, MatchKey, MatchState)
_NAMES, _KEYS, _STATE = (table_of(model) for model in TABLES)
_ACCOUNTS, _CONTACTS = table_of(Account), table_of(Contact)


def write(connection: Connection, keys: Mapping[UUID, Collection[int]]) -> None:
    """Keep the keys of accounts in place of those that they had."""
    for account_id, found in keys.items():
        connection.execute(delete(_NAMES).where(_NAMES.c.account_id == account_id))
        seq = connection.execute(insert(_NAMES).values(account_id=account_id)).inserted_primary_key
        if found and seq is not None:
            connection.execute(insert(_KEYS), [{"key": key, "seq": seq[0]} for key in found])


def is_current(connection: Connection, version: int) -> bool:
    """Whether every account has its keys of a version."""
    return connection.scalar(select(_STATE.c.version)) == version


def make(connection: Connection, version: int, keymaker: Keymaker) -> int:
    """Make the keys of every account that has none of this version; how many accounts that were."""
    if connection.scalar(select(_STATE.c.version)) not in (None, version):
        for table in (_KEYS, _NAMES, _STATE):
            connection.execute(delete(table))
    top = int(connection.scalar(select(func.max(_NAMES.c.seq))) or 0)
    made = 0
    for accounts in _lots(connection):
        names, keys = [], []
        for seq, (account_id, *sources) in enumerate(accounts, top + made + 1):
            names.append({"seq": seq, "account_id": account_id})
            keys += [{"key": key, "seq": seq} for key in set(keymaker(*sources))]
        connection.execute(insert(_NAMES), names)
        if keys:
            connection.execute(insert(_KEYS), keys)
        made += len(accounts)
    if not is_current(connection, version):
        connection.execute(insert(_STATE).values(version=version))
    return made


def _lots(connection: Connection) -> Iterator[list[tuple[Any, ...]]]:
    """Accounts without keys, some thousands at a time, with their names, addresses and numbers."""
    last = UUID(int=0)
    while True:
        statement = (
            select(_ACCOUNTS.c.id, _ACCOUNTS.c.legal_name, _ACCOUNTS.c.dba)
            .outerjoin(_NAMES, _NAMES.c.account_id == _ACCOUNTS.c.id)
            .where(_ACCOUNTS.c.id > last, _NAMES.c.seq.is_(None))
            .order_by(_ACCOUNTS.c.id)
            .limit(_CHUNK)
        )
        rows = connection.execute(statement).all()
        if not rows:
            return
        people: dict[UUID, tuple[list[Any], list[Any]]] = {row.id: ([], []) for row in rows}
        asked = select(_CONTACTS.c.account_id, _CONTACTS.c.email, _CONTACTS.c.phone).where(
            _CONTACTS.c.account_id.between(rows[0].id, rows[-1].id)
        )
        for account_id, email, phone in connection.execute(asked):
            if account_id in people:
                people[account_id][0].append(email)
                people[account_id][1].append(phone)
        yield [(row.id, (row.legal_name, row.dba), *people[row.id]) for row in rows]
        last = rows[-1].id


def hits(connection: Connection, keys: Collection[int], most: int) -> dict[UUID, set[int]]:
    """The accounts that have any of some keys, with those keys; a key of more accounts than ``most`` is no evidence."""
    if not keys:
        return {}
    by_key: dict[int, list[Any]] = {}
    values = {f"k{number}": key for number, key in enumerate(keys)}
    for key, account_id in connection.execute(_hitting(len(keys)), values | {"most": most + 1}):
        by_key.setdefault(key, []).append(account_id)
    found: dict[UUID, set[int]] = {}
    for key, accounts in by_key.items():
        if len(accounts) <= most:
            for account_id in accounts:
                found.setdefault(account_id, set()).add(key)
    return found


@lru_cache(maxsize=256)
def _hitting(count: int) -> TextualSelect:
    """A look-up of every key by itself, so that a common one costs no more than a rare one."""
    each = (
        f"SELECT * FROM (SELECT key, seq FROM match_key WHERE key = :k{number} LIMIT :most) AS t{number}"
        for number in range(count)
    )
    union = " UNION ALL ".join(each)
    statement = text(
        f"SELECT found.key, n.account_id FROM ({union}) AS found JOIN match_name AS n ON n.seq = found.seq"
    )
    return statement.columns(key=BigInteger, account_id=_NAMES.c.account_id.type)


def pairs(connection: Connection, most: int) -> list[tuple[UUID, UUID]]:
    """Pairs of accounts that share a key which not too many have, each pair once, in the order of their making."""
    ids: dict[int, UUID] = {row.seq: row.account_id for row in connection.execute(select(_NAMES))}
    common = select(_KEYS.c.key).group_by(_KEYS.c.key).having(func.count() > 1)
    rows = connection.execute(select(_KEYS.c.key, _KEYS.c.seq).where(_KEYS.c.key.in_(common)).order_by(_KEYS.c.key))
    found: set[tuple[int, int]] = set()
    for _key, group in groupby(rows, itemgetter(0)):
        seqs = [row[1] for row in group if row[1] in ids]
        if 1 < len(seqs) <= most:
            found.update(combinations(seqs, 2))
    return [(ids[one], ids[other]) for one, other in sorted(found)]
