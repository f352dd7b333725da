"""Gates cannot be walked around, close again behind an edit, and say why (W7, E4, M1, M2)."""

import json
from decimal import Decimal

import pytest

from oppwizard.data.queries import ListQuery
from oppwizard.errors import NotFound, OppwizardError, Refused, ValueProblem
from oppwizard.model.base import new_id
from oppwizard.model.enums import Stage, Status
from oppwizard.model.fields import FIELDS
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.lifecycle import GateClosed
from oppwizard.walk.sample import answer, script
from tests.conftest import Template
from tests.walk.rows import assert_same, assert_stored, desk, dump

BREACH = {
    Stage.QUALIFICATION: "business_problem",
    Stage.SCOPING: "term_months",
    Stage.DATA_COLLECTION: "consequence_of_delay",
    Stage.CREATION: "initial_note",
    Stage.STAKEHOLDERS: "blockers_asked",
    Stage.STRATEGY: "why_us",
}


def put(walk: Walk, record: Record, path: str, text: str) -> None:
    walk.save(walk.set(record, address(path), text))


def test_no_stage_is_entered_while_the_one_before_is_open(walk: Walk) -> None:
    """Through the whole walk, in each stage before its own answers are given."""
    record, lines = walk.start(), script()
    for stage in Stage:
        assert record.opportunity.stage == stage
        if stage not in (Stage.CREATION, Stage.STRATEGY):
            before = dump(record)
            for later in Stage:
                if later > stage:
                    with pytest.raises(GateClosed) as refused:
                        walk.advance(record, later)
                    assert refused.value.verdict.open_stage == stage
                    assert f"Stage {int(stage)} " in str(refused.value)
            with pytest.raises(GateClosed):
                walk.create(record)
            assert_same(dump(record), before)
        answer(walk, record, lines, stage)
        if stage is Stage.CREATION:
            with pytest.raises(GateClosed):
                walk.advance(record, Stage.STAKEHOLDERS)
            walk.save(walk.create(record))
        elif stage is not Stage.STRATEGY:
            walk.save(walk.advance(record, Stage(stage + 1)))
        assert_stored(walk, record)
    assert walk.verdict(record).complete


def test_an_empty_draft_goes_nowhere(walk: Walk) -> None:
    record = walk.start("Acme")
    for stage in Stage:
        if stage > 1:
            with pytest.raises(GateClosed):
                walk.advance(record, stage)
    with pytest.raises(GateClosed):
        walk.create(record)
    assert walk.store.totals(ListQuery()).count == 0


@pytest.mark.parametrize("broken", Stage)
def test_an_edit_that_breaks_a_gate_closes_all_later_ones(walk: Walk, finished: Record, broken: Stage) -> None:
    path = BREACH[broken]
    before = finished.opportunity.model_dump()[path]
    put(walk, finished, path, "")
    verdict = walk.verdict(finished)
    assert verdict.open_stage is broken
    assert not verdict.passed(broken)
    for stage in Stage:
        assert verdict.may_enter(stage) is (stage <= broken)
        why = verdict.in_the_way(stage)
        assert [str(f.at) for f in why] == ([] if stage <= broken else [path])
    undone = walk.undo(finished)
    assert undone is not None
    assert undone.verdict.complete
    assert undone.record.opportunity.model_dump()[path] == before


def test_several_gates_broken_the_first_is_what_stands_in_the_way(walk: Walk, finished: Record) -> None:
    put(walk, finished, "why_us", "")
    put(walk, finished, "term_months", "")
    put(walk, finished, "consequence_of_delay", "")
    verdict = walk.verdict(finished)
    assert [str(f.at) for f in verdict.in_the_way(Stage.STRATEGY)] == ["term_months"]
    assert verdict.may_enter(Stage.SCOPING)
    put(walk, finished, "term_months", "36")
    assert walk.verdict(finished).open_stage is Stage.DATA_COLLECTION


def test_going_back_is_free(walk: Walk, finished: Record) -> None:
    put(walk, finished, "business_problem", "")
    for stage in Stage:
        if stage is not Stage.QUALIFICATION:
            with pytest.raises(GateClosed):
                walk.advance(finished, stage)
    assert walk.advance(finished, Stage.QUALIFICATION).batch is None
    assert finished.opportunity.stage == Stage.STRATEGY, "how far it has been is not forgotten"


@pytest.mark.parametrize("stage", [Stage.QUALIFICATION, Stage.SCOPING, Stage.DATA_COLLECTION, Stage.CREATION])
def test_nothing_partial_is_created(walk: Walk, draft: Record, stage: Stage) -> None:
    put(walk, draft, BREACH[stage], "")
    before = dump(draft)
    with pytest.raises(GateClosed):
        walk.create(draft)
    assert_same(dump(draft), before)
    assert_stored(walk, draft)
    assert walk.store.counts().get(Status.CREATED, 0) == 0


