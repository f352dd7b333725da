"""What is worth telling somebody of a record, and in which words (A4)."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from oppwizard.i18n import T, Text, given, said_in
from oppwizard.model.enums import PlanKind, Stage, Status, TeamRole
from oppwizard.model.money import show_money
from oppwizard.model.notices import Event
from oppwizard.model.record import Record
from oppwizard.model.text import fold, visible
from oppwizard.playbook import Playbook
from oppwizard.playbook.notifying import PLACE, NotifyRule

STANDING: Final = frozenset({Event.TECHNICAL, Event.APPROVAL})
"""Events that follow from how a record stands, not from what was done to it."""
_LONGEST_VALUE: Final = 300


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event of a record.

    Attributes:
        about: what tells it from another event of the same sort: a day, a row, a packet.
        detail: what there is to say of it.
        people: those whom rules may name by a role, beside those whom every record names.
    """

    event: Event
    about: str
    detail: Text | None = None
    people: Mapping[str, str] = field(default_factory=dict)


def standing(record: Record, amount: Decimal | None, playbook: Playbook, today: dt.date) -> Iterator[Occurrence]:
    """What follows from how a record stands: technical work, approval. Drafts count once they are past scoping.

    Args:
        amount: the figure that stands for the deal.
    """
    deal = record.opportunity
    if deal.status is Status.CREATED or (deal.status is Status.DRAFT and deal.stage > Stage.SCOPING):
        yield from _technical(record, playbook, today)
        yield from _approval(record, amount, playbook)


def _technical(record: Record, playbook: Playbook, today: dt.date) -> Iterator[Occurrence]:
    for member in record.team:
        if member.role is TeamRole.SALES_ENGINEER and member.name and not member.not_needed_because:
            detail = T("The deal needs a sales engineer: {name}", name=_flat(member.name))
            yield Occurrence(Event.TECHNICAL, f"se:{fold(member.name)[:100]}", detail)
    wanted = _milestones(playbook)
    for step in record.plan:
        if (
            step.kind is PlanKind.MILESTONE
            and fold(step.what or "") in wanted
            and (step.due is None or step.due >= today)
        ):
            what = str(step.what) if step.due is None else f"{step.what}, {step.due.isoformat()}"
            yield Occurrence(Event.TECHNICAL, f"plan:{step.id}", T("Planned: {step}", step=_flat(what)))


def _milestones(playbook: Playbook) -> set[str]:
    """The folded names of technical milestones: the values, and what they are called in any language."""
    values = {fold(name) for name in playbook.notify.technical_milestones}
    picks = playbook.picks.get("milestones")
    known = [item for item in picks.items if fold(item.value) in values] if picks else []
    return values | {fold(label) for item in known for label in item.label.values()}


def _approval(record: Record, amount: Decimal | None, playbook: Playbook) -> Iterator[Occurrence]:
    """One event for all reasons together; another reason makes it another event."""
    reasons = dict(_reasons(record, amount, playbook))
    if not reasons:
        return
    detail: Text | None = None
    for reason in reasons.values():
        detail = reason if detail is None else T("{first}; {second}", first=detail, second=reason)
    yield Occurrence(Event.APPROVAL, "+".join(sorted(reasons)), detail)


def _reasons(record: Record, amount: Decimal | None, playbook: Playbook) -> Iterator[tuple[str, Text]]:
    limits = playbook.notify.approval
    deepest = max((line.discount for line in record.lines if line.discount is not None), default=None)
    if deepest is not None and limits.discount_over is not None and deepest > limits.discount_over:
        yield "discount", T("Discount {discount} %, more than {limit} %", discount=deepest, limit=limits.discount_over)
    budget = record.opportunity.budget_status
    if budget in limits.budget:
        yield "budget", T("Budget: {status}", status=budget.label)
    if amount is not None and reaches(amount, limits.from_amount, record.currency, playbook):
        yield "amount", T("The amount reaches {limit}", limit=_limit(limits.from_amount, record.currency, playbook))


def _limit(limit: Decimal | None, currency: str, playbook: Playbook) -> str:
    return f"{currency} {playbook.scaled(limit or Decimal(0), currency).normalize():,f}".strip()


