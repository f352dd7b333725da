"""A plan for reading a history file: what its columns mean, what is joined, and what only a person can say (X2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from oppwizard.data.history import Outcome
from oppwizard.errors import InvalidInput
from oppwizard.exchange.columns import cells_of, day_month, decimal_mark, outcomes, proposed_columns
from oppwizard.exchange.joins import Alike, Side, alike, beside, proposed_joins, read_side
from oppwizard.exchange.mapping import DATES, FIELDS, MONEY, Mapping
from oppwizard.exchange.tabular import Shape, each, shape
from oppwizard.i18n import T, Text

SAMPLE: Final = 5_000
"""Rows that a proposal looks at; all of them where these leave the order of day and month open."""
_JOINED_NAMES: Final = ("account", "product", "rep")


@dataclass(frozen=True, slots=True)
class Question:
    """What a file leaves open; nothing is read before it is answered.

    Attributes:
        name: what of the mapping the answer goes to: ``dates``, ``decimal``, ``outcome``, ``measure``.
        choices: the values it may take.
        option: how a command line answers it.
    """

    name: str
    text: Text
    choices: tuple[str, ...]
    option: Text


@dataclass
class Plan:
    """How a file would be read.

    Attributes:
        mapping: what its columns mean; to be corrected, then `ask` again.
        sides: the side files that its joins may name.
        questions: what is still open.
        alike: spellings that may be one name.
        sample: the first rows.
    """

    shape: Shape
    mapping: Mapping
    sides: dict[str, Side] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    sample: list[list[str]] = field(default_factory=list)

    def cells(self, *fields: str) -> list[str]:
        """The sample's cells of some fields."""
        columns = self.mapping.columns
        return cells_of(self.shape.header, self.sample, [columns[name] for name in fields if name in columns])

    def names(self, name: str) -> list[str]:
        """How a side file spells a field's names; nothing where none is joined by them."""
        joined = (join for join in self.mapping.joins.values() if join.on == self.mapping.columns.get(name))
        return [text for join in joined for text in self.sides[join.file].column(join.key)]


def plan(
    path: Path, mapping: Mapping | None = None, sides: Sequence[Path] | None = None, *, currency: str = ""
) -> Plan:
    """Look at a file and propose how to read it, or hold a mapping against it.

    Args:
        mapping: what is known already; without it everything is proposed.
        sides: files that columns may name; without them those in the file's folder.
        currency: that of amounts which name none, where no mapping says it.

    Raises:
        InvalidInput: a file cannot be read, or the mapping names columns or files that are not there.
    """
    known = mapping.model_copy(deep=True) if mapping else Mapping()
    found = shape(path, known.encoding, known.delimiter)
    twice = {name for name in found.header if name and found.header.count(name) > 1}
    if twice & {*known.columns.values(), *(join.on for join in known.joins.values())}:
        raise InvalidInput(T("{path} has several columns named “{name}”", path=path, name=sorted(twice)[0]))
    made = Plan(found, known, _sides(path, known, sides))
    with found.opened() as reading:
        rows = (row for row in each(reading, lambda _error: None) if len(row) == len(found.header))
        made.sample = list(islice(rows, SAMPLE))
    if mapping is None:
        _propose(made, currency)
    _refuse_unknown(made)
    ask(made)
    return made


def _sides(path: Path, mapping: Mapping, named: Sequence[Path] | None) -> dict[str, Side]:
    given = list(named) if named is not None else []
    wanted = {join.file for join in mapping.joins.values()} - {each.name for each in given}
    if named is None:
        given += beside(path) if not mapping.columns else [path.parent / name for name in sorted(wanted)]
    else:
        given += [path.parent / name for name in sorted(wanted)]
    found: dict[str, Side] = {}
    for file in given:
        try:
            found[file.name] = read_side(file)
        except InvalidInput:
            if named is not None or file.name in wanted:
                raise
    return found


