"""Gate 3: the data a forecast rests on (W3, E1, E5, E6, E9)."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace

from oppwizard.i18n import T
from oppwizard.model.enums import INFLUENCING_ROLES, Role, Stage
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Person
from oppwizard.process.case import Case, block, warn
from oppwizard.process.naming import is_descriptive, proposed_name
from oppwizard.process.required import is_missing, shortened
from oppwizard.process.sizing import plain
from oppwizard.process.wording import is_placeholder, says_nothing_to_do

_STAGE = Stage.DATA_COLLECTION
_REACH = ("title", "email", "phone")
_NEAR = dt.timedelta(days=7)


def contacts(case: Case) -> Iterator[Finding]:
    """Primary contact and economic buyer with all that is needed to reach them (W3.2)."""
    record = case.record
    primary = record.person(record.opportunity.primary_contact_id)
    buyers = list(record.holding(Role.ECONOMIC_BUYER))
    if not buyers:
        yield block(
            "contacts.buyer",
            "W3.2",
            _STAGE,
            Address("people"),
            T("Nobody is the economic buyer"),
            T("Give that role to the person who signs."),
        )
    must = {person.id: person for person in (primary, *buyers) if person}
    for person in must.values():
        yield from _reachable(person)
    yield from _influencers(case, set(must))


def _reachable(person: Person) -> Iterator[Finding]:
    for field in _REACH:
        if is_missing(getattr(person.contact, field)):
            at = Address("people", field, person.id)
            spec = at.spec
            yield block(
                "contacts.incomplete",
                "W3.2",
                _STAGE,
                at,
                T("{person}: {field} is missing", person=person.name, field=spec.ask.label if spec else field),
                T("Primary contact and economic buyer need title, e-mail and phone."),
            )


def _influencers(case: Case, complete: set[object]) -> Iterator[Finding]:
    others = [p for p in case.record.holding(*INFLUENCING_ROLES) if p.id not in complete]
    holders = list(case.record.holding(*INFLUENCING_ROLES))
    if not holders and is_missing(case.record.opportunity.no_influencers_because):
        yield block(
            "contacts.influencers",
            "W3.2",
            _STAGE,
            "no_influencers_because",
            T("No influencer is named"),
            T("Add who evaluates, uses or procures it, or say why there is none."),
        )
    for person in others:
        if any(is_missing(getattr(person.contact, field)) for field in _REACH):
            yield warn(
                "contacts.influencer_incomplete",
                "W3.2",
                _STAGE,
                Address("people", "email", person.id),
                T("{person} cannot be reached yet", person=person.name),
                T("Add title, e-mail and phone."),
            )


def name(case: Case) -> Iterator[Finding]:
    """A descriptive name; a generic one is refused with a better one proposed (E5)."""
    deal = case.record.opportunity
    if is_missing(deal.name) or is_placeholder(deal.name or "", case.playbook.wording):
        return
    if not is_descriptive(deal.name or "", case.record.account.name, case.playbook.wording):
        proposal = proposed_name(case.record)
        if proposal and not is_descriptive(proposal, case.record.account.name, case.playbook.wording):
            proposal = None
        remedy = (
            T("Better: {name}", name=proposal)
            if proposal
            else T("Write account - product or project - scope, such as “Acme - Analytics Core - 120 seats”.")
        )
        message = T("“{text}” is too generic a name", text=shortened(deal.name or ""))
        yield replace(block("name.generic", "E5", _STAGE, "name", message, remedy), proposal=proposal)


def close_date(case: Case) -> Iterator[Finding]:
    """A close date on the customer's process, not on ours (E6, M3)."""
    deal = case.record.opportunity
    day = deal.close_on
    if deal.close_validated_on and deal.close_validated_on > case.today:
        yield block(
            "close.validated_future",
            "E6",
            _STAGE,
            "close_validated_on",
            T("This day lies in the future"),
            T("Record it once it has happened."),
        )
    if day is None:
        return
    if day < case.as_of:
        yield block(
            "close.past", "E6", _STAGE, "close_on", T("The close date is past"), T("Ask the customer for the new one.")
        )
    elif day < case.today:
        yield warn(
            "close.overdue", "E6", _STAGE, "close_on", T("The close date has passed"), T("Close the deal, or move it.")
        )
    if is_quarter_end(day, case.playbook.calendar.fiscal_year_starts) and not _driven(case, day):
        yield warn(
            "close.quarter_end",
            "E6",
            _STAGE,
            "close_on",
            T("The close date is our own quarter end, and nothing at the customer ends there"),
            T("Take the day from the customer's process: decision date or end of the buying window."),
        )
    if deal.decision_on and day < deal.decision_on:
        yield warn(
            "close.before_decision",
            "E6",
            _STAGE,
            "close_on",
            T("The deal would close before they decide"),
            T("Move the close date behind the decision date, or correct that."),
        )


