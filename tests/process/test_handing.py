"""Handing a deal over: each protocol's lists, its mistakes both ways, and the figure they make (H1-H3)."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given

from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import HandoffKind, PlanKind, Relationship, Role, TouchpointKind
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Competitor, PlanItem, Tick, Touchpoint
from oppwizard.model.record import Person, Record
from oppwizard.playbook import load_playbook
from oppwizard.process.case import Case
from oppwizard.process.handing import PROTOCOLS, point_of, prepared
from oppwizard.walk import Walk
from tests.checks.past_deals import records
from tests.conftest import TODAY

BOOK = load_playbook()


def case(record: Record) -> Case:
    return Case(record, BOOK, TODAY)


def deal(**values: Any) -> Record:
    account = Account(dba="Acme")
    return Record(Opportunity(account_id=account.id, **values), account)


def with_person(record: Record, *roles: Role, relationship: Relationship | None = None) -> Person:
    contact = Contact(account_id=record.account.id, name="Dana Low")
    role = Stakeholder(opportunity_id=record.id, contact_id=contact.id, roles=list(roles), relationship=relationship)
    record.people.append(Person(contact, role))
    return record.people[-1]


def talk(record: Record, days_ago: int = 3, **values: Any) -> Touchpoint:
    touch = Touchpoint(opportunity_id=record.id, on=TODAY - dt.timedelta(days=days_ago), **values)
    record.touchpoints.append(touch)
    return touch


def mistakes(record: Record, kind: HandoffKind) -> set[str]:
    return {finding.code.removeprefix("handoff.") for finding in prepared(case(record), kind).mistakes}


def test_an_empty_record_has_everything_missing_and_makes_the_mistakes() -> None:
    made = prepared(case(deal()), HandoffKind.SDR_AE)
    assert all(given.missing for given in made.given)
    assert {"context", "again", "first"} <= mistakes(deal(), HandoffKind.SDR_AE)
    assert mistakes(deal(), HandoffKind.AE_SE) == {"context", "both", "qualified", "demo"}
    assert mistakes(deal(), HandoffKind.TERRITORY) == {"context", "strategy", "relations", "stalls"}
    assert 0 <= made.complete < 20
    assert len(made.open) == len(made.given) + sum(not p.done and not p.point.receiver for p in made.points) + len(
        made.mistakes
    )


def test_a_talk_needs_an_outcome_and_its_commitments() -> None:
    record = deal()
    touch = talk(record, outcome="They want a demo")
    assert "context" not in mistakes(record, HandoffKind.SDR_AE)
    assert "commitment" in mistakes(record, HandoffKind.SDR_AE)
    touch.commitments = "We send the plan by Friday"
    assert "commitment" not in mistakes(record, HandoffKind.SDR_AE)
    talk(record, days_ago=1, outcome="Call back")
    assert "commitment" in mistakes(record, HandoffKind.SDR_AE), "it is the last talk that counts"


def test_the_next_step_has_to_lie_ahead() -> None:
    step = {"next_step": "Show the demo to operations", "next_step_on": TODAY}
    assert "first" not in mistakes(deal(**step), HandoffKind.SDR_AE)
    late = step | {"next_step_on": TODAY - dt.timedelta(days=1)}
    assert "first" in mistakes(deal(**late), HandoffKind.SDR_AE)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"business_problem": "Pumps fail"}, True),
        ({"integrations": "SAP"}, True),
        ({"business_problem": "Pumps fail", "integrations": "SAP"}, False),
        ({"measurable_impact": "45 hours", "security_compliance": "ISO 27001"}, False),
    ],
)
def test_business_and_technical_requirements_belong_together(values: dict[str, str], said: bool) -> None:
    assert ("both" in mistakes(deal(**values), HandoffKind.AE_SE)) is said


def test_a_demo_is_a_planned_date_or_one_that_was_held() -> None:
    record = deal()
    record.plan.append(PlanItem(opportunity_id=record.id, what="Call", kind=PlanKind.NEXT_ACTION, due=TODAY))
    assert "demo" in mistakes(record, HandoffKind.AE_SE)
    record.plan.append(PlanItem(opportunity_id=record.id, what="Demo", kind=PlanKind.MILESTONE, due=TODAY))
    assert "demo" not in mistakes(record, HandoffKind.AE_SE)
    held = deal()
    talk(held, kind=TouchpointKind.DEMO)
    assert "demo" not in mistakes(held, HandoffKind.AE_SE)


def test_technical_people_are_those_in_a_technical_role() -> None:
    record = deal()
    with_person(record, Role.ECONOMIC_BUYER)

    def absent() -> bool:
        given = prepared(case(record), HandoffKind.AE_SE).given
        return next(bool(one.missing) for one in given if "people" in one.passed.paths)

    assert absent()
    buyer = with_person(record, Role.TECHNICAL_BUYER)
    assert not absent()
    talk(record, people=[buyer.id], outcome="Needs single sign-on")
    points = {done.point.key: done.done for done in prepared(case(record), HandoffKind.AE_SE).points}
    assert points["findings"], "what the engineer found out stands in the record"


def test_a_territory_needs_strategy_relations_and_a_talk_not_long_ago() -> None:
    record = deal(why_us="Only we scan offline")
    record.competitors.append(Competitor(opportunity_id=record.id, name="Rival"))
    with_person(record, relationship=Relationship.STRONG)
    talk(record, days_ago=29, outcome="All well")
    assert mistakes(record, HandoffKind.TERRITORY) == set()
    record.touchpoints[0].on = TODAY - dt.timedelta(days=30)
    assert mistakes(record, HandoffKind.TERRITORY) == {"stalls"}


def test_points_are_ticked_by_people_unless_the_record_shows_them() -> None:
    record = deal()
    record.ticks.append(Tick(opportunity_id=record.id, kind=HandoffKind.SDR_AE, point="briefed", who="sam"))
    points = {done.point.key: done for done in prepared(case(record), HandoffKind.SDR_AE).points}
    assert (points["briefed"].done, points["briefed"].who) == (True, "sam")
    assert points["briefed"].at is not None
    assert not points["introduced"].done
    other = {done.point.key: done.done for done in prepared(case(record), HandoffKind.AE_SE).points}
    assert not other["briefed"], "each kind of handoff has its own points"
    assert point_of(HandoffKind.SDR_AE, "record") is None, "what the record shows nobody ticks"
    assert point_of(HandoffKind.SDR_AE, "nonsense") is None


@pytest.mark.parametrize("kind", HandoffKind)
def test_every_point_of_a_protocol_counts_once(kind: HandoffKind) -> None:
    record = deal()
    before = prepared(case(record), kind).complete
    for point in PROTOCOLS[kind].points:
        if point.shown is None and not point.receiver:
            record.ticks.append(Tick(opportunity_id=record.id, kind=kind, point=point.key, who="sam"))
            after = prepared(case(record), kind).complete
            assert after > before
            before = after


def test_a_record_that_lacks_nothing_is_complete(finished: Record, walk: Walk) -> None:
    record = finished
    for point in PROTOCOLS[HandoffKind.TERRITORY].points:
        if point.shown is None:
            record.ticks.append(Tick(opportunity_id=record.id, kind=HandoffKind.TERRITORY, point=point.key, who="sam"))
    made = walk.prepare(record, HandoffKind.TERRITORY)
    assert (made.open, made.complete) == ([], 100)


@given(record=records())
def test_no_record_makes_it_fail(record: Record) -> None:
    for kind in HandoffKind:
        made = prepared(case(record), kind)
        assert 0 <= made.complete <= 100
        assert (made.complete == 100) is (not made.open)
        assert all("{" not in str(text) for text in made.open)
