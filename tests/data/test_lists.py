"""Lists: every row once, in order, whatever is missing, filtered as asked."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete, insert

from oppwizard.data import lists
from oppwizard.data.queries import Line, ListQuery, Sort, Totals
from oppwizard.data.store import Store
from oppwizard.data.tables import table_of, values_of
from oppwizard.model.account import Account
from oppwizard.model.enums import Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.text import fold

ACCOUNT = Account(legal_name="Acme GmbH", dba="Acme", name_key="acme")
ALL = frozenset(Status)
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

DEALS = st.builds(
    Opportunity,
    account_id=st.just(ACCOUNT.id),
    status=st.sampled_from(list(Status)),
    title=st.sampled_from(["", "a", "B", "ä", "日本"]),
    amount=st.none() | st.sampled_from([Decimal(1), Decimal("1.5"), Decimal(20)]),
    close_on=st.none() | st.sampled_from([dt.date(2026, 1, 1), dt.date(2027, 1, 1)]),
    open_points=st.integers(0, 2),
    open_stage=st.sampled_from([1, 5, 7]),
    is_sample=st.booleans(),
    updated_at=st.integers(0, 2).map(lambda days: START + dt.timedelta(days)),
    search_key=st.sampled_from(["acme core", "globex core", "100% core_x"]),
    currency=st.sampled_from([None, "EUR", "JPY"]),
    owner=st.sampled_from([None, "Ada"]),
)
QUERIES = st.builds(
    ListQuery,
    text=st.sampled_from(["", "", "core", "ACME", "x core"]),
    statuses=st.sampled_from([ALL, ALL, frozenset({Status.CREATED}), frozenset({Status.DRAFT, Status.NURTURE})]),
    open_stage=st.sampled_from([None, None, 1]),
    owner=st.sampled_from([None, None, "Ada"]),
    sort=st.sampled_from(list(Sort)),
    descending=st.booleans(),
    limit=st.integers(1, 7),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("lists") / "store.db"
    with Store.open(path) as opened:
        yield opened


def fill(store: Store, deals: list[Opportunity]) -> None:
    with store._writing() as connection:
        connection.execute(delete(table_of(Opportunity)))
        connection.execute(delete(table_of(Account)))
        connection.execute(insert(table_of(Account)), values_of(ACCOUNT))
        if deals:
            connection.execute(insert(table_of(Opportunity)), [values_of(deal) for deal in deals])


def matches(deal: Opportunity, query: ListQuery) -> bool:
    return (
        deal.status in query.statuses
        and all(word in deal.search_key for word in fold(query.text).split())
        and query.open_stage in (None, deal.open_stage)
        and query.owner in (None, deal.owner)
    )


def expected(deals: list[Opportunity], query: ListQuery) -> list[Any]:
    """The same list by Python's own sorting: values in order, then the rows without."""
    name = query.sort.column
    found = sorted((deal for deal in deals if matches(deal, query)), key=lambda deal: deal.id, reverse=query.descending)
    filled = [deal for deal in found if getattr(deal, name) is not None]
    filled.sort(key=lambda deal: getattr(deal, name), reverse=query.descending)
    return [deal.id for deal in (*filled, *(deal for deal in found if getattr(deal, name) is None))]


def forwards(store: Store, query: ListQuery) -> Iterator[list[Line]]:
    while True:
        page = store.page(query)
        yield page.rows
        if page.next is None:
            return
        query = replace(query, after=page.next)


def backwards(store: Store, query: ListQuery) -> Iterator[list[Line]]:
    """From the last page to the first; each page still reads downwards, and leads back to the one it came from."""
    page = store.page(query)
    while page.next is not None:
        page = store.page(replace(query, after=page.next))
    yield page.rows
    while page.previous is not None:
        last, page = page, store.page(replace(query, before=page.previous))
        assert page.next is not None
        assert store.page(replace(query, after=page.next)).rows[: len(last.rows)] == last.rows
        yield page.rows


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("limit", [1, 4, 40])
def test_a_list_with_ties_and_gaps_reads_both_ways(shared: Store, sort: Sort, descending: bool, limit: int) -> None:
    deals = [
        Opportunity(
            account_id=ACCOUNT.id,
            status=list(Status)[number % 4],
            title="ab"[number % 2],
            amount=(None, Decimal(1), Decimal(2))[number % 3],
            close_on=(None, dt.date(2026, 1, 1), None)[number % 3],
            updated_at=START + dt.timedelta(number % 5),
            open_points=number % 2,
        )
        for number in range(23)
    ]
    fill(shared, deals)
    query = ListQuery(statuses=ALL, sort=sort, descending=descending, limit=limit)

    down, up = forwards(shared, query), reversed(list(backwards(shared, query)))

    assert [line.id for rows in down for line in rows] == expected(deals, query)
    assert [line.id for rows in up for line in rows] == expected(deals, query)


