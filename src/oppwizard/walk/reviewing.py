"""The part of `Walk` in which others look at an opportunity: its manager, and colleagues (Q1, Q2)."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from oppwizard.data.tables import Change, ChangeState, Op
from oppwizard.errors import NotFound, Refused
from oppwizard.i18n import T
from oppwizard.model.base import LONG, SHORT, utc_now
from oppwizard.model.enums import Decision, ReviewState, Stage, Status, UserRole
from oppwizard.model.findings import Address
from oppwizard.model.parts import Remark, Review
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.process.clock import Running, running
from oppwizard.process.required import is_missing
from oppwizard.process.reviewing import QUESTIONS, Answered, answered
from oppwizard.process.wording import is_placeholder
from oppwizard.walk.lifecycle import GateClosed
from oppwizard.walk.move import Edits, Move

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_LONGEST_REMARK: Final = 2_000


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a manager says to one of the six questions."""

    agrees: bool
    note: str = ""


@dataclass(slots=True)
class Verdicts:
    """A decision in the making (Q1).

    Attributes:
        opinions: by the key of the question; one that is not there is agreed to.
        remarks: comments on fields.
        comment: the words to the whole.
        became: what a rejected opportunity becomes: `Status.DRAFT`, a lead again, or `Status.DISQUALIFIED`.
    """

    decision: Decision
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    remarks: Sequence[tuple[Address, str]] = ()
    comment: str = ""
    became: Status = Status.DRAFT


class Reviewing:
    """Decisions are only ever added; nobody decides about an opportunity of their own."""

    def questions(self: "Walk", record: Record) -> list[Answered]:  # type: ignore[misc]
        """The six questions of the review, answered from the record."""
        return answered(self.case(record), self.verdict(record))

    def clock(self: "Walk", since: dt.datetime) -> Running:  # type: ignore[misc]
        """How the clock of a review stands that began to run at an instant."""
        return running(since, self.context.now, self.playbook.review, self._is_holiday)

    def rests(self: "Walk", day: dt.date) -> bool:  # type: ignore[misc]
        """Whether nobody works on a day: it is none of the week's working days, or a holiday."""
        return day.isoweekday() not in self.playbook.review.workdays or self._is_holiday(day)

    def _is_holiday(self: "Walk", day: dt.date) -> bool:  # type: ignore[misc]
        from oppwizard.checks.workdays import holiday

        return holiday(day, self.playbook.phone_region, self.playbook) is not None

    def decide(self: "Walk", record: Record, said: Verdicts) -> Move:  # type: ignore[misc]
        """Decide about an opportunity that waits for its review (Q1).

        Raises:
            Refused: it does not wait for one, the person is no manager or decides about their own, or what the
                decision needs is not said.
            GateClosed: it is to be approved, and a gate up to creation does not hold any more.
            NotFound: a question or a field is none.
        """
        deal = record.opportunity
        self._may_decide(record)
        unknown = said.opinions.keys() - {question.key for question in QUESTIONS}
        if unknown:
            raise NotFound(
                T("“{name}” is none of the six questions", name=min(unknown)),
                T("They are: {names}.", names=", ".join(question.key for question in QUESTIONS)),
            )
        self._is_founded(said)
        verdict = self.verdict(record)
        if said.decision is Decision.APPROVE and not verdict.holds:
            raise GateClosed(Stage.CREATION, verdict)
        edits = Edits(record)
        now = utc_now()
        opinions = {key: {"agrees": one.agrees, "note": one.note} for key, one in said.opinions.items()}
        review = Review(
            opportunity_id=deal.id,
            at=now,
            reviewer=self.context.user,
            decision=said.decision,
            comment=said.comment.strip()[:LONG],
            answers=json.dumps(opinions, ensure_ascii=False, sort_keys=True),
            became=said.became if said.decision is Decision.REJECT else None,
        )
        record.reviews.append(review)
        edits.insert(review)
        for at, body in said.remarks:
            _remark(edits, review, at, body)
        for name, value in effects(record, review).items():
            edits.set(deal, name, value)
        return self.finish(edits, reason=said.comment.strip())

    def _may_decide(self: "Walk", record: Record) -> None:  # type: ignore[misc]
        deal, me = record.opportunity, self.context
        if deal.review is not ReviewState.WAITING or deal.status is not Status.CREATED:
            raise Refused(
                T("It does not wait for a review"),
                T("An opportunity does, from its creation on and when it is submitted again."),
            )
        if fold(me.user) in own_names(record):
            raise Refused(T("Nobody decides about their own record"), T("Ask another manager to review it."))
        if me.me.role != UserRole.MANAGER.value:
            raise Refused(
                T("Only a manager decides about an opportunity"),
                T("If you are one, say so first: oppwizard me --role manager"),
            )

    def _is_founded(self: "Walk", said: Verdicts) -> None:  # type: ignore[misc]
        objections = [one for one in said.opinions.values() if not one.agrees]
        if said.decision is Decision.APPROVE:
            if objections:
                raise Refused(T("You object to it, so it cannot be approved"), T("Send it back for revision."))
            return
        words = [said.comment, *(one.note for one in objections), *(body for _, body in said.remarks)]
        if all(is_missing(text) or is_placeholder(text, self.playbook.wording) for text in words):
            raise Refused(T("A reason is needed"), T("Say what is to be mended, to the whole, a question or a field."))
        if said.decision is Decision.REJECT and said.became not in (Status.DRAFT, Status.DISQUALIFIED):
            raise Refused(T("A rejected opportunity becomes a lead again, or is disqualified"))

    def settle(  # type: ignore[misc]
        self: "Walk", record: Record, remark_id: UUID, reply: str = ""
    ) -> Move:
        """Say that a manager's comment is settled; it does not stand at its field any more (Q1).

        Raises:
            NotFound: there is no such comment, or it is settled already.
        """
        remark = next((one for one in record.remarks if one.id == remark_id and one.settled_at is None), None)
        if remark is None:
            raise NotFound(T("There is no such comment, or it is settled already"))
        edits = Edits(record)
        edits.set(remark, "settled_at", utc_now())
        edits.set(remark, "settled_by", self.context.user)
        edits.set(remark, "reply", reply.strip()[:_LONGEST_REMARK])
        return self.finish(edits, reason=reply.strip())

    def submit(self: "Walk", record: Record) -> Move:  # type: ignore[misc]
        """Submit an opportunity again that was sent back, once every comment is settled; the clock runs anew (Q1).

        Raises:
            Refused: it was not sent back, or a comment is not settled.
            GateClosed: a gate up to creation does not hold.
        """
        deal = record.opportunity
        if deal.review is not ReviewState.REVISE:
            raise Refused(T("It was not sent back"), T("Only what needs revision is submitted again."))
        left = [remark for remark in record.remarks if remark.settled_at is None]
        if left:
            raise Refused(
                T("{count} comments of the manager are not settled", count=len(left)),
                T("Mend what they say, then settle each: oppwizard settle {id}", id=str(record.id)[-8:]),
            )
        verdict = self.verdict(record)
        if not verdict.holds:
            raise GateClosed(Stage.CREATION, verdict)
        edits = Edits(record)
        edits.set(deal, "review", ReviewState.WAITING)
        edits.set(deal, "review_since", utc_now())
        return self.finish(edits)

    def since_review(self: "Walk", record: Record) -> list[Change]:  # type: ignore[misc]
        """What was changed in force since the manager's last decision, oldest first; nothing before the first one."""
        found: list[Change] = []
        for change in self.store.history(record.id, limit=10_000):
            if change.entity == Review.__tablename__:
                return [one for one in reversed(found) if not one.field.startswith("review")]
            if change.state is ChangeState.DONE:
                found.append(change)
        return []


