"""From what a playbook says to what it means: each condition with its fields and typed values, or the faults in it."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T, Text
from oppwizard.model.ask import Kind
from oppwizard.model.dates import parse_date
from oppwizard.model.fields import CUSTOM, ROW_KINDS, FieldSpec
from oppwizard.model.money import parse_money
from oppwizard.model.numbers import cut, parse_decimal
from oppwizard.model.text import fold
from oppwizard.playbook.conditions import (
    FIGURES,
    PROBE,
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
    source_of,
)
from oppwizard.playbook.rules import Condition
from oppwizard.playbook.section import Place, Wrong, near
from oppwizard.playbook.values import meant

if TYPE_CHECKING:
    from oppwizard.playbook.schema import Playbook

_DEEPEST: Final = 8
_PARTLY: Final = ("contains", "starts with")
_LATER: Final = PROBE + dt.timedelta(days=200)
_BACKWARDS: Final = T("The first value of “between” is to be the lower one")
_IDLE: Final[Mapping[tuple[str, object], Text]] = {
    (">=", 0): T("A number of rows is always >= 0"),
    ("<", 0): T("A number of rows is never < 0"),
}
"""Counts that say nothing."""
_WRITE: Final[Mapping[Sort, Text]] = {
    Sort.YES_NO: T("Write true or false, without quotation marks."),
    Sort.TIME: T("Write it as 09:30:00, without quotation marks."),
}
"""How values of some kinds are written."""


class Resolver:
    """Works out conditions of one playbook, and keeps what is wrong with them.

    Attributes:
        faults: what was found, in the order in which it stands in the playbook.
    """

    def __init__(self, playbook: "Playbook", fields: Mapping[str, FieldSpec]) -> None:
        self.playbook = playbook
        self.fields = fields
        self.faults: list[Wrong] = []

    def fault(self, place: Place, problem: Text, remedy: Text | None = None, because: Place = ()) -> None:
        """Keep a fault."""
        self.faults.append(Wrong(place, problem, remedy, because))

    def node(self, said: Condition, place: Place, kind: str | None = None, depth: int = 0) -> Node | None:
        """What a condition means; None where something is wrong with it.

        Args:
            kind: the kind of the row that it is put to, if it is put to one.
        """
        if depth > _DEEPEST:
            problem = T("Conditions are at most {most} deep", most=_DEEPEST)
            self.fault(place, problem, T("Make several rules of it."))
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

    def kind(self, name: str, place: Place) -> str | None:
        """A kind of rows by its name."""
        if name in ROW_KINDS:
            return name
        remedy = near(name, ROW_KINDS) or T("There are: {kinds}", kinds=", ".join(ROW_KINDS))
        self.fault(place, T("There are no rows called “{name}”", name=cut(name)), remedy)
        return None

    def _count(self, said: Condition, place: Place, depth: int) -> Node | None:
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
            self.fault((*place, "value"), _BACKWARDS)
            return None
        if (said.op, numbers[0]) in _IDLE:
            self.fault((*place, "value"), _IDLE[said.op, numbers[0]], T("Write 1 or more."))
            return None
        return Count(kind, where, said.op, numbers)

    def source(self, path: str, place: Place) -> Source | None:
        """The field or figure of a path."""
        if path in FIGURES:
            return FIGURES[path]
        spec = self.fields.get(path)
        if spec is not None:
            return source_of(spec)
        remedy = near(path, [*self.fields, *FIGURES]) or T("“oppwizard schema” lists all fields.")
        because: Place = ("fields",) if path.startswith(f"{CUSTOM}.") else ()
        self.fault(place, T("There is no field “{path}”", path=cut(path)), remedy, because)
        return None

    def _tested(self, said: Condition, place: Place, kind: str | None) -> Node | None:
        source = self.source(said.field or "", (*place, "field"))
        if source is None or not self._fits_rows(source, said, place, kind):
            return None
        op = said.op or ""
        if op not in source.allowed:
            problem = T("“{op}” cannot be asked of {path}", op=op, path=source.path)
            self.fault((*place, "op"), problem, T("It takes: {ops}", ops=", ".join(source.allowed)))
            return None
        seen = source.rows or kind
        test = self._against_other(said, source, place, seen) if said.than else self._against(said, source, place)
        if test is None or said.of is None or source.rows is None:
            return test
        return OfRows(source.rows, said.of, test)

    def _fits_rows(self, source: Source, said: Condition, place: Place, kind: str | None) -> bool:
        in_row = source.rows is not None and source.rows == kind
        if source.rows is None or in_row:
            if said.of is not None:
                problem = T("{path} is no field of rows", path=source.path)
                if in_row:
                    problem = T("{path} is looked at row by row here", path=source.path)
                self.fault((*place, "of"), problem, T("Leave {setting} out.", setting="of"))
                return False
        elif said.of is None:
            problem = T("{path} is a field of rows, and it is not said which of them", path=source.path)
            remedy = T('Add of = "any", "all" or "none", or each in the rule.')
            self.fault((*place, "field"), problem, remedy)
            return False
        return True

    def _against_other(self, said: Condition, source: Source, place: Place, kind: str | None) -> Test | None:
        other = self.source(said.than or "", (*place, "than"))
        if other is None:
            return None
        problem = _incomparable(source, other, said, kind)
        if problem is not None:
            self.fault((*place, "than"), problem, T("Name another field, or give a value."))
            return None
        return Test(source, said.op or "", (), other, said.plus)

    def _against(self, said: Condition, source: Source, place: Place) -> Test | None:
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
                self.fault(where, problem.problem, problem.remedy, source.picked_from)
                return None
            operands.append(operand)
            shown.append(value if source.sort in (Sort.TEXT, Sort.PICK) else operand)
        if op == "between" and _is_backwards(operands):
            self.fault((*place, "value"), _BACKWARDS)
            return None
        return Test(source, op, tuple(operands), shown=tuple(shown))

    def _operand(self, source: Source, op: str, value: Any) -> Any:
        """A value as it is held against the source's.

        Raises:
            ValueProblem: it is none.
        """
        match source.sort:
            case Sort.MONEY:
                return _sum(source, value)
            case Sort.NUMBER:
                return _number(source, value)
            case Sort.DATE:
                return _day(source, value)
            case Sort.YES_NO if isinstance(value, bool):
                return value
            case Sort.TIME if isinstance(value, dt.time):
                return value
            case Sort.PERSON:
                problem = T("{path} names a person, and people are not named in a playbook", path=source.path)
                raise ValueProblem(problem, T("Hold it against another field with than."))
        if not isinstance(value, str):
            raise _no_value(source, value, _WRITE.get(source.sort, T("It takes a text.")))
        if not value.strip():
            raise ValueProblem(T("The value is blank"), T('Use the op "empty" or "answered".'))
        if source.spec is None or (source.sort is Sort.TEXT and op in _PARTLY):
            return fold(value)
        read = meant(source.spec, value, self.playbook, PROBE)
        if source.sort is Sort.CHOICES:
            if len(read) != 1:
                raise _no_value(source, value, T("It takes one of the choices at a time."))
            return read[0]
        return fold(read) if source.sort in (Sort.TEXT, Sort.PICK) else read


def _no_value(source: Source, value: object, remedy: Text) -> ValueProblem:
    shown = str(value).lower() if isinstance(value, bool) else cut(str(value))
    return ValueProblem(T("“{value}” is no value for {path}", value=shown, path=source.path), remedy)


def _incomparable(source: Source, other: Source, said: Condition, kind: str | None) -> Text | None:
    """Why two fields cannot be held against each other; None where they can."""
    if other.rows is not None and other.rows != kind:
        return T("{path} is a field of rows, and no row of them is looked at here", path=other.path)
    choices = source.spec.choices if source.spec else None
    if source.sort is not other.sort or (other.spec is not None and choices is not other.spec.choices):
        return T("{path} and {other} are of different kinds", path=source.path, other=other.path)
    if source.path == other.path and not said.plus:
        return T("{path} is held against itself", path=source.path)
    if said.plus and source.sort is not Sort.DATE:
        return T("plus is for dates: so many days after the other one")
    if source.is_revenue != other.is_revenue:
        return T("{path} and {other} are in currencies of their own", path=source.path, other=other.path)
    return None


def _sum(source: Source, value: Any) -> Sum:
    if isinstance(value, str):
        amount = parse_money(value)
        return Sum(amount.value, amount.currency)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _no_value(source, value, T('It takes an amount, such as 50000 or "EUR 50,000".'))
    return Sum(Decimal(value))


def _number(source: Source, value: Any) -> Decimal:
    if isinstance(value, str) and source.spec is not None and source.spec.ask.kind is Kind.PERCENT:
        value = parse_decimal(value.strip().removesuffix("%").strip())
    elif isinstance(value, str):
        value = parse_decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _no_value(source, value, T("It takes a number."))
    return Decimal(value)


def _day(source: Source, value: Any) -> dt.date | Relative:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        raise _no_value(source, value, T('It takes a day, such as 2026-12-31 or "+30d".'))
    day = parse_date(value, PROBE)
    return day if parse_date(value, _LATER) == day else Relative(value)


def _is_backwards(operands: list[Any]) -> bool:
    low, high = (one.value if isinstance(one, Sum) else one for one in operands)
    if isinstance(low, Relative) and isinstance(high, Relative):
        low, high = parse_date(low.text, PROBE), parse_date(high.text, PROBE)
    return type(low) is type(high) and bool(low > high)
