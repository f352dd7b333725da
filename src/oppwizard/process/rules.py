"""The organisation's own rules, put to a record: the findings of a gate beside those of the walk itself (A5).

A comparison with what is not answered is neither true nor false: it is open, and a rule that is open says nothing. What
is to be there is asked for with "answered".
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T, Text, given
from oppwizard.model.dates import parse_date
from oppwizard.model.enums import Severity, Stage
from oppwizard.model.fields import ACCOUNT, CUSTOM, ROW_KINDS
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Person
from oppwizard.model.text import fold
from oppwizard.playbook.conditions import (
    Count,
    Every,
    Node,
    Not,
    OfRows,
    Relative,
    Some,
    Sort,
    Source,
    Sum,
    Test,
    conjunction,
)
from oppwizard.playbook.rulings import Ruling
from oppwizard.process.case import Case
from oppwizard.process.required import is_missing
from oppwizard.process.rule_words import in_words
from oppwizard.process.scoping import measured
from oppwizard.process.wording import is_placeholder

REQUIREMENT: Final = "A5"
CODE: Final = "rule."
"""How the codes of their findings begin."""


def ruled(case: Case, stage: Stage) -> Iterator[Finding]:
    """What the organisation's rules for a gate find."""
    if not case.playbook.rules:
        return
    for ruling in case.playbook.rulings[stage]:
        scope = Scope(case, case.as_of if stage <= Stage.CREATION else case.today)
        for at, number in dict.fromkeys(_breaches(ruling, scope)):
            yield _finding(ruling, case, at, number)


@dataclass(frozen=True, slots=True)
class Scope:
    """What conditions are held against.

    Attributes:
        today: the day from which days are counted.
    """

    case: Case
    today: dt.date


def _breaches(ruling: Ruling, scope: Scope) -> Iterator[tuple[Address, int | None]]:
    """Where a rule is broken, with the row's number where it is a row."""
    if ruling.each is not None:
        for number, row in enumerate(scope.case.record.rows(ruling.each), start=1):
            applies = ruling.when is None or holds(ruling.when, scope, row)
            if applies and holds(ruling.must, scope, row) is False:
                yield _address(ruling, ruling.each, row), number
        return
    if (ruling.when is None or holds(ruling.when, scope)) and holds(ruling.must, scope) is False:
        rows = list(_guilty(ruling, scope))
        yield from rows or [(_address(ruling, None, None), None)]


def _guilty(ruling: Ruling, scope: Scope) -> Iterator[tuple[Address, int | None]]:
    """The rows because of which a rule is broken, where single ones are: each is to be mended."""
    if isinstance(ruling.at, str) or ruling.rule.at is not None:
        return
    for node in conjunction(ruling.must):
        if isinstance(node, OfRows) and node.of != "any" and node.test.source.path == ruling.at.path:
            wrong = node.of == "none"
            for number, row in enumerate(scope.case.record.rows(node.kind), start=1):
                if holds(node.test, scope, row) is wrong:
                    yield _address(ruling, node.kind, row), number


def _address(ruling: Ruling, kind: str | None, row: Any) -> Address:
    at = ruling.at
    if isinstance(at, str):
        return Address(at, "", row.id if kind == at else None)
    assert at.spec is not None
    if at.rows is None:
        return Address(at.spec.entity, at.spec.name)
    return Address(at.rows, at.spec.name, row.id) if kind == at.rows else Address(at.rows)


def _finding(ruling: Ruling, case: Case, at: Address, number: int | None) -> Finding:
    """A broken rule; one that rests on the score only warns once the opportunity exists: a score falls with time."""
    severity = ruling.severity
    if ruling.scored and case.record.exists and ruling.stage <= Stage.CREATION and severity is Severity.BLOCK:
        severity = Severity.WARN
    message, remedy = told(ruling)
    if number is not None:
        message = T("{row} {number}: {said}", row=ROW_KINDS[ruling.each or at.entity].one, number=number, said=message)
    return Finding(CODE + ruling.rule.name, REQUIREMENT, ruling.stage, at, message, remedy, severity)


def told(ruling: Ruling) -> tuple[Text, Text]:
    """A rule in words: what is said where it is broken, and what would be right."""
    rule, wanted = ruling.rule, T("Wanted: {condition}", condition=in_words(ruling.must))
    message = given(rule.message) if rule.message else wanted
    if rule.remedy:
        return message, given(rule.remedy)
    if ruling.when is not None and rule.message:
        return message, T(
            "Wanted where {when}: {condition}", when=in_words(ruling.when), condition=in_words(ruling.must)
        )
    if rule.message:
        return message, wanted
    if ruling.when is not None:
        return message, T("This is asked where {when}.", when=in_words(ruling.when))
    return message, T("A rule of our organisation: {name}.", name=rule.name)


# Holding


def holds(node: Node, scope: Scope, row: Any = None) -> bool | None:
    """Whether a condition holds; None while what it looks at is not answered.

    Args:
        row: the row that it is put to, if it is put to one.
    """
    return _HOLDS[type(node)](node, scope, row)


def _every(node: Every, scope: Scope, row: Any) -> bool | None:
    found: bool | None = True
    for part in node.parts:
        said = holds(part, scope, row)
        if said is False:
            return False
        found = found and said
    return found


def _some(node: Some, scope: Scope, row: Any) -> bool | None:
    found: bool | None = False
    for part in node.parts:
        said = holds(part, scope, row)
        if said:
            return True
        found = None if said is None else found
    return found


def _not(node: Not, scope: Scope, row: Any) -> bool | None:
    said = holds(node.part, scope, row)
    return None if said is None else not said


