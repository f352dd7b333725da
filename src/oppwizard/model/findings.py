"""What a gate or check says: findings, and the address each one points at."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from oppwizard.i18n import Text
from oppwizard.model.enums import Severity, Stage
from oppwizard.model.fields import ACCOUNT, CUSTOM, FIELDS, OPPORTUNITY, ROW_KINDS, FieldSpec


@dataclass(frozen=True, slots=True)
class Address:
    """Where a value stands in a record.

    Attributes:
        entity: ``opportunity``, ``account``, ``custom`` or the key of a row kind.
        name: the field; empty for a whole row or a whole table.
        row: the row's identity, for row kinds.
    """

    entity: str
    name: str = ""
    row: UUID | None = None

    def __str__(self) -> str:
        head = f"{self.entity}[{self.row}]" if self.row else self.entity
        if not self.name:
            return head
        return self.name if self.entity == OPPORTUNITY else f"{head}.{self.name}"

    @property
    def spec(self) -> FieldSpec | None:
        """The declaration of the field it points at, None for a row or a table."""
        return FIELDS.get(self.name if self.entity == OPPORTUNITY else f"{self.entity}.{self.name}")


_ADDRESS = re.compile(r"(?:(?P<entity>[a-z_]+)(?:\[(?P<row>[0-9a-f-]{36})\])?(?:\.|$))?(?P<name>[a-z0-9_]*)")


def address(text: str) -> Address:
    """Read an address as `Address.__str__` writes it.

    Raises:
        ValueError: the text is no address of a declared field, row or table.
    """
    if text in FIELDS and FIELDS[text].entity == OPPORTUNITY:
        return Address(OPPORTUNITY, text)
    match = _ADDRESS.fullmatch(text)
    entity = match["entity"] if match else None
    if match is None or entity is None or (entity not in (ACCOUNT, CUSTOM) and entity not in ROW_KINDS):
        raise ValueError(text)
    if match["name"] and f"{entity}.{match['name']}" not in FIELDS:
        raise ValueError(text)
    return Address(entity, match["name"], UUID(match["row"]) if match["row"] else None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a gate or check has to say.

    Attributes:
        code: a stable name of the rule, such as ``name.generic``.
        requirement: the identifier of the rule's source.
        stage: the stage whose gate it belongs to.
        at: the place to go to in order to mend it.
        message: what is missing or wrong.
        remedy: what would be right.
        severity: whether it blocks, warns or hints.
        proposal: a value that would satisfy it, where the record itself yields one.
    """

    code: str
    requirement: str
    stage: Stage
    at: Address
    message: Text
    remedy: Text
    severity: Severity = Severity.BLOCK
    proposal: str | None = field(default=None, compare=False)

    @property
    def blocks(self) -> bool:
        """Whether it closes its gate."""
        return self.severity is Severity.BLOCK
