"""What all settings have in common: frozen, no unknown keys, texts by language, and no contradictions."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, ClassVar, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from oppwizard.i18n import SOURCE, T, Text, sentences

Place = tuple[str | int, ...]
"""Where a setting stands: keys, and places in lists, from the outermost one on."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that a section's settings contradict.

    Attributes:
        at: the setting at fault, within the section; empty for the section as a whole.
        problem: what is wrong, without its place.
        remedy: what would be right, where the problem does not say it.
        because: the setting of the whole playbook from which it follows; a fault there makes this one moot.
        beside: settings of the same section from which it follows too.
    """

    at: Place
    problem: Text
    remedy: Text | None = None
    because: Place = ()
    beside: tuple[str, ...] = ()


class Contradiction(ValueError):
    """Settings of a section that cannot all be so.

    Attributes:
        wrongs: all that is wrong with them.
    """

    def __init__(self, wrongs: Sequence[Wrong]) -> None:
        super().__init__("; ".join(sentences(wrong.problem, wrong.remedy) for wrong in wrongs))
        self.wrongs = tuple(wrongs)


class Section(BaseModel):
    """A table of settings, each with its docstring under it, which the reference and ``playbook show`` tell.

    What a validator of a single setting does not take it refuses with a `ValueProblem`, which has its texts; what
    settings say together belongs to `contradictions`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    KEY: ClassVar[str | None] = None
    """By which setting two entries of a list are the same one; without it, the first of `NATURAL` that is required."""
    JUDGES: ClassVar[bool] = True
    """Whether records are judged by it; only then does a change of it show in the version that they remember."""

    def contradictions(self) -> Iterable[Wrong]:
        """What is wrong with settings that are all right one by one; all of it, not the first."""
        return ()

    @model_validator(mode="after")
    def _without_contradictions(self) -> Self:
        if wrongs := (*_doubled(self), *self.contradictions()):
            raise Contradiction(wrongs)
        return self


NATURAL: Final = ("sku", "name", "value")
"""What entries of a list are told apart by, where their class does not say it."""


@cache
def key_of(model: type[Section]) -> str | None:
    """By which setting two entries of a list of these are the same one; None where nothing says so."""
    if model.KEY is not None:
        return model.KEY or None
    fields = model.model_fields
    return next((k for k in NATURAL if k in fields and fields[k].annotation is str and fields[k].is_required()), None)


def _doubled(section: Section) -> Iterator[Wrong]:
    """Entries of a list that have the key of an earlier one."""
    for name in type(section).model_fields:
        entries = getattr(section, name)
        if not isinstance(entries, tuple) or not entries or not isinstance(entries[0], Section):
            continue
        key = key_of(type(entries[0]))
        seen: set[object] = set()
        for position, entry in enumerate(entries if key else ()):
            value = getattr(entry, key or "", None)
            if value in seen:
                problem = T("Two entries of {list} have the {key} “{value}”", list=name, key=key, value=value)
                yield Wrong((name, position, key or ""), problem, T("Give one of them another, or take it away."))
            seen.add(value)


def _by_language(said: object) -> object:
    return {SOURCE: said} if isinstance(said, str) else said


Labels = Annotated[dict[str, str], BeforeValidator(_by_language)]
"""The words for something, by language; none, where it stands for itself."""
Words = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=2_000)]],
    BeforeValidator(_by_language),
    Field(min_length=1),
]
"""A text of the organisation's own: one for all languages, or one by language."""


# What sections ask themselves


def hundred(section: Section, *keys: str) -> Iterator[Wrong]:
    """Points that do not add up to 100."""
    points = sum(getattr(section, key) for key in keys)
    if points != 100:
        problem = T("{settings} are to make 100 together; they make {points}", settings=", ".join(keys), points=points)
        yield Wrong((), problem, beside=keys)


def near(word: str, known: Iterable[str]) -> Text | None:
    """The remedy for a word that is not known but resembles one that is."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return T("Did you mean {word}?", word=found[0]) if found else None
