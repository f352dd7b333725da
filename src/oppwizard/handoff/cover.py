"""What a packet says of itself: who sends what to whom, when, and what is missing (H4)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from oppwizard.handoff.refusals import PacketRefused
from oppwizard.i18n import T
from oppwizard.model.enums import HandoffKind


class Cover(BaseModel):
    """The head of a packet.

    Attributes:
        packet: its identity.
        at: when it was sent, in UTC.
        why_incomplete: why it was sent although something is missing; empty where nothing is.
        complete: how complete it is, in percent.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    packet: UUID
    kind: HandoffKind
    sender: str = Field(max_length=200)
    receiver: str = Field(max_length=200)
    at: AwareDatetime
    why_incomplete: str = Field(default="", max_length=1_000)
    comment: str = Field(default="", max_length=2_000)
    complete: int = Field(ge=0, le=100)

    def as_facts(self) -> dict[str, Any]:
        """As plain values, for the manifest."""
        return self.model_dump(mode="json")

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """The cover of a packet that was received.

        Raises:
            PacketRefused: the facts are none.
        """
        try:
            return cls.model_validate(dict(facts))
        except ValidationError as error:
            raise PacketRefused("facts", T("The packet does not say who sends what to whom")) from error

    @property
    def day(self) -> dt.date:
        """The day on which it was sent, where it is read."""
        return self.at.astimezone().date()
