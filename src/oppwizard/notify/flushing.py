"""Sending what is due, each message by one sender, and keeping what became of it (A4)."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from oppwizard.data.tables import Message
from oppwizard.errors import OppwizardError
from oppwizard.i18n import T
from oppwizard.model.base import new_id
from oppwizard.model.notices import Event, MessageState
from oppwizard.notify.channels import Deliver, NotDelivered, Unready, deliver, place_of
from oppwizard.notify.due import found
from oppwizard.playbook.notifying import Notify
from oppwizard.process.quiet import speaks_from
from oppwizard.walk import Walk

CLAIMED_FOR: Final = dt.timedelta(minutes=10)
"""So long a sender may take over one message; no service is waited for nearly as long."""
_FACTOR: Final = 2
_PROBLEM: Final = 1_000
_ENDED_BETWEEN: Final = T("The program ended while it was being sent: it may have arrived, or not.")


@dataclass(slots=True)
class Flushed:
    """What a flush did.

    Attributes:
        found: messages that time alone asked for, new in the outbox.
        failed: attempts that failed and will be made again.
        given_up: messages whose last attempt failed.
        unclear: messages of which nobody knows whether they were sent.
        held: messages that wait because their channel cannot be used, with why, by channel.
        quiet_until: when quiet hours end, while they last.
    """

    found: int = 0
    sent: int = 0
    failed: int = 0
    given_up: int = 0
    unclear: int = 0
    held: dict[str, str] = field(default_factory=dict)
    quiet_until: dt.datetime | None = None

    @property
    def is_well(self) -> bool:
        """Whether nothing needs a person's eye."""
        return not (self.failed or self.given_up or self.unclear or self.held)


def discover(walk: Walk) -> int:
    """Put what time alone asks for into the outbox; how many messages are new.

    Raises:
        StoreProblem: the store cannot be read or written.
    """
    messages = found(walk)
    return walk.store.outbox.add(messages) if messages else 0


def quiet_until(walk: Walk) -> dt.datetime | None:
    """When the quiet hours end that it is now; None outside them."""
    now = walk.context.now
    ends = speaks_from(now, walk.playbook.notify, walk.rests)
    return ends if ends > now else None


def lapse(walk: Walk) -> int:
    """Say of messages whose sender ended without a word that they were perhaps sent; how many.

    Raises:
        StoreProblem: the store cannot be read or written.
    """
    return 0 if walk.store.read_only else walk.store.outbox.lapse(walk.context.now, str(_ENDED_BETWEEN))


def flush(
    walk: Walk,
    send: Deliver = deliver,
    jitter: Callable[[], float] = random.random,
    is_over: Callable[[], bool] = lambda: False,
) -> Flushed:
    """Send every message that is due.

    Args:
        jitter: a number from 0 to 1 by which attempts of several senders are spread.
        is_over: asked before each message, whether to stop.

    Raises:
        StoreProblem: the store cannot be read or written.
    """
    outbox, done = walk.store.outbox, Flushed()
    done.found = discover(walk)
    done.unclear = lapse(walk)
    outbox.forget(walk.context.now - dt.timedelta(days=walk.playbook.notify.keep_days))
    done.quiet_until = quiet_until(walk)
    sending = _Sending(walk, send, jitter, done)
    while not is_over() and sending.next():
        pass
    return done


class _Sending:
    """One sender at work; a channel that failed is left alone until the next flush."""

    def __init__(self, walk: Walk, send: Deliver, jitter: Callable[[], float], done: Flushed) -> None:
        self.walk, self.send, self.jitter, self.done = walk, send, jitter, done
        self.sender: UUID = new_id()
        self.left: set[str] = set()

    def next(self) -> bool:
        """Send one message; whether there was one."""
        now = self.walk.context.now
        urgent_only = self.done.quiet_until is not None
        message = self.walk.store.outbox.claim(
            self.sender, now, now + CLAIMED_FOR, urgent_only=urgent_only, without=self.left
        )
        if message is None:
            return False
        try:
            self.send(place_of(self.walk.playbook.notify, message.channel), message)
        except Unready as problem:
            self._hold(message, problem)
        except NotDelivered as problem:
            self._fail(message, problem)
        except BaseException:
            self._settle(message, MessageState.UNCLEAR, problem=str(_ENDED_BETWEEN))
            raise
        else:
            self._settle(message, MessageState.SENT, problem="")
            self.done.sent += 1
        return True

    def _hold(self, message: Message, problem: OppwizardError) -> None:
        """Put a message back as if nobody had taken it, and say with all others of its channel why."""
        why = str(problem)[:_PROBLEM]
        self.left.add(message.channel)
        self.done.held[message.channel] = why
        self._settle(message, MessageState.WAITING, attempts=message.attempts - 1, problem=why)
        self.walk.store.outbox.note([message.channel], why)

    def _fail(self, message: Message, problem: OppwizardError) -> None:
        notify = self.walk.playbook.notify
        self.left.add(message.channel)
        values: dict[str, Any] = {"problem": str(problem)[:_PROBLEM]}
        if message.attempts >= notify.attempts:
            self.done.given_up += 1
            self._settle(message, MessageState.GIVEN_UP, **values)
            return
        self.done.failed += 1
        values["next_at"] = self.walk.context.now + wait_after(message.attempts, notify, self.jitter())
        self._settle(message, MessageState.WAITING, **values)

    def _settle(self, message: Message, state: MessageState, **values: Any) -> None:
        self.walk.store.outbox.settle(message, state, self.walk.context.now, **values)


def wait_after(attempts: int, notify: Notify, jitter: float) -> dt.timedelta:
    """How long to wait after so many attempts that failed: twice as long each time, up to a limit.

    Args:
        jitter: from 0 to 1: between three quarters of that and all of it.
    """
    longest = notify.retry_longest_minutes * 60
    seconds = min(notify.retry_seconds * _FACTOR ** min(attempts - 1, 40), longest)
    return dt.timedelta(seconds=seconds * (0.75 + jitter / 4))


def trial(walk: Walk, channel: str) -> Message:
    """A message that says nothing but that it arrives; it never stands in the outbox."""
    now = walk.context.now
    body = T("If you read this, messages of the channel “{name}” arrive.", name=channel)
    return Message(
        key="",
        event=Event.TEST,
        channel=channel,
        title=str(T("oppwizard: a test")),
        body=str(body),
        created_at=now,
        next_at=now,
    )
