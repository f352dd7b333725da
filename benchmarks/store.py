"""Stores to measure with: many records made up by a seeded generator, and the finished sample deal."""

import datetime as dt
import hashlib
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Index, Table, insert
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from oppwizard.checks.facts import Fault, of_rows, singles, version
from oppwizard.context import Context
from oppwizard.data.engine import engines
from oppwizard.data.schema import HEAD
from oppwizard.data.store import Store
from oppwizard.data.tables import MODELS, table_of, values_of
from oppwizard.model.account import Account
from oppwizard.model.enums import Stage, Standing, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.text import fold
from oppwizard.playbook.loading import load_playbook
from oppwizard.walk import open_walk
from oppwizard.walk.sample import walk_sample

SEED: Final = 20_261_123
NOON: Final = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
COMMON: Final = "steel"
"""A word of about every sixteenth company's name."""
RARE: Final = "quillfeather"
"""A word of one company's name."""
_CHUNK: Final = 5_000
_FIRST: Final = (
    *("Harbor", "Northwind", "Aster", "Kestrel", "Blue River", "Granite", "Lumen", "Orchard", "Pioneer", "Summit"),
    *("Clearwater", "Redwood", "Atlas", "Vertex", "Meridian", "Copper", "Juniper", "Falcon", "東和", "みなと"),
)
_SECOND: Final = (
    *(COMMON.title(), "Tools", "Foods", "Logistics", "Medical", "Energy", "Textiles", "Paper"),
    *("Glass", "Optics", "Marine", "Dairy", "Packaging", "Robotics", "物流", "製作所"),
)
_LEGAL: Final = ("Inc.", "GmbH", "Ltd", "株式会社", "AG", "LLC")
_PRODUCTS: Final = ("Scanning", "Stock Ledger", "Planning Suite", "Field Service", "Analytics", "Support Desk")
_SCOPES: Final = ("four sites", "head office", "pilot", "renewal", "group-wide", "two plants", "EMEA")
_OWNERS: Final = tuple(
    f"{name} {letter}." for name in ("Ana", "Ben", "Chika", "Dario", "Emi", "Farid") for letter in "KLMST"
)
_CURRENCIES: Final = ("USD", "EUR", "JPY", "GBP")
_STATUSES: Final = (Status.CREATED, Status.DRAFT, Status.DISQUALIFIED, Status.NURTURE)
_SHARES: Final = (55, 33, 8, 4)


def folder() -> Path:
    """Where stores are kept from one run to the next: a folder of the user's own among the temporary ones."""
    kept = Path(tempfile.gettempdir()) / f"oppwizard-benchmarks-{os.getuid()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    return kept


def shape() -> str:
    """A name for the tables and rules as they are now: a store made for others is made anew.

    Records judged by older rules are judged again wherever they are told, which would be measured with it.
    """
    tables = [table_of(model) for model in MODELS]
    told = "".join(
        map(str, [*map(CreateTable, tables), *(CreateIndex(one) for each in tables for one in _indexes(each))])
    )
    return f"{HEAD}-{hashlib.sha256(f'{told}{version()}{load_playbook().digest}'.encode()).hexdigest()[:8]}"


def _indexes(table: Table) -> list[Index]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def big_store(count: int) -> Path:
    """A store with so many records, made when it is first asked for."""
    path = folder() / f"records-{count}-{shape()}.db"
    if not path.exists():
        for old in folder().glob(f"records-{count}-*"):
            old.unlink()
        unfinished = path.with_name(f"unfinished-{os.getpid()}-{path.name}")
        fill(unfinished, count)
        unfinished.rename(path)
    return path


def fill(path: Path, count: int, *, seed: int = SEED, now: dt.datetime = NOON) -> None:
    """Write made-up records into a new or existing store."""
    Store.open(path).close()
    opened = engines(path)
    try:
        with opened.write.connect() as connection, connection.begin():
            for accounts, deals in _chunks(count, seed, now):
                _insert(connection, Account, accounts)
                _insert(connection, Opportunity, deals)
    finally:
        opened.dispose()


_Rows = list[dict[str, Any]]


def _insert(connection: Connection, model: type[SQLModel], rows: _Rows) -> None:
    """Write rows; the columns that none of them answers are left out, which halves the time."""
    answered = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    connection.execute(insert(table_of(model)), [{name: row[name] for name in answered} for row in rows])