def test_creating_twice_is_refused(walk: Walk, finished: Record) -> None:
    with pytest.raises(GateClosed):
        walk.create(finished)
    assert len(finished.notes) == 1


@pytest.mark.parametrize("status", [Status.CREATED, Status.DRAFT])
def test_setting_aside_is_no_way_to_create(walk: Walk, status: Status) -> None:
    record = walk.start("Acme")
    with pytest.raises(OppwizardError):
        walk.set_aside(record, status, "They signed already, honestly")
    assert not record.exists


@pytest.mark.parametrize("name", ["status", "stage", "pipeline_on", "title", "revision", "account_id", "id"])
def test_what_the_walk_keeps_cannot_be_typed(walk: Walk, draft: Record, name: str) -> None:
    at = Address("opportunity", name)
    with pytest.raises(NotFound):
        walk.set(draft, at, "created")
    with pytest.raises(NotFound):
        walk.give(draft, at, Status.CREATED)
    assert not draft.exists


# Creation


def test_creation_is_one_transaction_of_all_seven_steps(walk: Walk, draft: Record) -> None:
    before = walk.store.history(draft.id, limit=1)[0].seq or 0
    walk.save(walk.create(draft))
    assert_stored(walk, draft)
    record = walk.load(draft.id)
    deal = record.opportunity
    assert (deal.status, deal.pipeline_on) == (Status.CREATED, walk.context.today)
    assert deal.pipeline_at is not None
    assert deal.pipeline_at.utcoffset() is not None
    assert str(record.account.standing) == "active"
    assert {str(person.contact.standing) for person in record.people} == {"active"}
    assert [(note.body, note.author, str(note.kind)) for note in record.notes] == [
        (deal.initial_note, "rep", "initial")
    ]
    assert deal.stage == Stage.STAKEHOLDERS
    made = [change for change in walk.store.history(draft.id) if (change.seq or 0) > before]
    assert len({change.action for change in made}) == 1
    totals = walk.store.totals(ListQuery())
    assert (totals.count, totals.by_currency) == (1, {"USD": Decimal(64_800)})


def test_a_draft_counts_nowhere(walk: Walk, draft: Record) -> None:
    assert walk.verdict(draft).may_create
    totals = walk.store.totals(ListQuery())
    assert (totals.count, totals.by_currency) == (0, {})
    assert not walk.verdict(draft).holds


def test_evidence_of_each_stage_is_stored_when_it_is_passed(walk: Walk, finished: Record) -> None:
    assert [passage.stage for passage in finished.passages] == [1, 2, 3, 4, 5]
    assert {passage.passed_by for passage in finished.passages} == {"rep"}
    for passage in finished.passages:
        answers = json.loads(passage.evidence)
        if passage.stage != Stage.CREATION:
            assert BREACH[Stage(passage.stage)] in answers
        assert {FIELDS[path].ask.stage for path in answers} == {Stage(passage.stage)}
    first = json.loads(finished.passages[0].evidence)
    assert first["budget_amount"] == "$80,000.00"
    assert first["decision_maker_id"] == "Dana Whitfield"
    assert first["people.name"] == ["Luis Ferrer", "Dana Whitfield", "Priya Nand"]


def test_evidence_stays_what_it_was(walk: Walk, finished: Record) -> None:
    put(walk, finished, "business_problem", "Another problem altogether, found later")
    walk.save(walk.advance(finished, Stage.STRATEGY))
    evidence = json.loads(walk.load(finished.id).passages[0].evidence)
    assert evidence["business_problem"].startswith("Stock counts of the four warehouses")
    assert len(walk.load(finished.id).passages) == 5


def test_answers_given_are_not_overwritten_by_proposals(template: Template) -> None:
    """Entering stage 3 proposes what is known, and only where nothing is answered (W3.4)."""
    with desk(template, Stage.SCOPING) as (walk, record):
        put(walk, record, "owner", "Someone else entirely")
        put(walk, record, "close_on", "2027-01-20")
        answer(walk, record, script(), Stage.SCOPING)
        walk.save(walk.advance(record, Stage.DATA_COLLECTION))
        deal = record.opportunity
        assert (deal.owner, str(deal.close_on)) == ("Someone else entirely", "2027-01-20")
        assert deal.next_step_owner == "rep"
        assert deal.primary_contact_id == record.people[0].id
        assert deal.name == "Harbor Tools - Stock Count - 120 seats"
        assert str(deal.deal_type) == "new_logo"
        assert deal.facts_confirmed is None, "looking at the facts again is left to the person"
        assert_stored(walk, record)


# Nothing typed is lost, nothing wrong is kept


