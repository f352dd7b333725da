"""A record as a document: an object of plain values that JSON can hold, exact to the last digit.

The columns come from the models. What other columns say already (search keys, lists' summaries, the standing of
accounts and people, references to the rows around it) is left out, and so is what is not answered.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.tables import PARTS, values_of
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import Stage, Status
from oppwizard.model.fields import CUSTOM, fields_of
from oppwizard.model.opportunity import WORKED_OUT, Opportunity
from oppwizard.model.record import Record
from oppwizard.process.scoping import measured
from oppwizard.process.sizing import Figure, Size
from oppwizard.walk import Walk

FORMAT: Final = "oppwizard.record"
MANY: Final = "oppwizard.records"
VERSION: Final = 1
OTHER: Final = "custom_other"
"""Where answers stand that are no value of their field: they were given when it was another one."""
FIGURES: Final = ("arr", "acv", "tcv")
_IMPLIED: Final[Mapping[type[SQLModel], frozenset[str]]] = {
    Opportunity: WORKED_OUT | {"account_id", CUSTOM},
    Account: frozenset({"standing", "name_key", "dba_key"}),
    Contact: frozenset({"standing", "account_id"}),
    Stakeholder: frozenset({"opportunity_id", "contact_id"}),
}
_OF_PART: Final = frozenset({"opportunity_id"})
_UNSAFE: Final = re.compile("[\x7f-\x9f\u2028\u2029]")
"""What JSON allows in a text, but terminals run and line readers take for the end of a line."""


@lru_cache(maxsize=32)
def columns(model: type[SQLModel]) -> tuple[str, ...]:
    """The columns of a class that a document has, in the order of declaration."""
    implied = _IMPLIED.get(model, _OF_PART)
    return tuple(name for name in model.model_fields if name not in implied)


def to_document(record: Record, walk: Walk) -> dict[str, Any]:
    """A whole record as an object of texts, numbers (int and Decimal), booleans, lists and objects."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "opportunity": _object(record.opportunity),
        "account": _object(record.account),
    }
    document |= {key: held for key, held in ((CUSTOM, own_answers(record)), (OTHER, dict(record.misfits))) if held}
    people = [{"contact": _object(one.contact), "stakeholder": _object(one.stakeholder)} for one in record.people]
    sections: dict[str, Any] = {"people": people}
    sections |= {key: [_object(row) for row in getattr(record, key)] for key in PARTS.values()}
    sections["pending"] = dict(sorted(record.unread.items()))
    document |= {key: section for key, section in sections.items() if section}
    document["sizing"] = _sizing(measured(walk.case(record)))
    return document


def own_answers(record: Record) -> dict[str, Any]:
    """The answers to the organisation's own fields, by name; then those that its playbook asks for no more, as kept."""
    values = ((spec.name, getattr(record.custom, spec.name)) for spec in fields_of(CUSTOM))
    return {name: machine(value) for name, value in values if value is not None and value != []} | record.unasked


def as_draft(record: Record) -> Record:
    """An opportunity as a file shows it while its gates do not hold: as the draft that it is again."""
    if not record.exists:
        return record
    deal = Opportunity(**values_of(record.opportunity))
    deal.status, deal.pipeline_on, deal.pipeline_at, deal.review = Status.DRAFT, None, None, None
    deal.stage = min(deal.stage, int(Stage.CREATION))
    passages = [passage for passage in record.passages if passage.stage < deal.stage]
    return replace(record, opportunity=deal, passages=passages)


def machine(value: Any) -> Any:
    """A stored value as a document holds it; the same in every language."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return value.normalize() + 0
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.date() | dt.time():
            return value.isoformat()
        case UUID():
            return str(value)
        case list() | tuple():
            return [machine(item) for item in value]
    return value


def _object(row: SQLModel) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in columns(type(row)))
    return {name: machine(value) for name, value in values if value is not None and value != []}


def _sizing(size: Size) -> dict[str, Any]:
    return {name: _figure(size.figure(name)) for name in FIGURES} | {"years": machine(size.years)}


def _figure(figure: Figure) -> dict[str, Any]:
    said = {"value": figure.value, "computed": figure.computed, "override": figure.override}
    return {name: machine(value) for name, value in said.items() if value is not None}


def dumps(value: Any, *, indent: bool = False, depth: int = 0) -> str:
    """JSON text of a document. Unlike `json.dumps` it writes decimals as the numbers they are, digit by digit.

    Args:
        indent: a value a line, two blanks a level; else all on one line.
        depth: the level at which the text is to stand.
    """
    match value:
        case dict():
            pairs = (f"{_text(key)}: {dumps(item, indent=indent, depth=depth + 1)}" for key, item in value.items())
            return _bracketed("{", "}", pairs, indent, depth)
        case list():
            items = (dumps(item, indent=indent, depth=depth + 1) for item in value)
            return _bracketed("[", "]", items, indent, depth)
        case str():
            return _text(value)
        case Decimal():
            return f"{value:f}"
    return json.dumps(value)


def _text(text: str) -> str:
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def _bracketed(opening: str, closing: str, parts: Iterable[str], indent: bool, depth: int) -> str:
    listed = list(parts)
    if not listed or not indent:
        return opening + ", ".join(listed) + closing
    pad = "\n" + "  " * (depth + 1)
    return opening + pad + f",{pad}".join(listed) + "\n" + "  " * depth + closing
