"""Small numbers are told as what they are; intervals are those of the books."""

import statistics

import pytest
from hypothesis import given, strategies as st

from oppwizard.quality.shares import FEW, Share, Spread

NUMBERS = st.lists(st.integers(-400, 400), min_size=2, max_size=40)


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)],
)
def test_wilsons_interval(part: int, of: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3, and two worked by hand."""
    assert Share(part, of).interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_lies_within_its_interval(numbers: tuple[int, int]) -> None:
    share = Share(*numbers)
    if share.interval is None or share.rate is None:
        assert share.of == 0
        return
    low, high = share.interval
    assert -1e-9 <= low <= share.rate + 1e-9
    assert share.rate - 1e-9 <= high <= 1 + 1e-9


def test_few_are_counted_out() -> None:
    assert str(Share(3, 5).said) == "3 of 5"
    assert str(Share(0, 0).said) == "none"
    assert str(Share(FEW // 2, FEW).said) == "50 % (24-76)"


@given(NUMBERS)
def test_spreads_are_those_of_the_statistics_module(numbers: list[int]) -> None:
    spread = Spread.of({value: numbers.count(value) for value in numbers})
    assert spread.count == len(numbers)
    assert spread.each == sorted(numbers)
    assert spread.mean == pytest.approx(statistics.fmean(numbers))
    assert spread.deviation == pytest.approx(statistics.stdev(numbers))
    first, median, third = statistics.quantiles(numbers, n=4, method="inclusive")
    assert spread.quantile(0.25) == pytest.approx(first)
    assert spread.quantile(0.5) == pytest.approx(median)
    assert spread.quantile(0.75) == pytest.approx(third)


@pytest.mark.parametrize(
    ("count", "quantile"), [(2, 12.706), (3, 4.303), (4, 3.182), (6, 2.571), (11, 2.228), (31, 2.042)]
)
def test_the_interval_of_a_mean_is_students(count: int, quantile: float) -> None:
    spread = Spread.of(dict.fromkeys(range(count), 1))
    assert spread.interval is not None
    assert spread.mean is not None
    assert spread.deviation is not None
    half = quantile * spread.deviation / count**0.5
    assert spread.interval == pytest.approx((spread.mean - half, spread.mean + half), rel=0.005)


def test_nothing_has_no_figures() -> None:
    empty = Spread.of({})
    assert (empty.count, empty.mean, empty.deviation, empty.interval, empty.quantile(0.5)) == (
        0,
        None,
        None,
        None,
        None,
    )
    assert Spread.of({3: 1}).interval is None
