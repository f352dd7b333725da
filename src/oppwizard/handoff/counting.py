"""Packets counted: who sent how many, what became of them, and why they came back (H4)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import mean

from oppwizard.data.handoffs import PacketLine
from oppwizard.i18n import _
from oppwizard.model.enums import HandoffState
from oppwizard.playbook import Playbook


@dataclass(slots=True)
class Count:
    """The packets of one sender.

    Attributes:
        open: how many nobody has answered yet.
        reasons: how many came back for which reason, in the words of the playbook.
        rating: the mean of their ratings, 1 to 5; None where none was rated.
    """

    sender: str
    sent: int = 0
    accepted: int = 0
    returned: int = 0
    open: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    rating: float | None = None

    def told(self) -> str:
        """The count in words."""
        said = _(
            "{sender}: {sent} sent, {accepted} accepted, {returned} returned, {open} open",
            sender=self.sender,
            sent=self.sent,
            accepted=self.accepted,
            returned=self.returned,
            open=self.open,
        )
        why = ", ".join(f"{reason} {count}" for reason, count in self.reasons.items())
        rated = _("rated {rating} of 5", rating=f"{self.rating:.1f}") if self.rating is not None else ""
        return "; ".join(part for part in (said, why, rated) if part)


def counted(lines: Iterable[PacketLine], playbook: Playbook) -> list[Count]:
    """One count a sender, those with the most packets first."""
    words = {item.value: str(item) for item in playbook.pick_list("return_reasons").items}
    by_sender: dict[str, list[PacketLine]] = {}
    for line in lines:
        by_sender.setdefault(line.sender, []).append(line)
    found = [_count(sender, packets, words) for sender, packets in by_sender.items()]
    return sorted(found, key=lambda one: (-one.sent, one.sender))


def _count(sender: str, packets: list[PacketLine], words: dict[str, str]) -> Count:
    ended = Counter(line.state for line in packets)
    reasons = Counter(
        line.reason.get(HandoffState.RETURNED, "") for line in packets if line.state is HandoffState.RETURNED
    )
    ratings = [line.rating for line in packets if line.rating is not None]
    return Count(
        sender,
        sent=len(packets),
        accepted=ended[HandoffState.ACCEPTED],
        returned=ended[HandoffState.RETURNED],
        open=ended[HandoffState.SENT] + ended[HandoffState.RECEIVED],
        reasons={words.get(reason, reason): count for reason, count in reasons.most_common()},
        rating=mean(ratings) if ratings else None,
    )
