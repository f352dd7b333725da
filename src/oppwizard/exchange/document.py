"""A record as a document: an object of plain values that JSON can hold, exact to the last digit.

The columns come from the models. What other columns say already (search keys, lists' summaries, the standing of
accounts and people, references to the rows around it) is left out, and so is what is not answered.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from sqlmodel import SQLModel

from oppwizard.data.tables import PARTS, values_of
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import Stage, Status
from oppwizard.model.fields import CUSTOM, fields_of
from oppwizard.model.opportunity import WORKED_OUT, Opportunity
from oppwizard.model.plain import dumps, machine
from oppwizard.model.record import Record
from oppwizard.process.sizing import told
from oppwizard.walk import Walk

__all__ = ["columns", "dumps", "machine", "to_document"]

FORMAT: Final = "oppwizard.record"
MANY: Final = "oppwizard.records"
VERSION: Final = 1
OTHER: Final = "custom_other"
"""Where answers stand that are no value of their field: they were given when it was another one."""
_IMPLIED: Final[Mapping[type[SQLModel], frozenset[str]]] = {
    Opportunity: WORKED_OUT | {"account_id", CUSTOM},
    Account: frozenset({"standing", "name_key", "dba_key"}),
    Contact: frozenset({"standing", "account_id"}),
    Stakeholder: frozenset({"opportunity_id", "contact_id"}),
}
_OF_PART: Final = frozenset({"opportunity_id"})


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
    document |= own_sections(record)
    people = [{"contact": _object(one.contact), "stakeholder": _object(one.stakeholder)} for one in record.people]
    sections: dict[str, Any] = {"people": people}
    sections |= {key: [_object(row) for row in getattr(record, key)] for key in PARTS.values()}
    sections["pending"] = dict(sorted(record.unread.items()))
    document |= {key: section for key, section in sections.items() if section}
    document["sizing"] = told(walk.sized(record))
    return document


def own_sections(record: Record) -> dict[str, Any]:
    """The sections with the answers to the organisation's own fields; those without any are left out."""
    return {key: held for key, held in ((CUSTOM, own_answers(record)), (OTHER, dict(record.misfits))) if held}


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


def _object(row: SQLModel) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in columns(type(row)))
    return {name: machine(value) for name, value in values if value is not None and value != []}
