"""The six gates: a record's findings, stage by stage, and how far the walk is open (W7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from oppwizard.model.enums import Stage
from oppwizard.model.findings import Finding
from oppwizard.process import creation, data_collection, qualification, scoping, stakeholders, strategy
from oppwizard.process.case import Case, Rule
from oppwizard.process.required import declared
from oppwizard.process.rules import ruled

RULES: Final[Mapping[Stage, tuple[Rule, ...]]] = MappingProxyType(
    {
        Stage.QUALIFICATION: qualification.RULES,
        Stage.SCOPING: scoping.RULES,
        Stage.DATA_COLLECTION: data_collection.RULES,
        Stage.CREATION: creation.RULES,
        Stage.STAKEHOLDERS: stakeholders.RULES,
        Stage.STRATEGY: strategy.RULES,
    }
)
"""The rules of each gate beyond those that the declarations of its fields imply."""
_BY_WEIGHT: Final = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True)
class Verdict:
    """What the six gates say about a record on a day."""

    findings: tuple[Finding, ...]

    @cached_property
    def _by_stage(self) -> dict[Stage, tuple[Finding, ...]]:
        return {stage: tuple(f for f in self.findings if f.stage is stage) for stage in Stage}

    def of(self, stage: Stage) -> tuple[Finding, ...]:
        """A stage's findings: blocking ones first, then warnings, then hints."""
        return self._by_stage[stage]

    def open_points(self, stage: Stage) -> tuple[Finding, ...]:
        """What keeps a stage's gate closed."""
        return tuple(finding for finding in self.of(stage) if finding.blocks)

    def passed(self, stage: Stage) -> bool:
        """Whether a stage's own gate is satisfied."""
        return not self.open_points(stage)

    @cached_property
    def open_stage(self) -> Stage | None:
        """The first stage whose gate is closed; None when the walk is complete."""
        return next((stage for stage in Stage if not self.passed(stage)), None)

    def may_enter(self, stage: Stage) -> bool:
        """Whether every gate before a stage is satisfied (W7)."""
        return self.open_stage is None or stage <= self.open_stage

    def in_the_way(self, stage: Stage) -> tuple[Finding, ...]:
        """What keeps a stage from being entered: the open points of the first closed gate before it."""
        if self.open_stage is None or stage <= self.open_stage:
            return ()
        return self.open_points(self.open_stage)

    @property
    def may_create(self) -> bool:
        """Whether nothing but the act itself is missing for the opportunity to exist (W4)."""
        before = all(self.passed(stage) for stage in Stage if stage < Stage.CREATION)
        return before and [point.code for point in self.open_points(Stage.CREATION)] == ["create.pending"]

    @property
    def holds(self) -> bool:
        """Whether the gates up to creation are satisfied: only such an opportunity counts and leaves."""
        return all(self.passed(stage) for stage in Stage if stage <= Stage.CREATION)

    @property
    def complete(self) -> bool:
        """Whether all six gates are satisfied."""
        return self.open_stage is None

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Every open point, in the order of the walk."""
        return tuple(finding for stage in Stage for finding in self.open_points(stage))

    def joined(self, found: Iterable[Finding]) -> "Verdict":
        """The verdict with what others than the gates found, each finding in its stage, by weight."""
        every = (*self.findings, *found)
        of = (sorted((f for f in every if f.stage is stage), key=_weight) for stage in Stage)
        return Verdict(tuple(finding for stage in of for finding in _unique(stage)))


def judge(case: Case, until: Stage = Stage.STRATEGY) -> Verdict:
    """Put a record to all six gates, or to those up to a stage. Pure, and fast enough to run after each change."""
    found: list[Finding] = []
    for stage in list(Stage)[:until]:
        found.extend(_of_stage(case, stage))
    return Verdict(tuple(found))


def rules_there_are() -> str:
    """The rules by their names: a kept verdict is of a set of rules, and one that came since was not asked."""
    return " ".join(f"{stage.slug}.{rule.__name__}" for stage, rules in RULES.items() for rule in rules)


def _of_stage(case: Case, stage: Stage) -> Iterable[Finding]:
    found = [*declared(case, stage)]
    for rule in RULES[stage]:
        found.extend(rule(case))
    found.extend(ruled(case, stage))
    return sorted(_unique(found), key=_weight)


def _weight(finding: Finding) -> int:
    return _BY_WEIGHT[finding.severity.value]


def _unique(findings: Iterable[Finding]) -> Iterable[Finding]:
    kept: list[Finding] = []
    for finding in findings:
        if finding not in kept:
            kept.append(finding)
    return kept
