"""Gate 5: each rule blocks, warns and opens (W5, K)."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from oppwizard.model.enums import Channel, Influence, Relationship, Responsiveness, Role, Severity, Stage
from oppwizard.model.parts import RoleSearch, Touchpoint
from tests.conftest import TODAY
from tests.process.bench import Bench, Change, Rule, all_of, blocks, check, deal, name_of, plus, row, warns, without

S = Stage.STAKEHOLDERS
DAY = dt.timedelta(days=1)
NOBODY_LEFT = "They are a company of two; both are on board"


def search(role: Role, owner: str | None = "rep", due: dt.date | None = TODAY) -> Change:
    return plus("searches", RoleSearch, role=role, owner=owner, due=due)


def lost(role: Role) -> Change:
    """Nobody holds a role any more."""

    def change(bench: Bench) -> None:
        for person in bench.record.people:
            person.stakeholder.roles = [held for held in person.roles if held is not role] or [Role.END_USER]

    return change


def met(number: int) -> Change:
    def change(bench: Bench) -> None:
        people = [bench.record.people[number - 1].id]
        plus("touchpoints", Touchpoint, on=TODAY, people=people, outcome="Demo on site")(bench)

    return change


DECISION = (Role.TECHNICAL_BUYER, Role.PROCESS_OWNER, Role.EXECUTIVE_SPONSOR, Role.CHAMPION)

RULES = (
    blocks(
        "committee.economic_buyer",
        S,
        "people",
        lost(Role.ECONOMIC_BUYER),
        row("people", 1, roles=[Role.ECONOMIC_BUYER]),
        also="contacts.buyer",
    ),
    *(
        blocks(
            "committee.unanswered",
            S,
            "searches",
            lost(role),
            search(role),
            row("people", 3, roles=[role, Role.TECHNICAL_BUYER]),
        )
        for role in DECISION
    ),
    *(
        blocks(
            "committee.unanswered",
            S,
            "searches[1].owner",
            all_of(lost(Role.CHAMPION), search(Role.CHAMPION, **half)),
            row("searches", 1, owner="rep", due=TODAY),
            also="missing",
        )
        for half in ({"owner": None}, {"due": None})
    ),
    warns(
        "committee.search_overdue",
        S,
        "searches[1].due",
        search(Role.GATEKEEPER, due=TODAY - DAY),
        row("searches", 1, due=TODAY),
        row("people", 3, roles=[Role.GATEKEEPER, Role.TECHNICAL_BUYER]),
    ),
    blocks(
        "blockers.not_asked",
        S,
        "blockers_asked",
        deal(blockers_asked=None),
        deal(blockers_asked="Asked Luis: nobody"),
        row("people", 3, roles=[Role.BLOCKER, Role.TECHNICAL_BUYER]),
    ),
    warns(
        "engagement.overdue",
        S,
        "people[3].engage_by",
        row("people", 3, engage_by=TODAY - DAY),
        row("people", 3, engage_by=TODAY),
        met(3),
        deal(discovery_attendees="Dana Whitfield and PRIYA  NAND"),
    ),
    *(
        blocks(
            "engagement.incomplete",
            S,
            f"people[{n}].{name}",
            row("people", n, **{name: None}),
            row("people", n, **{name: value}),
            row("people", n, engage_by=TODAY + DAY),
        )
        for n in (1, 2)
        for name, value in (
            ("relationship", Relationship.MODERATE),
            ("channel", Channel.CHAT),
            ("responsiveness", Responsiveness.SLOW),
        )
    ),
    blocks(
        "engagement.incomplete",
        S,
        "touchpoints",
        all_of(without("touchpoints"), deal(discovery_attendees="Dana Whitfield")),
        met(1),
        row("people", 1, engage_by=TODAY + DAY),
        deal(discovery_attendees="Luis Ferrer, Dana Whitfield"),
    ),
    blocks(
        "coverage.few",
        S,
        "coverage_reason",
        all_of(without("people", 3), search(Role.TECHNICAL_BUYER)),
        deal(coverage_reason=NOBODY_LEFT),
        row("lines", 1, quantity=Decimal(10)),  # 34,200 over the term: not complex, two are enough
    ),
    warns(
        "coverage.single",
        S,
        "people",
        all_of(
            without("people", 1, 3),
            search(Role.TECHNICAL_BUYER),
            search(Role.PROCESS_OWNER),
            search(Role.CHAMPION),
            deal(coverage_reason=NOBODY_LEFT, no_influencers_because=NOBODY_LEFT),
        ),
    ),
    *(
        warns(
            "relationship.cold",
            S,
            f"people[{n}].relationship",
            row("people", n, relationship=cold),
            row("people", n, relationship=Relationship.MODERATE),
        )
        for n in (1, 2, 3)
        for cold in (Relationship.WEAK, Relationship.HOSTILE)
    ),
    *(
        Rule(f"gap.{role}", S, "people", lost(role), severity=Severity.INFO, prepare=row("people", 3, roles=[role]))
        for role in Role
        if role is not Role.ECONOMIC_BUYER and role not in DECISION and role is not Role.END_USER
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rule(rule: Rule, fresh: Callable[[], Bench]) -> None:
    if rule.code.startswith("gap."):  # roles are taken away from the technical buyer, who has to be looked for then
        rule = Rule(rule.code, S, "people", rule.breaks, (), rule.severity, _searched(rule.prepare))
    check(rule, fresh)


def _searched(prepare: Change) -> Change:
    return all_of(prepare, search(Role.TECHNICAL_BUYER))


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_question(bench: Bench, role: Role) -> None:
    """Also for the roles without which the gate is closed."""
    row("people", 3, roles=[role])(bench)
    assert f"gap.{role.value}" not in {f.code for f in bench.judge().findings}
    for person in bench.record.people:
        person.stakeholder.roles = [held for held in person.roles if held is not role]
    hint = next(f for f in bench.judge().of(S) if f.code == f"gap.{role.value}")
    assert hint.severity is Severity.INFO
    assert str(hint.message).endswith("?")


def test_cold_matters_only_with_who_decides(bench: Bench) -> None:
    row("people", 3, roles=[Role.END_USER], relationship=Relationship.HOSTILE)(bench)
    assert "relationship.cold" not in {f.code for f in bench.judge().findings}
    row("people", 3, influence=Influence.DECIDES)(bench)
    assert "relationship.cold" in {f.code for f in bench.judge().findings}


def test_a_search_for_another_role_is_no_answer(bench: Bench) -> None:
    all_of(lost(Role.CHAMPION), search(Role.GATEKEEPER))(bench)
    assert [f.code for f in bench.judge().blocking] == ["committee.unanswered"]


@pytest.mark.parametrize(("quantity", "needed"), [(22, 2), (23, 3)])
def test_a_deal_is_complex_from_50000_on(bench: Bench, quantity: int, needed: int) -> None:
    """23 scanners are 23 × 45 × 36 + 18,000 = 55,260; 19 would be 48,780; the limit lies between."""
    row("lines", 1, quantity=Decimal(quantity) if needed == 3 else Decimal(19))(bench)
    all_of(without("people", 3), search(Role.TECHNICAL_BUYER))(bench)
    assert ("coverage.few" in {f.code for f in bench.judge().blocking}) is (needed == 3)


def test_complexity_is_scaled_for_small_units(bench: Bench) -> None:
    """55,260 yen are no complex deal; 7,500,000 are."""
    all_of(without("people", 3), search(Role.TECHNICAL_BUYER), deal(currency="JPY"))(bench)
    assert bench.judge().complete
    row("lines", 2, unit_price=Decimal(7_500_000))(bench)
    assert [f.code for f in bench.judge().blocking] == ["coverage.few"]
