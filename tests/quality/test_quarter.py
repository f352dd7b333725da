"""A quarter in the life of a team: a deal goes all the way among those of a foreign history, and the figures hold."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
import time_machine

from oppwizard.model.enums import Decision, PointKind, ReviewState, RiskCategory, Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.playbook.reviews import PeerReviews
from oppwizard.quality.auditing import Asked, asked_then, audit, keep as keep_audit
from oppwizard.quality.brief import brief_markdown
from oppwizard.quality.report import audit_page
from oppwizard.quality.results import results
from oppwizard.quality.reviewing import changed, waiting
from oppwizard.walk import Walk
from oppwizard.walk.closing import Closing, close
from oppwizard.walk.peers import Point, Session
from oppwizard.walk.reviewing import Verdicts
from oppwizard.walk.sample import walk_sample
from oppwizard.who import Me
from tests.checks.past_deals import FOREIGN, needs_foreign
from tests.conftest import TODAY
from tests.quality.quarter import keep, quarter

BEGUN = TODAY - dt.timedelta(91)
On = Callable[[int], None]


@pytest.fixture
def on() -> Iterator[On]:
    """Let it be noon so many days after the quarter began."""
    travelled: list[time_machine.travel] = []

    def move(days: int) -> None:
        leave()
        noon = dt.datetime.combine(BEGUN + dt.timedelta(days), dt.time(12), dt.UTC)
        travelled.append(time_machine.travel(noon, tick=True))
        travelled[-1].start()

    def leave() -> None:
        while travelled:
            travelled.pop().stop()

    yield move
    leave()


@pytest.fixture
def team(walk: Walk, on: On) -> Walk:
    """A store in which a day is what `on` says it is."""
    on(0)
    walk.context.clock = lambda: dt.datetime.now(dt.UTC).date()
    return walk


@contextmanager
def being(walk: Walk, name: str, role: str) -> Iterator[None]:
    """Somebody sits down at the store."""
    before = walk.context.user, walk.context.me
    walk.context.user, walk.context.me = name, Me(name=name, role=role, team="North")
    yield
    walk.context.user, walk.context.me = before


def asked(walk: Walk, statement: str) -> list[tuple[object, ...]]:
    """What another program reads in the same file."""
    with sqlite3.connect(walk.store.path) as connection:
        return connection.execute(statement).fetchall()


def _session(walk: Walk) -> Session:
    soon = walk.context.today + dt.timedelta(7)
    points = (
        Point(PointKind.QUESTION, "Who signs while Dana is away?"),
        Point(PointKind.RISK, "The freeze starts a week early", RiskCategory.DERAIL),
        Point(PointKind.ACTION, "Ask legal for the short contract", owner="Robin", due=soon),
    )
    return Session("rep", "mona, Robin", points, "Go on, with the short contract", (5, 9, 6))


@pytest.fixture
def lived(team: Walk, on: On) -> Record:
    """A deal that was created, sent back, mended, approved, looked at by colleagues, put off, and won."""
    walk = team
    record = walk_sample(walk, None, sample=False)
    on(1)
    with being(walk, "mona", "manager"):
        assert [one.line.id for one in waiting(walk)] == [record.id]
        said = Verdicts(Decision.REVISE, remarks=[(address("why_us"), "Thin")], comment="Say what only we can do")
        walk.save(walk.decide(walk.load(record.id), said))
    on(2)
    record = walk.load(record.id)
    walk.save(walk.set(record, address("why_us"), "Only our count runs while the shelves are open"))
    walk.save(walk.settle(record, record.remarks[0].id, "Said so"))
    walk.save(walk.submit(record))
    on(3)
    with being(walk, "mona", "manager"):
        record = walk.load(record.id)
        assert [str(one.what) for one in changed(walk, record)] == ["Why they buy from us"]
        walk.save(walk.decide(record, Verdicts(Decision.APPROVE)))
    on(14)
    walk.playbook = walk.playbook.model_copy(update={"peer": PeerReviews(arr_from=Decimal(20_000))})
    (due,) = walk.peers_due(walk.context.today)
    assert due.line.id == record.id
    assert "# " in brief_markdown(walk, walk.load(record.id))
    walk.save(walk.hold_session(walk.load(record.id), _session(walk)))
    assert walk.peers_due(walk.context.today) == []
    on(60)
    record = walk.load(record.id)
    for path, text in (("close_on", "+4w"), ("close_validated_by", "Dana Whitfield"), ("close_validated_on", "today")):
        walk.save(walk.set(record, address(path), text))
    on(90)
    walk.save(close(walk, walk.load(record.id), Closing(Status.WON, "fit", on="yesterday", amount="60k")))
    return walk.load(record.id)


def test_a_deal_goes_all_the_way(team: Walk, lived: Record) -> None:
    deal = lived.opportunity
    assert (deal.status, deal.review) == (Status.WON, ReviewState.ACTIVE)
    assert [one.decision for one in lived.reviews] == [Decision.REVISE, Decision.APPROVE]
    assert deal.first_close_on == BEGUN + dt.timedelta(weeks=9)
    assert deal.closed_on == BEGUN + dt.timedelta(89)
    assert "The freeze starts a week early" in [one.description for one in lived.risks]
    assert "Ask legal for the short contract" in [one.what for one in lived.plan]
    found = results(team)
    (accuracy,) = found.accuracies
    assert accuracy.days.each == [89 - 63]
    months = {one.month: one for one in found.months}
    forecast, came = months[f"{deal.first_close_on:%Y-%m}"], months[f"{deal.closed_on:%Y-%m}"]
    assert forecast.amount == deal.first_amount == Decimal(64_800)
    assert (forecast.came, came.came, came.deals) == (Decimal(0), Decimal(60_000), 0)
    assert [one.score for one in found.creations] == [deal.first_score]


@needs_foreign
@pytest.mark.file
def test_among_the_deals_of_a_quarter_every_figure_holds(team: Walk, lived: Record, on: On) -> None:
    deals = quarter(FOREIGN.parent)
    keep(team, deals)
    on(91)
    found = results(team)
    _conversions_hold(team, found.conversions[0].leads, len(deals) + 1)
    won = [deal for deal in deals if deal.status is Status.WON]
    assert found.accuracies[0].days.each == sorted([*(deal.late for deal in won), 26])
    assert sum(one.came for one in found.months) == sum(deal.worth or 0 for deal in won) + 60_000
    told = asked(
        team,
        "SELECT substr(first_close_on, 1, 7), sum(first_amount * first_probability) FROM opportunity"
        " WHERE NOT is_sample AND status IN ('created', 'won', 'lost') AND first_close_on IS NOT NULL"
        f" AND substr(first_close_on, 1, 7) < '{TODAY:%Y-%m}' GROUP BY 1",
    )
    past = {one.month: one.weighted for one in found.months if not one.ahead and one.deals}
    assert past == {month: Decimal(int(str(sum_))) / _SCALES for month, sum_ in told}


@needs_foreign
@pytest.mark.file
def test_the_quarter_is_audited_and_audited_again(team: Walk, lived: Record, on: On) -> None:
    deals = quarter(FOREIGN.parent)
    keep(team, deals)
    on(91)
    asked_for = Asked(size=40, seed=7, closed=True)
    first = audit(team, asked_for)
    kept = keep_audit(team, first)
    assert (first.size, first.population) == (40, len(deals) + 1)
    assert len({one.rep for one, _ in first.records}) == len({deal.rep for deal in deals}) + 1
    on(92)
    (before,) = (one for one in team.store.audits() if one.id == kept)
    on(91)
    assert audit_page(audit(team, asked_then(before))) == audit_page(first)
    whole = audit(team, Asked(everything=True, closed=True)).figures.whole
    assert whole is not None
    (stale,) = asked(
        team,
        "SELECT count(*) FROM opportunity WHERE NOT is_sample AND status IN ('draft', 'created')"
        f" AND coalesce(last_talk_on, substr(created_at, 1, 10)) <= '{team.context.today - dt.timedelta(30)}'",
    )
    assert (whole.stale.part, whole.stale.of) == (stale[0], len(deals) + 1)


_SCALES = Decimal(10_000) * 10_000 * 100
"""Decimals are kept in ten thousandths; and one is a percentage."""


def _conversions_hold(walk: Walk, leads: int, expected: int) -> None:
    assert leads == expected
    rows = asked(walk, "SELECT owner, status, count(*) FROM opportunity WHERE NOT is_sample GROUP BY owner, status")
    counted = {(rep, status): count for rep, status, count in rows}
    for one in results(walk).conversions:
        if one.rep is not None:
            assert one.won == counted.get((one.rep, "won"), 0)
            assert one.lost == counted.get((one.rep, "lost"), 0)
            assert one.drafts == counted.get((one.rep, "draft"), 0)
