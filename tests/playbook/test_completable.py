"""Any playbook that `check` accepts gives a walk that can be completed: who answers what is asked gets through."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings, strategies as st

from oppwizard.model.ask import Kind
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS
from oppwizard.playbook.loading import examine
from oppwizard.walk import open_walk
from tests.conftest import Template, make_context
from tests.playbook.books import faults_of, written
from tests.playbook.rep import Rep
from tests.playbook.test_any_playbook import _toml as toml

Tree = dict[str, Any]
KINDS = [kind.name.lower() for kind in Kind if kind is not Kind.ACCOUNT]
LISTS = ["lead_sources", "payment_terms", "industries", "milestones", "ours"]
WORDS = ["tbd", "north", "South", "x", "pending", "価格", "Nord-Ost", "その他", "42"]
STAGES = st.integers(1, 6)
NUMBERS = st.integers(0, 60)


def _some(**settings: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries({}, optional=settings)


def _choices(draw: st.DrawFn) -> list[Tree]:
    return [{"value": value} for value in draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))]


@st.composite
def own_field(draw: st.DrawFn, number: int) -> Tree:
    """A field of the organisation's own, of any kind, with limits."""
    kind = draw(st.sampled_from(KINDS))
    field: Tree = {"name": f"own_{number}", "label": draw(st.sampled_from(["Ours", "Region", "?", "tbd", "自社項目"]))}
    field |= {"kind": kind, "need": draw(st.sampled_from(["required", "required", "recommended", "optional"]))}
    field |= draw(_some(stage=STAGES, placeholders=st.booleans(), copied=st.booleans(), why=st.just("It decides.")))
    if kind in ("choice", "choices"):
        field["choices"] = _choices(draw)
    if kind == "pick":
        field["picks"] = draw(st.sampled_from([*LISTS, "products", "sales_stages"]))
    if kind in ("integer", "decimal", "money", "percent"):
        limits = sorted(draw(st.lists(st.one_of(NUMBERS, st.sampled_from([0.25, 0.5, 7.5])), max_size=2)))
        if kind == "money":  # what is no whole amount fits some currencies alone
            limits = [int(limit) for limit in limits]
        field |= dict(zip(("least", "most"), limits, strict=False))
    if kind in ("line", "long"):
        field |= draw(_some(length=st.sampled_from([2, 3, 40, 400, 40, 400, 1])))
    return field


@st.composite
def pick_list(draw: st.DrawFn) -> Tree:
    """A list written anew, added to, or cut."""
    changed = draw(_some(open=st.booleans(), without=st.lists(st.sampled_from(["other", "web", "Demo"]), max_size=2)))
    written_anew = draw(st.sampled_from(["items", "more"]))
    size = draw(st.sampled_from([2, 3, 4, 1, 3, 2, 4, 3, 0]))
    values = draw(st.lists(st.sampled_from(WORDS), min_size=size, max_size=size, unique=True))
    return changed | {written_anew: [{"value": value, "label": value.title()} for value in values]}


@st.composite
def sales_stages(draw: st.DrawFn) -> list[Tree]:
    """Stages of the pipeline with any ranges."""
    names = draw(
        st.lists(st.sampled_from(["lead", "pending", "Angebot", "won soon"]), min_size=1, max_size=4, unique=True)
    )
    bounds = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)
    return [{"value": name} | dict(zip(("low", "high"), draw(bounds), strict=True)) for name in names]


@st.composite
def product(draw: st.DrawFn, number: int) -> Tree:
    """A product of the price list."""
    price = st.fixed_dictionaries({"currency": st.sampled_from(["USD", "JPY"]), "price": NUMBERS})
    models = st.sampled_from(["per_seat", "flat", "usage", "custom"])
    made = {"sku": f"SKU-{number}", "name": draw(st.sampled_from(["Seat", "Platform", "計測"]))}
    return made | draw(
        _some(
            prices=st.lists(price, max_size=2, unique_by=lambda one: one["currency"]),
            pricing_model=models,
            period=st.sampled_from(["once", "month", "year"]),
            discount_limit=NUMBERS,
        )
    )


# Rules

