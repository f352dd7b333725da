"""The part of `Walk` in which colleagues look at deals together: what is due, and what a session leaves behind (Q2)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from oppwizard.data.peers import PeerLine
from oppwizard.errors import Refused, ValueProblem
from oppwizard.i18n import T, Text, language
from oppwizard.model.account import Account
from oppwizard.model.base import LONG, SHORT
from oppwizard.model.dates import parse_date, show_date
from oppwizard.model.enums import PlanKind, PointKind, RiskCategory, Status
from oppwizard.model.fields import FIELDS
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import PeerPoint, PeerReview, PlanItem, Risk
from oppwizard.model.record import Record
from oppwizard.process.case import Case
from oppwizard.process.entry import accept, choose
from oppwizard.process.peers import Due, Watched, due, due_of, item_id, limits, strategic_names
from oppwizard.process.required import is_missing
from oppwizard.process.scoping import measured
from oppwizard.process.sizing import ZERO
from oppwizard.walk.move import Edits, Move

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_NAME: Final = 200
_LONGEST_POINT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Point:
    """A question, a risk or an action, as it is taken down.

    Attributes:
        category: what kind of risk it is; None where that is left open.
        owner: who does an action.
        due: by when an action is done.
    """

    kind: PointKind
    text: str
    category: RiskCategory | None = None
    owner: str = ""
    due: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session about a deal.

    Attributes:
        attendees: who was there, with commas between.
        minutes: how long each part of the agenda took.
        on: the calendar day; None for today.
    """

    presenter: str
    attendees: str = ""
    points: Sequence[Point] = ()
    summary: str = ""
    minutes: Sequence[int] = ()
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PeerDue:
    """A deal that colleagues look at, and when."""

    line: PeerLine
    due: Due


class Peers:
    """What is taken down lands on the record: risks among its risks, actions in its plan."""

    def peer_due(self: "Walk", record: Record) -> Due | None:  # type: ignore[misc]
        """When colleagues look at a record; None where nobody asks for it."""
        return due(self.case(record))

    def peers_due(self: "Walk", today: dt.date, *, ahead: bool = False) -> list[PeerDue]:  # type: ignore[misc]
        """The open opportunities that colleagues are to look at, the longest overdue first (Q2).

        Args:
            ahead: those too of which it is not due yet.
        """
        playbook, names = self.playbook, strategic_names(self.playbook)
        by_arr = playbook.sizing.metric == "arr"
        lines = self.store.peer_lines(limits(playbook) if by_arr else None, names)
        arrs = {} if by_arr else self._arrs([line for line in lines if line.recurs and line.arr_override is None])
        found: list[PeerDue] = []
        for line in lines:
            arr = _arr(line, arrs.get(line.id))
            begun = line.pipeline_on or today
            seen = due_of(Watched(arr, line.currency or "", line.accounts, begun, line.last), playbook, names)
            if seen is not None and (ahead or seen.late(today) >= 0):
                found.append(PeerDue(line, seen))
        return sorted(found, key=lambda one: (one.due.since, one.line.id))

    def _arrs(self: "Walk", lines: Sequence[PeerLine]) -> dict[UUID, Decimal]:  # type: ignore[misc]
        """The ARR of deals whose kept amount is another figure, from their line items."""
        items = self.store.line_items([line.id for line in lines])
        account, found = Account(), {}
        deal = Opportunity(account_id=account.id)
        for line in lines:
            deal.currency = line.currency
            record = Record(deal, account, lines=items.get(line.id, []))
            found[line.id] = measured(Case(record, self.playbook, self.context.today)).arr.value
        return found

    def hold_session(self: "Walk", record: Record, session: Session) -> Move:  # type: ignore[misc]
        """Keep a session about a deal, its risks among those of the record, its actions in the plan; all of it or none.

        Raises:
            Refused: the deal is closed or set aside.
            ValueProblem: it is not said who presented, nothing was said at all, or a point cannot be taken as it is.
        """
        if record.opportunity.status not in (Status.DRAFT, Status.CREATED):
            raise Refused(T("Colleagues look at open deals alone"), T("Reopen it first: oppwizard reopen ID"))
        self._is_sound(session)
        edits = Edits(record)
        row = PeerReview(
            opportunity_id=record.id,
            on=session.on or self.context.today,
            author=self.context.user,
            presenter=session.presenter.strip(),
            attendees=_names(session.attendees),
            minutes=",".join(map(str, session.minutes)),
            summary=session.summary.strip(),
        )
        record.peer_reviews.append(row)
        edits.insert(row)
        for point in session.points:
            _take_down(edits, row, point)
        move = self.finish(edits)
        move.row = row.id
        return move

    def _is_sound(self: "Walk", session: Session) -> None:  # type: ignore[misc]
        if is_missing(session.presenter):
            raise ValueProblem(T("It is not said who presents the deal"), T("Name the presenter."))
        if not session.points and is_missing(session.summary):
            raise ValueProblem(
                T("Nothing was taken down"), T("Take down a question, a risk, an action, or what came of it.")
            )
        if session.on is not None and session.on > self.context.today:
            raise ValueProblem(T("The session lies ahead"), T("Write it down when it was held."))
        limits = ((session.presenter, _NAME), (session.attendees, SHORT), (session.summary, LONG))
        for text, limit in limits:
            _fits(text, limit)
        for point in session.points:
            self.check_point(point)

    def check_point(self: "Walk", point: Point) -> None:  # type: ignore[misc]
        """Whether a point can be taken down as it is.

        Raises:
            ValueProblem: it says nothing or too much, or an action names nobody, no day, or a day in the past.
        """
        if is_missing(point.text):
            raise ValueProblem(T("The {kind} says nothing", kind=point.kind.label))
        _fits(point.text, _LONGEST_POINT)
        _fits(point.owner, _NAME)
        if point.kind is not PointKind.ACTION:
            return
        if is_missing(point.owner):
            raise ValueProblem(T("The action “{text}” names nobody", text=_short(point.text)), T("Say who does it."))
        if point.due is None:
            raise ValueProblem(T("The action “{text}” has no day", text=_short(point.text)), T("Say by when."))
        if point.due < self.context.today:
            raise ValueProblem(
                T("The action “{text}” is due on {day}, which is past", text=_short(point.text), day=_shown(point.due)),
                T("Give a day from today on."),
            )