@pytest.mark.parametrize("few", [0, 3, 2_000])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deals=st.lists(DEALS, max_size=25, unique_by=lambda deal: deal.id), query=QUERIES)
def test_paging_visits_every_row_once_and_in_order(
    shared: Store, monkeypatch: pytest.MonkeyPatch, few: int, deals: list[Opportunity], query: ListQuery
) -> None:
    monkeypatch.setattr(lists, "FEW", few)
    fill(shared, deals)
    wanted = expected(deals, query)

    down = list(forwards(shared, query))
    up = list(backwards(shared, query))

    assert [line.id for rows in down for line in rows] == wanted
    assert [line.id for rows in reversed(up) for line in rows] == wanted
    assert all(len(rows) <= query.limit for rows in (*down, *up))


@settings(max_examples=25, deadline=None)
@given(deals=st.lists(DEALS, max_size=25), query=QUERIES)
def test_totals_count_what_was_created(shared: Store, deals: list[Opportunity], query: ListQuery) -> None:
    fill(shared, deals)
    stands = [deal for deal in deals if deal.status is Status.CREATED and deal.open_stage > 4 and not deal.is_sample]
    counted = [deal for deal in stands if matches(deal, query)]
    sums: dict[str, Decimal] = {}
    for deal in counted:
        if deal.currency and deal.amount is not None:
            sums[deal.currency] = sums.get(deal.currency, Decimal(0)) + deal.amount

    assert shared.totals(query) == Totals(len(counted), sums)
    assert shared.counts() == {status: sum(deal.status is status for deal in deals) for status in Status}


def test_a_line_carries_what_a_list_shows(shared: Store) -> None:
    deal = Opportunity(account_id=ACCOUNT.id, title="T", amount=Decimal("10.5"), currency="EUR", owner="Ada")
    deal.close_on, deal.probability = dt.date(2027, 1, 1), Decimal(40)
    fill(shared, [deal])

    (line,) = shared.page(ListQuery()).rows

    assert line.account == "Acme GmbH"
    assert all(getattr(line, name) == getattr(deal, name) for name in Line.__slots__ if name != "account")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("100%", ["100% müller_日本 /\\"]),
        ("1%0", []),
        ("r_日", ["100% müller_日本 /\\"]),
        ("_", ["100% müller_日本 /\\"]),
        ("MÜLLER", ["100% müller_日本 /\\"]),
        ("ＭÜＬＬＥＲ", ["100% müller_日本 /\\"]),
        ("/", ["100% müller_日本 /\\"]),
        ("\\", ["100% müller_日本 /\\"]),
        ("  acme   core ", ["acme core"]),
        ("core acme", ["acme core"]),
        ("acme nobody", []),
        ("'; --", []),
        ("\ud800", []),
        ("\0", ["100% müller_日本 /\\", "acme core"]),
    ],
)
def test_search_takes_signs_as_they_are(shared: Store, text: str, found: list[str]) -> None:
    keys = ["100% müller_日本 /\\", "acme core"]
    fill(shared, [Opportunity(account_id=ACCOUNT.id, search_key=key, title=key) for key in keys])

    query = ListQuery(text=text, sort=Sort.TITLE, descending=False)

    assert [line.title for line in shared.page(query).rows] == found


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)

    assert fold(once) == once
    once.encode("utf-8")


def test_folding_levels_case_width_and_space() -> None:
    assert fold("  ＡＣＭＥ\t Straße\u3000ﬁ ") == "acme strasse fi"


@pytest.mark.file
def test_every_page_walks_an_index(shared: Store) -> None:
    """A list that sorts the table would be slow long before anyone notices."""
    fill(shared, [])
    for sort in Sort:
        statement = lists.lines().where(
            table_of(Opportunity).c.status == Status.CREATED, table_of(Opportunity).c[sort.column].is_not(None)
        )
        key = table_of(Opportunity).c[sort.column]
        with shared._reading() as connection:
            sql = str(
                statement.order_by(key.desc(), table_of(Opportunity).c.id.desc())
                .limit(5)
                .compile(connection, compile_kwargs={"literal_binds": True})
            )
            plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))
        assert f"ix_opportunity_list_{sort.column}" in plan
        assert "TEMP B-TREE" not in plan
