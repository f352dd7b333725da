"""Rows of a document that were erased from the store: they stay out of it, whatever brings them back (privacy)."""

from collections.abc import Collection
from uuid import UUID

from oppwizard.data.tables import PARTS
from oppwizard.model.record import Record


def leave_out(record: Record, rows: Collection[UUID], erased: Collection[UUID]) -> int:
    """Take rows out of a record that is being put together, with all that refers to them.

    Args:
        rows: the identities that the erased ones have in the record.
        erased: those that they have in the document, by which proposals refer to them.

    Returns:
        How many people it were.
    """
    gone = [one for one in record.people if one.contact.id in rows or one.id in rows]
    record.people = [one for one in record.people if one not in gone]
    for key in PARTS.values():
        kept = [
            row for row in getattr(record, key) if row.id not in rows and getattr(row, "subject", None) not in erased
        ]
        setattr(record, key, kept)
    _unrefer(record, {one.id for one in gone})
    return len(gone)


def _unrefer(record: Record, people: Collection[UUID]) -> None:
    for spec, holder in record.referring():
        value = getattr(holder, spec.name)
        if isinstance(value, list):
            setattr(holder, spec.name, [one for one in value if one not in people])
        elif value in people:
            setattr(holder, spec.name, None)
    begins = tuple(f"people[{one}]" for one in people)
    for place in [place for place in record.pending if place.startswith(begins)] if begins else ():
        del record.pending[place]
