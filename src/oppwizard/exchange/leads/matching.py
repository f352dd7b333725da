"""Whether a lead is one that the store has already: by its number, its e-mail address, or company and person (A1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from oppwizard.checks.duplicates import keys_of_record
from oppwizard.checks.likeness import kinship
from oppwizard.exchange.leads.telling import Told
from oppwizard.i18n import T, Text
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.walk import Walk

if TYPE_CHECKING:
    from oppwizard.data.leads import Known


@dataclass(frozen=True, slots=True)
class Match:
    """The record that a lead belongs to, and by what."""

    record_id: UUID
    because: Text


def match(walk: Walk, told: Told, record: Record) -> Match | None:
    """The record that is not closed and that a lead belongs to, the newest first.

    Args:
        record: what the lead would become by itself.
    """
    by_email = _by_email(walk, told, record)
    return by_email or _by_company(walk, told, record)


def _by_email(walk: Walk, told: Told, record: Record) -> Match | None:
    """A person of the same address counts, unless both the person and the company are called otherwise."""
    address = next((person.contact.email for person in record.people if person.contact.email), None)
    for known in walk.store.known_by_email(address) if address else ():
        if _one_name(told.person, known.name) or _one_company(told.names, known.accounts):
            return Match(known.record_id, T("same e-mail address {address}", address=address))
    return None


def _one_name(mine: str, theirs: str) -> bool:
    return not mine.strip() or not theirs or fold(mine) == fold(theirs)


def _one_company(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return not mine or not theirs or kinship(mine, theirs).same


def _by_company(walk: Walk, told: Told, record: Record) -> Match | None:
    """The same company and the same person; where one of both names no person, the company alone."""
    marks = keys_of_record(record)
    if not marks or not told.names:
        return None
    same = [
        each.account_id
        for each in walk.store.sharing(marks.keys(), walk.playbook.duplicates.rare)
        if kinship(told.names, each.names, [marks[key] for key in each.keys if key in marks]).same
    ]
    for record_id, names in _people(walk.store.known_at(same)):
        if not names or not told.person.strip():
            return Match(record_id, T("same company"))
        if fold(told.person) in names:
            return Match(record_id, T("same company and person"))
    return None


def _people(found: Iterable["Known"]) -> Iterator[tuple[UUID, set[str]]]:
    """The folded names of each record's people, in order."""
    records: dict[UUID, set[str]] = {}
    for known in found:
        names = records.setdefault(known.record_id, set())
        if known.name:
            names.add(fold(known.name))
    yield from records.items()
