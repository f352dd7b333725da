"""Values as JSON text and back, exact to the last digit: the language of the change log."""

import json
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlmodel import SQLModel

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T


@lru_cache(maxsize=512)
def _adapter(model: type[SQLModel], field: str) -> TypeAdapter[Any]:
    annotation: Any = model.model_fields[field].annotation
    return TypeAdapter(annotation)


def encode(model: type[SQLModel], field: str, value: Any) -> str:
    """A field's value as JSON text.

    Raises:
        ValueProblem: the value holds characters that no text can hold (lone surrogates).
    """
    try:
        return _adapter(model, field).dump_json(value).decode("utf-8")
    except (PydanticSerializationError, UnicodeEncodeError) as error:
        raise unstorable() from error


def decode(model: type[SQLModel], field: str, text: str | None) -> Any:
    """The value that `encode` wrote; None where nothing was written.

    Raises:
        pydantic.ValidationError: the text is no value of the field.
    """
    return None if text is None else _adapter(model, field).validate_json(text)


def encode_row(row: SQLModel) -> str:
    """A whole row as a JSON object."""
    model = type(row)
    pairs = (f"{json.dumps(name)}:{encode(model, name, getattr(row, name))}" for name in model.model_fields)
    return "{" + ",".join(pairs) + "}"


def decode_row(model: type[SQLModel], text: str) -> SQLModel:
    """The row that `encode_row` wrote; fields that the class does not have any more are left out.

    Raises:
        pydantic.ValidationError: a value is none of its field.
        ValueError: the text is no JSON object.
    """
    stored = json.loads(text)
    if not isinstance(stored, dict):
        raise ValueError(text[:80])
    known = {name: json.dumps(value) for name, value in stored.items() if name in model.model_fields}
    return model(**{name: decode(model, name, value) for name, value in known.items()})


def unstorable() -> ValueProblem:
    """The problem of a text with characters that cannot be written."""
    return ValueProblem(
        T("The text holds characters that cannot be stored."), T("Remove the broken characters and try again.")
    )
