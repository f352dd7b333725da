"""The closed lists of the process: stages, states and the kinds of everything."""

from enum import IntEnum

from oppwizard.i18n import T, Text
from oppwizard.model.choice import Choice


class Stage(IntEnum):
    """The six stages, in the order in which they are walked (W1-W6)."""

    QUALIFICATION = 1
    SCOPING = 2
    DATA_COLLECTION = 3
    CREATION = 4
    STAKEHOLDERS = 5
    STRATEGY = 6

    @property
    def label(self) -> Text:
        """The stage's name, short enough for the progress line."""
        return _STAGE_LABELS[self]

    @property
    def slug(self) -> str:
        """The stage's name in commands and files."""
        return self.name.lower()


_STAGE_LABELS = {
    Stage.QUALIFICATION: T("Qualify"),
    Stage.SCOPING: T("Scope"),
    Stage.DATA_COLLECTION: T("Data"),
    Stage.CREATION: T("Create"),
    Stage.STAKEHOLDERS: T("People"),
    Stage.STRATEGY: T("Strategy"),
}


class Status(Choice):
    """What a record is: those `CREATED`, `WON` and `LOST` are opportunities, the last two closed ones."""

    DRAFT = "draft", T("Draft")
    CREATED = "created", T("Opportunity")
    WON = "won", T("Won")
    LOST = "lost", T("Lost")
    DISQUALIFIED = "disqualified", T("Disqualified")
    NURTURE = "nurture", T("Nurture")


CLOSED = (Status.WON, Status.LOST)
EXISTING = (Status.CREATED, *CLOSED)


class UserRole(Choice):
    """What the person at the keyboard is to a deal (Q1-Q3)."""

    REP = "rep", T("Sales representative")
    SDR = "sdr", T("Sales development representative")
    MANAGER = "manager", T("Sales manager")
    SALES_ENGINEER = "se", T("Sales engineer")
    OPERATIONS = "operations", T("Sales operations")


class ReviewState(Choice):
    """Where an opportunity stands with its manager (Q1)."""

    WAITING = "waiting", T("Waits for review")
    REVISE = "revise", T("Needs revision")
    ACTIVE = "active", T("Approved, active")


class Decision(Choice):
    """What a manager decides about an opportunity (Q1)."""

    APPROVE = "approve", T("Approved")
    REVISE = "revise", T("Sent back for revision")
    REJECT = "reject", T("Rejected")


class PointKind(Choice):
    """What is taken down in a peer review (Q2)."""

    QUESTION = "question", T("Question")
    RISK = "risk", T("Risk")
    ACTION = "action", T("Action")


class Standing(Choice):
    """Whether an account or contact exists, or is only proposed by a draft."""

    PROPOSED = "proposed", T("Proposed")
    ACTIVE = "active", T("Active")


class BudgetStatus(Choice):
    ALLOCATED = "allocated", T("Allocated")
    NEEDS_APPROVAL = "needs_approval", T("Needs approval")
    CREDIBLE_RANGE = "credible_range", T("Credible range")
    UNCONFIRMED = "unconfirmed", T("Unconfirmed")


class LeadState(Choice):
    """How far marketing or inside sales had come with a lead when it arrived (A1), the least first."""

    OUT = "out", T("No lead any more")
    LEAD = "lead", T("Below MQL")
    MQL = "mql", T("MQL")
    SQL = "sql", T("SQL")


class SolutionFit(Choice):
    FITS = "fits", T("Fits")
    FITS_WITH_GAPS = "fits_with_gaps", T("Fits with gaps")
    NO_FIT = "no_fit", T("No fit")


class DealType(Choice):
    NEW_LOGO = "new_logo", T("New logo")
    EXPANSION = "expansion", T("Expansion")


class DecisionStructure(Choice):
    CENTRAL = "central", T("Central")
    BY_DIVISION = "by_division", T("By division")
    MIXED = "mixed", T("Mixed")


class Deployment(Choice):
    CLOUD = "cloud", T("Cloud")
    ON_PREMISES = "on_premises", T("On-premises")
    HYBRID = "hybrid", T("Hybrid")


class SupportTier(Choice):
    BASIC = "basic", T("Basic")
    PREMIUM = "premium", T("Premium")
    ENTERPRISE = "enterprise", T("Enterprise")


class LineCategory(Choice):
    """What a line sells; services never count as recurring revenue (Z1)."""

    CORE = "core", T("Core product")
    ADD_ON = "add_on", T("Add-on module")
    IMPLEMENTATION = "implementation", T("Implementation")
    TRAINING = "training", T("Training")
    CONSULTING = "consulting", T("Consulting")
    INTEGRATION = "integration", T("Integration")
    SUPPORT = "support", T("Support")

    @property
    def is_service(self) -> bool:
        """Whether the line is a service: in ACV and TCV, never in ARR."""
        return self not in (LineCategory.CORE, LineCategory.ADD_ON)


class PricingModel(Choice):
    PER_SEAT = "per_seat", T("Per seat")
    TIERED = "tiered", T("Tiered (volume)")
    USAGE = "usage", T("Usage with committed minimum")
    FLAT = "flat", T("Flat fee")
    CUSTOM = "custom", T("Custom")


class BillingPeriod(Choice):
    MONTH = "month", T("per month")
    QUARTER = "quarter", T("per quarter")
    YEAR = "year", T("per year")
    ONCE = "once", T("once")

    @property
    def per_year(self) -> int:
        """How often the price falls due in a year; 0 for a one-time price."""
        return {"month": 12, "quarter": 4, "year": 1, "once": 0}[self.value]


class Commitment(Choice):
    """Whether a line is being bought, or might be one day (Z4)."""

    BUYING = "buying", T("Is buying")
    OPTION = "option", T("Could buy later")


