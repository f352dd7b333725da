"""One value of a file: typed where it is of the field's type, else read as a person would have typed it."""

import difflib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlmodel import SQLModel

from oppwizard.errors import ValueProblem
from oppwizard.exchange.document import dumps
from oppwizard.i18n import T, Text
from oppwizard.model.ask import Ask, Kind
from oppwizard.model.base import LONG
from oppwizard.model.fields import FieldSpec
from oppwizard.process.entry import Reader, accept
from oppwizard.process.required import shortened

_NUMBERS: Final = (Kind.MONEY, Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT)
_MOST_ITEMS: Final = 200
_REFERENCES: Final = (Kind.PERSON, Kind.PEOPLE)


class Problem(NamedTuple):
    """Something of a file that could not be taken as it stands, and where."""

    place: str
    problem: Text


def read_value(reader: Reader, spec: FieldSpec, value: Any, ids: dict[str, UUID], *, trusting: bool) -> Any:
    """The field's value that a JSON value means.

    Args:
        ids: the identities that the rows of the file have got, by those that the file gives them.
        trusting: whether a reference to a person who is not in the file is kept, and an entry of a list not here.

    Raises:
        ValueProblem: it means none.
    """
    if spec.ask.kind in _REFERENCES:
        return _reference(reader, spec, value, ids, trusting=trusting)
    if trusting and spec.ask.kind is Kind.PICK and isinstance(value, str):
        return _picked(reader, spec, value)
    if value is None or (isinstance(value, bool) and spec.ask.kind is Kind.YES_NO):
        return accept(spec, value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and spec.ask.kind in _NUMBERS:
        return accept(spec, value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ("\n" if spec.ask.kind is Kind.LONG else ", ").join(value)
    if isinstance(value, bool | dict | list):
        raise _misfit(spec, value)
    return reader.read(spec, value if isinstance(value, str) else text_of(value))


def _picked(reader: Reader, spec: FieldSpec, text: str) -> Any:
    """An entry of a list; it may be that of another playbook, of which the gate speaks then."""
    try:
        return reader.read(spec, text)
    except ValueProblem:
        return accept(spec, text)


def _reference(reader: Reader, spec: FieldSpec, value: Any, ids: dict[str, UUID], *, trusting: bool) -> Any:
    items = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(item, str) for item in items) or (not spec.is_list and len(items) > 1):
        raise _misfit(spec, value)
    people = [one for item in items for one in _people(reader, spec, item, ids, trusting)]
    return accept(spec, people if spec.is_list else next(iter(people), None))


def _people(reader: Reader, spec: FieldSpec, text: str, ids: dict[str, UUID], trusting: bool) -> Iterable[UUID]:
    if text in ids:
        return [ids[text]]
    identity = identity_of(text)
    if trusting and identity is not None:
        return [identity]
    found = reader.read(spec, text)
    return found if isinstance(found, list) else [] if found is None else [found]


def identity_of(value: Any) -> UUID | None:
    """The identity that a value of a file is, None where it is none."""
    try:
        return UUID(value) if isinstance(value, str) and len(value) >= 32 else None
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _adapter(model: type[SQLModel], name: str) -> TypeAdapter[Any]:
    info = model.model_fields[name]
    annotation: Any = info.annotation
    kept = [item for item in info.metadata if not isinstance(item, Ask)]
    return TypeAdapter(Annotated[(annotation, *kept)] if kept else annotation)


def read_column(model: type[SQLModel], name: str, value: Any) -> Any:
    """The value of a column that no person fills: exactly what an export wrote.

    Raises:
        ValueProblem: it is not of the column's type.
    """
    try:
        text = dumps(value)
        text.encode()
        if "\\u0000" in text and "\0" in str(value):
            raise ValueError(name)
        return _adapter(model, name).validate_json(text, strict=True)
    except (ValidationError, ValueError) as error:
        raise ValueProblem(
            T("“{text}” does not fit here", text=shortened(storable(text_of(value)))),
            T("Write it as an export does."),
        ) from error


def text_of(value: Any) -> str:
    """A value as text: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else dumps(value)


def storable(text: str) -> str:
    """A text without what no store can hold: such characters stand as escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def stored(value: Any, ids: Mapping[str, UUID]) -> Any:
    """An answer to a field that is not known here, as the column of such answers holds it; None where it cannot be one.

    Args:
        ids: the identities of people by those that the file gives them.
    """
    if isinstance(value, list):
        items = [stored(item, ids) for item in value]
        return None if not items or len(items) > _MOST_ITEMS or None in items or any(map(_is_list, items)) else items
    if isinstance(value, Decimal):
        value = dumps(value)
    if isinstance(value, str):
        return str(ids.get(value, storable(value))) if value and len(value) <= LONG else None
    return value if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**63) else None


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _misfit(spec: FieldSpec, value: Any) -> ValueProblem:
    return ValueProblem(
        T("{field}: “{text}” does not fit", field=spec.ask.label, text=shortened(storable(text_of(value)))),
        T("See: oppwizard schema"),
    )


def unknown(key: str, known: Iterable[str]) -> Text:
    """What is said of a key that nothing is known by."""
    shown = shortened(storable(key))
    near = difflib.get_close_matches(key[:80], list(known), n=1)
    if near:
        return T("“{key}” is not known here; did you mean “{near}”?", key=shown, near=near[0])
    return T("“{key}” is not known here", key=shown)
