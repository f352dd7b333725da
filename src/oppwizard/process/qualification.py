"""Gate 1: is this a real buying opportunity? (W1)"""

from collections.abc import Iterator

from oppwizard.i18n import T
from oppwizard.model.enums import BudgetStatus, CompetitorKind, Engagement, SolutionFit, Stage
from oppwizard.model.findings import Address, Finding
from oppwizard.process.case import Case, block
from oppwizard.process.required import is_missing

_STAGE = Stage.QUALIFICATION
NAMELESS = (CompetitorKind.STATUS_QUO, CompetitorKind.IN_HOUSE)
"""Alternatives that need no name: doing nothing, and building it oneself."""


def budget(case: Case) -> Iterator[Finding]:
    """An amount or a credible range; "unconfirmed" blocks (W1.1)."""
    deal = case.record.opportunity
    if deal.budget_status is BudgetStatus.UNCONFIRMED:
        yield block(
            "budget.unconfirmed",
            "W1.1",
            _STAGE,
            "budget_status",
            T("The budget is unconfirmed"),
            T("Get an amount or a credible range from the customer, or send the lead back to nurture."),
        )
    if deal.budget_amount is None:
        yield block(
            "budget.amount",
            "W1.1",
            _STAGE,
            "budget_amount",
            T("Budget is missing"),
            T("Give an amount, or the low end of a credible range."),
        )
    elif deal.budget_high is None and deal.budget_status is BudgetStatus.CREDIBLE_RANGE:
        yield block(
            "budget.range",
            "W1.1",
            _STAGE,
            "budget_high",
            T("The budget is a range without an upper end"),
            T("Give the high end too, or choose another budget status."),
        )
    elif deal.budget_high is not None and deal.budget_high < deal.budget_amount:
        yield block(
            "budget.order",
            "W1.1",
            _STAGE,
            "budget_high",
            T("The budget's high end is below its low end"),
            T("Give the low end first, the high end second."),
        )


def authority(case: Case) -> Iterator[Finding]:
    """A named decision maker, confirmed, not in the future (W1.2)."""
    deal = case.record.opportunity
    if deal.decision_maker_id is not None:
        person = case.record.person(deal.decision_maker_id)
        if person is None or is_missing(person.name):
            yield block(
                "authority.nameless",
                "W1.2",
                _STAGE,
                "decision_maker_id",
                T("The decision maker has no name"),
                T("Name the person who really decides."),
            )
    if deal.authority_confirmed_on and deal.authority_confirmed_on > case.today:
        yield _future("authority.future", "W1.2", "authority_confirmed_on")


def timeline(case: Case) -> Iterator[Finding]:
    """A buying window that runs forward and is not over (W1.4)."""
    deal = case.record.opportunity
    if deal.window_to is None:
        return
    if deal.window_from and deal.window_from > deal.window_to:
        yield block(
            "timeline.order",
            "W1.4",
            _STAGE,
            "window_from",
            T("The buying window ends before it begins"),
            T("Give the earlier day first."),
        )
    if deal.window_to < case.as_of:
        yield block(
            "timeline.over",
            "W1.4",
            _STAGE,
            "window_to",
            T("The buying window is over"),
            T("Ask the customer for the new window."),
        )


def discovery(case: Case) -> Iterator[Finding]:
    """A discovery call that took place, and a solution that fits (W1.5)."""
    deal = case.record.opportunity
    if deal.discovery_on and deal.discovery_on > case.today:
        yield _future("discovery.future", "W1.5", "discovery_on")
    if deal.solution_fit is SolutionFit.NO_FIT:
        yield block(
            "discovery.no_fit",
            "W1.5",
            _STAGE,
            "solution_fit",
            T("The solution does not fit"),
            T("Disqualify the lead with that reason, or record what changed."),
        )


def first_stakeholder(case: Case) -> Iterator[Finding]:
    """At least one person with role, influence, and an engagement that has begun (W1.6)."""
    begun = (Engagement.CONTACTED, Engagement.MET, Engagement.ENGAGED)
    people = case.record.people
    if any(person.roles and person.influence and person.engagement in begun for person in people):
        return
    nearest = people[0] if people else None
    missing = "influence" if nearest and not nearest.influence else "engagement"
    at = Address("people", missing, nearest.id) if nearest else Address("people")
    yield block(
        "people.first",
        "W1.6",
        _STAGE,
        at,
        T("No confirmed stakeholder yet"),
        T("Give one person's role, influence and engagement; “not contacted” does not count."),
    )


def competition(case: Case) -> Iterator[Finding]:
    """At least one alternative; doing nothing counts as one (W1.7, M5)."""
    if not case.record.competitors:
        yield block(
            "competition.empty",
            "W1.7",
            _STAGE,
            Address("competitors"),
            T("No alternative is named"),
            T("Add a competitor, the incumbent, or the status quo: there always is one."),
        )
    for rival in case.record.competitors:
        if is_missing(rival.name) and rival.kind not in NAMELESS:
            yield block(
                "competition.name",
                "W1.7",
                _STAGE,
                Address("competitors", "name", rival.id),
                T("An alternative has no name"),
                T("Name it, or call it the status quo."),
            )


def _future(code: str, requirement: str, field: str) -> Finding:
    return block(
        code,
        requirement,
        _STAGE,
        field,
        T("This day lies in the future"),
        T("Record it once it has happened."),
    )


RULES = (budget, authority, timeline, discovery, first_stakeholder, competition)
