"""The rows that hang on an opportunity, from line items to notes, handoffs and reviews."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from oppwizard.i18n import T
from oppwizard.model.ask import Ask, Kind, Need
from oppwizard.model.base import (
    LONG,
    SHORT,
    ListColumn,
    Part,
    UtcColumn,
    choice,
    instant,
    line,
    long,
    money,
    percent,
    utc_now,
)
from oppwizard.model.enums import (
    BillingPeriod,
    Commitment,
    CompetitorKind,
    Decision,
    Grade,
    HandoffKind,
    HandoffState,
    LeadState,
    LineCategory,
    NoteKind,
    PlanKind,
    PointKind,
    PricingModel,
    ProposalState,
    Relation,
    RiskCategory,
    Role,
    Stage,
    Status,
    TeamRole,
    TouchpointKind,
)

_SCOPE = Stage.SCOPING
_PEOPLE = Stage.STAKEHOLDERS
_STRATEGY = Stage.STRATEGY


class LineItem(Part, table=True):
    """One product or service with its price (W2.1, Z5, Z6). Prices are in the deal's currency."""

    __tablename__ = "line_item"

    sku: Annotated[
        str | None, Ask("W2.1", _SCOPE, "lines", T("SKU"), Kind.PICK, picks="products", example=T("product code"))
    ] = line()
    product: Annotated[str | None, Ask("W2.1", _SCOPE, "lines", T("Product"))] = line()
    category: Annotated[LineCategory | None, Ask("Z5", _SCOPE, "lines", T("Category"), Kind.CHOICE)] = choice(
        LineCategory, LineCategory.CORE
    )
    quantity: Annotated[Decimal | None, Ask("W2.1", _SCOPE, "lines", T("Quantity"), Kind.DECIMAL)] = money()
    unit_price: Annotated[Decimal | None, Ask("W2.1", _SCOPE, "lines", T("Unit price"), Kind.MONEY)] = money()
    period: Annotated[BillingPeriod | None, Ask("Z1", _SCOPE, "lines", T("Price is"), Kind.CHOICE)] = choice(
        BillingPeriod, BillingPeriod.MONTH
    )
    pricing_model: Annotated[PricingModel | None, Ask("Z6", _SCOPE, "lines", T("Pricing model"), Kind.CHOICE)] = choice(
        PricingModel, PricingModel.PER_SEAT
    )
    discount: Annotated[Decimal | None, Ask("Z6", _SCOPE, "lines", T("Discount %"), Kind.PERCENT, Need.OPTIONAL)] = (
        percent()
    )
    configuration: Annotated[
        str | None,
        Ask("W2.1", _SCOPE, "lines", T("Configuration"), example=T("edition, modules, limits")),
    ] = line()
    tiers: Annotated[
        str | None,
        Ask("Z6", _SCOPE, "lines", T("Price tiers"), need=Need.OPTIONAL, example=T("1: 50, 101: 45, 501: 40")),
    ] = line()
    ramp: Annotated[
        str | None,
        Ask("Z3", _SCOPE, "lines", T("Quantity by year"), need=Need.OPTIONAL, example=T("80, 90, 100")),
    ] = line()
    commitment: Annotated[Commitment | None, Ask("Z4", _SCOPE, "lines", T("Commitment"), Kind.CHOICE)] = choice(
        Commitment, Commitment.BUYING
    )
    price_note: Annotated[str | None, Ask("Z6", _SCOPE, "lines", T("Note on the price"), need=Need.OPTIONAL)] = line()


class TeamMember(Part, table=True):
    """One of our own people a deal needs, or why it needs none (W2.4)."""

    __tablename__ = "team_member"

    role: Annotated[TeamRole | None, Ask("W2.4", _SCOPE, "team", T("Role"), Kind.CHOICE)] = choice(TeamRole)
    name: Annotated[str | None, Ask("W2.4", _SCOPE, "team", T("Name"), need=Need.OPTIONAL)] = line()
    not_needed_because: Annotated[
        str | None, Ask("W2.4", _SCOPE, "team", T("Not needed because"), need=Need.OPTIONAL)
    ] = line()