def reaches(amount: Decimal | None, limit: Decimal | None, currency: str, playbook: Playbook) -> bool:
    """Whether an amount reaches a limit of the playbook; without a limit nothing does."""
    return limit is not None and amount is not None and amount >= playbook.scaled(limit, currency)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the conditions of rules look at."""

    owner: str | None
    team: str
    amount: Decimal | None
    currency: str


def subject(record: Record, amount: Decimal | None) -> Subject:
    """A record as the conditions of rules see it."""
    return Subject(record.opportunity.owner, record.opportunity.team, amount, record.currency)


def applies(rule: NotifyRule, event: Event, deal: Subject, playbook: Playbook) -> bool:
    """Whether a rule tells somebody of an event of a deal."""
    if event not in rule.on:
        return False
    if rule.from_amount is not None and not reaches(deal.amount, rule.from_amount, deal.currency, playbook):
        return False
    return _among(deal.owner, rule.owners) and _among(deal.team, rule.teams)


def _among(name: str | None, names: tuple[str, ...]) -> bool:
    return not names or fold(name or "") in {fold(one) for one in names}


def named(record: Record, told: Occurrence) -> dict[str, str]:
    """Whom the roles mean that a rule may send to; those of nobody are empty."""
    deal = record.opportunity
    engineers = [one.name for one in record.team if one.role is TeamRole.SALES_ENGINEER and one.name]
    return {
        "@owner": deal.owner or deal.created_by,
        "@manager": deal.manager or "",
        "@se": engineers[0] if engineers else "",
        "@next_step_owner": deal.next_step_owner or "",
        "@receiver": "",
        "@sender": "",
        **told.people,
    }


def facts(record: Record, told: Occurrence, amount: Decimal | None, who: str, code: str) -> dict[str, str]:
    """What stands in the places of a template, in a language."""
    deal = record.opportunity
    stage = Stage(min(max(deal.stage, 1), len(Stage)))
    found = {
        "event": said_in(told.event.label, code),
        "detail": "" if told.detail is None else said_in(told.detail, code),
        "title": deal.name or record.account.name,
        "account": record.account.name,
        "amount": show_money(amount, record.currency, code) if amount and record.currency else "",
        "close_on": deal.close_on.isoformat() if deal.close_on else "",
        "stage": said_in(stage.label, code),
        "status": said_in(deal.status.label, code),
        "owner": deal.owner,
        "manager": deal.manager,
        "team": deal.team,
        "next_step": deal.next_step,
        "next_step_owner": deal.next_step_owner,
        "next_step_on": deal.next_step_on.isoformat() if deal.next_step_on else "",
        "who": who,
        "id": record.id.hex[-8:],
    }
    return {name: _flat(value or "") for name, value in found.items()}


def _flat(text: str) -> str:
    """A value on one line that no terminal acts on, and that is no longer than a message can bear."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= _LONGEST_VALUE else f"{line[: _LONGEST_VALUE - 1]}…"


def filled(template: str, values: Mapping[str, str]) -> str:
    """A template with its places filled in; what a value looks like is never looked at again."""
    return PLACE.sub(lambda place: values.get(place[1], place[0]), template)


_TITLE: Final = T("{event}: {title}")
_LINES: Final = (
    (("detail",), T("{detail}")),
    (("account",), T("Account: {account}")),
    (("amount",), T("Amount: {amount}")),
    (("close_on",), T("Close date: {close_on}")),
    (("owner",), T("Owner: {owner}")),
    (("next_step", "next_step_on"), T("Next step: {next_step} ({next_step_on})")),
    (("who",), T("By: {who}")),
    (("id",), T("Record: {id}")),
)
"""The program's own words: a line for everything that is known."""


def worded(rule: NotifyRule, values: Mapping[str, str], code: str) -> tuple[str, str]:
    """Head and text of a message in a language."""
    title = said_in(given(rule.title) if rule.title else _TITLE, code)
    if rule.text:
        return filled(title, values), filled(said_in(given(rule.text), code), values)
    lines = [said_in(line, code) for names, line in _LINES if all(values[name] for name in names)]
    return filled(title, values), "\n".join(filled(line, values) for line in lines)
