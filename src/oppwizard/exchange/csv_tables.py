"""What the CSV files hold: a table a kind of row, its columns read off the declarations.

People are referred to by the identity of their contact, so that every reference leads to a row of ``contacts.csv``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.exchange.document import FIGURES, OTHER, columns, dumps, machine
from oppwizard.model.account import Account
from oppwizard.model.ask import Ask, Kind
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.fields import CUSTOM, ROW_KINDS, fields_of, of_fields
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Note
from oppwizard.model.record import Record
from oppwizard.process.sizing import Size

JOINT: Final = ";"
_FILES: Final = {"lines": "line_items", "touchpoints": "activities", "searches": "open_roles", "plan": "next_steps"}
_IDS: Final = {"lines": "line_item_id", "team": "team_member_id", "touchpoints": "activity_id", "plan": "step_id"}
_WORDS: Final = (Kind.LINE, Kind.LONG, Kind.ACCOUNT, Kind.PICK, Kind.EMAIL)
_STEP: Final = {"what": "next_step", "owner": "next_step_owner", "due": "next_step_on"}


class Nature(Enum):
    """What a cell holds: a value for machines, a text, or a text of digits that is no number."""

    MACHINE = auto()
    TEXT = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A row to be written, with what its columns look at.

    Attributes:
        key: the identity of the row.
        row: the stored row.
        extra: what the row stands for beside itself (the role, of a person with several).
    """

    record: Record
    size: Size
    key: UUID
    row: Any
    extra: Any = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and what stands in it."""

    name: str
    get: Callable[[Line], Any]
    nature: Nature = Nature.MACHINE


@dataclass(frozen=True, slots=True)
class Table:
    """A file: its name without the ending, its columns, and a record's rows for it.

    Attributes:
        shared: whether a row may belong to several records; it is written once.
    """

    name: str
    columns: tuple[Column, ...]
    lines: Callable[[Record, Size], Iterable[Line]]
    shared: bool = False


def _columns(model: type[SQLModel], key: str) -> Iterator[Column]:
    """A class's own columns; the names of the people it refers to stand beside the references."""
    yield Column(key, lambda line: line.key)
    for name in columns(model):
        if name != "id":
            ask = next((item for item in model.model_fields[name].metadata if isinstance(item, Ask)), None)
            yield from _column(model, name, ask)


def _column(model: type[SQLModel], name: str, ask: Ask | None) -> Iterator[Column]:
    if ask is not None and ask.kind in (Kind.PERSON, Kind.PEOPLE):
        heading = name.removesuffix("_id") + ("_ids" if ask.kind is Kind.PEOPLE else "_id")
        yield Column(heading, lambda line: [person.contact.id for person in _people(line, name)])
        names = name.removesuffix("_id") + ("_names" if ask.kind is Kind.PEOPLE else "_name")
        yield Column(names, lambda line: "; ".join(person.name for person in _people(line, name)), Nature.TEXT)
        return
    nature = _nature(model, name, ask)
    yield Column(name, lambda line: getattr(line.row, name), nature)


def _nature(model: type[SQLModel], name: str, ask: Ask | None) -> Nature:
    if ask is not None and (ask.kind is Kind.PHONE or ask.picks == "products"):
        return Nature.CODE
    if ask is not None:
        return Nature.TEXT if ask.kind in _WORDS else Nature.MACHINE
    annotation = model.model_fields[name].annotation
    return Nature.TEXT if annotation in (str, str | None) else Nature.MACHINE


def _people(line: Line, name: str) -> list[Any]:
    value = getattr(line.row, name)
    found = (line.record.person(one) for one in (value if isinstance(value, list) else [value]))
    return [person for person in found if person is not None]


_DEAL_ID: Final = Column("opportunity_id", lambda line: line.record.id)
_ACCOUNT_ID: Final = Column("account_id", lambda line: line.record.account.id)
_ACCOUNT: Final = Column("account_name", lambda line: line.record.account.name, Nature.TEXT)


def _opportunities() -> Table:
    first, *own = _columns(Opportunity, "opportunity_id")
    figures = (Column(name, _figure(name)) for name in FIGURES)
    held = (first, _ACCOUNT_ID, _ACCOUNT, *own, *figures, *_own_fields())
    return Table("opportunities", held, lambda record, size: [Line(record, size, record.id, record.opportunity)])


