"""The walk line by line: strings in, strings out."""

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO, cast
from uuid import UUID

import pexpect
import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.enrichment import Answer
from oppwizard.enrichment.rounds import Found
from oppwizard.errors import Refused, StoreProblem
from oppwizard.i18n import T
from oppwizard.model.enums import ProposalState, Stage, Status, TeamRole
from oppwizard.model.fields import FIELDS, ROW_KINDS, shown_in
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.playbook import FieldCoach
from oppwizard.process.course import items
from oppwizard.prompts import converse
from oppwizard.prompts.asker import PlainAsker, Question
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.enriching import questions
from oppwizard.walk.sample import script


class Coach:
    """Coach texts that do not change with those of the playbook."""

    fields = {"budget_status": FieldCoach(why="Money decides.", need="A status.", ask=("Is it in the plan?",))}

    def questions(self, path: str) -> tuple[str, ...]:
        return self.fields[path].ask if path in self.fields else ()


@pytest.fixture(autouse=True)
def _a_coach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oppwizard.prompts.fields.coach", Coach)


@pytest.fixture
def talk(walk: Walk) -> Callable[..., tuple[Record, str]]:
    """Hold a conversation; the record as it is stored afterwards, and what was said."""

    def converse_with(record: Record, *lines: str, code: int = 0) -> tuple[Record, str]:
        out = io.StringIO()
        given = io.StringIO("".join(f"{line}\n" for line in lines))
        assert converse(walk, record, out, PlainAsker(given, out)) == code
        return walk.load(record.id), out.getvalue()

    return converse_with


@pytest.fixture
def in_scoping(left_in: Callable[[Stage | None], UUID]) -> UUID:
    """A record that has just come to stage 2; to be named before `walk`."""
    return left_in(Stage.SCOPING)


@pytest.fixture
def in_data(left_in: Callable[[Stage | None], UUID]) -> UUID:
    """A record that has just come to stage 3; to be named before `walk`."""
    return left_in(Stage.DATA_COLLECTION)


# The whole walk


def _typed(path: str, text: str) -> list[str]:
    """What a person types for an answer; an empty line ends one of several lines."""
    is_long = FIELDS[path].ask.kind.name == "LONG"
    return [*text.splitlines(), ""] if is_long and text else [text]


def _skipped(kind: str, name: str, values: dict[str, str]) -> bool:
    """What is not asked of the sample's rows, because it does not matter there."""
    if (kind, name) in (("team", "not_needed_because"), ("risks", "none_because")):
        return "name" in values or "description" in values
    return (kind, name) in (("lines", "tiers"), ("lines", "price_note"))


def _rows(stage: Stage, kind: str, rows: list[dict[str, str]]) -> list[str]:
    """A table: rows that are there by number, new ones by a plus, fields in order, and on."""
    known = stage > Stage.QUALIFICATION if kind in ("people", "competitors") else kind in ("team", "risks")
    lines: list[str] = []
    for number, values in enumerate(rows, start=1):
        is_maker = kind == "people" and number == 1  # named as decision maker before
        lines.append(str(number) if known or is_maker else "+")
        for spec in shown_in(kind, stage):
            if not _skipped(kind, spec.name, values):
                lines += _typed(spec.path, values.get(spec.name, "") if spec.ask.stage is stage else "")
    return [*lines, "0"]


def whole_walk(told: dict[str, Any], until: Stage | None = None) -> list[str]:
    """Every line that a person types for the sample deal, up to a stage."""
    told["people"] = sorted(told["people"], key=lambda person: person["name"] != told["answers"]["decision_maker_id"])
    lines: list[str] = []
    for stage in Stage:
        if stage is until:
            break
        for item in items(stage):
            if not item.at.name:
                lines += _rows(stage, item.at.entity, told.get(item.at.entity, []))
            elif item.at.name != "override_reason":
                path = f"{item.at.entity}.{item.at.name}" if item.at.entity == "account" else item.at.name
                lines += _typed(path, told["answers"].get(path, ""))
        if stage is Stage.CREATION:
            lines.append("yes")
    return lines


def test_the_sample_deal_is_walked_from_nothing_to_a_complete_opportunity(walk: Walk, talk: Any) -> None:
    record, said = talk(walk.start(), *whole_walk(script("en")))
    assert walk.verdict(record).complete, [str(f.message) for f in walk.verdict(record).blocking]
    assert record.opportunity.status is Status.CREATED
    assert [person.name for person in record.people] == ["Dana Whitfield", "Luis Ferrer", "Priya Nand"]
    assert record.opportunity.pain_points == script("en")["answers"]["pain_points"]
    assert "Stage 6 of 6: Strategy" in said
    assert "ARR $64,800.00 = 120 × 45 × 12" in said
    assert "The walk is complete" in said


