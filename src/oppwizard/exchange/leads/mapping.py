"""What the columns of a lead list mean, and which of its words say how far a lead has come."""

from pathlib import Path

from pydantic import Field

from oppwizard.exchange.leads.places import paths, place
from oppwizard.exchange.mapping import FileMapping, parsed, refuse_unknown
from oppwizard.model.enums import LeadState


class LeadMapping(FileMapping):
    """How a lead list is read; ``columns`` has a path for each field: ``account.dba``, ``people[2].email``.

    Attributes:
        states: what each word of the state's column means.
    """

    states: dict[str, LeadState] = Field(default_factory=dict)


def load(path: Path) -> LeadMapping:
    """Read the mapping of a lead list.

    Raises:
        InvalidInput: the file cannot be read, or says something that no such mapping says.
    """
    mapping = parsed(path, LeadMapping)
    known = paths()
    refuse_unknown(path, {name for name in (*mapping.columns, *mapping.same) if place(name) is None}, known)
    return mapping
