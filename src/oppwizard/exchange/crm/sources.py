"""Where a column's value comes from: a declared field by its path, or a value derived from several."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from oppwizard.exchange.crm import derivations as d
from oppwizard.exchange.crm.rows import Reach, Row
from oppwizard.i18n import T, Text
from oppwizard.model.fields import ACCOUNT, CUSTOM, FIELDS, OPPORTUNITY, FieldSpec
from oppwizard.model.record import Person

Value = str | int | bool | Decimal | dt.date | UUID | list[Any] | None
_ENTITIES: Final[dict[str, frozenset[str]]] = {
    "people": frozenset({"contact", "role"}),
    "lines": frozenset({"product", "line", "deal_line"}),
    "team": frozenset({"member"}),
    "competitors": frozenset({"competitor"}),
}
"""Which kinds of rows have the fields of a kind of rows of the record."""


@dataclass(frozen=True)
class Source:
    """A value that a column can hold.

    Attributes:
        name: what the table calls it.
        label: what a person calls it.
        kinds: the kinds of rows that have it; None for all.
        get: works it out for a row; None where it is not answered.
        spec: the declared field, where it is one.
    """

    name: str
    label: Text
    kinds: frozenset[str] | None
    get: Callable[[Row], Value]
    spec: FieldSpec | None = None

    def suits(self, kind: str) -> bool:
        """Whether rows of a kind have it."""
        return self.kinds is None or kind in self.kinds


def planned(row: Row) -> Value:
    """What only a plan can work out, because the mapping says how."""
    raise NotImplementedError


def _derived(name: str, label: Text, get: Callable[[Row], Value], *kinds: str) -> Source:
    return Source(name, label, frozenset(kinds) or None, get)


_PEOPLE: Final = ("contact", "role")
_SOLD: Final = ("line", "deal_line")
DERIVED: Final[dict[str, Source]] = {
    source.name: source
    for source in (
        _derived("account.id", T("Identity of the account"), lambda row: row.record.account.id),
        _derived("account.name", T("Legal name, else the company's"), lambda row: row.record.account.name),
        _derived("account.currency", T("Currency of the revenue"), lambda row: row.record.account.revenue_currency),
        _derived("account.description", T("Fields of the account, put together"), planned),
        _derived("contact.id", T("Identity of the contact"), lambda row: row.item.contact.id, *_PEOPLE),
        _derived("contact.family", T("Family name"), planned, *_PEOPLE),
        _derived("contact.given", T("Given name"), planned, *_PEOPLE),
        _derived("contact.reports_to", T("Identity of the person reported to"), d.reports_to, *_PEOPLE),
        _derived("reach.type", T("Kind of address"), lambda row: row.item.kind, "reach"),
        _derived("reach.value", T("Address or number"), d.reach_value, "reach"),
        _derived("reach.name", T("Whose address it is"), lambda row: row.item.name, "reach"),
        _derived("deal.id", T("Identity of the opportunity"), lambda row: row.record.id),
        _derived("deal.open_id", T("Identity of the opportunity while it is open"), d.open_id),
        _derived("deal.title", T("Opportunity name"), d.title),
        _derived("deal.amount", T("ARR, ACV or TCV as the playbook says; what was agreed, once won"), d.amount),
        _derived("deal.stage", T("Sales stage; won or lost, once closed"), d.stage),
        _derived("deal.status", T("Open, won or lost"), lambda row: row.record.opportunity.status),
        _derived("deal.close_on", T("Close date; the day of closing, once closed"), d.close_on),
        _derived("deal.started_on", T("Day of creation"), d.started_on),
        _derived("deal.probability", T("Probability; 100 once won, 0 once lost"), d.probability),
        _derived("deal.next_step", T("Next step with its day and owner"), d.next_step),
        _derived("deal.description", T("Fields of the opportunity, put together"), planned),
        _derived("deal.won_because", T("Why it was won"), d.won_because),
        _derived("deal.lost_because", T("Why it was lost, and to whom"), d.lost_because),
        _derived("deal.contact_name", T("Name of the primary contact"), d.of_primary("name")),
        _derived("deal.contact_spoken", T("Primary contact, given name first"), planned),
        _derived("deal.contact_title", T("Title of the primary contact"), d.of_primary("title")),
        _derived("deal.contact_email", T("E-mail of the primary contact"), d.of_primary("email")),
        _derived("deal.contact_phone", T("Phone of the primary contact"), d.of_primary("phone")),
        _derived("deal.size", T("ARR, ACV and TCV"), d.sizes),
        _derived("deal.lines", T("Line items, one a line"), d.lines),
        _derived("deal.people", T("People with their roles, one a line"), d.people),
        _derived("deal.alternatives", T("Alternatives, one a line"), d.alternatives),
        _derived("deal.notes", T("Notes"), d.notes),
        _derived("role.id", T("Identity of the person in the deal"), lambda row: row.item.id, "role"),
        _derived("role.role", T("The weightiest role"), d.role, "role"),
        _derived("role.is_primary", T("Whether it is the primary contact"), d.is_primary, "role"),
        _derived("product.id", T("Identity of the product"), d.product, "product", *_SOLD),
        _derived("product.sku", T("SKU"), lambda row: row.item.sku, "product", *_SOLD),
        _derived("product.name", T("Product, as the price list has it"), d.product_name, "product", *_SOLD),
        _derived("product.family", T("Category"), lambda row: row.item.category, "product", *_SOLD),
        _derived("product.price", T("Price, as the price list has it"), d.list_price, "product", *_SOLD),
        _derived("line.id", T("Identity of the line item"), lambda row: row.item and row.item.id, *_SOLD),
        _derived("line.quantity", T("Quantity of the first year; one of a flat fee"), d.quantity, *_SOLD),
        _derived("line.price", T("Unit price at that quantity, before the discount"), d.price, *_SOLD),
        _derived("line.amount", T("The line's share of the opportunity's amount"), d.share, *_SOLD),
        _derived("line.description", T("Price, period, discount and ramp in words"), d.line_text, *_SOLD),
        _derived("member.id", T("Identity of the team member"), lambda row: row.item.id, "member"),
        _derived("competitor.id", T("Identity of the alternative"), lambda row: row.item.id, "competitor"),
        _derived("competitor.name", T("Alternative, or its kind"), d.competitor_name, "competitor"),
        _derived("task.id", T("Identity of the step, talk or note"), lambda row: row.id, "task"),
        _derived("task.kind", T("Kind of step or talk"), d.task_kind, "task"),
        _derived("task.subject", T("What is to be done, or was"), d.task_subject, "task"),
        _derived("task.on", T("Day"), d.task_on, "task"),
        _derived("task.state", T("Open or done"), d.task_state, "task"),
        _derived("task.contact", T("Identity of the first person of a talk"), d.task_contact, "task"),
        _derived("task.owner", T("Who does it"), d.task_owner, "task"),
        _derived("task.description", T("Outcome and commitments, or the note"), d.task_text, "task"),
    )
}
"""Values that are no field of their own, by name."""


def source(name: str, fields: Mapping[str, FieldSpec] = FIELDS) -> Source | None:
    """The source of a name: a derived value, or a declared field by its path; None where there is none."""
    known = DERIVED.get(name)
    if known is not None:
        return known
    spec = fields.get(name)
    if spec is None or (spec.entity not in (OPPORTUNITY, ACCOUNT, CUSTOM) and spec.entity not in _ENTITIES):
        return None
    return Source(name, spec.ask.label, _ENTITIES.get(spec.entity), _field(spec), spec)


def _field(spec: FieldSpec) -> Callable[[Row], Value]:
    name = spec.name

    def get(row: Row) -> Value:
        holder: Any = row.item
        if spec.entity == OPPORTUNITY:
            holder = row.record.opportunity
        elif spec.entity == ACCOUNT:
            holder = row.record.account
        elif spec.entity == CUSTOM:
            holder = row.record.custom
        elif isinstance(holder, Person):
            holder = holder.part(name)
        value: Value = None if holder is None or isinstance(holder, Reach) else getattr(holder, name)
        return value

    return get
