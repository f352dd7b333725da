"""The outbox: messages written with the change that they tell of, and each claimed by one sender alone (A4).

A message is marked as being sent before it is, in a transaction of its own that holds the write lock: of two programs
that look at the same time, one gets it. A sender that dies in between leaves it marked; when its time is over the
message counts as perhaps sent, and a person decides.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from oppwizard.data.tables import Message, table_of, values_of
from oppwizard.errors import NotFound
from oppwizard.i18n import T
from oppwizard.model.enums import ReviewState, Status
from oppwizard.model.notices import OPEN, Event, Level, MessageState
from oppwizard.model.opportunity import Opportunity

_MESSAGES = table_of(Message)
_DEALS = table_of(Opportunity)
_ENDED: Final = (MessageState.SENT, MessageState.DROPPED)
_AT_ONCE: Final = 300
"""So many values go into one statement."""
_FEW: Final = 4
"""From so many characters of its beginning or end on an identity names a message."""
_Connecting = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Due:
    """A record that time alone makes worth a message.

    Attributes:
        since: the day on which something was to be done, or the instant from which a clock runs, in UTC.
    """

    id: UUID
    owner: str | None
    team: str
    amount: Decimal | None
    currency: str | None
    since: Any


def write(
    connection: Connection, record_id: UUID | None, messages: Sequence[Message], revised: Collection[Event] = ()
) -> int:
    """Put messages into the outbox; how many are new.

    Args:
        revised: events whose untried messages of the record are withdrawn first, so that these take their place.
    """
    if revised:
        connection.execute(
            delete(_MESSAGES).where(
                _MESSAGES.c.record_id == record_id,
                _MESSAGES.c.event.in_(list(revised)),
                _MESSAGES.c.state == MessageState.WAITING,
                _MESSAGES.c.attempts == 0,
            )
        )
    if not messages:
        return 0
    there = _keys_there(connection, [message.key for message in messages])
    new = {message.key: message for message in messages if message.key not in there}
    if new:
        connection.execute(_MESSAGES.insert(), [values_of(message) for message in new.values()])
    return len(new)


def _keys_there(connection: Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        found |= set(connection.scalars(select(_MESSAGES.c.key).where(_MESSAGES.c.key.in_(part))))
    return found


class Outbox:
    """The messages of one store."""

    def __init__(self, reading: _Connecting, writing: _Connecting) -> None:
        self._reading = reading
        self._writing = writing

    def add(self, messages: Sequence[Message]) -> int:
        """Put messages in that no change of a record brings; how many are new.

        Raises:
            StoreProblem: they cannot be written.
        """
        with self._writing() as connection:
            return write(connection, None, messages)

    def stems(self, events: Collection[Event]) -> set[str]:
        """What messages of some events tell of, to whomever: their keys without the channels."""
        statement = select(_MESSAGES.c.key, _MESSAGES.c.channel).where(_MESSAGES.c.event.in_(list(events)))
        with self._reading() as connection:
            return {key.removesuffix(f":{channel}") for key, channel in connection.execute(statement)}

    def overdue(self, first: dt.date, last: dt.date) -> list[Due]:
        """The open records whose next step was to be done on a day from ``first`` to ``last``."""
        statuses = (Status.DRAFT, Status.CREATED)
        return self._dues(_DEALS.c.next_step_on, _DEALS.c.next_step_on.between(first, last), statuses)

    def unreviewed(self) -> list[Due]:
        """The opportunities that wait for their manager, with the instants from which their clocks run."""
        waiting = (_DEALS.c.review == ReviewState.WAITING, _DEALS.c.review_since.is_not(None))
        return self._dues(_DEALS.c.review_since, and_(*waiting), (Status.CREATED,))

    def _dues(self, since: ColumnElement[Any], which: ColumnElement[bool], statuses: Collection[Status]) -> list[Due]:
        columns = (_DEALS.c[name] for name in ("id", "owner", "team", "amount", "currency"))
        statement = (
            select(*columns, since)
            .where(which, _DEALS.c.status.in_(list(statuses)), _DEALS.c.is_sample.is_(False))
            .order_by(since, _DEALS.c.id)
        )
        with self._reading() as connection:
            return [Due(*list(row)) for row in connection.execute(statement)]

    def listed(self, states: Collection[MessageState] = OPEN, limit: int = 500) -> list[Message]:
        """Messages in some states, the newest first."""
        statement = (
            select(_MESSAGES)
            .where(_MESSAGES.c.state.in_(list(states)))
            .order_by(_MESSAGES.c.created_at.desc(), _MESSAGES.c.id.desc())
            .limit(limit)
        )
        with self._reading() as connection:
            return [Message(**row._mapping) for row in connection.execute(statement)]

    def counts(self) -> dict[MessageState, int]:
        """How many messages there are in each state."""
        found = dict.fromkeys(MessageState, 0)
        with self._reading() as connection:
            for state, number in connection.execute(
                select(_MESSAGES.c.state, func.count()).group_by(_MESSAGES.c.state)
            ):
                found[state] = number
        return found

    def due(self, now: dt.datetime, *, urgent_only: bool = False, limit: int = 500) -> list[Message]:
        """The messages that would be sent now, in the order in which they would be."""
        with self._reading() as connection:
            rows = connection.execute(_next(now, urgent_only, ()).limit(limit))
            return [Message(**row._mapping) for row in rows]

    def find(self, reference: str) -> Message:
        """The message that an identity, or its beginning or end, names.

        Raises:
            NotFound: none does, or several do.
        """
        wanted = reference.strip().lower().replace("-", "")
        with self._reading() as connection:
            ids = [one for one in connection.scalars(select(_MESSAGES.c.id)) if _names(wanted, one.hex)]
            if len(ids) == 1:
                row = connection.execute(select(_MESSAGES).where(_MESSAGES.c.id == ids[0])).one()
                return Message(**row._mapping)
        if ids:
            raise NotFound(T("“{id}” names several messages", id=reference), T("Give more characters."))
        raise NotFound(T("There is no message “{id}”", id=reference), T("They are listed by: oppwizard notify"))

    # Sending

    def claim(
        self, sender: UUID, now: dt.datetime, until: dt.datetime, *, urgent_only: bool, without: Collection[str] = ()
    ) -> Message | None:
        """Take the next message that is due for oneself, marked as being sent; None where there is none.

        Args:
            until: when the claim lapses.
            without: channels that are passed over.

        Raises:
            StoreProblem: the store cannot be written.
        """
        if not self.due(now, urgent_only=urgent_only, limit=1):  # the usual case needs no write lock
            return None
        with self._writing() as connection:
            ready = (
                _next(now, urgent_only, without).limit(1).with_for_update(skip_locked=True)
            )  # for a file it says nothing
            row = connection.execute(ready).first()
            if row is None:
                return None
            claimed = {"state": MessageState.SENDING, "claim": sender, "claimed_until": until}
            values = {**claimed, "attempts": row.attempts + 1}
            connection.execute(update(_MESSAGES).where(_MESSAGES.c.id == row.id).values(values))
        return Message(**{**row._mapping, **values})

    def settle(self, message: Message, state: MessageState, now: dt.datetime, **values: Any) -> bool:
        """Say what became of a claimed message; whether it was still the sender's to say.

        Raises:
            StoreProblem: it cannot be written; the message stays marked as being sent.
        """
        freed = {"claim": None, "claimed_until": None, "ended_at": now if state in _ENDED else None}
        mine = (_MESSAGES.c.id == message.id, _MESSAGES.c.claim == message.claim)
        with self._writing() as connection:
            done = connection.execute(update(_MESSAGES).where(*mine).values({"state": state, **freed, **values}))
            return done.rowcount == 1

    def lapse(self, now: dt.datetime, problem: str) -> int:
        """Mark messages whose sender has not said in time what became of them; how many.

        The claim stays with them, so that a sender who was only slow can still say that it was sent.
        """
        lapsed = (_MESSAGES.c.state == MessageState.SENDING, _MESSAGES.c.claimed_until <= now)
        with self._reading() as connection:
            if connection.execute(select(_MESSAGES.c.id).where(*lapsed).limit(1)).first() is None:
                return 0
        with self._writing() as connection:
            values = {"state": MessageState.UNCLEAR, "problem": problem}
            return connection.execute(update(_MESSAGES).where(*lapsed).values(values)).rowcount

    def note(self, channels: Collection[str], problem: str) -> None:
        """Keep with all waiting messages of some channels why they cannot be sent."""
        held = (_MESSAGES.c.state == MessageState.WAITING, _MESSAGES.c.channel.in_(list(channels)))
        with self._writing() as connection:
            connection.execute(update(_MESSAGES).where(*held, _MESSAGES.c.problem != problem).values(problem=problem))

    # By hand

    def retry(self, message_id: UUID, now: dt.datetime) -> bool:
        """Let a message be sent anew, from its first attempt on; whether it could: one sent or under way can not."""
        anew = {"state": MessageState.WAITING, "next_at": now, "attempts": 0, "claim": None, "ended_at": None}
        never = (MessageState.SENT, MessageState.SENDING)
        return self._by_hand(message_id, never, anew)

    def drop(self, message_id: UUID, now: dt.datetime) -> bool:
        """Let a message not be sent; whether it could: one sent or under way can not. It stays listed as dropped."""
        never = (MessageState.SENT, MessageState.SENDING, MessageState.DROPPED)
        return self._by_hand(message_id, never, {"state": MessageState.DROPPED, "claim": None, "ended_at": now})

    def _by_hand(self, message_id: UUID, never: Sequence[MessageState], values: dict[str, Any]) -> bool:
        one = (_MESSAGES.c.id == message_id, _MESSAGES.c.state.not_in(list(never)))
        with self._writing() as connection:
            return connection.execute(update(_MESSAGES).where(*one).values(values)).rowcount == 1

    def forget(self, before: dt.datetime) -> int:
        """Take messages away that were sent or dropped before an instant; how many."""
        old = (_MESSAGES.c.state.in_(list(_ENDED)), _MESSAGES.c.ended_at < before)
        with self._reading() as connection:
            if connection.execute(select(_MESSAGES.c.id).where(*old).limit(1)).first() is None:
                return 0
        with self._writing() as connection:
            return connection.execute(delete(_MESSAGES).where(*old)).rowcount


def _next(now: dt.datetime, urgent_only: bool, without: Collection[str]) -> Any:
    ready: list[ColumnElement[bool]] = [_MESSAGES.c.state == MessageState.WAITING, _MESSAGES.c.next_at <= now]
    if urgent_only:
        ready.append(_MESSAGES.c.level == Level.URGENT)
    if without:
        ready.append(_MESSAGES.c.channel.not_in(list(without)))
    return select(_MESSAGES).where(*ready).order_by(_MESSAGES.c.created_at, _MESSAGES.c.id)


def _names(wanted: str, identity: str) -> bool:
    if len(wanted) == len(identity):
        return wanted == identity
    return len(wanted) >= _FEW and (identity.startswith(wanted) or identity.endswith(wanted))