def _figure(name: str) -> Callable[[Line], Decimal]:
    return lambda line: line.size.figure(name).value


def _own_fields() -> Iterator[Column]:
    """The organisation's own fields; last, as an object, what its playbook asks for no more, or not in this way."""
    for spec in fields_of(CUSTOM):
        for column in _column(spec.model, spec.name, spec.ask):
            yield Column(f"{CUSTOM}.{column.name}", _of_own(column), column.nature)
    yield Column(OTHER, lambda line: _left(line.record.unasked | line.record.misfits), Nature.TEXT)


def _of_own(column: Column) -> Callable[[Line], Any]:
    return lambda line: column.get(replace(line, row=line.record.custom))


def _left(answers: dict[str, Any]) -> str | None:
    return dumps(answers) if answers else None


def _accounts() -> Table:
    return Table(
        "accounts",
        tuple(_columns(Account, "account_id")),
        lambda record, size: [Line(record, size, record.account.id, record.account)],
        shared=True,
    )


def _contacts() -> Table:
    first, *own = _columns(Contact, "contact_id")
    return Table(
        "contacts",
        (first, _ACCOUNT_ID, _ACCOUNT, *own),
        lambda record, size: [Line(record, size, one.contact.id, one.contact) for one in record.people],
        shared=True,
    )


def _roles() -> Table:
    """A row for each role of each person; a person without one has a row all the same."""
    first, *own = _columns(Stakeholder, "stakeholder_id")
    head = (
        first,
        _DEAL_ID,
        Column("contact_id", lambda line: line.row.contact_id),
        Column("contact_name", lambda line: _name(line), Nature.TEXT),
        Column("role", lambda line: line.extra),
    )
    return Table(
        "roles",
        (*head, *(column for column in own if column.name != "roles")),
        lambda record, size: [
            Line(record, size, one.id, one.stakeholder, role) for one in record.people for role in one.roles or (None,)
        ],
    )


def _name(line: Line) -> str:
    person = line.record.person(line.row.id)
    return person.name if person else ""


def _kind(key: str, name: str) -> Table:
    model = ROW_KINDS[key].models[0]
    first, *own = _columns(model, _IDS.get(key) or f"{model.__tablename__}_id")
    return Table(
        name,
        (first, _DEAL_ID, *own),
        lambda record, size: [Line(record, size, row.id, row) for row in record.rows(key)],
    )


def _notes() -> Table:
    first, *own = _columns(Note, "note_id")
    return Table(
        "notes",
        (first, _DEAL_ID, *own),
        lambda record, size: [Line(record, size, note.id, note) for note in record.notes],
    )


def _next_steps() -> Table:
    """The opportunity's own next step, then its plan."""
    plan = _kind("plan", _FILES["plan"])

    def lines(record: Record, size: Size) -> Iterator[Line]:
        if record.opportunity.next_step:
            yield Line(record, size, record.id, record.opportunity)
        yield from plan.lines(record, size)

    first, deal, *own = plan.columns
    held = [Column(column.name, _of_either(column), column.nature) for column in own]
    at = Column("at", lambda line: getattr(line.row, "next_step_at", None))
    return Table(plan.name, (first, deal, *held, at), lines)


def _of_either(column: Column) -> Callable[[Line], Any]:
    """A plan's column that the opportunity's own next step has too, under a name of its own."""
    twin = _STEP.get(column.name, column.name)

    def get(line: Line) -> Any:
        if not isinstance(line.row, Opportunity):
            return column.get(line)
        return "next_step" if column.name == "kind" else getattr(line.row, twin, None)

    return get


@of_fields
def tables() -> tuple[Table, ...]:
    """Every file of a CSV export, the ones referred to after the opportunities in the order of the walk."""
    rest = (_kind(key, _FILES.get(key, key)) for key in ROW_KINDS if key not in ("people", "plan"))
    return (_opportunities(), _accounts(), _contacts(), _roles(), *rest, _next_steps(), _notes())


def shown(value: Any) -> str:
    """A value as the text of a cell: ISO dates, plain decimals, the values of choices, several joined."""
    plain = machine(value)
    if isinstance(plain, list):
        return JOINT.join(map(str, plain))
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, Decimal):
        return f"{plain:f}"
    return "" if plain is None else str(plain)
