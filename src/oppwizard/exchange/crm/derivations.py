"""Values that are worked out from several fields of a record."""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from oppwizard.exchange.crm.rows import Row, product_id, sold
from oppwizard.i18n import SOURCE, T
from oppwizard.model.contacts import show_phone
from oppwizard.model.enums import PricingModel, Role, Status
from oppwizard.model.fields import FieldSpec
from oppwizard.model.money import rounded
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem, Note, PlanItem, Touchpoint
from oppwizard.model.record import Person
from oppwizard.process.sizing import (
    YEAR,
    counts_as_recurring,
    plain,
    quantity_in,
    read_tiers,
    year_by_year,
    yearly,
)

_WEIGHT: Final = {role: number for number, role in enumerate(Role)}
"""The roles are declared from the one that decides to the one that only keeps the door."""
_ZERO: Final = Decimal(0)


def open_id(row: Row) -> UUID | None:
    """The opportunity's identity while it is neither won nor lost."""
    return None if row.record.is_closed else row.record.id


def title(row: Row) -> str:
    """The opportunity's name."""
    return row.record.opportunity.name or row.record.opportunity.title


def amount(row: Row) -> Decimal:
    """The one number that stands for the deal; what was agreed once it is won."""
    deal = row.record.opportunity
    if deal.status is Status.WON and deal.closed_amount is not None:
        return deal.closed_amount
    return row.size.amount(row.playbook.sizing.metric)


def stage(row: Row) -> str | None:
    """The sales stage; ``won`` or ``lost`` once the deal is closed."""
    deal = row.record.opportunity
    return str(deal.status) if row.record.is_closed else deal.sales_stage


def close_on(row: Row) -> dt.date | None:
    """The close date; the day of closing once the deal is closed."""
    deal = row.record.opportunity
    return (deal.closed_on if row.record.is_closed else None) or deal.close_on


def started_on(row: Row) -> dt.date | None:
    """The day on which the opportunity came into being, never after the day it closed on."""
    deal = row.record.opportunity
    days = [day for day in (deal.pipeline_on, close_on(row)) if day is not None]
    return min(days) if days else None


def probability(row: Row) -> Decimal | None:
    """The probability in percent, as the end of the deal says once there is one."""
    deal = row.record.opportunity
    ended = {Status.WON: Decimal(100), Status.LOST: _ZERO}
    return ended.get(deal.status, deal.probability)


def next_step(row: Row) -> str | None:
    """The next step with its day and owner, while the deal is open."""
    deal = row.record.opportunity
    if row.record.is_closed or not deal.next_step:
        return None
    said = [str(one) for one in (deal.next_step_on, deal.next_step_owner) if one]
    return f"{deal.next_step} ({', '.join(said)})" if said else deal.next_step


def won_because(row: Row) -> str | None:
    """Why a won deal was won."""
    deal = row.record.opportunity
    return _reason(row, "win_reasons") if deal.status is Status.WON else None


def lost_because(row: Row) -> str | None:
    """Why a lost deal was lost, and to whom."""
    deal = row.record.opportunity
    if deal.status is not Status.LOST:
        return None
    told = [text for text in (_reason(row, "loss_reasons"), deal.lost_to) if text]
    return " / ".join(told) or None


def _reason(row: Row, picks: str) -> str | None:
    said = row.record.opportunity.close_reason
    listed = row.playbook.picks.get(picks)
    return next((str(one) for one in (listed.items if listed else ()) if one.value == said), said)


def primary(row: Row) -> Person | None:
    """The primary contact."""
    return row.record.person(row.record.opportunity.primary_contact_id)


def of_primary(name: str) -> Callable[[Row], str | None]:
    """A field of the primary contact."""

    def get(row: Row) -> str | None:
        person = primary(row)
        return getattr(person.contact, name) if person else None

    return get


def reports_to(row: Row) -> UUID | None:
    """The contact to whom a person reports."""
    above = row.record.person(row.item.stakeholder.reports_to_id)
    return above.contact.id if above and above.contact.id != row.item.contact.id else None


