"""Pages of docs/ that are written from declarations: what stands behind a mark in them is made, the rest is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
_MARK: Final = "<!-- From here on written by tools/{tool}.py: change the declarations, not this. -->"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of docs/ and the tool that writes its end."""

    name: str
    tool: str

    @property
    def path(self) -> Path:
        """Where it is."""
        return DOCS / f"{self.name}.md"

    @property
    def text(self) -> str:
        """What it says."""
        return self.path.read_text(encoding="utf-8")

    def with_end(self, end: str) -> str:
        """The page with another end."""
        mark = _MARK.format(tool=self.tool)
        head, found, _rest = self.text.partition(mark)
        if not found:
            raise SystemExit(f"{self.path} lacks the line: {mark}")
        return f"{head}{mark}\n\n{end.strip()}\n"


def cell(text: str) -> str:
    """A text as the cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A table, as lines."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(map(cell, row)) + " |" for row in rows)]
