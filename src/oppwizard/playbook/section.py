"""What all settings have in common: frozen, no unknown keys, and texts in the languages they are given in."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from oppwizard.i18n import SOURCE


class Section(BaseModel):
    """A table of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
