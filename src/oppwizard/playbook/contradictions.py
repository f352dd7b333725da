"""Rules that nobody could keep, as far as that is plain: a field that would have to be two things at once.

Looked at is every way in which the rules can be kept (`ways`), together with what the walk itself demands (`demands`),
field by field. What hangs on several fields at once is not judged.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from oppwizard.i18n import T, Text
from oppwizard.model.ask import Kind, Need
from oppwizard.model.dates import parse_date
from oppwizard.model.text import fold
from oppwizard.playbook.conditions import PROBE, Count, Node, OfRows, Relative, Sort, Source, Sum, Test
from oppwizard.playbook.demands import ANSWERED, Rows, demanded
from oppwizard.playbook.placeholders import holds_a_place
from oppwizard.playbook.rules import Rule
from oppwizard.playbook.section import Place, Wrong
from oppwizard.playbook.ways import kept, together, ways

if TYPE_CHECKING:
    from oppwizard.playbook.picks import SalesStage
    from oppwizard.playbook.schema import Playbook

Posed = tuple[Rule, Node, Node | None, bool]
"""A rule with its `must` and its `when`, and whether it closes its gate."""
_PROBES: Final = tuple(PROBE + dt.timedelta(days=37 * number) for number in range(24))
"""Days on which conditions whose dates move are tried: what cannot be on any of them never can."""
_RANGED: Final = (Sort.MONEY, Sort.NUMBER, Sort.DATE, Sort.TIME)


@dataclass
class _Domain:
    """What a value can still be."""

    source: Source
    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False
    only: set[Any] | None = None
    never: set[Any] = field(default_factory=set)

    def above(self, bound: Any, *, strict: bool) -> None:
        """Let it be more than a bound, or as much."""
        if self.low is None or bound > self.low or (bound == self.low and strict):
            self.low, self.low_open = bound, strict

    def below(self, bound: Any, *, strict: bool) -> None:
        """Let it be less than a bound, or as much."""
        if self.high is None or bound < self.high or (bound == self.high and strict):
            self.high, self.high_open = bound, strict

    def one_of(self, values: set[Any]) -> None:
        """Let it be one of some values."""
        self.only = values if self.only is None else self.only & values

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left."""
        if self.only is not None:
            return not any(self._is_in(value) for value in self.only)
        if self.low is None or self.high is None:
            return False
        low, high = self._closed()
        if low == high:
            return self.low_open or self.high_open or low in self.never
        return bool(low > high)

    def _is_in(self, value: Any) -> bool:
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below and value not in self.never

    def _closed(self) -> tuple[Any, Any]:
        """The bounds; those of whole numbers and days moved to the next one inside."""
        spec = self.source.spec
        step: Any = dt.timedelta(days=1) if self.source.sort is Sort.DATE else 1
        whole = self.source.sort is Sort.DATE or (spec is not None and spec.ask.kind is Kind.INTEGER)
        if not whole or not (self.low_open or self.high_open):
            return self.low, self.high
        low = self.low + step if self.low_open else self.low
        high = self.high - step if self.high_open else self.high
        self.low_open = self.high_open = False
        return low, high


def contradictions(posed: Mapping[int, Posed], playbook: "Playbook") -> Iterator[Wrong]:
    """The rules that contradict themselves, one another, or what their fields can be."""
    broken: set[int] = set()
    for number, (_rule, must, when, _blocks) in posed.items():
        for clash in _in_every_way(number, must, playbook):
            broken.add(number)
            problem = T("{reason}: it can never hold", reason=clash.why)
            yield Wrong(("rules", number, "must"), problem, T("Mend or loosen the condition."), clash.because)
        for clash in _in_every_way(number, when, playbook, due=False):
            problem = T("{reason}: it never holds, so the rule never speaks", reason=clash.why)
            yield Wrong(("rules", number, "when"), problem, T("Mend or loosen the condition."), clash.because)
    yield from _never_open({n: one for n, one in posed.items() if one[3] and n not in broken}, playbook)


