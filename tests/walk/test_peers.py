"""Colleagues look at deals: what is due, and what a session leaves on the record (Q2)."""

import datetime as dt
from decimal import Decimal

import pytest

from oppwizard.errors import Refused, ValueProblem
from oppwizard.model.enums import LineCategory, PlanKind, PointKind, RiskCategory, Status
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.process.peers import Cause, item_of
from oppwizard.walk import Walk
from oppwizard.walk.move import Edits
from oppwizard.walk.peers import Point, Session, read_point, told
from oppwizard.walk.sample import walk_sample
from oppwizard.walk.timeline import Sort, timeline
from tests.conftest import TODAY

SOON = TODAY + dt.timedelta(days=7)
QUESTION = Point(PointKind.QUESTION, "Who signs above 100,000?")
RISK = Point(PointKind.RISK, "The plant closes for a month", RiskCategory.DERAIL)
ACTION = Point(PointKind.ACTION, "Ask legal for the short contract", owner="Alex", due=SOON)


def limits(walk: Walk, **values: object) -> None:
    """Let the playbook say something else of peer reviews."""
    walk.playbook = walk.playbook.model_copy(update={"peer": walk.playbook.peer.model_copy(update=values)})


def put(walk: Walk, record: Record, **values: object) -> Record:
    """Let columns of an opportunity say something else."""
    edits = Edits(record)
    for name, value in values.items():
        edits.set(record.opportunity, name, value)
    return walk.save(walk.finish(edits)).record


def held(walk: Walk, record: Record, *points: Point, on: dt.date | None = None) -> Record:
    session = Session("Alex", "Kim, Robin", points, "Go for it", (5, 11, 4), on)
    walk.save(walk.hold_session(record, session))
    return walk.load(record.id)


def test_a_session_leaves_its_points_its_risks_and_its_actions(walk: Walk, finished: Record) -> None:
    risks, plan = len(finished.risks), len(finished.plan)
    record = held(walk, finished, QUESTION, RISK, ACTION)
    (session,) = record.peer_reviews
    assert (session.on, session.author, session.presenter, session.attendees) == (TODAY, "rep", "Alex", "Kim, Robin")
    assert (session.minutes, session.summary) == ("5,11,4", "Go for it")
    assert [(one.kind, one.body, one.owner, one.due) for one in record.peer_points] == [
        (PointKind.QUESTION, QUESTION.text, "", None),
        (PointKind.RISK, RISK.text, "", None),
        (PointKind.ACTION, ACTION.text, "Alex", SOON),
    ]
    assert {one.session_id for one in record.peer_points} == {session.id}
    assert len(record.risks) == risks + 1
    assert any((one.category, one.description) == (RiskCategory.DERAIL, RISK.text) for one in record.risks)
    assert len(record.plan) == plan + 1
    item = item_of(record, record.peer_points[2])
    assert item is not None
    assert (item.what, item.kind, item.owner, item.due) == (ACTION.text, PlanKind.NEXT_ACTION, "Alex", SOON)


def test_a_risk_takes_the_empty_row_of_its_category(walk: Walk, draft: Record) -> None:
    rows = [risk.id for risk in draft.risks]
    record = held(walk, draft, RISK, Point(PointKind.RISK, "They merge"), Point(PointKind.RISK, "Late", RISK.category))
    assert [risk.id for risk in record.risks][: len(rows)] == rows
    said = [(risk.category, risk.description) for risk in record.risks if risk.description]
    assert said == [(RiskCategory.DERAIL, RISK.text), (None, "They merge"), (RiskCategory.DERAIL, "Late")]


def test_a_session_is_undone_and_done_again_as_one_step(walk: Walk, finished: Record) -> None:
    record = held(walk, finished, QUESTION, RISK, ACTION)
    undone = walk.undo(record)
    assert undone is not None
    walk.save(undone)
    before = walk.load(finished.id)
    assert (before.peer_reviews, before.peer_points) == ([], [])
    assert (len(before.risks), len(before.plan)) == (len(record.risks) - 1, len(record.plan) - 1)
    again = walk.redo(before)
    assert again is not None
    walk.save(again)
    after = walk.load(finished.id)
    assert [one.body for one in after.peer_points] == [QUESTION.text, RISK.text, ACTION.text]
    assert item_of(after, after.peer_points[2]) is not None


