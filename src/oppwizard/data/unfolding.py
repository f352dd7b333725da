"""Changes of the organisation's own fields, one by one: they share a column, and with it an entry of the log."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from oppwizard.data.tables import Change, Op
from oppwizard.model.opportunity import Opportunity

COLUMN: Final = "custom"
_PREFIX: Final = f"{COLUMN}."


def unfolded(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, those of the column as one for each field in it, called ``custom.NAME``."""
    for change in changes:
        if change.entity == Opportunity.__tablename__ and change.field == COLUMN and change.op is Op.SET:
            yield from _each(change)
        else:
            yield change


def _each(change: Change) -> Iterator[Change]:
    old, new = (json.loads(text) if text else {} for text in (change.old, change.new))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            texts = {"old": _text(old.get(name)), "new": _text(new.get(name))}
            yield change.model_copy(update={"field": f"{_PREFIX}{name}", **texts})


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def name_in(field: str) -> str | None:
    """The name of the field in the column that an unfolded change is of; None for a column of its own."""
    return field.removeprefix(_PREFIX) if field.startswith(_PREFIX) else None