def _driven(case: Case, day: dt.date) -> bool:
    deal = case.record.opportunity
    return any(mark is not None and abs(mark - day) <= _NEAR for mark in (deal.decision_on, deal.window_to))


def is_quarter_end(day: dt.date, fiscal_year_starts: int) -> bool:
    """Whether a day is the last of a quarter of a fiscal year that begins in the given month (1-12)."""
    last = monthrange(day.year, day.month)[1]
    return day.day == last and (day.month - fiscal_year_starts) % 3 == 2


def probability(case: Case) -> Iterator[Finding]:
    """The probability lies where the sales stage says (E1)."""
    deal = case.record.opportunity
    stage = case.playbook.sales_stage(deal.sales_stage)
    if deal.sales_stage and stage is None:
        yield block(
            "stage.unknown",
            "E1",
            _STAGE,
            "sales_stage",
            T("“{text}” is no sales stage of the playbook", text=shortened(deal.sales_stage)),
            T("Choose one of: {stages}", stages=", ".join(map(str, case.playbook.sales_stages))),
        )
    if stage and deal.probability is not None and not stage.low <= deal.probability <= stage.high:
        yield block(
            "probability.range",
            "E1",
            _STAGE,
            "probability",
            T("{value} % does not go with “{stage}”", value=plain(deal.probability), stage=stage),
            T("Between {low} and {high} % goes with it.", low=plain(stage.low), high=plain(stage.high)),
        )


def facts(case: Case) -> Iterator[Finding]:
    """What stages 1 and 2 gave has been looked at again (W3.4)."""
    if case.record.opportunity.facts_confirmed is False:
        yield block(
            "facts.wrong",
            "W3.4",
            _STAGE,
            "facts_confirmed",
            T("Facts from earlier stages are no longer true"),
            T("Go back, correct them, then confirm."),
        )


def next_step(case: Case) -> Iterator[Finding]:
    """A next step that somebody can do on a day that is still to come (E9)."""
    deal = case.record.opportunity
    if deal.next_step and says_nothing_to_do(deal.next_step, case.playbook.wording):
        yield block(
            "next_step.vague",
            "E9",
            _STAGE,
            "next_step",
            T("“{text}” is no next step", text=shortened(deal.next_step)),
            T("Say what is done, with or for whom: “Send the revised offer to the CFO and walk her through it”."),
        )
    if deal.next_step_on is None:
        return
    if deal.next_step_on < case.as_of:
        yield block(
            "next_step.past",
            "E9",
            _STAGE,
            "next_step_on",
            T("The next step lies in the past"),
            T("Agree on the next one with the customer."),
        )
    elif deal.next_step_on < case.today:
        yield warn(
            "next_step.overdue",
            "E9",
            _STAGE,
            "next_step_on",
            T("The next step is overdue"),
            T("Do it, or agree on a new day."),
        )


RULES = (contacts, name, close_date, probability, facts, next_step)
