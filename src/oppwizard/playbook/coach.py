"""Coach texts: why a field matters, what a good answer holds, how to ask for it, in each language."""

import tomllib
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from oppwizard.i18n import SOURCE, language


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StageCoach(_Texts):
    """What a stage is for."""

    title: str
    why: str


class AreaCoach(_Texts):
    """One of the six areas of information (I1-I6)."""

    title: str
    why: str
    need: tuple[str, ...]
    ask: tuple[str, ...]


class FieldCoach(_Texts):
    """The help beside one field. ``whom`` names the role that is best asked."""

    why: str
    need: str
    ask: tuple[str, ...] = ()
    whom: str = "anyone"


class RoleCoach(_Texts):
    """What a committee role is like (K1)."""

    titles: str
    cares: str
    engage: str


class MistakeCoach(_Texts):
    """One of the five mistakes (M1-M5): why it happens, what it costs, what to do."""

    title: str
    why: str
    cost: str
    fix: str


class Coach(_Texts):
    """All coach texts of one language."""

    stages: dict[str, StageCoach] = Field(default_factory=dict)
    areas: dict[str, AreaCoach] = Field(default_factory=dict)
    fields: dict[str, FieldCoach] = Field(default_factory=dict)
    roles: dict[str, RoleCoach] = Field(default_factory=dict)
    mistakes: dict[str, MistakeCoach] = Field(default_factory=dict)
    area_of: dict[str, str] = Field(default_factory=dict)

    def area_for(self, path: str) -> AreaCoach | None:
        """The information area a field belongs to."""
        return self.areas.get(self.area_of.get(path, ""))

    def questions(self, path: str) -> tuple[str, ...]:
        """How to ask for a field: its own questions, then its area's, until there are four."""
        own = self.fields[path].ask if path in self.fields else ()
        area = self.area_for(path)
        more = [question for question in (area.ask if area else ()) if question not in own]
        return (*own, *more[: max(0, 4 - len(own))])


class _Own:
    """What the playbook in use says beside what is built in: one per process, as there is one playbook."""

    texts: "Callable[[Coach], Coach] | None" = None


def also_says(texts: Callable[[Coach], Coach] | None) -> None:
    """Let the coach say what an organisation has it say, made of what it says by itself in the language in use."""
    _Own.texts = texts
    _with_own.cache_clear()


def coach() -> Coach:
    """The coach texts of the language in use."""
    return _load(language()) if _Own.texts is None else _with_own(language())


@lru_cache(maxsize=4)
def _with_own(code: str) -> Coach:
    built_in, own = _load(code), _Own.texts
    return own(built_in) if own else built_in


@lru_cache(maxsize=4)
def _load(code: str) -> Coach:
    texts = _toml(f"coach.{code}.toml") or _toml(f"coach.{SOURCE}.toml")
    return Coach.model_validate({**texts, **_toml("areas.toml")})


def _toml(name: str) -> dict[str, Any]:
    file = resources.files("oppwizard.playbook") / "default" / name
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