class TeamRole(Choice):
    SALES_ENGINEER = "sales_engineer", T("Sales engineer")
    CUSTOMER_SUCCESS_MANAGER = "customer_success_manager", T("Customer success manager")
    SOLUTION_ARCHITECT = "solution_architect", T("Solution architect")


class Role(Choice):
    """The roles of a buying committee (K1)."""

    ECONOMIC_BUYER = "economic_buyer", T("Economic buyer")
    TECHNICAL_BUYER = "technical_buyer", T("Technical buyer")
    PROCESS_OWNER = "process_owner", T("Process owner")
    EXECUTIVE_SPONSOR = "executive_sponsor", T("Executive sponsor")
    CHAMPION = "champion", T("Champion")
    SUBJECT_MATTER_EXPERT = "subject_matter_expert", T("Subject-matter expert")
    END_USER = "end_user", T("End user")
    PROCUREMENT = "procurement", T("Procurement / finance")
    INFLUENCER = "influencer", T("Influencer")
    BLOCKER = "blocker", T("Blocker")
    GATEKEEPER = "gatekeeper", T("Gatekeeper")


DECISION_ROLES = (Role.ECONOMIC_BUYER, Role.TECHNICAL_BUYER, Role.PROCESS_OWNER, Role.EXECUTIVE_SPONSOR)
INFLUENCING_ROLES = (
    Role.INFLUENCER,
    Role.CHAMPION,
    Role.SUBJECT_MATTER_EXPERT,
    Role.END_USER,
    Role.PROCUREMENT,
    Role.TECHNICAL_BUYER,
)


class Influence(Choice):
    DECIDES = "decides", T("Decides")
    HIGH = "high", T("High")
    MEDIUM = "medium", T("Medium")
    LOW = "low", T("Low")


class Engagement(Choice):
    NOT_CONTACTED = "not_contacted", T("Not contacted")
    CONTACTED = "contacted", T("Contacted")
    MET = "met", T("Met")
    ENGAGED = "engaged", T("Actively engaged")


class Relationship(Choice):
    STRONG = "strong", T("Strong")
    MODERATE = "moderate", T("Moderate")
    WEAK = "weak", T("Weak")
    HOSTILE = "hostile", T("Hostile")


class Channel(Choice):
    EMAIL = "email", T("E-mail")
    PHONE = "phone", T("Phone")
    VIDEO = "video", T("Video call")
    CHAT = "chat", T("Chat")
    IN_PERSON = "in_person", T("In person")


class Responsiveness(Choice):
    SAME_DAY = "same_day", T("Same day")
    DAYS = "days", T("Within days")
    SLOW = "slow", T("Slow")
    SILENT = "silent", T("Silent")


class Level(Choice):
    """Where a person stands in their organisation; the levels of multithreading (K5)."""

    EXECUTIVE = "executive", T("Executive")
    DIRECTOR = "director", T("Director")
    MANAGER = "manager", T("Manager")
    SPECIALIST = "specialist", T("Specialist")


class CompetitorKind(Choice):
    COMPETITOR = "competitor", T("Competitor")
    INCUMBENT = "incumbent", T("Incumbent")
    STATUS_QUO = "status_quo", T("Status quo (do nothing)")
    IN_HOUSE = "in_house", T("Built in-house")


class TouchpointKind(Choice):
    MEETING = "meeting", T("Meeting")
    CALL = "call", T("Call")
    EMAIL = "email", T("E-mail")
    DEMO = "demo", T("Demo")


class RiskCategory(Choice):
    """What every deal is asked for (W6.3)."""

    DERAIL = "derail", T("Could derail the deal")
    STAKEHOLDERS = "stakeholders", T("Stakeholders who may block")
    COMMERCIAL = "commercial", T("Budget, authority, timeline")
    RESOURCES = "resources", T("Our own resources")


class Grade(Choice):
    LOW = "low", T("Low")
    MEDIUM = "medium", T("Medium")
    HIGH = "high", T("High")


class PlanKind(Choice):
    NEXT_ACTION = "next_action", T("Next action")
    MILESTONE = "milestone", T("Milestone")
    CHECKPOINT = "checkpoint", T("Internal checkpoint")


class Relation(Choice):
    """How a record stands to another one that looks like it (A8)."""

    DIFFERENT = "different", T("A different deal")
    LINKED = "linked", T("Belongs together")


class ProposalState(Choice):
    """What became of a value that a provider knows for a field (A6)."""

    WAITING = "waiting", T("Waits for you")
    FILLED = "filled", T("Filled in")
    ACCEPTED = "accepted", T("Accepted by a person")
    REFUSED = "refused", T("Refused")
    REPLACED = "replaced", T("Replaced by a person")
    OUTDATED = "outdated", T("Replaced by a newer value")


class HandoffKind(Choice):
    """From whom to whom a deal goes (H1, H2, H3)."""

    SDR_AE = "sdr-ae", T("SDR to account executive")
    AE_SE = "ae-se", T("Account executive to sales engineer")
    TERRITORY = "territory", T("Territory")
    REVIEW = "review", T("Review by the manager")


class HandoffState(Choice):
    """What became of a packet (H4)."""

    SENT = "sent", T("Sent")
    RECEIVED = "received", T("Received")
    ACCEPTED = "accepted", T("Accepted")
    RETURNED = "returned", T("Returned")


class NoteKind(Choice):
    INITIAL = "initial", T("Initial note")
    NOTE = "note", T("Note")


class Severity(Choice):
    """How firmly a finding speaks."""

    BLOCK = "block", T("Blocks")
    WARN = "warn", T("Warning")
    INFO = "info", T("Hint")