_CODES = {path: [str(one.value) for one in spec.choices] for path, spec in FIELDS.items() if spec.choices}
_NUMBERED = ["account.employees", "term_months", "budget_amount", "budget_high", "probability", "tcv", "arr"]
_TEXTS = ["business_problem", "next_step_owner", "account.headquarters", "budget_timing", "user_volume", "owner"]
_CHOSEN = ["budget_status", "solution_fit", "deal_type", "deployment", "account.decision_structure"]
_ROWS = ["lines.discount", "lines.quantity", "people.influence", "people.department", "competitors.strengths"]
_COUNTED = ["people", "lines", "competitors", "touchpoints", "risks", "plan"]


def _own(kind: str, fields: list[Tree]) -> list[str]:
    wanted = {"number": ("integer", "decimal", "percent"), "text": ("line", "long"), "choice": ("choice",)}[kind]
    roomy = (field for field in fields if field.get("length", 40) >= 40)  # so that two words fit in
    return [f"custom.{field['name']}" for field in roomy if field["kind"] in wanted]


@st.composite
def a_test(draw: st.DrawFn, fields: list[Tree]) -> Tree:
    """A test of one field."""
    sort = draw(st.sampled_from(["number", "number", "text", "choice", "date", "yes_no"]))
    if sort == "number":
        path = draw(st.sampled_from([*_NUMBERED, *_own("number", fields)]))
        return {"field": path} | draw(_compared(path in ("tcv", "arr")))
    if sort == "text":
        path = draw(st.sampled_from([*_TEXTS, *_own("text", fields)]))
        op = draw(st.sampled_from(["answered", "empty", "contains", "starts with", "is", "is not", "one of"]))
        return _said(path, op, draw(st.sampled_from(WORDS)))
    if sort == "date":
        path = draw(st.sampled_from(["close_on", "window_to", "decision_on", "discovery_on"]))
        op = draw(st.sampled_from(["<", "<=", ">", ">=", "answered"]))
        return _said(path, op, draw(st.sampled_from(["-20d", "-1d", "+1d", "+30d", "+200d"])))
    if sort == "yes_no":
        return {"field": "professional_services", "op": "is", "value": draw(st.booleans())}
    own = {f"custom.{one['name']}": [option["value"] for option in one.get("choices", ())] for one in fields}
    path = draw(st.sampled_from([*(path for path in _CHOSEN if path in _CODES), *_own("choice", fields)]))
    op = draw(st.sampled_from(["is", "is not", "one of", "not one of"]))
    return _said(path, op, draw(st.sampled_from(_CODES.get(path) or own[path])))


def _said(path: str, op: str, value: Any) -> Tree:
    if op in ("answered", "empty"):
        return {"field": path, "op": op}
    return {"field": path, "op": op, "value": [value] if op in ("one of", "not one of") else value}


@st.composite
def _compared(draw: st.DrawFn, figure: bool) -> Tree:
    ops = ["is not", "<", "<=", ">", ">="] if figure else ["is", "is not", "<", "<=", ">", ">=", "between"]
    op = draw(st.sampled_from(ops))
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    return {"op": op, "value": [low, high] if op == "between" else low}


@st.composite
def of_rows(draw: st.DrawFn) -> Tree:
    """A test of the rows of a kind, or of how many there are."""
    if draw(st.booleans()):
        op = draw(st.sampled_from(["<", "<=", ">", ">=", "is"]))
        return {"rows": draw(st.sampled_from(_COUNTED)), "op": op, "value": draw(st.integers(0, 5))}
    path = draw(st.sampled_from(_ROWS))
    of = draw(st.sampled_from(["any", "all"]))
    if path in _CODES:
        return {"field": path, "of": of, "op": "is", "value": draw(st.sampled_from(_CODES[path]))}
    if path.endswith(("discount", "quantity")):
        return {"field": path, "of": of, "op": draw(st.sampled_from(["<=", ">="])), "value": draw(NUMBERS)}
    return {"field": path, "of": of, "op": "answered"}


