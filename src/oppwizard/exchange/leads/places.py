"""Where a column of a lead list may go: every declared field, and what a lead says about itself."""

import re
from dataclasses import dataclass
from typing import Final

from oppwizard.i18n import T, Text
from oppwizard.model.fields import FIELDS, OPPORTUNITY, ROW_KINDS, FieldSpec

LEAD: Final = "lead"
ID, STATE = f"{LEAD}.id", f"{LEAD}.state"
PEOPLE: Final = "people"
FIRST_NAME, LAST_NAME = "first_name", "last_name"
_OWN: Final[dict[str, Text]] = {ID: T("Number of the lead"), STATE: T("State of the lead")}
_NAMES: Final[dict[str, Text]] = {FIRST_NAME: T("First name"), LAST_NAME: T("Last name")}
"""Parts of a person's name, which lists keep apart and a record does not."""
_PATH: Final = re.compile(r"(?:(\w+)(?:\[([1-9][0-9]?)\])?\.)?(\w+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes.

    Attributes:
        entity: ``opportunity``, ``account``, ``custom``, the key of a row kind, or ``lead``.
        number: which row of its kind, from 1; 0 for what a record has once.
    """

    entity: str
    number: int
    name: str

    @property
    def spec(self) -> FieldSpec | None:
        """The declared field; None for what a lead says about itself, and for parts of a name."""
        return FIELDS.get(self.name if self.entity == OPPORTUNITY else f"{self.entity}.{self.name}")

    @property
    def label(self) -> str:
        """What it is called."""
        if self.spec is not None:
            label = str(self.spec.ask.label)
        else:
            label = str(_OWN.get(f"{self.entity}.{self.name}") or _NAMES[self.name])
        return f"{ROW_KINDS[self.entity].one} {self.number}: {label}" if self.number else label


def place(path: str) -> Place | None:
    """The place that a path names: ``close_on``, ``account.website``, ``people[2].email``; None where there is none."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    entity, number, name = found[1] or OPPORTUNITY, found[2], found[3]
    if entity in ROW_KINDS:
        at = Place(entity, int(number or 1), name)
        return at if at.spec is not None or (entity == PEOPLE and name in _NAMES) else None
    at = Place(entity, 0, name)
    return at if number is None and (at.spec is not None or path in _OWN) else None


def paths() -> list[str]:
    """Every path, rows without their number."""
    return [*_OWN, *(f"{PEOPLE}.{name}" for name in _NAMES), *FIELDS]
