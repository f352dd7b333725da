"""The organisation's own fields: what a playbook says of one, and the declaration that is made of it."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from math import ceil, floor
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, create_model

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T, given, language
from oppwizard.model.ask import Ask, Kind, Need
from oppwizard.model.base import LONG, MOST, SHORT
from oppwizard.model.choice import Choice
from oppwizard.model.custom import RESERVED, Custom, NoFields
from oppwizard.model.enums import Role, Stage
from oppwizard.model.fields import CUSTOM
from oppwizard.model.numbers import cut
from oppwizard.playbook.answerable import no_number_between
from oppwizard.playbook.coach import FieldCoach
from oppwizard.playbook.section import Section, Words, Wrong, near

CustomKind = Literal[
    "line",
    "long",
    "choice",
    "choices",
    "pick",
    "money",
    "currency",
    "date",
    "time",
    "integer",
    "decimal",
    "percent",
    "yes_no",
    "person",
    "people",
    "email",
    "phone",
]
_TYPES: Final[dict[str, Any]] = {
    "line": str,
    "long": str,
    "pick": str,
    "money": Decimal,
    "currency": str,
    "date": dt.date,
    "time": dt.time,
    "integer": int,
    "decimal": Decimal,
    "percent": Decimal,
    "yes_no": bool,
    "person": UUID,
    "people": UUID,
    "email": str,
    "phone": str,
}
_LISTS: Final = ("choices", "people")
_NUMBERS: Final = ("money", "integer", "decimal", "percent")
_TEXTS: Final = ("line", "long")
_BIG: Final = 2**53
ROOM: Final = 50
"""So many required fields of its own an organisation may have: what the bits that audits count have room for."""


WHOM: Final = ("anyone", "ourselves", *(role.value for role in Role))
"""Who can be asked for an answer."""


def _known(whom: str) -> str:
    if whom not in WHOM:
        raise ValueProblem(
            T("“{name}” is nobody who can be asked", name=cut(whom)),
            near(whom, WHOM) or T("Choose one of: {choices}", choices=", ".join(WHOM)),
        )
    return whom


Whom = Annotated[str, AfterValidator(_known)]


class Option(Section):
    """One of the values that a field is chosen from."""

    value: str = Field(min_length=1, max_length=100)
    label: Words | None = None
    """The words shown for it; the value itself without them."""


class CustomField(Section):
    """A field of the organisation's own; what it is called in commands and files is ``custom.NAME``."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """What it is called in files: small letters, figures and _, a letter first."""
    label: Words
    """What it is called on screens: one text, or one by language."""
    kind: CustomKind = "line"
    """How it is entered and what it takes."""
    stage: int = Field(default=3, ge=1, le=6)
    """The stage whose form has it and whose gate looks at it."""
    need: Literal["required", "recommended", "optional"] = "optional"
    """What its gate does while it is empty: stay closed, say so, or nothing."""
    again: tuple[Annotated[int, Field(ge=1, le=6)], ...] = ()
    """Later stages that show it as a fact."""
    choices: tuple[Option, ...] = ()
    """What a choice is made from."""
    picks: str | None = None
    """The playbook's list that a pick is made from."""
    least: Decimal | None = None
    """The smallest number that it takes ..."""
    most: Decimal | None = None
    """... and the largest."""
    length: int | None = Field(default=None, ge=1, le=LONG)
    """The most characters of a text."""
    placeholders: bool = False
    """Whether texts such as TBD are taken for an answer."""
    copied: bool = False
    """Whether a copy of a record takes the answer with it, as it does the structure; evidence is asked for anew."""
    example: Words | None = None
    why: Words | None = None
    """What the coach says: why it matters ..."""
    good: Words | None = None
    """... what a good answer holds ..."""
    ask: tuple[Words, ...] = ()
    """... and how to ask the customer for it."""
    whom: Whom | None = None
    """Who is best asked: a role of the committee, anyone of theirs, or ourselves. Call sheets go by it."""

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        if self.name in RESERVED:
            yield Wrong(("name",), T("“{name}” cannot be the name of a field", name=self.name), T("Take another one."))
        if (self.kind in ("choice", "choices")) != bool(self.choices):
            yield Wrong(
                ("choices",) if self.choices else ("kind",),
                T("choices are for the kinds choice and choices, which need them"),
                T('Write them as choices = [{ value = "a" }, { value = "b" }].'),
            )
        if (self.kind == "pick") != (self.picks is not None):
            yield Wrong(
                ("picks",) if self.picks else ("kind",),
                T("picks is for the kind pick, which needs it: the name of one of the playbook's lists"),
            )
        yield from self._limits_are_sound()

    def _limits_are_sound(self) -> Iterator[Wrong]:
        if self.kind not in _NUMBERS and (self.least, self.most) != (None, None):
            at = "least" if self.least is not None else "most"
            yield Wrong((at,), T("least and most are for numbers: {kinds}", kinds=", ".join(_NUMBERS)))
        if self.kind not in _TEXTS and self.length is not None:
            yield Wrong(("length",), T("length is for texts: {kinds}", kinds=", ".join(_TEXTS)))
        least, most = self.bounds
        if least > most:
            yield Wrong(("most",), T("It is to be {number} or more", number=f"{least:f}"))
        elif self.kind in _NUMBERS and no_number_between(self.kind, least, most):
            at = "most" if self.most is not None else "least"
            yield Wrong((at,), T("No number of this kind is from {low} to {high}", low=f"{least:f}", high=f"{most:f}"))

    @property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """The smallest and the largest number that it takes."""
        lowest = {"money": Decimal(0), "percent": Decimal(0)}.get(self.kind, Decimal(-_BIG))
        highest = {"money": MOST - 1, "percent": Decimal(100)}.get(self.kind, Decimal(_BIG))
        least = lowest if self.least is None else max(lowest, self.least)
        return least, highest if self.most is None else min(highest, self.most)

    @property
    def path(self) -> str:
        """What it is called in commands and files."""
        return f"{CUSTOM}.{self.name}"

    def declared(self) -> tuple[Any, Any]:
        """The declaration, as `pydantic.create_model` takes it."""
        base: Any = _TYPES.get(self.kind) or _choices(self)
        if self.kind in _LISTS:
            return Annotated[list[base], self._ask()], Field(default_factory=list)
        return Annotated[base | None, self._ask()], Field(default=None, **self._limits())

    def _limits(self) -> dict[str, Any]:
        least, most = self.bounds
        if self.kind == "integer":
            return {"ge": ceil(least), "le": floor(most)}
        if self.kind in _NUMBERS:
            return {"ge": least, "le": most, "max_digits": 18 if self.kind != "percent" else 7, "decimal_places": 4}
        if self.kind in _TEXTS:
            return {"max_length": self.length or (LONG if self.kind == "long" else SHORT)}
        return {"max_length": SHORT} if self.kind in ("pick", "email", "phone") else {}

    def _ask(self) -> Ask:
        return Ask(
            "PB",
            Stage(self.stage),
            CUSTOM,
            given(self.label),
            Kind[self.kind.upper()],
            Need[self.need.upper()],
            tuple(Stage(stage) for stage in self.again if stage > self.stage),
            self.picks,
            given(self.example) if self.example else None,
            wording=not self.placeholders,
        )

    @property
    def speaks(self) -> bool:
        """Whether the coach has anything to say of it."""
        return bool(self.why or self.good or self.ask or self.whom)

    def coached(self) -> FieldCoach | None:
        """What the coach says beside it; None where the playbook says nothing."""
        if not self.speaks:
            return None
        return FieldCoach(
            why=str(given(self.why)) if self.why else "",
            need=str(given(self.good)) if self.good else "",
            ask=tuple(str(given(one)) for one in self.ask),
            whom=self.whom or "anyone",
        )


def _choices(field: CustomField) -> type[Choice]:
    members = [
        (f"V{number}", (option.value, given(option.label or {language(): option.value})))
        for number, option in enumerate(field.choices)
    ]
    make: Any = Choice
    made: type[Choice] = make(f"Custom_{field.name}", members)
    return made


def model_of(fields: tuple[CustomField, ...]) -> type[Custom]:
    """The class whose attributes are the fields."""
    if not fields:
        return NoFields
    declared: dict[str, Any] = {field.name: field.declared() for field in fields}
    made: type[Custom] = create_model("CustomFields", __base__=Custom, **declared)
    return made
