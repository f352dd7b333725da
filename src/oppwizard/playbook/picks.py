"""The lists that fields choose from, and the stages of the organisation's pipeline."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from oppwizard.i18n import T, given
from oppwizard.playbook.section import Labels, Section, Wrong


class Pick(Section):
    """One entry of a pick list."""

    value: str
    label: Labels = Field(default_factory=dict)
    """The words shown for it, by language."""

    def __str__(self) -> str:
        return str(given(self.label)) if self.label else self.value


class PickList(Section):
    """A list that a field chooses from."""

    open: bool = False
    """Whether a text that is not in the list is taken too."""
    items: tuple[Pick, ...] = ()
    more: tuple[Pick, ...] = ()
    """Further entries, behind those that are there; one of the same value takes its place."""
    without: tuple[str, ...] = ()
    """The values of entries that are not to be chosen any more."""

    @model_validator(mode="after")
    def _joined(self) -> Self:
        """Let `items` be what can be chosen, so that a list need not be written anew to be changed."""
        changed = {item.value: item for item in (*self.items, *self.more) if item.value not in self.without}
        object.__setattr__(self, "items", tuple(changed.values()))
        return self

    def takes(self, value: str) -> bool:
        """Whether a value can be chosen, or may be typed."""
        return self.open or any(item.value == value for item in self.items)

    @property
    def can_be_answered(self) -> bool:
        """Whether there is anything to choose."""
        return self.open or bool(self.items)


class SalesStage(Pick):
    """A stage of the organisation's pipeline with the probabilities that go with it (E1)."""

    low: Decimal = Field(ge=0, le=100)
    """The lowest probability that is consistent with the stage, in percent ..."""
    high: Decimal = Field(ge=0, le=100)
    """... and the highest."""

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        if self.low > self.high:
            yield Wrong(("high",), T("It is to be {number} or more", number=f"{self.low:f}"))
