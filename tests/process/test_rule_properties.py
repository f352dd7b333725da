"""Rules against an evaluator that nobody optimised, and against whatever a record can hold."""

import copy
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings, strategies as st
from pydantic import ValidationError

from oppwizard.model.ask import Kind
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec
from oppwizard.model.record import Person, Record
from oppwizard.playbook import Playbook
from oppwizard.process.case import Case
from oppwizard.process.gates import judge
from oppwizard.process.rules import CODE, told
from tests.conftest import TODAY
from tests.playbook.rulebook import settings as playbook_settings
from tests.process.bench import Bench

Said = dict[str, Any]
NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT)
TEXTS = (Kind.LINE, Kind.LONG, Kind.ACCOUNT)
ORDER = ("is", "is not", "<", "<=", ">", ">=")
DAYS = [TODAY + dt.timedelta(days=n) for n in (-400, -30, 0, 1, 30, 400)]
WORDS = ["Acme", "acme gmbh", "Data", "=1+1", "ＡＣＭＥ", "ß", "日本"]
NESTED = ("all", "any", "not")


# Any record


def values_of(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """Values that a field can hold."""
    kind = spec.ask.kind
    if spec.choices is not None:
        one = st.sampled_from(list(spec.choices))
        return st.lists(one, max_size=3, unique=True) if spec.is_list else st.none() | one
    known: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.DATE: st.sampled_from(DAYS),
        Kind.TIME: st.sampled_from([dt.time(9), dt.time(17, 30)]),
        Kind.YES_NO: st.booleans(),
        Kind.CURRENCY: st.sampled_from(["EUR", "JPY", "USD"]),
        Kind.INTEGER: st.integers(1, 12),
        Kind.MONEY: st.sampled_from([Decimal(0), Decimal(99), Decimal(100), Decimal("15000.5")]),
        Kind.DECIMAL: st.sampled_from([Decimal(1), Decimal(5), Decimal("7.5")]),
        Kind.PERCENT: st.sampled_from([Decimal(0), Decimal(20), Decimal(100)]),
        Kind.PERSON: st.none(),
    }
    if spec.is_list:
        return st.builds(list)
    return st.none() | known[kind] if kind in known else st.none() | st.sampled_from(WORDS)


@st.composite
def records(draw: st.DrawFn, fresh: Callable[[], Bench]) -> Record:
    """The finished record with any of its answers changed, and rows taken away."""
    record = fresh().record
    for kind in draw(st.lists(st.sampled_from(sorted(ROW_KINDS)), max_size=2)):
        del record.rows(kind)[draw(st.integers(0, 2)) :]
    for path in draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=25, unique=True)):
        spec = FIELDS[path]
        for holder in holders(record, spec):
            setattr(holder, spec.name, draw(values_of(spec)))
    return record


def holders(record: Record, spec: FieldSpec) -> list[Any]:
    if spec.entity not in ROW_KINDS:
        return [record.account if spec.entity == "account" else record.opportunity]
    return [row.part(spec.name) if isinstance(row, Person) else row for row in record.rows(spec.entity)]


# Any condition


def _value_for(spec: FieldSpec, op: str) -> st.SearchStrategy[Any]:
    kind = spec.ask.kind
    if spec.choices is not None:
        one: st.SearchStrategy[Any] = st.sampled_from([member.value for member in spec.choices])
    elif kind is Kind.DATE:
        one = st.sampled_from(DAYS) | st.sampled_from(["+30d", "today", "2026-12-01", "eom"])
    elif kind is Kind.YES_NO:
        return st.booleans()
    elif kind is Kind.MONEY:
        one = st.sampled_from([0, 100, 15_000, "EUR 100", "100"])
    elif kind in NUMBERS:
        one = st.integers(0, 20)
    else:
        one = st.sampled_from(WORDS)
    if op == "between":
        return st.tuples(one, one).map(list)
    return st.lists(one, min_size=1, max_size=3) if op in ("one of", "not one of") else one


