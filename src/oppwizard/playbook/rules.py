"""Validation rules of the organisation's own, as a playbook declares them (A5): conditions, nothing that runs.

What they mean is worked out once (`conditions`), and looked at after every key (`process.rules`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from oppwizard.playbook.section import Section, Words

Operator = Literal[
    "is",
    "is not",
    "one of",
    "not one of",
    "<",
    "<=",
    ">",
    ">=",
    "between",
    "contains",
    "starts with",
    "answered",
    "empty",
]
FARTHEST: Final = 3_660
"""So many days two dates can be asked to be apart: ten years."""
MOST_RULES: Final = 200
"""So many rules a playbook has at most: all are looked at after every key."""
_MOST_VALUES: Final = 200
_MOST_PARTS: Final = 50
_LONGEST: Final = 2_000
_BARE: Final = ("answered", "empty")
_LISTS: Final = ("one of", "not one of", "between")
_ORDERED: Final = ("is", "is not", "<", "<=", ">", ">=")


def _scalar(value: object) -> object:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dt.datetime):
        raise ValueError("a value is a day or a time, not both")
    if not isinstance(value, bool | int | Decimal | dt.date | dt.time | str):
        raise ValueError("a value is a text, a number, a date, a time, true or false, or a list of these")
    if isinstance(value, str) and len(value) > _LONGEST:
        raise ValueError(f"a value has at most {_LONGEST} characters")
    if isinstance(value, Decimal | int) and not -(10**15) <= value <= 10**15:
        raise ValueError("a number has at most 15 digits")
    return value


def _value(value: object) -> object:
    if not isinstance(value, list | tuple):
        return _scalar(value)
    several: Sequence[object] = value
    if not 0 < len(several) <= _MOST_VALUES:
        raise ValueError(f"a list has from 1 to {_MOST_VALUES} values")
    return tuple(_scalar(one) for one in several)


class Condition(Section):
    """One condition: a test of a field, a count of rows, or several conditions together.

    Exactly one of `field`, `rows`, `all_`, `any_` and `not_` is given.
    """

    field: str | None = None
    """The path of a field (``close_on``, ``account.employees``, ``custom.region``, ``lines.discount``), or a figure."""
    op: Operator | None = None
    value: Annotated[Any, BeforeValidator(_value)] = None
    """What the field is held against, as a person would answer it; a list for "one of" and "between"."""
    than: str | None = None
    """Another field to hold it against, instead of a value ..."""
    plus: int = Field(default=0, ge=-FARTHEST, le=FARTHEST)
    """... moved by so many days."""
    of: Literal["any", "all", "none"] | None = None
    """Of a field of rows: how many of the rows are to be so."""
    rows: str | None = None
    """A kind of rows, such as ``people``, whose number is held against the value; at least one where no op is given."""
    where: "Condition | None" = None
    """Which of the rows are counted; all of them without it."""
    all_: "tuple[Condition, ...] | None" = Field(default=None, alias="all")
    any_: "tuple[Condition, ...] | None" = Field(default=None, alias="any")
    not_: "Condition | None" = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        forms = {"field": self.field, "rows": self.rows, "all": self.all_, "any": self.any_, "not": self.not_}
        given = [name for name, said in forms.items() if said is not None]
        if len(given) != 1:
            raise ValueError(
                "a condition is a test of a field, a count of rows, or all, any or not of other conditions: "
                f"give one of field, rows, all, any, not ({' and '.join(given) if given else 'none'} is given)"
            )
        self._refuse_strangers(given[0])
        if not 0 < len(self.all_ or self.any_ or (self,)) <= _MOST_PARTS or () in (self.all_, self.any_):
            raise ValueError(f"{given[0]} takes from 1 to {_MOST_PARTS} conditions")
        if self.field is not None:
            self._check_test()
        if self.rows is not None:
            self._check_count()
        return self

    def _refuse_strangers(self, form: str) -> None:
        allowed = {"field": ("op", "value", "than", "plus", "of"), "rows": ("op", "value", "where")}.get(form, ())
        names = {"all_": "all", "any_": "any", "not_": "not"}
        strange = [names.get(name, name) for name in sorted(self.model_fields_set)]
        strange = [name for name in strange if name != form and name not in allowed]
        if strange:
            raise ValueError(f"{', '.join(strange)} does not belong to {form}")

    def _check_test(self) -> None:
        if self.op is None:
            raise ValueError(f"say how {self.field!r} is to be: give an op, such as 'is' or 'answered'")
        said = (self.value is not None) + (self.than is not None)
        if self.op in _BARE and said:
            raise ValueError(f"{self.op!r} takes neither value nor than")
        if self.op not in _BARE and said != 1:
            raise ValueError(f"{self.op!r} takes a value, or than with another field")
        if self.than is not None and self.op not in _ORDERED:
            raise ValueError(f"than is for {', '.join(map(repr, _ORDERED))}")
        if self.plus and self.than is None:
            raise ValueError("plus is for than: so many days after the other date")
        if self.op in _LISTS and not isinstance(self.value, tuple):
            raise ValueError(f"{self.op!r} takes a list of values")
        if self.op not in _LISTS and isinstance(self.value, tuple):
            raise ValueError(f"{self.op!r} takes one value, not a list; 'one of' takes a list")
        if self.op == "between" and len(self.value) != 2:
            raise ValueError("'between' takes two values, the lowest and the highest")

    def _check_count(self) -> None:
        if (self.op is None) != (self.value is None):
            raise ValueError("a number of rows is given by op and value, such as op = '>=' and value = 2")
        if self.op is None:
            return
        if self.op not in (*_ORDERED, "between"):
            raise ValueError(f"a number of rows is held against one by {', '.join(map(repr, _ORDERED))}, 'between'")
        numbers = self.value if isinstance(self.value, tuple) else (self.value,)
        if any(isinstance(one, bool) or not isinstance(one, int) or not 0 <= one <= 10_000 for one in numbers):
            raise ValueError("a number of rows is a whole number from 0 to 10000")
        if len(numbers) != (2 if self.op == "between" else 1):
            raise ValueError(f"{self.op!r} takes {'two values' if self.op == 'between' else 'one value'}")

    def parts(self) -> "Iterator[tuple[tuple[str | int, ...], Condition]]":
        """The conditions inside it, each with its place."""
        for name, several in (("all", self.all_), ("any", self.any_)):
            yield from (((name, number), one) for number, one in enumerate(several or ()))
        if self.not_ is not None:
            yield ("not",), self.not_
        if self.where is not None:
            yield ("where",), self.where


class Rule(Section):
    """A validation rule: under a condition another one must hold."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """What findings are called: ``rule.NAME``."""
    must: Condition
    """What must hold ..."""
    when: Condition | None = None
    """... where this holds; always without it."""
    each: str | None = None
    """A kind of rows: both conditions are put to each row of it by itself."""
    level: Literal["block", "warn", "info"] = "block"
    """Whether the gate is closed while it is broken, or it is only said."""
    stage: int | None = Field(default=None, ge=1, le=6)
    """The stage whose gate looks at it; the latest of those that ask for the fields of `must` where it is not given."""
    at: str | None = None
    """The field at which it is said; the first one of `must` that the stage asks for where it is not given."""
    message: Words | None = None
    """What is said; the condition in words where it is not given."""
    remedy: Words | None = None
    """What would be right; the condition in words where it is not given."""
