"""Gate 6: each rule blocks, warns and opens (W6)."""

import datetime as dt
from collections.abc import Callable

import pytest

from oppwizard.model.enums import Grade, PlanKind, RiskCategory, Stage
from oppwizard.model.parts import PlanItem
from tests.conftest import TODAY
from tests.process.bench import Bench, Rule, blocks, check, deal, every, name_of, plus, row, warns, without

S = Stage.STRATEGY
DAY = dt.timedelta(days=1)
CLOSE = TODAY + dt.timedelta(weeks=9)

RULES = (
    *(
        blocks(
            "risks.unanswered",
            S,
            f"risks[{n}].description",
            row("risks", n, description=None, none_because=None),
            row("risks", n, none_because="Free from next month"),
            row(
                "risks",
                n,
                description="Roll-out team is booked",
                likelihood=Grade.LOW,
                impact=Grade.LOW,
                mitigation="Book the partner",
                owner="rep",
            ),
        )
        for n in (1, 2, 3, 4)
    ),
    *(blocks("risks.unanswered", S, "risks", without("risks", n)) for n in (1, 2, 3, 4)),
    blocks(
        "risks.none",
        S,
        "risks",
        every("risks", description=None, none_because="Nothing is seen that could stop it"),
        row("risks", 1, description="Lease is extended instead"),
    ),
    *(
        blocks("risks.incomplete", S, f"risks[{n}].{name}", row("risks", n, **{name: None}))
        for n in (1, 2)
        for name in ("likelihood", "impact", "mitigation", "owner")
    ),
    *(
        blocks(
            "plan.next_action",
            S,
            "plan",
            deal(**{name: None}),
            deal(**{name: value}),
            plus("plan", PlanItem, kind=PlanKind.NEXT_ACTION, what="Send the offer to the CFO", owner="rep", due=TODAY),
            also="missing",
        )
        for name, value in (
            ("next_step", "Run the demo for finance"),
            ("next_step_owner", "rep"),
            ("next_step_on", TODAY),
        )
    ),
    blocks(
        "plan.milestone",
        S,
        "plan",
        without("plan", 1),
        plus("plan", PlanItem, kind=PlanKind.MILESTONE, what="Legal review", owner="rep", due=CLOSE),
    ),
    blocks(
        "plan.checkpoint",
        S,
        "plan",
        without("plan", 2),
        plus("plan", PlanItem, kind=PlanKind.CHECKPOINT, what="Deal coaching", owner="rep", due=CLOSE),
    ),
    *(
        blocks(
            "plan.after_close",
            S,
            f"plan[{n}].due",
            row("plan", n, due=CLOSE + DAY),
            row("plan", n, due=CLOSE),
            deal(close_on=CLOSE + DAY),
        )
        for n in (1, 2)
    ),
    warns("plan.overdue", S, "plan[1].due", row("plan", 1, due=TODAY - DAY), row("plan", 1, due=TODAY)),
)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rule(rule: Rule, fresh: Callable[[], Bench]) -> None:
    check(rule, fresh)


def test_a_risk_that_is_also_denied_is_a_risk(bench: Bench) -> None:
    """A description makes a risk, and a risk is told in full, whatever is said beside it."""
    row("risks", 3, description="Budget is cut", none_because="In the plan")(bench)
    assert [bench.spoken(f.at) for f in bench.judge().blocking] == [
        f"risks[3].{name}" for name in ("likelihood", "impact", "mitigation", "owner")
    ]


def test_categories_are_the_four_asked_for() -> None:
    assert len(RiskCategory) == 4
