"""Handing a deal over: what is passed on, the protocol, the typical mistakes, and how complete it is (H1, H2, H3).

What the record itself shows is not ticked by anybody. What somebody did beside it (a briefing, an introduction) is.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from oppwizard.i18n import T, Text
from oppwizard.model.enums import HandoffKind, PlanKind, ReviewState, Role, Stage, TouchpointKind
from oppwizard.model.fields import FIELDS, ROW_KINDS
from oppwizard.model.findings import Address, Finding
from oppwizard.model.parts import Touchpoint
from oppwizard.model.record import Record
from oppwizard.process.case import Case, Rule, warn
from oppwizard.process.gates import judge
from oppwizard.process.required import is_missing


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that is passed on.

    Attributes:
        paths: fields of the opportunity, and kinds of rows; it is there when every one is answered.
        found: tells whether it is there, where rows alone do not.
    """

    label: Text
    paths: tuple[str, ...]
    found: Callable[[Record], bool] | None = None

    def missing(self, record: Record) -> list[Address]:
        """Where what is not there yet would stand."""
        if self.found is not None:
            return [] if self.found(record) else [_address(path) for path in self.paths]
        return [_address(path) for path in self.paths if not _answered(record, path)]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a protocol's checklist.

    Attributes:
        key: its name in the store and on the command line.
        shown: tells it from the record; None where somebody has to say that it is done.
        receiver: whether it is the receiver's, done after the packet was sent.
    """

    key: str
    label: Text
    shown: Callable[[Case], bool] | None = None
    receiver: bool = False


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a kind of handoff asks for."""

    passed: tuple[Passed, ...]
    points: tuple[Point, ...]
    mistakes: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A point with how it stands: who said so, and when (in UTC); empty where the record shows it, or it is open."""

    point: Point
    done: bool
    who: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Something that is passed on, with what of it is not there yet."""

    passed: Passed
    missing: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a record stands for a handoff.

    Attributes:
        mistakes: the typical mistakes it makes.
        complete: what is there of what is passed on, done of the sender's points, avoided of the mistakes; in percent.
    """

    kind: HandoffKind
    given: tuple[Given, ...]
    points: tuple[Done, ...]
    mistakes: tuple[Finding, ...]
    complete: int

    @property
    def open(self) -> list[Text]:
        """What is missing, in words."""
        absent = [T("Missing: {what}", what=given.passed.label) for given in self.given if given.missing]
        undone = [T("Not done: {point}", point=done.point.label) for done in self.points if not _settled(done)]
        return [*absent, *undone, *(finding.message for finding in self.mistakes)]


def prepared(case: Case, kind: HandoffKind) -> Preparation:
    """How a record stands for a handoff of a kind."""
    protocol = PROTOCOLS[kind]
    given = tuple(Given(passed, tuple(passed.missing(case.record))) for passed in protocol.passed)
    points = tuple(_done(case, kind, point) for point in protocol.points)
    found = [list(rule(case)) for rule in protocol.mistakes]
    settled = [not one.missing for one in given] + [_settled(one) for one in points] + [not each for each in found]
    mistakes = tuple(finding for each in found for finding in each)
    return Preparation(kind, given, points, mistakes, 100 * sum(settled) // len(settled))


def point_of(kind: HandoffKind, key: str) -> Point | None:
    """The point of a protocol that somebody can tick."""
    return next((point for point in PROTOCOLS[kind].points if point.key == key and point.shown is None), None)


def _settled(done: Done) -> bool:
    return done.done or done.point.receiver


def _done(case: Case, kind: HandoffKind, point: Point) -> Done:
    if point.shown is not None:
        return Done(point, point.shown(case))
    ticks = [tick for tick in case.record.ticks if tick.kind is kind and tick.point == point.key]
    return Done(point, bool(ticks), ticks[-1].who, ticks[-1].created_at) if ticks else Done(point, done=False)


def _address(path: str) -> Address:
    return Address(path) if path in ROW_KINDS else Address(FIELDS[path].entity, FIELDS[path].name)


def _answered(record: Record, path: str) -> bool:
    if path in ROW_KINDS:
        return bool(record.rows(path))
    return not is_missing(record.value(_address(path)))


# What the record shows


def _waits(case: Case) -> bool:
    return case.record.opportunity.review is ReviewState.WAITING


def _qualified(case: Case) -> bool:
    return judge(case).passed(Stage.QUALIFICATION)


def _complete(case: Case) -> bool:
    verdict = judge(case)
    return all(verdict.passed(Stage(number)) for number in range(1, max(2, case.record.opportunity.stage)))


def _has_findings(case: Case) -> bool:
    """Whether what was found out with the technical buyer stands in the record."""
    technical = {person.id for person in case.record.holding(*_TECHNICAL)}
    met = [touch for touch in case.record.touchpoints if technical & set(touch.people)]
    return any(not is_missing(touch.outcome) for touch in met)


_TECHNICAL: Final = (Role.TECHNICAL_BUYER, Role.SUBJECT_MATTER_EXPERT)
_BUSINESS: Final = ("business_problem", "measurable_impact")
_WORKS: Final = ("integrations", "security_compliance", "infrastructure")
_STALE: Final = 30
"""Days without a talk after which a deal is likely to stall while it changes hands (Q3)."""


# The typical mistakes


def _talks(record: Record) -> list[Touchpoint]:
    return sorted((touch for touch in record.touchpoints if touch.on), key=lambda touch: (touch.on, touch.created_at))


def _no_context(case: Case) -> Iterator[Finding]:
    if all(is_missing(touch.outcome) for touch in case.record.touchpoints):
        said = T("No talk with the customer has an outcome: the receiver would go into the next one blind")
        yield _warned("handoff.context", "H1", "touchpoints", said, T("Log the talks: who was there, what came of it."))


def _no_commitment(case: Case) -> Iterator[Finding]:
    talks = _talks(case.record)
    if talks and is_missing(talks[-1].commitments):
        said = T("No commitment is recorded from the last talk, on {date}", date=talks[-1].on)
        at = Address("touchpoints", "commitments", talks[-1].id)
        yield _warned("handoff.commitment", "H1", at, said, T("Say who promised what by when, or that nobody did."))


def _asked_again(case: Case) -> Iterator[Finding]:
    if is_missing(case.record.opportunity.pain_points) or is_missing(case.record.opportunity.business_problem):
        said = T("The customer's problem is not written down: they would have to tell it again")
        yield _warned("handoff.again", "H1", "pain_points", said, T("Write down what hurts, in their words."))


def _no_first_step(case: Case) -> Iterator[Finding]:
    deal = case.record.opportunity
    if is_missing(deal.next_step) or deal.next_step_on is None or deal.next_step_on < case.today:
        said = T("It is not clear what the receiver does first: there is no next step that lies ahead")
        yield _warned("handoff.first", "H1", "next_step", said, T("Name the step, who does it, and the day."))


def _one_sided(case: Case) -> Iterator[Finding]:
    there = [any(_answered(case.record, path) for path in paths) for paths in (_BUSINESS, _WORKS)]
    if not all(there):
        missing = _WORKS if there[0] else _BUSINESS
        said = T("Business and technical requirements are not both there")
        remedy = T("Write down what they want to reach, and what it has to work with.")
        yield _warned("handoff.both", "H2", missing[0], said, remedy)


def _not_qualified(case: Case) -> Iterator[Finding]:
    if not _qualified(case):
        said = T("The deal is not qualified: the engineer's work may be for nothing")
        points = judge(case).open_points(Stage.QUALIFICATION)
        yield _warned("handoff.qualified", "H2", points[0].at, said, T("Settle the open points of stage 1 first."))


def _no_scene(case: Case) -> Iterator[Finding]:
    if not _demo_days(case.record):
        said = T("It is not known when a demo or trial has to be: the technical talk is cut off from the deal")
        yield _warned("handoff.demo", "H2", "plan", said, T("Put it into the plan with its day."))


def _demo_days(record: Record) -> list[dt.date]:
    planned = [item.due for item in record.plan if item.kind is not PlanKind.NEXT_ACTION and item.due]
    return planned + [touch.on for touch in record.touchpoints if touch.kind is TouchpointKind.DEMO and touch.on]


def _no_strategy(case: Case) -> Iterator[Finding]:
    deal = case.record.opportunity
    if is_missing(deal.why_us) or not case.record.competitors:
        said = T("Strategy and competition would be lost: they are in nobody's words but the sender's")
        yield _warned("handoff.strategy", "H3", "why_us", said, T("Write down why they buy from us, and against whom."))


def _stalls(case: Case) -> Iterator[Finding]:
    last = max((touch.on for touch in _talks(case.record) if touch.on and touch.on <= case.today), default=None)
    if last is None or (case.today - last).days >= _STALE:
        said = T("Nobody has talked with the customer for {days} days or more: it may stall on the way", days=_STALE)
        yield _warned("handoff.stalls", "H3", "touchpoints", said, T("Talk with them before it changes hands."))


def _strangers(case: Case) -> Iterator[Finding]:
    people = case.record.people
    if not any(person.stakeholder.relationship for person in people):
        said = T("Nothing says how we stand with their people")
        at = Address("people", "relationship", people[0].id) if people else Address("people")
        yield _warned("handoff.relations", "H3", at, said, T("Say for each of them how strong the relationship is."))


def _warned(code: str, req: str, at: str | Address, said: Text, remedy: Text) -> Finding:
    place = at if isinstance(at, Address) else _address(at)
    spec = place.spec or FIELDS[f"{place.entity}.{ROW_KINDS[place.entity].handle}"]
    return warn(code, req, spec.ask.stage, place, said, remedy)


PROTOCOLS: Final[dict[HandoffKind, Protocol]] = {
    HandoffKind.SDR_AE: Protocol(
        passed=(
            Passed(T("Budget"), ("budget_status",)),
            Passed(T("Authority"), ("decision_maker_id",)),
            Passed(T("Need and pains"), ("business_problem", "pain_points")),
            Passed(T("Timeline"), ("window_to",)),
            Passed(T("People met, and how they responded"), ("people", "touchpoints")),
            Passed(T("Competition"), ("competitors",)),
            Passed(T("What the receiver does first"), ("next_step",)),
        ),
        points=(
            Point("record", T("The record is complete for its stage"), _qualified),
            Point("briefed", T("The AE was briefed before the meeting")),
            Point("introduced", T("A warm introduction went out with the AE in copy")),
            Point("available", T("The SDR is there for questions")),
            Point("reviewed", T("The AE has confirmed, and read all of it before the meeting"), receiver=True),
        ),
        mistakes=(_no_context, _no_commitment, _asked_again, _no_first_step),
    ),
    HandoffKind.AE_SE: Protocol(
        passed=(
            Passed(T("Business requirements"), _BUSINESS),
            Passed(T("Technical requirements"), _WORKS),
            Passed(T("Use cases"), ("use_cases",)),
            Passed(T("Technical people"), ("people",), lambda record: any(record.holding(*_TECHNICAL))),
            Passed(T("Dates of demo or trial"), ("plan",), lambda record: bool(_demo_days(record))),
        ),
        points=(
            Point("briefed", T("The AE told the SE what discovery found")),
            Point("access", T("The SE has the record and the files")),
            Point("introduced", T("A warm introduction to the technical buyer was made")),
            Point("strategy", T("Demo strategy and technical approach are agreed")),
            Point("findings", T("The SE's findings are back in the record"), _has_findings, receiver=True),
        ),
        mistakes=(_no_context, _one_sided, _not_qualified, _no_scene),
    ),
    HandoffKind.TERRITORY: Protocol(
        passed=(
            Passed(T("Relationships"), ("people", "touchpoints")),
            Passed(T("Strategy"), ("why_us",)),
            Passed(T("Competition"), ("competitors",)),
            Passed(T("Next step"), ("next_step",)),
        ),
        points=(
            Point("documented", T("The record is complete for its stage"), _complete),
            Point("outgoing", T("The manager went through it with the outgoing rep")),
            Point("incoming", T("The manager went through it with the incoming rep"), receiver=True),
            Point("reviewed", T("The incoming rep has read all of it before contacting the customer"), receiver=True),
            Point("introduced", T("The customer was told formally, by e-mail or in a joint call")),
        ),
        mistakes=(_no_context, _no_strategy, _strangers, _stalls),
    ),
    HandoffKind.REVIEW: Protocol(
        passed=(
            Passed(T("Qualification"), ("budget_status", "decision_maker_id", "business_problem", "window_to")),
            Passed(T("Line items"), ("lines",)),
            Passed(T("Close date, validated"), ("close_on", "close_validated_by", "close_validated_on")),
            Passed(T("Decision makers"), ("people",)),
            Passed(T("Next step"), ("next_step", "next_step_owner", "next_step_on")),
            Passed(T("Competition"), ("competitors",)),
        ),
        points=(
            Point("created", T("It is an opportunity that waits for its review"), _waits),
            Point("decided", T("The manager has decided"), receiver=True),
        ),
        mistakes=(_no_context,),
    ),
}