def _never_open(posed: Mapping[int, Posed], playbook: "Playbook") -> Iterator[Wrong]:
    """The rules that close a gate and cannot all be kept, in whichever way."""
    found: list[_Clash] = []
    for way in together((number, kept(must, when)) for number, (_rule, must, when, _blocks) in posed.items()):
        clashes = list(_clashes(way, playbook))
        if not clashes:
            return
        found += clashes
    for first in {(clash.path, str(clash.why)): clash for clash in found}.values():
        numbers = sorted({number for clash in found if clash.path == first.path for number in clash.rules})
        problem = T(
            "{reason}: no record can keep the rules {rules} together, so the gate never opens",
            reason=first.why,
            rules=", ".join(posed[number][0].name for number in numbers),
        )
        remedy = T("Change or take away one of them.")
        yield Wrong(("rules", numbers[-1], "must"), problem, remedy, first.because)


def _in_every_way(number: int, node: Node | None, playbook: "Playbook", *, due: bool = True) -> list["_Clash"]:
    """What keeps a condition from holding, if it cannot hold in any way."""
    found: list[_Clash] = []
    for way in ways(node) if node is not None else ():
        clashes = list(_clashes([(number, one) for one in way], playbook, due=due))
        if not clashes:
            return []
        found += clashes
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class _Clash:
    """A field of which too much is demanded, and the rules that do."""

    path: str
    rules: tuple[int, ...]
    why: Text
    because: Place = ()


def _clashes(demands: Iterable[tuple[int, Node]], playbook: "Playbook", *, due: bool = True) -> Iterator[_Clash]:
    """What cannot be, field by field.

    Args:
        demands: conditions that hold together, each with the number of its rule.
        due: whether the demands are on a record that passes the gates of the walk.
    """
    tests: dict[str, list[tuple[int, Test]]] = {}
    counts: dict[str, list[tuple[int, Count]]] = {}
    for number, node in demands:
        if isinstance(node, Count):
            counts.setdefault(node.kind, []).append((number, node))
        for test in _tests(node):
            tests.setdefault(test.source.path, []).append((number, test))
    for path, mine in tests.items():
        why = _wrong_with([test for _number, test in mine], playbook, due=due)
        if why is not None:
            rules = tuple(dict.fromkeys(number for number, _test in mine))
            yield _Clash(path, rules, why, mine[0][1].source.picked_from)
    for kind, several in counts.items() if due else ():
        rows = Rows(kind)
        for _number, count in several:
            rows.narrow(count)
        if rows.is_empty:
            yield _Clash(kind, tuple(dict.fromkeys(number for number, _count in several)), _too_much(kind))


def _wrong_with(tests: list[Test], playbook: "Playbook", *, due: bool) -> Text | None:
    """Why tests of one field cannot all hold; None where they can."""
    ops, source = {test.op for test in tests}, tests[0].source
    spec = source.spec
    required = source.path in ANSWERED or (spec is not None and spec.ask.need is Need.REQUIRED)
    if {"empty", "answered"} <= ops:
        return T("{path} is to be both empty and answered", path=source.path)
    if due and "empty" in ops and required:
        return T("{path} is required, and is to be empty", path=source.path)
    for group in _groups([*tests, *(demanded(source) if due else ())]):
        if all(_domain(group, playbook, day, due=due).is_empty for day in (_PROBES if _moves(group) else _PROBES[:1])):
            return _too_much(source.path)
    return None


def _too_much(path: str) -> Text:
    return T("{path} would have to be two things at once, or what it cannot be", path=path)


def _tests(node: Node) -> Iterator[Test]:
    if isinstance(node, Test):
        yield node
    elif isinstance(node, OfRows) and node.of == "all":
        yield node.test


def _groups(tests: list[Test]) -> Iterator[list[Test]]:
    """Tests that can be held against each other: amounts in one currency, days that all move or all stand."""
    groups: dict[object, list[Test]] = {}
    for test in tests:
        if test.operands:
            kinds = {_kind(operand) for operand in test.operands}
            if len(kinds) == 1:
                groups.setdefault(kinds.pop(), []).append(test)
    yield from groups.values()


