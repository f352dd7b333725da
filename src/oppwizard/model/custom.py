"""The organisation's own fields: declared by its playbook, answered in one column of the opportunity (playbook).

The column holds what machines read, by the field's name; whatever a playbook does not ask for any more stays in it.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, Self

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Text as TextColumn
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from oppwizard.model.ask import Ask

Answers = dict[str, Any]
"""Answers by the names of their fields, as JSON has them."""


class AnswersColumn(TypeDecorator[Answers]):
    """Answers as a JSON object."""

    impl = TextColumn
    cache_ok = True

    def process_bind_param(self, value: Answers | None, dialect: Dialect) -> str:
        return json.dumps(value or {}, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Answers:
        found: Answers = json.loads(value or "{}")
        return found


class Custom(SQLModel):
    """The answers to the organisation's own fields, typed; a playbook's fields are those of a class made of it."""

    @classmethod
    def of(cls, answers: Mapping[str, Any]) -> tuple[Self, Answers]:
        """The answers that are asked for, and apart from them those that are no value of their field (any more)."""
        found, misfits = cls(), {}
        for name, value in answers.items():
            if name not in cls.model_fields:
                continue
            try:
                setattr(found, name, adapter_of(cls, name).validate_python(value))
            except ValidationError:
                misfits[name] = value
        return found, misfits


class NoFields(Custom):
    """What is asked for where the playbook asks for nothing of its own."""


def answered(answers: Mapping[str, Any], model: type[Custom], name: str, value: Any) -> Answers:
    """The answers with another one; an empty one takes it away."""
    if value is None or value == [] or value == "":
        return replaced(answers, name, None)
    return replaced(answers, name, adapter_of(model, name).dump_python(value, mode="json"))


def replaced(answers: Mapping[str, Any], name: str, value: Any) -> Answers:
    """The answers with another one as the column holds it, whoever asks for it; None takes it away."""
    others = {key: kept for key, kept in answers.items() if key != name}
    return others if value is None else {**others, name: value}


@cache
def adapter_of(model: type[SQLModel], name: str) -> TypeAdapter[Any]:
    """Validates one value with a field's own type and bounds."""
    info = model.model_fields[name]
    kept = [item for item in info.metadata if not isinstance(item, Ask)]
    constrained: Any = Annotated[info.annotation, *kept] if kept else info.annotation
    return TypeAdapter(constrained)


RESERVED: Final = frozenset(dir(Custom))
"""Names that a field cannot have, because every class has them."""
