"""Playbooks that hypothesis makes: every section, every kind of field, and every form of condition, right one by one.

Whether their parts are right together, `check` says.
"""

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from oppwizard.model.ask import Kind
from oppwizard.model.enums import BillingPeriod, PricingModel, Stage
from oppwizard.model.fields import ACCOUNT, CUSTOM, FIELDS, ROW_KINDS, FieldSpec
from oppwizard.playbook.conditions import FIGURES, Sort, source_of
from oppwizard.playbook.layers import built_in

Tree = dict[str, Any]
KINDS = [kind.name.lower() for kind in Kind if kind is not Kind.ACCOUNT]
LISTS = ["lead_sources", "payment_terms", "industries", "milestones", "ours"]
WORDS = ["tbd", "north", "South", "x", "pending", "価格", "Nord-Ost", "その他", "42"]
DAYS = ["-20d", "-1d", "today", "+1d", "+30d", "+200d", "eom", dt.date(2027, 3, 31)]
STAGES = st.integers(1, 6)
NUMBERS = st.integers(0, 60)
COUNTS = st.integers(1, 5)


def _some(**settings: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries({}, optional=settings)


# Fields, lists, stages, prices


@st.composite
def own_field(draw: st.DrawFn, number: int) -> Tree:
    """A field of the organisation's own, of any kind, with limits."""
    kind = draw(st.sampled_from(KINDS))
    field: Tree = {"name": f"own_{number}", "label": draw(st.sampled_from(["Ours", "Region", "?", "tbd", "自社項目"]))}
    field |= {"kind": kind, "need": draw(st.sampled_from(["required", "required", "recommended", "optional"]))}
    texts = {"why": st.just("It decides."), "whom": st.sampled_from(["anyone", "champion"])}
    field |= draw(_some(stage=STAGES, placeholders=st.booleans(), copied=st.booleans(), **texts))
    field |= draw(_some(again=st.lists(STAGES, max_size=2), example=st.just({"en": "Ours", "ja": "例"})))
    if kind in ("choice", "choices"):
        values = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
        field["choices"] = [{"value": value} for value in values]
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
    """A product of the price list: with one price, or prices by currency, book and quantity."""
    model = draw(st.sampled_from([*(one.value for one in PricingModel), None]))
    made: Tree = {"sku": f"SKU-{number}", "name": draw(st.sampled_from(["Seat", "Platform", "計測"]))}
    made |= {"pricing_model": model} if model else {}
    made |= draw(_some(period=st.sampled_from([one.value for one in BillingPeriod]), discount_limit=NUMBERS))
    if model != "tiered" and draw(st.booleans()):
        return made | {"price": draw(NUMBERS)} | draw(_some(currency=st.sampled_from(["USD", "JPY"])))
    places = st.tuples(st.sampled_from(["USD", "JPY"]), st.sampled_from([None, "standard", "schools"]))
    made["prices"] = [
        _price(draw, currency, book, tiered=model == "tiered")
        for currency, book in draw(st.lists(places, max_size=3, unique=True))
    ]
    return made


def _price(draw: st.DrawFn, currency: str, book: str | None, *, tiered: bool) -> Tree:
    price: Tree = {"currency": currency} | ({"book": book} if book else {}) | draw(_some(minimum=COUNTS))
    if not tiered:
        return price | {"price": draw(NUMBERS)}
    starts = sorted(draw(st.sets(st.integers(1, 500), min_size=1, max_size=3)))
    return price | {"tiers": [{"at": start, "price": draw(NUMBERS)} for start in starts]}


@st.composite
def coach(draw: st.DrawFn) -> Tree:
    """Coach texts of a language."""
    said = st.sampled_from(["Ask in the plant.", "現場で聞く"])
    several = st.lists(said, min_size=1, max_size=2)
    texts = _some(
        stages=_some(qualification=_some(title=said, why=said)),
        areas=_some(I1=_some(title=said, need=several, ask=several)),
        fields=_some(close_on=_some(why=said, ask=several, ask_more=several, whom=st.just("ourselves"))),
        roles=_some(champion=_some(titles=said, cares=said, engage=said)),
        mistakes=_some(M3=_some(cost=said, fix=said)),
    )
    return draw(_some(en=texts, ja=texts))


# Conditions

BUILT_IN = {path: spec for path, spec in FIELDS.items() if spec.entity != CUSTOM}
"""The fields of every organisation; those of the playbook walked last are not among them."""
Known = tuple[Sort, tuple[str, ...], FieldSpec | None]


@dataclass(frozen=True)
class World:
    """What rules can speak about.

    Attributes:
        fields: the organisation's own.
        pool: the paths that they speak of, so that they meet; all where none is named.
    """

    fields: list[Tree]
    pool: frozenset[str] = frozenset()


def _sources(world: World, rows: str | None) -> dict[str, Known]:
    """What conditions can ask about: of one row, or of the record and all rows; by path, with sort and operators."""
    found: dict[str, Known] = {}
    for path, spec in BUILT_IN.items():
        if rows is None or spec.entity == rows or spec.entity not in ROW_KINDS:
            found[path] = (source_of(spec).sort, source_of(spec).allowed, spec)
    for figure in FIGURES.values():
        found[figure.path] = (figure.sort, figure.allowed, None)
    for field in world.fields:
        sort, allowed = _of_kind(field["kind"])
        found[f"custom.{field['name']}"] = (sort, allowed, None)
    return {path: one for path, one in found.items() if path in world.pool} or found


@cache
def _of_kind(kind: str) -> tuple[Sort, tuple[str, ...]]:
    name = BUILT_IN["owner"]
    source = source_of(replace(name, ask=replace(name.ask, kind=Kind[kind.upper()])))
    return source.sort, source.allowed


_BUILT_IN = {name: [item["value"] for item in said["items"]] for name, said in built_in().settings["picks"].items()}


def _values(path: str, sort: Sort, spec: FieldSpec | None, world: World) -> st.SearchStrategy[Any]:
    """What a field can be held against."""
    own = next((field for field in world.fields if path == f"custom.{field['name']}"), {})
    chosen = [option["value"] for option in own.get("choices", ())]
    if spec is not None and spec.choices is not None:
        chosen = [str(one.value) for one in spec.choices]
    picks = own.get("picks") or (spec.ask.picks if spec else "") or ""
    kinds: dict[Sort, st.SearchStrategy[Any]] = {
        Sort.MONEY: st.one_of(NUMBERS, st.just(100_000)),
        Sort.NUMBER: NUMBERS,
        Sort.DATE: st.sampled_from(DAYS),
        Sort.TIME: st.sampled_from([dt.time(9, 30), dt.time(17)]),
        Sort.TEXT: st.sampled_from([*WORDS, "+81", "@example.org"]),
        Sort.PICK: st.sampled_from([*_BUILT_IN.get(picks, ()), *WORDS]),
        Sort.CURRENCY: st.sampled_from(["USD", "EUR", "JPY"]),
        Sort.YES_NO: st.booleans(),
    }
    return kinds[sort] if sort in kinds else st.sampled_from(chosen)


@st.composite
def a_test(draw: st.DrawFn, world: World, rows: str | None = None) -> Tree:
    """A test of any field or figure, against a value or another field."""
    known = _sources(world, rows)
    sort = draw(st.sampled_from(sorted({one[0] for one in known.values()}, key=lambda one: one.value)))
    path = draw(st.sampled_from([path for path, one in known.items() if one[0] is sort]))
    _sort, allowed, spec = known[path]
    said: Tree = {"field": path, "op": draw(st.sampled_from(allowed))}
    if spec is not None and spec.entity in ROW_KINDS and spec.entity != rows:
        said["of"] = draw(st.sampled_from(["any", "all", "none"]))
    if said["op"] in ("answered", "empty"):
        return said
    others = [other for other, one in known.items() if other != path and _is_like(known[path], one, rows)]
    ordered = said["op"] in ("is", "is not", "<", "<=", ">", ">=")
    if ordered and others and (sort is Sort.PERSON or draw(st.sampled_from([False, False, True]))):
        said["than"] = draw(st.sampled_from(others))
        return said | (draw(_some(plus=st.integers(-60, 60))) if sort is Sort.DATE else {})
    if sort is Sort.PERSON:
        return said | {"op": "answered"}
    said["value"] = _held_against(draw, said["op"], _values(path, sort, spec, world))
    if sort is Sort.MONEY and isinstance(said["value"], int) and draw(st.sampled_from([False, False, True])):
        said["value"] = f"USD {said['value']}"
    return said


def _is_like(mine: Known, other: Known, rows: str | None) -> bool:
    """Whether a field can be held against another one."""
    spec = other[2]
    if mine[0] is not other[0] or (spec is not None and spec.entity in ROW_KINDS and spec.entity != rows):
        return False
    revenues = [one is not None and one.entity == ACCOUNT and mine[0] is Sort.MONEY for one in (mine[2], spec)]
    choices = [one and one.choices for one in (mine[2], spec)]
    return not any(revenues) and (mine[0] is not Sort.CHOICE or (choices[0] is not None and choices[0] is choices[1]))


def _rank(value: Any) -> Any:
    """By which the lower of two values is found."""
    return DAYS.index(value) if value in DAYS else value


def _held_against(draw: st.DrawFn, op: str, values: st.SearchStrategy[Any]) -> Any:
    if op == "between":
        return sorted((draw(values), draw(values)), key=_rank)
    return draw(st.lists(values, min_size=1, max_size=3)) if op in ("one of", "not one of") else draw(values)


@st.composite
def a_count(draw: st.DrawFn, world: World) -> Tree:
    """How many rows there are to be, of all or of those for which something holds."""
    kind = draw(st.sampled_from(list(ROW_KINDS)))
    said: Tree = {"rows": kind}
    if draw(st.booleans()):
        said["where"] = draw(condition(world, kind, depth=1))
    if draw(st.sampled_from([True, True, False])):
        op = draw(st.sampled_from(["<", "<=", ">", ">=", "is", "is not", "between"]))
        low, high = sorted((draw(st.integers(0, 6)), draw(st.integers(0, 6))))
        said |= {"op": op, "value": [low, high] if op == "between" else max(low, int(op in ("<", ">=")))}
    return said


@st.composite
def condition(draw: st.DrawFn, world: World, rows: str | None = None, *, depth: int = 2) -> Tree:
    """A condition: a test or a count, or "any", "all" and "not" of others."""
    shape = draw(st.sampled_from(["one", "one", "one", "all", "any", "not"])) if depth else "one"
    if shape == "one":
        return draw(st.one_of(a_test(world, rows), a_test(world, rows), a_count(world) if depth else st.nothing()))
    inner = condition(world, rows, depth=depth - 1)
    return {shape: draw(inner) if shape == "not" else draw(st.lists(inner, min_size=1, max_size=3))}


@st.composite
def rule(draw: st.DrawFn, number: int, world: World) -> Tree:
    """A rule, mostly one that closes its gate; some are put to each row."""
    each = draw(st.sampled_from([None, None, None, *ROW_KINDS]))
    said: Tree = {"name": f"rule_{number}", "must": draw(condition(world, each)), "at": "name", "stage": 6}
    if each is not None:
        first = draw(st.sampled_from([path for path, spec in BUILT_IN.items() if spec.entity == each]))
        said |= {"each": each, "must": {"any": [said["must"], {"field": first, "op": "answered"}]}}
    if draw(st.booleans()):
        del said["at"], said["stage"]
    if draw(st.sampled_from([False, False, True])):
        said["when"] = draw(condition(world, each, depth=1))
    said |= draw(_some(message=st.just({"en": "Not so", "ja": "違う"}), remedy=st.just("Otherwise")))
    return said | {"level": draw(st.sampled_from(["block", "block", "block", "warn", "info"]))}


# Whole playbooks

SECTIONS: dict[str, st.SearchStrategy[Any]] = {
    "region": st.sampled_from([{"en": "DE"}, {"ja": "JP"}]),
    "currency": st.sampled_from([{"en": "JPY"}, {"en": "EUR"}]),
    "wording": _some(
        placeholders=st.just(["offen"]),
        more_placeholders=st.lists(st.sampled_from([*WORDS, "", "harbor tools"]), max_size=3),
        more_generic_names=st.lists(st.sampled_from(WORDS), max_size=3),
        more_vague_steps=st.lists(st.sampled_from([*WORDS, "", "(", "run"]), max_size=3),
    ),
    "sizing": _some(metric=st.sampled_from(["arr", "acv", "tcv"])),
    "committee": _some(minimum=st.integers(1, 30), minimum_complex=st.integers(1, 30), complex_from=NUMBERS),
    "calendar": _some(fiscal_year_starts=st.integers(1, 12), days_off=st.just([dt.date(2026, 12, 30)])),
    "history": _some(minimum=st.integers(2, 9), moves=COUNTS),
    "duplicates": _some(stop_within=st.integers(0, 99), shown=st.sampled_from([0, 1])),
    "score": st.sampled_from([{}, {"completion": 0, "coverage": 100, "recency": 0}, {"low": 100}, {"engaged": 20}]),
    "attachments": _some(megabytes=st.integers(1, 60)),
    "review": _some(warn_hours=st.integers(1, 30), overdue_hours=st.integers(31, 90), opens=st.just(dt.time(9))),
    "peer": _some(every_days=COUNTS, strategic_accounts=st.just(["Harbor Tools"])),
    "audit": _some(sample=COUNTS, stale_days=COUNTS),
    "backups": _some(every_hours=COUNTS, daily=COUNTS),
    "enrichment": st.just({"files": [{"name": "f", "path": "f.csv", "fields": {"account.website": "w"}}]}),
    "leads": _some(least=st.sampled_from(["mql", "sql"]), words=st.just({"Warm": "mql"})),
    "bloat": _some(required_per_stage=st.integers(0, 9)),
    "sales_stages": sales_stages(),
    "keys": st.just({"advance": "f9"}),
    "notify": st.just({"people": {"@owner": "file:out.txt"}, "rules": [{"on": "created", "to": "@owner"}]}),
    "automation": _some(
        advance=st.booleans(),
        stages=st.lists(st.sampled_from([int(stage) for stage in Stage if stage not in (1, 5)]), max_size=3),
    ),
    "crm": st.just({"odoo": {"joint": "/"}}),
    "pricing": _some(discount_limit=NUMBERS, book_from=st.just("own_0")),
    "competitors": st.just([{"name": "Scanner vendor of today", "strengths": "tbd", "counters": "Offline"}]),
    "coach": coach(),
}
"""The sections that stand by themselves; fields, lists, products and rules come beside them."""


@st.composite
def playbooks(draw: st.DrawFn, rules: int = 4) -> Tree:
    """Settings of every part of a playbook."""
    fields = [draw(own_field(number)) for number in range(draw(st.integers(0, 5)))]
    names = draw(st.lists(st.sampled_from(sorted(SECTIONS)), max_size=6, unique=True))
    book: Tree = {name: draw(SECTIONS[name]) for name in names}
    book["picks"] = draw(_some(**{name: pick_list() for name in LISTS[:4]})) | {"ours": draw(pick_list())}
    book["products"] = [draw(product(number)) for number in range(draw(st.integers(0, 3)))]
    book["fields"] = fields
    paths = st.sampled_from(sorted([*BUILT_IN, *FIGURES, *(f"custom.{field['name']}" for field in fields)]))
    pool = draw(st.one_of(st.just([]), st.lists(paths, min_size=2, max_size=5)))
    world = World(fields, frozenset(pool))
    book["rules"] = [draw(rule(number, world)) for number in range(draw(st.integers(0, rules)))]
    if any("book" in price for one in book["products"] for price in one.get("prices", ())):
        book["pricing"] = book.get("pricing", {}) | {"books": [{"name": "standard"}, {"name": "schools"}]}
    if "book_from" in book.get("pricing", {}) and not (fields and fields[0]["kind"] in ("choice", "line")):
        del book["pricing"]["book_from"]
    return book