def _ops_of(spec: FieldSpec) -> list[str]:
    kind, bare = spec.ask.kind, ["answered", "empty"]
    if kind is Kind.CHOICES:
        return ["contains", "one of", "not one of", *bare]
    if kind is Kind.CHOICE:
        return ["is", "is not", "one of", "not one of", *bare]
    if kind is Kind.YES_NO:
        return ["is", "is not", *bare]
    if kind in (*NUMBERS, Kind.MONEY, Kind.DATE):
        return [*ORDER, "one of", "not one of", "between", *bare]
    if kind in TEXTS:
        return ["is", "is not", "one of", "not one of", "contains", "starts with", *bare]
    return bare


@st.composite
def a_test(draw: st.DrawFn, kind: str | None) -> Said:
    """A test of a field; of a row's where one is looked at."""
    entities = (kind,) if kind else ("opportunity", "account", *ROW_KINDS)
    path = draw(st.sampled_from([path for path, spec in FIELDS.items() if spec.entity in entities]))
    spec = FIELDS[path]
    op = draw(st.sampled_from(_ops_of(spec)))
    said: Said = {"field": path, "op": op}
    if op not in ("answered", "empty"):
        said["value"] = draw(_value_for(spec, op))
    if kind is None and spec.entity in ROW_KINDS:
        said["of"] = draw(st.sampled_from(["any", "all", "none"]))
    return said


@st.composite
def counts(draw: st.DrawFn) -> Said:
    kind = draw(st.sampled_from(sorted(ROW_KINDS)))
    said: Said = {"rows": kind, "op": draw(st.sampled_from(ORDER)), "value": draw(st.integers(1, 3))}
    return said | {"where": draw(conditions(kind, 1))} if draw(st.booleans()) else said


def conditions(kind: str | None = None, depth: int = 2) -> st.SearchStrategy[Said]:
    """Conditions of any form."""
    leaf: st.SearchStrategy[Said] = a_test(kind) if kind else a_test(None) | counts()
    if not depth:
        return leaf
    deeper = st.lists(conditions(kind, depth - 1), min_size=1, max_size=3)
    return (
        leaf
        | deeper.map(lambda parts: {"all": parts})
        | deeper.map(lambda parts: {"any": parts})
        | conditions(kind, depth - 1).map(lambda part: {"not": part})
    )


# The same, as plainly as it can be said


