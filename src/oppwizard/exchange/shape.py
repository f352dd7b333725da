"""What stands where in a document: an exported one, or one that a person wrote by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlmodel import SQLModel

from oppwizard.data.tables import PARTS
from oppwizard.exchange.document import FORMAT, OTHER
from oppwizard.exchange.values import Problem, unknown
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.fields import ACCOUNT, CUSTOM, FIELDS, OPPORTUNITY, ROW_KINDS, fields_of
from oppwizard.model.opportunity import Opportunity

PEOPLE: Final = "people"
_PREFIX: Final = f"{ACCOUNT}."
_OWN: Final = f"{CUSTOM}."
_HEAD: Final = ("format", "version", "sizing")
_CONTACT, _STAKEHOLDER = "contact", "stakeholder"
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What a document says about one row.

    Attributes:
        place: where it says so: ``people[2]``; empty for the opportunity.
        values: by column; for a person the contact's, with the stakeholder's apart.
    """

    place: str
    values: Object
    stakeholder: Object = field(default_factory=dict)

    def at(self, name: str) -> str:
        """The place of one of its values."""
        return f"{self.place}.{name}" if self.place else name


class Shape:
    """A document taken apart; what is not known in it is a problem, not a failure.

    Attributes:
        full: whether an export wrote it, so that what it does not say is not answered.
        kept: an export's answers to the organisation's own fields that were no values of theirs.
        rows: the rows of each list of the record, people included.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.full = document.get("format") == FORMAT
        self.problems: list[Problem] = []
        self.pending = self._object("pending", document.get("pending"))
        top = dict(self._top(document))
        account = {key.removeprefix(_PREFIX): value for key, value in top.items() if key.startswith(_PREFIX)}
        own = {key.removeprefix(_OWN): value for key, value in top.items() if key.startswith(_OWN)}
        deal = {key: value for key, value in top.items() if not key.startswith((_PREFIX, _OWN))}
        self.deal = self._known(Source("", deal | self._object(OPPORTUNITY, document.get(OPPORTUNITY))), Opportunity)
        named = document.get(ACCOUNT)
        said = {"dba": named} if isinstance(named, str) else self._object(ACCOUNT, named)
        self.custom = self._asked(Source(CUSTOM, own | self._object(CUSTOM, document.get(CUSTOM))))
        self.kept = self._object(OTHER, document.get(OTHER)) if self.full else {}
        self.account = self._known(Source(ACCOUNT, account | said), Account)
        self.rows = {
            key: [self._known(source, model) for source in self._listed(key, document.get(key))]
            for model, key in PARTS.items()
        }
        self.people = [self._person(source) for source in self._listed(PEOPLE, document.get(PEOPLE))]

    def _top(self, document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The fields that stand at the top of a document instead of in a section."""
        sections = (*_HEAD, OPPORTUNITY, ACCOUNT, CUSTOM, OTHER, PEOPLE, *PARTS.values(), "pending")
        for key, value in document.items():
            if key in sections:  # also where a field of the deal has the same name: team
                continue
            if key in Opportunity.model_fields or (key.startswith((_PREFIX, _OWN)) and key in FIELDS):
                yield key, value
            else:
                self.problems.append(Problem(key, unknown(key, (*sections, *Opportunity.model_fields))))

    def _object(self, place: str, value: Any) -> Object:
        if isinstance(value, dict):
            return value
        if value is not None:
            self.problems.append(Problem(place, T("An object is expected here")))
        return {}

    def _listed(self, key: str, value: Any) -> Iterator[Source]:
        """The rows of a list; a bare text is what names such a row."""
        kind = ROW_KINDS.get(key)
        for number, item in enumerate(value if isinstance(value, list) else [] if value is None else [value], start=1):
            place = f"{key}[{number}]"
            if isinstance(item, str) and kind is not None:
                yield Source(place, {kind.handle: item})
            else:
                yield Source(place, self._object(place, item))

    def _asked(self, source: Source) -> Source:
        """Answers to the organisation's own fields; an export's may be those of another playbook, and are kept."""
        if not self.full:
            names = [spec.name for spec in fields_of(CUSTOM)]
            self.problems += [Problem(source.at(key), unknown(key, names)) for key in source.values if key not in names]
        return source

    def _known(self, source: Source, *models: type[SQLModel]) -> Source:
        names = [name for model in models for name in model.model_fields]
        for key in source.values:
            if key not in names:
                self.problems.append(Problem(source.at(key), unknown(key, names)))
        return source

    def _person(self, source: Source) -> Source:
        """A person as an export writes it, in two parts, or flat with the answers of both."""
        values = source.values
        if _CONTACT in values or _STAKEHOLDER in values:
            contact = self._known(Source(source.place, self._object(source.place, values.get(_CONTACT))), Contact)
            parts = self._object(source.place, values.get(_STAKEHOLDER))
            self._known(Source(source.place, parts), Stakeholder)
            return Source(source.place, contact.values, parts)
        self._known(source, Contact, Stakeholder)
        contact_only = {key: value for key, value in values.items() if key in Contact.model_fields and key != "id"}
        if "contact_id" in values:
            contact_only["id"] = values["contact_id"]
        return Source(
            source.place,
            contact_only,
            {key: value for key, value in values.items() if key in Stakeholder.model_fields},
        )
