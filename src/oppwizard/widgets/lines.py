"""Lines of a list: headings, and under them what is indented, down to the last row of a line that wraps."""

from typing import Final

from textual.content import Content
from textual.geometry import Spacing
from textual.visual import Padding, Visual

from oppwizard.model.text import visible

_INDENT: Final = 2
"""Cells."""


def heading(text: str) -> Content:
    """What stands above other lines."""
    return Content(visible(text)).stylize("bold $text-accent")


def indented(text: str, style: str = "") -> Visual:
    """A line below a heading; where it has no room, it goes on under its own beginning."""
    content = Content(visible(text))
    return Padding(content.stylize(style) if style else content, Spacing(left=_INDENT))
