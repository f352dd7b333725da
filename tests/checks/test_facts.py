"""What an audit counts of a record: which required fields are answered, and what is wrong (Q3)."""

from collections.abc import Iterator

import pytest

from oppwizard.checks import facts as declared
from oppwizard.checks.facts import MISTAKES, Fault, due, due_stage, facts, of_rows, singles, version
from oppwizard.model.ask import Need
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, FieldSpec
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.walk import Walk


def bits(value: int, specs: tuple[FieldSpec, ...]) -> Iterator[str]:
    """The paths of the fields whose bits are set."""
    for number, spec in enumerate(specs):
        if value >> number & 1:
            yield spec.path


def now(walk: Walk, record: Record) -> declared.Facts:
    return facts(walk.case(record), walk.verdict(record))


def test_each_required_field_has_a_bit_and_there_is_room_for_all() -> None:
    required = {spec.path for spec in FIELDS.values() if spec.ask.need is Need.REQUIRED and spec.entity != "searches"}
    assert {spec.path for spec in (*singles(), *of_rows())} == required
    assert max(len(singles()), len(of_rows())) <= 63
    assert len(Fault) <= 16


def test_a_finished_record_answers_everything_and_makes_no_mistake(walk: Walk, finished: Record) -> None:
    found = now(walk, walk.load(finished.id))
    assert set(bits(found.answered, singles())) == {spec.path for spec in singles()}
    assert set(bits(found.answered_rows, of_rows())) == {spec.path for spec in of_rows()}
    assert not found.faults


@pytest.mark.parametrize("path", ["budget_status", "why_us", "close_on", "account.industry"])
def test_what_is_taken_away_is_not_answered_any_more(walk: Walk, finished: Record, path: str) -> None:
    record = walk.load(finished.id)
    walk.save(walk.set(record, address(path), ""))
    missing = {spec.path for spec in singles()} - set(bits(now(walk, record).answered, singles()))
    assert path in missing


def test_a_word_that_only_holds_a_place_is_no_answer(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    walk.save(walk.set(record, address("business_problem"), "TBD"))
    assert "business_problem" not in set(bits(now(walk, record).answered, singles()))


def test_one_row_that_does_not_answer_a_field_opens_it(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    walk.save(walk.set(record, Address("lines", "sku", record.lines[0].id), ""))
    answered = set(bits(now(walk, record).answered_rows, of_rows()))
    assert "lines.sku" not in answered
    assert "lines.product" in answered


def test_no_row_answers_nothing(walk: Walk) -> None:
    record = walk.start("Acme")
    answered = set(bits(now(walk, record).answered_rows, of_rows()))
    assert not any(path.startswith("lines.") for path in answered)


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("budget_status", "", Fault.M1),
        ("legal_name", "", Fault.M2),
        ("close_validated_by", "", Fault.M3),
        ("probability", "1", Fault.STAGE),
        ("next_step_on", "2026-01-05", Fault.ACTIVITY),
        ("close_on", "2026-01-05", Fault.DATE),
    ],
)
def test_what_is_wrong_is_named(walk: Walk, finished: Record, path: str, text: str, fault: Fault) -> None:
    record = walk.load(finished.id)
    at = address(path if path in FIELDS else f"account.{path}")
    walk.save(walk.set(record, at, text))
    assert fault in now(walk, record).faults


def test_an_opportunity_without_notes_or_plan_is_undocumented(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    record.notes.clear()
    record.attachments.clear()
    record.plan.clear()
    for talk in record.touchpoints:
        talk.outcome = None
    assert Fault.NOTES in now(walk, record).faults
    assert Fault.PLAN in now(walk, record).faults
    assert Fault.PLAN not in now(walk, walk.start("Acme")).faults


def test_facts_are_kept_at_every_save(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    walk.save(walk.set(record, address("why_us"), ""))
    kept = walk.load(finished.id).opportunity
    found = now(walk, walk.load(finished.id))
    assert (kept.answered, kept.answered_rows, Fault(kept.faults)) == (
        found.answered,
        found.answered_rows,
        found.faults,
    )
    assert kept.facts_version == version()


@pytest.mark.parametrize(
    ("open_stage", "exists", "last"), [(1, False, 1), (3, False, 3), (1, True, 4), (5, True, 5), (7, True, 6)]
)
def test_fields_are_due_up_to_where_the_record_stands(open_stage: int, exists: bool, last: int) -> None:
    assert due_stage(open_stage, exists) == last
    once, in_rows = due(last)
    told = {*bits(once, singles()), *bits(in_rows, of_rows())}
    assert told == {spec.path for spec in (*singles(), *of_rows()) if spec.ask.stage <= last}


def test_every_fault_but_the_mistakes_has_a_label() -> None:
    assert [str(fault.label) for fault in Fault if fault not in MISTAKES]
    assert int(Stage.STRATEGY) == 6
