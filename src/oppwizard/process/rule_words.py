"""Conditions in words, in the language in use: what a rule wants, as its findings and its documentation say it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any, Final

from oppwizard.i18n import T, Text, language
from oppwizard.model.choice import Choice
from oppwizard.model.dates import show_date
from oppwizard.model.fields import ROW_KINDS
from oppwizard.model.money import show_money
from oppwizard.playbook.conditions import Count, Every, Node, Not, OfRows, Relative, Some, Source, Sum, Test
from oppwizard.process.sizing import plain

_TESTS: Final[Mapping[str, Text]] = {
    "is": T("{field} is {value}"),
    "is not": T("{field} is not {value}"),
    "one of": T("{field} is one of: {value}"),
    "not one of": T("{field} is none of: {value}"),
    "<": T("{field} is less than {value}"),
    "<=": T("{field} is at most {value}"),
    ">": T("{field} is more than {value}"),
    ">=": T("{field} is at least {value}"),
    "between": T("{field} is from {value} to {most}"),
    "contains": T("{field} contains {value}"),
    "starts with": T("{field} begins with {value}"),
    "answered": T("{field} is answered"),
    "empty": T("{field} is empty"),
}
_DAYS: Final[Mapping[str, Text]] = {
    "<": T("{field} is before {value}"),
    "<=": T("{field} is no later than {value}"),
    ">": T("{field} is after {value}"),
    ">=": T("{field} is no earlier than {value}"),
}
_ROWS: Final[Mapping[str, Text]] = {
    "any": T("for at least one {row}: {condition}"),
    "all": T("for every {row}: {condition}"),
    "none": T("for no {row}: {condition}"),
}
_COUNTS: Final[Mapping[str, Text]] = {
    "is": T("{rows}: exactly {value}"),
    "is not": T("{rows}: not {value}"),
    "<": T("{rows}: fewer than {value}"),
    "<=": T("{rows}: at most {value}"),
    ">": T("{rows}: more than {value}"),
    ">=": T("{rows}: at least {value}"),
    "between": T("{rows}: from {value} to {most}"),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A value of a playbook, written in the language in use when it is shown."""

    value: Any

    def __str__(self) -> str:
        match self.value:
            case Sum(amount, currency):
                return show_money(amount, currency, language()) if currency else plain(amount)
            case Relative(text):
                return text
            case bool(yes):
                return str(T("yes") if yes else T("no"))
            case Choice():
                return str(self.value.label)
            case Decimal() | int():
                return plain(Decimal(self.value))
            case dt.date():
                return show_date(self.value, language())
            case dt.time():
                return f"{self.value:%H:%M}"
            case _:
                return str(self.value)


@dataclass(frozen=True, slots=True)
class _Listed:
    """Several values, with commas between them."""

    values: tuple[object, ...]

    def __str__(self) -> str:
        return ", ".join(str(_Shown(value)) for value in self.values)


def in_words(node: Node) -> Text:
    """A condition as a clause that a sentence can hold."""
    match node:
        case Test():
            return _test(node)
        case OfRows(kind, of, test):
            return _with(_ROWS[of], row=ROW_KINDS[kind].one, condition=_test(test))
        case Count():
            return _count(node)
        case Not(part):
            return T("not: {condition}", condition=_closed(part))
        case Every(parts):
            return reduce(_and, map(_closed, parts))
        case Some(parts):
            return reduce(_or, map(_closed, parts))


def _and(one: Text, other: Text) -> Text:
    return T("{one}, and {other}", one=one, other=other)


def _or(one: Text, other: Text) -> Text:
    return T("{one}, or {other}", one=one, other=other)


def _closed(node: Node) -> Text:
    """A part of a larger condition, in brackets where it has parts itself."""
    said = in_words(node)
    several = isinstance(node, Every | Some) and len(node.parts) > 1
    return T("({condition})", condition=said) if several else said


def _with(text: Text, **params: object) -> Text:
    return Text(text.msgid, tuple(params.items()))


def _test(test: Test) -> Text:
    words = _DAYS.get(test.op, _TESTS[test.op]) if test.source.sort.name == "DATE" else _TESTS[test.op]
    if test.other is not None:
        return _with(words, field=test.source.label, value=_moved(test.other, test.plus))
    if test.op in ("one of", "not one of"):
        return _with(words, field=test.source.label, value=_Listed(test.shown))
    values = [_Shown(value) for value in test.shown]
    named = dict(zip(("value", "most"), values, strict=False))
    return _with(words, field=test.source.label, **named)


def _moved(other: Source, days: int) -> Text:
    if not days:
        return other.label
    if days > 0:
        return T("{days} days after {field}", days=days, field=other.label)
    return T("{days} days before {field}", days=-days, field=other.label)


def _count(node: Count) -> Text:
    rows = ROW_KINDS[node.kind].label
    if node.where is not None:
        rows = T("{rows} where {condition}", rows=rows, condition=in_words(node.where))
    numbers = dict(zip(("value", "most"), node.numbers, strict=False))
    return _with(_COUNTS[node.op], rows=rows, **numbers)