def decided_after(log: Sequence[Change], row_id: UUID) -> list[UUID]:
    """The reviews that were logged after a row was, oldest first; the order of the log counts, not the clocks."""
    rows = [change.row_id for change in log]
    later = log[rows.index(row_id) :] if row_id in rows else []
    return [one.row_id for one in later if one.entity == Review.__tablename__ and one.op is Op.INSERT]


def _remark(edits: Edits, review: Review, at: Address, body: str) -> None:
    record = edits.record
    if at.spec is None or record.holder(at) is None:
        raise NotFound(T("There is no field “{path}”", path=str(at)))
    if is_missing(body):
        raise Refused(T("The comment on “{field}” says nothing", field=at.spec.ask.label))
    remark = Remark(
        opportunity_id=record.id,
        review_id=review.id,
        place=str(at),
        body=body.strip()[:_LONGEST_REMARK],
        author=review.reviewer,
        at=review.at,
    )
    record.remarks.append(remark)
    edits.insert(remark)


def own_names(record: Record) -> set[str]:
    """The folded names of those whose record it is: they do not decide about it."""
    deal = record.opportunity
    return {fold(name) for name in (deal.owner, deal.created_by) if name}


def effects(record: Record, review: Review) -> dict[str, Any]:
    """What a decision makes of the opportunity's columns; the same wherever it is heard of."""
    deal = record.opportunity
    if review.decision is not Decision.REJECT:
        state = ReviewState.ACTIVE if review.decision is Decision.APPROVE else ReviewState.REVISE
        return {"review": state, "review_since": review.at}
    became = Status.DISQUALIFIED if review.became is Status.DISQUALIFIED else Status.DRAFT
    found: dict[str, Any] = dict.fromkeys(_UNMADE)
    found |= {"status": became, "stage": min(deal.stage, int(Stage.CREATION))}
    if became is Status.DISQUALIFIED:
        found["set_aside_reason"] = _reason(record, review)
    return found


_UNMADE: Final = (
    "review",
    "review_since",
    "pipeline_on",
    "pipeline_at",
    "first_close_on",
    "first_amount",
    "first_probability",
    "first_score",
)
"""What only an opportunity has."""


def _reason(record: Record, review: Review) -> str:
    """Why it was rejected, in the words that were found for it."""
    notes = [one["note"] for one in json.loads(review.answers).values()]
    remarks = [one.body for one in record.remarks if one.review_id == review.id]
    return next((text for text in (review.comment, *notes, *remarks) if text), "")[:SHORT]
