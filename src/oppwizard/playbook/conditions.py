"""What the conditions of a playbook mean: fields found, values read as answers are read; or what is wrong with them."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Final, Literal

from oppwizard.i18n import T, Text
from oppwizard.model.ask import Kind
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ACCOUNT, ROW_KINDS, FieldSpec
from oppwizard.playbook.section import Place


class Sort(Enum):
    """What can be asked of a value."""

    MONEY = auto()
    NUMBER = auto()
    DATE = auto()
    TIME = auto()
    TEXT = auto()
    CHOICE = auto()
    CHOICES = auto()
    PICK = auto()
    CURRENCY = auto()
    YES_NO = auto()
    PERSON = auto()
    PEOPLE = auto()


_SORTS: Final[Mapping[Kind, Sort]] = {
    Kind.INTEGER: Sort.NUMBER,
    Kind.DECIMAL: Sort.NUMBER,
    Kind.PERCENT: Sort.NUMBER,
    Kind.LINE: Sort.TEXT,
    Kind.LONG: Sort.TEXT,
    Kind.ACCOUNT: Sort.TEXT,
    Kind.EMAIL: Sort.TEXT,
    Kind.PHONE: Sort.TEXT,
}
_BARE: Final = ("answered", "empty")
_SAME: Final = ("is", "is not", "one of", "not one of")
_ORDER: Final = ("<", "<=", ">", ">=", "between")
_ALLOWED: Final[Mapping[Sort, tuple[str, ...]]] = {
    Sort.MONEY: (*_SAME, *_ORDER, *_BARE),
    Sort.NUMBER: (*_SAME, *_ORDER, *_BARE),
    Sort.DATE: (*_SAME, *_ORDER, *_BARE),
    Sort.TIME: (*_SAME, *_ORDER, *_BARE),
    Sort.TEXT: (*_SAME, "contains", "starts with", *_BARE),
    Sort.CHOICE: (*_SAME, *_BARE),
    Sort.CHOICES: ("contains", "one of", "not one of", *_BARE),
    Sort.PICK: (*_SAME, *_BARE),
    Sort.CURRENCY: (*_SAME, *_BARE),
    Sort.YES_NO: ("is", "is not", *_BARE),
    Sort.PERSON: ("is", "is not", *_BARE),
    Sort.PEOPLE: _BARE,
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: a declared field, or a figure that follows from the record.

    Attributes:
        spec: the field's declaration; None for a figure.
        stage: the stage that asks for it; None where none does.
    """

    path: str
    sort: Sort
    label: Text
    spec: FieldSpec | None = None
    stage: Stage | None = None

    @property
    def rows(self) -> str | None:
        """The kind of rows that have it, if rows have it."""
        return self.spec.entity if self.spec is not None and self.spec.entity in ROW_KINDS else None

    @property
    def allowed(self) -> tuple[str, ...]:
        """The operators that can be put to it."""
        if self.spec is None:
            return tuple(op for op in _ALLOWED[self.sort] if op not in _BARE)
        return _ALLOWED[self.sort]

    @property
    def picked_from(self) -> Place:
        """The list of the playbook that its answers are picked from; empty where they are picked from none."""
        picks = self.spec.ask.picks if self.spec is not None and self.sort is Sort.PICK else None
        if picks is None:
            return ()
        return (picks,) if picks in ("products", "sales_stages") else ("picks", picks)

    @property
    def is_revenue(self) -> bool:
        """Whether it is an amount of the customer's own, in a currency of its own."""
        return self.sort is Sort.MONEY and self.spec is not None and self.spec.entity == ACCOUNT


FIGURES: Final = {
    figure.path: figure
    for figure in (
        Source("arr", Sort.MONEY, T("ARR"), stage=Stage.SCOPING),
        Source("acv", Sort.MONEY, T("ACV"), stage=Stage.SCOPING),
        Source("tcv", Sort.MONEY, T("TCV"), stage=Stage.SCOPING),
        Source("score", Sort.NUMBER, T("score")),
        Source("today", Sort.DATE, T("today")),
    )
}
"""What a condition can test beside declared fields."""


def source_of(spec: FieldSpec) -> Source:
    """A declared field as a source."""
    kind = spec.ask.kind
    return Source(spec.path, _SORTS.get(kind) or Sort[kind.name], spec.ask.label, spec, spec.ask.stage)


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount to be held against; without a currency it is in the deal's own, like the playbook's other limits."""

    value: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Relative:
    """A day by its distance from the day on which it is asked, as it was written: "+30d", "eom"."""

    text: str


@dataclass(frozen=True, slots=True)
class Test:
    """One field held against values, or against another field.

    Attributes:
        operands: typed values: texts folded, amounts as `Sum`, days that move as `Relative`.
        other: the other field, instead of operands; `plus` days are added to it.
        shown: the values as they are said in words.
    """

    source: Source
    op: str
    operands: tuple[Any, ...] = ()
    other: Source | None = None
    plus: int = 0
    shown: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class OfRows:
    """A test of a field of rows, and how many of them are to pass it."""

    kind: str
    of: Literal["any", "all", "none"]
    test: Test


@dataclass(frozen=True, slots=True)
class Count:
    """The number of rows for which something holds, held against one or two numbers."""

    kind: str
    where: "Node | None"
    op: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of several conditions."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of several conditions."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    part: "Node"


Node = Test | OfRows | Count | Every | Some | Not


def inside(node: Node) -> Iterator[Node]:
    """A condition and all that are in it."""
    yield node
    match node:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from inside(part)
        case Not(part):
            yield from inside(part)
        case OfRows(test=test):
            yield test
        case Count(where=where) if where is not None:
            yield from inside(where)


def sources(node: Node) -> Iterator[Source]:
    """The fields and figures that a condition looks at, in order."""
    for one in inside(node):
        if isinstance(one, Test):
            yield one.source
            if one.other is not None:
                yield one.other


def kinds_in(node: Node) -> Iterator[str]:
    """The kinds of rows that a condition counts."""
    return (one.kind for one in inside(node) if isinstance(one, Count))


def conjunction(node: Node) -> Iterator[Node]:
    """The conditions that must all hold for one to hold."""
    if isinstance(node, Every):
        for part in node.parts:
            yield from conjunction(part)
    else:
        yield node


PROBE: Final = dt.date(2024, 2, 15)
"""A day like others, to find out whether a date that is written in a playbook moves with the days."""
