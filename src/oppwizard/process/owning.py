"""What the organisation's own fields say of a record beside their values: the words by which it is found."""

from collections.abc import Iterator
from typing import Any, Final

from oppwizard.model.ask import Kind
from oppwizard.model.choice import Choice
from oppwizard.model.fields import CUSTOM, fields_of
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.process.entry import names_of

_TEXTS: Final = (Kind.LINE, Kind.LONG, Kind.PICK, Kind.EMAIL, Kind.PHONE)
_LONGEST: Final = 500
"""So many characters of a text are searched; lists of 100,000 records stay quick."""


def own_words(record: Record, playbook: Playbook) -> Iterator[str]:
    """The texts of a record's own fields, and what is chosen in every language; numbers and days find nothing."""
    for spec in fields_of(CUSTOM):
        value = getattr(record.custom, spec.name)
        if isinstance(value, str) and spec.ask.kind in _TEXTS:
            yield value[:_LONGEST]
            if spec.ask.picks:
                listed = playbook.pick_list(spec.ask.picks).items
                yield from (word for item in listed if item.value == value for word in item.label.values())
        else:
            yield from _chosen(value)


def _chosen(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Choice):
            yield from names_of(one)
