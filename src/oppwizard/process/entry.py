"""The one way in and out for values: a text becomes a value of its field's type, a value a text to be shown.

Forms, prompts, commands and imports all come through `read` or `accept`, so that no face can store what another
would refuse. What `show` writes, `read` takes back.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T, language
from oppwizard.model.ask import Kind
from oppwizard.model.contacts import show_phone
from oppwizard.model.dates import show_date
from oppwizard.model.fields import ACCOUNT, CUSTOM, FieldSpec
from oppwizard.model.money import currencies, parse_money, show_money
from oppwizard.model.record import Record, plainly
from oppwizard.model.text import fold
from oppwizard.playbook import PickList, Playbook
from oppwizard.playbook.values import (
    accept as accept,
    choose as choose,
    meant,
    names_of as names_of,
    only_one,
    parts_of,
    picked as picked,
    refuse_unstorable,
)
from oppwizard.process.required import shortened
from oppwizard.process.sizing import plain


class UnknownPerson(ValueProblem):
    """A name that none of the record's people has.

    Attributes:
        name: the name as typed.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            T("Nobody on this record is called “{name}”", name=shortened(name)), T("Add the person first.")
        )
        self.name = name


class Reader:
    """Reads texts into values, for one record."""

    def __init__(self, record: Record, playbook: Playbook, today: dt.date) -> None:
        self.record = record
        self.playbook = playbook
        self.today = today

    def read(self, spec: FieldSpec, text: str) -> Any:
        """The value a text means in a field; None or an empty list for a blank text.

        Raises:
            ValueProblem: what is wrong with it, and what would be right.
            UnknownPerson: a person's name that is not on the record.
        """
        refuse_unstorable(text)
        kind = spec.ask.kind
        if kind in (Kind.LINE, Kind.LONG, Kind.ACCOUNT):
            return accept(spec, text or None)
        if not text.strip():
            return spec.empty
        return accept(spec, self._typed(spec, text))

    def _typed(self, spec: FieldSpec, text: str) -> Any:
        readers: Mapping[Kind, Callable[[], Any]] = {
            Kind.MONEY: lambda: self._money(spec, text),
            Kind.PERSON: lambda: self._person(text),
            Kind.PEOPLE: lambda: list(dict.fromkeys(self._person(part) for part in parts_of(text))),
        }
        reader = readers.get(spec.ask.kind)
        return reader() if reader else meant(spec, text, self.playbook, self.today)

    def _money(self, spec: FieldSpec, text: str) -> Decimal:
        if spec.entity == ACCOUNT:  # revenue keeps the currency that it is given in
            return parse_money(text, self.record.account.revenue_currency or self.record.currency or None).value
        return self.amount(text)

    def amount(self, text: str) -> Decimal:
        """An amount in the deal's currency.

        Raises:
            ValueProblem: it is none, or in another currency.
        """
        own = self.record.currency
        amount = parse_money(text, own or None)
        if own and amount.currency and amount.currency != own:
            raise ValueProblem(
                T("“{text}” is in {other}, the deal is in {own}", text=text, other=amount.currency, own=own),
                T("Give it in {own}, or change the deal's currency.", own=own),
            )
        return amount.value

    def _person(self, text: str) -> UUID:
        wanted = fold(text)
        named = [(person.id, (person.name, str(person.id))) for person in self.record.people if person.name]
        exact = next((row_id for row_id, names in named if wanted in map(fold, names)), None)
        found = exact or only_one(text, named, exact=False)
        if found is None:
            raise UnknownPerson(" ".join(text.split()))
        return found


def implied_currency(text: str) -> str | None:
    """The currency that a money text names itself, if it does: it becomes the deal's where none is set."""
    try:
        return parse_money(text).currency
    except ValueProblem:
        return None


def options(spec: FieldSpec, record: Record, playbook: Playbook) -> list[tuple[str, str]]:
    """What a field can be chosen from, as (what to enter, what to show); empty for free fields."""
    if spec.choices is not None:
        return [(str(member.label), str(member.label)) for member in spec.choices]
    if spec.ask.kind is Kind.PICK:
        items = playbook.pick_list(spec.ask.picks or "").items
        return [
            (str(item), str(item)) if not _is_code(spec) else (item.value, f"{item.value}  {item}") for item in items
        ]
    if spec.ask.kind is Kind.YES_NO:
        return [(str(T("yes")), str(T("yes"))), (str(T("no")), str(T("no")))]
    if spec.ask.kind is Kind.CURRENCY:
        return [(code, code) for code in currencies()]
    if spec.ask.kind in (Kind.PERSON, Kind.PEOPLE):
        return [(person.name, person.name) for person in record.people if person.name]
    return []


def show(spec: FieldSpec, value: Any, record: Record, playbook: Playbook) -> str:
    """A value as a person reads it, in the language in use; `Reader.read` takes it back."""
    if value is None or value == []:
        return ""
    writers: Mapping[Kind, Callable[[], str]] = {
        Kind.CHOICE: lambda: str(value.label),
        Kind.CHOICES: lambda: ", ".join(str(member.label) for member in value),
        Kind.PICK: lambda: _show_pick(spec, value, playbook),
        Kind.MONEY: lambda: _show_money(spec, value, record),
        Kind.DATE: lambda: show_date(value, language()),
        Kind.TIME: lambda: f"{value:%H:%M}",
        Kind.INTEGER: lambda: f"{value:,}",
        Kind.DECIMAL: lambda: plain(value),
        Kind.PERCENT: lambda: plain(value),
        Kind.YES_NO: lambda: str(T("yes")) if value else str(T("no")),
        Kind.PERSON: lambda: _name(record, value),
        Kind.PEOPLE: lambda: ", ".join(_name(record, one) for one in value),
        Kind.PHONE: lambda: show_phone(value),
    }
    writer = writers.get(spec.ask.kind)
    return writer() if writer else str(value)


def worded_answer(spec: FieldSpec, value: Any, record: Record, playbook: Playbook) -> str:
    """As `show`, for a value as its column holds it: of the organisation's own fields as the log has them."""
    if spec.entity != CUSTOM or value is None:
        return show(spec, value, record, playbook)
    try:
        return show(spec, spec.adapter.validate_python(value), record, playbook)
    except ValidationError:
        return plainly(value, record)


def _show_pick(spec: FieldSpec, value: str, playbook: Playbook) -> str:
    if _is_code(spec):
        return value
    return show_picked(playbook.pick_list(spec.ask.picks or ""), value)


def show_picked(listed: PickList, value: str) -> str:
    """What a pick list calls a value, in the language in use; a value that is not in it stands for itself."""
    return next((str(item) for item in listed.items if item.value == value), value)


def _show_money(spec: FieldSpec, value: Decimal, record: Record) -> str:
    currency = record.currency
    if spec.path == "account.annual_revenue":
        currency = record.account.revenue_currency or currency
    return show_money(value, currency, language()) if currency else plain(value)


def _name(record: Record, person_id: UUID) -> str:
    person = record.person(person_id)
    return person.name if person else ""


def _is_code(spec: FieldSpec) -> bool:
    return spec.ask.picks == "products"


def _schema_type(spec: FieldSpec) -> Any:
    if spec.choices is not None:
        return [member.value for member in spec.choices]
    return spec.ask.kind.name.lower()
