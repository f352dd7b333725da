"""Rules as a playbook declares them: what is taken, where a fault stands, and what would be right instead."""

from typing import Any

import pytest
from pydantic import ValidationError

from oppwizard.model.enums import Stage
from oppwizard.playbook import Playbook
from tests.playbook.books import refusals
from tests.playbook.rulebook import playbook_with, rule, settings

EMPLOYEES = '{ field = "account.employees", op = "%s", value = %s }'


def faults(toml: str) -> dict[tuple[Any, ...], str]:
    """What is wrong with a playbook, by place, with what would be right."""
    with pytest.raises(ValidationError) as refused:
        playbook_with(toml)
    return refusals(refused.value)


FAULTS = [
    # Fields
    ('{ field = "account.employes", op = "<", value = 1 }', ("field",), "Did you mean account.employees?"),
    ('{ field = "custom.region", op = "answered" }', ("field",), "no field “custom.region”"),
    ('{ field = "lines.discount", op = "<", value = 1 }', ("field",), 'of = "any", "all" or "none"'),
    ('{ field = "close_on", of = "all", op = "<", value = "eom" }', ("of",), "no field of rows. Leave of out."),
    ('{ rows = "things" }', ("rows",), "There are: people, competitors, lines"),
    # Operators
    ('{ field = "budget_status", op = "<", value = "x" }', ("op",), "It takes: is, is not, one of"),
    ('{ field = "arr", op = "empty" }', ("op",), "“empty” cannot be asked of arr"),
    ('{ field = "close_on", op = "like", value = "x" }', ("op",), "Input should be 'is', 'is not'"),
    ('{ field = "close_on" }', (), "Give an op"),
    ('{ field = "close_on", op = "<" }', (), "“<” takes a value, or than"),
    ('{ field = "close_on", op = "empty", value = 1 }', (), "takes neither value nor than"),
    ('{ field = "close_on", op = "<", value = "eom", than = "decision_on" }', (), "takes a value, or than"),
    ('{ field = "account.employees", op = "one of", value = 3 }', (), "takes a list of values"),
    ('{ field = "account.employees", op = "is", value = [3] }', (), '"one of" takes a list'),
    ('{ field = "account.employees", op = "between", value = [3] }', (), "takes two values"),
    ('{ field = "account.employees", op = "between", value = [9, 3] }', ("value",), "to be the lower one"),
    # Values
    ('{ field = "account.employees", op = "<", value = "many" }', ("value",), "many"),
    (
        '{ field = "account.employees", op = "<", value = true }',
        ("value",),
        "“true” is no value",
    ),
    ('{ field = "close_on", op = "<", value = "soon" }', ("value",), "Write a date such as"),
    ('{ field = "close_on", op = "<", value = 3 }', ("value",), "2026-12-31"),
    ('{ field = "close_on", op = "<", value = 2026-12-31T10:00:00 }', ("value",), "a day or a time, not both"),
    ('{ field = "budget_status", op = "is", value = "nonsense" }', ("value",), "Choose one of"),
    ('{ field = "budget_status", op = "one of", value = ["allocated", "nonsense"] }', ("value", 1), "Choose one of"),
    ('{ field = "sales_stage", op = "is", value = "nonsense" }', ("value",), "Choose one of"),
    ('{ field = "budget_amount", op = ">", value = "-5" }', ("value",), "negative"),
    ('{ field = "professional_services", op = "is", value = "maybe" }', ("value",), "maybe"),
    ('{ field = "name", op = "contains", value = " " }', ("value",), "The value is blank"),
    ('{ field = "name", op = "contains", value = 5 }', ("value",), "“5” is no value for name. It takes a text"),
    ('{ field = "decision_maker_id", op = "is", value = "Dana" }', ("value",), "people are not named"),
    # Other fields
    ('{ field = "close_on", op = "<", than = "decisionon" }', ("than",), "Did you mean decision_on?"),
    ('{ field = "close_on", op = "<", than = "term_months" }', ("than",), "of different kinds"),
    ('{ field = "close_on", op = "<", than = "close_on" }', ("than",), "against itself"),
    ('{ field = "close_on", op = "<", than = "plan.due" }', ("than",), "no row of them is looked at"),
    ('{ field = "arr", op = "<", than = "acv", plus = 3 }', ("than",), "plus is for dates"),
    ('{ field = "arr", op = "<", than = "account.annual_revenue" }', ("than",), "currencies of their own"),
    ('{ field = "close_on", op = "<", value = "eom", plus = 3 }', (), "plus is for than"),
    # Forms
    ("{ }", (), "says nothing. Give one of: field, rows, all, any, not"),
    ('{ field = "close_on", op = "empty", rows = "people" }', (), "several things at once: field, rows"),
    ('{ rows = "people", than = "close_on" }', (), "than does not belong to rows"),
    ("{ all = [] }", (), "takes from 1 to 50 conditions"),
    ('{ rows = "people", op = ">=" }', (), "is given by op and value"),
    ('{ rows = "people", op = ">=", value = "two" }', (), "whole number from 0"),
    ('{ rows = "people", op = ">=", value = 0 }', ("value",), "always >= 0"),
    ('{ rows = "people", op = "contains", value = 1 }', (), "cannot be asked of a number of rows"),
    ('{ any = [{ field = "close_on", op = "empty" }, { field = "x", op = "empty" }] }', ("any", 1, "field"), "“x”"),
    ('{ not = { rows = "people", where = { field = "x", op = "empty" } } }', ("not", "where", "field"), "“x”"),
    # What nobody can keep
    ('{ field = "close_on", op = "empty" }', (), "is required, and is to be empty"),
    ('{ field = "probability", op = ">", value = 100 }', (), "what it cannot be"),
]


