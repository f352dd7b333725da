"""A record that only the trial knows: changed in memory, and put back as it was."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from oppwizard.checks.score import total
from oppwizard.errors import ValueProblem
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.ask import Kind
from oppwizard.model.base import utc_now
from oppwizard.model.choice import Choice
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.custom import Custom, answered
from oppwizard.model.enums import RiskCategory, Stage, Status, TeamRole
from oppwizard.model.fields import ACCOUNT, ROW_KINDS, fields_of
from oppwizard.model.findings import Address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Risk, TeamMember
from oppwizard.model.record import Person, Record
from oppwizard.playbook import Playbook
from oppwizard.process.case import Case
from oppwizard.process.entry import Reader, implied_currency

MOST_ROWS: Final = 100
"""So many rows of a kind a trial makes at most."""


@dataclass(frozen=True, slots=True)
class Change:
    """An attribute that was given another value."""

    holder: Any
    name: str
    old: Any
    new: Any


class Draft:
    """A record on trial, and every change that was made to it.

    Attributes:
        until: the stage it is in; what later ones ask is not answered.
    """

    def __init__(self, playbook: Playbook, today: dt.date) -> None:
        account = Account()
        deal = Opportunity(account_id=account.id, currency=playbook.home_currency)
        self.record = Record(deal, account)
        self.record.team = [TeamMember(opportunity_id=deal.id, role=role) for role in TeamRole]
        self.record.risks = [Risk(opportunity_id=deal.id, category=category) for category in RiskCategory]
        self.playbook, self.today = playbook, today
        self.until = Stage.QUALIFICATION
        self._done: list[Change] = []
        self._reader = Reader(self.record, playbook, today)

    @property
    def case(self) -> Case:
        """The record as its gates see it."""
        return Case(self.record, self.playbook, self.today, scorer=total)

    # Back and forth

    @property
    def mark(self) -> int:
        """Where in the changes one stands, to come back to."""
        return len(self._done)

    def since(self, mark: int) -> tuple[Change, ...]:
        """What was changed since."""
        return tuple(self._done[mark:])

    def back(self, mark: int) -> None:
        """Undo what was changed since."""
        while len(self._done) > mark:
            change = self._done.pop()
            setattr(change.holder, change.name, change.old)

    def again(self, changes: tuple[Change, ...]) -> None:
        """Do again what was undone; the record is as it was then."""
        for change in changes:
            setattr(change.holder, change.name, change.new)
            self._done.append(change)

    def _put(self, holder: Any, name: str, value: Any) -> bool:
        old = getattr(holder, name)
        if old == value and type(old) is type(value):
            return False
        self.again((Change(holder, name, old, value),))
        return True

    # Steps

    def answer(self, at: Address, text: str) -> bool:
        """Answer a field as a person would type it; whether that changed anything."""
        spec, holder = at.spec, self.record.holder(at)
        if spec is None or holder is None or spec.ask.stage > self.until:
            return False
        try:
            value = self._reader.read(spec, text)
        except ValueProblem:
            return False
        if isinstance(holder, Custom):
            deal = self.record.opportunity
            return self._put(deal, "custom", answered(deal.custom, type(holder), at.name, value))
        if spec.ask.kind is Kind.MONEY and at.entity == ACCOUNT and value is not None:
            self._put(holder, "revenue_currency", implied_currency(text) or self.record.currency)
        return self._put(holder, at.name, value)

    def add(self, kind: str, values: dict[str, str]) -> Any:
        """Add a row of a kind with some answers; None where there are too many already."""
        rows = self.record.rows(kind)
        if len(rows) >= MOST_ROWS:
            return None
        row = self._made(kind)
        self._put(self.record, kind, [*rows, row])
        for name, text in values.items():
            self.answer(Address(kind, name, row.id), text)
        return row

    def _made(self, kind: str) -> Any:
        deal = self.record.opportunity
        if kind != "people":
            return ROW_KINDS[kind].models[0](opportunity_id=deal.id)
        contact = Contact(account_id=deal.account_id)
        return Person(contact, Stakeholder(opportunity_id=deal.id, contact_id=contact.id))

    def remove(self, kind: str, row: Any) -> None:
        """Take a row away, and what refers to it."""
        self._put(self.record, kind, [one for one in self.record.rows(kind) if one.id != row.id])
        if kind != "people":
            return
        for spec, holder in list(self.record.referring()):
            value = getattr(holder, spec.name)
            kept = [one for one in value if one != row.id] if isinstance(value, list) else value
            kept = None if kept == row.id else kept
            if isinstance(holder, Custom):
                deal = self.record.opportunity
                self._put(deal, "custom", answered(deal.custom, type(holder), spec.name, kept))
            else:
                self._put(holder, spec.name, kept)

    def create(self) -> None:
        """Let it be an opportunity."""
        deal = self.record.opportunity
        self._put(deal, "status", Status.CREATED)
        self._put(deal, "pipeline_on", self.today)
        self._put(deal, "pipeline_at", utc_now())

    # Answers as texts

    def texts_of(self, kind: str, row: Any) -> dict[str, str]:
        """The answers of a row, as they would be typed."""
        found = {}
        for spec in fields_of(kind):
            holder = row.part(spec.name) if isinstance(row, Person) else row
            found[spec.name] = typed(getattr(holder, spec.name))
        return {name: text for name, text in found.items() if text}


def typed(value: Any) -> str:
    """A value as it would be typed."""
    match value:
        case None:
            return ""
        case bool():
            return str(T("yes")) if value else str(T("no"))
        case Choice():
            return str(value.value)
        case list():
            return ", ".join(map(typed, value))
        case dt.time():
            return f"{value:%H:%M}"
        case dt.date():
            return value.isoformat()
        case int() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case UUID():
            return str(value)
    return str(value)
