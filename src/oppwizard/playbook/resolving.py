"""From what a playbook says to what it means: each condition with its fields and typed values, or the faults in it."""

import datetime as dt
import difflib
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from oppwizard.errors import ValueProblem
from oppwizard.i18n import sentences
from oppwizard.model.ask import Kind
from oppwizard.model.dates import parse_date
from oppwizard.model.fields import ROW_KINDS, FieldSpec
from oppwizard.model.money import parse_money
from oppwizard.model.numbers import parse_decimal
from oppwizard.model.text import fold
from oppwizard.playbook.conditions import (
    FIGURES,
    PROBE,
    Count,
    Every,
    Fault,
    Node,
    Not,
    OfRows,
    Path,
    Relative,
    Some,
    Sort,
    Source,
    Sum,
    Test,
    source_of,
)
from oppwizard.playbook.rules import Condition
from oppwizard.playbook.values import meant

if TYPE_CHECKING:
    from oppwizard.playbook.schema import Playbook

_DEEPEST: Final = 8
_PARTLY: Final = ("contains", "starts with")
_LATER: Final = PROBE + dt.timedelta(days=200)


class Resolver:
    """Works out conditions of one playbook, and keeps what is wrong with them.

    Attributes:
        faults: what was found, in the order in which it stands in the playbook.
    """

    def __init__(self, playbook: "Playbook", fields: Mapping[str, FieldSpec]) -> None:
        self.playbook = playbook
        self.fields = fields
        self.faults: list[Fault] = []

    def fault(self, place: Path, said: str, value: object = None) -> None:
        """Keep a fault."""
        self.faults.append(Fault(place, said, value))

    def node(self, said: Condition, place: Path, kind: str | None = None, depth: int = 0) -> Node | None:
        """What a condition means; None where something is wrong with it.

        Args:
            kind: the kind of the row that it is put to, if it is put to one.
        """
        if depth > _DEEPEST:
            self.fault(place, f"conditions are at most {_DEEPEST} deep; make several rules of it")
            return None
        if said.rows is not None:
            return self._count(said, place, depth)
        if said.field is not None:
            return self._tested(said, place, kind)
        parts = [self.node(one, (*place, *where), kind, depth + 1) for where, one in said.parts()]
        whole = tuple(part for part in parts if part is not None)
        if len(whole) < len(parts):
            return None
        if said.not_ is not None:
            return Not(whole[0])
        return Every(whole) if said.all_ is not None else Some(whole)

    def kind(self, name: str, place: Path) -> str | None:
        """A kind of rows by its name."""
        if name in ROW_KINDS:
            return name
        self.fault(place, f"there are no rows called {name!r}; there are {', '.join(ROW_KINDS)}", name)
        return None

    def _count(self, said: Condition, place: Path, depth: int) -> Node | None:
        kind = self.kind(said.rows or "", (*place, "rows"))
        if kind is None:
            return None
        where = None
        if said.where is not None:
            where = self.node(said.where, (*place, "where"), kind, depth + 1)
            if where is None:
                return None
        if said.op is None:
            return Count(kind, where, ">=", (1,))
        numbers = said.value if isinstance(said.value, tuple) else (said.value,)
        if said.op == "between" and numbers[0] > numbers[1]:
            self.fault((*place, "value"), "the first value of 'between' is to be the lower one", said.value)
            return None
        if (said.op, numbers[0]) in ((">=", 0), ("<", 0)):
            always = "always" if said.op == ">=" else "never"
            self.fault((*place, "value"), f"a number of rows is {always} {said.op} 0", said.value)
            return None
        return Count(kind, where, said.op, numbers)

    def source(self, path: str, place: Path) -> Source | None:
        """The field or figure of a path."""
        if path in FIGURES:
            return FIGURES[path]
        spec = self.fields.get(path)
        if spec is not None:
            return source_of(spec)
        near = difflib.get_close_matches(path, [*self.fields, *FIGURES], n=3, cutoff=0.6)
        remedy = f"did you mean {' or '.join(near)}?" if near else "“oppwizard schema” lists all fields"
        self.fault(place, f"there is no field {path!r}; {remedy}", path)
        return None

    def _tested(self, said: Condition, place: Path, kind: str | None) -> Node | None:
        source = self.source(said.field or "", (*place, "field"))
        if source is None or not self._fits_rows(source, said, place, kind):
            return None
        op = said.op or ""
        if op not in source.allowed:
            allowed = ", ".join(source.allowed)
            self.fault((*place, "op"), f"{op!r} cannot be asked of {source.path}; it takes: {allowed}", op)
            return None
        seen = source.rows or kind
        test = self._against_other(said, source, place, seen) if said.than else self._against(said, source, place)
        if test is None or said.of is None or source.rows is None:
            return test
        return OfRows(source.rows, said.of, test)

    def _fits_rows(self, source: Source, said: Condition, place: Path, kind: str | None) -> bool:
        in_row = source.rows is not None and source.rows == kind
        if source.rows is None or in_row:
            if said.of is not None:
                why = "is looked at row by row here" if in_row else "is no field of rows"
                self.fault((*place, "of"), f"{source.path} {why}; leave of out", said.of)
                return False
        elif said.of is None:
            wanted = "of = 'any', 'all' or 'none', or each in the rule"
            self.fault((*place, "field"), f"{source.path} is a field of rows; say which of them: {wanted}", source.path)
            return False
        return True

    def _against_other(self, said: Condition, source: Source, place: Path, kind: str | None) -> Test | None:
        other = self.source(said.than or "", (*place, "than"))
        if other is None:
            return None
        fault = _incomparable(source, other, said, kind)
        if fault:
            self.fault((*place, "than"), fault, said.than)
            return None
        return Test(source, said.op or "", (), other, said.plus)

    def _against(self, said: Condition, source: Source, place: Path) -> Test | None:
        op = said.op or ""
        if said.value is None:
            return Test(source, op)
        many = isinstance(said.value, tuple)
        operands: list[Any] = []
        shown: list[object] = []
        for number, value in enumerate(said.value if many else (said.value,)):
            try:
                operand = self._operand(source, op, value)
            except ValueProblem as problem:
                where = (*place, "value", number) if many else (*place, "value")
                self.fault(where, sentences(problem.problem, problem.remedy), value)
                return None
            except ValueError as problem:
                where = (*place, "value", number) if many else (*place, "value")
                self.fault(where, f"{value!r} is no value for {source.path}: {problem}", value)
                return None
            operands.append(operand)
            shown.append(value if source.sort in (Sort.TEXT, Sort.PICK) else operand)
        if op == "between" and _is_backwards(operands):
            self.fault((*place, "value"), "the first value of 'between' is to be the lower one", said.value)
            return None
        return Test(source, op, tuple(operands), shown=tuple(shown))

    def _operand(self, source: Source, op: str, value: Any) -> Any:
        """A value as it is held against the source's.

        Raises:
            ValueError: it is none; `ValueProblem` with what would be right.
        """
        match source.sort:
            case Sort.MONEY:
                return _sum(value)
            case Sort.NUMBER:
                return _number(source, value)
            case Sort.DATE:
                return _day(value)
            case Sort.YES_NO if isinstance(value, bool):
                return value
            case Sort.TIME if isinstance(value, dt.time):
                return value
            case Sort.PERSON:
                raise ValueError("people are not named in a playbook; hold it against another field with than")
        if not isinstance(value, str):
            raise ValueError("it takes a text")
        if not value.strip():
            raise ValueError("it is blank; use the op 'empty' or 'answered'")
        if source.spec is None or (source.sort is Sort.TEXT and op in _PARTLY):
            return fold(value)
        read = meant(source.spec, value, self.playbook, PROBE)
        if source.sort is Sort.CHOICES:
            if len(read) != 1:
                raise ValueError("it takes one of the choices at a time")
            return read[0]
        return fold(read) if source.sort in (Sort.TEXT, Sort.PICK) else read