class Naive:
    """Evaluates what a playbook says, word by word; None is "nobody knows"."""

    def __init__(self, record: Record, playbook: Playbook, today: dt.date) -> None:
        self.record = record
        self.playbook = playbook
        self.today = today

    def says(self, said: Said, row: Any = None) -> bool | None:
        if "all" in said or "any" in said:
            parts = [self.says(part, row) for part in said["any" if "any" in said else "all"]]
            decisive = "any" in said
            return decisive if decisive in parts else None if None in parts else not decisive
        if "not" in said:
            inner = self.says(said["not"], row)
            return None if inner is None else not inner
        if "rows" in said:
            rows = [r for r in self.record.rows(said["rows"]) if "where" not in said or self.says(said["where"], r)]
            return self.compared(len(rows), said["op"], said["value"])
        if "of" in said:
            inner_said = {key: value for key, value in said.items() if key != "of"}
            answers = [self.says(inner_said, r) for r in self.record.rows(FIELDS[said["field"]].entity)]
            return {"any": True in answers, "all": False not in answers, "none": True not in answers}[said["of"]]
        return self.tested(said, row)

    def tested(self, said: Said, row: Any) -> bool | None:
        spec = FIELDS[said["field"]]
        holder = row if spec.entity in ROW_KINDS else holders(self.record, spec)[0]
        value = getattr(holder.part(spec.name) if isinstance(holder, Person) else holder, spec.name)
        missing = value is None or value == []
        if said["op"] in ("answered", "empty"):
            return missing is (said["op"] == "empty")
        if spec.ask.kind is Kind.CHOICES:
            wanted = said["value"] if isinstance(said["value"], list) else [said["value"]]
            found = any(role.value in wanted for role in value)
            return found is (said["op"] != "not one of")
        if missing:
            return None
        wanted = said["value"]
        operands = [self.read(spec, one) for one in wanted] if isinstance(wanted, list) else self.read(spec, wanted)
        if operands is None or (isinstance(operands, list) and None in operands):
            return None
        if spec.ask.kind in TEXTS:
            value = self.plain(value)
        return self.compared(getattr(value, "value", value), said["op"], operands)

    @staticmethod
    def plain(text: str) -> str:
        return text.replace("ＡＣＭＥ", "acme").replace("ß", "ss").casefold()

    def read(self, spec: FieldSpec, text: Any) -> Any:
        kind = spec.ask.kind
        if kind is Kind.DATE and isinstance(text, str):
            month_end = dt.date(self.today.year, self.today.month, 30)  # November, the month of all tests
            days = {"+30d": self.today + dt.timedelta(30), "today": self.today, "eom": month_end}
            return days.get(text) or dt.date.fromisoformat(text)
        if kind is Kind.MONEY:
            own = self.record.opportunity.currency
            if spec.entity == "account":
                own = self.record.account.revenue_currency or own
            if text == "EUR 100":
                return Decimal(100) if own == "EUR" else None
            return Decimal(text) * (150 if own == "JPY" else 1)
        return self.plain(text) if kind in TEXTS else text

    @staticmethod
    def compared(value: Any, op: str, to: Any) -> bool:
        plainly: dict[str, Callable[[], Any]] = {
            "is": lambda: value == to,
            "is not": lambda: value != to,
            "<": lambda: value < to,
            "<=": lambda: value <= to,
            ">": lambda: value > to,
            ">=": lambda: value >= to,
            "between": lambda: to[0] <= value <= to[1],
            "one of": lambda: value in to,
            "not one of": lambda: value not in to,
            "contains": lambda: to in value,
            "starts with": lambda: value[: len(to)] == to,
        }
        return bool(plainly[op]())


def accepted(*rules: Said) -> Playbook:
    """The playbook with rules; a draw that it refuses is another test's matter."""
    try:
        return Playbook.model_validate(playbook_settings("") | {"rules": list(rules)})
    except ValidationError:
        assume(False)
        raise


@pytest.fixture
def drawn(fresh: Callable[[], Bench]) -> st.SearchStrategy[Record]:
    return records(fresh)


@settings(max_examples=60)
@given(data=st.data(), must=conditions(), level=st.sampled_from(["block", "warn", "info"]))
def test_a_rule_says_what_its_words_say(
    drawn: st.SearchStrategy[Record], data: st.DataObject, must: Said, level: str
) -> None:
    playbook = accepted({"name": "ours", "must": must, "level": level, "stage": 6})
    record = data.draw(drawn)
    verdict = judge(Case(record, playbook, TODAY))
    broken = any(point.code == "rule.ours" for point in verdict.findings)
    assert broken is (Naive(record, playbook, TODAY).says(must) is False)


@settings(max_examples=40)
@given(data=st.data(), when=conditions(depth=1), must=conditions(depth=1), kind=st.sampled_from(sorted(ROW_KINDS)))
def test_no_rule_that_a_playbook_may_have_breaks_a_gate(
    drawn: st.SearchStrategy[Record], data: st.DataObject, when: Said, must: Said, kind: str
) -> None:
    of_rows = data.draw(conditions(kind, 1))
    playbook = accepted(
        {"name": "ours", "when": when, "must": must},
        {"name": "each", "each": kind, "when": when, "must": of_rows},
    )
    record = data.draw(drawn)
    before = copy.deepcopy(record.pending)
    verdict = judge(Case(record, playbook, TODAY, scorer=lambda _case: 50))
    for point in verdict.findings:
        if point.code.startswith(CODE):
            assert str(point.message)
            assert str(point.remedy)
            assert point.at.row is None or record.row(point.at.entity, point.at.row) is not None
            assert point.at.spec is not None or point.at.entity in ROW_KINDS
    assert all("".join(map(str, told(one))) for rulings in playbook.rulings.values() for one in rulings)
    assert record.pending == before