@st.composite
def condition(draw: st.DrawFn, fields: list[Tree]) -> Tree:
    """A condition of moderate shape: "not" of one test, "any" and "all" of a few."""
    one = st.one_of(a_test(fields), a_test(fields), of_rows())
    shape = draw(st.sampled_from(["one", "one", "one", "all", "any", "not"]))
    if shape == "one":
        return draw(one)
    if shape == "not":
        return {"not": draw(a_test(fields))}
    return {shape: draw(st.lists(one, min_size=1, max_size=3))}


@st.composite
def rule(draw: st.DrawFn, number: int, fields: list[Tree]) -> Tree:
    """A rule, mostly one that closes its gate."""
    said: Tree = {"name": f"rule_{number}", "must": draw(condition(fields)), "at": "name", "stage": 6}
    if draw(st.booleans()):
        del said["at"], said["stage"]
    if draw(st.sampled_from([False, False, True])):
        said["when"] = draw(a_test(fields))
    return said | {"level": draw(st.sampled_from(["block", "block", "block", "warn"]))}


@st.composite
def playbooks(draw: st.DrawFn) -> Tree:
    """Settings of every part of a playbook, right one by one; whether they are together, `check` says."""
    fields = [draw(own_field(number)) for number in range(draw(st.integers(0, 5)))]
    book = draw(
        _some(
            sizing=_some(metric=st.sampled_from(["arr", "acv", "tcv"])),
            committee=_some(minimum=st.integers(1, 30), minimum_complex=st.integers(1, 30), complex_from=NUMBERS),
            calendar=_some(fiscal_year_starts=st.integers(1, 12)),
            wording=_some(
                more_placeholders=st.lists(st.sampled_from([*WORDS, "", "harbor tools"]), max_size=3),
                more_generic_names=st.lists(st.sampled_from(WORDS), max_size=3),
                more_vague_steps=st.lists(st.sampled_from([*WORDS, "", "(", "run"]), max_size=3),
            ),
            sales_stages=sales_stages(),
            automation=_some(advance=st.booleans(), stages=st.lists(st.sampled_from([2, 3, 4, 6]), max_size=3)),
            bloat=_some(required_per_stage=st.integers(0, 9)),
            review=_some(warn_hours=st.integers(1, 30), overdue_hours=st.integers(31, 90)),
            score=st.sampled_from([{}, {"completion": 0, "coverage": 100, "recency": 0}, {"low": 100}]),
            duplicates=_some(stop_within=st.integers(0, 99), shown=st.sampled_from([0, 1])),
            history=_some(minimum=st.integers(2, 9)),
            currency=st.sampled_from([{"en": "JPY"}, {"en": "EUR"}]),
            competitors=st.just([{"name": "Scanner vendor of today", "strengths": "tbd", "counters": "Offline"}]),
            pricing=_some(discount_limit=NUMBERS),
        )
    )
    book["picks"] = draw(_some(**{name: pick_list() for name in LISTS[:4]}))
    book["picks"]["ours"] = draw(pick_list())
    book["products"] = [draw(product(number)) for number in range(draw(st.integers(0, 3)))]
    book["fields"] = fields
    book["rules"] = [draw(rule(number, fields)) for number in range(draw(st.integers(0, 4)))]
    return book


def _completes(folder: Path, template: Template, tree: Tree, begun: Stage) -> bool:
    """Walk a draft by a playbook to its end; False where `check` refuses the playbook."""
    file = written(folder, user=toml(tree)) / "user.toml"
    examined = examine(file)
    if examined.playbook is None:
        return False
    store, record_id = template(begun)
    shutil.copy(store, folder / "store.db")
    context = make_context(folder / "store.db")
    context.playbook = file
    walk = open_walk(context)
    try:
        rep = Rep(walk, record_id)
        rep.complete()
        assert rep.record.exists
        assert walk.verdict(walk.load(record_id)).complete
        return True
    finally:
        walk.store.close()


_CALM = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]


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
    ],
    ids=["built-in", "own fields and rules"],
)
def test_a_walk_can_be_completed(tmp_path: Path, template: Template, tree: Tree) -> None:
    assert _completes(tmp_path, template, tree, Stage.CREATION)


@pytest.mark.soak
@settings(max_examples=1_500, suppress_health_check=_CALM)
@given(tree=playbooks(), begun=st.sampled_from(list(Stage)[:4]))
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
