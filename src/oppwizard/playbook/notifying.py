"""Who is told what, through which channel, and when (A4)."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field, SecretStr

from oppwizard.i18n import LANGUAGES, T
from oppwizard.model.enums import BudgetStatus
from oppwizard.model.notices import Event, Level
from oppwizard.model.numbers import cut
from oppwizard.playbook.section import Place, Section, Words, Wrong, near

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

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        if Event.TEST in self.on:
            remedy = T("A test message is sent with: oppwizard notify --test CHANNEL")
            yield Wrong(("on",), T("test is no event"), remedy)
        if self.language is not None and self.language not in LANGUAGES:
            problem = T("“{code}” is no language of the program", code=cut(self.language))
            yield Wrong(("language",), problem, T("Choose one of: {choices}", choices=", ".join(LANGUAGES)))
        for key, words in (("title", self.title), ("text", self.text)):
            for text in (words or {}).values():
                yield from _wrong_places(key, text)


def _wrong_places(key: str, text: str) -> Iterator[Wrong]:
    for name in dict.fromkeys(PLACE.findall(text)):
        if name not in PLACES:
            problem = T("There is no place {place}", place=f"{{{name}}}")
            yield Wrong((key,), problem, near(name, PLACES) or T("The places are: {places}", places=", ".join(PLACES)))
    if set("{}") & set(PLACE.sub("", text)):
        problem = T("There is a brace that belongs to no place")
        yield Wrong((key,), problem, T("A brace is part of a place, such as {place}.", place="{title}"))


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

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        since, until = self.quiet_from, self.quiet_until
        if (since is None) != (until is None) or (since is not None and since == until):
            yield Wrong(
                ("quiet_from",) if since is not None else ("quiet_until",),
                T("quiet_from and quiet_until are two different times of the day, or both left out"),
                beside=("quiet_from", "quiet_until"),
            )
        if self.keep_days <= self.past_days:
            problem = T("It is to be more than past_days, {days}", days=self.past_days)
            yield Wrong(("keep_days",), problem, beside=("past_days", "keep_days"))
        yield from self._wrong_addresses()
        for number, rule in enumerate(self.rules):
            for position, name in enumerate(rule.to):
                if name not in self.channels and name not in ROLES:
                    yield self._nobody(name, ("rules", number, "to", position))

    def _nobody(self, name: str, at: Place) -> Wrong:
        if name.startswith("@"):
            return _no_role(name, at)
        remedy = near(name, self.channels) or T(
            "Name it in [notify.channels]; the roles are: {roles}", roles=", ".join(ROLES)
        )
        problem = T("There is no channel “{name}”", name=cut(name))
        return Wrong(at, problem, remedy, because=("notify", "channels", name))

    def _wrong_addresses(self) -> Iterator[Wrong]:
        """What is wrong with channels and people; none of it repeats an address, which may hold a secret."""
        for name in self.channels:
            if not _NAME.fullmatch(name):
                problem = T("“{name}” is no name of a channel", name=cut(name))
                remedy = T("Letters, digits, spaces, dots and dashes, 60 at most.")
                yield Wrong(("channels", name), problem, remedy)
        for name in self.people:
            if name.startswith("@") and name not in ROLES:
                yield _no_role(name, ("people", name))
        for key, addresses in (("channels", self.channels), ("people", self.people)):
            for name, address in addresses.items():
                scheme, colon, rest = address.get_secret_value().partition(":")
                if not (scheme.strip() and colon and rest.strip()):
                    problem = T("The address of “{name}” is none", name=cut(name))
                    yield Wrong((key, name), problem, T("Give keyring:NAME, env:VARIABLE, file:PATH or an address."))


def _no_role(name: str, at: Place) -> Wrong:
    remedy = near(name, ROLES) or T("The roles are: {roles}", roles=", ".join(ROLES))
    return Wrong(at, T("There is no role “{name}”", name=cut(name)), remedy)
