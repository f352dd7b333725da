"""The proposals of a record: which are about what it holds now, what they say, what became of them (A6)."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from oppwizard.data.codec import decode
from oppwizard.data.store import Batch
from oppwizard.data.tables import Op
from oppwizard.errors import NotFound
from oppwizard.i18n import T, Text
from oppwizard.model.base import utc_now
from oppwizard.model.enums import ProposalState
from oppwizard.model.fields import ACCOUNT
from oppwizard.model.findings import Address, address
from oppwizard.model.parts import Proposal
from oppwizard.model.record import Person, Record
from oppwizard.walk.move import Edits

PEOPLE: Final = "people"
KEPT: Final = (ProposalState.FILLED, ProposalState.ACCEPTED)
"""States in which a value stands in its field, unless it was changed elsewhere."""


def standing(record: Record) -> Iterator[Proposal]:
    """The proposals, filled values and decisions that are about what the record holds now."""
    for row in record.proposals:
        try:
            at = address(row.place)
        except ValueError:  # a field of another version
            continue
        holder = record.holder(at) if at.name and at.entity in (ACCOUNT, PEOPLE) else None
        if holder is not None and _subject(record, at) == row.subject and _is_readable(row):
            yield row


def _subject(record: Record, at: Address) -> UUID | None:
    if at.entity == ACCOUNT:
        return record.account.id
    person = record.row(PEOPLE, at.row)
    return person.contact.id if isinstance(person, Person) else None


def place_of(row: Proposal) -> Address:
    """The field that a proposal is for."""
    return address(row.place)


def value_of(row: Proposal) -> Any:
    """The value that is proposed.

    Raises:
        ValueError: it is no value of the field (any more).
    """
    spec = place_of(row).spec
    assert spec is not None, "standing proposals are of declared fields"
    return decode(spec.model, spec.name, row.value)


def told_day(row: Proposal) -> str:
    """Of which day a value is known, and how sure it is."""
    day = (row.as_of or row.on).isoformat()
    return day if row.confidence is None else f"{day}, {row.confidence} %"


def told_origin(row: Proposal) -> Text:
    """Where a value came from, in a few words."""
    return T("from {provider}, {day}", provider=row.provider, day=told_day(row))


def _is_readable(row: Proposal) -> bool:
    try:
        value_of(row)
    except (ValidationError, ValueError):
        return False
    return True


def holds(record: Record, row: Proposal) -> bool:
    """Whether the field of a proposal holds its value."""
    return is_held(record, place_of(row), value_of(row), row.currency)


def is_held(record: Record, at: Address, value: Any, currency: str = "") -> bool:
    """Whether a field holds a value; an amount only in its own currency."""
    other = record.account.revenue_currency if currency and at.entity == ACCOUNT else None
    return bool(record.value(at) == value) and other in (None, currency)


def waiting_row(record: Record, proposal_id: UUID) -> Proposal:
    """The proposal of an identity, which nobody has decided about.

    Raises:
        NotFound: there is none.
    """
    for row in standing(record):
        if row.id == proposal_id and row.state is ProposalState.WAITING:
            return row
    raise NotFound(T("There is no such proposal, or it was decided about already"))


def decide(edits: Edits, row: Proposal, state: ProposalState, who: str) -> None:
    """Keep what became of a proposal, by whom and when."""
    edits.set(row, "state", state)
    edits.set(row, "decided_at", utc_now())
    edits.set(row, "decided_by", who)


def unfilled(record: Record, batch: Batch) -> None:
    """Let what was to fill a field wait for a person, where somebody else has filled it meanwhile."""
    new = {edit.row_id for edit in batch.edits if edit.op is Op.INSERT and edit.model is Proposal}
    for row in record.proposals:
        if row.id in new and row.state is ProposalState.FILLED and not holds(record, row):
            row.state = ProposalState.WAITING
