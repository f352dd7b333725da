"""A manager's review as lines: what changed since the last one, the six questions, and what is said to them (Q1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from oppwizard.data.reviews import ReviewLine
from oppwizard.i18n import T, Text, _
from oppwizard.model.enums import ReviewState, Severity
from oppwizard.model.fields import FIELDS
from oppwizard.model.findings import Address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Review
from oppwizard.model.record import Record
from oppwizard.process.clock import Pace, Running
from oppwizard.process.reviewing import Question, place_of
from oppwizard.walk import Walk
from oppwizard.walk.changed import Worded, worded
from oppwizard.walk.proposals import told_origin
from oppwizard.walk.reviewing import Opinion


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the sheet.

    Attributes:
        question: the key of the question that it heads.
        at: the field that it shows, which can be commented on.
        loud: whether it speaks against the record.
    """

    text: str
    head: bool = False
    question: str = ""
    at: Address | None = None
    loud: bool = False


def sheet(
    walk: Walk,
    record: Record,
    opinions: Mapping[str, Opinion],
    comments: Sequence[tuple[Address, str]],
) -> list[Shown]:
    """The whole review as it stands, with what was said so far."""
    return [*_since(walk, record), *_questions(walk, record, opinions, comments)]


def _questions(
    walk: Walk, record: Record, opinions: Mapping[str, Opinion], comments: Sequence[tuple[Address, str]]
) -> Iterator[Shown]:
    told: set[Address] = set()
    for number, one in enumerate(walk.questions(record), 1):
        opinion = opinions.get(one.question.key)
        said = (
            _opinion(opinion) if opinion else _("the record says yes") if one.holds else _("the record leaves it open")
        )
        yield Shown(f"{number} {one.question.label}  [{said}]", head=True, question=one.question.key)
        for evidence in one.evidence:
            text = " ".join(evidence.text.split())
            yield Shown(f"{evidence.label}: {text}", at=evidence.at)
            for label, origin in _origins(walk, record, one.question, evidence.at):
                yield Shown("   " + _("{field} {origin}", field=label, origin=origin))
            told.add(evidence.at)
            yield from _comments(comments, evidence.at)
        if not one.evidence:
            yield Shown(_("Nothing in the record answers it."), loud=True)
        for finding in one.findings:
            sign = "!" if finding.severity is Severity.BLOCK else "~" if finding.severity is Severity.WARN else "-"
            yield Shown(f"{sign} {finding.message}", at=finding.at if finding.at.spec else None, loud=sign != "-")
    others = [(at, body) for at, body in comments if at not in told]
    if others:
        yield Shown(_("Comments on other fields"), head=True)
        for at, body in others:
            yield Shown(f"{walk.label(record, at)}: {body}", at=at)


def _origins(walk: Walk, record: Record, question: Question, at: Address) -> Iterator[tuple[Text, Text]]:
    """Which values of a line are a provider's, so that whoever reviews knows that nobody typed them (A6)."""
    for path in question.paths:
        spec = FIELDS[path]
        if spec.entity == at.entity and (at.row is not None or spec.name == at.name):
            origin = walk.origin(record, Address(spec.entity, spec.name, at.row))
            if origin is not None:
                yield spec.ask.label, told_origin(origin)


def _comments(comments: Sequence[tuple[Address, str]], at: Address) -> Iterator[Shown]:
    for place, body in comments:
        if place == at:
            yield Shown(f"   > {body}", at=at)


def _opinion(opinion: Opinion) -> str:
    if opinion.agrees:
        return _("you agree")
    return _("you object: {note}", note=opinion.note) if opinion.note else _("you object")


def _since(walk: Walk, record: Record) -> Iterator[Shown]:
    """What the last decision was, what became of its comments, and what was changed since."""
    if not record.reviews:
        return
    last = record.reviews[-1]
    yield Shown(decided(last), head=True)
    if last.comment:
        yield Shown(last.comment)
    for remark in record.remarks:
        if remark.review_id == last.id:
            label = walk.label(record, place_of(remark.place))
            settled = _("settled: {reply}", reply=remark.reply or "-") if remark.settled_at else _("not settled")
            yield Shown(f"{label}: {remark.body} ({settled})", at=place_of(remark.place))
    changes = changed(walk, record)
    yield Shown(_("Changed since ({count})", count=len(changes)), head=True)
    for one in changes:
        yield Shown(f"{one.what}: {one.old or '-'} → {one.new or '-'}", at=one.where)


def changed(walk: Walk, record: Record) -> list[Worded]:
    """What was changed since the last decision, each value once: from what it was then to what it is now."""
    found: dict[object, Worded] = {}
    for change in walk.since_review(record):
        one = worded(walk, record, change)
        if one is None:
            continue
        key = (change.row_id, change.field)
        before = found.get(key)
        found[key] = one if before is None else Worded(one.what, before.old, one.new, one.where)
    return [one for one in found.values() if one.old != one.new]


def decided(review: Review) -> str:
    """A decision in one line."""
    day = review.at.astimezone().date()
    return _("{decision} by {who} on {day}", decision=review.decision.label, who=review.reviewer, day=day.isoformat())


def review_state(walk: Walk, deal: Opportunity) -> str:
    """Where an opportunity stands with its manager, with its clock while that runs."""
    if deal.review is not ReviewState.WAITING or deal.review_since is None:
        return str((deal.review or deal.status).label)
    clock = walk.clock(deal.review_since)
    return _("{state}, {hours} h: {pace}", state=deal.review.label, hours=int(clock.hours), pace=clock.pace.label)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An opportunity that waits, with its clock."""

    line: ReviewLine
    clock: Running

    @property
    def state(self) -> Text:
        """How it stands, in words: where it is, and for how many hours."""
        hours = int(self.clock.hours)
        if self.line.review is ReviewState.REVISE:
            return T("needs revision, {hours} h", hours=hours)
        if self.clock.pace is Pace.OVERDUE:
            return T("overdue, {hours} h", hours=hours)
        if self.clock.pace is Pace.DUE:
            return T("due, {hours} h", hours=hours)
        return T("waits, {hours} h", hours=hours)


def waiting(walk: Walk, limit: int = 500) -> list[Waiting]:
    """What waits for a manager, the longest first, then what waits to be mended."""
    states = (ReviewState.WAITING, ReviewState.REVISE)
    lines = [line for state in states for line in walk.store.reviews([state], limit)]
    return [Waiting(line, walk.clock(line.since)) for line in lines]
