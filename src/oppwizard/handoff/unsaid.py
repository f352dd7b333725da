"""What merging made of a record beyond what the two histories say: whose value it is that a person decided about.

The histories are taken in one behind the other. Where both changed a value, or one took out a row that the other went
on with, they end with what was not chosen: without entries of its own the log would say something else.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.codec import decode, decode_row
from oppwizard.data.store import Edit
from oppwizard.data.tables import Change, Op, columns_of, model_of, values_of
from oppwizard.model.account import Account
from oppwizard.model.base import Row
from oppwizard.model.contact import Contact
from oppwizard.model.opportunity import WORKED_OUT, Opportunity
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.history import Bag, Key

_STAMPS: Final = frozenset(Row.model_fields) - {"id"}
_SHARED: Final = (Account, Contact)
_Values = dict[str, Any]


def unsaid(
    walk: Walk, before: Record | None, merged: Record, history: Iterable[Change], done: Iterable[Edit]
) -> list[Edit]:
    """The changes that the history leaves out, for the log.

    Args:
        before: the record as the store has it; None where it has none.
        history: the changes that the store's own history did not have, oldest first.
        done: what merging did.
    """
    now = Bag(merged).rows
    said = {key: values_of(row) for key, row in Bag(before).rows.items()} if before is not None else {}
    said |= {key: values_of(row) for key, row in _known(walk, now, said)}
    for change in history:
        _replay(said, change)
    removed = {edit.row for edit in done if edit.op is Op.DELETE}
    gone = (key for key in said if key not in now and (key[0] not in _SHARED or key in removed))
    taken = [Edit(Op.DELETE, *key, old=key[0](**said[key])) for key in gone]
    return [*(edit for key, row in now.items() for edit in _differing(key, row, said.get(key))), *taken]


def _known(walk: Walk, now: Mapping[Key, Any], said: Mapping[Key, _Values]) -> Iterator[tuple[Key, SQLModel]]:
    """The account and the people that the store has because of other deals."""
    for key in now:
        if key[0] in _SHARED and key not in said:
            row = walk.store.account(key[1]) if key[0] is Account else walk.store.contact(key[1])
            if row is not None:
                yield key, row


def _replay(said: dict[Key, _Values], change: Change) -> None:
    model = model_of(change.entity)
    key = model, change.row_id
    if change.op is Op.INSERT:
        said[key] = values_of(decode_row(model, change.new or "{}"))
    elif change.op is Op.DELETE:
        said.pop(key, None)
    elif key in said:
        said[key][change.field] = decode(model, change.field, change.new)


def _differing(key: tuple[type[SQLModel], UUID], row: Any, said: _Values | None) -> Iterator[Edit]:
    model, row_id = key
    if said is None:
        yield Edit(Op.INSERT, model, row_id, new=row)
        return
    without = _STAMPS | WORKED_OUT if model is Opportunity else _STAMPS
    for name in columns_of(model):
        value = getattr(row, name)
        if name not in without and said[name] != value:
            yield Edit(Op.SET, model, row_id, name, said[name], value)
