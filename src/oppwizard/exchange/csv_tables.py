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

from oppwizard.data.bulk import cell, dashed, people, person
from oppwizard.exchange.document import OTHER, columns, dumps, machine
from oppwizard.model.account import Account
from oppwizard.model.ask import Ask, Kind
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.fields import CUSTOM, ROW_KINDS, fields_of, of_fields
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Note
from oppwizard.model.record import Record
from oppwizard.process.sizing import FIGURES, Size

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
    """A column: its heading, and what stands in it.

    Attributes:
        sql: the same for the database, before it is a cell; None where it cannot tell.
        identity: where the database keeps it, if it is an identity that is always there.
        joins: what has to be joined to its table for that, as SQL.
    """

    name: str
    get: Callable[[Line], Any]
    nature: Nature = Nature.MACHINE
    sql: str | None = None
    identity: str = ""
    joins: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file: its name without the ending, its columns, and a record's rows for it.

    Attributes:
        source: where the database has the rows of many records, as SQL.
        record: the identity of the record that a row belongs to, in the source.
        order: by what the rows of one record are ordered, in the source.
        repeated: asks for the identities of rows that belong to several records; those are written once.
        before: the rows of a record that stand before these ones in the same file.
    """

    name: str
    columns: tuple[Column, ...]
    lines: Callable[[Record, Size], Iterable[Line]]
    source: str
    record: str = "r.opportunity_id"
    order: tuple[str, ...] = ("r.created_at", "r.id")
    repeated: str = ""
    before: "Table | None" = None


def _columns(model: type[SQLModel], key: str, alias: str = "r") -> Iterator[Column]:
    """A class's own columns; the names of the people it refers to stand beside the references."""
    yield _identity(key, lambda line: line.key, f"{alias}.id")
    for name in columns(model):
        if name != "id":
            ask = next((item for item in model.model_fields[name].metadata if isinstance(item, Ask)), None)
            yield from _column(model, name, ask, alias)


def _identity(name: str, get: Callable[[Line], Any], kept: str) -> Column:
    return Column(name, get, sql=dashed(kept), identity=kept)


def _column(model: type[SQLModel], name: str, ask: Ask | None, alias: str = "") -> Iterator[Column]:
    """The columns of a class's column; without an alias the database does not have it as one."""
    if ask is not None and ask.kind in (Kind.PERSON, Kind.PEOPLE):
        yield from _referring(name, f'{alias}."{name}"' if alias else "", several=ask.kind is Kind.PEOPLE)
        return
    nature = _nature(model, name, ask)
    yield Column(name, lambda line: getattr(line.row, name), nature, cell(model, name, alias) if alias else None)


def _referring(name: str, value: str, *, several: bool) -> Iterator[Column]:
    """People by the identities of their contacts, and by name."""
    plain, s = name.removesuffix("_id"), "s" if several else ""
    held = Column(f"{plain}_id{s}", lambda line: [one.contact.id for one in _people(line, name)])
    told = Column(f"{plain}_name{s}", lambda line: "; ".join(one.name for one in _people(line, name)), Nature.TEXT)
    if value and several:
        held = replace(held, sql=people(value, dashed("p.id"), JOINT))
        told = replace(told, sql=people(value, "coalesce(p.name, '')", "; "))
    elif value:
        joins, contact = person(value, plain)
        held = replace(held, sql=dashed(f"{contact}.id"), joins=joins)
        told = replace(told, sql=f"{contact}.name", joins=joins)
    yield from (held, told)


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


_NAME_OF_ACCOUNT: Final = "coalesce(nullif(a.legal_name, ''), a.dba)"
_DEALS: Final = "opportunity o CROSS JOIN account a ON a.id = o.account_id"
_DEAL_ID: Final = _identity("opportunity_id", lambda line: line.record.id, "r.opportunity_id")
_ACCOUNT_ID: Final = _identity("account_id", lambda line: line.record.account.id, "a.id")
_ACCOUNT: Final = Column("account_name", lambda line: line.record.account.name, Nature.TEXT, _NAME_OF_ACCOUNT)


