"""What the validator finds wrong with a value, and how we say it: its own messages are English and know no remedy."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import ErrorDetails

from oppwizard.i18n import SOURCE, T, Text, given
from oppwizard.playbook.schema import Playbook
from oppwizard.playbook.section import Place, near
from oppwizard.playbook.shape import is_secret, known_keys, section_of, type_at

_MOST_NAMED: Final = 12
"""So many possible values are listed; more are too many to read."""
_WIDTH: Final = 60
_Told = tuple[Text, Text | None]
_PATTERNS: Final[Mapping[str, Text]] = {
    r"^[a-z][a-z0-9_]{0,39}$": T("Small letters, figures and _, a letter first, 40 at most."),
    r"^([A-Z]{3})?$": T("Write its three letters, such as EUR."),
    r"^\d{2,3}\.0$": T("Write it as {example}.", example="62.0"),
    r"^\S(.*\S)?$": T("One line, without blanks at its ends."),
}
"""The forms that texts may have, in words."""


@dataclass(frozen=True, slots=True)
class _Error:
    """What the validator says of a value.

    Attributes:
        at: where the value stands.
        kind: what the validator calls the error.
        context: what the value was held against, by its name there.
    """

    at: Place
    kind: str
    value: Any
    context: Mapping[str, Any]

    @property
    def shown(self) -> str:
        """The value, shortened; what is secret is not shown."""
        text = "***" if is_secret(Playbook, self.at) else str(self.value)
        return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"

    @property
    def limit(self) -> Any:
        """The bound that the value is beyond."""
        names = ("ge", "gt", "le", "lt", "max_length", "min_length")
        return next((self.context[name] for name in names if name in self.context), "")


def told(error: ErrorDetails, at: Place) -> _Told:
    """What is wrong at a place, and what would be right."""
    wrong = _Error(at, error["type"], error["input"], error.get("ctx", {}))
    for pattern, say in _SAID.items():
        if re.fullmatch(pattern, wrong.kind):
            return say(wrong)
    return given({SOURCE: error["msg"]}), None


def _unknown(wrong: _Error) -> _Told:
    key, table = str(wrong.at[-1]), wrong.at[:-1]
    problem = T("There is no such setting")
    known = known_keys(Playbook, table)
    if found := near(key, known):
        return problem, found
    elsewhere = [name for name in known_keys(Playbook, ()) if key in known_keys(Playbook, (name,))]
    if elsewhere:
        return problem, T("It stands in the table {tables}.", tables=", ".join(f"[{name}]" for name in elsewhere))
    return problem, T("Those there are: {names}", names=", ".join(known)) if known else None


def _missing(wrong: _Error) -> _Told:
    key = wrong.at[-1]
    example = f"[{key}]" if section_of(type_at(Playbook, wrong.at)) else f"{key} = ..."
    return T("It is missing"), T("Add {example} there.", example=example)


def _is_to_be(what: Text, remedy: Text) -> Callable[[_Error], _Told]:
    def say(wrong: _Error) -> _Told:
        return T("“{value}” is not {what}", value=wrong.shown, what=what), remedy

    return say


def _table(wrong: _Error) -> _Told:
    return (
        T("“{value}” is not a table of settings", value=wrong.shown),
        T("Write its heading [name] on a line of its own, and its settings on the lines below."),
    )


def _at_least(wrong: _Error) -> _Told:
    problem = T("{value} is too small", value=wrong.shown)
    if wrong.kind == "greater_than":
        return problem, T("It is to be more than {limit}.", limit=wrong.limit)
    return problem, T("It is to be {limit} or more.", limit=wrong.limit)


def _at_most(wrong: _Error) -> _Told:
    problem = T("{value} is too large", value=wrong.shown)
    if wrong.kind == "less_than":
        return problem, T("It is to be less than {limit}.", limit=wrong.limit)
    return problem, T("It is to be {limit} or less.", limit=wrong.limit)


def _long(wrong: _Error) -> _Told:
    return T("It is too long"), T("It is to have {limit} characters or entries at most.", limit=wrong.limit)


def _digits(wrong: _Error) -> _Told:
    problem = T("{value} has too many digits", value=wrong.shown)
    if "decimal_places" in wrong.context:
        return problem, T("It is to have {limit} decimal places at most.", limit=wrong.context["decimal_places"])
    limit = wrong.context.get("whole_digits", wrong.context.get("max_digits"))
    return problem, T("A number has {limit} digits at most.", limit=limit)


def _short(wrong: _Error) -> _Told:
    return T("It is empty, or too short"), T("It is to have {limit} or more.", limit=wrong.limit)


def _one_of(wrong: _Error) -> _Told:
    said = str(wrong.context.get("expected", ""))
    values = re.findall(r"'([^']*)'", said) or said.split(", ")
    problem = T("“{value}” is not one of its values", value=wrong.shown)
    if found := near(wrong.shown, values):
        return problem, found
    shown = ", ".join([*values[:_MOST_NAMED], *(["…"] if len(values) > _MOST_NAMED else [])])
    return problem, T("It is one of: {values}", values=shown)


def _pattern(wrong: _Error) -> _Told:
    pattern = str(wrong.context.get("pattern", ""))
    problem = T("“{value}” is not written as it is to be", value=wrong.shown)
    return problem, _PATTERNS.get(pattern) or T("It has the form {pattern}.", pattern=pattern)


_SAID: Final[Mapping[str, Callable[[_Error], _Told]]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "model_type|model_attributes_type|dict_type|mapping_type|dataclass_type": _table,
    "(tuple|list|set|frozen_set|iterable)_type": _is_to_be(T("a list"), T("Write it in brackets: [ ..., ... ].")),
    "string_.*type|string_type": _is_to_be(T("a text"), T("Put it in quotation marks.")),
    "int_.*": _is_to_be(T("a whole number"), T("Write it in figures, without quotation marks, such as 12.")),
    "decimal_(max_digits|max_places|whole_digits)": _digits,
    "(float|decimal|finite)_.*": _is_to_be(T("a number"), T("Write it in figures, without quotation marks: 12.5.")),
    "bool_.*": _is_to_be(T("true or false"), T("Write true or false, without quotation marks.")),
    "date_.*|datetime_.*": _is_to_be(T("a day"), T("Write it as 2026-12-31, without quotation marks.")),
    "time_.*": _is_to_be(T("a time of day"), T("Write it as 09:30:00, without quotation marks.")),
    "url_.*": _is_to_be(T("a web address"), T("It begins with https://, or http://.")),
    "greater_than.*": _at_least,
    "less_than.*": _at_most,
    "(string_)?too_long": _long,
    "(string_)?too_short": _short,
    "literal_error|enum": _one_of,
    "string_pattern_mismatch": _pattern,
}
"""What the validator calls its errors, by pattern, and how we say them; any other is passed on as it is."""
