"""The outbox as people and programs read it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from oppwizard.data.tables import Message
from oppwizard.i18n import _
from oppwizard.model.notices import MessageState
from oppwizard.notify.flushing import Flushed
from oppwizard.walk import Walk

SHOWN_ID = 8
"""So many of an identity's last characters name a message."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message in a few words."""

    id: str
    state: str
    title: str
    channel: str
    tries: str
    when: str
    problem: str


def told(message: Message, now: dt.datetime) -> Told:
    """A message as a row of a list."""
    return Told(
        id=message.id.hex[-SHOWN_ID:],
        state=str(message.state.label),
        title=message.title,
        channel=recipient(message.channel),
        tries=str(message.attempts or ""),
        when=_when(message, now),
        problem=message.problem,
    )


def recipient(channel: str) -> str:
    """A channel, or the person behind a role, in words."""
    role, colon, person = channel.partition(":")
    return f"{person} ({role})" if colon and person else role


def _when(message: Message, now: dt.datetime) -> str:
    """When it was sent or dropped, else when it is tried next."""
    instant = message.ended_at or (message.next_at if message.state is MessageState.WAITING else message.created_at)
    local = instant.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%Y-%m-%d %H:%M}"


def as_json(message: Message) -> dict[str, Any]:
    """A message for programs; what it says and where it goes by name, never an address."""
    ended = message.ended_at.isoformat() if message.ended_at else None
    return {
        "id": str(message.id),
        "event": message.event.value,
        "record": str(message.record_id) if message.record_id else None,
        "channel": message.channel,
        "level": message.level.value,
        "title": message.title,
        "text": message.body,
        "state": message.state.value,
        "attempts": message.attempts,
        "created_at": message.created_at.isoformat(),
        "next_at": message.next_at.isoformat() if message.state is MessageState.WAITING else None,
        "ended_at": ended,
        "problem": message.problem or None,
    }


def flushed_json(done: Flushed) -> dict[str, Any]:
    """What a flush did, for programs."""
    return {
        "found": done.found,
        "sent": done.sent,
        "failed": done.failed,
        "given_up": done.given_up,
        "unclear": done.unclear,
        "held": done.held,
        "quiet_until": done.quiet_until.isoformat() if done.quiet_until else None,
    }


def summary(walk: Walk, done: Flushed) -> list[str]:
    """What a flush did, a line for each thing worth saying."""
    lines = [_("{count} messages sent", count=done.sent)]
    if done.failed:
        lines.append(_("{count} could not be sent; they are tried again", count=done.failed))
    if done.given_up:
        lines.append(_("{count} were given up after {tries} attempts", count=done.given_up, tries=_tries(walk)))
    if done.unclear:
        lines.append(_("{count} may have been sent or not: look, then retry or drop them", count=done.unclear))
    lines += [f"{recipient(channel)}: {why}" for channel, why in done.held.items()]
    if done.quiet_until:
        lines.append(
            _("Quiet hours until {time}: only urgent messages go out", time=f"{done.quiet_until:%Y-%m-%d %H:%M}")
        )
    return lines


def _tries(walk: Walk) -> int:
    return walk.playbook.notify.attempts
