"""The columns every row has, and the column types that keep values exact."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import uuid_utils.compat as uuid_utils
from sqlalchemy import BigInteger, DateTime, Text as TextColumn
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from oppwizard.model.choice import Choice, ChoiceColumn

SHORT: Final = 1_000
"""The most characters of a one-line text."""
LONG: Final = 20_000
"""The most characters of a text with several lines."""
MOST: Final = Decimal(10) ** 14
"""Amounts lie below this: what a 64-bit whole number of ten-thousandths can hold."""
MONEY_SCALE: Final = 10_000
"""Money is stored as whole ten-thousandths: enough for every ISO 4217 currency, and it sorts and sums in SQL."""


def new_id() -> UUID:
    """A time-ordered identity (UUIDv7) that a row keeps from one store to another."""
    return uuid_utils.uuid7()


def utc_now() -> dt.datetime:
    """The instant of a write. Rules never call this: they are handed a day."""
    return dt.datetime.now(dt.UTC)


class MoneyColumn(TypeDecorator[Decimal]):
    """An exact decimal with at most four digits behind the point, as a whole number of ten-thousandths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * MONEY_SCALE)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / MONEY_SCALE).normalize() + 0


class UtcColumn(TypeDecorator[dt.datetime]):
    """An instant, kept and returned in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class ListColumn(TypeDecorator[list[Any]]):
    """A short list of choices or identities as JSON text."""

    impl = TextColumn
    cache_ok = True

    def __init__(self, item: Callable[[str], Any]) -> None:
        super().__init__()
        self.item = item

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps([str(item) for item in value])

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[Any]:
        return [] if value is None else [self.item(item) for item in json.loads(value)]


def line() -> Any:
    """A column of one-line text."""
    return Field(default=None, max_length=SHORT)


def long() -> Any:
    """A column of text with several lines."""
    return Field(default=None, max_length=LONG)


def choice(choices: type[Choice], default: Choice | None = None) -> Any:
    """A column of one of a closed list."""
    return Field(default=default, sa_type=ChoiceColumn(choices))


def money() -> Any:
    """A column of money in the deal's currency, or of an exact quantity: not negative, four decimals."""
    return Field(default=None, ge=0, max_digits=18, decimal_places=4, sa_type=MoneyColumn)


def percent() -> Any:
    """A column of a percentage from 0 to 100."""
    return Field(default=None, ge=0, le=100, max_digits=7, decimal_places=4, sa_type=MoneyColumn)


def instant() -> Any:
    """A column of a moment in UTC that may be empty."""
    return Field(default=None, sa_type=UtcColumn)


class Row(SQLModel):
    """What every row carries: identity, times, and a revision for optimistic concurrency."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: dt.datetime = Field(default_factory=utc_now, sa_type=UtcColumn)
    updated_at: dt.datetime = Field(default_factory=utc_now, sa_type=UtcColumn)
    revision: int = Field(default=1)


class Part(Row):
    """A row that belongs to one opportunity."""

    opportunity_id: UUID = Field(foreign_key="opportunity.id", index=True)