def _incomparable(source: Source, other: Source, said: Condition, kind: str | None) -> str:
    """Why two fields cannot be held against each other; empty where they can."""
    if other.rows is not None and other.rows != kind:
        return f"{other.path} is a field of rows, and no row of them is looked at here"
    choices = source.spec.choices if source.spec else None
    if source.sort is not other.sort or (other.spec is not None and choices is not other.spec.choices):
        return f"{source.path} and {other.path} are of different kinds"
    if source.path == other.path and not said.plus:
        return f"{source.path} is held against itself; than is to be another field"
    if said.plus and source.sort is not Sort.DATE:
        return "plus is for dates: so many days after the other one"
    if source.is_revenue != other.is_revenue:
        return f"{source.path} and {other.path} are in currencies of their own"
    return ""


def _sum(value: Any) -> Sum:
    if isinstance(value, str):
        amount = parse_money(value)
        return Sum(amount.value, amount.currency)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("it takes an amount, such as 50000 or 'EUR 50,000'")
    return Sum(Decimal(value))


def _number(source: Source, value: Any) -> Decimal:
    if isinstance(value, str) and source.spec is not None and source.spec.ask.kind is Kind.PERCENT:
        value = parse_decimal(value.strip().removesuffix("%").strip())
    elif isinstance(value, str):
        value = parse_decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("it takes a number")
    return Decimal(value)


def _day(value: Any) -> dt.date | Relative:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        raise ValueError("it takes a day, such as 2026-12-31 or '+30d'")
    day = parse_date(value, PROBE)
    return day if parse_date(value, _LATER) == day else Relative(value)


def _is_backwards(operands: list[Any]) -> bool:
    low, high = (one.value if isinstance(one, Sum) else one for one in operands)
    if isinstance(low, Relative) and isinstance(high, Relative):
        low, high = parse_date(low.text, PROBE), parse_date(high.text, PROBE)
    return type(low) is type(high) and bool(low > high)
