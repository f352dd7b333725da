"""The registry of all declared fields, read off the classes: what forms, gates, exports and schemas are made of."""

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, ParamSpec, TypeVar, Union, cast, get_args, get_origin

from pydantic import TypeAdapter
from sqlmodel import SQLModel

from oppwizard.i18n import T, Text
from oppwizard.model.account import Account
from oppwizard.model.ask import Ask, Kind
from oppwizard.model.choice import Choice
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.custom import Custom, NoFields, adapter_of
from oppwizard.model.enums import Stage
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import (
    Competitor,
    LineItem,
    PlanItem,
    Risk,
    RoleSearch,
    TeamMember,
    Touchpoint,
)

OPPORTUNITY: Final = "opportunity"
ACCOUNT: Final = "account"
CUSTOM: Final = "custom"
SINGLE: Final = (ACCOUNT, OPPORTUNITY, CUSTOM)
"""What a record has once."""
_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True)
class RowKind:
    """A table of rows of a record, such as its line items.

    Attributes:
        key: its name in addresses, files and commands.
        models: the classes a row is made of; a person is a contact and a stakeholder at once.
        label: the plural heading.
        one: the name of a single row.
        handle: the field that names a row in lists and messages.
    """

    key: str
    models: tuple[type[SQLModel], ...]
    label: Text
    one: Text
    handle: str


ROW_KINDS: Final = {
    kind.key: kind
    for kind in (
        RowKind("people", (Contact, Stakeholder), T("People"), T("person"), "name"),
        RowKind("competitors", (Competitor,), T("Alternatives"), T("alternative"), "name"),
        RowKind("lines", (LineItem,), T("Line items"), T("line item"), "sku"),
        RowKind("team", (TeamMember,), T("Our team"), T("team member"), "role"),
        RowKind("touchpoints", (Touchpoint,), T("Touchpoints"), T("touchpoint"), "on"),
        RowKind("searches", (RoleSearch,), T("Not identified yet"), T("open role"), "role"),
        RowKind("risks", (Risk,), T("Risks"), T("risk"), "description"),
        RowKind("plan", (PlanItem,), T("Plan"), T("plan item"), "what"),
    )
}


@dataclass(frozen=True)
class FieldSpec:
    """One declared field.

    Attributes:
        entity: ``opportunity``, ``account``, ``custom`` or the key of a row kind.
        name: the attribute and column name.
        model: the class that declares it.
        ask: what the declaration says beside the type.
        annotation: the declared type, None allowed.
    """

    entity: str
    name: str
    model: type[SQLModel]
    ask: Ask
    annotation: Any

    @property
    def path(self) -> str:
        """The field's name in commands, files and coach texts: ``close_on``, ``account.industry``, ``lines.sku``."""
        return self.name if self.entity == OPPORTUNITY else f"{self.entity}.{self.name}"

    @cached_property
    def base(self) -> Any:
        """The declared type without None: ``str``, ``date``, a `Choice` class, ``list[Role]`` ..."""
        if get_origin(self.annotation) in (Union, types.UnionType):
            return next(arg for arg in get_args(self.annotation) if arg is not type(None))
        return self.annotation

    @cached_property
    def choices(self) -> type[Choice] | None:
        """The closed list it is chosen from, if it is."""
        inner = get_args(self.base)[0] if get_origin(self.base) is list else self.base
        return inner if isinstance(inner, type) and issubclass(inner, Choice) else None

    @cached_property
    def is_list(self) -> bool:
        """Whether the value is a list (roles, people)."""
        return get_origin(self.base) is list

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Validates one value with the field's own type and bounds."""
        return adapter_of(self.model, self.name)

    @cached_property
    def max_length(self) -> int | None:
        """The most characters it takes, if it is a text."""
        metadata = self.model.model_fields[self.name].metadata
        return next((item.max_length for item in metadata if hasattr(item, "max_length")), None)

    @cached_property
    def is_text(self) -> bool:
        """Whether it holds words that a person makes up."""
        return self.ask.kind in (Kind.LINE, Kind.LONG, Kind.ACCOUNT, Kind.PICK)

    @property
    def empty(self) -> Any:
        """The value of the unanswered field."""
        return [] if self.is_list else None


