"""The opportunity: every single-valued answer of the walk, in the order in which it is asked."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from sqlalchemy import BigInteger, Text as TextColumn
from sqlmodel import Field

from oppwizard.i18n import T
from oppwizard.model.ask import Ask, Kind, Need
from oppwizard.model.base import Row, choice, instant, line, long, money, percent
from oppwizard.model.custom import Answers, AnswersColumn
from oppwizard.model.enums import (
    BudgetStatus,
    DealType,
    Deployment,
    ReviewState,
    SolutionFit,
    Stage,
    Status,
    SupportTier,
)

_QUALIFY = Stage.QUALIFICATION
_SCOPE = Stage.SCOPING
_DATA = Stage.DATA_COLLECTION
_CREATE = Stage.CREATION
_PEOPLE = Stage.STAKEHOLDERS
_STRATEGY = Stage.STRATEGY
_FACT = (_DATA,)
_HINT = Need.RECOMMENDED
_FREE = Need.OPTIONAL


class Lifecycle(Row):
    """What the walk keeps about a record; no person types these.

    ``pipeline_on`` is the owner's calendar day on which the opportunity came into being, ``pipeline_at`` the instant;
    both are empty for a draft.
    """

    account_id: UUID = Field(foreign_key="account.id", index=True)
    status: Status = choice(Status, Status.DRAFT)
    stage: int = Field(default=1)
    is_sample: bool = Field(default=False)
    pipeline_on: dt.date | None = Field(default=None)
    pipeline_at: dt.datetime | None = instant()
    set_aside_reason: str | None = line()
    playbook_version: str = Field(default="", max_length=100)
    created_by: str = Field(default="", max_length=200)
    team: str = Field(default="", max_length=200)

    # The answers to the organisation's own fields, by name: see `oppwizard.model.custom`.
    custom: Answers = Field(default_factory=dict, sa_type=AnswersColumn, sa_column_kwargs={"server_default": "{}"})

    # The manager's review (Q1): where it stands, and since when the clock runs.
    review: ReviewState | None = choice(ReviewState)
    review_since: dt.datetime | None = instant()

    # What was forecast when the opportunity came into being, and what came of it (R1-R5).
    first_close_on: dt.date | None = Field(default=None)
    first_amount: Decimal | None = money()
    first_probability: Decimal | None = percent()
    first_score: int | None = Field(default=None)
    closed_on: dt.date | None = Field(default=None)
    closed_amount: Decimal | None = money()
    close_reason: str | None = line()
    lost_to: str | None = line()

    # Kept at every save, so that a list of 100,000 records needs no gate to be shown. What of the score does not fade
    # (in thousandths of a point) and the last talk say what it is on a later day; -1 was never scored.
    title: str = Field(default="", max_length=2_200)
    amount: Decimal | None = money()
    open_points: int = Field(default=0)
    open_stage: int = Field(default=1)
    search_key: str = Field(default="")
    score: int = Field(default=-1)
    score_base: int = Field(default=-1)
    last_talk_on: dt.date | None = Field(default=None)

    # Kept at every save too, so that an audit counts in one pass: which required fields are answered, single ones and
    # those of rows, a bit each; what is wrong, a bit each; and by which list of fields and faults that was said.
    answered: int = Field(default=0, sa_type=BigInteger)
    answered_rows: int = Field(default=0, sa_type=BigInteger)
    faults: int = Field(default=0, sa_type=BigInteger)
    facts_version: int = Field(default=0)

    # Kept at every save for exports of many records: what the line items came to, as files have it, and by which rules
    # the record was judged.
    sizing: str | None = Field(default=None, sa_type=TextColumn)
    judged_by: int = Field(default=0)


WORKED_OUT: Final = frozenset(
    {
        "title",
        "amount",
        "open_points",
        "open_stage",
        "search_key",
        "score",
        "score_base",
        "last_talk_on",
        "answered",
        "answered_rows",
        "faults",
        "facts_version",
        "sizing",
        "judged_by",
    }
)
"""What is kept of a record so that lists and audits need not judge it: never read from a file."""


class Opportunity(Lifecycle, table=True):
    """One deal. `Lifecycle.status` says whether it exists in the pipeline or is still a draft."""

    # 1 Qualification
    budget_status: Annotated[
        BudgetStatus | None, Ask("W1.1", _QUALIFY, "budget", T("Budget status"), Kind.CHOICE, again=_FACT)
    ] = choice(BudgetStatus)
    currency: Annotated[str | None, Ask("Z6", _QUALIFY, "budget", T("Currency"), Kind.CURRENCY)] = Field(
        default=None, max_length=3
    )
    budget_amount: Annotated[
        Decimal | None,
        Ask("W1.1", _QUALIFY, "budget", T("Budget"), Kind.MONEY, _FREE, _FACT, example=T("amount, or the low end")),
    ] = money()
    budget_high: Annotated[
        Decimal | None,
        Ask("W1.1", _QUALIFY, "budget", T("Budget up to"), Kind.MONEY, _FREE, _FACT, example=T("if it is a range")),
    ] = money()
    budget_source: Annotated[
        str | None,
        Ask("W1.1", _QUALIFY, "budget", T("Source of the statement"), example=T("who said it, where, when")),
    ] = line()
    decision_maker_id: Annotated[
        UUID | None, Ask("W1.2", _QUALIFY, "budget", T("Decision maker"), Kind.PERSON, again=_FACT)
    ] = Field(default=None)
    authority_confirmed_how: Annotated[
        str | None,
        Ask("W1.2", _QUALIFY, "budget", T("How confirmed"), example=T("what they said or showed")),
    ] = line()
    authority_confirmed_on: Annotated[dt.date | None, Ask("W1.2", _QUALIFY, "budget", T("Confirmed on"), Kind.DATE)] = (
        Field(default=None)
    )

    business_problem: Annotated[
        str | None, Ask("W1.3", _QUALIFY, "need", T("Business problem"), Kind.LONG, again=_FACT)
    ] = long()
    measurable_impact: Annotated[
        str | None,
        Ask("W1.3", _QUALIFY, "need", T("Measurable impact"), Kind.LONG, again=_FACT, example=T("hours, money, risk")),
    ] = long()
    cost_of_inaction: Annotated[str | None, Ask("I2", _QUALIFY, "need", T("Cost of doing nothing"), need=_HINT)] = (
        line()
    )
    desired_state: Annotated[str | None, Ask("I2", _QUALIFY, "need", T("Desired state"), need=_HINT)] = line()
    success_metrics: Annotated[str | None, Ask("I2", _QUALIFY, "need", T("Success metrics"), need=_HINT)] = line()
    who_is_affected: Annotated[str | None, Ask("I2", _QUALIFY, "need", T("Who is affected"), need=_FREE)] = line()
    window_from: Annotated[dt.date | None, Ask("W1.4", _QUALIFY, "need", T("Buying window from"), Kind.DATE, _FREE)] = (
        Field(default=None)
    )
    window_to: Annotated[
        dt.date | None, Ask("W1.4", _QUALIFY, "need", T("Buying window to"), Kind.DATE, again=_FACT)
    ] = Field(default=None)
    compelling_event: Annotated[
        str | None,
        Ask("W1.4", _QUALIFY, "need", T("Compelling event"), again=_FACT, example=T("why now, at the customer")),
    ] = line()

    discovery_on: Annotated[dt.date | None, Ask("W1.5", _QUALIFY, "discovery", T("Discovery call on"), Kind.DATE)] = (
        Field(default=None)
    )
    discovery_attendees: Annotated[
        str | None, Ask("W1.5", _QUALIFY, "discovery", T("Attendees"), example=T("names, both sides"))
    ] = line()
    pain_points: Annotated[
        str | None,
        Ask("W1.5", _QUALIFY, "discovery", T("Pain points"), Kind.LONG, example=T("one a line")),
    ] = long()
    current_state: Annotated[str | None, Ask("W1.5", _QUALIFY, "discovery", T("Current state"), Kind.LONG)] = long()
    solution_fit: Annotated[SolutionFit | None, Ask("W1.5", _QUALIFY, "discovery", T("Solution fit"), Kind.CHOICE)] = (
        choice(SolutionFit)
    )
    fit_reason: Annotated[str | None, Ask("W1.5", _QUALIFY, "discovery", T("Why it fits"))] = line()

    evaluation_criteria: Annotated[
        str | None, Ask("E2", _QUALIFY, "competition", T("Evaluation criteria"), need=_HINT)
    ] = line()
    deciding_factors: Annotated[str | None, Ask("I6", _QUALIFY, "competition", T("Deciding factors"), need=_FREE)] = (
        line()
    )
    vendor_relationships: Annotated[
        str | None, Ask("I6", _QUALIFY, "competition", T("Vendor relationships"), need=_FREE)
    ] = line()

    decision_on: Annotated[dt.date | None, Ask("E2", _QUALIFY, "process", T("Decision date"), Kind.DATE, _HINT)] = (
        Field(default=None)
    )
    go_live_on: Annotated[dt.date | None, Ask("I5", _QUALIFY, "process", T("Go-live date"), Kind.DATE, _FREE)] = Field(
        default=None
    )
    buying_steps: Annotated[
        str | None, Ask("I5", _QUALIFY, "process", T("Buying steps"), Kind.LONG, _HINT, example=T("one a line"))
    ] = long()
    decision_process: Annotated[str | None, Ask("I5", _QUALIFY, "process", T("Decision process"), need=_HINT)] = line()
    blackout_dates: Annotated[
        str | None, Ask("I5", _QUALIFY, "process", T("Blackout dates"), need=_FREE, wording=False)
    ] = line()
    approval_process: Annotated[
        str | None, Ask("I4", _QUALIFY, "process", T("Budget approval process"), need=_HINT)
    ] = line()
    budget_timing: Annotated[
        str | None, Ask("I4", _QUALIFY, "process", T("Budget timing"), need=_FREE, example=T("fiscal year, approved?"))
    ] = line()
    procurement: Annotated[str | None, Ask("I4", _QUALIFY, "process", T("Procurement"), need=_FREE, wording=False)] = (
        line()
    )
    signing_limits: Annotated[
        str | None, Ask("I4", _QUALIFY, "process", T("Signing limits"), need=_FREE, wording=False)
    ] = line()

    # 2 Scoping
    term_months: Annotated[
        int | None, Ask("W2.3", _SCOPE, "structure", T("Term in months"), Kind.INTEGER, example=T("36 is three years"))
    ] = Field(default=None, gt=0, le=240)
    payment_terms: Annotated[
        str | None, Ask("W2.3", _SCOPE, "structure", T("Payment terms"), Kind.PICK, picks="payment_terms")
    ] = line()
    deployment: Annotated[Deployment | None, Ask("W2.3", _SCOPE, "structure", T("Deployment"), Kind.CHOICE)] = choice(
        Deployment
    )
    support_tier: Annotated[SupportTier | None, Ask("W2.3", _SCOPE, "structure", T("Support tier"), Kind.CHOICE)] = (
        choice(SupportTier)
    )
    professional_services: Annotated[
        bool | None, Ask("W2.3", _SCOPE, "structure", T("Professional services"), Kind.YES_NO)
    ] = Field(default=None)
    arr_override: Annotated[Decimal | None, Ask("W2.2", _SCOPE, "structure", T("ARR instead"), Kind.MONEY, _FREE)] = (
        money()
    )
    acv_override: Annotated[Decimal | None, Ask("W2.2", _SCOPE, "structure", T("ACV instead"), Kind.MONEY, _FREE)] = (
        money()
    )
    tcv_override: Annotated[Decimal | None, Ask("W2.2", _SCOPE, "structure", T("TCV instead"), Kind.MONEY, _FREE)] = (
        money()
    )
    override_reason: Annotated[
        str | None, Ask("W2.2", _SCOPE, "structure", T("Reason for the override"), need=_FREE)
    ] = line()

    use_cases: Annotated[
        str | None, Ask("H2", _SCOPE, "technical", T("Use cases to show"), Kind.LONG, Need.OPTIONAL)
    ] = long()
    integrations: Annotated[
        str | None, Ask("I3", _SCOPE, "technical", T("Integrations"), need=_HINT, wording=False)
    ] = line()
    security_compliance: Annotated[
        str | None, Ask("I3", _SCOPE, "technical", T("Security and compliance"), need=_HINT, wording=False)
    ] = line()
    infrastructure: Annotated[
        str | None, Ask("I3", _SCOPE, "technical", T("Infrastructure limits"), need=_FREE, wording=False)
    ] = line()
    data_migration: Annotated[
        str | None, Ask("I3", _SCOPE, "technical", T("Data migration"), need=_FREE, wording=False)
    ] = line()
    user_volume: Annotated[
        str | None, Ask("I3", _SCOPE, "technical", T("User volume"), need=_FREE, example=T("seats, transactions"))
    ] = line()
    performance_sla: Annotated[
        str | None, Ask("I3", _SCOPE, "technical", T("Performance and SLA"), need=_FREE, wording=False)
    ] = line()
    rollout_scope: Annotated[
        str | None, Ask("Z5", _SCOPE, "technical", T("Rollout scope"), need=_FREE, example=T("sites, departments"))
    ] = line()
    rollout_plan: Annotated[
        str | None, Ask("Z5", _SCOPE, "technical", T("Rollout plan"), need=_FREE, example=T("phases"))
    ] = line()

    # 3 Data collection
    deal_type: Annotated[DealType | None, Ask("W3.1", _DATA, "details", T("New or expansion"), Kind.CHOICE)] = choice(
        DealType
    )
    primary_contact_id: Annotated[UUID | None, Ask("W3.2", _DATA, "people", T("Primary contact"), Kind.PERSON)] = Field(
        default=None
    )
    no_influencers_because: Annotated[
        str | None, Ask("W3.2", _DATA, "people", T("No influencers because"), need=_FREE)
    ] = line()

    name: Annotated[
        str | None, Ask("E5", _DATA, "details", T("Opportunity name"), example=T("account - product - scope"))
    ] = line()
    close_on: Annotated[dt.date | None, Ask("E1", _DATA, "details", T("Close date"), Kind.DATE)] = Field(
        default=None, index=True
    )
    close_validated_by: Annotated[
        str | None,
        Ask("E6", _DATA, "details", T("Validated by"), example=T("who at the customer agreed to the date")),
    ] = line()
    close_validated_on: Annotated[dt.date | None, Ask("E6", _DATA, "details", T("Validated on"), Kind.DATE)] = Field(
        default=None
    )
    sales_stage: Annotated[
        str | None, Ask("E1", _DATA, "details", T("Sales stage"), Kind.PICK, picks="sales_stages")
    ] = line()
    probability: Annotated[Decimal | None, Ask("E1", _DATA, "details", T("Probability %"), Kind.PERCENT)] = percent()
    lead_source: Annotated[
        str | None, Ask("E1", _DATA, "details", T("Lead source"), Kind.PICK, picks="lead_sources")
    ] = line()
    owner: Annotated[str | None, Ask("E1", _DATA, "details", T("Owner"))] = line()
    manager: Annotated[str | None, Ask("Q1", _DATA, "details", T("Reviewing manager"), need=_FREE)] = line()

    consequence_of_delay: Annotated[str | None, Ask("W3.4", _DATA, "file", T("If it does not happen"), Kind.LONG)] = (
        long()
    )
    next_step: Annotated[
        str | None, Ask("E9", _DATA, "file", T("Next step"), example=T("what exactly happens next"))
    ] = line()
    next_step_owner: Annotated[str | None, Ask("E9", _DATA, "file", T("Who does it"))] = line()
    next_step_on: Annotated[dt.date | None, Ask("E9", _DATA, "file", T("On which day"), Kind.DATE)] = Field(
        default=None
    )
    next_step_at: Annotated[dt.time | None, Ask("E9", _DATA, "file", T("At what time"), Kind.TIME, _FREE)] = Field(
        default=None
    )
    facts_confirmed: Annotated[bool | None, Ask("W3.4", _DATA, "file", T("Facts above still true"), Kind.YES_NO)] = (
        Field(default=None)
    )

    # 4 Record creation
    initial_note: Annotated[str | None, Ask("W4.7", _CREATE, "create", T("Initial note"), Kind.LONG)] = long()
    different_because: Annotated[
        str | None, Ask("A8", _CREATE, "create", T("A different deal because"), need=_FREE)
    ] = line()

    # 5 Stakeholder mapping
    blockers_asked: Annotated[
        str | None,
        Ask("W5.2", _PEOPLE, "coverage", T("Asked about blockers"), example=T("whom, and the answer"), need=_FREE),
    ] = line()
    coverage_reason: Annotated[str | None, Ask("W5.4", _PEOPLE, "coverage", T("So few people because"), need=_FREE)] = (
        line()
    )

    # 6 Deal strategy
    why_us: Annotated[str | None, Ask("W6.1", _STRATEGY, "win", T("Why they buy from us"), Kind.LONG)] = long()
    differentiators: Annotated[
        str | None, Ask("W6.1", _STRATEGY, "win", T("Differentiators that matter"), Kind.LONG)
    ] = long()
    objections: Annotated[str | None, Ask("W6.1", _STRATEGY, "win", T("Concerns and objections"), Kind.LONG)] = long()
    proof_points: Annotated[str | None, Ask("W6.1", _STRATEGY, "win", T("Proof points"), Kind.LONG)] = long()
