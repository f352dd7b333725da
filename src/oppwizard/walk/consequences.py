"""What follows from an answer, so that a fact given once is never asked twice."""

from collections.abc import Sequence
from typing import Any

from oppwizard.data.store import Edit
from oppwizard.i18n import T
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Influence, Role, Stage, Standing
from oppwizard.model.findings import Address
from oppwizard.model.record import Person
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook
from oppwizard.playbook.products import Product
from oppwizard.process.creation import proposed_note
from oppwizard.process.naming import is_descriptive, proposed_name
from oppwizard.process.pricing import least, listed, tiers_of
from oppwizard.process.sizing import write_tiers
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
    """A line of a product is called, priced and counted as the price list has it; what a person typed stays."""
    product = playbook.product(line.sku) if line else None
    if product is None:
        return
    before = playbook.product(next((edit.old for edit in reversed(edits.done) if _is_sku(edit, line)), None))
    for name, value in _of_product(product).items():
        edits.set(line, name, value)
    _renew(edits, line, "product", str(product.called), tuple(before.name.values()) if before else ())
    old = _priced(edits, before, playbook)
    for name, value in _priced(edits, product, playbook).items():
        _renew(edits, line, name, value, (old.get(name),))


def _of_product(product: Product) -> dict[str, Any]:
    """What a product says of how it is sold; a line has values of its own there from its beginning."""
    said = {"category": product.category, "pricing_model": product.pricing_model, "period": product.period}
    return {name: value for name, value in said.items() if value is not None}


def _priced(edits: Edits, product: Product | None, playbook: Playbook) -> dict[str, Any]:
    """What the price list fills in for a product."""
    price = listed(edits.record, playbook, product.sku) if product else None
    if product is None or price is None:
        return {}
    tiers = write_tiers(tiers_of(price)) or None
    return {"unit_price": price.unit, "tiers": tiers, "quantity": least(product, price)}


def _is_sku(edit: Edit, line: Any) -> bool:
    return edit.row_id == line.id and edit.field == "sku"


def _renew(edits: Edits, line: Any, name: str, value: object, filled: Sequence[object]) -> None:
    """Fill a value that is empty, or that was filled from the product before; what follows from neither goes."""
    held = getattr(line, name)
    if held in (None, "") or held in filled:
        edits.set(line, name, value)


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
    for spec, holder in list(edits.record.referring()):
        value = getattr(holder, spec.name)
        if isinstance(value, list):
            edits.set(holder, spec.name, [one for one in value if one != person.id])
        elif value == person.id:
            edits.set(holder, spec.name, None)


def as_known(edits: Edits, person: Person, contact: Contact) -> None:
    """Let a person of the record be a contact that the account already has, instead of a new one of the same name."""
    proposed = person.contact
    edits.set(person.stakeholder, "contact_id", contact.id)
    person.contact = contact
    edits.delete(proposed)
    edits.notes.append(T("{person} is already a contact of this account", person=contact.name or ""))
