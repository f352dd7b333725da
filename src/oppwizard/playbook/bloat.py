"""Pushing back on bloat (E3): how many required fields an organisation adds to each stage, and when it is told so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from oppwizard.i18n import T, Text
from oppwizard.model.ask import Need
from oppwizard.model.enums import Stage
from oppwizard.model.fields import CUSTOM, FIELDS
from oppwizard.playbook.section import Section

if TYPE_CHECKING:
    from oppwizard.playbook.schema import Playbook


class Bloat(Section):
    """When the tool says that it asks for too much (E3)."""

    JUDGES: ClassVar[bool] = False

    required_per_stage: int = Field(default=5, ge=0)
    """Warn when a stage has more required fields of the organisation's own than this."""
    records: int = Field(default=300, ge=1, le=5_000)
    """So many records, those changed last, are judged to see what each required field holds up."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a stage requires.

    Attributes:
        built_in: how many of the built-in fields its gate demands in every record.
        own: the names of the organisation's own that it demands as well.
    """

    stage: Stage
    built_in: int
    own: tuple[str, ...]


def weights(playbook: "Playbook") -> tuple[Weight, ...]:
    """What each stage requires."""
    required = [spec for spec in FIELDS.values() if spec.ask.need is Need.REQUIRED and spec.entity != CUSTOM]
    own = [field for field in playbook.fields if field.need == "required"]
    return tuple(
        Weight(
            stage,
            sum(spec.ask.stage is stage for spec in required),
            tuple(field.name for field in own if field.stage == stage),
        )
        for stage in Stage
    )


def too_much(playbook: "Playbook") -> Iterator[tuple[Weight, Text, Text]]:
    """The stages that ask for more than the limit: what is said of each, and what would help."""
    limit = playbook.bloat.required_per_stage
    for weight in weights(playbook):
        if len(weight.own) > limit:
            yield (
                weight,
                T(
                    "Stage {stage} requires {own} fields of your own; {limit} is the limit",
                    stage=f"{int(weight.stage)} {weight.stage.label}",
                    own=len(weight.own),
                    limit=limit,
                ),
                T("Make some of them recommended; “oppwizard playbook cost” says which hold deals up."),
            )