class Competitor(Part, table=True):
    """An alternative the customer has, doing nothing included (W1.7, W6.2)."""

    name: Annotated[
        str | None,
        Ask("W1.7", Stage.QUALIFICATION, "competition", T("Alternative"), need=Need.OPTIONAL, again=(_STRATEGY,)),
    ] = line()
    kind: Annotated[
        CompetitorKind | None,
        Ask("W1.7", Stage.QUALIFICATION, "competition", T("Kind"), Kind.CHOICE, again=(_STRATEGY,)),
    ] = choice(CompetitorKind, CompetitorKind.COMPETITOR)
    strengths: Annotated[str | None, Ask("W6.2", _STRATEGY, "competition", T("Strengths here"), Kind.LONG)] = long()
    weaknesses: Annotated[str | None, Ask("W6.2", _STRATEGY, "competition", T("Weaknesses here"), Kind.LONG)] = long()
    positioning: Annotated[str | None, Ask("W6.2", _STRATEGY, "competition", T("Our positioning"), Kind.LONG)] = long()
    counter: Annotated[
        str | None, Ask("W6.2", _STRATEGY, "competition", T("Counter to their likely move"), Kind.LONG)
    ] = long()


class Touchpoint(Part, table=True):
    """A meeting, call, e-mail or demo with people of the customer (K2), a line of the activity log (E8).

    ``source_id`` is what the e-mail or calendar entry it was read from calls itself, so that it comes in once.
    """

    on: Annotated[dt.date | None, Ask("K2", _PEOPLE, "touchpoints", T("Date"), Kind.DATE)] = Field(default=None)
    kind: Annotated[TouchpointKind | None, Ask("K2", _PEOPLE, "touchpoints", T("Kind"), Kind.CHOICE)] = choice(
        TouchpointKind, TouchpointKind.MEETING
    )
    people: Annotated[list[UUID], Ask("K2", _PEOPLE, "touchpoints", T("People"), Kind.PEOPLE)] = Field(
        default_factory=list,
        sa_type=ListColumn(UUID),
    )
    subject: Annotated[str | None, Ask("E8", _PEOPLE, "touchpoints", T("Subject"), need=Need.OPTIONAL)] = line()
    ours: Annotated[str | None, Ask("E8", _PEOPLE, "touchpoints", T("Our people"), need=Need.OPTIONAL)] = line()
    outcome: Annotated[str | None, Ask("K2", _PEOPLE, "touchpoints", T("Outcome"), Kind.LONG)] = long()
    commitments: Annotated[
        str | None, Ask("E8", _PEOPLE, "touchpoints", T("Commitments"), Kind.LONG, Need.OPTIONAL)
    ] = long()
    source_id: str = Field(default="", max_length=SHORT)


class RoleSearch(Part, table=True):
    """A committee role nobody is known for yet: who finds out, by when (W5.1, W5.2)."""

    __tablename__ = "role_search"

    role: Annotated[Role | None, Ask("W5.1", _PEOPLE, "searches", T("Role"), Kind.CHOICE)] = choice(Role)
    owner: Annotated[str | None, Ask("W5.1", _PEOPLE, "searches", T("Who finds out"))] = line()
    due: Annotated[dt.date | None, Ask("W5.1", _PEOPLE, "searches", T("By"), Kind.DATE)] = Field(default=None)


class Risk(Part, table=True):
    """What could go wrong, or why nothing is seen in a category (W6.3)."""

    category: Annotated[RiskCategory | None, Ask("W6.3", _STRATEGY, "risks", T("Category"), Kind.CHOICE)] = choice(
        RiskCategory
    )
    description: Annotated[str | None, Ask("W6.3", _STRATEGY, "risks", T("Risk"), need=Need.OPTIONAL)] = line()
    likelihood: Annotated[
        Grade | None, Ask("W6.3", _STRATEGY, "risks", T("Likelihood"), Kind.CHOICE, Need.OPTIONAL)
    ] = choice(Grade)
    impact: Annotated[Grade | None, Ask("W6.3", _STRATEGY, "risks", T("Impact"), Kind.CHOICE, Need.OPTIONAL)] = choice(
        Grade
    )
    mitigation: Annotated[str | None, Ask("W6.3", _STRATEGY, "risks", T("Mitigation"), need=Need.OPTIONAL)] = line()
    owner: Annotated[str | None, Ask("W6.3", _STRATEGY, "risks", T("Owner"), need=Need.OPTIONAL)] = line()
    none_because: Annotated[str | None, Ask("W6.3", _STRATEGY, "risks", T("None seen because"), need=Need.OPTIONAL)] = (
        line()
    )


