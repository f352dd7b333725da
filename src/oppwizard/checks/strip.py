"""A cycle's curve on one line: how many deals were won when, the usual range, and the proposed day in it."""

from typing import Final

from oppwizard.checks.cycles import Curve

_LEVELS: Final = " \u28c0\u28e4\u28f6\u28ff"
"""Braille cells filled from below: unlike block characters, every terminal gives them one cell's width."""
_ASCII: Final = " .:+#"
_MARK, _BEYOND = "|", ">"
_LEAST: Final = 10


def strip(curve: Curve, width: int, *, ascii_only: bool = False) -> str:
    """The curve as exactly so many characters, 10 or more.

    Brackets enclose the usual range, ``|`` is the proposed day, ``>`` at the end one that lies beyond the scale.
    """
    levels = _ASCII if ascii_only else _LEVELS
    width = max(_LEAST, width)
    last = _scale(curve)
    cells = _heights(curve, width, last, len(levels) - 1)
    drawn = [levels[height] for height in cells]
    for sign, day in (("[", curve.low), ("]", curve.high)):
        drawn[_cell(day, width, last)] = sign
    if curve.proposed is not None:
        beyond = curve.proposed > last
        drawn[width - 1 if beyond else _cell(curve.proposed, width, last)] = _BEYOND if beyond else _MARK
    return "".join(drawn)


def _scale(curve: Curve) -> int:
    """The last day drawn: the longest cycle and some room, twice as much where the proposed day needs it."""
    longest = max(1, curve.days[-1])
    proposed = curve.proposed or 0
    return max(longest, min(proposed, 2 * longest)) * 21 // 20 + 1


def _cell(day: int, width: int, last: int) -> int:
    return min(width - 1, max(0, day) * width // last)


def _heights(curve: Curve, width: int, last: int, most: int) -> list[int]:
    """How high each cell is filled; a cell in which any deal was won is not empty."""
    sums, before = [0.0] * width, 0.0
    for day, share in zip(curve.days, curve.shares, strict=True):
        sums[_cell(day, width, last)] += share - before
        before = share
    top = max(sums)
    return [min(most, int(each / top * most) + 1) if each > 0 else 0 for each in sums]
