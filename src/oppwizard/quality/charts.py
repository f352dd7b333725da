"""Pictures of figures as SVG in a page: drawn by templates, without a script, told apart in black and white too.

Lengths are in the picture's own units, which become as wide as the page allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len, set_cell_size

from oppwizard.quality.pages import render

_WIDTH: Final = 640.0
_ROW: Final = 22.0
_NAMES: Final = 190.0
_SAID: Final = 150.0
_CELL: Final = 6.6
"""How wide a cell of text is; a Japanese character has two."""
_HEIGHT: Final = 180.0
_LEFT: Final = 64.0
_TOP: Final = 12.0
_EDGE: Final = 28.0
"""Room for half a label beside the first and the last point."""
_STYLES: Final = (("#222", ""), ("#777", "6 4"), ("#aaa", "2 3"), ("#444", "10 3 2 3"))
"""Colour and dashes of each series, in order; a picture has no more than these."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; ``said`` stands behind it."""

    name: str
    size: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Values one after the other, one for each point of the picture; None where there is none."""

    name: str
    values: tuple[float | None, ...]


def bars(title: str, rows: Sequence[Bar], most: float | None = None) -> Any:
    """Bars lying one below the other.

    Args:
        title: what the picture is, for those who cannot see it.
        most: what the longest bar stands for; the largest size without it.

    Returns:
        Markup, which a template shows as it is; empty where there is no row.
    """
    if not rows:
        return _markup("")
    room, largest = _WIDTH - _NAMES - _SAID, most or max(row.size for row in rows) or 1.0
    drawn = [
        {
            "name": _fitting(row.name, _NAMES - 10),
            "said": _fitting(row.said, _SAID - 8),
            "top": number * _ROW,
            "width": round(room * min(1.0, max(0.0, row.size) / largest), 1),
        }
        for number, row in enumerate(rows)
    ]
    size = {"width": _WIDTH, "height": len(rows) * _ROW, "left": _NAMES, "row": _ROW}
    return _markup(render("bars.svg.j2", title=title, rows=drawn, **size))


def lines(title: str, labels: Sequence[str], series: Sequence[Series], most: float | None = None) -> Any:
    """Lines from left to right, each of its own dashes, with a legend; for up to four series.

    Args:
        labels: what the points are called, such as months.
        most: the upper end of the scale; the largest value without it.

    Returns:
        Markup; empty where there is no point.
    """
    known = [value for one in series for value in one.values if value is not None]
    if not known or len(series) > len(_STYLES):
        return _markup("")
    scale = _Scale(len(labels), most or max(known) or 1.0)
    return _markup(
        render(
            "lines.svg.j2",
            title=title,
            width=_WIDTH,
            height=_HEIGHT,
            left=_LEFT,
            below=_HEIGHT + 16,
            whole=_HEIGHT + 40,
            ticks=[{"text": _short(scale.top * part / 4), "y": scale.y(scale.top * part / 4)} for part in range(5)],
            labels=scale.labels(labels),
            series=[scale.drawn(one, number) for number, one in enumerate(series)],
        )
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    count: int
    top: float

    def x(self, point: int) -> float:
        room = _WIDTH - _LEFT - 2 * _EDGE
        return round(_LEFT + _EDGE + room * (point / (self.count - 1) if self.count > 1 else 0.5), 1)

    def y(self, value: float) -> float:
        share = min(1.0, max(0.0, value / self.top))
        return round(_HEIGHT - (_HEIGHT - _TOP) * share, 1)

    def labels(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """As many of the labels as have room."""
        widest = max((cell_len(text) for text in texts), default=1) * _CELL + 10
        step = max(1, round(widest * self.count / (_WIDTH - _LEFT) + 0.5))
        return [{"text": text, "x": self.x(at)} for at, text in enumerate(texts) if at % step == 0]

    def drawn(self, one: Series, number: int) -> dict[str, Any]:
        colour, dashes = _STYLES[number]
        points = [None if value is None else (self.x(at), self.y(value)) for at, value in enumerate(one.values)]
        return {
            "name": one.name,
            "colour": colour,
            "dashes": dashes,
            "legend": _LEFT + number * (_WIDTH - _LEFT) / len(_STYLES),
            "dots": [point for point in points if point],
            "runs": [" ".join(f"{x},{y}" for x, y in run) for run in _runs(points) if len(run) > 1],
        }


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The stretches without a gap."""
    found: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            found.append([])
        else:
            found[-1].append(point)
    return found


def _short(value: float) -> str:
    """A number of a scale: three digits and a size."""
    for limit, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if sign == 'k' else limit):.3g}{sign}"
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _fitting(text: str, width: float) -> str:
    cells = int(width / _CELL)
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"


def _markup(text: str) -> Any:
    """What a template has drawn, and escaped, so that the page shows it as it is."""
    from markupsafe import Markup

    return Markup(text)
