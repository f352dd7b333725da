"""What the database counts of records (R1-R5), against the same counted one by one in plain Python."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql

from oppwizard.data import results
from oppwizard.data.days import days_between, month_of
from oppwizard.data.results import Asked
from oppwizard.data.store import Author, Batch, Edit, Op, Store
from oppwizard.data.tables import Change, table_of
from oppwizard.model.account import Account
from oppwizard.model.base import Row
from oppwizard.model.enums import CLOSED, EXISTING, CompetitorKind, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Competitor
from oppwizard.model.record import Record

ME = Author("me@example.com")
_DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 30))
_MAYBE_DAYS = st.none() | _DAYS
_MONEY = st.none() | st.decimals(0, 10**9, places=2)


@dataclass(frozen=True)
class One:
    """A record as the tests make it."""

    status: Status
    owner: str | None
    created_by: str
    team: str
    begun: dt.date
    is_sample: bool
    currency: str | None
    industry: str | None
    rivals: tuple[tuple[str | None, CompetitorKind], ...]
    pipeline_on: dt.date | None = None
    close_on: dt.date | None = None
    probability: Decimal | None = None
    amount: Decimal | None = None
    first_close_on: dt.date | None = None
    first_amount: Decimal | None = None
    first_probability: Decimal | None = None
    first_score: int | None = None
    closed_on: dt.date | None = None
    closed_amount: Decimal | None = None
    lost_to: str | None = None

    @property
    def rep(self) -> str:
        return self.owner or self.created_by

    @property
    def named(self) -> set[str]:
        return {name or kind.value for name, kind in self.rivals}


_RIVALS = st.tuples(st.sampled_from([None, "Northwind", "Vertex"]), st.sampled_from(CompetitorKind))
ONES = st.builds(
    One,
    status=st.sampled_from(Status),
    owner=st.sampled_from([None, "", "Ana", "Ben"]),
    created_by=st.sampled_from(["Ana", "Chika"]),
    team=st.sampled_from(["", "North"]),
    begun=_DAYS,
    is_sample=st.sampled_from([False, False, False, True]),
    currency=st.sampled_from([None, "USD", "JPY"]),
    industry=st.sampled_from([None, "retail", "mining"]),
    rivals=st.lists(_RIVALS, max_size=3).map(tuple),
    pipeline_on=_MAYBE_DAYS,
    close_on=_MAYBE_DAYS,
    probability=st.none() | st.sampled_from([Decimal(10), Decimal("33.25"), Decimal(90)]),
    amount=_MONEY,
    first_close_on=_MAYBE_DAYS,
    first_amount=_MONEY,
    first_probability=st.none() | st.sampled_from([Decimal(20), Decimal(60)]),
    first_score=st.none() | st.integers(0, 100),
    closed_on=_MAYBE_DAYS,
    closed_amount=_MONEY,
    lost_to=st.sampled_from([None, "Northwind", "Somebody else", "status_quo"]),
)
_MONTH_STARTS = st.none() | st.sampled_from([dt.date(2026, 2, 1), dt.date(2026, 4, 1)])
ASKED = st.builds(
    Asked,
    since=_MONTH_STARTS,
    until=st.none() | st.sampled_from([dt.date(2026, 5, 1), dt.date(2026, 6, 1)]),
    rep=st.sampled_from([None, None, "Ana"]),
    team=st.sampled_from([None, None, "North"]),
)


def _written(ones: Iterable[One]) -> Iterator[Batch]:
    for one in ones:
        account = Account(dba="Acme", name_key="acme", industry=one.industry)
        plain = {name: value for name, value in vars(one).items() if name not in ("begun", "industry", "rivals")}
        deal = Opportunity(account_id=account.id, **plain)
        deal.created_at = dt.datetime.combine(one.begun, dt.time(12), dt.UTC)
        rivals = [Competitor(opportunity_id=deal.id, name=name, kind=kind) for name, kind in one.rivals]
        rows: list[Row] = [account, deal, *rivals]
        summary = {"amount": one.amount}
        edits = [Edit(Op.INSERT, type(row), row.id, new=row) for row in rows]
        yield Batch(Record(deal, account, competitors=rivals), edits, summary, ME)


def _emptied(store: Store) -> None:
    with store._writing() as connection:
        for model in (Change, Competitor, Opportunity, Account):
            connection.execute(delete(table_of(model)))


def _in(asked: Asked, day: dt.date | None) -> bool:
    if day is None:
        return False
    return (asked.since is None or day >= asked.since) and (asked.until is None or day < asked.until)


def _mine(ones: Iterable[One], asked: Asked) -> list[One]:
    return [
        one for one in ones if not one.is_sample and asked.rep in (None, one.rep) and asked.team in (None, one.team)
    ]


def _month(day: dt.date | None) -> str:
    assert day is not None
    return f"{day.year}-{day.month:02}"


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _grouped(ones: Iterable[One], key: Callable[[One], Any]) -> dict[Any, list[One]]:
    found: dict[Any, list[One]] = defaultdict(list)
    for one in ones:
        found[key(one)].append(one)
    return found


@given(ones=st.lists(ONES, max_size=25), asked=ASKED)
def test_the_database_counts_what_python_counts(store: Store, ones: list[One], asked: Asked) -> None:
    _emptied(store)
    store.commit(*_written(ones))
    found = store.results(asked)
    reps, teams = store.reps_and_teams()
    mine = _mine(ones, asked)
    assert sorted(found.begun) == _sorted_begun(mine, asked)
    won = [one for one in mine if one.status is Status.WON and _in(asked, one.closed_on)]
    assert Counter({(each.rep, each.days): each.deals for each in found.slipped}) == Counter(
        (one.rep, _late(one)) for one in won
    )
    assert {(each.month, each.currency): (each.deals, each.amount) for each in found.came} == {
        key: (len(group), _sum(one.closed_amount for one in group))
        for key, group in _grouped(won, lambda one: (_month(one.closed_on), one.currency)).items()
    }
    assert _met(found.met) == _met_in_python(mine, asked)
    existing = [one for one in mine if one.status in EXISTING]
    assert _expected(found.forecast) == _expected_in_python(existing, asked, "first_")
    still = [one for one in mine if one.status is Status.CREATED]
    assert _expected(found.standing) == _expected_in_python(still, asked, "")
    assert {tuple(each) for each in found.made} == _made_in_python(existing, asked)
    assert {(each.segment, each.month): (each.won, each.lost) for each in found.decided} == _decided_in_python(ones)
    assert reps == sorted({one.rep for one in ones if not one.is_sample and one.rep})
    assert teams == sorted({one.team for one in ones if not one.is_sample and one.team})


def _sorted_begun(mine: list[One], asked: Asked) -> list[tuple[str, Status, int]]:
    counted = Counter((one.rep, one.status) for one in mine if _in(asked, one.begun))
    return sorted((rep, status, number) for (rep, status), number in counted.items())


def _late(one: One) -> int | None:
    assert one.closed_on is not None
    return None if one.first_close_on is None else (one.closed_on - one.first_close_on).days


def _met(rows: Iterable[results.Met]) -> dict[tuple[str, Status], tuple[int, int]]:
    found: dict[tuple[str, Status], tuple[int, int]] = {}
    for row in rows:
        before = found.get((row.name, row.status), (0, 0))
        found[row.name, row.status] = before[0] + row.deals, before[1] + row.lost_to_it
    return found


def _met_in_python(mine: list[One], asked: Asked) -> dict[tuple[str, Status], tuple[int, int]]:
    met: Counter[tuple[str, Status]] = Counter()
    to_it: Counter[tuple[str, Status]] = Counter()
    for one in mine:
        if one.status not in CLOSED or not _in(asked, one.closed_on):
            continue
        lost_to = {one.lost_to} if one.lost_to and one.status is Status.LOST else set()
        for name in one.named | lost_to:
            met[name, one.status] += 1
            to_it[name, one.status] += name in lost_to
    return {key: (count, to_it[key]) for key, count in met.items()}


def _expected(rows: Iterable[results.Expected]) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in rows}


def _expected_in_python(ones: list[One], asked: Asked, first: str) -> set[tuple[Any, ...]]:
    inside = [one for one in ones if _in(asked, getattr(one, f"{first}close_on"))]
    grouped = _grouped(
        inside,
        lambda one: (
            _month(getattr(one, f"{first}close_on")),
            one.currency,
            getattr(one, f"{first}probability"),
            one.industry,
        ),
    )
    return {(*key, len(group), _sum(getattr(one, f"{first}amount") for one in group)) for key, group in grouped.items()}


def _made_in_python(existing: list[One], asked: Asked) -> set[tuple[Any, ...]]:
    inside = [one for one in existing if _in(asked, one.pipeline_on)]
    found = set()
    for (month, currency), group in _grouped(inside, lambda one: (_month(one.pipeline_on), one.currency)).items():
        scores = [one.first_score for one in group if one.first_score is not None]
        amount = _sum(one.amount if one.first_amount is None else one.first_amount for one in group)
        found.add((month, currency, len(group), amount, len(scores), sum(scores) if scores else None))
    return found


def _decided_in_python(ones: list[One]) -> dict[tuple[str | None, str], tuple[int, int]]:
    inside = [one for one in ones if not one.is_sample and one.status in CLOSED and one.closed_on]
    return {
        key: (sum(one.status is Status.WON for one in group), sum(one.status is Status.LOST for one in group))
        for key, group in _grouped(inside, lambda one: (one.industry, _month(one.closed_on))).items()
    }


def test_past_deals_are_decided_ones_too(store: Store) -> None:
    names = ("key", "segment", "closed", "outcome", "file")
    rows: list[tuple[Any, ...]] = [
        ("1", "retail", "2026-01-31", "won", ""),
        ("2", "retail", "2026-01-01", "lost", ""),
        ("3", "retail", "2026-02-01", "open", ""),
        ("4", None, "2026-02-28", "lost", ""),
        ("5", "retail", None, "won", ""),
    ]
    store.put_history(names, [rows])
    decided = store.results(Asked()).decided
    assert sorted(decided, key=lambda one: one.month) == [("retail", "2026-01", 1, 1), (None, "2026-02", 0, 1)]


@pytest.mark.file
def test_the_narrow_index_answers_alone(store: Store) -> None:
    """A scan of the records themselves would read fifty times as much."""
    with store._reading() as connection:
        for ask in (results._begun, results._slipped, results._came, results._made):
            statement = ask(Asked()).compile(connection, compile_kwargs={"literal_binds": True})
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
            assert "COVERING INDEX ix_opportunity_audit" in plan, (ask.__name__, plan)


def test_days_are_asked_of_postgresql_in_its_own_words() -> None:
    deals = results._DEALS.c
    dialect: Any = postgresql.dialect
    told = str(days_between(deals.first_close_on, deals.closed_on).compile(dialect=dialect()))
    assert told == "(opportunity.closed_on - opportunity.first_close_on)"
    told = str(month_of(deals.closed_on).compile(dialect=dialect()))
    assert told == "to_char(opportunity.closed_on, 'YYYY-MM')"