def reach_value(row: Row) -> str:
    """The address, or the number as it is dialled from abroad."""
    return show_phone(row.item.value) if row.item.kind in ("phone", "other") else str(row.item.value)


def role(row: Row) -> Role | None:
    """The weightiest of a person's roles: CRMs have room for one."""
    return min(row.item.roles, key=_WEIGHT.__getitem__, default=None)


def is_primary(row: Row) -> bool:
    """Whether the person is the primary contact."""
    person = primary(row)
    return person is not None and person.contact.id == row.item.contact.id


def product(row: Row) -> UUID | None:
    """The identity of a line's product."""
    return product_id(row.item.sku) if row.item else None


def product_name(row: Row) -> str | None:
    """The product's name: the price list's where it has the product, so that it is the same for every deal."""
    if row.item is None:
        return None
    listed = row.playbook.product(row.item.sku)
    if listed is None:
        written: str | None = row.item.product or row.item.sku
        return written
    names: dict[str, str] = listed.name
    return names.get(SOURCE) or next(iter(names.values()))


def list_price(row: Row) -> Decimal | None:
    """The product's price: the price list's where it has one, else the line's."""
    if row.item is None:
        return None
    known = row.playbook.price_of(row.item.sku, row.record.currency)
    return row.item.unit_price if known is None else known.unit


def quantity(row: Row) -> Decimal | None:
    """The quantity of the first year; a flat fee is sold once."""
    line: LineItem | None = row.item
    if line is None:
        return None
    return Decimal(1) if line.pricing_model is PricingModel.FLAT else quantity_in(line, 1)


def price(row: Row) -> Decimal | None:
    """The unit price at the first year's quantity, before the discount."""
    line: LineItem | None = row.item
    if line is None:
        return None
    found = line.unit_price
    if line.pricing_model is PricingModel.TIERED and line.tiers:
        count = quantity_in(line, 1)
        found = next((cost for least, cost in reversed(read_tiers(line.tiers) or ()) if count >= least), found)
    return found


def share(row: Row) -> Decimal | None:
    """What a line adds to the amount that stands for the deal: the shares add up to it, but for rounding."""
    line: LineItem | None = row.item
    if line is None:
        return None
    metric = row.playbook.sizing.metric
    if metric == "arr" and row.size.arr.value:
        return rounded(yearly(line) if counts_as_recurring(line) else _ZERO, row.record.currency)
    term = row.record.opportunity.term_months or YEAR
    total = sum(year_by_year([line], term, 4), _ZERO)
    years = max(Decimal(term) / YEAR, Decimal(1)) if metric == "acv" and row.size.acv.value else Decimal(1)
    return rounded(total / years, row.record.currency)


def line_text(row: Row) -> str | None:
    """A line's price in words."""
    line: LineItem | None = row.item
    if line is None or line.unit_price is None or line.period is None:
        return None
    told = f"{plain(line.quantity or _ZERO)} × {plain(line.unit_price)} {row.record.currency} {line.period.label}"
    if line.discount:
        told += f", -{plain(line.discount)} %"
    more = [text for text in (line.tiers, line.ramp and f"↗ {line.ramp}") if text]
    return ", ".join([told, *more])


def competitor_name(row: Row) -> str | None:
    """The alternative's name; its kind for one that has none, such as doing nothing."""
    return row.item.name or (str(row.item.kind.label) if row.item.kind else None)


def sizes(row: Row) -> str:
    """The three figures on one line."""
    names = ("arr", "acv", "tcv")
    told = (f"{name.upper()} {plain(row.size.figure(name).value)}" for name in names)
    return f"{row.record.currency} {', '.join(told)}"


def lines(row: Row) -> str | None:
    """The line items in words, one a line."""
    told = (f"{line.sku} {line.product or ''}: {_words(row, line)}" for line in sold(row.record))
    return "\n".join(told) or None


