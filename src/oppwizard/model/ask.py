"""What is to be known about a field beside its type: `Ask`, the metadata of every field a person fills."""

from dataclasses import dataclass
from enum import Enum, auto

from oppwizard.i18n import Text
from oppwizard.model.enums import Stage


class Need(Enum):
    """How much a gate insists on a field."""

    REQUIRED = auto()
    RECOMMENDED = auto()
    OPTIONAL = auto()


class Kind(Enum):
    """How a field is entered and shown; what its value is follows from the field's Python type."""

    LINE = auto()
    LONG = auto()
    CHOICE = auto()
    CHOICES = auto()
    PICK = auto()
    MONEY = auto()
    CURRENCY = auto()
    DATE = auto()
    TIME = auto()
    INTEGER = auto()
    DECIMAL = auto()
    PERCENT = auto()
    YES_NO = auto()
    PERSON = auto()
    PEOPLE = auto()
    EMAIL = auto()
    PHONE = auto()
    ACCOUNT = auto()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question of the walk, attached to the field that holds its answer.

    Attributes:
        requirement: the identifier of the rule that asks for it (W1.1 ... E9).
        stage: the stage whose form has it and whose gate looks at it.
        group: the part of that form; about ten fields each.
        label: its name, the same on screens, prompts, reports and schemas.
        kind: how it is entered.
        need: what its gate does when it is missing; rules may ask for more.
        again: later stages that show it, as a fact to confirm or a cell of the same row.
        picks: the playbook's list that it chooses from (`Kind.PICK`).
        example: a text that would be right, shown while the field is empty.
        wording: whether placeholders ("TBD") are refused in it.
    """

    requirement: str
    stage: Stage
    group: str
    label: Text
    kind: Kind = Kind.LINE
    need: Need = Need.REQUIRED
    again: tuple[Stage, ...] = ()
    picks: str | None = None
    example: Text | None = None
    wording: bool = True

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage that shows the field, its own first."""
        return (self.stage, *self.again)
