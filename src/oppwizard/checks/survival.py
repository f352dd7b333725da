"""How long deals take until they are won, where some are not decided yet: a Kaplan-Meier estimate.

Closed deals alone mislead: a deal that is still open after a year says something too. It counts as one that took longer
than its age, and so does a lost one, which would have been won later or never.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survival:
    """The share of the deals won at last that are won by a day.

    Many deals are never won, so the estimate ends above zero; it is taken relative to its end, because a close date
    says when a deal is won *if* it is.

    Attributes:
        days: the days on which deals were won, ascending.
        shares: for each of them, the share won by then, 0 to 1; the last is 1.
        won: how many were.
        held: how many were lost or are open.
    """

    days: tuple[int, ...]
    shares: tuple[float, ...]
    won: int
    held: int

    def share(self, day: float) -> float:
        """The share won by a day."""
        place = bisect_right(self.days, day)
        return self.shares[place - 1] if place else 0.0

    def quantile(self, share: float) -> int:
        """The first day by which a share is won."""
        return next((day for day, won in zip(self.days, self.shares, strict=True) if won >= share), self.days[-1])


def survival(won: Mapping[int, int], held: Mapping[int, int]) -> Survival:
    """Estimate from counts by day; a deal held on a day was at risk on it.

    Args:
        won: how many deals were won after so many days; at least one.
        held: how many were lost, or were last seen open, after so many days.

    Raises:
        ValueError: no deal was won.
    """
    if not any(won.values()):
        raise ValueError("no deal was won")
    at_risk = sum(won.values()) + sum(held.values())
    unwon, days, shares = 1.0, list[int](), list[float]()
    for day in sorted({*won, *held}):
        events = won.get(day, 0)
        if events:
            unwon *= 1 - events / at_risk
            days.append(day)
            shares.append(1 - unwon)
        at_risk -= events + held.get(day, 0)
    total = shares[-1]
    return Survival(tuple(days), tuple(s / total for s in shares), sum(won.values()), sum(held.values()))
