"""A record out of a packet: as the sender's store has it, with its identity, stage and standing (H4)."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from oppwizard.data.tables import PARTS, Change, Op
from oppwizard.exchange.assembly import Assembly
from oppwizard.exchange.document import FORMAT, VERSION
from oppwizard.exchange.shape import Shape
from oppwizard.handoff.refusals import PacketRefused, newer
from oppwizard.i18n import T
from oppwizard.model.enums import Standing
from oppwizard.model.plain import number
from oppwizard.model.record import Record
from oppwizard.walk import Walk

_STANDING: Final = "standing"


def parsed(text: bytes) -> dict[str, Any]:
    """The document of a record.

    Raises:
        PacketRefused: it is none, or one of a newer version.
    """
    try:
        document = json.loads(text, parse_float=number)
    except (ValueError, RecursionError) as error:
        raise PacketRefused("record", T("A record in the packet cannot be read")) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PacketRefused("record", T("A record in the packet is none of this program's"))
    if not isinstance(document.get("version"), int) or document["version"] > VERSION:
        raise newer()
    return document


def restored(
    walk: Walk,
    document: dict[str, Any],
    record_id: UUID,
    log: Sequence[Change],
    erased: Collection[UUID] = frozenset(),
) -> Record:
    """The record of a document: what it says of its own stage and status holds, for nothing is judged on the way.

    Args:
        erased: rows that were erased from the store, and are left out.

    Raises:
        PacketRefused: it is not the record that it is said to be, or its rows have no identities of their own.
    """
    assembly = Assembly(walk, Shape(document), erased=erased)
    record = assembly.record
    if record.id != record_id or _anonymous(document, record):
        raise PacketRefused("identity", T("A record in the packet is not the one that the packet lists"))
    for name, value in assembly.claims.items():
        setattr(record.opportunity, name, value)
    record.account.standing = _standing(record, record.account.id, log)
    for person in record.people:
        person.contact.standing = _standing(record, person.contact.id, log)
    return record


def _anonymous(document: dict[str, Any], record: Record) -> bool:
    """Whether a row came without an identity, so that it got another one than it has with the sender."""
    rows = [record.account, *(part for one in record.people for part in (one.contact, one.stakeholder))]
    rows += [row for key in PARTS.values() for row in getattr(record, key)]
    return not {str(row.id) for row in rows} <= set(_identities(document))


def _identities(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if isinstance(value.get("id"), str):
            yield value["id"]
        for item in value.values():
            yield from _identities(item)
    elif isinstance(value, list):
        for item in value:
            yield from _identities(item)


def _standing(record: Record, row_id: UUID, log: Sequence[Change]) -> Standing:
    """What an account or person is, which documents do not say: by the newest word of the history."""
    for change in reversed(log):
        if change.row_id == row_id and change.new is not None and change.op is not Op.DELETE:
            if change.op is Op.SET and change.field == _STANDING:
                return Standing(json.loads(change.new))
            if change.op is Op.INSERT:
                return Standing(json.loads(change.new).get(_STANDING, Standing.PROPOSED.value))
    return Standing.ACTIVE if record.exists else Standing.PROPOSED
