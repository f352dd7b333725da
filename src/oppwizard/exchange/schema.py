"""The JSON Schema of a record as exports write it, from the same declarations as forms, gates and columns."""

import datetime as dt
import types
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Union, get_args, get_origin
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.tables import PARTS
from oppwizard.exchange.coaching import need
from oppwizard.exchange.document import FORMAT, OTHER, VERSION, columns
from oppwizard.i18n import T, Text
from oppwizard.model.account import Account
from oppwizard.model.ask import Ask
from oppwizard.model.choice import Choice
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.fields import CUSTOM, FIELDS, ROW_KINDS, FieldSpec, fields_of
from oppwizard.model.opportunity import Opportunity
from oppwizard.process.sizing import FIGURES

Schema = dict[str, Any]
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Final[Mapping[Any, Schema]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Decimal: {"type": "number"},
    str: {"type": "string"},
    UUID: {"type": "string", "format": "uuid"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
    dt.time: {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?$"},
}
_BOUNDS: Final = {"max_length": "maxLength", "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum"}
_KEPT: Final[Mapping[str, Text]] = {
    "id": T("Identity, the same in every store and file"),
    "created_at": T("When it was written first"),
    "updated_at": T("When it was changed last"),
    "revision": T("How often it was written"),
    "status": T("What the record is; an import judges it anew"),
    "stage": T("The stage it has entered; an import judges it anew"),
    "is_sample": T("Whether it only shows how it is done"),
    "pipeline_on": T("The day on which the opportunity came into being"),
    "pipeline_at": T("The moment in which the opportunity came into being"),
    "set_aside_reason": T("Why the lead was set aside"),
    "created_by": T("Who began it"),
    "team": T("The team of whoever began it"),
    "review": T("Where it stands with the manager"),
    "review_since": T("Since when it waits for the manager"),
    "first_close_on": T("The close date when it came into being"),
    "first_amount": T("The amount when it came into being"),
    "first_probability": T("The probability when it came into being"),
    "first_score": T("The score when it came into being"),
    "closed_on": T("The day on which it was won or lost"),
    "closed_amount": T("The amount for which it was won"),
    "close_reason": T("Why it was won or lost"),
    "lost_to": T("Who won it instead"),
    "playbook_version": T("The playbook by which it was judged"),
    "revenue_currency": T("The currency of the annual revenue"),
    "author": T("Who wrote it"),
    "body": T("What was noted"),
    "passed_by": T("Who passed the stage"),
    "evidence": T("The answers that its gate was satisfied with"),
}
"""The words for what no person fills in; a column without any is called by its name."""


def record_schema() -> Schema:
    """The schema of an exported record in the language in use.

    Imports take more than it allows: fields at the top, people in one object, values as a person types them.
    """
    people = object_of({_part: _row(model) for _part, model in (("contact", Contact), ("stakeholder", Stakeholder))})
    sections: Schema = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "opportunity": _row(Opportunity, ("id", "status")) | {"title": str(T("Opportunity"))},
        "account": _row(Account) | {"title": str(T("Account"))},
        "people": list_of(people, str(ROW_KINDS["people"].label)),
    }
    sections[CUSTOM] = _own_fields()
    sections[OTHER] = {"title": str(T("Answers to our own fields as they were before")), "type": "object"}
    for model, key in PARTS.items():
        sections[key] = list_of(_row(model), str(ROW_KINDS[key].label) if key in ROW_KINDS else str(OTHERS[key]))
    sections["pending"] = {
        "title": str(T("Typed, but no value yet")),
        "type": "object",
        "additionalProperties": {"type": "string"},
    }
    sections["sizing"] = _sizing()
    title = {"$schema": DIALECT, "$id": f"urn:oppwizard:record:{VERSION}", "title": str(T("Sales opportunity"))}
    return title | object_of(sections, ("format", "version", "opportunity"))


OTHERS: Final[Mapping[str, Text]] = {
    "notes": T("Notes"),
    "passages": T("Stages passed, with the evidence"),
    "links": T("Records that look alike, and what was said of them"),
    "attachments": T("Attached files"),
    "leads": T("Leads of other systems that became it"),
    "ticks": T("Points of a handoff that are done"),
    "handoffs": T("Handoffs: what became of each packet"),
    "reviews": T("Reviews by the manager"),
    "remarks": T("Comments of the manager on fields"),
    "peer_reviews": T("Peer reviews"),
    "peer_points": T("Questions, risks and actions of peer reviews"),
    "proposals": T("Values that providers of facts know, and what became of them"),
}
"""What the lists of a record are called whose rows no person edits."""


def object_of(properties: Schema, required: Iterable[str] = ()) -> Schema:
    """The schema of an object that has these values and no others."""
    held = {"type": "object", "properties": properties, "additionalProperties": False}
    return held | ({"required": list(required)} if required else {})


def list_of(items: Schema, title: str) -> Schema:
    """The schema of a list."""
    return {"title": title, "type": "array", "items": items}


def _own_fields() -> Schema:
    """The organisation's own fields; a record may hold answers to others, of an earlier playbook."""
    held = object_of({spec.name: declared(spec) for spec in fields_of(CUSTOM)})
    return held | {"title": str(T("Our own")), "additionalProperties": True}


def _row(model: type[SQLModel], required: Iterable[str] = ()) -> Schema:
    specs = {spec.name: spec for spec in FIELDS.values() if spec.model is model}
    properties = {name: declared(specs[name]) if name in specs else _kept(model, name) for name in columns(model)}
    return object_of(properties, required)


def declared(spec: FieldSpec) -> Schema:
    """The schema of a field: its label, what it needs, its type and bounds."""
    said = {"title": str(spec.ask.label), "description": need(spec)}
    return {key: text for key, text in said.items() if text} | typed(spec.model, spec.name)


def _kept(model: type[SQLModel], name: str) -> Schema:
    return {"title": str(_KEPT.get(name, name))} | typed(model, name)


def typed(model: type[SQLModel], name: str) -> Schema:
    """The schema of a column's type with its bounds."""
    info = model.model_fields[name]
    bounds = {
        keyword: _plain(getattr(item, bound))
        for item in info.metadata
        if not isinstance(item, Ask)
        for bound, keyword in _BOUNDS.items()
        if getattr(item, bound, None) is not None
    }
    return _type(info.annotation) | bounds


def _type(annotation: Any) -> Schema:
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
    if get_origin(annotation) is list:
        return {"type": "array", "items": _type(get_args(annotation)[0])}
    if isinstance(annotation, type) and issubclass(annotation, Choice):
        labels = {member.value: str(member.label) for member in annotation}
        return {"type": "string", "enum": list(labels), "x-labels": labels}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {"enum": [member.value for member in annotation]}
    return dict(_TYPES[annotation])


def _plain(bound: Any) -> Any:
    return int(bound) if bound == int(bound) else float(bound)


def _sizing() -> Schema:
    number = {"type": "number"}
    figure = object_of({"value": number, "computed": number, "override": number}, ("value", "computed"))
    years = list_of(number, str(T("Revenue of each contract year")))
    held = object_of({name: figure | {"title": name.upper()} for name in FIGURES} | {"years": years})
    return held | {"title": str(T("What the line items come to; an import counts anew"))}
