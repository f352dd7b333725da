"""What the database counts for audits (Q3), against the same counted one by one in plain Python."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql

from oppwizard.data import figures
from oppwizard.data.figures import Chosen, Tally
from oppwizard.data.store import Author, Batch, Edit, Op, Store
from oppwizard.data.tables import Change, table_of
from oppwizard.model.account import Account
from oppwizard.model.base import Row
from oppwizard.model.enums import EXISTING, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record

ON = dt.date(2026, 6, 30)
PAST_DATE = 6
_DAYS = st.dates(dt.date(2026, 4, 1), dt.date(2026, 7, 31))
_BITS = st.integers(0, 2**63 - 1)


@dataclass(frozen=True)
class One:
    """A record as the tests make it."""

    status: Status
    owner: str | None
    created_by: str
    team: str
    begun: dt.date
    is_sample: bool
    open_stage: int
    answered: int
    answered_rows: int
    faults: int
    last_talk_on: dt.date | None
    close_on: dt.date | None
    score: int
    facts_version: int

    @property
    def rep(self) -> str:
        return self.owner or self.created_by

    def is_stale(self, chosen: Chosen) -> bool:
        days = chosen.by_stage.get(self.open_stage, chosen.stale_after)
        quiet = (chosen.on - (self.last_talk_on or self.begun)).days >= days
        return self.status in (Status.DRAFT, Status.CREATED) and quiet

    def has(self, bit: int) -> bool:
        past = self.close_on is not None and self.close_on < ON and self.status in (Status.DRAFT, Status.CREATED)
        return bool(self.faults >> bit & 1) or (bit == PAST_DATE and past)


ONES = st.builds(
    One,
    status=st.sampled_from(Status),
    owner=st.sampled_from([None, "", "Ana", "Ben"]),
    created_by=st.sampled_from(["Ana", "Chika"]),
    team=st.sampled_from(["", "North"]),
    begun=_DAYS,
    is_sample=st.sampled_from([False, False, False, True]),
    open_stage=st.integers(1, 7),
    answered=_BITS,
    answered_rows=_BITS,
    faults=st.integers(0, 2**11 - 1),
    last_talk_on=st.none() | _DAYS,
    close_on=st.none() | _DAYS,
    score=st.integers(-1, 100),
    facts_version=st.integers(0, 2),
)
CHOSEN = st.builds(
    Chosen,
    on=st.just(ON),
    stale_after=st.integers(1, 60),
    by_stage=st.dictionaries(st.integers(1, 7), st.integers(1, 60), max_size=3),
    rep=st.sampled_from([None, None, "Ana"]),
    team=st.sampled_from([None, None, "North"]),
    closed=st.booleans(),
)


def _written(ones: Iterable[One]) -> Iterator[Batch]:
    for one in ones:
        account = Account(dba="Acme", name_key="acme")
        plain = {name: value for name, value in vars(one).items() if name != "begun"}
        deal = Opportunity(account_id=account.id, **plain)
        deal.created_at = dt.datetime.combine(one.begun, dt.time(23, 59), dt.UTC)
        rows: list[Row] = [account, deal]
        edits = [Edit(Op.INSERT, type(row), row.id, new=row) for row in rows]
        yield Batch(Record(deal, account), edits, {"title": one.rep}, Author("me@example.com"))


def _emptied(store: Store) -> None:
    with store._writing() as connection:
        for model in (Change, Opportunity, Account):
            connection.execute(delete(table_of(model)))


def _mine(ones: Iterable[One], chosen: Chosen) -> list[One]:
    statuses = {Status.DRAFT, Status.CREATED, *(EXISTING if chosen.closed else ())}
    return [
        one
        for one in ones
        if one.status in statuses
        and not one.is_sample
        and chosen.rep in (None, one.rep)
        and chosen.team in (None, one.team)
    ]


def _tallies(mine: list[One], chosen: Chosen) -> list[Tally]:
    keys = sorted({(one.rep, one.status in EXISTING, one.open_stage) for one in mine})
    found = []
    for rep, exists, stage in keys:
        here = [one for one in mine if (one.rep, one.status in EXISTING, one.open_stage) == (rep, exists, stage)]
        found.append(
            Tally(
                rep,
                exists,
                stage,
                len(here),
                tuple(sum(one.answered >> bit & 1 for one in here) for bit in range(63)),
                tuple(sum(one.answered_rows >> bit & 1 for one in here) for bit in range(63)),
                tuple(sum(one.has(bit) for one in here) for bit in range(16)),
                sum(one.is_stale(chosen) for one in here),
            )
        )
    return found


@given(ones=st.lists(ONES, max_size=25), chosen=CHOSEN)
def test_the_database_counts_what_python_counts(store: Store, ones: list[One], chosen: Chosen) -> None:
    _emptied(store)
    store.commit(*_written(ones))
    mine = _mine(ones, chosen)
    tallies, scores = store.tallies(chosen, PAST_DATE)
    assert sorted(tallies) == _tallies(mine, chosen)
    assert Counter({(one.rep, one.score): one.records for one in scores}) == Counter(
        (one.rep, one.score) for one in mine
    )
    members = store.members(chosen)
    assert sorted((one.rep, one.open_stage) for one in members) == sorted((one.rep, one.open_stage) for one in mine)
    assert members == sorted(members)
    assert len(store.outdated(chosen, 1)) == sum(one.facts_version != 1 for one in mine)
    stale = sorted(one.last_talk_on or one.begun for one in mine if one.is_stale(chosen))
    assert [one.since for one in store.longest_stale(chosen, 100)] == stale
    kept = {one.id: one for one in store.kept_facts(chosen, PAST_DATE)}
    assert list(kept) == [one.id for one in members]
    assert Counter((one.rep, one.score, bool(one.stale), one.answered) for one in kept.values()) == Counter(
        (one.rep, one.score, one.is_stale(chosen), one.answered) for one in mine
    )


def test_what_is_worked_out_anew_is_kept_without_a_save(store: Store) -> None:
    store.commit(*_written([One(Status.DRAFT, "Ana", "Ana", "", ON, False, 1, 1, 1, 1, None, None, 5, 0)]))
    chosen = Chosen(ON, 30)
    (outdated,) = store.outdated(chosen, 9)
    before = store.load(outdated).opportunity
    store.write_facts([(outdated, {"answered": 5, "answered_rows": 6, "faults": 7, "facts_version": 9})])
    after = store.load(outdated).opportunity
    assert (after.answered, after.answered_rows, after.faults) == (5, 6, 7)
    assert (after.revision, after.updated_at) == (before.revision, before.updated_at)
    assert store.outdated(chosen, 9) == []


def test_two_million_records_of_a_rep_can_be_counted() -> None:
    most = 2**21 - 1
    sums = [most | most << 21 | most << 42] * 21
    assert max(sums) <= 2**63 - 1
    assert figures._together(sums) == (most,) * 63


@pytest.mark.file
def test_the_narrow_index_answers_alone(store: Store) -> None:
    chosen = Chosen(ON, 30, {2: 10})
    with store._reading() as connection:
        statements = [figures._counting(chosen, PAST_DATE), figures._scoring(chosen), figures._listing(chosen)]
        for statement in statements:
            told = statement.compile(connection, compile_kwargs={"literal_binds": True})
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}"))
            assert "COVERING INDEX ix_opportunity_audit" in plan, plan


def test_postgresql_is_asked_in_words_that_it_knows() -> None:
    told = str(figures._counting(Chosen(ON, 30), PAST_DATE).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert ">>" in told
    assert "julianday" not in told