def _kind(operand: Any) -> object:
    return ("sum", operand.currency) if isinstance(operand, Sum) else type(operand) is Relative


def _moves(tests: list[Test]) -> bool:
    return any(isinstance(operand, Relative) for test in tests for operand in test.operands)


def _domain(tests: list[Test], playbook: "Playbook", day: dt.date, *, due: bool) -> _Domain:
    source = tests[0].source
    domain = _Domain(source)
    _bounded(domain, playbook)
    for test in tests:
        _narrow(domain, test, [_plain(operand, day) for operand in test.operands])
    if source.path == "probability" and due and all(_is_outside(domain, one) for one in playbook.sales_stages):
        domain.one_of(set())
    if source.sort in (Sort.TEXT, Sort.PICK):
        _as_text(domain, tests, playbook, due=due)
    return domain


def _is_outside(domain: _Domain, stage: "SalesStage") -> bool:
    """Whether no probability that goes with a sales stage is left."""
    within = replace(domain)
    within.above(stage.low, strict=False)
    within.below(stage.high, strict=False)
    return within.is_empty


def _as_text(domain: _Domain, tests: list[Test], playbook: "Playbook", *, due: bool) -> None:
    """Take out what tests of parts exclude, and, of what passes a gate, the words that only hold a place."""
    spec = domain.source.spec
    worded = due and spec is not None and spec.is_text and spec.ask.wording
    starts = [test.operands[0] for test in tests if test.op == "starts with"]
    longest = max(starts, key=len, default="")
    if not all(longest.startswith(start) for start in starts):
        domain.one_of(set())
    if domain.only is not None:
        domain.only = {
            text
            for text in domain.only
            if text.startswith(longest)
            and all(test.operands[0] in text for test in tests if test.op == "contains")
            and not (worded and spec and holds_a_place(text, playbook.wording.placeholder_set, spec.ask.label))
        }


def _plain(operand: Any, day: dt.date) -> Any:
    if isinstance(operand, Sum):
        return operand.value
    return parse_date(operand.text, day) if isinstance(operand, Relative) else operand


def _bounded(domain: _Domain, playbook: "Playbook") -> None:
    """What the field itself can be."""
    spec = domain.source.spec
    if spec is None:
        if domain.source.sort is not Sort.DATE:
            domain.above(Decimal(0), strict=False)
        if domain.source.path == "score":
            domain.below(Decimal(100), strict=False)
        return
    if domain.source.sort is Sort.CHOICE and spec.choices is not None:
        domain.one_of(set(spec.choices))
    if domain.source.sort is Sort.YES_NO:
        domain.one_of({True, False})
    if domain.source.sort is Sort.PICK and not playbook.pick_list(spec.ask.picks or "").open:
        domain.one_of({fold(item.value) for item in playbook.pick_list(spec.ask.picks or "").items})
    if domain.source.sort in (Sort.NUMBER, Sort.MONEY):
        for limit in spec.model.model_fields[spec.name].metadata:
            for name, narrow, strict in (
                ("ge", domain.above, False),
                ("gt", domain.above, True),
                ("le", domain.below, False),
                ("lt", domain.below, True),
            ):
                if getattr(limit, name, None) is not None:
                    narrow(Decimal(getattr(limit, name)), strict=strict)


def _narrow(domain: _Domain, test: Test, values: list[Any]) -> None:
    match test.op:
        case "is" | "one of" if domain.source.sort is not Sort.CHOICES:
            domain.one_of(set(values))
        case "is not" | "not one of" if domain.source.sort is not Sort.CHOICES:
            domain.never |= set(values)
        case ">" | ">=":
            domain.above(values[0], strict=test.op == ">")
        case "<" | "<=":
            domain.below(values[0], strict=test.op == "<")
        case "between":
            domain.above(values[0], strict=False)
            domain.below(values[1], strict=False)
