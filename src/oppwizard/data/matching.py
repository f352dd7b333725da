"""Accounts that may be the same (A8), found by the keys they share: for one record, and over the whole store."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    String,
    bindparam,
    cast,
    func,
    or_,
    select,
    text,
    type_coerce,
)

from oppwizard.data.lists import line, lines
from oppwizard.data.lookups import Deal
from oppwizard.data.match_keys import NUMBER, MatchKey, MatchName, kept_of
from oppwizard.data.reading import Question
from oppwizard.data.tables import table_of
from oppwizard.model.account import Account
from oppwizard.model.base import MONEY_SCALE, MOST
from oppwizard.model.enums import Standing, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import DealLink, LineItem

_ASKED_AT_ONCE: Final = 96
"""So many keys are looked up by one statement: a database has a limit."""
_STEP: Final = 16
"""Statements are made for so many keys more or fewer; those that are left over ask for nothing."""
_SIBLINGS: Final = 500
_OPEN: Final = (Status.DRAFT, Status.CREATED)
_NAMES, _KEYS = table_of(MatchName), table_of(MatchKey)
_ACCOUNTS, _DEALS = table_of(Account), table_of(Opportunity)
_LINES, _LINKS = table_of(LineItem), table_of(DealLink)


@dataclass(slots=True)
class Brief:
    """What of a deal is compared before the deal itself is read.

    Attributes:
        opened: the day it was begun, or of its discovery call where that was earlier.
        until: its close date.
    """

    id: UUID
    account_id: UUID
    amount: Decimal | None
    currency: str | None
    opened: dt.date
    until: dt.date | None


@dataclass(slots=True)
class Near:
    """An account that shares keys with another one, with its open deals."""

    account_id: UUID
    names: tuple[str, ...]
    standing: Standing
    keys: set[int]
    deals: list[Brief] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Worth:
    """Between which amounts, in which currency, a deal is worth looking at; one in another currency always is."""

    low: Decimal
    high: Decimal
    currency: str


# Asking for one


def near(
    connection: Connection, keys: Collection[int], most: int, own: UUID | None = None, worth: Worth | None = None
) -> list[Near]:
    """The accounts that have any of some keys and an open deal, with both.

    Args:
        most: a key that more accounts have is passed over.
        own: an account that is looked at whatever its keys.
        worth: deals of other amounts are left out.
    """
    shared = _shared(connection, keys, most)
    if own is not None:
        for row in kept_of().ask(connection, {"account": own}):
            shared.setdefault(row[0], set())
    found: dict[int, Near] = {}
    seqs = list(shared)
    for start in range(0, len(seqs), _ASKED_AT_ONCE):
        asked = seqs[start : start + _ASKED_AT_ONCE]
        asked += [asked[-1]] * (_rounded(len(asked)) - len(asked))
        values: dict[str, Any] = {f"s{number}": seq for number, seq in enumerate(asked)}
        if worth is not None:
            values |= {"low": min(worth.low, MOST), "high": min(worth.high, MOST), "currency": worth.currency}
        rows = _describing(len(asked), worth is not None).ask(connection, values)
        for seq, standing, legal_name, dba, *deal in rows:
            if seq not in found:
                names = tuple(name for name in (legal_name, dba) if name)
                found[seq] = Near(deal[1], names, standing, shared[seq])
            found[seq].deals.append(_brief(deal))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Sharing:
    """An account that shares keys, whatever became of its deals.

    Attributes:
        names: its legal name, and the one it goes by.
        keys: those that it shares.
    """

    account_id: UUID
    names: tuple[str, ...]
    keys: set[int]


def sharing(connection: Connection, keys: Collection[int], most: int) -> list[Sharing]:
    """The accounts that have any of some keys; a key that more than ``most`` accounts have is passed over."""
    shared = _shared(connection, keys, most)
    return [Sharing(*known, shared[seq]) for seq, known in named(connection, shared.keys()).items()]


def _shared(connection: Connection, keys: Collection[int], most: int) -> dict[int, set[int]]:
    """The numbers of the accounts that have any of some keys, with those keys."""
    by_key: dict[int, list[int]] = {}
    every = list(keys)
    for start in range(0, len(every), _ASKED_AT_ONCE):
        asked = every[start : start + _ASKED_AT_ONCE]
        many = -(-len(asked) // _STEP) * _STEP
        values = {f"k{number}": asked[number] if number < len(asked) else None for number in range(many)}
        for key, seq in _hitting(many).ask(connection, values | {"most": most + 1}):
            by_key.setdefault(key, []).append(seq)
    found: dict[int, set[int]] = {}
    for key, seqs in by_key.items():
        if len(seqs) <= most:
            for seq in seqs:
                found.setdefault(seq, set()).add(key)
    return found


@lru_cache(maxsize=_ASKED_AT_ONCE // _STEP)
def _hitting(count: int) -> Question:
    """A look-up of every key by itself, so that a common one costs no more than a rare one."""
    each = (
        f"SELECT * FROM (SELECT k.key, k.seq FROM match_key AS k JOIN match_name AS n ON n.seq = k.seq"
        f" WHERE k.key = :k{number} LIMIT :most) AS t{number}"
        for number in range(count)
    )
    return Question(text(" UNION ALL ".join(each)).columns(key=BigInteger, seq=NUMBER))


def _rounded(count: int) -> int:
    """The next power of two: so many statements are enough for lists of any length."""
    return 1 << (count - 1).bit_length()


_BRIEF: Final = tuple(
    _DEALS.c[name] for name in ("id", "account_id", "amount", "currency", "close_on", "created_at", "discovery_on")
)


def _brief(row: Sequence[Any]) -> Brief:
    identity, account_id, amount, currency, until, begun, met = row
    return Brief(identity, account_id, amount, currency, _opened(met, begun), until)


def _opened(met: dt.date | None, begun: dt.datetime) -> dt.date:
    """The day it was begun, or of its discovery call where that was earlier."""
    return min(met or dt.date.max, begun.date())


@lru_cache(maxsize=32)
def _describing(count: int, weighed: bool) -> Question:
    """The open deals of so many accounts by their numbers."""
    statement = (
        select(_NAMES.c.seq, _ACCOUNTS.c.standing, _ACCOUNTS.c.legal_name, _ACCOUNTS.c.dba, *_BRIEF)
        .join(_ACCOUNTS, _ACCOUNTS.c.id == _NAMES.c.account_id)
        .join(_DEALS, _DEALS.c.account_id == _NAMES.c.account_id)
        .where(_any_of(_NAMES.c.seq, "s", count), _is_open())
    )
    if weighed:
        amount, currency = _DEALS.c.amount, _DEALS.c.currency
        other = or_(amount.is_(None), currency.is_(None), currency != bindparam("currency"))
        statement = statement.where(or_(other, amount.between(bindparam("low"), bindparam("high"))))
    return Question(statement)


def _any_of(column: ColumnElement[Any], name: str, count: int) -> ColumnElement[bool]:
    return or_(*(column == bindparam(f"{name}{number}") for number in range(count)))


def _is_open() -> ColumnElement[bool]:
    """Drafts and opportunities; written so that no index on the status looks tempting."""
    status = func.coalesce(_DEALS.c.status, _DEALS.c.status)
    return or_(*(status == one for one in _OPEN))


def siblings(connection: Connection, accounts: Collection[UUID]) -> dict[UUID, list[Brief]]:
    """The open deals of accounts, the newest of each where there are very many."""
    return {one: [_brief(row) for row in _newest().ask(connection, {"account": one})] for one in accounts}


@lru_cache(maxsize=1)
def _newest() -> Question:
    statement = select(*_BRIEF).where(_DEALS.c.account_id == bindparam("account"), _is_open())
    return Question(statement.order_by(_DEALS.c.id.desc()).limit(_SIBLINGS))


def deals(connection: Connection, ids: Collection[UUID]) -> list[Deal]:
    """Drafts and opportunities by their identities."""
    found: list[Deal] = []
    every = list(ids)
    for start in range(0, len(every), _ASKED_AT_ONCE):
        asked = every[start : start + _ASKED_AT_ONCE]
        many = _rounded(len(asked))
        values = {f"d{number}": asked[min(number, len(asked) - 1)] for number in range(many)}
        sold: dict[UUID, list[str]] = {}
        for deal_id, sku, product in _selling(many).ask(connection, values):
            sold.setdefault(deal_id, []).append(sku or product or "")
        for row in _reading(many).ask(connection, values):
            *shown, begun, met = row
            names = tuple(name for name in row[:2] if name)
            made = line(shown)
            products = tuple(filter(None, sold.get(made.id, ())))
            found.append(Deal(made, names, _opened(met, begun), products))
    return found


@lru_cache(maxsize=8)
def _reading(count: int) -> Question:
    statement = lines().add_columns(_DEALS.c.created_at, _DEALS.c.discovery_on)
    return Question(statement.where(_any_of(_DEALS.c.id, "d", count)))


@lru_cache(maxsize=8)
def _selling(count: int) -> Question:
    statement = select(_LINES.c.opportunity_id, _LINES.c.sku, _LINES.c.product)
    return Question(statement.where(_any_of(_LINES.c.opportunity_id, "d", count)))


# Asking for all


class Flat(NamedTuple):
    """A deal among all of them: as little as is needed, as the database has it.

    Attributes:
        account: the number of its account.
        amount: in ten-thousandths.
        opened: the day it was begun, or of its discovery call where that was earlier.
        until: its close date.
        products: what it sells, in order.
    """

    account: int
    id: str
    amount: int | None
    currency: str | None
    opened: dt.date
    until: dt.date | None
    products: tuple[str, ...]

    def brief(self, account_id: UUID) -> Brief:
        """The same as one deal is compared."""
        amount = None if self.amount is None else Decimal(self.amount) / MONEY_SCALE
        return Brief(UUID(self.id), account_id, amount, self.currency, self.opened, self.until)


def flat(connection: Connection) -> list[Flat]:
    """Every open deal whose account has its keys."""
    sold: dict[str, list[str]] = {}
    asked = select(cast(_LINES.c.opportunity_id, String), func.coalesce(_LINES.c.sku, _LINES.c.product))
    for deal_id, product in Question(asked).ask(connection, {}):
        if product:
            sold.setdefault(deal_id, []).append(product)
    deals = select(
        _NAMES.c.seq,
        cast(_DEALS.c.id, String),
        type_coerce(_DEALS.c.amount, BigInteger),
        _DEALS.c.currency,
        type_coerce(_DEALS.c.created_at, DateTime),
        _DEALS.c.discovery_on,
        _DEALS.c.close_on,
    ).join(_NAMES, _NAMES.c.account_id == _DEALS.c.account_id)
    rows = Question(deals.where(_is_open())).ask(connection, {})
    return [
        Flat(seq, key, amount, currency, _opened(met, begun), until, tuple(sorted(sold.get(key, ()))))
        for seq, key, amount, currency, begun, met, until in rows
    ]


def named(connection: Connection, seqs: Collection[int]) -> dict[int, tuple[UUID, tuple[str, ...]]]:
    """Accounts by their numbers, with their names."""
    found: dict[int, tuple[UUID, tuple[str, ...]]] = {}
    every = sorted(seqs)
    for start in range(0, len(every), _ASKED_AT_ONCE):
        asked = every[start : start + _ASKED_AT_ONCE]
        many = _rounded(len(asked))
        values = {f"s{number}": asked[min(number, len(asked) - 1)] for number in range(many)}
        for seq, account_id, legal_name, dba in _naming(many).ask(connection, values):
            found[seq] = account_id, tuple(name for name in (legal_name, dba) if name)
    return found


@lru_cache(maxsize=8)
def _naming(count: int) -> Question:
    statement = select(_NAMES.c.seq, _ACCOUNTS.c.id, _ACCOUNTS.c.legal_name, _ACCOUNTS.c.dba)
    statement = statement.join(_ACCOUNTS, _ACCOUNTS.c.id == _NAMES.c.account_id)
    return Question(statement.where(_any_of(_NAMES.c.seq, "s", count)))


def shared_keys(connection: Connection, most: int) -> Iterator[tuple[list[int], list[int]]]:
    """The keys that the same accounts share, two or more but not too many, with the numbers of these accounts."""
    every: Any = func.aggregate_strings(cast(_KEYS.c.seq, String), ",")
    if connection.dialect.name != "sqlite":  # which reads them in order anyway, and older ones cannot be told to
        every = every.aggregate_order_by(_KEYS.c.seq)
    having = func.count().between(2, bindparam("most", type_=Integer))
    asked = select(_KEYS.c.key, every).group_by(_KEYS.c.key).having(having).order_by(_KEYS.c.key)
    by_accounts: dict[str, list[int]] = {}
    for key, seqs in connection.execute(asked, {"most": most}).all():
        by_accounts.setdefault(seqs, []).append(key)
    for seqs, keys in by_accounts.items():
        yield keys, [int(seq) for seq in seqs.split(",")]


def stated(connection: Connection) -> set[tuple[UUID, UUID]]:
    """The pairs of records of which somebody said what they are to one another, each in both orders."""
    rows = connection.execute(select(_LINKS.c.opportunity_id, _LINKS.c.other_id)).all()
    return {(row[0], row[1]) for row in rows} | {(row[1], row[0]) for row in rows}