def test_a_walk_cut_off_anywhere_goes_on_where_it_was(walk: Walk, talk: Any) -> None:
    """The pipe ends behind a stage: the next conversation begins with what follows, and needs nothing twice."""
    lines, record = whole_walk(script("en")), walk.start()
    for stage in (Stage.SCOPING, Stage.DATA_COLLECTION, Stage.STRATEGY):
        upto = len(whole_walk(script("en"), until=stage))
        beginning = len(whole_walk(script("en"), until=Stage(record.opportunity.stage)))
        record, said = talk(walk.load(record.id), *lines[beginning:upto])
        assert record.opportunity.stage == stage
        assert f"oppwizard new --prompt --resume {record.id.hex[-8:]}" in said


def test_every_field_of_every_stage_is_asked() -> None:
    for stage in Stage:
        asked = {item.at for item in items(stage)}
        for spec in FIELDS.values():
            if spec.ask.stage is stage:
                at = Address(spec.entity) if spec.entity in ROW_KINDS else Address(spec.entity, spec.name)
                assert at in asked, spec.path


# One field


def test_an_answer_is_saved_at_once_and_enter_keeps_what_is_there(walk: Walk, talk: Any) -> None:
    record, said = talk(walk.start(), "Acme", "allocated", "<", "<", "")
    assert record.account.dba == "Acme"
    assert record.opportunity.budget_status == "allocated"
    assert "Company (the name they go by): " in said
    assert "Company [Acme]: " in said


def test_a_conversation_begins_with_the_first_open_question(walk: Walk, talk: Any) -> None:
    record, said = talk(walk.start("Acme"), "allocated")
    assert "Company" not in said
    _, said = talk(record, ":q")
    assert "Budget status" not in said
    assert "Budget (amount, or the low end): " in said


def test_a_wrong_answer_is_explained_kept_and_asked_again(walk: Walk, talk: Any) -> None:
    record, said = talk(walk.start("Acme"), "", "", "eighty grand or so")
    assert '"eighty grand or so" is not an amount of money.' in said
    assert "Write one amount" in said
    assert "Budget [eighty grand or so]: " in said
    assert record.pending == {"budget_amount": "eighty grand or so"}


def test_a_wrong_answer_can_be_left_as_it_is_and_mended_later(walk: Walk, talk: Any) -> None:
    record, _ = talk(walk.start("Acme"), "allocated", "", "eighty grand or so", "", "", "From the call")
    assert record.opportunity.budget_source == "From the call"
    record, said = talk(record, "80k")
    assert "Budget [eighty grand or so]: " in said
    assert record.pending == {}
    assert record.opportunity.budget_amount == 80_000


def test_a_dash_clears_an_answer(walk: Walk, talk: Any) -> None:
    record, _ = talk(walk.start("Acme"), "allocated", "<", "-")
    assert record.opportunity.budget_status is None


def test_a_question_mark_asks_the_coach(walk: Walk, talk: Any) -> None:
    _, said = talk(walk.start("Acme"), "?")
    assert "  Why: Money decides.\n  Needed: A status.\n  Ask: Is it in the plan?\n" in said


def test_going_back_asks_the_field_before_again(walk: Walk, talk: Any) -> None:
    _, said = talk(walk.start(), "<", "Acme Works", "allocated", "<", "unconfirmed")
    assert "This is the first question." in said
    assert "Budget status [Allocated]: " in said


def test_going_back_from_the_first_question_leads_to_the_stage_before(in_scoping: UUID, walk: Walk, talk: Any) -> None:
    limits = "Above 50,000 the board signs"
    record, said = talk(walk.load(in_scoping), "<", limits)
    assert said.index("Stage 2 of 6: Scope") < said.index("Stage 1 of 6: Qualify")
    assert "Signing limits: " in said
    assert record.opportunity.signing_limits == limits


def test_what_is_proposed_is_taken_with_an_equals_sign(in_data: UUID, walk: Walk, talk: Any) -> None:
    record, said = talk(walk.load(in_data), "=")
    assert record.account.legal_name == "Harbor Tools"
    assert "  Harbor Tools\n" in said


