"""What a field could be answered with: what its declaration, the playbook's rules and the sample deal suggest."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any, Final

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T
from oppwizard.model.ask import Kind
from oppwizard.model.dates import parse_date
from oppwizard.model.fields import FieldSpec
from oppwizard.model.findings import Address
from oppwizard.playbook.conditions import Relative, Source, Sum, Test, inside
from oppwizard.playbook.rulings import Ruling
from oppwizard.process.rules import figure
from oppwizard.walk.trial.draft import Draft, typed

_DAYS: Final = (-400, -60, -30, -21, -6, -2, -1, 0, 1, 2, 7, 14, 29, 31, 56, 63, 90, 200, 400)
_TEXTS: Final = (
    "Counted in four warehouses",
    "Agreed with Dana Whitfield in Tacoma",
    "四つの倉庫で数えた結果",
    "Q7",
    "Mo 8",
    "K42",
    "棚卸",
    "林",
    "7",
)
_NUMBERS: Final = tuple(map(Decimal, (3, 20, 100, 1, 0, 12, 5_000, 100_000)))
_NEAR: Final = (Decimal(0), Decimal(1), Decimal(-1))
_WORDED: Final = (Kind.LINE, Kind.LONG, Kind.ACCOUNT, Kind.PICK)
_MOST_PARTS: Final = 4


class Answers:
    """Candidates for each field of a draft, the likeliest first."""

    def __init__(self, draft: Draft, script: Mapping[str, Any], rulings: Iterable[Ruling]) -> None:
        self.draft, self.script = draft, script
        self._tests: dict[str, list[Test]] = {}
        for ruling in rulings:
            for node in (*inside(ruling.must), *(inside(ruling.when) if ruling.when else ())):
                if isinstance(node, Test):
                    self._tests.setdefault(node.source.path, []).append(node)
                    if node.other is not None:
                        self._tests.setdefault(node.other.path, []).append(node)

    def of(self, at: Address) -> Iterator[str]:
        """Texts that could be typed there, each once."""
        spec = at.spec
        if spec is not None:
            yield from dict.fromkeys(self._of(spec, at))

    def _of(self, spec: FieldSpec, at: Address) -> Iterator[str]:
        tests = self._tests.get(spec.path, [])
        if spec.path in self.script["answers"]:
            yield self.script["answers"][spec.path]
        yield from (row[spec.name] for row in self.script.get(spec.entity, ()) if spec.name in row)
        if spec.ask.example is not None:
            yield str(spec.ask.example)
        yield from self._others(spec, tests, at)
        yield from self._declared(spec, tests)
        yield ""

    def numbers(self, source: Source, tests: Iterable[Test] = ()) -> list[Decimal]:
        """The numbers that conditions hold a field or figure against, with what is next to them and between them."""
        draft, said = self.draft, set[Decimal]()
        for test in (*self._tests.get(source.path, ()), *tests):
            for value in test.operands if test.source.path == source.path else ():
                if isinstance(value, Sum):
                    said.add(draft.playbook.scaled(value.value, draft.record.currency))
                    said.add(value.value)
                elif isinstance(value, int | Decimal):
                    said.add(Decimal(value))
        between = [(low + high) / 2 for low, high in pairwise(sorted(said))]
        return [number + step for number in said for step in (*_NEAR, Decimal("0.5"))] + between

    def _declared(self, spec: FieldSpec, tests: list[Test]) -> Iterator[str]:
        """What its declaration lets it be, and what conditions want of it."""
        record = self.draft.record
        match spec.ask.kind:
            case Kind.CHOICE:
                yield from (typed(one) for one in spec.choices or ())
            case Kind.CHOICES:
                every = [typed(one) for one in spec.choices or ()]
                yield from (", ".join(every), *every)
                yield from (", ".join(one for one in every if one != other) for other in every)
            case Kind.PERSON | Kind.PEOPLE:
                yield from (str(person.id) for person in record.people if person.name)
            case Kind.YES_NO:
                yield from (str(T("yes")), str(T("no")))
            case Kind.CURRENCY:
                yield from (record.currency, *(str(value) for test in tests for value in test.operands), "USD", "EUR")
            case Kind.DATE:
                yield from (day.isoformat() for day in self._days(tests))
            case Kind.TIME:
                yield from ("10:00", *(typed(time) for time in _times(tests)))
            case Kind.EMAIL:
                yield from ("ada@example.com", *_mail(tests))
            case Kind.PHONE:
                yield from ("+1 253 555 0142", *_phones(tests))
            case _ if spec.ask.kind in _WORDED:
                yield from self._texts(spec, tests)
            case _:
                yield from self._counts(spec)

    def _days(self, tests: list[Test]) -> Iterator[dt.date]:
        today = self.draft.today
        for test in tests:
            for value in test.operands:
                day = _day(value, today)
                if day is not None:
                    yield from _around(day)
        yield from (today + dt.timedelta(days=days) for days in _DAYS)

    def _counts(self, spec: FieldSpec) -> Iterator[str]:
        limits = [
            Decimal(getattr(limit, name))
            for limit in spec.model.model_fields[spec.name].metadata
            for name in ("ge", "gt", "le", "lt")
            if getattr(limit, name, None) is not None
        ]
        if spec.path == "probability":
            chosen = self.draft.playbook.sales_stage(self.draft.record.opportunity.sales_stage)
            yield from (f"{bound:f}" for bound in ((chosen.low, chosen.high) if chosen else ()))
            limits += [bound for stage in self.draft.playbook.sales_stages for bound in (stage.low, stage.high)]
        own = self.numbers(Source(spec.path, _NO_SORT, spec.ask.label))
        near = [limit + step for limit in limits for step in (*_NEAR, Decimal("0.25"))]
        if len(limits) == 2:
            near.append(sum(limits, Decimal(0)) / 2)
        between = [(low + high) / 2 for low, high in pairwise(sorted({*own, *limits}))]
        yield from (f"{number:f}" for number in (*own, *_NUMBERS, *near, *between))

    def _texts(self, spec: FieldSpec, tests: list[Test]) -> Iterator[str]:
        if spec.ask.kind is Kind.PICK:
            listed = self.draft.playbook.pick_list(spec.ask.picks or "")
            yield from (item.value for item in listed.items)
            if not listed.open:
                return
        yield from _worded(tests)
        longest = spec.max_length or 0
        yield from (text[:longest] if longest else text for text in _TEXTS)

    def _others(self, spec: FieldSpec, tests: list[Test], at: Address) -> Iterator[str]:
        """What the fields that it is held against make of it."""
        for test in tests:
            if test.other is None:
                continue
            mine = test.source.path == spec.path
            other, days = (test.other, test.plus) if mine else (test.source, -test.plus)
            for value in self._values(other, at):
                if isinstance(value, dt.date):
                    yield from (day.isoformat() for day in _around(value + dt.timedelta(days=days)))
                elif isinstance(value, int | Decimal) and not isinstance(value, bool):
                    yield from (typed(value + step) for step in _NEAR)
                else:
                    yield typed(value)

    def _values(self, source: Source, at: Address) -> list[Any]:
        """The values of a field, in the same row where rows have both."""
        if source.spec is None:
            return [value for value in (figure(source, self.draft.case),) if value is not None]
        rows = [None]
        if source.rows is not None:
            same = source.rows == at.entity
            rows = [row.id for row in self.draft.record.rows(source.rows) if not same or row.id == at.row]
        values = (self.draft.record.value(Address(source.spec.entity, source.spec.name, row)) for row in rows)
        return [value for value in values if value is not None]


_NO_SORT: Any = None


def _around(day: dt.date) -> Iterator[dt.date]:
    for days in (0, 1, -1):
        try:
            yield day + dt.timedelta(days=days)
        except OverflowError:
            continue


def _day(value: Any, today: dt.date) -> dt.date | None:
    if not isinstance(value, Relative):
        return value if isinstance(value, dt.date) else None
    try:
        return parse_date(value.text, today)
    except ValueProblem:
        return None


def _times(tests: list[Test]) -> Iterator[dt.time]:
    for test in tests:
        for value in test.operands:
            if isinstance(value, dt.time):
                minutes = value.hour * 60 + value.minute
                yield from (dt.time(*divmod(near % 1440, 60)) for near in (minutes, minutes + 1, minutes - 1))


def _said(tests: list[Test]) -> list[str]:
    return list(dict.fromkeys(value for test in tests for value in test.shown if isinstance(value, str)))


def _worded(tests: list[Test]) -> Iterator[str]:
    """Texts that begin with, contain or are what conditions say, together as far as they go together."""
    words = _said(tests)
    yield from words
    begins = [str(test.shown[0]) for test in tests if test.op == "starts with"]
    within = [str(test.shown[0]) for test in tests if test.op == "contains"][:_MOST_PARTS]
    for begin in (*dict.fromkeys(begins), ""):
        for size in range(len(within), -1, -1):
            for some in combinations(within, size):
                parts = [part for part in (begin, *some) if part]
                yield from (" ".join([*parts, *more]) for more in ((), _TEXTS[:1], _TEXTS[2:3]) if parts)
                yield "".join(parts)


def _mail(tests: list[Test]) -> Iterator[str]:
    shapes: tuple[Callable[[str], str], ...] = (str, "ada{}".format, "ada@{}".format, "{}@example.com".format)
    for text in _said(tests):
        yield from (shape(text.strip()) for shape in shapes)
        yield f"{text.strip()}ada@example.com"


def _phones(tests: list[Test]) -> Iterator[str]:
    for text in _said(tests):
        digits = text.strip()
        yield digits
        yield from (f"{digits}{'2065550142345'[:size]}" for size in range(13, 0, -1))
