import datetime as dt
import json
from typing import Any

import pytest

from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import ImportOutcome
from oppwizard.model.enums import NoteKind, Stage, Standing, Status
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from tests.exchange.conftest import Importer


@pytest.fixture
def document(walk: Walk, finished: Record) -> dict[str, Any]:
    """The finished record as a file has it."""
    told: dict[str, Any] = json.loads(dumps(to_document(finished, walk)))
    return told


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    deal = {key: value for key, value in document["opportunity"].items() if key not in names}
    return document | {"opportunity": deal}


def at(outcome: ImportOutcome) -> tuple[Status | None, int | None]:
    return outcome.status, outcome.stage


def test_evidence_restores_an_opportunity(elsewhere: Walk, take: Importer, document: dict[str, Any]) -> None:
    (outcome,) = take(document)
    assert at(outcome) == (Status.CREATED, 6)
    assert outcome.id is not None
    record = elsewhere.load(outcome.id)
    assert record.account.standing is Standing.ACTIVE
    assert {person.contact.standing for person in record.people} == {Standing.ACTIVE}
    assert record.opportunity.pipeline_on == dt.date(2026, 11, 23)


def test_an_opportunity_has_its_initial_note_though_the_file_has_none(
    elsewhere: Walk, take: Importer, document: dict[str, Any]
) -> None:
    (outcome,) = take(document | {"notes": []})
    assert outcome.status is Status.CREATED
    assert outcome.id is not None
    record = elsewhere.load(outcome.id)
    assert [(note.kind, note.body) for note in record.notes] == [(NoteKind.INITIAL, record.opportunity.initial_note)]


def test_a_claim_without_evidence_is_a_draft(take: Importer) -> None:
    (outcome,) = take({"status": "created", "stage": 6, "pipeline_on": "2026-11-20", "account": "Acme"})
    assert at(outcome) == (Status.DRAFT, 1)
    places = [place for place, _ in outcome.problems]
    assert places[0] == "status"
    assert "budget_status" in places


def test_a_broken_gate_is_where_the_draft_stands(elsewhere: Walk, take: Importer, document: dict[str, Any]) -> None:
    (outcome,) = take(without(document, "term_months"))
    assert at(outcome) == (Status.DRAFT, 2)
    assert "term_months" in [place for place, _ in outcome.problems]
    assert outcome.id is not None
    record = elsewhere.load(outcome.id)
    assert record.opportunity.pipeline_on is None
    assert record.account.standing is Standing.PROPOSED
    assert record.passages == []
    assert len(record.notes) == 1


def test_the_gates_are_judged_as_of_the_day_it_came_into_being(
    elsewhere: Walk, take: Importer, document: dict[str, Any]
) -> None:
    day = {"pipeline_on": "2026-09-01", "next_step_on": "2026-09-08"}
    (outcome,) = take(document | {"opportunity": document["opportunity"] | day})
    assert outcome.status is Status.CREATED


def test_a_day_to_come_is_not_believed(take: Importer, document: dict[str, Any]) -> None:
    (outcome,) = take(document | {"opportunity": document["opportunity"] | {"pipeline_on": "2026-11-24"}})
    assert at(outcome) == (Status.DRAFT, 4)
    assert "pipeline_on" in [place for place, _ in outcome.problems]


def test_without_a_status_it_goes_as_far_as_its_evidence(
    elsewhere: Walk, take: Importer, document: dict[str, Any]
) -> None:
    (outcome,) = take(
        without(document, "status", "stage", "pipeline_on", "pipeline_at") | {"passages": [], "notes": []}
    )
    assert at(outcome) == (Status.CREATED, 6)
    assert outcome.id is not None
    record = elsewhere.load(outcome.id)
    assert record.opportunity.pipeline_on == dt.date(2026, 11, 23)
    assert [passage.stage for passage in record.passages] == [1, 2, 3, 4, 5]
    assert [note.kind for note in record.notes] == [NoteKind.INITIAL]


def test_without_a_status_it_stops_at_the_first_closed_gate(take: Importer, document: dict[str, Any]) -> None:
    (outcome,) = take(without(document, "status", "stage", "pipeline_on", "deployment"))
    assert at(outcome) == (Status.DRAFT, 2)
    assert outcome.problems == []
    assert outcome.verdict is not None
    assert outcome.verdict.open_stage is Stage.SCOPING


def test_draft_stays_draft_whatever_stands_in_it(take: Importer, document: dict[str, Any]) -> None:
    (outcome,) = take(document | {"opportunity": document["opportunity"] | {"status": "draft"}})
    assert at(outcome) == (Status.DRAFT, 4)


def test_a_stage_is_not_believed(take: Importer) -> None:
    (outcome,) = take({"status": "draft", "stage": 4})
    assert at(outcome) == (Status.DRAFT, 1)
    assert [place for place, _ in outcome.problems] == ["stage"]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("Bought from Globex in May", Status.DISQUALIFIED), ("TBD", Status.DRAFT), (None, Status.DRAFT)],
)
def test_leads_set_aside_need_their_reason(take: Importer, reason: str | None, expected: Status) -> None:
    (outcome,) = take({"status": "disqualified", "set_aside_reason": reason})
    assert outcome.status is expected
    assert bool(outcome.problems) is (expected is Status.DRAFT)


def test_opportunities_come_before_drafts_of_the_same_account(
    elsewhere: Walk, take: Importer, document: dict[str, Any]
) -> None:
    draft = {"format": "oppwizard.record", "opportunity": {"status": "draft"}, "account": document["account"]}
    first, second = take(draft, document)
    assert (first.status, second.status) == (Status.DRAFT, Status.CREATED)
    assert first.id is not None
    assert elsewhere.load(first.id).account.standing is Standing.ACTIVE


def test_a_second_deal_of_the_account_is_not_created_unasked(take: Importer, document: dict[str, Any]) -> None:
    take(document)
    twin = without(document, "id", "status", "stage", "pipeline_on", "pipeline_at")
    (outcome,) = take(twin)
    assert outcome.status is Status.DRAFT
    assert outcome.verdict is not None
    assert "duplicate.same" in [point.code for point in outcome.verdict.open_points(Stage.CREATION)]