def _opportunities() -> Table:
    first, *own = _columns(Opportunity, "opportunity_id", "o")
    figures = (Column(name, _figure(name)) for name in FIGURES)
    held = (first, _ACCOUNT_ID, _ACCOUNT, *own, *figures, *_own_fields())
    return Table(
        "opportunities",
        held,
        lambda record, size: [Line(record, size, record.id, record.opportunity)],
        source=_DEALS,
        record="o.id",
        order=(),
    )


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
        tuple(_columns(Account, "account_id", "a")),
        lambda record, size: [Line(record, size, record.account.id, record.account)],
        source=_DEALS,
        record="o.id",
        order=(),
        repeated="SELECT account_id FROM opportunity GROUP BY account_id HAVING count(*) > 1",
    )


def _contacts() -> Table:
    first, *own = _columns(Contact, "contact_id", "c")
    return Table(
        "contacts",
        (first, _ACCOUNT_ID, _ACCOUNT, *own),
        lambda record, size: [Line(record, size, one.contact.id, one.contact) for one in record.people],
        source=f"{_DEALS} CROSS JOIN stakeholder r ON r.opportunity_id = o.id"
        " CROSS JOIN contact c ON c.id = r.contact_id",
        record="o.id",
        repeated="SELECT contact_id FROM stakeholder GROUP BY contact_id HAVING count(*) > 1",
    )


def _roles() -> Table:
    """A row for each role of each person; a person without one has a row all the same."""
    first, *own = _columns(Stakeholder, "stakeholder_id")
    head = (
        first,
        _DEAL_ID,
        _identity("contact_id", lambda line: line.row.contact_id, "r.contact_id"),
        Column("contact_name", lambda line: _name(line), Nature.TEXT, "c.name"),
        Column("role", lambda line: line.extra, sql="e.value"),
    )
    return Table(
        "roles",
        (*head, *(column for column in own if column.name != "roles")),
        lambda record, size: [
            Line(record, size, one.id, one.stakeholder, role) for one in record.people for role in one.roles or (None,)
        ],
        source="stakeholder r CROSS JOIN contact c ON c.id = r.contact_id LEFT JOIN json_each(r.roles) e",
        order=("r.created_at", "r.id", "e.key"),
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
        source=f"{model.__tablename__} r",
    )


def _notes() -> Table:
    first, *own = _columns(Note, "note_id")
    return Table(
        "notes",
        (first, _DEAL_ID, *own),
        lambda record, size: [Line(record, size, note.id, note) for note in record.notes],
        source=f"{Note.__tablename__} r",
    )


def _next_steps() -> Table:
    """The opportunity's own next step, then its plan."""
    plan = _kind("plan", _FILES["plan"])

    def lines(record: Record, size: Size) -> Iterator[Line]:
        if record.opportunity.next_step:
            yield Line(record, size, record.id, record.opportunity)
        yield from plan.lines(record, size)

    first, deal, *own = plan.columns
    held = [replace(column, get=_of_either(column)) for column in own]
    at = Column("at", lambda line: getattr(line.row, "next_step_at", None), sql="NULL")
    columns = (first, deal, *held, at)
    own_step = Table(
        plan.name,
        tuple(map(_own_step, columns)),
        lines,
        source="(SELECT * FROM opportunity WHERE next_step <> '') o",
        record="o.id",
        order=(),
    )
    return replace(plan, columns=columns, lines=lines, before=own_step)


def _own_step(column: Column) -> Column:
    """A plan's column for the opportunity's own next step, as the database has it."""
    if column.identity:
        return replace(column, identity="o.id")
    return replace(column, sql=_own_step_sql(column.name))


def _own_step_sql(name: str) -> str:
    if name == "kind":
        return "'next_step'"
    twin = "next_step_at" if name == "at" else _STEP.get(name, name)
    return cell(Opportunity, twin, "o") if twin in Opportunity.model_fields else "NULL"


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


def cell_text(column: Column, line: Line) -> str:
    """A column's value as it stands in a file."""
    text = shown(column.get(line))
    return text if column.nature is Nature.MACHINE else quoted(text)


def quoted(text: str) -> str:
    """A text as a cell, always in quotation marks, so that nothing trims it, takes it for a number or breaks it."""
    return '"' + text.replace('"', '""') + '"' if text else ""
