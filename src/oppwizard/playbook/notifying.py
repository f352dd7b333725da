"""Who is told what, through which channel, and when (A4)."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from oppwizard.i18n import LANGUAGES
from oppwizard.model.enums import BudgetStatus
from oppwizard.model.notices import Event, Level
from oppwizard.playbook.section import Section, Words

PLACES: Final = (
    *("event", "detail", "title", "account", "amount", "close_on", "stage", "status", "owner", "manager", "team"),
    *("next_step", "next_step_owner", "next_step_on", "who", "id"),
)
"""What a template may name in braces."""
PLACE: Final = re.compile(r"\{(\w*)\}")
ROLES: Final = ("@owner", "@manager", "@se", "@next_step_owner", "@receiver", "@sender")
"""Recipients that the record names."""
_NAME: Final = re.compile(r"[\w][\w .-]{0,59}")


def _several(said: object) -> object:
    return (said,) if isinstance(said, str) else said


class NotifyRule(Section):
    """One rule: what is told to whom."""

    on: Annotated[tuple[Event, ...], BeforeValidator(_several), Field(min_length=1)]
    """The events."""
    to: Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
    """Names of channels, or those whom the record names by a role, such as @owner: see `ROLES`."""
    from_amount: Decimal | None = Field(default=None, ge=0)
    """Only deals of so much or more; scaled by currency as `Committee.complex_scale` says."""
    owners: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    """Only deals of these owners."""
    teams: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    """Only deals of these teams."""
    title: Words | None = None
    """The head of the message, with places such as {title}; the program's own words without it."""
    text: Words | None = None
    """The message itself."""
    level: Level = Level.INFO
    """How loudly it speaks; `urgent` does not wait for quiet hours to end."""
    language: str | None = None
    """The language of the message; that of whoever made the change without it."""

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        if Event.TEST in self.on:
            raise ValueError("test is no event; it is sent with: oppwizard notify --test CHANNEL")
        if self.language is not None and self.language not in LANGUAGES:
            raise ValueError(f"language is one of {', '.join(LANGUAGES)}")
        for words in (self.title, self.text):
            for text in (words or {}).values():
                _known_places(text)
        return self


def _known_places(text: str) -> None:
    unknown = [name for name in PLACE.findall(text) if name not in PLACES]
    if unknown:
        raise ValueError(f"there is no place {{{unknown[0]}}}; the places are {', '.join(PLACES)}")
    if set("{}") & set(PLACE.sub("", text)):
        raise ValueError("a brace is part of a place such as {title}")


class ApprovalNeeded(Section):
    """Which facts of a record say that somebody has to approve it."""

    discount_over: Decimal | None = Field(default=Decimal(20), ge=0, le=100)
    """A line with a discount of more percent than this."""
    budget: tuple[BudgetStatus, ...] = (BudgetStatus.NEEDS_APPROVAL,)
    """States of the budget."""
    from_amount: Decimal | None = Field(default=None, ge=0)
    """Deals of so much or more; scaled by currency as `Committee.complex_scale` says."""


class Notify(Section):
    """Notifications: channels, rules, and when messages go out."""

    JUDGES: ClassVar[bool] = False

    channels: dict[str, SecretStr] = Field(default_factory=dict)
    """Where messages go, by name: keyring:NAME, env:VARIABLE, file:PATH, or an address of Apprise."""
    people: dict[str, SecretStr] = Field(default_factory=dict)
    """The same by the name of a person; by a role such as @manager for those who have none of their own."""
    rules: tuple[NotifyRule, ...] = ()
    """What is told to whom."""
    quiet_from: dt.time | None = None
    """From this time of the day on messages wait ..."""
    quiet_until: dt.time | None = None
    """... until this one; over midnight where it is earlier."""
    workdays_only: bool = False
    """Whether messages wait on days on which the clock of the reviews stands still."""
    flush_in_app: bool = False
    """Whether the app sends messages in the background."""
    every_minutes: int = Field(default=5, ge=1, le=1_440)
    """How often the app does."""
    settle_minutes: int = Field(default=10, ge=0, le=1_440)
    """So long a message waits that follows from a value somebody is typing; a correction takes its place."""
    attempts: int = Field(default=20, ge=1, le=100)
    """After so many attempts a message is given up, and kept."""
    retry_seconds: int = Field(default=60, ge=1, le=86_400)
    """How long the second attempt waits; each further one twice as long ..."""
    retry_longest_minutes: int = Field(default=360, ge=1, le=10_080)
    """... up to this."""
    past_days: int = Field(default=14, ge=0, le=365)
    """What became due longer ago than this is not told any more: rules that are new are no flood."""
    keep_days: int = Field(default=180, ge=1)
    """How long messages that were sent or dropped are kept."""
    technical_milestones: tuple[str, ...] = ("Demo", "Proof of concept")
    """Milestones that are technical work, as the list `milestones` has them."""
    approval: ApprovalNeeded = ApprovalNeeded()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_until is None) or (
            self.quiet_from is not None and self.quiet_from == self.quiet_until
        ):
            raise ValueError("quiet_from and quiet_until are two different times of the day, or both left out")
        if self.keep_days <= self.past_days:
            raise ValueError("keep_days is to be more than past_days")
        self._channels_are_named()
        for number, rule in enumerate(self.rules, 1):
            for name in rule.to:
                if name not in self.channels and name not in ROLES:
                    raise ValueError(
                        f"rule {number}: there is no channel {name!r}, and the roles are {', '.join(ROLES)}"
                    )
        return self

    def _channels_are_named(self) -> None:
        """No message of this repeats an address: it may hold a secret."""
        for name in self.channels:
            if not _NAME.fullmatch(name):
                raise ValueError("the name of a channel is letters, digits, spaces, dots and dashes, 60 at most")
        for name in self.people:
            if name.startswith("@") and name not in ROLES:
                raise ValueError(f"the roles are {', '.join(ROLES)}")
        for name, address in (*self.channels.items(), *self.people.items()):
            scheme, colon, rest = address.get_secret_value().partition(":")
            if not (scheme.strip() and colon and rest.strip()):
                raise ValueError(f"channel {name!r}: give keyring:NAME, env:VARIABLE, file:PATH or an address")