def _declared(entity: str, model: type[SQLModel]) -> Iterator[FieldSpec]:
    for name, info in model.model_fields.items():
        ask = next((item for item in info.metadata if isinstance(item, Ask)), None)
        if ask is not None:
            yield FieldSpec(entity, name, model, ask, info.annotation)


def _entities() -> Iterator[tuple[str, type[SQLModel]]]:
    yield ACCOUNT, Account
    yield OPPORTUNITY, Opportunity
    for kind in ROW_KINDS.values():
        for model in kind.models:
            yield kind.key, model


FIELDS: Final[dict[str, FieldSpec]] = {
    spec.path: spec for entity, model in _entities() for spec in _declared(entity, model)
}
"""Every declared field by its path, in the order of declaration, the organisation's own ones last.

These are the playbook's in use (`declare`); what is worked out from all fields is to be kept with `of_fields`.
"""
_FORGET: Final[list[Callable[[], None]]] = []


class _Own:
    """The class of the organisation's own fields, one per process, as there is one playbook."""

    model: type[Custom] = NoFields


def declare(model: type[Custom]) -> None:
    """Let the fields of a class be the organisation's own ones, instead of those before."""
    if model is _Own.model:
        return
    for path in [path for path, spec in FIELDS.items() if spec.entity == CUSTOM]:
        del FIELDS[path]
    FIELDS.update((spec.path, spec) for spec in _declared(CUSTOM, model))
    _Own.model = model
    for forget in _FORGET:
        forget()


def declared_in(model: type[Custom]) -> dict[str, FieldSpec]:
    """The fields that a class of the organisation's own declares, by their paths, whether they are in use or not."""
    return {spec.path: spec for spec in _declared(CUSTOM, model)}


def custom_model() -> type[Custom]:
    """The class of the organisation's own fields."""
    return _Own.model


def of_fields(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Keep what a function works out from the declared fields, until others are declared."""
    kept = lru_cache(maxsize=256)(function)
    _FORGET.append(kept.cache_clear)
    return cast(Callable[_P, _R], kept)


@of_fields
def fields_of(entity: str) -> tuple[FieldSpec, ...]:
    """The fields of the opportunity, the account, the organisation's own, or those of a row kind."""
    return tuple(spec for spec in FIELDS.values() if spec.entity == entity)


@of_fields
def shown_in(entity: str, stage: Stage) -> tuple[FieldSpec, ...]:
    """The fields of an entity that a stage's form shows."""
    return tuple(spec for spec in fields_of(entity) if stage in spec.ask.stages)


@of_fields
def group_of(stage: Stage, group: str) -> tuple[FieldSpec, ...]:
    """The single-valued fields of one part of a stage's form, in order."""
    return tuple(
        spec
        for spec in FIELDS.values()
        if spec.entity in SINGLE and spec.ask.stage is stage and spec.ask.group == group
    )


@of_fields
def naming_people() -> tuple[FieldSpec, ...]:
    """The fields whose values are people of the record."""
    return tuple(spec for spec in FIELDS.values() if spec.ask.kind in (Kind.PERSON, Kind.PEOPLE))


@of_fields
def facts_for(stage: Stage) -> tuple[FieldSpec, ...]:
    """What earlier stages answered and a stage shows again as facts to confirm (W3.4)."""
    return tuple(spec for spec in FIELDS.values() if spec.entity in (ACCOUNT, OPPORTUNITY) and stage in spec.ask.again)


@of_fields
def own_facts_for(stage: Stage) -> tuple[FieldSpec, ...]:
    """The organisation's own fields of earlier stages that a stage shows again."""
    return tuple(spec for spec in fields_of(CUSTOM) if stage in spec.ask.again)
