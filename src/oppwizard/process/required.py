"""The rules every declared field has: it is there, it says something, and what was typed could be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.i18n import T, Text
from oppwizard.model.ask import Kind, Need
from oppwizard.model.enums import Stage
from oppwizard.model.fields import (
    ACCOUNT,
    CUSTOM,
    FIELDS,
    OPPORTUNITY,
    ROW_KINDS,
    FieldSpec,
    of_fields,
)
from oppwizard.model.findings import Address, Finding, address
from oppwizard.model.money import digits, fits
from oppwizard.model.record import Person
from oppwizard.model.text import shortened as shortened
from oppwizard.process.case import Case, block, hint, warn
from oppwizard.process.wording import is_blank, is_placeholder

_JUDGED_ELSEWHERE: Final = ("sales_stages", "products")
"""Lists that rules of their own look at."""


@dataclass(frozen=True, slots=True)
class _Check:
    """A field with what its declaration demands, worked out once: gates run after every key."""

    spec: FieldSpec
    name: str
    needed: bool
    worded: bool
    money: bool
    picks: str | None


def _check(spec: FieldSpec) -> _Check:
    ask = spec.ask
    return _Check(
        spec,
        spec.name,
        needed=ask.need is not Need.OPTIONAL,
        worded=spec.is_text and ask.wording,
        money=ask.kind is Kind.MONEY and spec.path != "lines.unit_price",
        picks=ask.picks if ask.kind is Kind.PICK and ask.picks not in _JUDGED_ELSEWHERE else None,
    )


@of_fields
def _checks(stage: Stage, model: type[SQLModel]) -> tuple[_Check, ...]:
    return tuple(_check(s) for s in FIELDS.values() if s.model is model and s.ask.stage is stage)


def declared(case: Case, stage: Stage) -> Iterator[Finding]:
    """Judge every field that belongs to a stage by its own declaration."""
    record = case.record
    yield from _of_row(case, stage, record.account, ACCOUNT, None, None)
    yield from _of_row(case, stage, record.opportunity, OPPORTUNITY, None, None)
    yield from _of_row(case, stage, record.custom, CUSTOM, None, None)
    yield from _of_another_time(case, stage)
    for kind in ROW_KINDS:
        for number, row in enumerate(record.rows(kind), start=1):
            for part in (row.contact, row.stakeholder) if isinstance(row, Person) else (row,):
                yield from _of_row(case, stage, part, kind, row.id, number)
    yield from _unreadable(case, stage)


def _of_row(
    case: Case, stage: Stage, row: SQLModel, entity: str, row_id: UUID | None, number: int | None
) -> Iterator[Finding]:
    """Judge the fields of one stored row; its values are read off the instance, past SQLAlchemy's attributes."""
    values = vars(row)
    for check in _checks(stage, type(row)):
        value = values.get(check.name)
        if not _is_fine(case, check, value):
            yield from _judge(case, check, Address(entity, check.name, row_id), value, number)


def _is_fine(case: Case, check: _Check, value: Any) -> bool:
    """Whether there is nothing to say of a value: said of nearly all, and after every key."""
    if is_missing(value):
        return not check.needed
    return (
        not check.money
        and _is_listed(case, check, value)
        and not (check.worded and is_placeholder(value, case.playbook.wording, check.spec.ask.label))
    )


def _is_listed(case: Case, check: _Check, value: Any) -> bool:
    return check.picks is None or case.playbook.pick_list(check.picks).takes(value)


def _judge(case: Case, check: _Check, at: Address, value: Any, number: int | None) -> Iterator[Finding]:
    spec = check.spec
    ask = spec.ask
    if is_missing(value):
        if case.record.unread_at(at) is None:
            yield _missing(spec, at, number)
    elif check.worded and is_placeholder(value, case.playbook.wording, ask.label):
        label = _named(spec, number)
        yield block(
            "placeholder",
            ask.requirement,
            ask.stage,
            at,
            T("{field}: “{text}” says nothing", field=label, text=shortened(value)),
            T("Write what is known, or leave it empty until it is."),
        )
    elif not _is_listed(case, check, value):
        yield warn(
            "pick.unlisted",
            ask.requirement,
            ask.stage,
            at,
            T("{field}: “{text}” is not in the list", field=_named(spec, number), text=shortened(value)),
            T(
                "Choose one of: {choices}",
                choices=", ".join(map(str, case.playbook.pick_list(check.picks or "").items)),
            ),
        )
    elif check.money:
        currency = (spec.entity == ACCOUNT and case.record.account.revenue_currency) or case.record.currency
        if currency and not fits(value, currency):
            yield _too_fine(currency, spec, at, number)


def _missing(spec: FieldSpec, at: Address, number: int | None) -> Finding:
    say = block if spec.ask.need is Need.REQUIRED else hint
    return say(
        "missing" if spec.ask.need is Need.REQUIRED else "recommended",
        spec.ask.requirement,
        spec.ask.stage,
        at,
        T("{field} is missing", field=_named(spec, number)),
        T("Fill it in; the coach beside it says what is needed and how to ask."),
    )


def _too_fine(currency: str, spec: FieldSpec, at: Address, number: int | None) -> Finding:
    return block(
        "money.digits",
        "Z6",
        spec.ask.stage,
        at,
        T("{field} has more decimals than {currency} knows", field=_named(spec, number), currency=currency),
        T("{currency} has {digits} decimals.", currency=currency, digits=digits(currency)),
    )


def _of_another_time(case: Case, stage: Stage) -> Iterator[Finding]:
    """Answers that were given when their field was another one: kept, and to be mended."""
    for name in case.record.misfits:
        at = Address(CUSTOM, name)
        spec = at.spec
        if spec is not None and spec.ask.stage is stage and str(at) not in case.record.pending:
            yield _cannot_be_read(spec, at, case.record.unread_at(at) or "")


def _unreadable(case: Case, stage: Stage) -> Iterator[Finding]:
    for place, text in case.record.unread.items():
        at = address(place)
        spec = at.spec
        if spec is not None and spec.ask.stage is stage:
            yield _cannot_be_read(spec, at, text)


def _cannot_be_read(spec: FieldSpec, at: Address, text: str) -> Finding:
    return block(
        "unreadable",
        spec.ask.requirement,
        spec.ask.stage,
        at,
        T("{field}: “{text}” cannot be read", field=spec.ask.label, text=shortened(text)),
        T("Correct it; the field says what it takes."),
    )


def _named(spec: FieldSpec, number: int | None) -> Text:
    if number is None:
        return spec.ask.label
    return T("{row} {number}, {field}", row=ROW_KINDS[spec.entity].one, number=number, field=spec.ask.label)


def is_missing(value: Any) -> bool:
    """Whether a value is no answer: None, an empty list, or a text in which nothing can be read."""
    if isinstance(value, str):
        return is_blank(value)
    return value is None or value == []
