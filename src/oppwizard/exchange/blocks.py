"""What a page that a person reads is made of: facts, lists and tables in sections, each drawn by a template (H4)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from oppwizard.i18n import language
from oppwizard.model.dates import show_date
from oppwizard.model.fields import ROW_KINDS
from oppwizard.model.findings import Address

_BESIDE: Final = 18
"""Values of more characters are not set beside one another."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something and what is known of it.

    Attributes:
        values: one text, or several as a list; none where it is not known.
        note: what is said beside it, in small.
    """

    label: str
    values: tuple[str, ...]
    note: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it needs a line of its own."""
        return len(self.values) != 1 or len(self.values[0]) > _BESIDE or "\n" in self.values[0] or not self.label


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts one below the other."""

    macro: ClassVar = "facts"
    heading: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a list; ``note`` says why it is done, or what is missing."""

    done: bool
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """A list of points, each done or open."""

    macro: ClassVar = "marks"
    heading: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers are set to the right."""

    label: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        more: what is known beside what has a column, shown below the cells.
        page: where the first cell leads: a file beside this page.
    """

    cells: tuple[str, ...]
    more: tuple[Fact, ...] = ()
    page: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the same columns."""

    macro: ClassVar = "table"
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """A table that is folded away on a screen, and printed."""

    macro: ClassVar = "fold"
    table: Table


Block = Facts | Marks | Table | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page; ``note`` stands beside its heading."""

    heading: str
    blocks: tuple[Block, ...]
    note: str = ""


def fact(label: object, *values: str, note: str = "") -> Fact:
    """A fact of the texts that say something."""
    return Fact(str(label), tuple(value for value in values if value.strip()), note)


def known(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts that are known."""
    return tuple(fact for fact in facts if fact.values)


def place(at: Address) -> str:
    """What an address is called: its field, or its table."""
    return str(at.spec.ask.label if at.spec else ROW_KINDS[at.entity].label)


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, with a sign where something was left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def moment(at: dt.datetime) -> str:
    """An instant in the sender's own time, short."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def moment_in_full(at: dt.datetime) -> str:
    """An instant in the sender's own time, with the zone."""
    here = at.astimezone()
    return f"{show_date(here.date(), language())}, {here:%H:%M} (UTC{here.isoformat()[-6:]})"