def test_an_action_that_is_off_the_plan_is_done(walk: Walk, finished: Record) -> None:
    record = held(walk, finished, ACTION)
    item = item_of(record, record.peer_points[0])
    assert item is not None
    walk.save(walk.remove(record, "plan", item.id))
    assert item_of(walk.load(record.id), record.peer_points[0]) is None


@pytest.mark.parametrize(
    ("session", "match"),
    [
        (Session("", points=[QUESTION]), "who presents"),
        (Session("Alex"), "Nothing was taken down"),
        (Session("Alex", summary="  "), "Nothing was taken down"),
        (Session("Alex", points=[QUESTION], on=SOON), "lies ahead"),
        (Session("A" * 201, points=[QUESTION]), "201 characters"),
        (Session("Alex", "B" * 1_001, [QUESTION]), "1001 characters"),
        (Session("Alex", points=[Point(PointKind.QUESTION, " ")]), "Question says nothing"),
        (Session("Alex", points=[Point(PointKind.RISK, "x" * 1_001)]), "1001 characters"),
        (Session("Alex", points=[Point(PointKind.ACTION, "Call", due=SOON)]), "names nobody"),
        (Session("Alex", points=[Point(PointKind.ACTION, "Call", owner="Alex")]), "has no day"),
        (
            Session("Alex", points=[QUESTION, Point(PointKind.ACTION, "Call", None, "Alex", TODAY - dt.timedelta(1))]),
            "which is past",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_as_a_whole(walk: Walk, finished: Record, session: Session, match: str) -> None:
    with pytest.raises(ValueProblem, match=match):
        walk.hold_session(finished, session)
    assert (finished.peer_reviews, finished.peer_points) == ([], [])


@pytest.mark.parametrize("status", [Status.LOST, Status.WON])
def test_nobody_looks_at_a_deal_that_is_over(walk: Walk, finished: Record, status: Status) -> None:
    walk.save(walk.close(finished, status, TODAY, "Best value"))
    with pytest.raises(Refused, match="open deals alone"):
        walk.hold_session(walk.load(finished.id), Session("Alex", points=[QUESTION]))


def test_it_stands_in_the_timeline(walk: Walk, finished: Record) -> None:
    record = held(walk, finished, QUESTION, ACTION, on=TODAY - dt.timedelta(days=2))
    (told_of,) = timeline(walk, record, [Sort.PEER])
    assert (told_of.day, told_of.what) == (TODAY - dt.timedelta(days=2), "Peer review")
    assert told_of.who == "Alex, with Kim, Robin"
    assert told_of.detail.splitlines() == [
        "Go for it",
        "Question: Who signs above 100,000?",
        "Action: Ask legal for the short contract (Alex, by Mon 30 Nov 2026)",
    ]


# What is due


def test_what_is_due_comes_first_what_is_longest_overdue(walk: Walk, finished: Record) -> None:
    other = walk_sample(walk, None, sample=False)
    limits(walk, arr_from=Decimal(1))
    put(walk, other, pipeline_on=TODAY - dt.timedelta(days=40))
    assert [one.line.id for one in walk.peers_due(TODAY)] == [other.id, finished.id]
    held(walk, other, QUESTION, on=TODAY - dt.timedelta(days=5))
    assert [one.line.id for one in walk.peers_due(TODAY)] == [finished.id]
    both = walk.peers_due(TODAY, ahead=True)
    assert [(one.line.id, one.due.late(TODAY)) for one in both] == [(finished.id, 0), (other.id, -9)]
    assert both[1].due == walk.peer_due(walk.load(other.id))


def test_the_limit_is_held_against_arr_not_against_what_is_paid_once(walk: Walk, finished: Record) -> None:
    limits(walk, arr_from=Decimal(1_000))
    assert [one.line.id for one in walk.peers_due(TODAY)] == [finished.id]
    for line in finished.lines:
        walk.save(walk.give(finished, Address("lines", "category", line.id), LineCategory.IMPLEMENTATION))
    record = walk.load(finished.id)
    assert record.opportunity.amount is not None
    assert record.opportunity.amount > 1_000
    assert walk.peer_due(record) is None
    assert walk.peers_due(TODAY) == []


@pytest.mark.parametrize("metric", ["arr", "acv", "tcv"])
def test_the_list_says_what_the_record_says_whatever_deals_are_measured_by(
    walk: Walk, finished: Record, metric: str
) -> None:
    sizing = walk.playbook.sizing.model_copy(update={"metric": metric})
    walk.playbook = walk.playbook.model_copy(update={"sizing": sizing})
    arr = walk.sized(finished).arr.value
    put(walk, finished, arr_override=None)
    for limit, count in ((arr, 0), (arr - 1, 1)):
        limits(walk, arr_from=limit)
        assert len(walk.peers_due(TODAY)) == count
        assert (walk.peer_due(walk.load(finished.id)) is not None) == bool(count)


def test_strategic_accounts_are_found_by_either_name(walk: Walk, finished: Record) -> None:
    limits(walk, arr_from=Decimal(10**9))
    assert walk.peers_due(TODAY) == []
    for name in (finished.account.legal_name, finished.account.dba):
        limits(walk, strategic_accounts=(f" {str(name).upper()} ",))
        (found,) = walk.peers_due(TODAY)
        assert (found.line.id, found.due.cause) == (finished.id, Cause.STRATEGIC)


def test_drafts_samples_and_closed_deals_are_not_listed(walk: Walk, finished: Record) -> None:
    limits(walk, arr_from=Decimal(1), strategic_accounts=(str(finished.account.dba),))
    walk_sample(walk, None, sample=True)
    walk.start(finished.account.dba)
    assert [one.line.id for one in walk.peers_due(TODAY)] == [finished.id]
    walk.save(walk.close(finished, Status.LOST, TODAY, "Best value"))
    assert walk.peers_due(TODAY) == []


# What is typed


@pytest.mark.parametrize(
    ("kind", "text", "point"),
    [
        (PointKind.QUESTION, " Who signs; and when? ", Point(PointKind.QUESTION, "Who signs; and when?")),
        (PointKind.RISK, "They merge", Point(PointKind.RISK, "They merge")),
        (PointKind.RISK, "They merge;", Point(PointKind.RISK, "They merge")),
        (PointKind.RISK, "No money; budget", Point(PointKind.RISK, "No money", RiskCategory.COMMERCIAL)),
        (PointKind.RISK, "No money; derail", Point(PointKind.RISK, "No money", RiskCategory.DERAIL)),
        (PointKind.ACTION, "Call; Kim; +1w", Point(PointKind.ACTION, "Call", None, "Kim", SOON)),
        (PointKind.ACTION, "Call；Kim；2026-11-30", Point(PointKind.ACTION, "Call", None, "Kim", SOON)),
        (
            PointKind.ACTION,
            "Call; and write; Kim; 30 Nov",
            Point(PointKind.ACTION, "Call; and write", None, "Kim", SOON),
        ),
    ],
)
def test_a_point_is_typed_in_one_line(kind: PointKind, text: str, point: Point) -> None:
    assert read_point(kind, text, TODAY) == point


@pytest.mark.parametrize(
    ("kind", "text", "match"),
    [
        (PointKind.ACTION, "Call", "who does it by when"),
        (PointKind.ACTION, "Call; Kim", "who does it by when"),
        (PointKind.ACTION, "Call; Kim; sometime", "not a date"),
        (PointKind.RISK, "No money; weather", "not in the list"),
    ],
)
def test_what_cannot_be_read_says_what_would_be_right(kind: PointKind, text: str, match: str) -> None:
    with pytest.raises(ValueProblem, match=match):
        read_point(kind, text, TODAY)


def test_a_point_is_told_in_one_line() -> None:
    assert str(told(QUESTION)) == QUESTION.text
    assert str(told(ACTION)) == "Ask legal for the short contract (Alex, by Mon 30 Nov 2026)"
