"""Accounts and people that exist already, copies, and what follows from an answer (W3.4, W4.3, A8, E6)."""

from decimal import Decimal

import pytest

from oppwizard.data.queries import ListQuery
from oppwizard.errors import NotFound
from oppwizard.model.base import new_id
from oppwizard.model.enums import Influence, Role, Severity, Stage, Standing, Status
from oppwizard.model.fields import FIELDS, OPPORTUNITY
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.process.required import is_missing
from oppwizard.walk import Walk
from tests.conftest import Template
from tests.walk.rows import assert_stored, desk

LEGAL = "Harbor Tools Incorporated"


def put(walk: Walk, record: Record, path: str, text: str) -> None:
    walk.save(walk.set(record, address(path), text))
    assert_stored(walk, record)


# Accounts


@pytest.mark.parametrize("name", [LEGAL, "ＨＡＲＢＯＲ tools  incorporated"])
def test_a_company_that_exists_is_recognised_with_its_facts(walk: Walk, finished: Record, name: str) -> None:
    record = walk.start(name)
    assert record.account.id == finished.account.id
    assert (record.account.industry, record.account.employees) == ("wholesale", 420)
    assert_stored(walk, record)
    assert walk.store.account(record.opportunity.account_id) is not None


@pytest.mark.parametrize("name", ["Harbor Tools", "harbor tools"])
def test_a_company_is_recognised_by_the_name_it_goes_by(walk: Walk, finished: Record, name: str) -> None:
    """Stage 1 asks for exactly that name."""
    assert walk.start(name).account.id == finished.account.id


def test_another_company_is_not(walk: Walk, finished: Record) -> None:
    record = walk.start("Harbor Toys")
    assert record.account.id != finished.account.id
    assert record.account.standing is Standing.PROPOSED


def test_the_companies_of_drafts_are_not_shared(walk: Walk) -> None:
    one, two = walk.start("Acme"), walk.start("Acme")
    assert one.account.id != two.account.id
    put(walk, one, "account.industry", "banking")
    assert walk.load(two.id).account.industry is None


def test_linking_carries_facts_and_people(walk: Walk, finished: Record) -> None:
    record = walk.start("HT")
    walk.save(walk.add(record, "people", name="Ann Lee"))
    proposed = record.account.id
    move = walk.save(walk.link_account(record, finished.account.id))
    assert "exists already" in str(move.notes[0])
    assert record.account.legal_name == LEGAL
    assert record.people[0].contact.account_id == finished.account.id
    assert walk.store.account(proposed) is None, "the proposal does not stay behind"
    assert_stored(walk, record)
    undone = walk.undo(record)
    assert undone is not None
    record = walk.save(undone).record
    assert (record.account.id, record.account.dba) == (proposed, "HT")
    assert record.people[0].contact.account_id == proposed
    assert_stored(walk, record)
    redone = walk.redo(record)
    assert redone is not None
    record = walk.save(redone).record
    assert record.account.id == finished.account.id
    assert_stored(walk, record)


def test_linking_to_nothing(walk: Walk) -> None:
    with pytest.raises(NotFound):
        walk.link_account(walk.start("Acme"), new_id())


def test_linking_to_its_own_account_changes_nothing(walk: Walk) -> None:
    record = walk.start("Acme")
    assert walk.link_account(record, record.account.id).batch is None


def test_an_existing_account_makes_it_an_expansion_and_a_possible_duplicate(walk: Walk, finished: Record) -> None:
    record = walk.start(LEGAL)
    codes = {f.code: f for f in walk.verdict(record).findings}
    assert "Harbor Tools - Stock Count - 120" in str(codes["duplicate.possible"].message)
    assert not codes["duplicate.possible"].blocks, "a customer may buy twice"
    put(walk, record, "different_because", "Label printers, another budget")
    codes = {f.code: f for f in walk.verdict(record).findings}
    assert "duplicate.possible" not in codes
    assert codes["duplicate.stated"].severity is Severity.INFO


def test_a_sibling_created_meanwhile_stops_the_creation(walk: Walk, draft: Record) -> None:
    """The check is made again at the moment of creation, not only when the record was opened."""
    twin = walk.duplicate(draft)
    assert twin.account.id != draft.account.id
    walk.save(walk.create(draft))
    assert draft.exists
    twin = walk.load(twin.id)
    put(walk, twin, "close_on", str(draft.opportunity.close_on))
    assert "duplicate.same" in {f.code for f in walk.verdict(twin).blocking}


