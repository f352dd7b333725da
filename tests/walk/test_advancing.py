"""Stages that are entered by themselves: when, by whom the log says, and what undo makes of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.data.tables import Change, Source
from oppwizard.model.enums import Stage, Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.advancing import by_rule, who_said
from oppwizard.walk.move import Edits
from oppwizard.walk.timeline import Sort, timeline
from tests.conftest import TODAY

LeftIn = Callable[[Stage | None], UUID]
Opened = Callable[..., AbstractContextManager[tuple[Walk, Record]]]
ON = "[automation]\nadvance = true\n"
WHO = "rule automation.advance, playbook default-1"


@pytest.fixture
def advancing(context: Context, left_in: LeftIn, tmp_path: Path) -> Opened:
    """Opens a record that is left in a stage with a playbook by which stages are entered by themselves."""

    @contextmanager
    def opened(until: Stage, toml: str = ON) -> Iterator[tuple[Walk, Record]]:
        record_id = left_in(until)
        path = tmp_path / "playbook.toml"
        path.write_text(toml, encoding="utf-8")
        walk = open_walk(Context(context.user, context.store, playbook=path, clock=lambda: TODAY))
        yield walk, walk.load(record_id)
        walk.store.close()

    return opened


def closed_again(walk: Walk, record: Record) -> str:
    """Let a record stand in stage 1, an answer short of its gate; the answer."""
    text = record.opportunity.budget_source or ""
    edits = Edits(record)
    for passage in list(record.passages):
        record.passages.remove(passage)
        edits.delete(passage)
    edits.set(record.opportunity, "stage", 1)
    edits.set(record.opportunity, "budget_source", None)
    walk.save(walk.finish(edits))
    assert record.opportunity.stage == 1
    return text


def log_of(walk: Walk, record: Record) -> list[Change]:
    return walk.store.history(record.id, limit=50)


def test_the_step_that_satisfies_a_gate_enters_the_next_stage(advancing: Opened) -> None:
    with advancing(Stage.SCOPING) as (walk, record):
        text = closed_again(walk, record)
        move = walk.save(walk.set(record, address("budget_source"), text))
        assert move.entered is Stage.SCOPING
        assert [str(note) for note in move.notes] == ["Stage 2 Scope was entered by a rule of the playbook"]
        kept = walk.load(record.id)
        assert kept.opportunity.stage == 2
        assert [(passage.stage, passage.passed_by) for passage in kept.passages][-1:] == [(1, WHO)]
        assert json.loads(kept.passages[-1].evidence)["budget_source"] == text


def test_without_the_setting_nothing_is_entered(advancing: Opened) -> None:
    for toml in ("", "[automation]\nadvance = true\nstages = [3]\n"):
        with advancing(Stage.SCOPING, toml) as (walk, record):
            text = closed_again(walk, record)
            move = walk.save(walk.set(record, address("budget_source"), text))
            assert move.entered is None
            assert walk.verdict(record).passed(Stage.QUALIFICATION)
            assert record.opportunity.stage == 1


def test_the_log_names_the_rule_and_the_timeline_says_so(advancing: Opened) -> None:
    with advancing(Stage.SCOPING) as (walk, record):
        text = closed_again(walk, record)
        walk.save(walk.set(record, address("budget_source"), text))
        newest = log_of(walk, record)
        action = newest[0].action
        mine = [change for change in newest if change.action == action]
        assert {(change.source, change.who) for change in mine if change.field == "budget_source"} == {
            (Source.PERSON, "rep")
        }
        others = [change for change in mine if change.field != "budget_source"]
        assert {(change.source, change.who) for change in others} == {(Source.RULE, WHO)}
        assert {change.field for change in others} >= {"stage"}
        passed = next(one for one in timeline(walk, walk.load(record.id), [Sort.STAGE]))
        assert (passed.who, passed.what) == ("rule of the playbook default-1", "Passed stage 1 Qualify")
        assert "rule of the playbook default-1" in walk.told_history(record)[0]


def test_undo_takes_the_stage_back_with_the_answer_and_redo_brings_both(advancing: Opened) -> None:
    with advancing(Stage.SCOPING) as (walk, record):
        text = closed_again(walk, record)
        passages = len(record.passages)
        walk.save(walk.set(record, address("budget_source"), text))
        back = walk.undo(record)
        assert back is not None
        walk.save(back)
        record = walk.load(record.id)
        assert (record.opportunity.stage, record.opportunity.budget_source) == (1, None)
        assert not walk.verdict(record).passed(Stage.QUALIFICATION)
        again = walk.redo(record)
        assert again is not None
        walk.save(again)
        record = walk.load(record.id)
        assert (record.opportunity.stage, record.opportunity.budget_source) == (2, text)
        assert len(record.passages) >= passages


def test_what_is_still_being_typed_enters_nothing_until_the_field_is_left(advancing: Opened) -> None:
    with advancing(Stage.SCOPING) as (walk, record):
        closed_again(walk, record)
        visit = UUID(int=7)
        at = address("budget_source")
        half = walk.save(walk.set(record, at, "The CF", visit=visit, typing=True))
        assert half.entered is None
        whole = walk.save(walk.set(record, at, "The CFO's own", visit=visit, typing=True))
        assert whole.entered is None
        left = walk.save(walk.set(record, at, "The CFO's own", visit=visit))
        assert left.entered is Stage.SCOPING
        assert json.loads(record.passages[-1].evidence)["budget_source"] == "The CFO's own"
        back = walk.undo(walk.load(record.id))
        assert back is not None
        assert (back.record.opportunity.stage, back.record.opportunity.budget_source) == (1, None), "one action"


def test_several_stages_are_entered_at_once_and_known_answers_proposed(advancing: Opened) -> None:
    with advancing(Stage.CREATION) as (walk, record):
        walk.save(walk.set(record, address("initial_note"), ""))
        text = closed_again(walk, record)
        move = walk.save(walk.set(record, address("budget_source"), text))
        assert move.entered is Stage.CREATION
        assert record.opportunity.initial_note, "the note is proposed, as when a person goes on"
        assert next(c.source for c in log_of(walk, record) if c.field == "initial_note") is Source.RULE


def test_an_opportunity_is_never_created_by_itself(advancing: Opened) -> None:
    with advancing(Stage.CREATION) as (walk, record):
        move = walk.save(walk.set(record, address("initial_note"), "They wait for the offer; Dana decides in May."))
        assert move.verdict.may_create
        assert (record.opportunity.status, record.opportunity.stage) == (Status.DRAFT, 4)
        walk.save(walk.create(record))
        assert record.opportunity.stage == 5, "the gate of stage 5 is not satisfied"


def test_a_lead_that_is_set_aside_stays_where_it_is(advancing: Opened) -> None:
    with advancing(Stage.SCOPING) as (walk, record):
        text = closed_again(walk, record)
        walk.save(walk.set_aside(record, Status.NURTURE, "No budget before the summer"))
        assert walk.save(walk.set(record, address("budget_source"), text)).entered is None
        assert walk.save(walk.reopen(record)).entered is Stage.SCOPING


def test_a_step_put_onto_what_somebody_else_left_is_judged_anew(advancing: Opened) -> None:
    with advancing(Stage.SCOPING) as (walk, record):
        text = closed_again(walk, record)
        walk.save(walk.set(record, address("fit_reason"), "Same systems as three customers"))
        mine, theirs = walk.load(record.id), walk.load(record.id)
        walk.save(walk.set(theirs, address("compelling_event"), ""))
        late = walk.set(mine, address("budget_source"), text)
        assert late.entered is Stage.SCOPING
        assert late.batch is not None
        fresh, moves, conflicts = walk.rebase(record.id, [late.batch])
        assert not conflicts
        for move in moves:
            walk.save(move)
        assert fresh.opportunity.budget_source == text
        assert not [c for c in log_of(walk, record)[:3] if c.source is Source.RULE], "the gate is closed by theirs"


def test_a_rule_is_named_in_the_language_of_whoever_reads() -> None:
    who = by_rule("acme-3").who
    assert who_said(who) == "rule of the playbook acme-3"
    assert who_said("Dana") == "Dana"
    i18n.use("ja")
    assert who_said(who) == "プレイブックacme-3の規則"