class PlanItem(Part, table=True):
    """A dated step to the close: next action, milestone or internal checkpoint (W6.4)."""

    __tablename__ = "plan_item"

    what: Annotated[str | None, Ask("W6.4", _STRATEGY, "plan", T("What"), Kind.PICK, picks="milestones")] = line()
    kind: Annotated[PlanKind | None, Ask("W6.4", _STRATEGY, "plan", T("Kind"), Kind.CHOICE)] = choice(
        PlanKind, PlanKind.MILESTONE
    )
    owner: Annotated[str | None, Ask("W6.4", _STRATEGY, "plan", T("Owner"))] = line()
    due: Annotated[dt.date | None, Ask("W6.4", _STRATEGY, "plan", T("Due"), Kind.DATE)] = Field(default=None)


class Note(Part, table=True):
    """A note on the record; the first one is written when the opportunity is created (W4.7, E8)."""

    kind: NoteKind = choice(NoteKind, NoteKind.NOTE)
    author: str = Field(default="", max_length=200)
    body: str = Field(default="", max_length=20_000)


class Attachment(Part, table=True):
    """A file kept with the record by copy (E8); its bytes are in the store under their digest, the same ones once.

    ``size`` is in bytes, ``digest`` the SHA-256 of the contents in hexadecimal digits.
    """

    name: str = Field(default="", max_length=255)
    media_type: str = Field(default="application/octet-stream", max_length=100)
    size: int = Field(default=0, sa_type=BigInteger)
    digest: str = Field(default="", max_length=64)
    author: str = Field(default="", max_length=200)


class Tick(Part, table=True):
    """A point of a handoff's protocol that somebody says is done (H1-H3): who, and when it was written."""

    __tablename__ = "handoff_tick"

    kind: HandoffKind = choice(HandoffKind, HandoffKind.SDR_AE)
    point: str = Field(default="", max_length=60)
    who: str = Field(default="", max_length=200)


class Handoff(Part, table=True):
    """Something that became of a packet in which the record went (H4); rows are only ever added.

    Attributes:
        packet: the packet's identity, the same for all records in it.
        who: who did it: the sender of a packet sent, the receiver of one received, accepted or returned.
        sender: who sent the packet.
        receiver: whom it was sent to.
        reason: why it was sent incomplete, or the reason of the list for which it was returned.
        comment: the words of whoever did it.
        rating: what the receiver gave the packet, 1 to 5.
        complete: how complete the packet was, in percent.
    """

    packet: UUID
    kind: HandoffKind = choice(HandoffKind, HandoffKind.SDR_AE)
    state: HandoffState = choice(HandoffState, HandoffState.SENT)
    at: dt.datetime = Field(default_factory=utc_now, sa_type=UtcColumn)
    who: str = Field(default="", max_length=200)
    sender: str = Field(default="", max_length=200)
    receiver: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=1_000)
    comment: str = Field(default="", max_length=2_000)
    rating: int | None = Field(default=None, ge=1, le=5)
    complete: int | None = Field(default=None, ge=0, le=100)


class Review(Part, table=True):
    """A manager's decision about the opportunity (Q1); rows are only ever added.

    Attributes:
        reviewer: who decided.
        comment: the manager's words to the whole.
        answers: JSON: by the key of each of the six questions, whether the manager agrees, and a note.
        became: what a rejected opportunity became: a draft again, or disqualified.
    """

    at: dt.datetime = Field(default_factory=utc_now, sa_type=UtcColumn)
    reviewer: str = Field(default="", max_length=200)
    decision: Decision = choice(Decision, Decision.APPROVE)
    comment: str = Field(default="", max_length=LONG)
    answers: str = Field(default="{}", max_length=LONG)
    became: Status | None = choice(Status)