# People


def test_a_known_contact_is_recognised(walk: Walk, finished: Record) -> None:
    record = walk.start(LEGAL)
    move = walk.save(walk.add(record, "people", name="dana  WHITFIELD"))
    person = record.people[0]
    assert person.contact.id == finished.people[1].contact.id
    assert person.contact.email == finished.people[1].contact.email
    assert any("already a contact" in str(note) for note in move.notes)
    assert person.roles == [], "what somebody is to another deal is not carried over"
    assert_stored(walk, record)


def test_a_known_contact_is_recognised_when_the_name_is_typed(walk: Walk, finished: Record) -> None:
    record = walk.start(LEGAL)
    row = walk.save(walk.add(record, "people")).row
    walk.save(walk.set(record, Address("people", "name", row), "Dana Whitfield"))
    assert record.people[0].contact.id == finished.people[1].contact.id
    assert_stored(walk, record)
    undone = walk.undo(record)
    assert undone is not None
    record = walk.save(undone).record
    assert record.people[0].name == ""
    assert_stored(walk, record)


def test_nobody_is_on_a_record_twice(walk: Walk, finished: Record) -> None:
    record = walk.start(LEGAL)
    for _ in range(2):
        walk.save(walk.add(record, "people", name="Dana Whitfield"))
    assert len({person.contact.id for person in record.people}) == 2
    assert_stored(walk, record)


def test_people_added_before_the_company_was_known_are_recognised(walk: Walk, finished: Record) -> None:
    record = walk.start()
    walk.save(walk.add(record, "people", name="Dana Whitfield"))
    put(walk, record, "account.legal_name", LEGAL)
    assert record.account.id == finished.account.id
    assert record.people[0].contact.id == finished.people[1].contact.id


def test_removing_a_person_keeps_an_existing_contact(walk: Walk, finished: Record) -> None:
    record = walk.start(LEGAL)
    walk.save(walk.add(record, "people", name="Dana Whitfield"))
    walk.save(walk.add(record, "people", name="Ann Lee"))
    proposed = record.people[1].contact.id
    for person in list(record.people):
        walk.save(walk.remove(record, "people", person.id))
    assert walk.store.contact(finished.people[1].contact.id) is not None
    assert walk.store.contact(proposed) is None
    assert walk.verdict(walk.load(finished.id)).complete


# Copies


@pytest.mark.parametrize("until", [None, Stage.CREATION], ids=["opportunity", "draft"])
def test_a_copy_has_no_evidence(template: Template, until: Stage | None) -> None:
    with desk(template, until) as (walk, original):
        _copy_without_evidence(walk, original)


def _copy_without_evidence(walk: Walk, original: Record) -> None:
    copy = walk.duplicate(original)
    assert_stored(walk, copy)
    deal = copy.opportunity
    answered = {
        spec.name for spec in FIELDS.values() if spec.entity == OPPORTUNITY and not is_missing(getattr(deal, spec.name))
    }
    structure = {"term_months", "payment_terms", "deployment", "support_tier", "professional_services"}
    assert answered == structure | {"currency"}
    assert (deal.status, deal.stage, deal.pipeline_on, copy.passages, copy.notes) == (Status.DRAFT, 1, None, [], [])
    assert (copy.competitors, copy.touchpoints, copy.plan, copy.searches) == ([], [], [], [])
    assert all(is_missing(risk.description) and is_missing(risk.none_because) for risk in copy.risks)
    assert [(line.sku, line.quantity, line.unit_price) for line in copy.lines] == [
        (line.sku, line.quantity, line.unit_price) for line in original.lines
    ]
    assert [(p.name, list(p.roles)) for p in copy.people] == [(p.name, list(p.roles)) for p in original.people]
    assert {p.engagement for p in copy.people} == {None}
    assert {p.stakeholder.engage_by for p in copy.people} == {None}
    assert (copy.account.id == original.account.id) is original.exists
    assert copy.account.industry == "wholesale"
    assert not {line.id for line in copy.lines} & {line.id for line in original.lines}
    assert not walk.verdict(copy).passed(Stage.QUALIFICATION)


