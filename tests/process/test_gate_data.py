"""Gate 3: each rule blocks and opens (W3, E1, E5, E6, E9)."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from oppwizard.model.enums import Role, Stage
from oppwizard.process.data_collection import is_quarter_end
from tests.conftest import TODAY
from tests.process.bench import Bench, Rule, all_of, blocks, check, deal, name_of, on_day, row, warns

S = Stage.DATA_COLLECTION
DAY = dt.timedelta(days=1)
CLOSE = TODAY + dt.timedelta(weeks=9)
DECISION = TODAY + dt.timedelta(weeks=8)
NEXT = TODAY + dt.timedelta(weeks=1)
QUARTER_END = dt.date(2027, 3, 31)

RULES = (
    blocks(
        "contacts.buyer",
        S,
        "people",
        row("people", 2, roles=[Role.EXECUTIVE_SPONSOR]),
        row("people", 3, roles=[Role.ECONOMIC_BUYER]),
        also="committee.economic_buyer",
    ),
    *(
        blocks("contacts.incomplete", S, f"people[{n}].{name}", row("people", n, **{name: None}))
        for n in (1, 2)
        for name in ("email", "phone", "title")
    ),
    blocks(
        "contacts.influencers",
        S,
        "no_influencers_because",
        all_of(row("people", 1, roles=[Role.PROCESS_OWNER]), row("people", 3, roles=[Role.GATEKEEPER])),
        deal(no_influencers_because="The owner decides alone; nobody else is asked"),
        *(
            row("people", 3, roles=[role])
            for role in (
                Role.INFLUENCER,
                Role.CHAMPION,
                Role.SUBJECT_MATTER_EXPERT,
                Role.END_USER,
                Role.PROCUREMENT,
                Role.TECHNICAL_BUYER,
            )
        ),
        also="committee.unanswered",
    ),
    warns(
        "contacts.influencer_incomplete",
        S,
        "people[3].email",
        row("people", 3, phone=None),
        row("people", 3, phone="+12535550177"),
    ),
    blocks(
        "name.generic",
        S,
        "name",
        deal(name="Harbor Tools"),
        deal(name="Harbor Tools - Stock Count - 120 scanners"),
    ),
    blocks(
        "close.validated_future",
        S,
        "close_validated_on",
        deal(close_validated_on=TODAY + DAY),
        deal(close_validated_on=TODAY),
    ),
    blocks(
        "close.past",
        S,
        "close_on",
        deal(close_on=TODAY - DAY),
        deal(close_on=TODAY),
        also="plan.after_close",
    ),
    warns("close.overdue", S, "close_on", on_day(CLOSE + DAY), on_day(CLOSE)),
    warns(
        "close.quarter_end",
        S,
        "close_on",
        deal(close_on=QUARTER_END),
        deal(close_on=QUARTER_END - DAY),
        deal(window_to=QUARTER_END - 7 * DAY),
        deal(decision_on=QUARTER_END - 7 * DAY),
        prepare=deal(window_to=QUARTER_END - 8 * DAY),
    ),
    warns(
        "close.before_decision",
        S,
        "close_on",
        deal(close_on=DECISION - DAY),
        deal(close_on=DECISION),
        deal(decision_on=None),
    ),
    blocks("stage.unknown", S, "sales_stage", deal(sales_stage="hopeful"), deal(sales_stage="needs_analysis")),
    blocks(
        "probability.range",
        S,
        "probability",
        deal(probability=Decimal("40.01")),
        deal(probability=Decimal(40)),
        deal(probability=Decimal(15)),
        deal(sales_stage="solution_validated"),
    ),
    blocks("probability.range", S, "probability", deal(probability=Decimal("14.99"))),
    blocks("facts.wrong", S, "facts_confirmed", deal(facts_confirmed=False), deal(facts_confirmed=True)),
    blocks(
        "next_step.vague",
        S,
        "next_step",
        deal(next_step="Follow up next week"),
        deal(next_step="Send the proposal to the CFO by Friday"),
    ),
    blocks("next_step.past", S, "next_step_on", deal(next_step_on=TODAY - DAY), deal(next_step_on=TODAY)),
    warns("next_step.overdue", S, "next_step_on", on_day(NEXT + DAY), on_day(NEXT)),
)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rule(rule: Rule, fresh: Callable[[], Bench]) -> None:
    check(rule, fresh)


def test_generic_name_comes_with_a_better_one(bench: Bench) -> None:
    deal(name="New deal")(bench)
    finding = next(f for f in bench.judge().open_points(S) if f.code == "name.generic")
    assert finding.proposal == "Harbor Tools - Stock Count - 120 seats"
    deal(name=finding.proposal)(bench)
    assert bench.judge().complete


def test_proposal_is_never_one_that_would_be_refused(bench: Bench) -> None:
    """The product is called like the account: there is no good name to offer, so none is offered."""
    deal(name="New deal")(bench)
    row("lines", 1, product="Harbor Tools")(bench)
    finding = next(f for f in bench.judge().open_points(S) if f.code == "name.generic")
    assert finding.proposal is None
    assert "Harbor Tools - Harbor Tools" not in str(finding.remedy)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (1, {(3, 31), (6, 30), (9, 30), (12, 31)}),
        (2, {(1, 31), (4, 30), (7, 31), (10, 31)}),
        (4, {(3, 31), (6, 30), (9, 30), (12, 31)}),
        (12, {(2, 28), (5, 31), (8, 31), (11, 30)}),
    ],
)
def test_quarter_ends_follow_the_fiscal_year(starts: int, ends: set[tuple[int, int]]) -> None:
    days = [dt.date(2027, 1, 1) + n * DAY for n in range(365)]
    assert {(day.month, day.day) for day in days if is_quarter_end(day, starts)} == ends


def test_leap_day_ends_a_quarter() -> None:
    assert is_quarter_end(dt.date(2028, 2, 29), 12)
    assert not is_quarter_end(dt.date(2028, 2, 28), 12)


def test_dates_of_a_draft_are_measured_today(bench: Bench) -> None:
    """What is a warning for an opportunity that grew old is a closed gate for a draft."""
    bench.today = CLOSE + DAY
    assert bench.judge().holds
    deal(pipeline_on=None)(bench)
    assert {"close.past", "next_step.past"} <= {f.code for f in bench.judge().open_points(S)}
