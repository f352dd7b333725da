"""Which deals colleagues look at, how often, and since when the next session is due (Q2)."""

import datetime as dt
from decimal import Decimal

import pytest

from oppwizard.model.enums import PointKind, Status
from oppwizard.model.parts import PeerPoint, PeerReview, PlanItem
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.process.case import Case
from oppwizard.process.peers import Cause, Watched, due, due_of, item_id, item_of, last_session, limits, points_of
from tests.conftest import TODAY
from tests.process.bench import Bench

BEGUN = TODAY - dt.timedelta(days=30)
HELD = TODAY - dt.timedelta(days=10)


def with_peer(playbook: Playbook, **values: object) -> Playbook:
    return playbook.model_copy(update={"peer": playbook.peer.model_copy(update=values)})


@pytest.fixture
def finished(bench: Bench) -> Record:
    """The finished record, without a store behind it."""
    return bench.record


def watched(arr: str, currency: str = "USD", last: dt.date | None = None, *accounts: str) -> Watched:
    return Watched(Decimal(arr), currency, accounts, BEGUN, last)


@pytest.mark.parametrize(
    ("arr", "currency", "is_watched"),
    [
        ("50000", "USD", False),
        ("50000.01", "USD", True),
        ("7500000", "JPY", False),
        ("7500001", "JPY", True),
        ("50001", "JPY", False),
        ("50001", "", True),
    ],
)
def test_deals_above_the_limit_are_looked_at(playbook: Playbook, arr: str, currency: str, is_watched: bool) -> None:
    found = due_of(watched(arr, currency), playbook)
    assert (found is not None) is is_watched
    assert found is None or (found.cause, found.every, found.since) == (Cause.LARGE, 14, BEGUN)


@pytest.mark.parametrize("name", ["Harbor Tools Inc.", "  harbor  TOOLS inc. ", "ＨＡＲＢＯＲ Tools Inc."])
def test_those_of_strategic_accounts_are_looked_at_whatever_their_size(playbook: Playbook, name: str) -> None:
    chosen = with_peer(playbook, strategic_accounts=("Other", name))
    found = due_of(watched("1", "USD", None, "Something", "Harbor Tools Inc."), chosen)
    assert found is not None
    assert (found.cause, found.every) == (Cause.STRATEGIC, 7)
    assert due_of(watched("1", "USD", None, "Harbor Tool"), chosen) is None
    assert due_of(watched("1", "USD", None, ""), with_peer(playbook, strategic_accounts=("", " "))) is None


def test_a_large_deal_of_a_strategic_account_is_looked_at_as_often_as_the_account_asks(playbook: Playbook) -> None:
    found = due_of(watched("90000", "USD", None, "Acme"), with_peer(playbook, strategic_accounts=("Acme",)))
    assert found is not None
    assert found.every == 7


@pytest.mark.parametrize(
    ("last", "every", "late"),
    [(None, 14, 30), (HELD, 14, -4), (HELD, 10, 0), (HELD, 7, 3), (TODAY, 1, -1)],
)
def test_the_next_session_is_due_so_many_days_after_the_last(
    playbook: Playbook, last: dt.date | None, every: int, late: int
) -> None:
    found = due_of(watched("90000", "USD", last), with_peer(playbook, every_days=every))
    assert found is not None
    assert found.last == last
    assert found.late(TODAY) == late


def test_the_limit_is_scaled_by_currency(playbook: Playbook) -> None:
    by_currency = limits(with_peer(playbook, arr_from=Decimal(10)))
    assert (by_currency[""], by_currency["JPY"]) == (Decimal(10), Decimal(1_500))
    for code, limit in by_currency.items():
        assert due_of(watched(str(limit), code), with_peer(playbook, arr_from=Decimal(10))) is None


def test_a_record_is_judged_by_its_own_arr_account_and_sessions(finished: Record, playbook: Playbook) -> None:
    small = with_peer(playbook, arr_from=Decimal(1))
    case = Case(finished, small, TODAY)
    found = due(case)
    assert found is not None
    assert (found.last, found.since) == (None, finished.opportunity.pipeline_on)
    finished.peer_reviews.append(PeerReview(opportunity_id=finished.id, on=HELD))
    again = due(Case(finished, small, TODAY))
    assert again is not None
    assert (again.last, again.since) == (HELD, HELD + dt.timedelta(days=14))
    named = with_peer(playbook, arr_from=Decimal(10**9), strategic_accounts=(finished.account.dba,))
    strategic = due(Case(finished, named, TODAY))
    assert strategic is not None
    assert strategic.cause is Cause.STRATEGIC


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.CREATED])
def test_only_open_opportunities_are_looked_at(finished: Record, playbook: Playbook, status: Status) -> None:
    small = with_peer(playbook, arr_from=Decimal(1))
    finished.opportunity.status = status
    assert due(Case(finished, small, TODAY)) is None


def test_a_sample_is_looked_at_by_nobody(finished: Record, playbook: Playbook) -> None:
    finished.opportunity.is_sample = True
    assert due(Case(finished, with_peer(playbook, arr_from=Decimal(1)), TODAY)) is None


def test_points_belong_to_their_session_and_actions_to_their_step(finished: Record) -> None:
    assert last_session(finished) is None
    first, second = (PeerReview(opportunity_id=finished.id, on=day) for day in (HELD, TODAY))
    finished.peer_reviews += [second, first]
    assert last_session(finished) is second
    action = PeerPoint(opportunity_id=finished.id, session_id=second.id, kind=PointKind.ACTION, body="Call them")
    finished.peer_points.append(action)
    assert points_of(finished, second, PointKind.ACTION) == [action]
    assert points_of(finished, second, PointKind.RISK) == []
    assert points_of(finished, first, PointKind.ACTION) == []
    assert item_of(finished, action) is None
    item = PlanItem(id=item_id(action), opportunity_id=finished.id, what="Call them both")
    finished.plan.append(item)
    assert item_of(finished, action) is item