def test_an_unreadable_text_is_kept_and_blocks(walk: Walk, finished: Record) -> None:
    at = address("close_on")
    with pytest.raises(ValueProblem):
        walk.set(finished, at, "when they are ready")
    walk.save(walk.hold(finished, at, "when they are ready"))
    again = walk.load(finished.id)
    assert again.pending == {"close_on": "when they are ready"}
    assert [f.code for f in walk.verdict(again).blocking] == ["unreadable"]
    walk.save(walk.set(again, at, "+9w"))
    assert walk.load(finished.id).pending == {}
    assert walk.verdict(again).complete


def test_an_unreadable_text_of_a_removed_row_goes_with_it(walk: Walk, finished: Record) -> None:
    row = walk.save(walk.add(finished, "plan")).row
    assert row is not None
    walk.save(walk.hold(finished, Address("plan", "due", row), "soon"))
    walk.save(walk.remove(finished, "plan", row))
    assert walk.load(finished.id).unread == {}
    assert walk.verdict(finished).complete


@pytest.mark.parametrize(
    ("kind", "values", "error"),
    [("lines", {"quantity": "lots"}, ValueProblem), ("lines", {"colour": "red"}, NotFound)],
)
def test_a_refused_row_is_not_there(
    walk: Walk, finished: Record, kind: str, values: dict[str, str], error: type
) -> None:
    before = dump(finished)
    with pytest.raises(error):
        walk.add(finished, kind, **values)
    assert_same(dump(finished), before)


def test_a_refused_person_is_not_there(walk: Walk, finished: Record) -> None:
    """The row is gone; the person named in it must not stay behind."""
    before = dump(finished)
    with pytest.raises(NotFound):
        walk.set(finished, Address("people", "reports_to_id", new_id()), "Somebody New")
    assert_same(dump(finished), before)


def test_a_figure_too_large_for_the_store_is_refused_or_kept(walk: Walk, finished: Record) -> None:
    """Each factor is in bounds; the product must neither crash the gates nor the save."""
    lines = finished.lines[0]
    for name in ("quantity", "unit_price"):
        move = walk.set(finished, Address("lines", name, lines.id), "90000000000000")
        walk.save(move)
    assert walk.load(finished.id).lines[0].quantity == 90_000_000_000_000


# Setting aside


@pytest.mark.parametrize("status", [Status.DISQUALIFIED, Status.NURTURE])
def test_a_lead_is_set_aside_found_and_taken_up_again(walk: Walk, status: Status) -> None:
    record = walk.start("Acme Pumps")
    walk.save(walk.set_aside(record, status, "No budget before next year"))
    assert_stored(walk, record)
    found = walk.store.page(ListQuery(text="pumps", statuses=frozenset({status}))).rows
    assert [line.id for line in found] == [record.id]
    assert walk.store.counts()[status] == 1
    assert walk.store.page(ListQuery(text="pumps")).rows == []
    said = [str(f.message) for f in walk.verdict(record).of(Stage.QUALIFICATION) if f.code == "lead.set_aside"]
    assert said == ["The lead is set aside: No budget before next year"]
    with pytest.raises(GateClosed):
        walk.advance(record, Stage.SCOPING)
    with pytest.raises(GateClosed):
        walk.create(record)
    again = walk.load(record.id)
    walk.save(walk.reopen(again))
    assert_stored(walk, again)
    assert (again.opportunity.status, again.opportunity.set_aside_reason) == (Status.DRAFT, None)
    reasons = [change.old for change in walk.store.history(record.id) if change.field == "set_aside_reason"]
    assert '"No budget before next year"' in reasons, "its reason stays in the log"


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "TBD", "n/a", "未定", "..."])
def test_setting_aside_needs_a_reason(walk: Walk, reason: str) -> None:
    record = walk.start("Acme")
    with pytest.raises(Refused, match="reason"):
        walk.set_aside(record, Status.DISQUALIFIED, reason)
    assert record.opportunity.status is Status.DRAFT


def test_a_finished_draft_that_is_set_aside_cannot_be_created(walk: Walk, draft: Record) -> None:
    walk.save(walk.set_aside(draft, Status.NURTURE, "Budget moved to next year"))
    with pytest.raises(GateClosed):
        walk.create(draft)
    walk.save(walk.reopen(draft))
    walk.save(walk.create(draft))
    assert draft.exists


def test_an_opportunity_is_not_set_aside(walk: Walk, finished: Record) -> None:
    with pytest.raises(Refused):
        walk.set_aside(finished, Status.DISQUALIFIED, "Changed their mind")
    assert finished.exists


def test_reopening_what_is_open_does_nothing(walk: Walk, finished: Record) -> None:
    assert walk.reopen(finished).batch is None
    assert finished.exists