def _propose(made: Plan, currency: str) -> None:
    mapping, header = made.mapping, made.shape.header
    usable = [name for name in header if header.count(name) == 1]
    mapping.columns = proposed_columns(usable, [_only(header, usable, row) for row in made.sample])
    mapping.encoding, mapping.delimiter = made.shape.encoding, made.shape.delimiter
    names = {mapping.columns[name] for name in _JOINED_NAMES if name in mapping.columns}
    values = {name: set(cells_of(header, made.sample, [name])) for name in names}
    mapping.joins = proposed_joins(mapping.columns, values, made.sides.values())
    mapping.currency = currency
    mapping.dates, unsettled = day_month(made.cells(*DATES))
    if unsettled:
        mapping.dates, _ = day_month(_all_cells(made, DATES))
    mapping.decimal, _ = decimal_mark(made.cells(*MONEY))
    mapping.outcomes = outcomes(_all_cells(made, ("outcome",))) if _is_stage(made) else {}


def _only(header: Sequence[str], names: Sequence[str], row: Sequence[str]) -> list[str]:
    return list(row) if len(names) == len(header) else [row[header.index(name)] for name in names]


def _is_stage(made: Plan) -> bool:
    """Whether the outcome's column holds a few words again and again."""
    return 0 < len(set(made.cells("outcome"))) <= 40


def _all_cells(made: Plan, fields: Sequence[str]) -> Iterator[str]:
    """The distinct cells of some fields in the whole file."""
    columns = [made.mapping.columns[name] for name in fields if name in made.mapping.columns]
    places = [made.shape.header.index(name) for name in columns]
    seen: set[str] = set()
    with made.shape.opened() as reading:
        for row in each(reading, lambda _error: None):
            for place in places:
                if len(row) > place:
                    seen.add(row[place])
    yield from sorted(cell.strip() for cell in seen if cell.strip())


def _refuse_unknown(made: Plan) -> None:
    mapping, header = made.mapping, made.shape.header
    for name in (*mapping.columns.values(), *(join.on for join in mapping.joins.values())):
        if name not in header:
            raise InvalidInput(
                T("{file} has no column “{name}”", file=made.shape.path.name, name=name),
                T("Its columns are: {names}", names=", ".join(header)),
            )
    for join in mapping.joins.values():
        there = made.sides[join.file].header
        if join.key not in there or join.take not in there:
            raise InvalidInput(
                T("{file} has no column “{name}”", file=join.file, name=join.take if join.key in there else join.key),
                T("Its columns are: {names}", names=", ".join(there)),
            )


def ask(made: Plan) -> None:
    """Work out what the mapping, as it stands, leaves open, and which spellings may be one name."""
    made.questions = list(_questions(made))
    made.alike = [
        found
        for name in _JOINED_NAMES
        for found in alike(name, made.cells(name), made.names(name))
        if made.mapping.same.get(name, {}).get(found.text) != found.keep
    ]


def _questions(made: Plan) -> Iterator[Question]:
    mapping = made.mapping
    if "outcome" not in mapping.columns or Outcome.WON not in mapping.outcomes.values():
        yield Question(
            "outcome",
            T("Which column says how a deal ended, and which of its words mean “won”?"),
            made.shape.header,
            T("name them in a mapping file, under [columns] and [outcomes]"),
        )
    if not ({"opened", "closed"} <= mapping.columns.keys() or "amount" in mapping.columns):
        yield Question(
            "measure",
            T("Which columns hold the days a deal was opened and closed, or its amount?"),
            made.shape.header,
            T("name them in a mapping file, under [columns]"),
        )
    if not mapping.dates and day_month(made.cells(*DATES))[1] and not _settled(made):
        example = next(cell for cell in made.cells(*DATES) if day_month([cell])[1])
        yield Question(
            "dates",
            T("Does “{example}” begin with the day or with the month? No date in the file tells", example=example),
            ("day-first", "month-first"),
            T("--day-first or --month-first"),
        )
    if not mapping.decimal and decimal_mark(made.cells(*MONEY))[1]:
        yield Question(
            "decimal",
            T("Is the point or the comma the decimal mark of the amounts?"),
            (".", ","),
            T('say it in a mapping file: decimal = "."'),
        )


def _settled(made: Plan) -> bool:
    order, _ = day_month(_all_cells(made, DATES))
    return bool(order)


assert set(_JOINED_NAMES) <= FIELDS.keys()
