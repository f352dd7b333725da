"""An imported record meets what exists: accounts and people are linked, not made twice."""

from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.exchange.document import machine
from oppwizard.exchange.values import Problem, storable, text_of
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.base import new_id
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Standing
from oppwizard.model.fields import ACCOUNT, FIELDS
from oppwizard.model.record import Person, Record
from oppwizard.model.text import fold
from oppwizard.process.required import shortened
from oppwizard.walk import Walk


def link(walk: Walk, record: Record) -> tuple[set[UUID], list[Problem]]:
    """Put the store's own account and contacts in the place of the file's, by identity or by name.

    Returns:
        The identities of the rows that are the store's already, and where they say otherwise than the file.
    """
    problems: list[Problem] = []
    linked: set[UUID] = set()
    known = _account(walk, record.account)
    if known is not None:
        problems += _differences(ACCOUNT, record.account, known)
        record.account = known
        linked.add(known.id)
    record.opportunity.account_id = record.account.id
    taken = {person.contact.id for person in record.people}
    for number, person in enumerate(record.people, start=1):
        contact = _contact(walk, record.account.id, person, taken, exists=known is not None)
        if contact is not None:
            problems += _differences(f"people[{number}]", person.contact, contact)
            taken.add(contact.id)
            linked.add(contact.id)
            person.contact, person.stakeholder.contact_id = contact, contact.id
        person.contact.account_id = record.account.id
    return linked, problems


def _account(walk: Walk, account: Account) -> Account | None:
    """The account that the file's is; a proposed one of another draft is none, and gives way."""
    known = walk.store.account(account.id)
    if known is not None and known.standing is Standing.ACTIVE:
        return known
    if known is not None:
        account.id = new_id()
    return walk.store.active_account_by_key(account.name_key) if account.name_key else None


def _contact(walk: Walk, account_id: UUID, person: Person, taken: set[UUID], *, exists: bool) -> Contact | None:
    known = walk.store.contact(person.contact.id)
    if known is not None and known.standing is Standing.ACTIVE and known.account_id == account_id:
        return known
    if known is not None:
        person.contact.id = person.stakeholder.contact_id = new_id()
    if not exists or not person.name:
        return None
    named = (one for one in walk.store.contacts_of(account_id) if one.id not in taken and one.name)
    return next((one for one in named if fold(one.name or "") == fold(person.name)), None)


def _differences(place: str, mine: SQLModel, theirs: SQLModel) -> list[Problem]:
    """Answers of the file that the store does not take over from it, lest an import change what others rely on."""
    found: list[Problem] = []
    for spec in FIELDS.values():
        value = getattr(mine, spec.name) if spec.model is type(mine) else None
        if value not in (None, []) and getattr(theirs, spec.name) != value:
            said = T(
                "It exists already and says “{theirs}”, which stays; the file says “{mine}”",
                theirs=_shown(getattr(theirs, spec.name)),
                mine=_shown(value),
            )
            found.append(Problem(f"{place}.{spec.name}", said))
    return found


def _shown(value: Any) -> str:
    return "" if value is None else shortened(storable(text_of(machine(value))))