def test_what_a_provider_proposes_is_said_and_taken_with_an_equals_sign(in_data: UUID, walk: Walk, talk: Any) -> None:
    record = walk.load(in_data)
    question = questions(record)[0]
    found = Found("register", question, (Answer("account.legal_name", "Acme Pumps GmbH"),))
    walk.save(walk.enrich(record, found))
    record, said = talk(record, "=")
    assert "register proposes Acme Pumps GmbH (2026-11-23); = takes it" in said
    assert record.account.legal_name == "Acme Pumps GmbH"
    assert [row.state for row in record.proposals] == [ProposalState.ACCEPTED]


def test_the_facts_of_earlier_stages_are_shown_before_they_are_confirmed(in_data: UUID, walk: Walk, talk: Any) -> None:
    _, said = talk(walk.load(in_data), ">", "<")
    facts = said[said.index("Qualification file") :]
    assert "Business problem: Stock counts of the four warehouses" in facts


def test_an_account_of_a_similar_name_is_mentioned(walk: Walk, talk: Any, finished: Record) -> None:
    record, said = talk(walk.start(), "Harbor", "<", "Harbor Tools Incorporated")
    assert "Known accounts like this: Harbor Tools Incorporated." in said
    assert "Linked to the account Harbor Tools Incorporated" in said
    assert record.account.id == finished.account.id


def test_the_same_in_japanese(walk: Walk, talk: Any) -> None:
    i18n.use("ja")
    record, said = talk(walk.start("三菱重工業"), "allocated", "", "1200万円")
    assert record.opportunity.budget_amount == 12_000_000
    assert str(FIELDS["budget_status"].ask.label) in said


def test_control_characters_of_an_answer_are_shown_as_symbols(walk: Walk, talk: Any) -> None:
    _, said = talk(walk.start("Evil\x1b[2J Inc"), "<")
    assert "\x1b" not in said
    assert "Evil␛[2J Inc" in said


# Tables


def _up_to(stage: Stage, table: str, first: str) -> list[str]:
    """Empty lines from a question up to a table."""
    names = [item.at.name or item.at.entity for item in items(stage)]
    return [""] * (names.index(table) - names.index(first))


TO_PEOPLE = _up_to(Stage.QUALIFICATION, "people", "budget_status")


def test_rows_are_added_edited_and_removed(walk: Walk, talk: Any) -> None:
    ada = ["+", "Ada", "CTO", "champion", "high", "met"]
    bob = ["+", "Bob", "", "", "", ""]
    record, said = talk(walk.start("Acme"), *TO_PEOPLE, *ada, *bob, "2", "Bo", "", "", "", "", "-1")
    assert [person.name for person in record.people] == ["Bo"]
    assert "  1 Ada, CTO, Champion\n" in said
    assert "  2 Bob" in said


def test_a_new_row_without_any_answer_is_taken_away_again(walk: Walk, talk: Any) -> None:
    record, _ = talk(walk.start("Acme"), *TO_PEOPLE, "+", "<", "+", "", "", "", "", "", "0")
    assert record.people == []


def test_enter_goes_to_the_rows_that_have_something_open(in_scoping: UUID, walk: Walk, talk: Any) -> None:
    """In the table of our own team, three rows wait: Enter, and the first one's fields are asked."""
    to_team = ["0", *_up_to(Stage.SCOPING, "team", "term_months")]
    to_team.pop()  # the reason for an override is not asked where there is none
    record, said = talk(walk.load(in_scoping), *to_team, "", "", "Ada", "", "", "-")
    assert record.team[0].role is TeamRole.SALES_ENGINEER
    assert record.team[0].name == "Ada"
    assert "0 goes on [1]: " in said
    assert "0 goes on [2]: " in said


def test_a_number_that_no_row_has_is_said(walk: Walk, talk: Any) -> None:
    _, said = talk(walk.start("Acme"), *TO_PEOPLE, "7", "x")
    assert "There is no row “7”" in said
    assert "There is no row “x”" in said


# Gates


def test_the_end_of_a_stage_shows_what_is_open_and_goes_there(walk: Walk, talk: Any) -> None:
    record, said = talk(walk.start("Acme"), ">", "", "allocated", "1", "The CFO, on Monday")
    assert "Stage 1, open points: 18" in said
    assert "  1 Budget status is missing - " in said
    assert "Stage 1, open points: 17" in said
    assert record.opportunity.budget_status == "allocated"
    assert record.opportunity.budget_source == "The CFO, on Monday"