def _chunks(count: int, seed: int, now: dt.datetime) -> Iterator[tuple[_Rows, _Rows]]:
    """Accounts with about four deals each; the deals of the last chunk are the newest."""
    chance = random.Random(seed)
    plain_account = values_of(Account())
    plain_deal = values_of(Opportunity(account_id=UUID(int=0)))
    for start in range(0, count, _CHUNK):
        size = min(_CHUNK, count - start)
        accounts = [_account(chance, plain_account, now) for _ in range(max(1, size // 4))]
        if start == 0:
            accounts[0] |= {"dba": RARE.title(), "legal_name": f"{RARE.title()} Ltd", "name_key": RARE}
        owners = [accounts[0], *(chance.choice(accounts) for _ in range(size - 1))]
        written = (now - dt.timedelta(minutes=7 * (count - start - n)) for n in range(size))
        yield accounts, [_deal(chance, plain_deal, account, at) for account, at in zip(owners, written, strict=True)]


def _account(chance: random.Random, plain: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    dba = f"{chance.choice(_FIRST)} {chance.choice(_SECOND)}"
    legal = f"{dba} {chance.choice(_LEGAL)}"
    named = {"dba": dba, "legal_name": legal, "name_key": fold(dba), "standing": Standing.ACTIVE}
    return plain | named | {"id": _identity(chance), "created_at": now, "updated_at": now}


def _deal(chance: random.Random, plain: dict[str, Any], account: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    status = chance.choices(_STATUSES, _SHARES)[0]
    created = status is Status.CREATED
    open_stage = chance.randint(5, 7) if created else chance.randint(1, 4)
    sized = created or chance.random() < 0.6
    title = f"{account['dba']} - {chance.choice(_PRODUCTS)} - {chance.choice(_SCOPES)}"
    identity, owner = _identity(chance), chance.choice(_OWNERS)
    return plain | {
        "id": identity,
        "created_at": at,
        "updated_at": at,
        "account_id": account["id"],
        "status": status,
        "stage": min(open_stage, len(Stage)),
        "open_stage": open_stage,
        "score": open_stage * 12 + 8,
        "score_base": (open_stage * 12 + 8) * 1_000,
        "open_points": 0 if open_stage > len(Stage) else chance.randint(1, 12),
        "name": title,
        "title": title,
        "owner": owner,
        "currency": chance.choices(_CURRENCIES, (5, 3, 1, 1))[0],
        "amount": Decimal(chance.randint(20, 9_000)) * 100 if sized else None,
        "close_on": at.date() + dt.timedelta(days=chance.randint(14, 240)) if sized else None,
        "pipeline_on": at.date() if created else None,
        "pipeline_at": at if created else None,
        "search_key": fold(f"{title} {account['legal_name']} {owner} {identity.hex}"),
    }


def _identity(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128) & ~(0xF << 76) & ~(0xC << 60) | 0x7 << 76 | 0x8 << 60)


def finished_sample(path: Path) -> UUID:
    """Make a store whose one record is the finished sample deal; its identity."""
    walk = open_walk(Context("bench", path))
    try:
        return walk_sample(walk, sample=False).id
    finally:
        walk.store.close()


def aged_store(count: int) -> Path:
    """The same store some time later: most opportunities are decided, and it is known what was forecast of each."""
    young = big_store(count)
    path = young.with_name(f"aged-{young.name}")
    if not path.exists():
        for old in folder().glob(f"aged-records-{count}-*"):
            old.unlink()
        unfinished = path.with_name(f"unfinished-{os.getpid()}-{path.name}")
        shutil.copy(young, unfinished)
        _age(unfinished)
        unfinished.rename(path)
    return path


def _age(path: Path) -> None:
    """Close most of what is old, and fill in what only time brings."""
    chance = random.Random(SEED)
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT id, amount, pipeline_on, close_on FROM opportunity WHERE status = 'created'")
    for number, (identity, amount, pipeline_on, close_on) in enumerate(rows.fetchall()):
        decided = chance.random() < 0.7
        won = decided and chance.random() < 0.4
        closed_on = dt.date.fromisoformat(pipeline_on) + dt.timedelta(days=chance.randint(10, 200))
        values = {
            "id": identity,
            "status": "won" if won else "lost" if decided else "created",
            "first_close_on": close_on,
            "first_amount": amount,
            "first_probability": chance.choice((10, 25, 50, 75, 90)) * 10_000,
            "probability": chance.choice((10, 25, 50, 75, 90)) * 10_000,
            "first_score": chance.randint(55, 100),
            "closed_on": str(closed_on) if decided else None,
            "closed_amount": amount if won else None,
            "lost_to": chance.choice(_FIRST[:6]) if decided and not won else None,
            "team": f"Team {number % 5}",
        }
        connection.execute(_AGED, values)
    _judge(connection, chance)
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


def _judge(connection: sqlite3.Connection, chance: random.Random) -> None:
    """What audits count by: fields mostly answered, now and then a fault, a talk in the last three months."""
    rows = connection.execute("SELECT id FROM opportunity").fetchall()
    connection.executemany(
        "UPDATE opportunity SET answered = ?, answered_rows = ?, faults = ?, last_talk_on = ?, score = ? WHERE id = ?",
        (
            (
                chance.getrandbits(len(singles())) | chance.getrandbits(len(singles())),
                chance.getrandbits(len(of_rows())) | chance.getrandbits(len(of_rows())),
                chance.getrandbits(len(Fault)) & chance.getrandbits(len(Fault)),
                str(NOON.date() - dt.timedelta(days=chance.randint(0, 90))) if chance.random() < 0.8 else None,
                chance.randint(20, 100),
                identity,
            )
            for (identity,) in rows
        ),
    )
    connection.execute("UPDATE opportunity SET facts_version = ?", (version(),))


_AGED: Final = (
    "UPDATE opportunity SET status = :status, first_close_on = :first_close_on, first_amount = :first_amount,"
    " first_probability = :first_probability, probability = :probability, first_score = :first_score,"
    " closed_on = :closed_on, closed_amount = :closed_amount, lost_to = :lost_to, team = :team,"
    " created_by = owner WHERE id = :id"
)
