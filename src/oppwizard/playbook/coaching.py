"""What an organisation has its coach say beside, or instead of, what is built in."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from pydantic import Field

from oppwizard.i18n import LANGUAGES, T, language
from oppwizard.model.enums import Role, Stage
from oppwizard.model.fields import CUSTOM, FIELDS
from oppwizard.playbook.coach import AreaCoach, Coach, FieldCoach, MistakeCoach, RoleCoach, StageCoach
from oppwizard.playbook.fields import Whom
from oppwizard.playbook.section import Section, Wrong, near

if TYPE_CHECKING:
    from pydantic import BaseModel

    from oppwizard.playbook.schema import Playbook

Said = Annotated[str, Field(min_length=1, max_length=2_000)]
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "stages": frozenset(stage.name.lower() for stage in Stage),
    "areas": frozenset(f"I{number}" for number in range(1, 7)),
    "roles": frozenset(role.value for role in Role),
    "mistakes": frozenset(f"M{number}" for number in range(1, 6)),
}
_M = TypeVar("_M", bound="BaseModel")


class StageTexts(Section):
    """What is said of a stage."""

    title: Said | None = None
    why: Said | None = None


class AreaTexts(StageTexts):
    """What is said of an area of information."""

    need: tuple[Said, ...] | None = None
    ask: tuple[Said, ...] | None = None


class FieldTexts(Section):
    """What is said beside a field; what is left out stays as it is."""

    why: Said | None = None
    need: Said | None = None
    ask: tuple[Said, ...] | None = None
    """The questions, instead of those that are there ..."""
    ask_more: tuple[Said, ...] = ()
    """... or behind them."""
    whom: Whom | None = None


class RoleTexts(Section):
    """What is said of a role of the committee."""

    titles: Said | None = None
    cares: Said | None = None
    engage: Said | None = None


class MistakeTexts(StageTexts):
    """What is said of one of the five mistakes."""

    cost: Said | None = None
    fix: Said | None = None


class CoachTexts(Section):
    """The coach's texts in one language."""

    stages: dict[str, StageTexts] = Field(default_factory=dict)
    areas: dict[str, AreaTexts] = Field(default_factory=dict)
    fields: dict[str, FieldTexts] = Field(default_factory=dict)
    """By what the field is called in commands: ``close_on``, ``"account.industry"``, ``"lines.sku"``."""
    roles: dict[str, RoleTexts] = Field(default_factory=dict)
    mistakes: dict[str, MistakeTexts] = Field(default_factory=dict)


ByLanguage = dict[str, CoachTexts]
"""The texts by language; a language without a text keeps the built-in one."""


def telling(playbook: "Playbook") -> Callable[[Coach], Coach] | None:
    """What makes the built-in coach say what the playbook says too, in the language in use; None where it is silent."""
    if not playbook.coach and not any(field.speaks for field in playbook.fields):
        return None
    return lambda built_in: _with_texts(_with_fields(built_in, playbook), playbook.coach.get(language()))


def _with_fields(built_in: Coach, playbook: "Playbook") -> Coach:
    own = {field.path: said for field in playbook.fields if (said := field.coached()) is not None}
    return built_in.model_copy(update={"fields": {**built_in.fields, **own}})


def _with_texts(built_in: Coach, texts: CoachTexts | None) -> Coach:
    if texts is None:
        return built_in
    fields = {path: _field(built_in.fields.get(path), said) for path, said in texts.fields.items()}
    return built_in.model_copy(
        update={
            "stages": _each(StageCoach, built_in.stages, texts.stages),
            "areas": _each(AreaCoach, built_in.areas, texts.areas),
            "roles": _each(RoleCoach, built_in.roles, texts.roles),
            "mistakes": _each(MistakeCoach, built_in.mistakes, texts.mistakes),
            "fields": {**built_in.fields, **fields},
        }
    )


def _each(model: type[_M], there: Mapping[str, _M], texts: Mapping[str, Section]) -> dict[str, _M]:
    """The texts that are there with those that are given in their place."""
    changed = {name: model.model_validate(_given(there[name], said)) for name, said in texts.items() if name in there}
    return {**there, **changed}


def _given(there: "BaseModel", said: Section) -> dict[str, Any]:
    return {**there.model_dump(), **said.model_dump(exclude_none=True)}


def _field(there: FieldCoach | None, said: FieldTexts) -> FieldCoach:
    before = there or FieldCoach(why="", need="")
    told = said.model_dump(exclude_none=True, exclude={"ask_more"})
    told["ask"] = (*(before.ask if said.ask is None else said.ask), *said.ask_more)
    return FieldCoach.model_validate({**before.model_dump(), **told})


def wrong_coach(playbook: "Playbook") -> Iterator[Wrong]:
    """What is spoken of and is not there."""
    own = {field.path for field in playbook.fields}
    fields = {path for path, spec in FIELDS.items() if spec.entity != CUSTOM} | own
    for code, texts in playbook.coach.items():
        if code not in LANGUAGES:
            choices = T("Choose one of: {choices}", choices=", ".join(LANGUAGES))
            yield Wrong(("coach", code), T("“{code}” is no language of the program", code=code), choices)
        for part, known in {**_KNOWN, "fields": frozenset(fields)}.items():
            for name in getattr(texts, part):
                if name not in known:
                    problem = T("There is nothing called “{name}” here", name=name)
                    cause = ("fields",) if part == "fields" and name.startswith(f"{CUSTOM}.") else ()
                    yield Wrong(("coach", code, part, name), problem, near(name, known), because=cause)
