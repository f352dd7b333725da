"""Rules of a playbook for the tests of notifications, and what stands in the outbox."""

from typing import Any

from oppwizard.data.tables import Message
from oppwizard.model.notices import MessageState
from oppwizard.playbook.notifying import Notify
from oppwizard.walk import Walk

EVERYTHING = (
    *("created", "approved", "sent_back", "rejected", "technical", "approval", "won", "lost"),
    *("handoff_sent", "handoff_received", "handoff_accepted", "handoff_returned"),
    *("review_due", "review_overdue", "step_overdue"),
)


def settings(*rules: dict[str, Any], **more: Any) -> Notify:
    """The settings of one channel, ``team``, and some rules."""
    given = {"channels": {"team": "file:team.jsonl"}, "rules": [{"to": "team", **rule} for rule in rules], **more}
    return Notify.model_validate(given)


def ruled(walk: Walk, *rules: dict[str, Any], **more: Any) -> Walk:
    """Give a walk's playbook rules: all events to the team where none are named."""
    notify = settings(*(rules or ({"on": EVERYTHING},)), **more)
    walk.playbook = walk.playbook.model_copy(update={"notify": notify})
    return walk


def waiting(walk: Walk) -> list[Message]:
    """All messages of the outbox, the oldest first."""
    return walk.store.outbox.listed(tuple(MessageState))[::-1]


def events(walk: Walk) -> list[str]:
    """The events of all messages, sorted."""
    return sorted(message.event.value for message in waiting(walk))
