"""A walk on trial: what a playbook's rules ask of several fields at once is found, or said to be out of reach."""

from pathlib import Path

import pytest

from oppwizard import i18n
from oppwizard.checks.score import total
from oppwizard.model.enums import Stage
from oppwizard.model.fields import custom_model
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook, load_playbook
from oppwizard.playbook.faults import Fault
from oppwizard.playbook.loading import examine
from oppwizard.process.case import Case
from oppwizard.process.gates import judge
from oppwizard.walk import trial
from oppwizard.walk.trial import try_out, walk_faults
from oppwizard.walk.trial.draft import typed
from tests.conftest import TODAY
from tests.own import PLAYBOOK
from tests.playbook.books import written


def rules(*musts: str) -> str:
    """Rules that close their gates, in a line each."""
    return "".join(f'[[rules]]\nname = "r{n}"\nat = "name"\nstage = 6\n{must}\n' for n, must in enumerate(musts))


def tried(folder: Path, text: str) -> tuple[Playbook, list[Fault]]:
    """A playbook that starts take, and what a trial says of it."""
    examined = examine(written(folder, user=text) / "user.toml")
    assert examined.playbook is not None, [str(fault) for fault in examined.faults]
    return examined.playbook, walk_faults(examined, TODAY)


KEPT = {
    "a step behind the usual close date, before a later one": (
        'must = { field = "next_step_on", op = ">", value = "+200d" }',
        'must = { field = "next_step_on", op = "<", than = "close_on", plus = -30 }',
        'must = { field = "close_on", op = "<", than = "window_to", plus = 10 }',
        'must = { field = "window_from", op = ">", value = "+300d" }',
    ),
    "a plan before an early close date": (
        'must = { field = "close_on", op = "<", value = "+5d" }',
        'must = { field = "plan.due", of = "all", op = ">", value = "+2d" }',
    ),
    "a deal of less than a year": (
        'must = { all = [{ field = "acv", op = "<", than = "arr" }, { field = "acv_override", op = "empty" }] }',
        'must = { field = "arr_override", op = "empty" }',
    ),
    "figures held against one another": (
        'must = { field = "tcv", op = ">", value = 777777 }',
        'must = { field = "arr", op = "<", value = 10 }',
        'must = { field = "budget_amount", op = ">=", than = "tcv" }',
        'must = { all = [{ field = "tcv_override", op = "empty" }, { field = "arr_override", op = "empty" }] }',
    ),
    "a figure to the cent": ('must = { field = "acv", op = "is", value = 1234 }',),
    "an amount in another currency": (
        'must = { field = "tcv", op = "is", value = "USD 100000" }',
        'must = { field = "tcv", op = "is", value = 4 }',
    ),
    "a probability that another sales stage has": ('must = { field = "probability", op = "between", value = [1, 6] }',),
    "three of whom something holds, and no fourth": (
        'must = { rows = "people", op = "is", value = 4 }',
        'must = { rows = "people", op = "is", value = 3, where = { all = [\n'
        '  { field = "people.roles", op = "contains", value = "champion" },\n'
        '  { not = { field = "people.influence", op = "is", value = "high" } } ] } }',
    ),
    "each row by itself": (
        'each = "lines"\n'
        'when = { field = "lines.discount", op = ">", value = 3 }\n'
        'must = { field = "lines.price_note", op = "starts with", value = "Agreed" }',
        'must = { all = [{ field = "lines.discount", of = "all", op = ">", value = 7 },\n'
        '  { field = "lines.discount", of = "all", op = "answered" }] }',
    ),
    "a text of several parts": (
        'must = { field = "why_us", op = "starts with", value = "Because" }',
        'must = { field = "why_us", op = "contains", value = "offline" }',
        'must = { field = "why_us", op = "contains", value = "四つ" }',
    ),
    "nobody's channel known": (
        'must = { field = "people.channel", of = "none", op = "answered" }',
        'must = { field = "score", op = ">", value = 49 }',
    ),
    "one and the same person": ('must = { field = "decision_maker_id", op = "is", than = "primary_contact_id" }',),
    "no champion, but somebody who looks for one": (
        'must = { field = "people.roles", of = "none", op = "contains", value = "champion" }',
    ),
    "telephone numbers and addresses": (
        'must = { field = "people.phone", of = "all", op = "starts with", value = "+81" }',
        'must = { field = "people.email", of = "all", op = "contains", value = "@acme.example.com" }',
    ),
    "one way or another": (
        'must = { any = [{ field = "solution_fit", op = "is", value = "no_fit" },\n'
        '  { not = { any = [{ field = "deployment", op = "is", value = "cloud" },\n'
        '    { field = "term_months", op = ">=", value = 12 }] } }] }',
    ),
}
OUT_OF_REACH = {
    "dates in a circle": (
        'must = { field = "next_step_on", op = ">", value = "+200d" }',
        'must = { field = "next_step_on", op = "<", than = "close_on" }',
        'must = { field = "close_on", op = "<", value = "+100d" }',
    ),
    "more of a line than of the deal": (
        'must = { field = "term_months", op = "is", value = 12 }',
        'must = { field = "acv", op = "<", than = "arr" }',
        'must = { all = [{ field = "acv_override", op = "empty" }, { field = "arr_override", op = "empty" }] }',
    ),
    "a required answer that is missing in some row": (
        'must = { rows = "lines", where = { field = "lines.unit_price", op = "empty" } }',
    ),
    "a score that no complete record has": ('must = { field = "score", op = "<", value = 3 }',),
}


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_the_built_in_walk_opens_at_the_first_try(code: str) -> None:
    i18n.use(code)
    opened: list[Stage] = []
    done = try_out(load_playbook(), TODAY, lambda stage, _record: opened.append(stage))
    assert (done.stage, done.left) == (None, ())
    assert done.judged < 3
    assert opened == list(Stage)


