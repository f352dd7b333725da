"""The rules every declared field has: it is there, it says something, and what was typed could be read."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from oppwizard.i18n import T, Text
from oppwizard.model.ask import Kind, Need
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ACCOUNT, FIELDS, OPPORTUNITY, ROW_KINDS, FieldSpec
from oppwizard.model.findings import Address, Finding, address
from oppwizard.model.money import digits, fits
from oppwizard.model.record import Person
from oppwizard.process.case import Case, block, hint
from oppwizard.process.wording import is_blank, is_placeholder


@lru_cache(maxsize=8)
def _singles(stage: Stage) -> tuple[FieldSpec, ...]:
    return tuple(s for s in FIELDS.values() if s.entity in (OPPORTUNITY, ACCOUNT) and s.ask.stage is stage)


@lru_cache(maxsize=64)
def _columns(kind: str, stage: Stage) -> tuple[FieldSpec, ...]:
    return tuple(s for s in FIELDS.values() if s.entity == kind and s.ask.stage is stage)


def declared(case: Case, stage: Stage) -> Iterator[Finding]:
    """Judge every field that belongs to a stage by its own declaration."""
    record = case.record
    for spec in _singles(stage):
        holder: Any = record.account if spec.entity == ACCOUNT else record.opportunity
        yield from _judge(case, spec, Address(spec.entity, spec.name), getattr(holder, spec.name), None)
    for kind in ROW_KINDS:
        columns = _columns(kind, stage)
        for number, row in enumerate(record.rows(kind) if columns else (), start=1):
            for spec in columns:
                holder = row.part(spec.name) if isinstance(row, Person) else row
                at = Address(kind, spec.name, row.id)
                yield from _judge(case, spec, at, getattr(holder, spec.name), number)
    yield from _unreadable(case, stage)


def _judge(case: Case, spec: FieldSpec, at: Address, value: Any, number: int | None) -> Iterator[Finding]:
    ask = spec.ask
    if is_missing(value):
        if ask.need is not Need.OPTIONAL and str(at) not in case.record.pending:
            yield _missing(spec, at, number)
    elif spec.is_text and ask.wording and is_placeholder(value, case.playbook.wording, ask.label):
        label = _named(spec, number)
        yield block(
            "placeholder",
            ask.requirement,
            ask.stage,
            at,
            T("{field}: “{text}” says nothing", field=label, text=shortened(value)),
            T("Write what is known, or leave it empty until it is."),
        )
    elif ask.kind is Kind.MONEY and spec.name != "unit_price":
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


def _unreadable(case: Case, stage: Stage) -> Iterator[Finding]:
    for place, text in case.record.pending.items():
        at = address(place)
        spec = at.spec
        if spec is not None and spec.ask.stage is stage:
            yield block(
                "unreadable",
                spec.ask.requirement,
                stage,
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


def shortened(text: str, width: int = 40) -> str:
    """The beginning of a text, for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"
