"""A whole record in memory: the opportunity with everything that hangs on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.custom import Answers, Custom
from oppwizard.model.enums import CLOSED, EXISTING, Engagement, Influence, LeadState, Role
from oppwizard.model.fields import ACCOUNT, CUSTOM, OPPORTUNITY, SINGLE, FieldSpec, custom_model, naming_people
from oppwizard.model.findings import Address, address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import (
    Attachment,
    Competitor,
    DealLink,
    Handoff,
    Lead,
    LineItem,
    Note,
    PeerPoint,
    PeerReview,
    PlanItem,
    Proposal,
    Remark,
    Review,
    Risk,
    RoleSearch,
    StagePassage,
    TeamMember,
    Tick,
    Touchpoint,
)


@dataclass(slots=True)
class Person:
    """A contact in the role it plays in this deal; its identity is the stakeholder's."""

    contact: Contact
    stakeholder: Stakeholder

    @property
    def id(self) -> UUID:
        """The identity by which the record's other rows refer to the person."""
        return self.stakeholder.id

    @property
    def name(self) -> str:
        """The person's name, empty while it is not known."""
        return self.contact.name or ""

    @property
    def roles(self) -> Sequence[Role]:
        """The committee roles the person holds."""
        return self.stakeholder.roles

    @property
    def influence(self) -> Influence | None:
        """How much the person's word weighs."""
        return self.stakeholder.influence

    @property
    def engagement(self) -> Engagement | None:
        """How far we have come with the person."""
        return self.stakeholder.engagement

    def part(self, name: str) -> SQLModel:
        """The row that holds a field: the contact, or the stakeholder."""
        return self.contact if name in Contact.model_fields else self.stakeholder


AnyRow = Person | LineItem | TeamMember | Competitor | Touchpoint | RoleSearch | Risk | PlanItem
"""A row of one of the kinds that a person edits."""


@dataclass(slots=True)
class Record:
    """Everything known about one deal.

    Attributes:
        pending: what was typed into a field and is not (yet) a value of its type, by address: kept, never lost.
    """

    opportunity: Opportunity
    account: Account
    people: list[Person] = field(default_factory=list)
    lines: list[LineItem] = field(default_factory=list)
    team: list[TeamMember] = field(default_factory=list)
    competitors: list[Competitor] = field(default_factory=list)
    touchpoints: list[Touchpoint] = field(default_factory=list)
    searches: list[RoleSearch] = field(default_factory=list)
    risks: list[Risk] = field(default_factory=list)
    plan: list[PlanItem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    passages: list[StagePassage] = field(default_factory=list)
    links: list[DealLink] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    handoffs: list[Handoff] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    peer_reviews: list[PeerReview] = field(default_factory=list)
    peer_points: list[PeerPoint] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    pending: dict[str, str] = field(default_factory=dict)
    _custom: tuple[Answers, Custom, Answers] | None = field(default=None, repr=False, compare=False)

    @property
    def custom(self) -> Custom:
        """The answers to the organisation's own fields, as they stand; `Edits.set` changes them."""
        return self._own()[1]

    @property
    def misfits(self) -> Answers:
        """Answers that are no value of their field: they were given when it was another one, and are kept."""
        return self._own()[2]

    @property
    def unasked(self) -> Answers:
        """Answers to fields that the organisation does not ask for any more: kept."""
        asked = custom_model().model_fields
        return {name: value for name, value in self.opportunity.custom.items() if name not in asked}

    def _own(self) -> tuple[Answers, Custom, Answers]:
        held, model, answers = self._custom, custom_model(), self.opportunity.custom
        if held is None or held[0] is not answers or type(held[1]) is not model:
            held = self._custom = (answers, *model.of(answers))
        return held

    @property
    def id(self) -> UUID:
        """The opportunity's identity."""
        return self.opportunity.id

    @property
    def exists(self) -> bool:
        """Whether it is an opportunity, open or closed: not a draft and not set aside."""
        return self.opportunity.status in EXISTING

    @property
    def is_closed(self) -> bool:
        """Whether the deal is won or lost."""
        return self.opportunity.status in CLOSED

    @property
    def lead_state(self) -> LeadState | None:
        """How far the leads that became this record have come, the furthest of them; None where none says it."""
        said = set({lead.key: lead.state for lead in self.leads}.values())
        return next((state for state in reversed(LeadState) if state in said), None)

    @property
    def currency(self) -> str:
        """The deal's currency; empty while it is not known."""
        return self.opportunity.currency or ""

    def rows(self, kind: str) -> list[Any]:
        """The rows of a kind, oldest first."""
        found: list[Any] = getattr(self, kind)
        return found

    def row(self, kind: str, row_id: UUID | None) -> Any | None:
        """One row of a kind by its identity, None where it is gone."""
        return next((row for row in self.rows(kind) if row.id == row_id), None)

    def holder(self, at: Address) -> SQLModel | None:
        """The object whose attribute the address names; None where the row is gone."""
        if at.entity == OPPORTUNITY:
            return self.opportunity
        if at.entity == ACCOUNT:
            return self.account
        if at.entity == CUSTOM:
            return self.custom
        row = self.row(at.entity, at.row)
        return row.part(at.name) if isinstance(row, Person) else row

    def value(self, at: Address) -> Any:
        """The value at an address, None where it is not answered."""
        holder = self.holder(at)
        return None if holder is None else getattr(holder, at.name)

    @property
    def unread(self) -> dict[str, str]:
        """The pending texts of fields that are there; those of a removed row wait for its return."""
        return {place: text for place, text in self.pending.items() if self._is_there(place)}

    def _is_there(self, place: str) -> bool:
        try:
            return self.holder(address(place)) is not None
        except ValueError:  # a field that the organisation asks for no more
            return False

    def unread_at(self, at: Address) -> str | None:
        """The text that stands at an address instead of a value: typed like this, or answered when it fitted."""
        pending = self.pending.get(str(at))
        if pending is not None or at.entity != CUSTOM or at.name not in self.misfits:
            return pending
        return plainly(self.misfits[at.name], self)

    def referring(self) -> Iterator[tuple[FieldSpec, SQLModel]]:
        """Every field that names people of the record, with each object that holds it."""
        for spec in naming_people():
            rows = [None] if spec.entity in SINGLE else [row.id for row in self.rows(spec.entity)]
            for row_id in rows:
                holder = self.holder(Address(spec.entity, spec.name, row_id))
                if holder is not None:
                    yield spec, holder

    def person(self, person_id: UUID | None) -> Person | None:
        """The person of that identity, None where unknown."""
        return next((person for person in self.people if person.id == person_id), None)

    def holding(self, *roles: Role) -> Iterator[Person]:
        """The people who hold any of the roles."""
        return (person for person in self.people if any(role in person.roles for role in roles))


def plainly(value: Any, record: Record) -> str:
    """A stored answer in words, without knowing what field it is of: people by their names."""
    if isinstance(value, list):
        return ", ".join(plainly(item, record) for item in value)
    if isinstance(value, bool):
        return str(T("yes")) if value else str(T("no"))
    person = next((one for one in record.people if str(one.id) == value), None)
    return person.name if person else str(value)
