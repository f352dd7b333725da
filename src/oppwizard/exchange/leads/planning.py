"""A plan for reading a lead list: what its columns mean, and what only a person can say (X2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from oppwizard.errors import InvalidInput
from oppwizard.exchange.columns import day_month, decimal_mark, squeezed
from oppwizard.exchange.leads.headers import cells, proposed_columns, source_of, state_of
from oppwizard.exchange.leads.mapping import LeadMapping
from oppwizard.exchange.leads.places import FIRST_NAME, LAST_NAME, PEOPLE, STATE, place
from oppwizard.exchange.leads.rows import CsvTable, JsonTable, Row, opened
from oppwizard.exchange.planning import Question
from oppwizard.i18n import T
from oppwizard.model.ask import Kind
from oppwizard.model.fields import ACCOUNT
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook

SAMPLE: Final = 5_000
"""Rows that a proposal looks at; all of them where these leave the order of day and month open."""
_MOST_WORDS: Final = 200
"""So many different words a column of states or lead sources may have; one with more is none."""
_SOURCE: Final = "lead_source"
_NAMING: Final = {
    f"{ACCOUNT}.dba",
    f"{ACCOUNT}.legal_name",
    *(f"{PEOPLE}.{name}" for name in ("name", "email", FIRST_NAME, LAST_NAME)),
}
"""Without one of these nobody knows whose lead it is."""


@dataclass
class LeadPlan:
    """How a lead list would be read.

    Attributes:
        mapping: what its columns mean; to be corrected, then `ask` again.
        questions: what is still open.
        sample: the first rows, as texts in the order of the header.
    """

    table: CsvTable | JsonTable
    mapping: LeadMapping
    questions: list[Question] = field(default_factory=list)
    sample: list[list[str]] = field(default_factory=list)

    @property
    def rest(self) -> list[str]:
        """The columns that go to no field: what they say is kept as a note."""
        taken = set(self.mapping.columns.values())
        return [name for name in self.table.header if name not in taken]

    def every(self) -> Iterator[Row]:
        """All rows; what is none is passed over."""
        return self.table.rows(lambda _line, _reason, _cells: None)

    def of_kind(self, *kinds: Kind) -> list[str]:
        """The columns of fields of some kinds."""
        at = ((place(path), column) for path, column in self.mapping.columns.items())
        return [column for one, column in at if one and one.spec and one.spec.ask.kind in kinds]

    def sampled(self, columns: list[str]) -> list[str]:
        """The sample's cells of some columns."""
        return [cell for name in columns for cell in cells(self.table.header, self.sample, name)]

    def distinct(self, columns: list[str], most: int = 100_000) -> list[str]:
        """The different texts of some columns in the whole file; up to a number of them."""
        seen: dict[str, None] = {}
        for row in self.every():
            seen |= dict.fromkeys(str(row.values[name]).strip() for name in columns if name in row.values)
            if len(seen) > most:
                break
        return sorted(seen)


def plan(path: Path, mapping: LeadMapping | None, playbook: Playbook) -> LeadPlan:
    """Look at a file and propose how to read it, or hold a mapping against it.

    Raises:
        InvalidInput: the file cannot be read, or the mapping names columns that are not there.
    """
    known = mapping.model_copy(deep=True) if mapping else LeadMapping()
    table = opened(path, known.encoding, known.delimiter)
    made = LeadPlan(table, known)
    made.sample = [row.cells(table.header) for row in islice(made.every(), SAMPLE)]
    if mapping is None:
        _propose(made, playbook)
    for name in known.columns.values():
        if name not in table.header and isinstance(table, CsvTable):
            raise InvalidInput(
                T("{file} has no column “{name}”", file=path.name, name=name),
                T("Its columns are: {names}", names=", ".join(table.header)),
            )
    ask(made)
    return made


def _propose(made: LeadPlan, playbook: Playbook) -> None:
    mapping = made.mapping
    mapping.columns = proposed_columns(made.table.header, made.sample)
    if isinstance(made.table, CsvTable):
        mapping.encoding, mapping.delimiter = made.table.shape.encoding, made.table.shape.delimiter
    dates = made.of_kind(Kind.DATE)
    mapping.dates, unsettled = day_month(made.sampled(dates))
    if unsettled:
        mapping.dates, _ = day_month(made.distinct(dates))
    mapping.decimal, _ = decimal_mark(made.sampled(made.of_kind(Kind.MONEY)))
    own_words = {squeezed(word): state for word, state in playbook.leads.words.items()}
    for word in _words(made, STATE):
        state = own_words.get(squeezed(word)) or state_of(word)
        if state is not None:
            mapping.states[word] = state
    own = {item.value for item in playbook.pick_list("lead_sources").items}
    known = {
        fold(text) for item in playbook.pick_list("lead_sources").items for text in (item.value, *item.label.values())
    }
    for word in _words(made, _SOURCE):
        value = source_of(word)
        if value in own and fold(word) not in known:
            mapping.same.setdefault(_SOURCE, {})[word] = str(value)


def _words(made: LeadPlan, path: str) -> list[str]:
    """The words of a column that holds a few again and again."""
    column = made.mapping.columns.get(path)
    found = made.distinct([column], _MOST_WORDS) if column else []
    return found if len(found) <= _MOST_WORDS else []


def ask(made: LeadPlan) -> None:
    """Work out what the mapping, as it stands, leaves open."""
    made.questions = list(_questions(made))


def _questions(made: LeadPlan) -> Iterator[Question]:
    mapping, header = made.mapping, made.table.header
    at = [place(path) for path in mapping.columns]
    if not {f"{one.entity}.{one.name}" for one in at if one is not None} & _NAMING:
        yield Question(
            "columns",
            T("Which column names the company, the person or the e-mail address?"),
            header,
            T("name it in a mapping file, under [columns]"),
        )
    dates = made.of_kind(Kind.DATE)
    if not mapping.dates and day_month(made.sampled(dates))[1] and not day_month(made.distinct(dates))[0]:
        example = next(cell for cell in made.sampled(dates) if day_month([cell])[1])
        yield Question(
            "dates",
            T("Does “{example}” begin with the day or with the month? No date in the file tells", example=example),
            ("day-first", "month-first"),
            T("--day-first or --month-first"),
        )
    if not mapping.decimal and decimal_mark(made.sampled(made.of_kind(Kind.MONEY)))[1]:
        yield Question(
            "decimal",
            T("Is the point or the comma the decimal mark of the amounts?"),
            (".", ","),
            T('say it in a mapping file: decimal = "."'),
        )