def _of_rows(node: OfRows, scope: Scope, _row: Any) -> bool:
    """Of rows whose answer is missing nothing is known: they count neither for a condition nor against it."""
    said = [_tested(node.test, scope, one) for one in scope.case.record.rows(node.kind)]
    if node.of == "any":
        return True in said
    return (node.of == "none") not in said


def _counted(node: Count, scope: Scope, _row: Any) -> bool:
    rows = scope.case.record.rows(node.kind)
    count = sum(node.where is None or holds(node.where, scope, one) is True for one in rows)
    return _COMPARE[node.op](count, node.numbers)


def _tested(test: Test, scope: Scope, row: Any) -> bool | None:
    value = _value(test.source, scope, row)
    if test.op in ("answered", "empty"):
        return _is_answered(test.source, value, scope) is (test.op == "answered")
    if test.source.sort is Sort.CHOICES:
        return _COMPARE_LISTS[test.op](value or [], test.operands)
    if is_missing(value):
        return None
    operands = _other(test, scope, row) if test.other else _operands(test, scope)
    if operands is None:
        return None
    if isinstance(value, str) and test.source.sort in (Sort.TEXT, Sort.PICK):
        value = _folded(value)
    try:
        return _COMPARE[test.op](value, operands)
    except TypeError:  # a record written by another program may hold what is no value of its field
        return None


_HOLDS: Final[Mapping[type[Node], Callable[[Any, Scope, Any], bool | None]]] = {
    Test: _tested,
    OfRows: _of_rows,
    Count: _counted,
    Every: _every,
    Some: _some,
    Not: _not,
}
_COMPARE: Final[Mapping[str, Callable[[Any, tuple[Any, ...]], bool]]] = {
    "is": lambda value, to: bool(value == to[0]),
    "is not": lambda value, to: bool(value != to[0]),
    "one of": lambda value, to: value in to,
    "not one of": lambda value, to: value not in to,
    "<": lambda value, to: bool(value < to[0]),
    "<=": lambda value, to: bool(value <= to[0]),
    ">": lambda value, to: bool(value > to[0]),
    ">=": lambda value, to: bool(value >= to[0]),
    "between": lambda value, to: bool(to[0] <= value <= to[1]),
    "contains": lambda value, to: to[0] in value,
    "starts with": lambda value, to: bool(value.startswith(to[0])),
}
_COMPARE_LISTS: Final[Mapping[str, Callable[[list[Any], tuple[Any, ...]], bool]]] = {
    "contains": lambda values, to: to[0] in values,
    "one of": lambda values, to: any(value in to for value in values),
    "not one of": lambda values, to: not any(value in to for value in values),
}


def compares(op: str, value: Any, *operands: Any) -> bool:
    """Whether a value is to others as an operator says."""
    return _COMPARE[op](value, operands)


# Values


def _value(source: Source, scope: Scope, row: Any) -> Any:
    """The value of a field, read off the instance as the gates do, or of a figure."""
    spec, record = source.spec, scope.case.record
    if spec is None:
        return figure(source, scope.case, scope.today)
    if spec.entity in ROW_KINDS:
        holder = row.part(spec.name) if isinstance(row, Person) else row
    elif spec.entity == ACCOUNT:
        holder = record.account
    else:
        holder = record.custom if spec.entity == CUSTOM else record.opportunity
    return vars(holder).get(spec.name)


def figure(source: Source, case: Case, today: dt.date | None = None) -> Any:
    """What a figure of a record is: an amount, the score, the day; None where it is not known."""
    if source.path == "today":
        return today or case.today
    return case.score if source.path == "score" else measured(case).figure(source.path).value


def _is_answered(source: Source, value: Any, scope: Scope) -> bool:
    if is_missing(value):
        return False
    spec = source.spec
    if spec is None or not (spec.is_text and spec.ask.wording and isinstance(value, str)):
        return True
    return not is_placeholder(value, scope.case.playbook.wording, spec.ask.label)


def _other(test: Test, scope: Scope, row: Any) -> tuple[Any, ...] | None:
    """The other field's value; None while it is not answered."""
    assert test.other is not None
    value = _value(test.other, scope, row)
    if is_missing(value):
        return None
    if test.plus and isinstance(value, dt.date):
        value += dt.timedelta(days=test.plus)
    return (_folded(value) if isinstance(value, str) and test.other.sort in (Sort.TEXT, Sort.PICK) else value,)


def _operands(test: Test, scope: Scope) -> tuple[Any, ...] | None:
    """The values it is held against today; None where they are none for this record."""
    if test.source.sort is Sort.MONEY:
        sums = [_in_currency(one, test.source, scope) for one in test.operands]
        return None if None in sums else tuple(sums)
    if test.source.sort is Sort.DATE:
        days = [_day(one.text, scope.today) if isinstance(one, Relative) else one for one in test.operands]
        return None if None in days else tuple(days)
    return test.operands


def _in_currency(amount: Sum, source: Source, scope: Scope) -> Any:
    """An amount in the currency of a field: one in another currency cannot be held against it."""
    record = scope.case.record
    own = (record.account.revenue_currency or record.currency) if source.is_revenue else record.currency
    if amount.currency is None:
        return scope.case.playbook.scaled(amount.value, own)
    return amount.value if amount.currency == own else None


@lru_cache(maxsize=256)
def _day(text: str, today: dt.date) -> dt.date | None:
    try:
        return parse_date(text, today)
    except ValueProblem:  # beyond the calendar, seen from this day
        return None


@lru_cache(maxsize=1_024)
def _folded(text: str) -> str:
    return fold(text)