@pytest.mark.parametrize(("must", "place", "said"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_is_said_where_it_stands(must: str, place: tuple[Any, ...], said: str) -> None:
    found = faults(rule('{ field = "close_on", op = "answered" }', name="first") + rule(must))
    at = ("rules", 1, "must", *place)
    assert list(found) == [at]
    assert said in found[at]


def test_every_fault_is_said_at_once() -> None:
    found = faults(
        rule('{ field = "nothing", op = "empty" }', name="first")
        + rule('{ field = "close_on", op = "<", value = "soon" }', 'when = { field = "x", op = "empty" }', "second")
    )
    assert set(found) == {
        ("rules", 0, "must", "field"),
        ("rules", 1, "must", "value"),
        ("rules", 1, "when", "field"),
    }


CONTRADICTIONS = [
    ("{ all = [%s, %s] }", ("<", "1"), (">", "5"), True),
    ("{ all = [%s, %s] }", (">", "4"), ("<", "5"), True),  # no whole number lies between
    ("{ all = [%s, %s] }", (">=", "4"), ("<", "5"), False),
    ("{ all = [%s, %s] }", ("is", "4"), ("is not", "4"), True),
    ("{ all = [%s, %s] }", ("one of", "[1, 2, 3]"), ("not one of", "[1, 3]"), False),
    ("{ all = [%s, %s] }", ("one of", "[1, 2]"), ("between", "[3, 9]"), True),
    ("{ any = [%s, %s] }", ("<", "1"), (">", "5"), False),  # joined by any it is no contradiction
]


@pytest.mark.parametrize(("form", "one", "other", "contradicts"), CONTRADICTIONS)
def test_a_rule_that_nobody_can_keep_is_a_fault(
    form: str, one: tuple[str, str], other: tuple[str, str], contradicts: bool
) -> None:
    toml = rule(form % (EMPLOYEES % one, EMPLOYEES % other))
    if contradicts:
        found = faults(toml)
        assert list(found) == [("rules", 0, "must")]
        assert "account.employees would have to be two things at once" in found["rules", 0, "must"]
    else:
        assert playbook_with(toml).rulings[Stage.DATA_COLLECTION]


def test_rules_that_contradict_one_another_are_named_both() -> None:
    found = faults(rule(EMPLOYEES % ("<", "2"), name="small") + rule(EMPLOYEES % (">", "5"), name="large"))
    assert "no record can keep the rules small, large together, so the gate never opens" in found["rules", 1, "must"]


@pytest.mark.parametrize("more", ['level = "warn"', 'when = { field = "deal_type", op = "is", value = "expansion" }'])
def test_rules_that_do_not_both_close_the_gate_for_all_contradict_nothing(more: str) -> None:
    toml = rule(EMPLOYEES % ("<", "2"), name="small") + rule(EMPLOYEES % (">", "5"), more, name="large")
    assert len(playbook_with(toml).rules) == 2


def test_days_that_move_are_tried_on_many_days() -> None:
    ahead, near = '{ field = "close_on", op = ">", value = "+90d" }', '{ field = "close_on", op = "<", value = "+30d" }'
    assert "two things at once" in faults(rule(f"{{ all = [{ahead}, {near}] }}"))["rules", 0, "must"]
    other = '{ field = "close_on", op = "<", value = "eom" }'  # on some days the month ends after these
    assert playbook_with(rule(f'{{ all = [{{ field = "close_on", op = ">", value = "+7d" }}, {other}] }}')).rules


def test_choices_and_currencies_count_too() -> None:
    no, yes = ('{ field = "professional_services", op = "is not", value = ' + word + " }" for word in ("true", "false"))
    assert faults(rule(f"{{ all = [{no}, {yes}] }}"))
    euros, yen = '{ field = "arr", op = ">", value = "EUR 5000" }', '{ field = "arr", op = "<", value = "JPY 100" }'
    assert playbook_with(rule(f"{{ all = [{euros}, {yen}] }}")).rules, "no deal is in both"


def test_a_condition_under_which_a_rule_never_speaks_is_a_fault() -> None:
    never = f"when = {{ all = [{EMPLOYEES % ('<', '2')}, {EMPLOYEES % ('>', '5')}] }}"
    found = faults(rule('{ field = "close_on", op = "answered" }', never))
    assert "so the rule never speaks" in found["rules", 0, "when"]


def test_a_gate_looks_at_what_has_been_asked_by_then() -> None:
    late = rule('{ field = "next_step_on", op = "<", than = "window_to" }', "stage = 1")
    assert "Gate 1 cannot demand what stage 3 asks for. Give 3 or more" in faults(late)["rules", 0, "stage"]
    assert playbook_with(late.replace("stage = 1", "")).rulings[Stage.DATA_COLLECTION]
    assert playbook_with(late.replace("stage = 1", "stage = 4")).rulings[Stage.CREATION]


def test_where_a_rule_stands() -> None:
    def place(must: str, more: str = "") -> str:
        (ruling,) = (one for rulings in playbook_with(rule(must, more)).rulings.values() for one in rulings)
        return ruling.at if isinstance(ruling.at, str) else ruling.at.path

    assert place('{ field = "close_on", op = "<", than = "window_to" }') == "close_on"
    assert place('{ field = "window_to", op = ">", than = "close_on" }') == "window_to"
    assert place('{ rows = "people", op = ">=", value = 2 }') == "people"
    assert place('{ field = "arr", op = ">=", value = 2 }') == "lines"
    assert place('{ field = "score", op = ">=", value = 2 }', 'stage = 4\nat = "initial_note"') == "initial_note"
    score = rule('{ field = "score", op = ">=", value = 2 }')
    assert "Give a stage" in faults(score)["rules", 0]
    assert "Give at" in faults(score + "stage = 4")["rules", 0]
    assert "Did you mean initial_note?" in faults(score + 'stage = 4\nat = "initial_not"')["rules", 0, "at"]
    assert "one can go to" in faults(score + 'stage = 4\nat = "arr"')["rules", 0, "at"]
    beyond = rule('{ field = "score", op = ">", value = 100 }', 'stage = 4\nat = "initial_note"')
    assert "what it cannot be" in faults(beyond)["rules", 0, "must"]
    assert "behind gate 4" in faults(score + 'stage = 4\nat = "why_us"')["rules", 0, "at"]


def test_names_are_unique_and_plain() -> None:
    answered = '{ field = "close_on", op = "answered" }'
    assert "Two entries of rules have the name “ours”" in faults(rule(answered) + rule(answered))["rules", 1, "name"]
    assert ("rules", 0, "name") in faults(rule(answered, name="Our rule!"))


def test_each_is_for_rules_about_rows() -> None:
    assert (
        "Leave each out"
        in faults(rule('{ field = "close_on", op = "answered" }', 'each = "lines"'))["rules", 0, "each"]
    )
    assert "“rows”" in faults(rule('{ field = "close_on", op = "answered" }', 'each = "rows"'))["rules", 0, "each"]


def test_own_fields_are_those_of_the_playbook_itself() -> None:
    own = '[[fields]]\nname = "region"\nlabel = "Region"\nkind = "choice"\nchoices = [{ value = "north" }]\nstage = 2\n'
    toml = own + rule('{ field = "custom.region", op = "is", value = "north" }')
    assert playbook_with(toml).rulings[Stage.SCOPING]
    assert (
        "Choose one of"
        in faults(toml.replace('"is", value = "north"', '"is", value = "south"'))[("rules", 0, "must", "value")]
    )


def test_conditions_are_not_deeper_than_a_person_can_follow() -> None:
    must = '{ field = "close_on", op = "answered" }'
    for _ in range(9):
        must = f"{{ not = {must} }}"
    assert "at most 8 deep" in next(iter(faults(rule(must)).values()))


def test_a_stage_that_cannot_be_entered_by_itself_is_refused() -> None:
    assert Playbook.model_validate(settings("[automation]\nadvance = true\nstages = [2, 3]")).automation.advance
    assert "which a person decides" in faults("[automation]\nstages = [5]")["automation", "stages", 0]
    assert faults("[automation]\ncreate = true")["automation", "create"]
