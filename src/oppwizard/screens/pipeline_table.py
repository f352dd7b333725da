"""The table of the pipeline: the records of one page, with as many columns as the terminal has room for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text as RichText
from textual.message import Message
from textual.widgets import DataTable

from oppwizard.i18n import T, Text

if TYPE_CHECKING:
    from oppwizard.screens.listing import Shown

_COLUMNS: tuple[tuple[Text, int], ...] = (
    (T("State"), 13),
    (T("Open"), 4),
    (T("Score"), 6),
    (T("Amount"), 14),
    (T("Close date"), 10),
    (T("Changed"), 10),
)
_ALL_FROM = 100
"""From this width on every column is shown; below, the last one gives its room to the name."""
_LEAST_TITLE = 14
_BESIDE = 4
"""Cells beside the columns: the table's own margins, and the scroll bar."""


def _columns(width: int) -> tuple[tuple[Text, int], ...]:
    return _COLUMNS if width >= _ALL_FROM else _COLUMNS[:-1]


def _title_width(width: int) -> int:
    rest = sum(column + 2 for _label, column in _columns(width)) + _BESIDE
    return max(_LEAST_TITLE, width - rest)


class PipelineTable(DataTable[RichText]):
    """The rows of one page; moving beyond its edge asks for the page beside it."""

    @dataclass
    class Beyond(Message):
        """The person went beyond the last row (1) or the first (-1)."""

        by: int

    def action_cursor_down(self) -> None:
        """Go down, from the last row to the next page."""
        if self.cursor_row >= self.row_count - 1:
            self.post_message(self.Beyond(1))
        else:
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """Go up, from the first row to the page before."""
        if self.cursor_row <= 0:
            self.post_message(self.Beyond(-1))
        else:
            super().action_cursor_up()

    def draw_headings(self, width: int) -> None:
        """Name the columns that a terminal of so many cells has room for; the rows go."""
        self.clear(columns=True)
        self.add_column(RichText(str(T("Opportunity"))), width=_title_width(width))
        for label, column in _columns(width):
            self.add_column(RichText(str(label)), width=column)

    def draw_rows(self, rows: "Sequence[Shown]", cursor: int, width: int) -> None:
        """Show records in the columns that there are, the cursor on one of them."""
        self.clear()
        for row in rows:
            title = RichText(row.title, no_wrap=True)
            title.truncate(_title_width(width), overflow="ellipsis")
            shown = row.cells[: len(self.ordered_columns) - 1]
            self.add_row(title, *[RichText(cell, no_wrap=True) for cell in shown])
        if rows:
            self.move_cursor(row=min(max(cursor, 0), len(rows) - 1), animate=False)
