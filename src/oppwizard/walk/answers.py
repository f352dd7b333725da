"""What providers say, as values of the fields that they speak of: nothing is believed about its type (A6)."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from oppwizard.enrichment import Answer
from oppwizard.errors import ValueProblem
from oppwizard.i18n import T
from oppwizard.model.ask import Kind
from oppwizard.model.fields import FieldSpec
from oppwizard.model.money import parse_currency, parse_money
from oppwizard.playbook import Playbook
from oppwizard.process.entry import Reader, accept
from oppwizard.process.wording import is_placeholder

_NUMBERS: Final = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT)
_TEXTS: Final = (Kind.LINE, Kind.LONG, Kind.PICK, Kind.ACCOUNT, Kind.EMAIL, Kind.PHONE, Kind.CHOICES)


def read(reader: Reader, spec: FieldSpec, answer: Answer) -> tuple[Any, str]:
    """The value of a field that a provider means, and its currency if it is an amount that has one.

    Raises:
        ValueProblem: the field does not take it: another type, out of bounds, nobody of that name.
    """
    raw = answer.value
    if isinstance(raw, list | tuple):
        raw = _joined(spec, raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and spec.ask.kind in _TEXTS:
        raw = str(raw)
    if isinstance(raw, str):
        return _read_text(reader, spec, raw, answer.currency)
    if isinstance(raw, float):
        raw = _decimal(spec, raw)
    fits = spec.ask.kind is Kind.YES_NO if isinstance(raw, bool) else spec.ask.kind in _NUMBERS
    if not isinstance(raw, bool | int | Decimal) or not fits:
        raise _misfit(spec, raw)
    currency = parse_currency(answer.currency) if spec.ask.kind is Kind.MONEY and answer.currency else ""
    return accept(spec, raw), currency


def _read_text(reader: Reader, spec: FieldSpec, text: str, currency: str) -> tuple[Any, str]:
    plain = text.strip() if spec.ask.kind is Kind.LONG else " ".join(text.split())
    if spec.ask.kind is not Kind.MONEY or not plain:
        return reader.read(spec, plain), ""
    amount = parse_money(plain, parse_currency(currency) if currency else None)
    named = amount.currency or (parse_currency(currency) if currency else "")
    return accept(spec, amount.value), named


def _joined(spec: FieldSpec, parts: Sequence[Any]) -> str:
    if spec.ask.kind not in _TEXTS or not all(isinstance(part, str | int) for part in parts):
        raise _misfit(spec, parts)
    return ("\n" if spec.ask.kind is Kind.LONG else ", ").join(str(part).strip() for part in parts)


def _decimal(spec: FieldSpec, number: float) -> Decimal:
    found = Decimal(str(number))
    if not found.is_finite():
        raise _misfit(spec, number)
    return found


def _misfit(spec: FieldSpec, raw: object) -> ValueProblem:
    return ValueProblem(
        T("a {type} is no value of it", type=type(raw).__name__), T("It takes: {type}", type=spec.ask.kind.name.lower())
    )


def says_nothing(spec: FieldSpec, value: Any, playbook: Playbook) -> bool:
    """Whether a value is none, or only holds a place: "n/a", "unknown"."""
    if value in (None, "", []):
        return True
    return isinstance(value, str) and spec.is_text and is_placeholder(value, playbook.wording, spec.ask.label)


def percent_of(said: Any) -> int | None:
    """A confidence in percent: a share from 0 to 1, or percent already; None for anything else."""
    if isinstance(said, bool) or not isinstance(said, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(said).removesuffix("%").strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    percent = number * 100 if 0 <= number <= 1 else number
    return int(percent) if 0 <= percent <= 100 else None


def day_of(said: Any) -> dt.date | None:
    """The day that an answer is of; None where it is none."""
    if isinstance(said, dt.date):
        return said.date() if isinstance(said, dt.datetime) else said
    text = str(said or "")
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
