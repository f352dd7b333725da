"""A close date held against how long deals took, and against what the customer said of their own process (A10, E6, M3).

The gates judge what a date is by itself (past, our own quarter end, before the decision: `process.data_collection`).
This adds what only other deals, the calendar, the customer's own dates and the log of changes can say. Nothing blocks:
each finding asks for the customer's side of the date, and what history finds is a hint once that is recorded. It is
kept where the walk keeps it: who at the customer agreed to the date, and when (`close_validated_by`,
`close_validated_on`), or a date of the customer's (`decision_on`, `window_to`) close to it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from oppwizard.checks.mentions import periods
from oppwizard.checks.past import History, Traits, traits
from oppwizard.checks.survival import Survival
from oppwizard.checks.workdays import holiday, is_weekend, region_of
from oppwizard.data.tables import Change, ChangeState, Op
from oppwizard.i18n import T, Text
from oppwizard.model.enums import Stage
from oppwizard.model.findings import Finding
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.process.case import hint, warn
from oppwizard.process.required import is_missing

_STAGE: Final = Stage.DATA_COLLECTION
_AT: Final = "close_on"
_NEAR: Final = dt.timedelta(days=7)
"""A date of the customer's this close to the close date is what it follows from; the gate's quarter-end rule agrees."""
_IN_FORCE: Final = (ChangeState.DONE,)


@dataclass(frozen=True, slots=True)
class Curve:
    """What a close date is held against, to be drawn (`checks.strip`).

    Attributes:
        group: the deals it rests on, in words.
        won: how many of them were won.
        held: how many were lost or are open: they count as deals that take longer.
        days: days from opening on which deals were won, ascending.
        shares: the share won by each of them, 0 to 1.
        low: the first day of the usual range; ``median`` its middle, ``high`` its last.
        proposed: the record's close date in days from its opening; None while there is none.
    """

    group: Text
    won: int
    held: int
    days: tuple[int, ...]
    shares: tuple[float, ...]
    low: int
    median: int
    high: int
    proposed: int | None

    @property
    def basis(self) -> Text:
        """What it rests on, in words."""
        return T("{group}: {won} won, {held} lost or open", group=self.group, won=self.won, held=self.held)


def close_date_findings(
    record: Record, history: History, playbook: Playbook, today: dt.date, changes: Sequence[Change] = ()
) -> list[Finding]:
    """What is to be said about a record's close date.

    Args:
        changes: the record's log in any order, as `Store.history` returns it.
    """
    day = record.opportunity.close_on
    if day is None:
        return []
    found = [*_against_history(record, history, playbook, changes), *_moved(record, playbook, changes)]
    if day >= today:
        found += [*_no_workday(record, day, playbook), *_against_their_process(record, day)]
    return found


def cycle_curve(record: Record, history: History, playbook: Playbook) -> Curve | None:
    """How long deals like a record's took; None where even all deals together are too few."""
    like = traits(record, history)
    chosen = _chosen(like, history, playbook)
    if chosen is None:
        return None
    told, spans = chosen
    low, high = playbook.history.early / 100, playbook.history.late / 100
    return Curve(
        told,
        spans.won,
        spans.held,
        spans.days,
        spans.shares,
        spans.quantile(low),
        spans.quantile(0.5),
        spans.quantile(high),
        _proposed(record),
    )


def has_driver(record: Record, changes: Sequence[Change] = ()) -> bool:
    """Whether the close date is the customer's: agreed to since it was last moved, or next to a date of theirs."""
    deal = record.opportunity
    if deal.close_on is None:
        return False
    if any(mark and abs(mark - deal.close_on) <= _NEAR for mark in (deal.decision_on, deal.window_to)):
        return True
    return (
        not is_missing(deal.close_validated_by) and deal.close_validated_on is not None and not _moves(record, changes)
    )


def opened_on(record: Record) -> dt.date:
    """The day from which a record's cycle counts: the discovery call, where it came before the record."""
    begun = record.opportunity.created_at.date()
    first = record.opportunity.discovery_on
    return min(first, begun) if first else begun


def _proposed(record: Record) -> int | None:
    day = record.opportunity.close_on
    return (day - opened_on(record)).days if day else None


def _chosen(like: Traits, history: History, playbook: Playbook) -> tuple[Text, Survival] | None:
    """The narrowest group with enough won deals, in words and as an estimate."""
    for group in like.groups():
        spans = history.survival(group)
        if spans is not None and spans.won >= playbook.history.minimum:
            return like.told(group), spans
    return None


