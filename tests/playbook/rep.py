"""An automatic rep: walks a record through its gates, each open point answered from its declaration and the rules."""

import contextlib
import copy
import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from oppwizard.errors import OppwizardError
from oppwizard.model.ask import Kind
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec, fields_of
from oppwizard.model.findings import Address, Finding, address
from oppwizard.model.record import Record
from oppwizard.playbook.conditions import Count, Every, Node, Not, OfRows, Some, Sum, Test, inside
from oppwizard.playbook.rulings import Ruling
from oppwizard.process.entry import show
from oppwizard.process.rules import CODE, holds
from oppwizard.walk import Walk
from oppwizard.walk.sample import answer, script

Step = Callable[[Record], None]
"""One or more edits of a record."""
DAYS = (-30, -21, -19, -6, -2, -1, 0, 1, 2, 7, 14, 29, 31, 56, 63, 90, 199, 201, 400)
TEXTS = ("Counted in four warehouses", "Q7", "Mo 8", "棚卸", "林")


class Stuck(AssertionError):
    """The rep knows no answer that opens a gate."""


class Rep:
    """Walks one record."""

    def __init__(self, walk: Walk, record_id: UUID) -> None:
        self.walk = walk
        self.record = walk.load(record_id)
        self.script = script()
        self.rulings = [one for several in walk.playbook.rulings.values() for one in several]

    def complete(self) -> None:
        """Go through all stages.

        Raises:
            Stuck: with the open points that nothing settles.
        """
        for stage in Stage:
            if stage >= self.record.opportunity.stage:
                self._known(stage)
            self._settle(stage)
            if stage is Stage.CREATION:
                if self.walk.checked(self.record).candidates:
                    self._typed(address("different_because"), "Another warehouse")(self.record)
                self.walk.save(self.walk.create(self.record))
                self._settle(stage)
            elif stage < Stage.STRATEGY and self.record.opportunity.stage <= stage:
                self.walk.save(self.walk.advance(self.record, Stage(stage + 1)))

    def _known(self, stage: Stage) -> None:
        """What the rep knows anyway, as far as the playbook takes it."""
        for kind in ROW_KINDS:
            lines = self.script.get(kind, ())
            if lines and (kind in ("risks", "team") or not self.record.rows(kind) or stage > 1):
                with contextlib.suppress(OppwizardError):
                    answer(self.walk, self.record, {kind: lines, "answers": {}}, stage)
        for path, text in self.script["answers"].items():
            if FIELDS[path].ask.stage is stage:
                with contextlib.suppress(OppwizardError):
                    self._typed(address(path), text)(self.record)

    def _settle(self, stage: Stage) -> None:
        for _turn in range(200):
            points = self._points(self.record, stage)
            if not points:
                return
            if not any(self._mend(point, stage) for point in points):
                raise Stuck("\n".join(f"{p.code} {p.at} {p.message} / {p.remedy}" for p in points))
        raise Stuck(f"no end of it: {points}")

    def _points(self, record: Record, stage: Stage) -> list[Finding]:
        found = (point for point in self.walk.verdict(record).blocking if point.stage <= stage)
        return [point for point in found if point.code not in ("create.pending", "duplicate.same")]

    # Trying

    def _mend(self, point: Finding, stage: Stage) -> bool:
        """Take the first step that makes things better, else one that settles this point and makes nothing worse."""
        before = self._badness(self.record, stage)
        sideways: Step | None = None
        for step in self._steps(point):
            after = self._tried(step, point, stage)
            if after is None:
                continue
            if after[0] < before:
                step(self.record)
                return True
            if after[0][0] == before[0] and after[1] and sideways is None:
                sideways = step
        if sideways is not None:
            sideways(self.record)
        return sideways is not None

    def _tried(self, step: Step, point: Finding, stage: Stage) -> tuple[tuple[int, int], bool] | None:
        """What a copy of the record would be like after a step, and whether the point is settled; None if refused."""
        trial = copy.deepcopy(self.record)
        kept, self.walk.save = self.walk.save, lambda move: move  # type: ignore[method-assign]
        try:
            step(trial)
            settled = all((one.code, one.at) != (point.code, point.at) for one in self._points(trial, stage))
            return self._badness(trial, stage), settled
        except OppwizardError:
            return None
        finally:
            self.walk.save = kept  # type: ignore[method-assign]

    def _badness(self, record: Record, stage: Stage) -> tuple[int, int]:
        points = self._points(record, stage)
        broken = {point.code for point in points}
        scope: Any = SimpleNamespace(case=self.walk.case(record), today=self.walk.context.today)
        failing = 0
        for ruling in self.rulings:
            if CODE + ruling.rule.name in broken:
                rows = record.rows(ruling.each) if ruling.each else [None]
                failing += sum(_failing(ruling.must, scope, row) for row in rows)
        return len(points), failing

    def _typed(self, at: Address, text: str) -> Step:
        def step(record: Record) -> None:
            self.walk.save(self.walk.set(record, at, text))

        return step

    # What can be done

    def _steps(self, point: Finding) -> Iterator[Step]:
        if point.proposal:
            yield self._typed(point.at, point.proposal)
        if point.at.spec is not None:
            yield from self._answers(point.at)
        if point.code == "value.zero":
            for line in self.record.lines:
                for name, text in (("unit_price", "45"), ("quantity", "3"), ("discount", "0")):
                    yield self._typed(Address("lines", name, line.id), text)
        if point.code.startswith(CODE):
            ruling = next(one for one in self.rulings if CODE + one.rule.name == point.code)
            yield from self._keeping(ruling)
        if point.at.entity in ROW_KINDS and not point.at.name:
            yield from self._more(point.at.entity)

    def _keeping(self, ruling: Ruling) -> Iterator[Step]:
        for node in (*inside(ruling.must), *(inside(ruling.when) if ruling.when else ())):
            if isinstance(node, Count):
                yield from self._more(node.kind)
                yield from self._fewer(node.kind)
            elif isinstance(node, Test):
                if node.source.rows is not None:
                    assert node.source.spec is not None
                    yield from self._more(node.source.rows)
                    for row in self.record.rows(node.source.rows):
                        yield from self._answers(Address(node.source.rows, node.source.spec.name, row.id))
                    yield from self._fewer(node.source.rows)
                elif node.source.spec is None:
                    yield from self._worth(node)
                else:
                    yield from self._answers(address(node.source.path))

    def _worth(self, test: Test) -> Iterator[Step]:
        """Let the line items be worth something else: one of them a licence of a year at the price wanted."""
        numbers = [one.value if isinstance(one, Sum) else one for one in test.operands]
        scaled = [
            self.walk.playbook.scaled(Decimal(n), self.record.currency) for n in numbers if not isinstance(n, str)
        ]
        for price in (Decimal("0.01"), Decimal(1), *(n + d for n in scaled for d in (-1, 0, 1, 10)), Decimal(1000)):
            yield self._valued(max(price, Decimal(0)))

    def _valued(self, price: Decimal) -> Step:
        def step(record: Record) -> None:
            for number, line in enumerate(record.lines):
                own = {"quantity": "1", "discount": "0", "unit_price": f"{price:f}" if not number else "0"}
                own |= {"period": "per year"} if not number else {}
                for name, text in own.items():
                    self.walk.save(self.walk.set(record, Address("lines", name, line.id), text))

        def short(record: Record) -> None:
            step(record)
            self.walk.save(self.walk.set(record, address("term_months"), "12"))

        return short

    def _more(self, kind: str) -> Iterator[Step]:
        """Another row like one that is there, else like one of the script."""
        playbook, record = self.walk.playbook, self.record
        found: list[dict[str, str]] = []
        for row in record.rows(kind):
            shown = {}
            for spec in fields_of(kind):
                holder = row.part(spec.name) if kind == "people" else row
                shown[spec.name] = show(spec, getattr(holder, spec.name), record, playbook)
            found.append(shown)
        for values in [*found, *self.script.get(kind, ())]:
            yield self._adding(kind, {name: text for name, text in values.items() if text})

    def _adding(self, kind: str, values: dict[str, str]) -> Step:
        number = len(self.record.rows(kind)) + 1

        def step(record: Record) -> None:
            row = self.walk.save(self.walk.add(record, kind)).row
            for name, text in values.items():
                if kind == "people" and name in ("name", "email"):
                    text = f"P{number}-{text}" if name == "email" else f"{text} {number}"
                self.walk.save(self.walk.set(record, Address(kind, name, row), text))

        return step

    def _fewer(self, kind: str) -> Iterator[Step]:
        for row in reversed(self.record.rows(kind)):

            def step(record: Record, row_id: UUID = row.id) -> None:
                self.walk.save(self.walk.remove(record, kind, row_id))

            yield step

    # Answers

    def _answers(self, at: Address) -> Iterator[Step]:
        spec = at.spec
        assert spec is not None
        for text in dict.fromkeys(self._candidates(spec)):
            yield self._typed(at, text)

    def _candidates(self, spec: FieldSpec) -> Iterator[str]:
        tests = [test for test in self._tests() if test.source.path == spec.path]
        yield from _declared(spec, self.walk, self.record)
        yield from _wanted(spec, tests, self.walk.context.today)
        if spec.path in self.script["answers"]:
            yield self.script["answers"][spec.path]
        yield from (row[spec.name] for row in self.script.get(spec.entity, ()) if spec.name in row)
        yield ""

    def _tests(self) -> Iterator[Test]:
        for ruling in self.rulings:
            for node in (*inside(ruling.must), *(inside(ruling.when) if ruling.when else ())):
                if isinstance(node, Test):
                    yield node


