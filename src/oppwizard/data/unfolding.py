"""Changes of the organisation's own fields, one by one: they share a column, and with it an entry of the log."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from oppwizard.data.batch import Edit
from oppwizard.data.tables import Change, Op
from oppwizard.model.opportunity import Opportunity

COLUMN: Final = "custom"
_PREFIX: Final = f"{COLUMN}."


def unfolded(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, those of the column as one for each field in it, called ``custom.NAME``."""
    for change in changes:
        if change.entity == Opportunity.__tablename__ and change.field == COLUMN and change.op is Op.SET:
            old, new = (json.loads(text) if text else {} for text in (change.old, change.new))
            for name in differing(old, new):
                texts = {"old": _text(old.get(name)), "new": _text(new.get(name))}
                yield change.model_copy(update={"field": field_of(name), **texts})
        else:
            yield change


def unfolded_edit(edit: Edit) -> Iterator[Edit]:
    """A change that is not saved yet, as `unfolded` gives logged ones; the values are as the column holds them."""
    if edit.model is Opportunity and edit.field == COLUMN and edit.op is Op.SET:
        for name in differing(edit.old, edit.new):
            yield replace(edit, field=field_of(name), old=edit.old.get(name), new=edit.new.get(name))
    else:
        yield edit


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The names of the answers that are not the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def field_of(name: str) -> str:
    """What a field in the column is called in unfolded changes."""
    return f"{_PREFIX}{name}"


def name_in(field: str) -> str | None:
    """The name of the field in the column that an unfolded change is of; None for a column of its own."""
    return field.removeprefix(_PREFIX) if field.startswith(_PREFIX) else None
