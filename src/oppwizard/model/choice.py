"""Enumerations whose members carry the words a person reads."""

from enum import Enum
from typing import Any, Self

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from oppwizard.i18n import Text

_NAMELESS = Text("")


class Choice(str, Enum):
    """A closed list of values; a member *is* its stored value and knows its label."""

    label: Text

    def __new__(cls, value: str, label: Text = _NAMELESS) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    def __str__(self) -> str:
        return str(self.value)


class ChoiceColumn(TypeDecorator[Choice]):
    """Stores a choice as its value, not as its Python name, so that other programs can read the store."""

    impl = String
    cache_ok = True

    def __init__(self, choices: type[Choice]) -> None:
        super().__init__(40)
        self.choices = choices

    def process_bind_param(self, value: Choice | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value.value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Choice | None:
        return None if value is None else self.choices(value)
