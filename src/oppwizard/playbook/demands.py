"""What the walk itself demands of answers, beside their being there: an organisation's rules cannot want otherwise."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from oppwizard.model.base import MOST
from oppwizard.model.enums import BudgetStatus, PlanKind, RiskCategory, SolutionFit, TeamRole
from oppwizard.playbook.conditions import Count, Relative, Source, Sum, Test

_TESTS: Final[Mapping[str, tuple[tuple[str, Any], ...]]] = {
    "budget_status": (("is not", BudgetStatus.UNCONFIRMED),),
    "solution_fit": (("is not", SolutionFit.NO_FIT),),
    "facts_confirmed": (("is", True),),
    "discovery_on": (("<=", Relative("today")),),
    "authority_confirmed_on": (("<=", Relative("today")),),
    "close_validated_on": (("<=", Relative("today")),),
    "window_to": ((">=", Relative("today")),),
    "close_on": ((">=", Relative("today")),),
    "next_step_on": ((">=", Relative("today")),),
    "tcv": ((">", Sum(Decimal(0))), ("<", Sum(MOST))),
    "arr": (("<", Sum(MOST)),),
    "acv": (("<", Sum(MOST)),),
}
_ROWS: Final[Mapping[str, int]] = {
    "people": 1,
    "competitors": 1,
    "lines": 1,
    "team": len(TeamRole),
    "risks": len(RiskCategory),
    "plan": len(PlanKind) - 1,  # the next step stands for the next action
}
ANSWERED: Final = ("budget_amount",)
"""Fields that a gate insists on although their declaration does not."""


def demanded(source: Source) -> Iterator[Test]:
    """What a gate of the walk demands of a field or figure."""
    for op, value in _TESTS.get(source.path, ()):
        yield Test(source, op, (value,))


def least_rows(kind: str) -> int:
    """How many rows of a kind a complete record has at least."""
    return _ROWS.get(kind, 0)


class Rows:
    """How many rows of a kind there can be."""

    def __init__(self, kind: str) -> None:
        self.low, self.high = least_rows(kind), 10**6
        self.never: set[int] = set()

    def narrow(self, count: Count) -> None:
        """Let a condition hold; of one on some of the rows it is only known that there are no fewer in all."""
        first, last = count.numbers[0], count.numbers[-1]
        lows = {">=": first, ">": first + 1, "is": first, "between": first}
        highs = {"<=": last, "<": last - 1, "is": last, "between": last}
        self.low = max(self.low, lows.get(count.op, 0))
        if count.where is None:
            self.high = min(self.high, highs.get(count.op, self.high))
            self.never |= {first} if count.op == "is not" else set()

    @property
    def is_empty(self) -> bool:
        """Whether no number is left."""
        return self.low > self.high or (self.high - self.low < 100 and self._all_excluded())

    def _all_excluded(self) -> bool:
        return set(range(self.low, self.high + 1)) <= self.never
