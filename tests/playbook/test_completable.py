"""Any playbook that `check` accepts gives a walk that can be completed: who answers what is asked gets through."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings, strategies as st

from oppwizard.model.enums import Stage
from oppwizard.playbook.faults import Fault
from oppwizard.playbook.loading import Examined, examine
from oppwizard.playbook.schema import Playbook
from oppwizard.walk import open_walk
from oppwizard.walk.trial import walk_faults
from tests.conftest import TODAY, Template, make_context
from tests.playbook.books import faults_of, written
from tests.playbook.rep import Rep, answered
from tests.playbook.strategies import SECTIONS, Tree, playbooks
from tests.playbook.test_any_playbook import _toml as toml

BEGUN = list(Stage)[:4]


def check(file: Path) -> tuple[Examined, list[Fault]]:
    """What `playbook check` says of a file."""
    examined = examine(file)
    return examined, [*examined.faults, *walk_faults(examined, TODAY)]


def _completes(folder: Path, template: Template, tree: Tree, begun: Stage) -> bool:
    """Walk a draft by a playbook to its end; False where `check` refuses the playbook, and says where and why."""
    file = written(folder, user=toml(tree)) / "user.toml"
    examined, faults = check(file)
    if examined.playbook is None or faults:
        assert faults
        assert all(fault.line and str(fault) for fault in faults), [str(fault) for fault in faults]
        return False
    answers = answered(examined.playbook, TODAY)
    store, record_id = template(begun)
    shutil.copy(store, folder / "store.db")
    context = make_context(folder / "store.db")
    context.playbook = file
    walk = open_walk(context)
    try:
        Rep(walk, record_id).follow(answers)
        walked = walk.load(record_id)
        assert walked.exists
        assert walk.verdict(walked).complete, walk.verdict(walked).blocking
        return True
    finally:
        walk.store.close()


_CALM = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]
_ONCE = [Phase.explicit, Phase.reuse, Phase.generate]
"""A playbook at fault is reported as it was made: to shrink it would take hundreds of walks."""


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {
            "sizing": {"metric": "tcv"},
            "fields": [
                {"name": "region", "label": "Region", "need": "required", "stage": 2},
                {"name": "scrap", "label": "Scrap", "kind": "percent", "need": "required", "stage": 1, "least": 2},
            ],
            "rules": [
                {"name": "scrap", "must": {"field": "custom.scrap", "op": ">", "value": 5}},
                {"name": "lines", "must": {"rows": "lines", "op": ">=", "value": 2}},
            ],
        },
        {
            "sales_stages": [
                {"value": "pending", "low": 42, "high": 87},
                {"value": "lead", "low": 51, "high": 97},
                {"value": "Angebot", "low": 73, "high": 95},
                {"value": "won soon", "low": 73, "high": 95},
            ]
        },
    ],
    ids=[
        "built-in",
        "own fields and rules",
        "stages with one that counts as no answer, none for the usual probability",
    ],
)
def test_a_walk_can_be_completed(tmp_path: Path, template: Template, tree: Tree) -> None:
    assert _completes(tmp_path, template, tree, Stage.CREATION)


def test_every_section_of_a_playbook_is_tried() -> None:
    beside = {"version", "picks", "products", "fields", "rules"}
    assert set(SECTIONS) | beside == set(Playbook.model_fields)


@settings(max_examples=6, derandomize=True, phases=_ONCE, suppress_health_check=_CALM)
@given(tree=playbooks(), begun=st.sampled_from(BEGUN[2:]))
def test_any_walk_can_be_completed(
    tmp_path_factory: pytest.TempPathFactory, template: Template, tree: Tree, begun: Stage
) -> None:
    assume(_completes(tmp_path_factory.mktemp("book"), template, tree, begun))


@pytest.mark.soak
@settings(max_examples=500, phases=_ONCE, suppress_health_check=_CALM)
@given(tree=playbooks(rules=10), begun=st.sampled_from(BEGUN))
def test_many_walks_can_be_completed(
    tmp_path_factory: pytest.TempPathFactory, template: Template, tree: Tree, begun: Stage
) -> None:
    accepted = _completes(tmp_path_factory.mktemp("book"), template, tree, begun)
    event("accepted" if accepted else "refused")
    assume(accepted)


FIELD = '[[fields]]\nname = "ours"\nlabel = "Ours"\nneed = "required"\n'
MUST = '[[rules]]\nname = "ours"\nmust = '


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("sales_stages = []\n", "sales_stages", "nothing to choose"),
        ('[[sales_stages]]\nvalue = "pending"\nlow = 1\nhigh = 9\n', "sales_stages", "no placeholder"),
        (
            '[[sales_stages]]\nvalue = "early"\nlow = 0.00001\nhigh = 0.00002\n',
            "sales_stages.early.high",
            "four decimals",
        ),
        ("[picks.lead_sources]\nitems = []\n", "picks.lead_sources", "open = true"),
        ('[picks.lead_sources]\nitems = [{ value = "tbd" }]\n', "picks.lead_sources", "nothing to choose"),
        ('[currency]\nen = "ZZZ"\n', "currency.en", "no currency"),
        (FIELD + "length = 1\n", "fields.ours.length", "placeholder"),
        (FIELD + 'kind = "integer"\nleast = 0.2\nmost = 0.8\n', "fields.ours.most", "from 0.2 to 0.8"),
        (
            FIELD + 'kind = "pick"\npicks = "p"\n[picks.p]\nitems = [{ value = "n/a" }]\n',
            "fields.ours.picks",
            "nothing but",
        ),
        (MUST + '{ field = "solution_fit", op = "is", value = "no_fit" }\n', "rules.ours.must", "solution_fit"),
        (MUST + '{ field = "budget_amount", op = "empty" }\n', "rules.ours.must", "required"),
        (MUST + '{ field = "close_on", op = "<", value = "-1d" }\n', "rules.ours.must", "close_on"),
        (MUST + '{ field = "owner", op = "is", value = "tbd" }\n', "rules.ours.must", "owner"),
        (MUST + '{ not = { field = "tcv", op = ">", value = 0 } }\n', "rules.ours.must", "tcv"),
        (MUST + '{ field = "probability", op = ">", value = 95 }\n', "rules.ours.must", "probability"),
        (MUST + '{ rows = "risks", op = "<", value = 3 }\n', "rules.ours.must", "risks"),
        (
            MUST
            + '{ any = [{ field = "term_months", op = "<", value = 1 }, { rows = "lines", op = "is", value = 0 }] }\n',
            "rules.ours.must",
            "term_months",
        ),
    ],
)
def test_what_could_not_be_completed_is_refused(tmp_path: Path, text: str, key: str, says: str) -> None:
    found = faults_of(tmp_path, text)
    assert {fault.key for fault in found} == {key}, [str(fault) for fault in found]
    assert says in " ".join(map(str, found))


def test_rules_that_only_meet_in_every_way_are_refused(tmp_path: Path) -> None:
    small = '[[rules]]\nname = "small"\nmust = { field = "term_months", op = "<", value = 12 }\n'
    large = small.replace("small", "large").replace('"<"', '">"')
    case = 'when = { field = "%s", op = "answered" }\n'
    assert faults_of(tmp_path / "both", small + case % "owner" + large + case % "owner")
    assert not faults_of(tmp_path / "one", small + case % "budget_timing" + large)
