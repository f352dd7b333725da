"""What a record's rows are, kind by kind, each with the identity by which a CRM finds it again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from oppwizard.model.enums import Commitment, NoteKind
from oppwizard.model.parts import Competitor, LineItem, Note, PlanItem, TeamMember, Touchpoint
from oppwizard.model.record import Person, Record
from oppwizard.playbook import Playbook
from oppwizard.process.sizing import Size

_NAMED: Final = UUID("6f70d5a4-2f5b-5c0e-9a53-0e5d0b6e6f77")
"""The name space of identities that are worked out from others; never to be changed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row in the making.

    Attributes:
        id: its own identity: the same in every export.
        item: what it is made of, beside the record: a person, a line item, a talk ...
        first: whether it begins a record of the CRM; the rows below it in the same file are its parts.
    """

    record: Record
    size: Size
    playbook: Playbook
    id: UUID
    item: Any = None
    first: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """A record with what its rows are worked out from."""

    record: Record
    size: Size
    playbook: Playbook

    def row(self, identity: UUID, item: Any = None, *, first: bool = True) -> Row:
        """A row of the record."""
        return Row(self.record, self.size, self.playbook, identity, item, first)


@dataclass(frozen=True, slots=True)
class Reach:
    """A way to reach somebody: an address, a number, a website.

    Attributes:
        kind: ``email``, ``phone``, ``website``, or ``other`` for a number that no telephone network has.
    """

    kind: str
    value: str
    name: str


def derived(*parts: object) -> UUID:
    """The identity of something that is no row of the store: always the same for the same parts."""
    return uuid5(_NAMED, "\x1f".join(map(str, parts)))


def product_id(sku: str | None) -> UUID:
    """The identity of a product: its code says which it is."""
    return derived("product", sku or "")


def sold(record: Record) -> list[LineItem]:
    """The lines that are being bought."""
    return [line for line in record.lines if line.commitment is not Commitment.OPTION]


def _accounts(case: Case) -> Iterator[Row]:
    yield case.row(case.record.account.id)


def _deals(case: Case) -> Iterator[Row]:
    yield case.row(case.record.id)


def _contacts(case: Case) -> Iterator[Row]:
    seen: set[UUID] = set()
    for person in case.record.people:
        if person.contact.id not in seen:
            seen.add(person.contact.id)
            yield case.row(person.contact.id, person)


def _roles(case: Case) -> Iterator[Row]:
    """One row a person, whatever number of roles: CRMs want a pair of deal and contact once."""
    for row in _contacts(case):
        yield case.row(row.item.id, row.item)


def _reaches(case: Case) -> Iterator[Row]:
    account = case.record.account
    if account.website:
        yield case.row(derived(account.id, "website"), Reach("website", account.website, account.name))
    for row in _contacts(case):
        contact = row.item.contact
        if contact.email:
            yield case.row(derived(contact.id, "email"), Reach("email", contact.email, contact.name or ""))
        if contact.phone:
            kind = "phone" if _can_be_dialled(contact.phone) else "other"
            yield case.row(derived(contact.id, "phone"), Reach(kind, contact.phone, contact.name or ""))


def _can_be_dialled(number: str) -> bool:
    """Whether a network has such numbers: CRMs that look refuse the others as telephone numbers."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return False


def _products(case: Case) -> Iterator[Row]:
    seen: set[str | None] = set()
    for line in sold(case.record):
        if line.sku not in seen:
            seen.add(line.sku)
            yield case.row(product_id(line.sku), line)


def _lines(case: Case) -> Iterator[Row]:
    for line in sold(case.record):
        yield case.row(line.id, line)


def _deal_lines(case: Case) -> Iterator[Row]:
    lines = sold(case.record)
    yield case.row(case.record.id, lines[0] if lines else None)
    for line in lines[1:]:
        yield case.row(line.id, line, first=False)


def _members(case: Case) -> Iterator[Row]:
    for member in case.record.team:
        if member.name:
            yield case.row(member.id, member)


def _competitors(case: Case) -> Iterator[Row]:
    for one in case.record.competitors:
        if one.name or one.kind:
            yield case.row(one.id, one)


def _tasks(case: Case) -> Iterator[Row]:
    """The next step, the plan, the talks, and the notes but the first, which is the deal's description."""
    record = case.record
    if record.opportunity.next_step:
        yield case.row(derived(record.id, "next_step"), record.opportunity)
    for item in record.plan:
        if item.what:
            yield case.row(item.id, item)
    for talk in record.touchpoints:
        yield case.row(talk.id, talk)
    for note in record.notes:
        if note.kind is not NoteKind.INITIAL and note.body.strip():
            yield case.row(note.id, note)


ROWS: Final[dict[str, Callable[[Case], Iterator[Row]]]] = {
    "account": _accounts,
    "contact": _contacts,
    "reach": _reaches,
    "deal": _deals,
    "role": _roles,
    "product": _products,
    "line": _lines,
    "deal_line": _deal_lines,
    "member": _members,
    "competitor": _competitors,
    "task": _tasks,
}
"""The rows of a record, by what `oppwizard.playbook.crm.Rows` calls them."""
SHARED: Final = frozenset({"account", "contact", "reach", "product"})
"""Kinds whose rows several deals have in common: each is written once."""
ITEMS: Final[dict[str, tuple[type, ...]]] = {
    "contact": (Person,),
    "role": (Person,),
    "reach": (Reach,),
    "product": (LineItem,),
    "line": (LineItem,),
    "deal_line": (LineItem,),
    "member": (TeamMember,),
    "competitor": (Competitor,),
    "task": (PlanItem, Touchpoint, Note),
}
"""What the rows of a kind are made of beside the record."""