class Remark(Part, table=True):
    """A manager's comment on a field, standing there until somebody says that it is settled (Q1).

    Attributes:
        review_id: the decision that it came with.
        place: the address of the field, as findings write it.
        reply: what the rep says to it.
    """

    review_id: UUID
    place: str = Field(default="", max_length=200)
    body: str = Field(default="", max_length=2_000)
    author: str = Field(default="", max_length=200)
    at: dt.datetime = Field(default_factory=utc_now, sa_type=UtcColumn)
    settled_at: dt.datetime | None = instant()
    settled_by: str = Field(default="", max_length=200)
    reply: str = Field(default="", max_length=2_000)


class PeerReview(Part, table=True):
    """A session in which colleagues looked at the deal together (Q2); rows are only ever added.

    Attributes:
        on: the calendar day of the session.
        author: who took it down.
        presenter: who presented the deal.
        attendees: who was there, with commas between.
        minutes: how long presentation, questions and coaching took, in whole minutes, with commas between.
        summary: what came of it.
    """

    __tablename__ = "peer_review"

    on: dt.date
    author: str = Field(default="", max_length=200)
    presenter: str = Field(default="", max_length=200)
    attendees: str = Field(default="", max_length=SHORT)
    minutes: str = Field(default="", max_length=40)
    summary: str = Field(default="", max_length=LONG)


class PeerPoint(Part, table=True):
    """A question, risk or action of a peer review (Q2)."""

    __tablename__ = "peer_point"

    session_id: UUID
    kind: PointKind = choice(PointKind, PointKind.QUESTION)
    body: str = Field(default="", max_length=2_000)
    owner: str = Field(default="", max_length=200)
    due: dt.date | None = Field(default=None)


class DealLink(Part, table=True):
    """What a person said of another record that looks like this one: a different deal, or one it belongs to (A8).

    ``other_id`` is that record's identity; it may be gone. ``other_title`` is what it was called then.
    """

    __tablename__ = "deal_link"

    other_id: UUID
    other_title: str = Field(default="", max_length=2_200)
    relation: Relation = choice(Relation, Relation.DIFFERENT)
    because: str = Field(default="", max_length=1_000)
    author: str = Field(default="", max_length=200)


class Proposal(Part, table=True):
    """A value that a provider of facts knows for a field, and what became of it (A2, A6).

    Attributes:
        place: the address of the field, as findings write it.
        subject: the account or contact that it is about; of another one in its place it says nothing.
        value: the value as JSON, as the log writes it.
        currency: that of an amount, where the provider names one.
        provider: who knows it.
        on: the calendar day on which the provider was asked.
        as_of: the day of which the provider knows it, where it says so.
        confidence: how sure the provider is, in percent, where it says so.
        decided_by: who accepted, refused or replaced it.
    """

    place: str = Field(default="", max_length=200)
    subject: UUID
    value: str = Field(default="null", sa_type=Text)
    currency: str = Field(default="", max_length=3)
    provider: str = Field(default="", max_length=60)
    on: dt.date
    as_of: dt.date | None = Field(default=None)
    confidence: int | None = Field(default=None, ge=0, le=100)
    state: ProposalState = choice(ProposalState, ProposalState.WAITING)
    decided_at: dt.datetime | None = instant()
    decided_by: str = Field(default="", max_length=200)


class Lead(Part, table=True):
    """A lead of another system as it came: it became this record, or was found to be it (A1). Rows are only ever added.

    Attributes:
        source: what the system is called where it was read.
        key: the source with the lead's own number there, or with what its contents make; finds it again.
        state: how far it had come there; None where nothing was said.
        digest: the SHA-256 of what it said then, in hexadecimal digits.
    """

    source: str = Field(default="", max_length=60)
    key: str = Field(default="", max_length=200, index=True)
    state: LeadState | None = choice(LeadState)
    digest: str = Field(default="", max_length=64)


class StagePassage(Part, table=True):
    """A stage entered, with the evidence that opened it (E4)."""

    __tablename__ = "stage_passage"

    stage: int
    passed_by: str = Field(default="", max_length=200)
    evidence: str = Field(default="{}")
