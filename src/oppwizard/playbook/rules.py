"""Validation rules of the organisation's own, as a playbook declares them (A5): conditions, nothing that runs.

What they mean is worked out once (`conditions`), and looked at after every key (`process.rules`).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T, Text
from oppwizard.model.numbers import cut
from oppwizard.playbook.section import Section, Words, Wrong

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
        raise ValueProblem(T("A value is a day or a time, not both"), T("Write it as 2026-12-31, or as 09:30:00."))
    if not isinstance(value, bool | int | Decimal | dt.date | dt.time | str):
        raise ValueProblem(
            T("A value is a text, a number, a date, a time, true or false, or a list of these"),
            T("Write it as value = 12, or as value = [1, 2]."),
        )
    if isinstance(value, str) and len(value) > _LONGEST:
        raise ValueProblem(T("It is too long"), T("A value has {limit} characters at most.", limit=_LONGEST))
    if isinstance(value, Decimal | int) and not -(10**15) <= value <= 10**15:
        raise ValueProblem(T("The number is too large"), T("A number has {limit} digits at most.", limit=15))
    return value


def _value(value: object) -> object:
    if not isinstance(value, list | tuple):
        return _scalar(value)
    several: Sequence[object] = value
    if not 0 < len(several) <= _MOST_VALUES:
        problem = T("It has {count} values", count=len(several))
        raise ValueProblem(problem, T("A list has from 1 to {most} values.", most=_MOST_VALUES))
    return tuple(_scalar(one) for one in several)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


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

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        forms = {"field": self.field, "rows": self.rows, "all": self.all_, "any": self.any_, "not": self.not_}
        given = [name for name, said in forms.items() if said is not None]
        if len(given) != 1:
            yield _wrong_form(given)
            return
        strange = list(self._strangers(given[0]))
        if strange:
            names = ", ".join(strange)
            yield Wrong(
                (), T("{settings} does not belong to {form}", settings=names, form=given[0]), T("Take it away.")
            )
            return
        if not 0 < len(self.all_ or self.any_ or (self,)) <= _MOST_PARTS or () in (self.all_, self.any_):
            yield Wrong((), T("{form} takes from 1 to {most} conditions", form=given[0], most=_MOST_PARTS))
        if self.field is not None:
            yield from self._wrong_test()
        if self.rows is not None:
            yield from self._wrong_count()

    def _strangers(self, form: str) -> Iterator[str]:
        allowed = {"field": ("op", "value", "than", "plus", "of"), "rows": ("op", "value", "where")}.get(form, ())
        names = {"all_": "all", "any_": "any", "not_": "not"}
        for name in sorted(self.model_fields_set):
            called = names.get(name, name)
            if called != form and called not in allowed:
                yield called

    def _wrong_test(self) -> Iterator[Wrong]:
        if self.op is None:
            problem = T("It does not say how “{field}” is to be", field=cut(self.field or ""))
            yield Wrong((), problem, T('Give an op, such as "is" or "answered".'))
            return
        said = (self.value is not None) + (self.than is not None)
        if self.op in _BARE and said:
            yield Wrong((), T("“{op}” takes neither value nor than", op=self.op), T("Take it away."))
        elif self.op not in _BARE and said != 1:
            yield Wrong((), T("“{op}” takes a value, or than with another field", op=self.op))
        elif self.than is not None:
            if self.op not in _ORDERED:
                yield Wrong((), T("than does not go with “{op}”", op=self.op), _takes(_ORDERED))
        else:
            yield from self._wrong_number_of_values()
        if self.plus and self.than is None:
            problem = T("plus is for than: so many days after the other date")
            yield Wrong((), problem, T('Leave it out, or write the days into the value, such as "+30d".'))

    def _wrong_number_of_values(self) -> Iterator[Wrong]:
        if self.op in _LISTS and not isinstance(self.value, tuple):
            problem = T("“{op}” takes a list of values", op=self.op)
            yield Wrong((), problem, T("Write it in brackets: [ ..., ... ]."))
        elif self.op not in _LISTS and isinstance(self.value, tuple):
            yield Wrong((), T("“{op}” takes one value, not a list", op=self.op), T('"one of" takes a list.'))
        elif self.op == "between" and len(self.value) != 2:
            yield Wrong((), T("“{op}” takes two values, the lowest and the highest", op=self.op))

    def _wrong_count(self) -> Iterator[Wrong]:
        if (self.op is None) != (self.value is None):
            problem = T("A number of rows is given by op and value")
            yield Wrong((), problem, T('Write them such as op = ">=" and value = 2.'))
            return
        if self.op is None:
            return
        if self.op not in (*_ORDERED, "between"):
            yield Wrong((), T("“{op}” cannot be asked of a number of rows", op=self.op), _takes((*_ORDERED, "between")))
            return
        numbers = self.value if isinstance(self.value, tuple) else (self.value,)
        if any(isinstance(one, bool) or not isinstance(one, int) or not 0 <= one <= 10_000 for one in numbers):
            yield Wrong((), T("A number of rows is a whole number from 0 to {most}", most=10_000))
        elif self.op == "between" and len(numbers) != 2:
            yield Wrong((), T("“{op}” takes two values, the lowest and the highest", op=self.op))
        elif self.op != "between" and len(numbers) != 1:
            yield Wrong((), T("“{op}” takes one value, not a list", op=self.op))

    def parts(self) -> "Iterator[tuple[tuple[str | int, ...], Condition]]":
        """The conditions inside it, each with its place."""
        for name, several in (("all", self.all_), ("any", self.any_)):
            yield from (((name, number), one) for number, one in enumerate(several or ()))
        if self.not_ is not None:
            yield ("not",), self.not_
        if self.where is not None:
            yield ("where",), self.where


def _wrong_form(given: Sequence[str]) -> Wrong:
    remedy = T("Give one of: {settings}", settings="field, rows, all, any, not")
    if not given:
        return Wrong((), T("The condition says nothing"), remedy)
    return Wrong((), T("The condition is several things at once: {settings}", settings=", ".join(given)), remedy)


def _takes(ops: Iterable[str]) -> Text:
    return T("It takes: {ops}", ops=_listed(ops))


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
