"""Handoffs as a list: what became of each packet (H4)."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, func, select

from oppwizard.data.tables import table_of
from oppwizard.model.enums import HandoffKind, HandoffState
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Handoff

_EVENTS = table_of(Handoff)
_DEALS = table_of(Opportunity)


@dataclass(slots=True)
class PacketLine:
    """A packet and what became of it.

    Attributes:
        title: what its record is called; one of them where there are several.
        records: how many records were in it.
        at: when each state was reached, in UTC; states not reached (yet) are not there.
        reason: why it was sent incomplete, and for what reason it was returned, by state.
        rating: what its receiver gave it, 1 to 5.
        complete: how complete it was, in percent.
    """

    packet: UUID
    kind: HandoffKind
    sender: str
    receiver: str
    title: str
    records: int
    at: dict[HandoffState, dt.datetime] = field(default_factory=dict)
    reason: dict[HandoffState, str] = field(default_factory=dict)
    rating: int | None = None
    complete: int | None = None

    @property
    def state(self) -> HandoffState:
        """The state it is in."""
        return max(self.at, key=lambda state: (self.at[state], list(HandoffState).index(state)))


def packets(connection: Connection, record_id: UUID | None) -> list[PacketLine]:
    """Every packet, the newest first; those of one record where it is named."""
    own = (_EVENTS.c.packet, _EVENTS.c.kind, _EVENTS.c.state, _EVENTS.c.sender, _EVENTS.c.receiver)
    told = (_EVENTS.c.reason, _EVENTS.c.rating, _EVENTS.c.complete)
    statement = (
        select(
            *own,
            *told,
            func.max(_EVENTS.c.at).label("at"),
            func.count(_EVENTS.c.opportunity_id.distinct()).label("records"),
            func.min(_DEALS.c.title).label("title"),
        )
        .join(_DEALS, _DEALS.c.id == _EVENTS.c.opportunity_id)
        .group_by(*own, *told)
        .order_by(func.max(_EVENTS.c.at))
    )
    if record_id is not None:
        statement = statement.where(_EVENTS.c.opportunity_id == record_id)
    found: dict[UUID, PacketLine] = {}
    for row in connection.execute(statement):
        line = found.setdefault(
            row.packet, PacketLine(row.packet, row.kind, row.sender, row.receiver, row.title or "", row.records)
        )
        line.records = max(line.records, row.records)
        line.at[row.state] = row.at
        if row.reason:
            line.reason[row.state] = row.reason
        line.rating = line.rating if row.rating is None else row.rating
        line.complete = line.complete if row.complete is None else row.complete
    return sorted(found.values(), key=lambda line: (max(line.at.values()), line.packet), reverse=True)


def in_packet(connection: Connection, packet: UUID) -> list[UUID]:
    """The records that were in a packet, in order."""
    statement = select(_EVENTS.c.opportunity_id).where(_EVENTS.c.packet == packet).distinct()
    return sorted(connection.scalars(statement))