def _failing(node: Node, scope: Any, row: Any) -> int:
    """How far a condition is from holding."""
    match node:
        case Every(parts):
            return sum(_failing(part, scope, row) for part in parts)
        case Some(parts):
            return min(_failing(part, scope, row) for part in parts)
        case Not():
            return int(holds(node, scope, row) is False)
        case OfRows() if node.of == "all":
            return sum(holds(node.test, scope, one) is False for one in scope.case.record.rows(node.kind))
        case Count() if holds(node, scope, row) is False:
            rows = scope.case.record.rows(node.kind)
            count = sum(node.where is None or holds(node.where, scope, one) is True for one in rows)
            return 1 + min(abs(count - number) for number in node.numbers)
    return int(holds(node, scope, row) is False)


def _declared(spec: FieldSpec, walk: Walk, record: Record) -> Iterator[str]:
    """What a declaration lets a field be."""
    match spec.ask.kind:
        case Kind.CHOICE:
            yield from (str(one.label) for one in spec.choices or ())
        case Kind.CHOICES:
            every = [str(one.label) for one in spec.choices or ()]
            yield from (*every, ", ".join(every))
        case Kind.PICK:
            listed = walk.playbook.pick_list(spec.ask.picks or "")
            yield from (item.value for item in listed.items)
            yield from TEXTS if listed.open else ()
        case Kind.PERSON | Kind.PEOPLE:
            yield from (person.name for person in record.people if person.name)
        case Kind.YES_NO:
            yield from ("yes", "no")
        case Kind.CURRENCY:
            yield from (record.currency, "USD")
        case Kind.DATE:
            yield from ((walk.context.today + dt.timedelta(days=days)).isoformat() for days in DAYS)
        case Kind.TIME:
            yield "10:00"
        case Kind.EMAIL:
            yield "ada@example.com"
        case Kind.PHONE:
            yield "+1 253 555 0142"
        case Kind.LINE | Kind.LONG | Kind.ACCOUNT:
            yield from TEXTS
        case _:
            yield from _numbers(spec, walk, record)


