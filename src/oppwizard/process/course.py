"""What is asked in which order: the parts of each stage, for screens and prompts alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from oppwizard.i18n import T, Text
from oppwizard.model.enums import Stage
from oppwizard.model.fields import CUSTOM, ROW_KINDS, group_of, own_facts_for
from oppwizard.model.findings import Address


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stage's form: groups of fields and kinds of rows, by name."""

    label: Text
    pieces: tuple[str, ...]

    def covers(self, at: Address, stage: Stage) -> bool:
        """Whether an address is edited in this part of a stage."""
        if at.entity in ROW_KINDS:
            return at.entity in self.pieces
        spec = at.spec
        return spec is not None and spec.ask.stage is stage and spec.ask.group in self.pieces


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be asked: a field, or a table of rows.

    Attributes:
        part: the part of the form that it belongs to.
        at: the field, or the whole table.
    """

    part: Part
    at: Address


COURSE: Final[dict[Stage, tuple[Part, ...]]] = {
    Stage.QUALIFICATION: (
        Part(T("Budget"), ("budget",)),
        Part(T("Need"), ("need",)),
        Part(T("Discovery"), ("discovery",)),
        Part(T("People"), ("people",)),
        Part(T("Alternatives"), ("competitors", "competition")),
        Part(T("Process"), ("process",)),
    ),
    Stage.SCOPING: (
        Part(T("Line items"), ("lines",)),
        Part(T("Structure"), ("structure",)),
        Part(T("Our team"), ("team",)),
        Part(T("Technical"), ("technical",)),
    ),
    Stage.DATA_COLLECTION: (
        Part(T("Account"), ("account", "signals")),
        Part(T("Contacts"), ("people",)),
        Part(T("Opportunity"), ("details",)),
        Part(T("Qualification file"), ("file",)),
    ),
    Stage.CREATION: (Part(T("Seven steps"), ("create",)),),
    Stage.STAKEHOLDERS: (
        Part(T("People"), ("people",)),
        Part(T("Committee"), ("searches",)),
        Part(T("Touchpoints"), ("touchpoints",)),
        Part(T("Coverage"), ("coverage",)),
    ),
    Stage.STRATEGY: (
        Part(T("Win strategy"), ("win",)),
        Part(T("Alternatives"), ("competitors",)),
        Part(T("Risks"), ("risks",)),
        Part(T("Plan"), ("plan",)),
    ),
}


_OWN: Final = Part(T("Our own"), (CUSTOM,))


def parts(stage: Stage) -> tuple[Part, ...]:
    """The parts of a stage's form; last the organisation's own fields, where it has any there."""
    return (*COURSE[stage], _OWN) if group_of(stage, CUSTOM) or own_facts_for(stage) else COURSE[stage]


def home(at: Address, stage: Stage) -> Stage:
    """The stage whose form a place is edited in: the given one where it has the place, else the first that does."""
    return next((one for one in (stage, *Stage) if _is_edited(at, one)), stage)


def _is_edited(at: Address, stage: Stage) -> bool:
    spec = at.spec
    shown = spec is None or at.entity not in ROW_KINDS or stage in spec.ask.stages
    return shown and any(part.covers(at, stage) for part in parts(stage))


def items(stage: Stage) -> list[Item]:
    """Everything a stage asks, in order."""
    return [Item(part, at) for part in parts(stage) for piece in part.pieces for at in _of(stage, piece)]


def _of(stage: Stage, piece: str) -> Iterator[Address]:
    """A table where a piece is a kind of row, and the single fields of a group of its name (the people of stage 3)."""
    if piece in ROW_KINDS:
        yield Address(piece)
    for spec in group_of(stage, piece):
        yield Address(spec.entity, spec.name)
