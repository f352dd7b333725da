"""Times, and what is made of them."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Measure = Callable[[], float]
"""Does something once; the seconds it took."""


@dataclass
class Times:
    """The seconds that one thing took, time after time."""

    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The time that stands for all: one disturbed run does not move it."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, relative to the median: how disturbed the machine was."""
        if len(self.seconds) < 4:
            return 0.0
        first, _, third = statistics.quantiles(self.seconds, n=4)
        return (third - first) / 2 / self.median


def interleaved(rounds: int, *measures: Measure, warm_up: int = 1) -> list[Times]:
    """Measure several things by turns, A B A B, so that whatever disturbs one disturbs the other."""
    for _ in range(warm_up):
        for measure in measures:
            measure()
    times = [Times() for _ in measures]
    for _ in range(rounds):
        for kept, measure in zip(times, measures, strict=True):
            kept.seconds.append(measure())
    return times


def timed(call: Callable[[], object]) -> Measure:
    """A measure of a call."""

    def measure() -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    return measure


@dataclass(frozen=True)
class Result:
    """One comparison.

    Attributes:
        name: the measure that it belongs to, and what of it.
        ours: what is measured.
        reference: what it is compared with; None for a time that is only reported.
        goal: the most that ours may be of the reference; None where there is no goal.
        note: what the two are.
    """

    name: str
    note: str
    ours: Times
    reference: Times | None = None
    goal: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours in terms of the reference."""
        return None if self.reference is None else self.ours.median / self.reference.median

    @property
    def missed(self) -> bool:
        """Whether there is a goal, and it was missed."""
        return self.goal is not None and self.ratio is not None and self.ratio > self.goal

    @property
    def verdict(self) -> str:
        """In one word."""
        return "" if self.goal is None else "over" if self.missed else "ok"

    def as_json(self) -> dict[str, object]:
        """Everything, for a program to read."""
        told: dict[str, object] = {"name": self.name, "note": self.note, "goal": self.goal, "verdict": self.verdict}
        told["ratio"] = None if self.ratio is None else round(self.ratio, 4)
        for side, times in (("ours", self.ours), ("reference", self.reference)):
            told[side] = None if times is None else _told(times)
        return told


def _told(times: Times) -> dict[str, object]:
    return {
        "median_ms": round(times.median * 1_000, 4),
        "spread": round(times.spread, 3),
        "n": len(times.seconds),
        "min_ms": round(min(times.seconds) * 1_000, 4),
        "max_ms": round(max(times.seconds) * 1_000, 4),
    }


def table(results: Sequence[Result]) -> str:
    """The results as lines of text."""
    rows = [("name", "ours", "reference", "ratio", "goal", "", "what"), *map(_row, results)]
    widths = [max(len(row[n]) for row in rows) for n in range(6)]
    aligned = "<>>>><"
    lines = ["  ".join(f"{row[n]:{aligned[n]}{widths[n]}}" for n in range(6)) + f"  {row[6]}" for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.name,
        _shown(result.ours),
        _shown(result.reference),
        "" if result.ratio is None else f"{result.ratio:.2f}",
        "" if result.goal is None else f"{result.goal:g}",
        result.verdict,
        result.note,
    )


def _shown(times: Times | None) -> str:
    if times is None:
        return ""
    digits = 1 if times.median >= 0.01 else 3
    return f"{times.median * 1_000:.{digits}f} ms ±{times.spread * 100:2.0f} %"