def _against_history(
    record: Record, history: History, playbook: Playbook, changes: Sequence[Change]
) -> Iterator[Finding]:
    curve, proposed = cycle_curve(record, history, playbook), _proposed(record)
    if curve is None:
        message = T("Too little history to hold the close date against: {count} deals", count=history.deals)
        yield hint("cycle.thin", "A10", _STAGE, _AT, message, T("Import deals of the past: oppwizard history import"))
        return
    if proposed is None or proposed < 0:
        return
    estimate = Survival(curve.days, curve.shares, curve.won, curve.held)
    numbers = {"days": proposed, "low": curve.low, "high": curve.high, "basis": curve.basis}
    if estimate.share(proposed) < playbook.history.early / 100:
        code, message = (
            "cycle.early",
            T("Earlier than nearly all: {days} days, usual are {low} to {high} ({basis})", **numbers),
        )
    elif estimate.share(proposed - 1) > playbook.history.late / 100:
        code, message = (
            "cycle.late",
            T("Later than nearly all: {days} days, usual are {low} to {high} ({basis})", **numbers),
        )
    else:
        return
    if has_driver(record, changes):
        yield hint(code, "A10", _STAGE, _AT, message, T("The customer's side of it is recorded; keep it current."))
    else:
        remedy = T("Move it, or record what drives it: who at the customer agreed to the day, and when.")
        yield warn(code, "A10", _STAGE, _AT, message, remedy)


def _no_workday(record: Record, day: dt.date, playbook: Playbook) -> Iterator[Finding]:
    remedy = T("Ask on which working day they sign.")
    if is_weekend(day):
        yield hint("close.weekend", "E6", _STAGE, _AT, T("The close date is on a weekend"), remedy)
    name = holiday(day, region_of(record, playbook), playbook)
    if name is not None:
        message = (
            T("The close date is a public holiday: {name}", name=name)
            if name.msgid
            else T("Nobody works on the close date")
        )
        yield hint("close.holiday", "E6", _STAGE, _AT, message, remedy)


def _against_their_process(record: Record, day: dt.date) -> Iterator[Finding]:
    """The customer's own dates: a step behind the close date, a blackout around it, a go-live before it."""
    deal = record.opportunity
    begun = opened_on(record)
    last = max((end for _start, end in periods(deal.buying_steps, begun)), default=None)
    if last is not None and last > day:
        yield warn(
            "close.before_steps",
            "E6",
            _STAGE,
            _AT,
            T("Their own steps last until {last}, past the close date", last=last.isoformat()),
            T("Move the close date behind their last step, or correct that."),
        )
    for first, end in periods(deal.blackout_dates, begun):
        if first <= day <= end:
            yield warn(
                "close.blackout",
                "E6",
                _STAGE,
                _AT,
                T(
                    "The close date falls in their blackout, {first} to {last}",
                    first=first.isoformat(),
                    last=end.isoformat(),
                ),
                T("Ask which day before or after it they can sign on."),
            )
            break
    if deal.go_live_on is not None and deal.go_live_on < day:
        yield warn(
            "close.after_go_live",
            "E6",
            _STAGE,
            _AT,
            T("They want to be live on {day}, before the close date", day=deal.go_live_on.isoformat()),
            T("Move the close date before the go-live, or correct that."),
        )


def _moves(record: Record, changes: Sequence[Change]) -> int:
    """How often the close date was moved after the day on which the customer last agreed to one."""
    agreed = record.opportunity.close_validated_on
    moved = (
        change
        for change in changes
        if change.entity == "opportunity"
        and change.field == _AT
        and change.op is Op.SET
        and change.state in _IN_FORCE
        and change.old not in (None, "null")
        and change.new not in (None, "null", change.old)
    )
    return sum(1 for change in moved if agreed is None or change.at.date() > agreed)


def _moved(record: Record, playbook: Playbook, changes: Sequence[Change]) -> Iterator[Finding]:
    count = _moves(record, changes)
    if count >= playbook.history.moves:
        yield warn(
            "close.moved",
            "M3",
            _STAGE,
            "close_validated_on",
            T("The close date was moved {count} times, and nobody at the customer agreed to it since", count=count),
            T("Validate the new date with the customer, and record who agreed and when."),
        )