def _words(row: Row, line: LineItem) -> str:
    return line_text(Row(row.record, row.size, row.playbook, line.id, line)) or ""


def people(row: Row) -> str | None:
    """The people in words, one a line."""
    return "\n".join(_person(person) for person in row.record.people if person.name) or None


def _person(person: Person) -> str:
    roles = ", ".join(str(role.label) for role in person.roles)
    return ", ".join(part for part in (person.name, person.contact.title, roles) if part)


def alternatives(row: Row) -> str | None:
    """The alternatives in words, one a line."""
    told = [one.name or (str(one.kind.label) if one.kind else "") for one in row.record.competitors]
    return "\n".join(text for text in told if text) or None


def notes(row: Row) -> str | None:
    """The notes, a blank line between two."""
    return "\n\n".join(note.body for note in row.record.notes if note.body.strip()) or None


def task_kind(row: Row) -> str:
    """What a task is: ``next_step``, a kind of plan item or talk, or ``note``."""
    item = row.item
    if isinstance(item, Opportunity):
        return "next_step"
    if isinstance(item, Note):
        return "note"
    return str(item.kind) if item.kind else "next_action"


def task_subject(row: Row) -> str:
    """What is to be done, or what the talk was about."""
    item = row.item
    if isinstance(item, Opportunity):
        return item.next_step or ""
    if isinstance(item, PlanItem):
        return _pick(row, item.what or "")
    if isinstance(item, Note):
        return str(T("Note by {author}", author=item.author)) if item.author else str(T("Note"))
    return item.subject or (str(item.kind.label) if item.kind else str(T("Talk")))


def _pick(row: Row, said: str) -> str:
    listed = row.playbook.picks.get("milestones")
    return next((str(one) for one in (listed.items if listed else ()) if one.value == said), said)


def task_on(row: Row) -> dt.date | None:
    """The day of a step or talk."""
    item = row.item
    if isinstance(item, Opportunity):
        return item.next_step_on
    if isinstance(item, PlanItem):
        return item.due
    return item.created_at.date() if isinstance(item, Note) else item.on


def task_state(row: Row) -> str:
    """Talks and notes are done; steps are open while the deal is."""
    done = isinstance(row.item, Touchpoint | Note) or row.record.is_closed
    return "done" if done else "open"


def task_contact(row: Row) -> UUID | None:
    """The contact of the first person of a talk."""
    if not isinstance(row.item, Touchpoint):
        return None
    found = (row.record.person(one) for one in row.item.people)
    return next((person.contact.id for person in found if person), None)


def task_owner(row: Row) -> str | None:
    """Who does it: whoever the step names, else the owner of the deal."""
    item: Any = row.item
    named = item.next_step_owner if isinstance(item, Opportunity) else getattr(item, "owner", None)
    return named or row.record.opportunity.owner


def task_text(row: Row) -> str | None:
    """The outcome and commitments of a talk, or a note's text."""
    if isinstance(row.item, Note):
        return row.item.body
    if not isinstance(row.item, Touchpoint):
        return None
    return "\n".join(text for text in (row.item.outcome, row.item.commitments) if text) or None


def labelled(pairs: Iterable[tuple[str, str]]) -> str | None:
    """Answers as "label: answer", a line each; an answer of several lines stands below its label."""
    told = (f"{label}:\n{text}" if "\n" in text else f"{label}: {text}" for label, text in pairs)
    return "\n".join(told) or None


def spoken(spec: FieldSpec | None, value: Any, row: Row) -> str:
    """A value in words, as a person reads it."""
    if spec is not None and spec.ask.picks and isinstance(value, str):
        items = row.playbook.pick_list(spec.ask.picks).items
        return next((str(one) for one in items if one.value == value), value)
    if isinstance(value, list):
        return ", ".join(spoken(None, one, row) for one in value)
    if isinstance(value, bool):
        return str(T("yes")) if value else str(T("no"))
    if isinstance(value, Decimal):
        return plain(value)
    return str(getattr(value, "label", value))
