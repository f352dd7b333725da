"""Names that are known already: a draft is linked to the account or contact that exists under the name just given."""

from typing import TYPE_CHECKING

from oppwizard.errors import StoreProblem
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Standing
from oppwizard.model.fields import ACCOUNT
from oppwizard.model.findings import Address
from oppwizard.model.record import Person, Record
from oppwizard.model.text import fold
from oppwizard.walk.consequences import as_known
from oppwizard.walk.move import Edits

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk


def recognise(walk: "Walk", edits: Edits, at: Address) -> None:
    """Link to the account or contact that already exists under the name just given at an address (W4.3)."""
    record = edits.record
    if at.entity == ACCOUNT and at.name in ("dba", "legal_name") and record.account.standing is Standing.PROPOSED:
        known = _known_as(walk, record, record.account.name_key)
        if known is not None:
            link(walk, edits, known)
    person = record.row("people", at.row) if at.entity == "people" and at.name == "name" else None
    if person is not None:
        recognise_person(walk, edits, person)


def recognise_person(walk: "Walk", edits: Edits, person: Person) -> None:
    """Let a person be the contact of that name whom the record's account has already."""
    if edits.record.account.standing is Standing.ACTIVE:
        _recognise_person(walk, edits, person)


def _recognise_person(walk: "Walk", edits: Edits, person: Person) -> None:
    if person.contact.standing is Standing.ACTIVE or not person.name:
        return
    taken = {other.contact.id for other in edits.record.people}
    for contact in _contacts_of(walk, edits.record):
        if contact.id not in taken and contact.name and fold(contact.name) == fold(person.name):
            as_known(edits, person, contact)
            return


def link(walk: "Walk", edits: Edits, known: Account) -> None:
    """Let a record belong to an account that exists, in place of the one that was proposed."""
    record = edits.record
    proposed = record.account
    if known.id == proposed.id:
        return
    for person in record.people:
        edits.set(person.contact, "account_id", known.id)
    edits.set(record.opportunity, "account_id", known.id)
    record.account = known
    if proposed.standing is Standing.PROPOSED:
        edits.delete(proposed)
    edits.notes.append(T("Linked to the account {account}, which exists already", account=known.name))
    for person in record.people:
        _recognise_person(walk, edits, person)
    walk.look_around(record)


def recognise_again(walk: "Walk", edits: Edits) -> None:
    """Look up every name of a record, as when it was given."""
    recognise(walk, edits, Address(ACCOUNT, "legal_name"))
    for person in edits.record.people:
        recognise_person(walk, edits, person)


def _known_as(walk: "Walk", record: Record, key: str | None) -> Account | None:
    """The account of a name; none while the store cannot be read, for an answer is kept whatever else fails."""
    try:
        return walk.store.active_account_by_key(key) if key else None
    except StoreProblem:
        walk.unrecognised.add(record.id)
        return None


def _contacts_of(walk: "Walk", record: Record) -> list[Contact]:
    try:
        return walk.store.contacts_of(record.account.id)
    except StoreProblem:  # the same holds for people
        walk.unrecognised.add(record.id)
        return []
