"""Which deals colleagues look at together, how often, and what became of what they asked for (Q2)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid5

from oppwizard.i18n import T
from oppwizard.model.choice import Choice
from oppwizard.model.enums import PointKind, Status
from oppwizard.model.parts import PeerPoint, PeerReview, PlanItem
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook
from oppwizard.process.case import Case
from oppwizard.process.scoping import measured

_DAY: Final = dt.timedelta(days=1)


class Cause(Choice):
    """Why colleagues look at a deal."""

    STRATEGIC = "strategic", T("Strategic account")
    LARGE = "large", T("Large deal")


@dataclass(frozen=True, slots=True)
class Watched:
    """What of a deal says whether and when colleagues look at it.

    Attributes:
        arr: in the deal's currency, a year.
        accounts: the names its account goes by.
        begun: the calendar day on which it became an opportunity.
        last: the day of the last session, None where there was none.
    """

    arr: Decimal
    currency: str
    accounts: tuple[str, ...]
    begun: dt.date
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class Due:
    """When colleagues look at a deal again.

    Attributes:
        every: so many days lie between two sessions.
        last: the day of the last session, None where there was none.
        since: the day on which the next one is due.
    """

    cause: Cause
    every: int
    last: dt.date | None
    since: dt.date

    def late(self, today: dt.date) -> int:
        """For how many days it has been due: 0 on the day itself, below 0 before."""
        return (today - self.since).days


def due(case: Case) -> Due | None:
    """When colleagues look at the case's deal; None where it is no open opportunity, a sample, or not one of those."""
    record, deal = case.record, case.record.opportunity
    if deal.status is not Status.CREATED or deal.is_sample:
        return None
    names = tuple(name for name in (record.account.legal_name, record.account.dba) if name)
    last = last_session(record)
    begun = deal.pipeline_on or case.today
    return due_of(
        Watched(measured(case).arr.value, record.currency, names, begun, last.on if last else None), case.playbook
    )


def due_of(deal: Watched, playbook: Playbook, strategic: Collection[str] | None = None) -> Due | None:
    """When colleagues look at an open opportunity; None where nobody asks for it.

    Args:
        strategic: `strategic_names` of the playbook, where many deals are asked about.
    """
    peer = playbook.peer
    names = strategic_names(playbook) if strategic is None else strategic
    if names and any(fold(name) in names for name in deal.accounts):
        cause, every = Cause.STRATEGIC, peer.strategic_days
    elif deal.arr > playbook.scaled(peer.arr_from, deal.currency):
        cause, every = Cause.LARGE, peer.every_days
    else:
        return None
    return Due(cause, every, deal.last, deal.begun if deal.last is None else deal.last + every * _DAY)


def strategic_names(playbook: Playbook) -> frozenset[str]:
    """The names of strategic accounts, folded."""
    return frozenset(name for name in map(fold, playbook.peer.strategic_accounts) if name)


def limits(playbook: Playbook) -> dict[str, Decimal]:
    """The ARR above which a deal is large, by currency; by an empty one for those that are not named."""
    return {code: playbook.scaled(playbook.peer.arr_from, code) for code in ("", *playbook.committee.complex_scale)}


def last_session(record: Record) -> PeerReview | None:
    """The newest session about a record; of several on one day the one that was written last."""
    return max(record.peer_reviews, key=lambda one: (one.on, one.created_at, one.id), default=None)


def points_of(record: Record, session: PeerReview, kind: PointKind) -> Sequence[PeerPoint]:
    """What was taken down of a kind in a session, in its order."""
    return [one for one in record.peer_points if one.session_id == session.id and one.kind is kind]


def item_id(point: PeerPoint) -> UUID:
    """The identity of the step of the plan that an action became."""
    return uuid5(point.id, PlanItem.__tablename__)


def item_of(record: Record, action: PeerPoint) -> PlanItem | None:
    """The step of the plan that an action became; None once somebody took it off the plan, because it is done."""
    wanted = item_id(action)
    return next((item for item in record.plan if item.id == wanted), None)