def test_changing_the_copy_leaves_the_original(walk: Walk, finished: Record) -> None:
    copy = walk.duplicate(finished)
    walk.save(walk.set(copy, Address("lines", "quantity", copy.lines[0].id), "7"))
    walk.save(walk.set(copy, Address("people", "roles", copy.people[1].id), "end user"))
    original = walk.load(finished.id)
    assert original.lines[0].quantity == 120
    assert Role.ECONOMIC_BUYER in original.people[1].roles
    assert walk.verdict(original).complete


def test_copies_of_a_drafts_people_are_their_own(walk: Walk, draft: Record) -> None:
    copy = walk.duplicate(draft)
    walk.save(walk.set(copy, Address("people", "title", copy.people[0].id), "Head of everything"))
    assert walk.load(draft.id).people[0].contact.title == "Warehouse manager"


# What follows


def test_a_new_name_as_decision_maker_becomes_a_person_who_decides(walk: Walk) -> None:
    record = walk.start("Acme")
    put(walk, record, "decision_maker_id", "Dana Whitfield")
    (person,) = record.people
    assert (person.name, list(person.roles), person.influence) == (
        "Dana Whitfield",
        [Role.ECONOMIC_BUYER],
        Influence.DECIDES,
    )
    assert record.opportunity.decision_maker_id == person.id
    put(walk, record, "decision_maker_id", "Luis Ferrer")
    assert [list(p.roles) for p in record.people] == [[Role.ECONOMIC_BUYER], []], "given once, not taken away"


def test_pushing_the_close_date_of_an_opportunity_clears_its_validation(walk: Walk, finished: Record) -> None:
    move = walk.save(walk.set(finished, address("close_on"), "+12w"))
    assert (finished.opportunity.close_validated_by, finished.opportunity.close_validated_on) == (None, None)
    assert any("who at the customer agreed" in str(note) for note in move.notes)
    assert {str(f.at) for f in move.verdict.blocking} == {"close_validated_by", "close_validated_on"}
    assert_stored(walk, finished)


def test_the_same_close_date_again_clears_nothing(walk: Walk, finished: Record) -> None:
    put(walk, finished, "close_on", "+9w")
    assert finished.opportunity.close_validated_by == "Dana Whitfield"


def test_the_close_date_of_a_draft_may_move(walk: Walk, draft: Record) -> None:
    put(walk, draft, "close_on", "+10w")
    assert draft.opportunity.close_validated_by == "Dana Whitfield"


def test_the_sales_stage_proposes_a_probability_once(walk: Walk) -> None:
    record = walk.start("Acme")
    put(walk, record, "sales_stage", "needs analysis")
    assert record.opportunity.probability == 27.5
    put(walk, record, "probability", "30")
    put(walk, record, "sales_stage", "negotiation")
    assert record.opportunity.probability == 30


@pytest.mark.parametrize(("text", "currency"), [("€5k", "EUR"), ("120万円", "JPY"), ("80,000", "USD")])
def test_a_sign_names_the_currency_where_none_is_set(walk: Walk, text: str, currency: str) -> None:
    record = walk.start("Acme")
    put(walk, record, "currency", "")
    put(walk, record, "budget_amount", text)
    assert record.opportunity.currency == (currency if currency != "USD" else None)


def test_revenue_keeps_the_currency_it_is_given_in(walk: Walk) -> None:
    record = walk.start("Acme")
    put(walk, record, "account.annual_revenue", "12億円")
    assert record.opportunity.currency == "USD"
    assert (record.account.annual_revenue, record.account.revenue_currency) == (Decimal(1_200_000_000), "JPY")


def test_the_summary_in_lists_follows_every_save(walk: Walk, finished: Record) -> None:
    put(walk, finished, "name", "Harbor Tools - Stock Count - 240 scanners")
    walk.save(walk.set(finished, Address("lines", "quantity", finished.lines[0].id), "240"))
    (line,) = walk.store.page(ListQuery(text="240 scan")).rows
    assert (line.title, line.amount, line.open_points) == (
        "Harbor Tools - Stock Count - 240 scanners",
        Decimal(129_600),
        0,
    )
    put(walk, finished, "why_us", "")
    (line,) = walk.store.page(ListQuery()).rows
    assert (line.open_points, line.open_stage) == (1, Stage.STRATEGY)