@pytest.mark.parametrize("musts", KEPT.values(), ids=KEPT)
def test_what_several_fields_must_be_together_is_found(tmp_path: Path, musts: tuple[str, ...]) -> None:
    playbook, faults = tried(tmp_path, rules(*musts))
    assert not faults, [str(fault) for fault in faults]
    record = try_out(playbook, TODAY).record
    assert judge(Case(record, playbook, TODAY, scorer=total)).complete
    assert not judge(Case(try_out(load_playbook(), TODAY).record, playbook, TODAY, scorer=total)).complete


@pytest.mark.parametrize("musts", OUT_OF_REACH.values(), ids=OUT_OF_REACH)
def test_what_they_cannot_be_is_said_of_the_last_rule_in_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, musts: tuple[str, ...]
) -> None:
    monkeypatch.setattr(trial, "MOST", 100)
    playbook, (fault,) = tried(tmp_path, rules(*musts))
    last = len(musts) - 1
    assert fault.file == tmp_path / "user.toml"
    text = fault.file.read_text(encoding="utf-8").splitlines()
    assert fault.line is not None
    assert text[fault.line - 1].startswith("must")
    assert fault.key == f"rules.r{last}.must"
    assert all(f"r{number}" in str(fault.problem) for number in range(last + 1))
    assert fault.remedy
    assert try_out(playbook, TODAY).judged <= 100


def test_the_playbook_of_an_organisation_can_be_walked() -> None:
    examined = examine(PLAYBOOK)
    assert walk_faults(examined, TODAY) == []


def test_the_same_playbook_is_tried_in_the_same_way(tmp_path: Path) -> None:
    playbook, _faults = tried(tmp_path, rules(*KEPT["a step behind the usual close date, before a later one"]))
    one, other = try_out(playbook, TODAY), try_out(playbook, TODAY)
    assert one.judged == other.judged > 0
    assert _answers(one.record) == _answers(other.record)


def _answers(record: Record) -> list[str]:
    dates = (record.opportunity.close_on, record.opportunity.next_step_on, record.opportunity.window_to)
    return [typed(date) for date in dates]


def test_who_gives_up_names_the_field_that_stayed_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MOST", 0)
    field = '[[fields]]\nname = "ours"\nlabel = "Ours"\nneed = "required"\nstage = 2\n'
    _playbook, (fault,) = tried(tmp_path, field)
    assert fault.key == "fields.ours"
    assert "gate 2" in str(fault)


def test_a_trial_leaves_no_fields_behind(tmp_path: Path) -> None:
    before = custom_model()
    tried(tmp_path, '[[fields]]\nname = "ours"\nlabel = "Ours"\nneed = "required"\n')
    assert custom_model() is before
