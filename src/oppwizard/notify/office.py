"""The outbox as a face works with it: list, retry, drop, send; the messages as rows and texts alone."""

from dataclasses import dataclass
from uuid import UUID

from oppwizard.data.tables import Message
from oppwizard.i18n import _
from oppwizard.model.notices import OPEN, MessageState
from oppwizard.notify.flushing import Flushed, discover, flush, lapse
from oppwizard.notify.telling import Told, summary, told
from oppwizard.walk import Walk

MOST = 500
"""So many messages are listed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as a list shows it.

    Attributes:
        is_open: whether it still waits for something.
        is_loud: whether it waits for a person.
        text: what it says, and why it could not be sent.
    """

    id: UUID
    row: Told
    is_open: bool
    is_loud: bool
    text: str


class Office:
    """The outbox of a walk. Its methods read and write the store, so a screen calls them in a worker."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk

    def entries(self, *, everything: bool = False) -> list[Entry]:
        """The messages, the newest first.

        Raises:
            StoreProblem: the store cannot be read.
        """
        lapse(self.walk)
        states = tuple(MessageState) if everything else OPEN
        now = self.walk.context.now
        return [
            Entry(
                message.id,
                told(message, now),
                message.state in OPEN,
                message.state in (MessageState.UNCLEAR, MessageState.GIVEN_UP),
                _whole(message),
            )
            for message in self.walk.store.outbox.listed(states, MOST)
        ]

    def retry(self, message_id: UUID) -> str:
        """Let a message be sent anew; what is to be said of it.

        Raises:
            StoreProblem: it cannot be written.
        """
        done = self.walk.store.outbox.retry(message_id, self.walk.context.now)
        return _("It will be sent again") if done else _("It is sent, or being sent")

    def drop(self, message_id: UUID) -> str:
        """Let a message not be sent; what is to be said of it.

        Raises:
            StoreProblem: it cannot be written.
        """
        done = self.walk.store.outbox.drop(message_id, self.walk.context.now)
        return _("It will not be sent") if done else _("It is sent, being sent, or dropped already")

    def send(self) -> list[str]:
        """Send what is due; what was done, in lines.

        Raises:
            StoreProblem: the store cannot be read or written.
        """
        return summary(self.walk, flush(self.walk))

    @property
    def is_sending(self) -> bool:
        """Whether the app sends in the background."""
        return self.walk.playbook.notify.flush_in_app

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to look for: no rules, or a store that can only be read."""
        return not self.walk.playbook.notify.rules or self.walk.store.read_only

    def look(self) -> str:
        """Find what time asks for, and send it if the app is to; what is worth a line, empty for nothing.

        Raises:
            StoreProblem: the store cannot be read or written.
        """
        if not self.is_sending:
            discover(self.walk)
            return ""
        done = flush(self.walk)
        return " | ".join(summary(self.walk, done)) if _is_news(done) else ""


def _is_news(done: Flushed) -> bool:
    return bool(done.sent or done.given_up or done.unclear)


def _whole(message: Message) -> str:
    return "\n".join(part for part in (message.title, message.body, message.problem and f"! {message.problem}") if part)
