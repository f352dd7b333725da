"""What is worth a message, whom a rule means, and what a template makes of hostile values."""

from decimal import Decimal
from typing import Any

import pytest

from oppwizard.model.enums import BudgetStatus, PlanKind, Status
from oppwizard.model.notices import Event
from oppwizard.model.parts import PlanItem
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.playbook.notifying import PLACES, NotifyRule
from oppwizard.process.notices import Occurrence, Subject, applies, facts, filled, standing, worded
from oppwizard.walk import Walk
from tests.conftest import TODAY
from tests.notify.settings import settings


def rule(**values: Any) -> NotifyRule:
    return NotifyRule.model_validate({"on": "created", "to": "team", **values})


def approvals(record: Record, playbook: Playbook, amount: int = 60_000) -> list[tuple[str, str]]:
    found = standing(record, Decimal(amount), playbook, TODAY)
    return [(one.about, str(one.detail)) for one in found if one.event is Event.APPROVAL]


def technical(record: Record, playbook: Playbook) -> list[str]:
    found = standing(record, None, playbook, TODAY)
    return [str(one.detail) for one in found if one.event is Event.TECHNICAL]


def with_limits(walk: Walk, **limits: Any) -> Playbook:
    return walk.playbook.model_copy(update={"notify": settings(approval=limits)})


def test_approval_is_needed_for_a_discount_past_the_limit(walk: Walk, finished: Record) -> None:
    finished.opportunity.budget_status = BudgetStatus.ALLOCATED
    playbook = with_limits(walk, discount_over=20)
    finished.lines[0].discount = Decimal(20)
    assert approvals(finished, playbook) == []
    finished.lines[0].discount = Decimal("20.5")
    assert approvals(finished, playbook) == [("discount", "Discount 20.5 %, more than 20 %")]


def test_all_reasons_are_one_event_and_another_reason_makes_it_another(walk: Walk, finished: Record) -> None:
    finished.opportunity.budget_status = BudgetStatus.NEEDS_APPROVAL
    assert approvals(finished, with_limits(walk)) == [("budget", "Budget: Needs approval")]
    assert approvals(finished, with_limits(walk, budget=[])) == []
    both = approvals(finished, with_limits(walk, from_amount=60_000))
    assert both == [("amount+budget", "Budget: Needs approval; The amount reaches USD 60,000")]


def test_an_amount_in_small_units_is_scaled(walk: Walk, finished: Record) -> None:
    finished.opportunity.budget_status, finished.opportunity.currency = BudgetStatus.ALLOCATED, "JPY"
    playbook = with_limits(walk, from_amount=60_000)
    assert approvals(finished, playbook, 60_000 * 150 - 1) == []
    assert [about for about, _ in approvals(finished, playbook, 60_000 * 150)] == ["amount"]


@pytest.mark.parametrize("status", [Status.WON, Status.LOST, Status.NURTURE, Status.DISQUALIFIED])
def test_what_is_over_needs_nothing(walk: Walk, finished: Record, status: Status) -> None:
    assert list(standing(finished, None, walk.playbook, TODAY))
    finished.opportunity.status = status
    assert list(standing(finished, None, walk.playbook, TODAY)) == []


def test_a_draft_counts_once_it_is_past_scoping(walk: Walk, draft: Record) -> None:
    assert technical(draft, walk.playbook)
    draft.opportunity.stage = 2
    assert technical(draft, walk.playbook) == []


def test_technical_work_is_a_named_engineer_or_a_milestone_ahead(walk: Walk, finished: Record) -> None:
    finished.plan = []
    assert technical(finished, walk.playbook) == ["The deal needs a sales engineer: Sales engineer on duty"]
    finished.team[0].not_needed_because = "They run it already"
    assert technical(finished, walk.playbook) == []
    for what, kind, due in (
        ("Demo", PlanKind.MILESTONE, TODAY),
        ("概念実証(PoC)", PlanKind.MILESTONE, None),
        ("Legal review", PlanKind.MILESTONE, TODAY),
        ("Demo", PlanKind.NEXT_ACTION, TODAY),
        ("Demo", PlanKind.MILESTONE, TODAY.replace(day=1)),
    ):
        finished.plan.append(PlanItem(opportunity_id=finished.id, what=what, kind=kind, due=due))
    assert technical(finished, walk.playbook) == ["Planned: Demo, 2026-11-23", "Planned: 概念実証(PoC)"]


@pytest.mark.parametrize(
    ("values", "deal", "is_told"),
    [
        ({}, Subject("Ada", "North", None, ""), True),
        ({"on": "won"}, Subject("Ada", "North", None, ""), False),
        ({"from_amount": 100}, Subject("Ada", "North", Decimal(100), "USD"), True),
        ({"from_amount": 100}, Subject("Ada", "North", Decimal(99), "USD"), False),
        ({"from_amount": 100}, Subject("Ada", "North", None, "USD"), False),
        ({"from_amount": 100}, Subject("Ada", "North", Decimal(14_999), "JPY"), False),
        ({"owners": ["ADA", "Bob"]}, Subject("Ada", "", None, ""), True),
        ({"owners": "Bob"}, Subject(None, "", None, ""), False),
        ({"teams": "North"}, Subject("Ada", "north", None, ""), True),
        ({"teams": "North", "owners": "Bob"}, Subject("Ada", "North", None, ""), False),
    ],
)
def test_a_rule_speaks_of_some_deals_alone(walk: Walk, values: dict[str, Any], deal: Subject, is_told: bool) -> None:
    assert applies(rule(**values), Event.CREATED, deal, walk.playbook) is is_told


def test_hostile_values_stay_data(finished: Record) -> None:
    deal = finished.opportunity
    deal.name = "{owner} {0.__class__} %(x)s \x1b[31mred\nnext {{who}}"
    deal.owner = "{title}" + "x" * 500
    values = facts(finished, Occurrence(Event.CREATED, ""), None, "<b>me</b>", "en")
    head, text = worded(rule(title="{event}: {title}", text="{owner}|{who}|{amount}"), values, "en")
    assert head == "Opportunity created: {owner} {0.__class__} %(x)s ␛[31mred next {{who}}"
    owner, who, amount = text.split("|")
    assert owner.startswith("{title}xxx")
    assert len(owner) == 300
    assert (who, amount) == ("<b>me</b>", "")


def test_every_place_is_filled_in(finished: Record) -> None:
    values = facts(finished, Occurrence(Event.CREATED, ""), Decimal(5), "me", "en")
    assert set(values) == set(PLACES)
    assert "{" not in filled(" ".join(f"{{{place}}}" for place in PLACES), values)


def test_words_are_in_the_language_that_is_asked_for(finished: Record) -> None:
    values = facts(finished, Occurrence(Event.WON, ""), Decimal(5), "me", "ja")
    head, text = worded(rule(title={"en": "Won {title}", "ja": "受注 {title}"}), values, "ja")
    assert head.startswith("受注 Harbor")
    assert "金額: " in text
    assert "担当者: " in text
    assert worded(rule(title={"en": "Won"}), values, "ja")[0] == "Won"
