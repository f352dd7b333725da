"""A logged change in words: what it is called, from what, to what."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.codec import decode
from oppwizard.data.tables import Change, Op, model_of
from oppwizard.data.unfolding import name_in, unfolded
from oppwizard.i18n import T, Text
from oppwizard.model.fields import CUSTOM, FIELDS, ROW_KINDS, FieldSpec, RowKind, of_fields
from oppwizard.model.findings import Address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.record import Record
from oppwizard.process.entry import show

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

__all__ = ["Worded", "is_own", "spec_of", "unfolded", "value_of", "worded"]


@dataclass(frozen=True, slots=True)
class Worded:
    """A change of an answer, or of a whole row.

    Attributes:
        what: the field or row, with the row's number where there are several.
        old, new: the values as they are shown; empty for none.
        where: where it stands in the record, if it is there.
    """

    what: Text
    old: str
    new: str
    where: Address | None


def worded(walk: "Walk", record: Record, change: Change) -> Worded | None:
    """A change in words, as `unfolded` gives it; None for what no person typed."""
    if change.op is not Op.SET:
        return _row(walk, record, change, model_of(change.entity))
    spec = spec_of(change)
    if spec is None:
        return None
    at = _address(record, spec, change.row_id)
    texts = [_shown(walk, record, spec, text) for text in (change.old, change.new)]
    what = walk.label(record, at) if at else spec.ask.label
    return Worded(what, texts[0], texts[1], at)


def is_own(change: Change) -> bool:
    """Whether an unfolded change is of one of the organisation's own fields, asked for or not."""
    return name_in(change.field) is not None


def spec_of(change: Change) -> FieldSpec | None:
    """The declaration of the field that a change is of, as `unfolded` gives it; None for what no person types."""
    return _specs().get((model_of(change.entity), change.field))


def value_of(spec: FieldSpec, text: str | None) -> Any:
    """The value of a field that the log holds.

    Raises:
        ValueError: it is no value of the field (any more).
    """
    if spec.entity == CUSTOM:
        return None if text is None else spec.adapter.validate_json(text)
    return decode(spec.model, spec.name, text)


def _row(walk: "Walk", record: Record, change: Change, model: type[SQLModel]) -> Worded | None:
    kind = _kinds().get(model)
    if kind is None:
        return None
    held = change.new if change.op is Op.INSERT else change.old
    spec = FIELDS[f"{kind.key}.{kind.handle}"]
    named = json.loads(held or "{}").get(kind.handle)
    name = _shown(walk, record, spec, json.dumps(named)) if named is not None else ""
    said = T("{row} {what}", row=kind.one, what=change.op.label)
    at = _address(record, spec, change.row_id)
    return Worded(said, "" if change.op is Op.INSERT else name, name if change.op is Op.INSERT else "", at)


def _shown(walk: "Walk", record: Record, spec: FieldSpec, text: str | None) -> str:
    try:
        return show(spec, value_of(spec, text), record, walk.playbook)
    except ValueError:  # written by another version, in which the field was another one
        return text or ""


def _address(record: Record, spec: FieldSpec, row_id: UUID) -> Address | None:
    if spec.entity not in ROW_KINDS:
        return Address(spec.entity, spec.name)
    if spec.entity == "people":
        row_id = next((one.id for one in record.people if row_id in (one.id, one.contact.id)), row_id)
    at = Address(spec.entity, spec.name, row_id)
    return at if record.row(spec.entity, row_id) is not None else None


@of_fields
def _specs() -> dict[tuple[type[SQLModel], str], FieldSpec]:
    """The fields by their tables and columns; the organisation's own by what `unfolded` calls them."""
    own = {(Opportunity, spec.path): spec for spec in FIELDS.values() if spec.entity == CUSTOM}
    return {(spec.model, spec.name): spec for spec in FIELDS.values() if spec.entity != CUSTOM} | own


@lru_cache(maxsize=1)
def _kinds() -> dict[type[SQLModel], RowKind]:
    """The kinds of rows that have a handle of their own: of a person the contact has it."""
    return {FIELDS[f"{kind.key}.{kind.handle}"].model: kind for kind in ROW_KINDS.values()}
