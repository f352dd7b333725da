"""The history of a record as a file: a change a line, JSON; read with distrust (H4)."""

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from oppwizard.data.codec import decode, decode_row
from oppwizard.data.tables import Change, ChangeState, Op, model_of
from oppwizard.handoff.refusals import PacketRefused
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.record import Record

_COLUMNS: Final = tuple(name for name in Change.model_fields if name != "seq")
_SHARED: Final = (str(Account.__tablename__), str(Contact.__tablename__))
_ENTRY: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(dict[str, Any])
_Key = tuple[str, str, str, str, str]


def shared_of(record: Record) -> set[UUID]:
    """The rows that a record may share with others of its account."""
    return {record.account.id, *(person.contact.id for person in record.people)}


def as_lines(changes: Iterable[Change]) -> Iterator[bytes]:
    """Changes as lines of JSON, oldest first."""
    for change in changes:
        values = change.model_dump(mode="json", include=set(_COLUMNS))
        yield json.dumps(values, ensure_ascii=True, sort_keys=True).encode() + b"\n"


def from_lines(text: bytes, record_id: UUID, shared: Collection[UUID]) -> list[Change]:
    """The changes that `as_lines` wrote, each of a row of the record, with values of its fields.

    Args:
        shared: the rows that the record shares with others; changes of other records may speak of these only.

    Raises:
        PacketRefused: a line is no change of the record.
    """
    try:
        return [_change(line, record_id, shared) for line in text.splitlines()]
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PacketRefused("history", T("The history in the packet cannot be read")) from error


def _change(line: bytes, record_id: UUID, shared: Collection[UUID]) -> Change:
    values = _ENTRY.validate_json(line)
    if set(values) != set(_COLUMNS):
        raise ValueError("columns")
    change = Change.model_validate(values)
    own = change.record_id == record_id or (change.entity in _SHARED and change.row_id in shared)
    model = model_of(change.entity)
    for text in (change.old, change.new):
        if text is not None and change.op is Op.SET:
            decode(model, change.field, text)
        elif text is not None:
            decode_row(model, text)
    if not own:
        raise ValueError("record")
    if change.state is ChangeState.UNDONE:  # what was undone there can not be redone here
        change.state = ChangeState.DEAD
    return change


def key_of(change: Change) -> _Key:
    """What makes a change the same one in every store."""
    return str(change.action), change.op.value, change.entity, str(change.row_id), change.field


def fresh(changes: Iterable[Change], known: Iterable[Change]) -> list[Change]:
    """The changes that another history does not have, in order."""
    there = {key_of(change) for change in known}
    return [change for change in changes if key_of(change) not in there]