def _numbers(spec: FieldSpec, walk: Walk, record: Record) -> Iterator[str]:
    limits = [
        Decimal(getattr(limit, name))
        for limit in spec.model.model_fields[spec.name].metadata
        for name in ("ge", "gt", "le", "lt")
        if getattr(limit, name, None) is not None
    ]
    if spec.path == "probability":
        stages = walk.playbook.sales_stages
        limits += [bound for stage in stages for bound in (stage.low, stage.high)]
    near = (limit + step for limit in limits for step in (0, Decimal("0.25"), 1, -1))
    yield from (f"{number:f}" for number in (*map(Decimal, (3, 20, 100, 1, 0, 5_000, 100_000)), *near) if number >= 0)


def _wanted(spec: FieldSpec, tests: list[Test], today: dt.date) -> Iterator[str]:
    """What the rules' own values suggest."""
    said = [value.value if isinstance(value, Sum) else value for test in tests for value in test.shown]
    if spec.ask.kind in (Kind.LINE, Kind.LONG, Kind.ACCOUNT, Kind.PICK):
        texts = [str(one) for one in said]
        yield from (*texts, "".join(texts), " ".join(texts))
        yield from (f"{text} {more}" for text in texts for more in (*TEXTS, *texts))
        yield from (f"{' '.join(texts[n:] + texts[:n])} {TEXTS[0]}" for n in range(len(texts)))
    for value in said:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            yield from (
                f"{value + step:f}" for step in (Decimal(0), Decimal(1), Decimal(-1), Decimal("0.5"), Decimal(2))
            )
