"""A quarter of a team: deals of a foreign history as if they had been kept here, and what became of them.

What the history does not know (the day and the amount forecast, the probability, the competitor) is made of the
deal's own number, so that a test can make it again without asking the store.
"""

import csv
import datetime as dt
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from oppwizard.data.store import Author, Batch, Edit, Op
from oppwizard.model.account import Account
from oppwizard.model.base import Row
from oppwizard.model.enums import CompetitorKind, ReviewState, Standing, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Competitor
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from tests.conftest import TODAY

_LAST = dt.date(2017, 12, 31)
"""The last day of the history; it is moved to the day before today."""
_STATUS = {"Won": Status.WON, "Lost": Status.LOST, "Engaging": Status.CREATED, "Prospecting": Status.DRAFT}
_RIVALS = ("Northwind", "Vertex", "")


@dataclass(frozen=True)
class Deal:
    """A line of the history."""

    number: str
    rep: str
    team: str
    account: str
    status: Status
    price: Decimal
    engaged: dt.date | None
    closed: dt.date | None
    worth: Decimal | None

    @cached_property
    def chance(self) -> int:
        """A number that is always the same for this deal."""
        return zlib.crc32(self.number.encode())

    @property
    def exists(self) -> bool:
        return self.status is not Status.DRAFT

    @property
    def expected(self) -> dt.date | None:
        """The day forecast at creation."""
        return self.engaged + dt.timedelta(30 + self.chance % 60) if self.engaged and self.exists else None

    @property
    def probability(self) -> Decimal:
        return Decimal(20 + self.chance % 7 * 10)

    @property
    def score(self) -> int:
        return 60 + self.chance % 41

    @property
    def rival(self) -> str:
        return _RIVALS[self.chance % 3]

    @property
    def late(self) -> int:
        """Days from the day forecast to the day on which it closed."""
        assert self.closed
        assert self.expected
        return (self.closed - self.expected).days


def quarter(folder: Path, *, every: int = 6) -> list[Deal]:
    """Deals of the last three months of a history: all that were closed, and every so-manieth of them all."""
    teams = {row["sales_agent"]: row["regional_office"] for row in _read(folder / "sales_teams.csv")}
    prices = {row["product"]: Decimal(row["sales_price"]) for row in _read(folder / "products.csv")}
    found = [_deal(row, teams, prices) for row in _read(folder / "sales_pipeline.csv")]
    since = TODAY - dt.timedelta(92)
    recent = [one for one in found if (one.closed or one.engaged or TODAY) >= since]
    return recent[::every]


def _read(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _deal(row: dict[str, str], teams: dict[str, str], prices: dict[str, Decimal]) -> Deal:
    worth = row["close_value"]
    return Deal(
        number=row["opportunity_id"],
        rep=row["sales_agent"],
        team=teams[row["sales_agent"]],
        account=row["account"] or "(none)",
        status=_STATUS[row["deal_stage"]],
        price=prices.get(row["product"], Decimal(1000)),
        engaged=_day(row["engage_date"]),
        closed=_day(row["close_date"]),
        worth=Decimal(worth) if worth and row["deal_stage"] == "Won" else None,
    )


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    month, day, year = map(int, text.split("/"))
    return dt.date(year, month, day) + (TODAY - dt.timedelta(1) - _LAST)


def keep(walk: Walk, deals: Iterable[Deal]) -> None:
    """Put deals into the store as they would stand there."""
    accounts: dict[str, Account] = {}
    walk.store.commit(*(_batch(one, accounts) for one in deals))


def _batch(one: Deal, accounts: dict[str, Account]) -> Batch:
    new: list[Row] = []
    account = accounts.get(one.account)
    if account is None:
        account = Account(dba=one.account, name_key=one.account.casefold(), standing=Standing.ACTIVE)
        accounts[one.account] = account
        new.append(account)
    deal = _opportunity(one, account)
    rivals = [Competitor(opportunity_id=deal.id, name=one.rival, kind=CompetitorKind.COMPETITOR)] if one.rival else []
    new += [deal, *rivals]
    edits = [Edit(Op.INSERT, type(row), row.id, new=row) for row in new]
    return Batch(
        Record(deal, account, competitors=rivals), edits, {"amount": one.price, "title": deal.name}, Author(one.rep)
    )


def _opportunity(one: Deal, account: Account) -> Opportunity:
    deal = Opportunity(
        account_id=account.id,
        name=f"{one.account} {one.number}",
        owner=one.rep,
        created_by=one.rep,
        team=one.team,
        status=one.status,
        currency="USD",
        amount=one.price,
    )
    begun = one.engaged or TODAY - dt.timedelta(40)
    deal.created_at = dt.datetime.combine(begun, dt.time(12), dt.UTC)
    if not one.exists:
        return deal
    deal.stage = 5
    deal.review = ReviewState.ACTIVE
    deal.pipeline_on, deal.close_on, deal.first_close_on = one.engaged, one.expected, one.expected
    deal.probability = deal.first_probability = one.probability
    deal.first_amount, deal.first_score = one.price, one.score
    deal.closed_on, deal.closed_amount = one.closed, one.worth
    if one.status is Status.LOST:
        deal.lost_to = one.rival or None
    return deal
