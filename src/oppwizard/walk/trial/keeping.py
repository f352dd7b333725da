"""How a condition could be made to hold, or not to: each way is tried on the draft, and taken back unless kept."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from oppwizard.model.ask import Kind, Need
from oppwizard.model.enums import Severity
from oppwizard.model.fields import FIELDS, ROW_KINDS, SINGLE, fields_of
from oppwizard.model.findings import Address
from oppwizard.model.money import digits
from oppwizard.playbook.conditions import Count, Every, Node, Not, OfRows, Some, Source, Sum, Test
from oppwizard.playbook.rulings import Ruling
from oppwizard.process.rules import Scope, compares, holds
from oppwizard.process.scoping import measured
from oppwizard.walk.trial.answers import Answers
from oppwizard.walk.trial.draft import MOST_ROWS, Change, Draft, typed

_T = TypeVar("_T")
Goal = frozenset[bool | None]
"""What a condition may be for a purpose: true, false, open."""
KEEP: Final[Goal] = frozenset({True, None})
BREAK: Final[Goal] = frozenset({False, None})
YES: Final[Goal] = frozenset({True})
NO: Final[Goal] = frozenset({False})
_CONTRARY: Final = {KEEP: BREAK, BREAK: KEEP, YES: NO, NO: YES}
_MOST: Final = 12
"""So many answers of one field are tried for one purpose."""
_VARIANTS: Final = 4
_FAR: Final = 20


class Keeper:
    """Knows ways of keeping rules. Each of its iterators leaves the draft changed while it is looked at.

    An iterator that is left where it stands leaves its change in the draft.
    """

    def __init__(self, draft: Draft, answers: Answers, rulings: Iterable[Ruling], weigh: Callable[[str], int]) -> None:
        self.draft, self.answers = draft, answers
        self.rulings = [ruling for ruling in rulings if ruling.severity is Severity.BLOCK]
        self._weigh = weigh

    # What rules say now

    def failing(self, ruling: Ruling) -> int:
        """How far a rule is from being kept; 0 where it is."""
        scope = self._scope()
        rows = self.draft.record.rows(ruling.each) if ruling.each else [None]
        return sum(
            _distance(ruling.must, scope, row)
            for row in rows
            if ruling.when is None or holds(ruling.when, scope, row)
            if holds(ruling.must, scope, row) is False
        )

    def _all_failing(self) -> int:
        known = (ruling for ruling in self.rulings if ruling.stage <= self.draft.until)
        return sum(min(self.failing(ruling), _FAR) * self._weigh(ruling.rule.name) for ruling in known)

    def _scope(self) -> Scope:
        return Scope(self.draft.case, self.draft.today)

    def _is(self, node: Node, goal: Goal, row: Any) -> bool:
        return holds(node, self._scope(), row) in goal

    # Ways of keeping them

    def keeping(self, ruling: Ruling) -> Iterator[None]:
        """Ways of keeping a broken rule."""
        if ruling.each is None:
            yield from self.ways(ruling.must, KEEP, None)
            if ruling.when is not None:
                yield from self.ways(ruling.when, BREAK, None)
            return
        rows = [row for row in self.draft.record.rows(ruling.each) if self._is_broken(ruling, row)]
        for node, goal in ((ruling.must, KEEP), *(((ruling.when, BREAK),) if ruling.when else ())):
            yield from self._each(node, goal, rows)
        yield from self._without(ruling.each, rows)

    def _is_broken(self, ruling: Ruling, row: Any) -> bool:
        return (ruling.when is None or self._is(ruling.when, YES, row)) and self._is(ruling.must, NO, row)

    def ways(self, node: Node, goal: Goal, row: Any) -> Iterator[None]:
        """Ways of letting a condition be as it may be, where it is not."""
        match node:
            case Not(part):
                yield from self.ways(part, _CONTRARY[goal], row)
            case Every(parts) | Some(parts):
                if isinstance(node, Every) == (True in goal):
                    yield from self._all_of(parts, goal, row)
                else:
                    for part in parts:
                        yield from self.ways(part, goal, row)
            case OfRows():
                yield from self._of_rows(node, True in goal)
            case Count():
                yield from self._count(node, True in goal)
            case Test():
                yield from self._test(node, goal, row)

    def _all_of(self, parts: Iterable[Node], goal: Goal, row: Any) -> Iterator[None]:
        """All parts at once, each in its first, second ... way; then one by one."""
        wrong = [part for part in parts if not self._is(part, goal, row)]
        for variant in range(_VARIANTS if len(wrong) > 1 else 0):
            mark = self.draft.mark
            for part in (*wrong, *wrong):
                if not self._is(part, goal, row):
                    self._take(self.ways(part, goal, row), variant)
            yield from self._shown(mark)
        for part in wrong:
            yield from self.ways(part, goal, row)

    def _each(self, node: Node, goal: Goal, rows: list[Any]) -> Iterator[None]:
        """A condition on several rows: all at once, each in the same way; then one by one."""
        for variant in range(_VARIANTS if len(rows) > 1 else 0):
            mark = self.draft.mark
            for row in rows:
                self._take(self.ways(node, goal, row), variant)
            yield from self._shown(mark)
        for row in rows[:_VARIANTS]:
            yield from self.ways(node, goal, row)

    def _take(self, ways: Iterator[None], number: int) -> bool:
        """Leave the draft as one of several ways has it."""
        return next(islice(ways, number, None), self) is None

    def _shown(self, mark: int) -> Iterator[None]:
        """Let what has been changed be looked at, and take it back."""
        if self.draft.mark > mark:
            yield
        self.draft.back(mark)

    # Rows

    def _of_rows(self, node: OfRows, wanted: bool) -> Iterator[None]:
        """Some row that is so, or no row that is not."""
        rows = self.draft.record.rows(node.kind)
        if (node.of == "any") is wanted:
            goal = NO if node.of == "all" else YES
            for row in rows[:_VARIANTS]:
                yield from self.ways(node.test, goal, row)
            yield from self._with_more(node.kind, node.test, goal, 1)
            return
        goal = KEEP if node.of == "all" else BREAK
        wrong = [row for row in rows if not self._is(node.test, goal, row)]
        yield from self._each(node.test, goal, wrong)
        yield from self._without(node.kind, wrong)

    def _count(self, node: Count, wanted: bool) -> Iterator[None]:
        """More rows that are so, or fewer."""
        rows = self.draft.record.rows(node.kind)
        matching = [row for row in rows if node.where is None or self._is(node.where, YES, row)]
        near = {number + step for number in (*node.numbers, len(matching)) for step in (-1, 0, 1)}
        fits = [n for n in near if 0 <= n <= MOST_ROWS and compares(node.op, n, *node.numbers) is wanted]
        others = [row for row in rows if row not in matching]
        for number in sorted(fits, key=lambda one: abs(one - len(matching)))[:2]:
            lacking = number - len(matching)
            if lacking > 0 and node.where is not None:
                yield from self._each(node.where, YES, others[:lacking])
            if lacking > 0:
                yield from self._with_more(node.kind, node.where, YES, lacking)
            if lacking < 0 and node.where is not None:
                yield from self._each(node.where, BREAK, matching[lacking:])
            if lacking < 0:
                yield from self._without(node.kind, matching[lacking:])
                yield from self._without(node.kind, matching[:-lacking])

    def with_row(self, kind: str) -> Iterator[None]:
        """One more row of a kind."""
        yield from self._with_more(kind, None, KEEP, 1)

    def _with_more(self, kind: str, where: Node | None, goal: Goal, count: int) -> Iterator[None]:
        """More rows, like those that are there or those of the sample deal, of which something is to hold."""
        for values in self._likely(kind):
            for variant in range(_VARIANTS if where is not None else 1):
                mark = self.draft.mark
                for _number in range(count):
                    row = self.draft.add(kind, self._among_all(kind, values))
                    if row is not None and where is not None and not self._is(where, goal, row):
                        self._take(self.ways(where, goal, row), variant)
                yield from self._shown(mark)

    def _likely(self, kind: str) -> Iterator[dict[str, str]]:
        found = [self.draft.texts_of(kind, row) for row in self.draft.record.rows(kind)[-2:]]
        found += self.answers.script.get(kind, ())
        key = next((spec for spec in fields_of(kind) if spec.choices and spec.name in ("role", "category")), None)
        if kind not in self.answers.script:
            required = [spec.name for spec in fields_of(kind) if spec.ask.need is Need.REQUIRED]
            first = {name: next(self.answers.of(Address(kind, name)), "") for name in required}
            found += [first | {key.name: typed(one)} for one in key.choices or ()] if key else [first]
        yield from (dict(one) for one in {tuple(sorted(values.items())): None for values in found})

    def _among_all(self, kind: str, values: dict[str, str]) -> dict[str, str]:
        """A row's answers beside those of others: a person of a name of one's own, a talk with everybody."""
        number = len(self.draft.record.people) + 1
        own = {"name": "{text} {number}", "email": "p{number}.{text}"} if kind == "people" else {}
        everybody = ", ".join(str(person.id) for person in self.draft.record.people if person.name)
        whom = {spec.name: everybody for spec in fields_of(kind) if spec.ask.kind is Kind.PEOPLE}
        named = {name: shape.format(text=values[name], number=number) for name, shape in own.items() if name in values}
        return values | whom | named

    def without_row(self, kind: str, row_id: UUID | None) -> Iterator[None]:
        """A row taken away."""
        row = self.draft.record.row(kind, row_id)
        yield from self._without(kind, [row] if row is not None else [])

    def _without(self, kind: str, rows: list[Any]) -> Iterator[None]:
        """All of some rows taken away; then one by one."""
        for some in (rows, *([one] for one in rows[:_VARIANTS] if len(rows) > 1)):
            mark = self.draft.mark
            for row in some:
                self.draft.remove(kind, row)
            yield from self._shown(mark)

    # Answers

    def answering(self, at: Address, node: Node | None = None, goal: Goal = KEEP, row: Any = None) -> Iterator[None]:
        """Answers of a field of which a condition is as it may be, those that break the fewest rules first.

        Where there is a condition, the last candidate, which is no answer, comes second: conditions are open then.
        """
        found: list[tuple[int, int, tuple[Change, ...]]] = []
        mark = self.draft.mark
        for text in self.answers.of(at):
            if self.draft.answer(at, text):
                if node is None or self._is(node, goal, row):
                    found.append((self._all_failing(), len(found), self.draft.since(mark)))
                self.draft.back(mark)
        ranked = [one[2] for one in sorted(found, key=lambda one: one[:2])]
        for changes in _second(ranked, found[-1][2] if node is not None and found else None)[:_MOST]:
            self.draft.again(changes)
            yield from self._shown(mark)

    def _test(self, test: Test, goal: Goal, row: Any) -> Iterator[None]:
        for source in (test.source, test.other):
            if source is None:
                continue
            if source.spec is None:
                yield from self._figure(test, source, goal, row)
            elif source.rows is None or row is not None:
                at = Address(source.spec.entity, source.spec.name, row.id if source.rows else None)
                yield from self.answering(at, test, goal, row)
        if any(isinstance(operand, Sum) and operand.currency for operand in test.operands):
            yield from self.answering(Address("opportunity", "currency"), test, goal, row)

    # Figures

    def _figure(self, test: Test, source: Source, goal: Goal, row: Any) -> Iterator[None]:
        if source.path == "score":
            yield from self._scored(test, goal, row)
        elif source.path != "today":
            yield from self._worth(test, source, goal, row)

    def _worth(self, test: Test, figure: Source, goal: Goal, row: Any) -> Iterator[None]:
        """A term, or a price, at which the deal is worth what is wanted; else the figure typed over, with a reason."""
        targets = self.answers.numbers(figure, (test,))
        other = test.other if figure is test.source else test.source
        against = self._valued(other, row) if other is not None and test.other is not None else None
        if against is not None:
            targets += [against, against + 1, against - 1]
        yield from self.answering(Address("opportunity", "term_months"), test, goal, row)
        for change in self._valuing(figure.path):
            for target in dict.fromkeys(max(one, Decimal(0)) for one in targets):
                mark = self.draft.mark
                change(target)
                if self._is(test, goal, row):
                    yield from self._shown(mark)
                self.draft.back(mark)

    def worth(self, figure: Source) -> Iterator[None]:
        """The deal worth something."""
        for change in self._valuing(figure.path):
            for target in (Decimal(54_000), Decimal(1)):
                mark = self.draft.mark
                change(target)
                yield from self._shown(mark)

    def _valuing(self, figure: str) -> list[Callable[[Decimal], None]]:
        """What can bring a figure to a value: the price of a line, beside the others or alone; typing it over."""
        lines = self.draft.record.lines[:_VARIANTS]
        priced = [partial(self._priced, figure, line, alone) for alone in (False, True) for line in lines]
        return [*priced, partial(self._typed_over, figure)]

    def _valued(self, source: Source, row: Any) -> Decimal | None:
        if source.spec is None:
            return measured(self.draft.case).figure(source.path).value
        value = self.draft.record.value(Address(source.spec.entity, source.spec.name, row.id if source.rows else None))
        return value if isinstance(value, Decimal) else None

    def _priced(self, figure: str, line: Any, alone: bool, target: Decimal) -> None:
        """Let a line's price bring a figure to a value: figures are linear in prices."""
        for other in self.draft.record.lines if alone else ():
            self.draft.answer(Address("lines", "unit_price", other.id), "0")
        mark, at = self.draft.mark, Address("lines", "unit_price", line.id)
        free, dear = (self._at_price(at, price, figure) for price in (Decimal(0), Decimal(1_000)))
        self.draft.back(mark)
        if dear > free and target >= free:
            price = (target - free) / (dear - free) * 1_000
            self.draft.answer(at, f"{price.quantize(Decimal('0.0001')):f}")

    def _at_price(self, at: Address, price: Decimal, figure: str) -> Decimal:
        self.draft.answer(at, f"{price:f}")
        return measured(self.draft.case).figure(figure).computed

    def _typed_over(self, figure: str, target: Decimal) -> None:
        currency = self.draft.record.currency
        places = Decimal(1).scaleb(-digits(currency)) if currency else Decimal("0.01")
        self.draft.answer(Address("opportunity", f"{figure}_override"), f"{target.quantize(places):f}")
        if not self.draft.record.opportunity.override_reason:
            for text in self.answers.of(Address("opportunity", "override_reason")):
                if self.draft.answer(Address("opportunity", "override_reason"), text):
                    return

    def _scored(self, test: Test, goal: Goal, row: Any) -> Iterator[None]:
        """Everything answered, everybody met, and lately; then less and less of what need not be."""
        begin = self.draft.mark
        steps: list[Callable[[], None]] = [self._with_everything]
        steps += [partial(self._without_answer, at) for at in self._places()]
        for step in steps:
            mark = self.draft.mark
            step()
            if self.draft.mark > mark and self._is(test, goal, row):
                yield
        self.draft.back(begin)

    def _with_everything(self) -> None:
        for at in list(self._places()):
            if not self.draft.record.value(at):
                any(self.draft.answer(at, text) for text in self.answers.of(at) if text)
        for person in self.draft.record.people:
            self.draft.answer(Address("people", "engagement", person.id), "met")
        for values in self.answers.script.get("touchpoints", ()):
            today = {"on": self.draft.today.isoformat()}
            self.draft.add("touchpoints", self._among_all("touchpoints", values | today))

    def _without_answer(self, at: Address) -> None:
        spec = at.spec
        if spec is not None and spec.ask.need is not Need.REQUIRED:
            self.draft.answer(at, "")

    def _places(self) -> Iterator[Address]:
        for spec in FIELDS.values():
            if spec.entity in SINGLE:
                yield Address(spec.entity, spec.name)
            elif spec.entity in ROW_KINDS:
                yield from (Address(spec.entity, spec.name, row.id) for row in self.draft.record.rows(spec.entity))


def _second(ranked: list[_T], one: _T | None) -> list[_T]:
    """An order with one of its entries next to the first."""
    if one is None or one is ranked[0]:
        return ranked
    return [ranked[0], one, *(other for other in ranked[1:] if other is not one)]


def _distance(node: Node, scope: Scope, row: Any) -> int:
    """How many of its tests are broken, and how many rows too few or too many there are."""
    if holds(node, scope, row) is not False:
        return 0
    match node:
        case Every(parts):
            return sum(_distance(part, scope, row) for part in parts)
        case Some(parts):
            return min(_distance(part, scope, row) for part in parts)
        case OfRows() if node.of == "all":
            rows = scope.case.record.rows(node.kind)
            return sum(holds(node.test, scope, one) is False for one in rows)
        case Count():
            rows = scope.case.record.rows(node.kind)
            count = sum(node.where is None or holds(node.where, scope, one) is True for one in rows)
            return 1 + min(abs(count - number) for number in node.numbers)
    return 1
