"""Files that lie beside a history file and know more about what its columns name: accounts, products, teams."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oppwizard.exchange.columns import proposed_columns, squeezed
from oppwizard.exchange.mapping import FIELDS, Join
from oppwizard.exchange.tabular import each, shape

_LARGEST: Final = 50 * 1024 * 1024
_JOINABLE: Final = ("segment", "list_price", "account", "product", "rep", "currency")
"""What is looked for in other files: a deal's own dates, amount and outcome stand with the deal."""
_KNOWN: Final = 0.5
"""The share of a column's values that another file must know to be one about them."""


@dataclass(frozen=True)
class Side:
    """A side file, whole: they are short."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        """A column's cells."""
        index = self.header.index(name)
        return [row[index].strip() for row in self.rows]

    def values(self, key: str, take: str) -> dict[str, str]:
        """A column's values by another's, the first of each."""
        found: dict[str, str] = {}
        for name, value in zip(self.column(key), self.column(take), strict=True):
            found.setdefault(name, value)
        return found


def read_side(path: Path) -> Side:
    """Read a side file; rows that do not fit its header are left out.

    Raises:
        InvalidInput: it cannot be read.
    """
    found = shape(path)
    with found.opened() as reading:
        rows = [tuple(row) for row in each(reading, lambda _error: None) if len(row) == len(found.header)]
    return Side(path, found.header, tuple(rows))


def beside(path: Path) -> list[Path]:
    """The other CSV files of a file's folder that are small enough to be side files, by name."""
    others = (each for each in sorted(path.parent.glob("*.csv")) if each.resolve() != path.resolve())
    return [each for each in others if each.stat().st_size <= _LARGEST and not each.name.endswith(".faults.csv")]


def proposed_joins(columns: dict[str, str], values: dict[str, set[str]], sides: Iterable[Side]) -> dict[str, Join]:
    """Fields that a side file knows and the file itself does not.

    Args:
        columns: the file's column of each field.
        values: by header, what the sample holds there.
    """
    found: dict[str, Join] = {}
    for side in sides:
        keys = _keys(values, side)
        if keys is None:
            continue
        on, key = keys
        there = proposed_columns([name for name in side.header if name != key], _without(side, key))
        for field in _JOINABLE:
            if field in there and field not in columns and field not in found:
                found[field] = Join(file=side.path.name, on=on, key=key, take=there[field])
    return found


def _without(side: Side, key: str) -> list[list[str]]:
    index = side.header.index(key)
    return [[cell for number, cell in enumerate(row) if number != index] for row in side.rows]


def _keys(values: dict[str, set[str]], side: Side) -> tuple[str, str] | None:
    """The file's column and the side file's that name the same things, the latter each once; the best known pair."""
    best: tuple[float, str, str] | None = None
    for key in side.header:
        there = side.column(key)
        if len(set(there)) != len(there):
            continue
        for on, here in values.items():
            share = len(here & set(there)) / len(here) if here else 0.0
            alike = squeezed(on) == squeezed(key)
            if share >= (_KNOWN if alike else _KNOWN + 0.3) and (best is None or share + alike > best[0]):
                best = (share + alike, on, key)
    return (best[1], best[2]) if best else None


@dataclass(frozen=True, slots=True)
class Alike:
    """Two spellings that may be one name: proposed, never merged unasked.

    Attributes:
        field: the field that holds them.
        keep: the spelling that a side file has, else the one that has blanks, else the first.
    """

    field: str
    text: str
    keep: str


def alike(field: str, texts: Iterable[str], known: Sequence[str] = ()) -> list[Alike]:
    """Spellings that differ in nothing but case, blanks and punctuation.

    Args:
        known: how a side file spells them.
    """
    first: dict[str, str] = {}
    for text in known:
        first.setdefault(squeezed(text), text)
    rest = sorted(set(texts) - set(known), key=lambda text: (-text.count(" "), text))
    found: list[Alike] = []
    for text in rest:
        plain = squeezed(text)
        keep = first.setdefault(plain, text) if plain else text
        if keep != text:
            found.append(Alike(field, text, keep))
    return found


assert set(_JOINABLE) <= FIELDS.keys()