def test_open_points_are_at_hand_in_every_question(walk: Walk, talk: Any) -> None:
    record, said = talk(walk.start("Acme"), "!", "1", "allocated", "")
    assert record.opportunity.budget_status == "allocated"
    assert said.count("Budget status") >= 3


def test_a_gate_is_not_left_by_pressing_enter(walk: Walk, talk: Any) -> None:
    record, said = talk(walk.start("Acme"), ">", *[""] * 60)
    assert record.opportunity.stage == Stage.QUALIFICATION
    assert "Stage 2 of 6" not in said


def test_creation_can_be_put_off(walk: Walk, talk: Any, draft: Record) -> None:
    record, said = talk(draft, "no")
    assert record.opportunity.status is Status.DRAFT
    assert "  3 Link to the account [ready] Harbor Tools Incorporated" in said
    record, _ = talk(record, "yes")
    assert record.exists


def test_leaving_says_how_to_go_on(walk: Walk, talk: Any) -> None:
    record, said = talk(walk.start("Acme"), ":q", "never read")
    assert said.endswith("or in the app:  oppwizard\n")
    assert f"--resume {record.id.hex[-8:]}" in said


def test_a_lead_that_was_set_aside_is_not_walked(walk: Walk, talk: Any) -> None:
    record = walk.start("Acme")
    walk.save(walk.set_aside(record, Status.NURTURE, "No budget before 2028"))
    with pytest.raises(Refused, match="set aside"):
        talk(record, "")


# Trouble


def test_a_store_that_cannot_be_written_is_tried_again(walk: Walk, talk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    record, commit, tries = walk.start("Acme"), walk.store.commit, iter([False, False, True])

    def full_at_first(*batches: Any) -> None:
        if not next(tries, True):
            raise StoreProblem(T("The disk is full"), T("Free some space."))
        commit(*batches)

    monkeypatch.setattr(walk.store, "commit", full_at_first)
    record, said = talk(record, "allocated", "", "")
    assert said.count("The disk is full Free some space.") == 2
    assert record.opportunity.budget_status == "allocated"


def test_what_somebody_else_changed_meanwhile_is_kept(walk: Walk, talk: Any) -> None:
    record = walk.start("Acme")
    other = walk.load(record.id)
    walk.save(walk.set(other, Address("opportunity", "budget_source"), "Theirs"))
    record, said = talk(record, "allocated")
    assert record.opportunity.budget_source == "Theirs"
    assert record.opportunity.budget_status == "allocated"
    assert "Somebody else changed this record" in said


def test_ctrl_c_leaves_with_everything_saved(walk: Walk) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    keyboard = cast(TextIO, SimpleNamespace(readline=interrupted))
    record, out = walk.start("Acme"), io.StringIO()
    assert converse(walk, record, out, PlainAsker(keyboard, out)) == 130
    assert "The draft is kept" in out.getvalue()


def test_a_plain_question_shows_choices_and_what_enter_keeps() -> None:
    out = io.StringIO()
    asked = PlainAsker(io.StringIO("\n"), out).ask(
        Question("Roles", "A, B", ("A", "B", "C"), closed=True, several=True)
    )
    assert asked == "A, B"
    assert out.getvalue() == "  One or more of: A, B, C\nRoles [A, B]: "


# On a terminal


@pytest.mark.e2e
def test_questionary_asks_on_a_terminal(tmp_path: Path) -> None:
    environment = {**os.environ, "OPPWIZARD_DB": str(tmp_path / "s.db"), "OPPWIZARD_LANG": "en", "NO_COLOR": "1"}
    environment |= {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
    command = [sys.executable, "-m", "oppwizard", "new", "--prompt"]
    child = pexpect.spawn(command[0], command[1:], env=environment, encoding="utf-8", timeout=15, dimensions=(40, 100))
    try:
        child.expect("Company")
        child.sendline("Acme")
        child.expect("Budget status")
        child.send("needs")
        child.expect("approval")
        child.send("\r")
        child.expect("Currency")
        child.sendline(":q")
        child.expect(r"--resume ([0-9a-f]{8})")
        child.expect(pexpect.EOF)
    finally:
        child.close()
    assert child.exitstatus == 0
    walk = open_walk(Context("rep", tmp_path / "s.db"))
    try:
        record = walk.load(next(walk.store.ids()))
        assert record.account.dba == "Acme"
        assert record.opportunity.budget_status == "needs_approval"
    finally:
        walk.store.close()
