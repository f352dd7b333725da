"""What a command prints: data to stdout, messages to stderr, aligned by the cells that a terminal gives a text."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.cells import cell_len as cell_len

from oppwizard.model.text import visible

_UNSEEN: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What JSON may hold as it is, but a terminal would act on."""


def say(text: str) -> None:
    """A line or a block of data."""
    print(visible(text, lines=True))


def tell(text: str) -> None:
    """A message for the person."""
    print(visible(text, lines=True), file=sys.stderr)


def emit(data: Any) -> None:
    """A JSON answer; letters stay letters where stdout can hold them."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(data, ensure_ascii=not utf8, indent=2, default=str)
    print(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def flat(text: str, limit: int | None = None) -> str:
    """A text on one line, cut to a number of cells."""
    line = visible(" ".join(text.split()))
    if limit is None or cell_len(line) <= limit:
        return line
    while cell_len(line) > limit - 1:
        line = line[:-1]
    return f"{line}…"


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text filled up to a number of cells."""
    gap = " " * max(0, width - cell_len(text))
    return gap + text if right else text + gap


def as_table(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset(), gap: int = 2) -> list[str]:
    """Rows as lines with aligned columns.

    Args:
        right: the columns set flush right.
    """
    if not rows:
        return []
    clean = [[_keep_indent(cell) for cell in row] for row in rows]
    widths = [max(cell_len(row[column]) for row in clean) for column in range(len(clean[0]))]
    return [
        (" " * gap)
        .join(padded(cell, widths[column], right=column in right) for column, cell in enumerate(row))
        .rstrip()
        for row in clean
    ]


def _keep_indent(text: str) -> str:
    indent = len(text) - len(text.lstrip(" "))
    return " " * indent + flat(text)


def print_table(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> None:
    """Print rows with aligned columns."""
    for line in as_table(rows, right=right):
        print(line)


def pairs(values: Mapping[str, str]) -> list[str]:
    """Names and values, aligned."""
    return as_table([[name, value] for name, value in values.items()])
