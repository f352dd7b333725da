"""Lines of a list in columns: one line a row, however narrow the terminal is."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from oppwizard.model.text import visible

_GAP: Final = 2
_SHORTEST: Final = 10
"""So many cells of a cell that gives way are always shown."""
BESIDE: Final = 4
"""The margins of a page, and the scroll bar of its list."""


def in_columns(
    rows: Sequence[Sequence[str]], room: int, *, gives_way: Sequence[int], right: Sequence[int] = ()
) -> list[Content]:
    """Rows as aligned lines that fit into so many cells.

    Args:
        gives_way: the columns that are cut where there is no room, in this order.
        right: the columns set flush right.
    """
    shown = [[visible(" ".join(cell.split())) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    over = sum(widths) + _GAP * (len(widths) - 1) - room
    for number in gives_way:
        given = min(max(over, 0), max(widths[number] - _SHORTEST, 0))
        widths[number] -= given
        over -= given
    return [Content(_line(row, widths, right)) for row in shown]


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    cells = (_fitted(cell, width, right=at in right) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
    return (" " * _GAP).join(cells).rstrip()


def _fitted(text: str, width: int, *, right: bool) -> str:
    if cell_len(text) > width:
        return f"{set_cell_size(text, width - 1).rstrip()}…"
    gap = " " * (width - cell_len(text))
    return gap + text if right else text + gap
