"""Shares and spreads of small numbers, told as what they are: “3 of 5”, not “60 %”."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from oppwizard.i18n import T, Text

FEW: Final = 10
"""Below this number things are counted out; from it on they are told as a percentage or a mean, with its interval."""
_Z: Final = 1.959963984540054
"""What a normal quantity exceeds in 2.5 of 100 cases: intervals here are those of 95 %."""
_STUDENT: Final = (12.706, 4.303, 3.182, 2.776)
"""The same of Student's t, of one to four degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share, from 0 to 1; None of nothing."""
        return self.part / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share behind it lies, at 95 % (Wilson's score interval); None of nothing."""
        if not self.of:
            return None
        rate, square = self.part / self.of, _Z * _Z
        middle = (rate + square / (2 * self.of)) / (1 + square / self.of)
        half = math.sqrt(rate * (1 - rate) / self.of + square / (4 * self.of**2)) * _Z / (1 + square / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def said(self) -> Text:
        """The share in words, with its interval."""
        bounds = self.interval
        if bounds is None or self.of < FEW:
            return T("{part} of {of}", part=self.part, of=self.of) if self.of else T("none")
        low, high = (round(100 * bound) for bound in bounds)
        return T("{rate} % ({low}-{high})", rate=round(100 * self.part / self.of), low=low, high=high)


@dataclass(frozen=True, slots=True)
class Spread:
    """Whole numbers, such as days, as how often each occurs, in order."""

    values: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, counted: Mapping[int, int]) -> "Spread":
        """The spread of numbers by how often they occur."""
        return cls(tuple(sorted(counted.items())))

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(often for _, often in self.values)

    @property
    def mean(self) -> float | None:
        """Their mean; None of nothing."""
        return sum(value * often for value, often in self.values) / self.count if self.values else None

    @property
    def deviation(self) -> float | None:
        """Their standard deviation, as that of a sample; None of fewer than two."""
        mean, count = self.mean, self.count
        if mean is None or count < 2:
            return None
        return math.sqrt(sum(often * (value - mean) ** 2 for value, often in self.values) / (count - 1))

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the mean behind them lies, at 95 % (Student's t); None of fewer than two."""
        mean, deviation = self.mean, self.deviation
        if mean is None or deviation is None:
            return None
        half = _student(self.count - 1) * deviation / math.sqrt(self.count)
        return mean - half, mean + half

    def quantile(self, share: float) -> float | None:
        """The value below which a share of them lies, between two of them by how near it is; None of nothing."""
        if not self.values:
            return None
        place = share * (self.count - 1)
        low, high = self._at(math.floor(place)), self._at(math.ceil(place))
        return low + (high - low) * (place - math.floor(place))

    def _at(self, place: int) -> int:
        for value, often in self.values:
            if place < often:
                return value
            place -= often
        raise IndexError(place)

    @property
    def each(self) -> list[int]:
        """The numbers one by one."""
        return [value for value, often in self.values for _ in range(often)]


def _student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t: by the book, from five degrees of freedom on after Cornish and Fisher."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    z = _Z
    terms: tuple[float, ...] = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return sum(term / float(freedom) ** power for power, term in enumerate(terms))
