"""Whether a file says anything else than the record that the store has already."""

from typing import Any
from uuid import UUID

from oppwizard.exchange.assembly import Assembly
from oppwizard.exchange.document import as_draft, to_document
from oppwizard.exchange.shape import Object, Shape
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk import Walk


def is_same(walk: Walk, document: Object, stored: Record) -> bool:
    """Whether an exported document is the stored record's, or every answer of a hand-written one stands in it."""
    shape = Shape(document)
    if shape.full:
        own = (to_document(one, walk) for one in (stored, as_draft(stored)))
        return any(_without_sizing(document) == _without_sizing(one) for one in own)
    assembly = Assembly(walk, shape)
    told = assembly.record
    texts = set(told.pending.values()) - set(stored.pending.values())
    return not texts and all(_stands(at, told, stored) for at in assembly.given if str(at) not in told.pending)


def _without_sizing(document: Object) -> Object:
    return {key: value for key, value in document.items() if key != "sizing"}


def _stands(at: Address, told: Record, stored: Record) -> bool:
    twin = at
    if at.row is not None:
        place = [row.id for row in told.rows(at.entity)].index(at.row)
        rows = stored.rows(at.entity)
        if place >= len(rows):
            return False
        twin = Address(at.entity, at.name, rows[place].id)
    mine, theirs = _comparable(told, told.value(at)), _comparable(stored, stored.value(twin))
    return bool(mine == theirs)


def _comparable(record: Record, value: Any) -> Any:
    """A value in which people are named, because a hand-written file does not know their identities."""
    if isinstance(value, list):
        return [_comparable(record, item) for item in value]
    person = record.person(value) if isinstance(value, UUID) else None
    return person.name if person else value
