"""Gate 4: the act of creation, and the seven steps (W4, W1.8)."""

from collections.abc import Callable

import pytest

from oppwizard.model.enums import Stage, Status
from oppwizard.process.creation import checklist, proposed_note
from tests.process.bench import Bench, Change, Rule, blocks, check, deal, every, name_of, row, without

S = Stage.CREATION


def a_draft(bench: Bench) -> None:
    deal(status=Status.DRAFT, pipeline_on=None, pipeline_at=None)(bench)


RULES = (
    blocks("create.pending", S, "opportunity", a_draft, deal(status=Status.CREATED)),
    *(
        blocks(
            "lead.set_aside",
            Stage.QUALIFICATION,
            "solution_fit",
            deal(status=status, set_aside_reason="Merged with a competitor's customer"),
            deal(status=Status.CREATED),
            a_draft,
        )
        for status in (Status.DISQUALIFIED, Status.NURTURE)
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rule(rule: Rule, fresh: Callable[[], Bench]) -> None:
    check(rule, fresh)


def test_only_the_act_itself_is_missing(bench: Bench) -> None:
    a_draft(bench)
    verdict = bench.judge()
    assert verdict.may_create
    assert not verdict.holds
    assert not verdict.may_enter(Stage.STAKEHOLDERS)


@pytest.mark.parametrize(
    "breach",
    [
        deal(budget_amount=None),
        without("lines"),
        deal(close_on=None),
        deal(initial_note=None),
    ],
    ids=["stage 1", "stage 2", "stage 3", "note"],
)
def test_an_open_point_anywhere_before_forbids_creation(bench: Bench, breach: Change) -> None:
    a_draft(bench)
    breach(bench)
    assert not bench.judge().may_create


@pytest.mark.parametrize("breach", [deal(why_us=None), deal(blockers_asked=None)], ids=["stage 6", "stage 5"])
def test_open_points_of_later_stages_do_not_forbid_it(bench: Bench, breach: Change) -> None:
    a_draft(bench)
    breach(bench)
    assert bench.judge().may_create


def test_finished_checklist_is_done(bench: Bench) -> None:
    steps = checklist(bench.record, bench.judge().findings)
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6, 7]
    assert all(step.done for step in steps)
    assert steps[0].said == "Harbor Tools - Stock Count - 120 scanners"
    assert steps[2].said == "Harbor Tools Incorporated"
    assert steps[4].said == "120 × STK-SCAN, 1 × STK-IMPL"


@pytest.mark.parametrize(
    ("number", "breach"),
    [
        (1, a_draft),
        (2, deal(close_on=None)),
        (2, deal(budget_amount=None)),
        (3, lambda bench: setattr(bench.record.account, "industry", None)),
        (4, row("people", 1, email=None)),
        (4, every("people", roles=[])),
        (5, row("lines", 1, quantity=None)),
        (6, row("team", 1, name=None)),
        (7, deal(initial_note=None)),
        (7, deal(initial_note="TBD")),
    ],
)
def test_each_open_point_stands_at_its_step(bench: Bench, number: int, breach: Change) -> None:
    breach(bench)
    steps = checklist(bench.record, bench.judge().findings)
    assert [step.number for step in steps if not step.done][-1:] == [number]
    assert all(finding.blocks for step in steps for finding in step.open)


def test_every_open_point_before_creation_is_on_the_checklist_once(bench: Bench) -> None:
    a_draft(bench)
    deal(close_on=None, initial_note=None, budget_status=None)(bench)
    without("lines")(bench)
    without("team", 3)(bench)
    row("people", 2, phone=None)(bench)
    verdict = bench.judge()
    listed = [finding for step in checklist(bench.record, verdict.findings) for finding in step.open]
    due = [f for f in verdict.blocking if f.stage <= S]
    assert len(listed) == len(due) >= 7
    assert set(map(id, listed)) == set(map(id, due))


def test_open_points_of_later_stages_are_not_on_it(bench: Bench) -> None:
    deal(why_us=None, blockers_asked=None)(bench)
    assert all(step.done for step in checklist(bench.record, bench.judge().findings))


def test_proposed_note_says_what_the_record_knows(bench: Bench) -> None:
    note = proposed_note(bench.record)
    assert bench.record.opportunity.initial_note == note
    for fact in ("Dana Whitfield", "Scanner vendor of today", "Run the on-site demo", "2026-11-30", "45 hours"):
        assert fact in note
    deal(business_problem=None, next_step=None, next_step_owner=None, next_step_on=None)(bench)
    shorter = proposed_note(bench.record)
    assert "Situation" not in shorter
    assert "Next step" not in shorter