def _arr(line: PeerLine, worked_out: Decimal | None) -> Decimal:
    """A deal's ARR: by hand, as it was worked out, or the kept amount, which is another figure where nothing recurs."""
    if line.arr_override is not None:
        return line.arr_override
    if worked_out is not None:
        return worked_out
    return line.amount or ZERO if line.recurs else ZERO


def read_point(kind: PointKind, text: str, today: dt.date) -> Point:
    """A point as it is typed in one line: a question; a risk and its category; an action, who does it, by when.

    The parts stand one after the other with semicolons between. A risk needs no category.

    Raises:
        ValueProblem: the category is none, or the day cannot be read.
    """
    if kind is PointKind.QUESTION:
        return Point(kind, text.strip())
    parts = [part.strip() for part in text.replace("；", ";").split(";")]
    if kind is PointKind.RISK:
        *words, last = parts
        if not words or not last:
            return Point(kind, "; ".join(part for part in parts if part))
        category = choose(FIELDS["risks.category"], last)
        assert isinstance(category, RiskCategory), "the list of that field"
        return Point(kind, "; ".join(words), category)
    if len(parts) < 3:
        raise ValueProblem(
            T("“{text}” does not say who does it by when", text=_short(text)),
            T("Write the action, who does it and the day, with semicolons between: Call legal; Kim; next fri"),
        )
    *words, owner, day = parts
    return Point(kind, "; ".join(words), owner=owner, due=parse_date(day, today))


def told(point: Point | PeerPoint) -> Text | str:
    """A point in one line, without its kind: an action with who does it by when."""
    text = point.text if isinstance(point, Point) else point.body
    if point.kind is not PointKind.ACTION:
        return text
    return T("{action} ({owner}, by {day})", action=text, owner=point.owner, day=_shown(point.due))


def _shown(day: dt.date | None) -> str:
    return show_date(day, language()) if day else ""


def _take_down(edits: Edits, session: PeerReview, point: Point) -> None:
    record = edits.record
    row = PeerPoint(
        opportunity_id=record.id,
        session_id=session.id,
        kind=point.kind,
        body=point.text.strip(),
        owner=point.owner.strip(),
        due=point.due,
    )
    record.peer_points.append(row)
    edits.insert(row)
    if point.kind is PointKind.RISK:
        _add_risk(edits, point)
    elif point.kind is PointKind.ACTION:
        item = PlanItem(
            id=item_id(row),
            opportunity_id=record.id,
            what=accept(FIELDS["plan.what"], row.body),
            kind=PlanKind.NEXT_ACTION,
            owner=row.owner,
            due=row.due,
        )
        record.plan.append(item)
        edits.insert(item)


def _add_risk(edits: Edits, point: Point) -> None:
    """A risk of a category of which nothing is said yet takes that category's empty row."""
    record, text = edits.record, accept(FIELDS["risks.description"], point.text.strip())
    empty = next((risk for risk in record.risks if risk.category is point.category and _is_empty(risk)), None)
    if empty is not None and point.category is not None:
        edits.set(empty, "description", text)
        return
    row = Risk(opportunity_id=record.id, category=point.category, description=text)
    record.risks.append(row)
    edits.insert(row)


def _is_empty(risk: Risk) -> bool:
    return is_missing(risk.description) and is_missing(risk.none_because)


def _names(text: str) -> str:
    return ", ".join(_split(text))


def _split(text: str) -> Iterator[str]:
    parts: Iterable[str] = text.replace("、", ",").replace("，", ",").split(",")
    return (part.strip() for part in parts if part.strip())


def _fits(text: str, limit: int) -> None:
    if len(text) > limit:
        raise ValueProblem(
            T("“{text}” has {count} characters", text=_short(text), count=len(text)),
            T("Up to {limit} fit.", limit=limit),
        )


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else f"{plain[:39]}…"
