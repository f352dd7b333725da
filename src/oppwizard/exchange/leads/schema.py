"""The JSON Schema of leads as an import reads them, from the declarations of the fields (X3)."""

from typing import Final

from oppwizard.exchange.leads.places import FIRST_NAME, LAST_NAME, LEAD, PEOPLE, Place
from oppwizard.exchange.schema import DIALECT, Schema, declared, list_of, object_of
from oppwizard.i18n import T
from oppwizard.model.enums import LeadState
from oppwizard.model.fields import ACCOUNT, CUSTOM, OPPORTUNITY, ROW_KINDS, FieldSpec, fields_of

VERSION: Final = 1
_NO_LEADS: Final = "name"
"""A lead has no name of an opportunity: in lists that word heads the name of a person."""
_TEXT: Final[Schema] = {"type": "string"}


def lead_schema() -> Schema:
    """The schema of a list of leads in the language in use: one object, a list of them, or a list under "records".

    An import takes more than it names: usual column names in English and Japanese, and anything by a mapping; what goes
    to no field is kept as a note. Hence nothing is refused for its name, and every value may be a text as typed.
    """
    lead = {"$ref": "#/$defs/lead"}
    listed = list_of(lead, str(T("Leads")))
    wrapped = object_of({"records": listed}, ("records",))
    title = {"$schema": DIALECT, "$id": f"urn:oppwizard:leads:{VERSION}", "title": str(T("Leads"))}
    return title | {"anyOf": [listed, wrapped, lead], "$defs": {"lead": _lead()}}


def _lead() -> Schema:
    sections: Schema = {
        LEAD: _open({name: _own(name) for name in ("id", "state")}),
        ACCOUNT: _open(_answers(ACCOUNT)),
        CUSTOM: _open(_answers(CUSTOM)),
    }
    for kind in ROW_KINDS.values():
        parts = {name: _TEXT | {"title": _label(name)} for name in _parts(kind.key)}
        sections[kind.key] = list_of(_open(_answers(kind.key) | parts), str(kind.label))
    answers = {name: schema for name, schema in _answers(OPPORTUNITY).items() if name != _NO_LEADS}
    return _open(sections | answers)


def _open(properties: Schema) -> Schema:
    return object_of(properties) | {"additionalProperties": True}


def _answers(entity: str) -> Schema:
    return {spec.name: _typed_or_text(spec) for spec in fields_of(entity)}


def _typed_or_text(spec: FieldSpec) -> Schema:
    said = declared(spec)
    head = {key: said.pop(key) for key in ("title", "description") if key in said}
    return head | {"anyOf": [said, _TEXT]}


def _own(name: str) -> Schema:
    said = {"title": Place(LEAD, 0, name).label}
    if name == "id":
        return said | {"type": ["string", "integer"]}
    states = {state.value: str(state.label) for state in LeadState}
    return said | {"anyOf": [{"type": "string", "enum": list(states), "x-labels": states}, _TEXT]}


def _parts(kind: str) -> tuple[str, ...]:
    return (FIRST_NAME, LAST_NAME) if kind == PEOPLE else ()


def _label(name: str) -> str:
    return Place(PEOPLE, 0, name).label
