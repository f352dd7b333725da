"""What people are told about without looking: events, how loudly, and what became of a message (A4)."""

from oppwizard.i18n import T
from oppwizard.model.choice import Choice


class Event(Choice):
    """Something that a rule of the playbook may tell somebody about."""

    CREATED = "created", T("Opportunity created")
    REVIEW_DUE = "review_due", T("Review due")
    REVIEW_OVERDUE = "review_overdue", T("Review overdue")
    APPROVED = "approved", T("Approved by the manager")
    SENT_BACK = "sent_back", T("Sent back by the manager")
    REJECTED = "rejected", T("Rejected by the manager")
    TECHNICAL = "technical", T("Technical work needed")
    APPROVAL = "approval", T("Approval needed")
    HANDOFF_SENT = "handoff_sent", T("Handoff sent")
    HANDOFF_RECEIVED = "handoff_received", T("Handoff received")
    HANDOFF_ACCEPTED = "handoff_accepted", T("Handoff accepted")
    HANDOFF_RETURNED = "handoff_returned", T("Handoff returned")
    STEP_OVERDUE = "step_overdue", T("Next step overdue")
    WON = "won", T("Deal won")
    LOST = "lost", T("Deal lost")
    TEST = "test", T("Test message")


class Level(Choice):
    """How loudly a message speaks; an urgent one does not wait for quiet hours to end."""

    INFO = "info", T("Information")
    WARNING = "warning", T("Warning")
    URGENT = "urgent", T("Urgent")


class MessageState(Choice):
    """What became of a message of the outbox."""

    WAITING = "waiting", T("Waits")
    SENDING = "sending", T("Being sent")
    SENT = "sent", T("Sent")
    UNCLEAR = "unclear", T("Perhaps sent")
    GIVEN_UP = "given_up", T("Given up")
    DROPPED = "dropped", T("Dropped by hand")


OPEN = (MessageState.WAITING, MessageState.SENDING, MessageState.UNCLEAR, MessageState.GIVEN_UP)
"""The states of messages that somebody may still want to look at."""
