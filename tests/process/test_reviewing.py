"""The six questions of a review are answered from the record (Q1)."""

from decimal import Decimal

import pytest

from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.process.reviewing import QUESTIONS
from oppwizard.walk import Walk


def holds(walk: Walk, record: Record) -> dict[str, bool]:
    return {one.question.key: one.holds for one in walk.questions(record)}


def test_a_finished_record_answers_all_six_with_its_evidence(walk: Walk, finished: Record) -> None:
    found = walk.questions(walk.load(finished.id))
    assert [one.question for one in found] == list(QUESTIONS)
    assert all(one.holds for one in found), [one.question.key for one in found if not one.holds]
    for one in found:
        assert all(evidence.text and evidence.at.spec for evidence in one.evidence)


def test_an_empty_draft_answers_none(walk: Walk) -> None:
    record = walk.start()
    assert not any(holds(walk, record).values())


@pytest.mark.parametrize(
    ("question", "path", "text"),
    [
        ("qualified", "budget_status", "unconfirmed"),
        ("close_date", "close_validated_by", ""),
        ("next_step", "next_step", "follow up next week"),
    ],
)
def test_what_speaks_against_a_question_stands_beside_it(
    walk: Walk, finished: Record, question: str, path: str, text: str
) -> None:
    record = walk.load(finished.id)
    walk.save(walk.set(record, address(path), text))
    (one,) = [one for one in walk.questions(record) if one.question.key == question]
    assert not one.holds
    assert any(finding.at == address(path) or finding.code.startswith("budget") for finding in one.findings)
    assert [key for key, fine in holds(walk, record).items() if not fine] == [question]


def test_an_amount_that_does_not_follow_from_the_lines_is_said_at_the_size(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    walk.save(walk.give(record, address("arr_override"), Decimal(1_000_000)))
    assert not holds(walk, record)["sized"]


def test_no_competition_no_people(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    for kind in ("competitors", "people"):
        for row in list(record.rows(kind)):
            walk.save(walk.remove(record, kind, row.id))
    found = holds(walk, record)
    assert not found["competition"]
    assert not found["decision_makers"]
