"""Gate 1: each rule blocks and opens (W1)."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from oppwizard.model.base import new_id
from oppwizard.model.enums import BudgetStatus, CompetitorKind, Engagement, SolutionFit, Stage
from tests.conftest import TODAY
from tests.process.bench import Bench, Rule, all_of, blocks, check, deal, every, name_of, row, without

S = Stage.QUALIFICATION
DAY = dt.timedelta(days=1)
WINDOW_TO = TODAY + dt.timedelta(weeks=10)

RULES = (
    blocks(
        "budget.unconfirmed",
        S,
        "budget_status",
        deal(budget_status=BudgetStatus.UNCONFIRMED),
        deal(budget_status=BudgetStatus.ALLOCATED),
        deal(budget_status=BudgetStatus.CREDIBLE_RANGE),
    ),
    blocks(
        "budget.amount", S, "budget_amount", deal(budget_amount=None, budget_high=None), deal(budget_amount=Decimal(1))
    ),
    blocks("budget.amount", S, "budget_amount", deal(budget_amount=None), deal(budget_amount=Decimal(1))),
    blocks(
        "budget.range",
        S,
        "budget_high",
        deal(budget_status=BudgetStatus.CREDIBLE_RANGE, budget_high=None),
        deal(budget_high=Decimal(100_000)),
        deal(budget_status=BudgetStatus.ALLOCATED),
    ),
    blocks(
        "budget.order",
        S,
        "budget_high",
        deal(budget_high=Decimal("79999.99")),
        deal(budget_high=Decimal(80_000)),
        deal(budget_amount=Decimal(5), budget_high=Decimal(6)),
        deal(budget_high=None),
    ),
    blocks("authority.nameless", S, "decision_maker_id", row("people", 2, name=None), also="missing"),
    blocks("authority.nameless", S, "decision_maker_id", row("people", 2, name="\u200b \u3000"), also="missing"),
    blocks("authority.nameless", S, "decision_maker_id", deal(decision_maker_id=new_id())),
    blocks(
        "authority.future",
        S,
        "authority_confirmed_on",
        deal(authority_confirmed_on=TODAY + DAY),
        deal(authority_confirmed_on=TODAY),
    ),
    blocks(
        "timeline.order",
        S,
        "window_from",
        deal(window_from=WINDOW_TO + DAY),
        deal(window_from=WINDOW_TO),
        deal(window_from=None),
    ),
    blocks(
        "timeline.over",
        S,
        "window_to",
        deal(window_from=None, window_to=TODAY - DAY),
        deal(window_to=TODAY),
    ),
    blocks("discovery.future", S, "discovery_on", deal(discovery_on=TODAY + DAY), deal(discovery_on=TODAY)),
    blocks(
        "discovery.no_fit",
        S,
        "solution_fit",
        deal(solution_fit=SolutionFit.NO_FIT),
        deal(solution_fit=SolutionFit.FITS_WITH_GAPS),
    ),
    blocks(
        "people.first",
        S,
        "people[1].engagement",
        every("people", engagement=Engagement.NOT_CONTACTED),
        row("people", 3, engagement=Engagement.CONTACTED),
        row("people", 2, engagement=Engagement.MET),
        row("people", 1, engagement=Engagement.ENGAGED),
    ),
    blocks("people.first", S, "people[1].engagement", every("people", engagement=None)),
    blocks("people.first", S, "people[1].influence", every("people", influence=None)),
    blocks(
        "people.first",
        S,
        "people",
        all_of(without("people"), deal(decision_maker_id=None, coverage_reason="They are three people in all")),
        also="missing contacts.buyer contacts.influencers committee.economic_buyer committee.unanswered",
    ),
    blocks("competition.empty", S, "competitors", without("competitors")),
    blocks(
        "competition.name",
        S,
        "competitors[1].name",
        row("competitors", 1, name=None),
        row("competitors", 1, kind=CompetitorKind.STATUS_QUO),
        row("competitors", 1, kind=CompetitorKind.IN_HOUSE),
        row("competitors", 1, name="Zebra"),
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rule(rule: Rule, fresh: Callable[[], Bench]) -> None:
    check(rule, fresh)


def test_status_quo_alone_is_enough(bench: Bench) -> None:
    without("competitors", 1)(bench)
    assert [c.kind for c in bench.record.competitors] == [CompetitorKind.STATUS_QUO]
    assert bench.judge().complete


def test_no_role_is_no_confirmed_stakeholder(bench: Bench) -> None:
    every("people", roles=[])(bench)
    assert "people.first" in {f.code for f in bench.judge().open_points(S)}


def test_window_of_an_opportunity_is_measured_on_the_day_it_was_created(bench: Bench) -> None:
    """An opportunity is not unmade by time passing; the same record as a draft is closed."""
    bench.today = WINDOW_TO + DAY
    assert "timeline.over" not in {f.code for f in bench.judge().findings}
    deal(pipeline_on=None)(bench)
    assert "timeline.over" in {f.code for f in bench.judge().open_points(S)}
