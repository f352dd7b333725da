"""Rules as a table: what breaks a finished record, where the finding points, and what mends it again."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from oppwizard.model.enums import Severity, Stage
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Person, Record
from oppwizard.playbook import Playbook
from oppwizard.process.case import Case
from oppwizard.process.gates import Verdict, judge


@dataclass
class Bench:
    """A case that can be tampered with."""

    record: Record
    playbook: Playbook
    today: dt.date

    @property
    def case(self) -> Case:
        return Case(self.record, self.playbook, self.today)

    def judge(self) -> Verdict:
        return judge(self.case)

    def spoken(self, at: Address) -> str:
        """An address with a row's number instead of its identity: ``lines[1].sku``."""
        if at.row is None:
            return str(at)
        number = [row.id for row in self.record.rows(at.entity)].index(at.row) + 1
        return f"{at.entity}[{number}].{at.name}"


Change = Callable[[Bench], None]


def deal(**values: Any) -> Change:
    """Set values of the opportunity."""

    def change(bench: Bench) -> None:
        for name, value in values.items():
            setattr(bench.record.opportunity, name, value)

    return change


def account(**values: Any) -> Change:
    """Set values of the account."""

    def change(bench: Bench) -> None:
        for name, value in values.items():
            setattr(bench.record.account, name, value)

    return change


def row(kind: str, number: int, /, **values: Any) -> Change:
    """Set values of a row, the first of which is number 1."""

    def change(bench: Bench) -> None:
        found = bench.record.rows(kind)[number - 1]
        for name, value in values.items():
            setattr(found.part(name) if isinstance(found, Person) else found, name, value)

    return change


def every(kind: str, /, **values: Any) -> Change:
    """Set values of all rows of a kind."""
    return lambda bench: all_of(*(row(kind, n + 1, **values) for n in range(len(bench.record.rows(kind)))))(bench)


def without(kind: str, *numbers: int) -> Change:
    """Take rows away; all of a kind where no number is given."""

    def change(bench: Bench) -> None:
        rows = bench.record.rows(kind)
        rows[:] = [one for n, one in enumerate(rows, start=1) if numbers and n not in numbers]

    return change


def plus(kind: str, model: type[Any], /, **values: Any) -> Change:
    """Add a row."""
    return lambda bench: bench.record.rows(kind).append(model(opportunity_id=bench.record.id, **values))


def on_day(today: dt.date) -> Change:
    """Judge on another day."""
    return lambda bench: setattr(bench, "today", today)


def all_of(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(bench: Bench) -> None:
        for one in changes:
            one(bench)

    return change


def nothing(bench: Bench) -> None:
    """Leave the finished record as it is."""


@dataclass(frozen=True)
class Rule:
    """A rule of a gate.

    Attributes:
        at: where the finding must point, with row numbers.
        breaks: makes the finished record violate the rule; the finished record itself shows that the gate opens.
        mends: other ways than the finished record's to satisfy it, each tried by itself on the broken record.
        prepare: done before the record is expected to satisfy the rule.
        also: further codes that the same breach must block.
    """

    code: str
    stage: Stage
    at: str
    breaks: Change
    mends: tuple[Change, ...] = ()
    severity: Severity = Severity.BLOCK
    prepare: Change = nothing
    also: frozenset[str] = field(default_factory=frozenset)


def blocks(code: str, stage: Stage, at: str, breaks: Change, *mends: Change, also: str = "", **more: Any) -> Rule:
    return Rule(code, stage, at, breaks, mends, also=frozenset(also.split()), **more)


def warns(code: str, stage: Stage, at: str, breaks: Change, *mends: Change, **more: Any) -> Rule:
    return Rule(code, stage, at, breaks, mends, Severity.WARN, **more)


def name_of(rule: Rule) -> str:
    """A test's name."""
    return f"{rule.code}@{rule.at}"


def check(rule: Rule, fresh: Callable[[], Bench]) -> None:
    """The rule is satisfied by the finished record, violated by the broken one, satisfied by each mended one."""
    bench = fresh()
    rule.prepare(bench)
    assert _found(rule, bench) == []
    rule.breaks(bench)
    verdict = bench.judge()
    finding = next((f for f in verdict.findings if f.code == rule.code and bench.spoken(f.at) == rule.at), None)
    assert finding is not None, [(f.code, bench.spoken(f.at)) for f in verdict.findings]
    assert (finding.stage, finding.severity) == (rule.stage, rule.severity)
    assert str(finding.message)
    assert str(finding.remedy)
    assert "{" not in f"{finding.message}{finding.remedy}"
    blocked = {f.code for f in verdict.blocking}
    if rule.severity is Severity.BLOCK:
        assert blocked == {rule.code} | rule.also
        assert not verdict.passed(rule.stage)
        assert not verdict.complete
    else:
        assert blocked == set(), "a warning or hint must not close a gate"
    for number, mend in enumerate(rule.mends):
        bench = fresh()
        rule.prepare(bench)
        rule.breaks(bench)
        mend(bench)
        assert _found(rule, bench) == [], f"mend {number}"


def _found(rule: Rule, bench: Bench) -> list[Finding]:
    return [f for f in bench.judge().findings if f.code == rule.code and bench.spoken(f.at) == rule.at]
