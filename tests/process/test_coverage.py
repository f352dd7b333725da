"""Whom we know, whom we met, who is missing (K4, K5)."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from oppwizard.model.account import Account
from oppwizard.model.base import new_id
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import Engagement, Level, Role
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Touchpoint
from oppwizard.model.record import Person, Record
from oppwizard.process.coverage import GAP_QUESTIONS, Threads, gaps, met_on, reporting_lines, threads
from tests.conftest import TODAY

DAY = dt.timedelta(days=1)


def company(*names: str) -> Record:
    account = Account()
    record = Record(Opportunity(account_id=account.id), account)
    for name in names:
        contact = Contact(account_id=account.id, name=name)
        record.people.append(Person(contact, Stakeholder(opportunity_id=record.id, contact_id=contact.id)))
    return record


def meet(record: Record, on: dt.date | None, *people: Person) -> None:
    record.touchpoints.append(Touchpoint(opportunity_id=record.id, on=on, people=[person.id for person in people]))


# Gaps


def test_every_role_is_asked_about_where_nobody_is_known() -> None:
    assert [role for role, _ in gaps(company("Ann"))] == list(Role)
    assert all(str(question).endswith("?") for question in GAP_QUESTIONS.values())


@given(st.lists(st.lists(st.sampled_from(Role)), max_size=5))
def test_gaps_are_the_roles_nobody_holds(held: list[list[Role]]) -> None:
    record = company(*(f"P{n}" for n in range(len(held))))
    for person, roles in zip(record.people, held, strict=True):
        person.stakeholder.roles = roles
    assert {role for role, _ in gaps(record)} == set(Role).difference(*held)


# Threads


def test_threads_count_the_engaged_their_levels_and_departments() -> None:
    record = company("Ann", "Bob", "Cay", "Dan")
    values = [
        (Engagement.MET, Level.EXECUTIVE, "Operations"),
        (Engagement.ENGAGED, Level.EXECUTIVE, "ＯＰＥＲＡＴＩＯＮＳ "),
        (Engagement.CONTACTED, Level.MANAGER, "IT"),
        (Engagement.MET, None, None),
    ]
    for person, (engagement, level, department) in zip(record.people, values, strict=True):
        person.stakeholder.engagement = engagement
        person.contact.level, person.contact.department = level, department
    assert threads(record) == Threads(engaged=3, known=4, levels=1, departments=1)


@pytest.mark.parametrize(
    ("engagement", "engaged"),
    [(None, 0), (Engagement.NOT_CONTACTED, 0), (Engagement.CONTACTED, 0), (Engagement.MET, 1), (Engagement.ENGAGED, 1)],
)
def test_engaged_means_met_or_more(engagement: Engagement | None, engaged: int) -> None:
    record = company("Ann")
    record.people[0].stakeholder.engagement = engagement
    assert threads(record).engaged == engaged


# Met


def test_never_met() -> None:
    record = company("Ann", "Bob")
    meet(record, TODAY, record.people[1])
    meet(record, None, record.people[0])
    assert met_on(record, record.people[0]) is None


def test_the_last_meeting_counts() -> None:
    record = company("Ann", "Bob")
    ann, bob = record.people
    meet(record, TODAY, ann, bob)
    meet(record, TODAY - 3 * DAY, ann)
    meet(record, TODAY + DAY, bob)
    assert (met_on(record, ann), met_on(record, bob)) == (TODAY, TODAY + DAY)


@pytest.mark.parametrize("attendees", ["Ann Lee, Bob", "us; ANN  LEE", "ａｎｎ　ｌｅｅ", "Ann Lee's team"])
def test_the_discovery_call_is_a_meeting(attendees: str) -> None:
    record = company("Ann Lee", "Cay")
    record.opportunity.discovery_on = TODAY - DAY
    record.opportunity.discovery_attendees = attendees
    assert met_on(record, record.people[0]) == TODAY - DAY
    assert met_on(record, record.people[1]) is None
    meet(record, TODAY - 5 * DAY, record.people[0])
    assert met_on(record, record.people[0]) == TODAY - DAY


@pytest.mark.parametrize("attendees", ["田中様、鈴木部長", "鈴木、田中さん", "弊社:佐藤 先方:田中"])
def test_an_honorific_may_follow_a_name(attendees: str) -> None:
    record = company("田中")
    record.opportunity.discovery_on, record.opportunity.discovery_attendees = TODAY, attendees
    assert met_on(record, record.people[0]) == TODAY


@pytest.mark.parametrize(("on", "attendees", "name"), [(None, "Ann", "Ann"), (TODAY, None, "Ann"), (TODAY, "Ann", "")])
def test_half_a_discovery_call_is_none(on: dt.date | None, attendees: str | None, name: str) -> None:
    record = company(name)
    record.opportunity.discovery_on, record.opportunity.discovery_attendees = on, attendees
    assert met_on(record, record.people[0]) is None


@pytest.mark.parametrize(("name", "attendees"), [("An", "Anna Berg, Hannah Roth"), ("林", "小林健")])
def test_a_name_inside_another_is_not_met(name: str, attendees: str) -> None:
    record = company(name)
    record.opportunity.discovery_on, record.opportunity.discovery_attendees = TODAY, attendees
    assert met_on(record, record.people[0]) is None


# Reporting lines

Reports = Callable[[Record, list[int | None]], None]


def wire(record: Record, bosses: list[int | None]) -> None:
    for person, boss in zip(record.people, bosses, strict=True):
        person.stakeholder.reports_to_id = None if boss is None else record.people[boss].id


def named(record: Record) -> list[tuple[int, str]]:
    return [(depth, person.name) for depth, person in reporting_lines(record)]


def test_the_chart_goes_from_the_top() -> None:
    record = company("Ann", "Bob", "Cay", "Dan")
    wire(record, [1, None, 1, 0])
    assert named(record) == [(0, "Bob"), (1, "Ann"), (2, "Dan"), (1, "Cay")]


@pytest.mark.parametrize("boss", [new_id(), None])
def test_an_unknown_superior_is_none(boss: UUID | None) -> None:
    record = company("Ann")
    record.people[0].stakeholder.reports_to_id = boss
    assert named(record) == [(0, "Ann")]


def test_reporting_to_oneself() -> None:
    record = company("Ann", "Bob")
    wire(record, [0, 0])
    assert named(record) == [(0, "Ann"), (1, "Bob")]
    wire(record, [0, None])
    assert named(record) == [(0, "Ann"), (0, "Bob")], "in the record's order"


def test_a_circle_is_cut_where_it_closes() -> None:
    record = company("Ann", "Bob", "Cay")
    wire(record, [2, 0, 1])
    assert named(record) == [(0, "Ann"), (1, "Bob"), (2, "Cay")]


@given(st.integers(0, 9).flatmap(lambda n: st.tuples(*[st.none() | st.integers(0, max(n - 1, 0))] * n)))
def test_any_wiring_shows_everybody_once_below_their_superior(bosses: tuple[int | None, ...]) -> None:
    record = company(*(f"P{n}" for n in range(len(bosses))))
    wire(record, list(bosses))
    lines = reporting_lines(record)
    assert sorted(person.name for _, person in lines) == sorted(person.name for person in record.people)
    above: list[Person] = []
    for depth, person in lines:
        assert 0 <= depth <= len(above)
        del above[depth:]
        if depth:
            assert person.stakeholder.reports_to_id == above[-1].id
        above.append(person)
