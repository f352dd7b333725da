"""What follows from an answer, so that a fact given once is never asked twice."""

from typing import Any

from oppwizard.i18n import T
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Influence, Role, Stage, Standing
from oppwizard.model.findings import Address
from oppwizard.model.record import Person, Record
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook
from oppwizard.process.creation import proposed_note
from oppwizard.process.naming import is_descriptive, proposed_name
from oppwizard.walk.move import Edits


def follow(edits: Edits, at: Address, playbook: Playbook) -> None:
    """Let follow from a changed field what it implies: each rule fills only what is empty, or undoes what it voids."""
    record, deal = edits.record, edits.record.opportunity
    match str(at) if at.row is None else f"{at.entity}.{at.name}":
        case "decision_maker_id":
            _decides(edits, record.person(deal.decision_maker_id))
        case "close_on":
            _unvalidate(edits)
        case "sales_stage" if deal.probability is None:
            stage = playbook.sales_stage(deal.sales_stage)
            if stage is not None:
                edits.set(deal, "probability", (stage.low + stage.high) / 2)
        case "lines.sku":
            _from_price_list(edits, record.row("lines", at.row), playbook)
        case "account.dba" | "account.legal_name":
            edits.set(record.account, "name_key", fold(record.account.name))
            edits.set(record.account, "dba_key", fold(record.account.dba or ""))


def _decides(edits: Edits, person: Person | None) -> None:
    if person is None or any(edits.record.holding(Role.ECONOMIC_BUYER)):
        return
    edits.set(person.stakeholder, "roles", [*person.roles, Role.ECONOMIC_BUYER])
    if person.influence is None:
        edits.set(person.stakeholder, "influence", Influence.DECIDES)
    edits.notes.append(T("{person} is the economic buyer now", person=person.name))


def _unvalidate(edits: Edits) -> None:
    deal = edits.record.opportunity
    if edits.record.exists and (deal.close_validated_by or deal.close_validated_on):
        edits.set(deal, "close_validated_by", None)
        edits.set(deal, "close_validated_on", None)
        edits.notes.append(T("The close date moved: who at the customer agreed to the new one?"))


def _from_price_list(edits: Edits, line: Any, playbook: Playbook) -> None:
    product = playbook.product(line.sku) if line else None
    if product is None:
        return
    if not line.product:
        edits.set(line, "product", product.name)
    edits.set(line, "category", product.category)
    if line.unit_price is None and product.currency in (None, edits.record.currency):
        edits.set(line, "unit_price", product.price)


def entering(edits: Edits, stage: Stage, user: str, playbook: Playbook) -> None:
    """Propose, when a stage is entered for the first time, what earlier stages and the context already tell."""
    record, deal = edits.record, edits.record.opportunity
    if stage is Stage.DATA_COLLECTION:
        from oppwizard.model.enums import DealType

        known = record.account.standing is Standing.ACTIVE
        _fill(edits, "deal_type", DealType.EXPANSION if known else DealType.NEW_LOGO)
        _fill(edits, "primary_contact_id", record.people[0].id if record.people else None)
        _fill(edits, "owner", user)
        _fill(edits, "next_step_owner", user)
        _fill(edits, "close_on", deal.decision_on or deal.window_to)
        name = proposed_name(record)
        if name and is_descriptive(name, record.account.name, playbook.wording):
            _fill(edits, "name", name)
    if stage is Stage.CREATION:
        _fill(edits, "initial_note", proposed_note(record) or None)


def _fill(edits: Edits, name: str, value: object) -> None:
    deal = edits.record.opportunity
    if value is not None and getattr(deal, name) in (None, ""):
        edits.set(deal, name, value)


def forget_person(edits: Edits, person: Person) -> None:
    """Clear what refers to a person who leaves the record."""
    record: Record = edits.record
    for name in ("decision_maker_id", "primary_contact_id"):
        if getattr(record.opportunity, name) == person.id:
            edits.set(record.opportunity, name, None)
    for other in record.people:
        if other.stakeholder.reports_to_id == person.id:
            edits.set(other.stakeholder, "reports_to_id", None)
    for touch in record.touchpoints:
        if person.id in touch.people:
            edits.set(touch, "people", [one for one in touch.people if one != person.id])


def as_known(edits: Edits, person: Person, contact: Contact) -> None:
    """Let a person of the record be a contact that the account already has, instead of a new one of the same name."""
    proposed = person.contact
    edits.set(person.stakeholder, "contact_id", contact.id)
    person.contact = contact
    edits.delete(proposed)
    edits.notes.append(T("{person} is already a contact of this account", person=contact.name or ""))
