"""Gate 5: the buying committee (W5, K)."""

from collections.abc import Iterator

from oppwizard.i18n import T, Text
from oppwizard.model.enums import DECISION_ROLES, Influence, Relationship, Role, Stage
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Person
from oppwizard.process.case import Case, block, hint, warn
from oppwizard.process.coverage import gaps, met_on
from oppwizard.process.required import is_missing
from oppwizard.process.scoping import measured

_STAGE = Stage.STAKEHOLDERS
_MUST_ANSWER = (*DECISION_ROLES[1:], Role.CHAMPION)
_COLD = (Relationship.WEAK, Relationship.HOSTILE)


def committee(case: Case) -> Iterator[Finding]:
    """Economic buyer known; the other decision roles and the champion known or being looked for (W5.1, W5.2)."""
    record = case.record
    if not any(record.holding(Role.ECONOMIC_BUYER)):
        yield block(
            "committee.economic_buyer",
            "W5.1",
            _STAGE,
            Address("people"),
            T("Nobody is the economic buyer"),
            T("Give that role to the person who signs."),
        )
    for role in _MUST_ANSWER:
        if any(record.holding(role)):
            continue
        search = next((row for row in record.searches if row.role is role), None)
        if search is None or is_missing(search.owner) or search.due is None:
            yield block(
                "committee.unanswered",
                "W5.2" if role is Role.CHAMPION else "W5.1",
                _STAGE,
                Address("searches", "owner", search.id) if search else Address("searches"),
                T("{role}: nobody, and nobody is looking", role=role.label),
                T("Give the role to a person, or say who finds out by when."),
            )


def searches(case: Case) -> Iterator[Finding]:
    """A search for a role that is over is a warning (W5.1)."""
    for search in case.record.searches:
        known = search.role is not None and any(case.record.holding(search.role))
        if search.due and search.due < case.today and not known:
            yield warn(
                "committee.search_overdue",
                "W5.1",
                _STAGE,
                Address("searches", "due", search.id),
                T("The day to find out has passed"),
                T("Find out, or set a new day."),
            )


def blockers(case: Case) -> Iterator[Finding]:
    """Blockers were asked for, whether or not there is one (W5.2)."""
    known = any(case.record.holding(Role.BLOCKER))
    if not known and is_missing(case.record.opportunity.blockers_asked):
        yield block(
            "blockers.not_asked",
            "W5.2",
            _STAGE,
            "blockers_asked",
            T("Nobody was asked about blockers"),
            T("Ask who would rather keep things as they are, and note whom you asked and the answer."),
        )


def engagement(case: Case) -> Iterator[Finding]:
    """Each person: met, with relationship, channel and answers known; or on the list to engage by a day (W5.3)."""
    for person in case.record.people:
        if person.stakeholder.engage_by is not None:
            if person.stakeholder.engage_by < case.today and met_on(case.record, person) is None:
                yield warn(
                    "engagement.overdue",
                    "W5.3",
                    _STAGE,
                    Address("people", "engage_by", person.id),
                    T("{person} should have been engaged by now", person=person.name),
                    T("Meet them, or set a new day."),
                )
            continue
        missing = _unknown(case, person)
        if missing:
            field, label = missing[0]
            at = Address("people", field, person.id) if field else Address("touchpoints")
            yield block(
                "engagement.incomplete",
                "W5.3",
                _STAGE,
                at,
                T("{person}: {missing} not known", person=person.name, missing=label),
                T("Fill it in, or give a day to engage them by."),
            )


def _unknown(case: Case, person: Person) -> list[tuple[str, Text]]:
    stakeholder = person.stakeholder
    answers = (
        ("relationship", stakeholder.relationship, T("relationship")),
        ("channel", stakeholder.channel, T("preferred channel")),
        ("responsiveness", stakeholder.responsiveness, T("responsiveness")),
        ("", met_on(case.record, person), T("when we met")),
    )
    return [(field, label) for field, value, label in answers if value is None]


def coverage(case: Case) -> Iterator[Finding]:
    """Enough people for a deal of this size, or a reason (W5.4, M4)."""
    committee_rules = case.playbook.committee
    complex_deal = case.playbook.is_complex(measured(case).tcv.value, case.record.currency)
    minimum = committee_rules.minimum_complex if complex_deal else committee_rules.minimum
    known = len(case.record.people)
    if known < minimum and is_missing(case.record.opportunity.coverage_reason):
        yield block(
            "coverage.few",
            "W5.4",
            _STAGE,
            "coverage_reason",
            T("{known} of at least {minimum} people are known", known=known, minimum=minimum),
            T("Add the others, or say why there are so few."),
        )
    if known == 1:
        yield warn(
            "coverage.single",
            "W5.4",
            _STAGE,
            Address("people"),
            T("The deal hangs on a single contact"),
            T("Ask who else should be involved."),
        )
    for role, question in gaps(case.record):
        yield hint(f"gap.{role.value}", "K4", _STAGE, Address("people"), question, T("Ask, then add the person."))


def relationships(case: Case) -> Iterator[Finding]:
    """A weak or hostile relationship with somebody who decides is a red flag (K3)."""
    for person in case.record.people:
        decides = person.influence is Influence.DECIDES or any(role in DECISION_ROLES for role in person.roles)
        if decides and person.stakeholder.relationship in _COLD:
            yield warn(
                "relationship.cold",
                "K3",
                _STAGE,
                Address("people", "relationship", person.id),
                T("{person} decides, and the relationship is weak or hostile", person=person.name),
                T("Plan how to win them, or who can."),
            )


RULES = (committee, searches, blockers, engagement, coverage, relationships)
