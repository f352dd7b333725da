"""The tables beside the record's own: the log of changes and the typed text that is not a value yet."""

import datetime as dt
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from oppwizard.data.indexes import attach
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.base import UtcColumn, new_id
from oppwizard.model.choice import Choice, ChoiceColumn
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.notices import Event, Level, MessageState
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


class ChangeState(Choice):
    """Where a logged change stands for undo: in force, taken back, no longer to be redone, or a mark of an undo."""

    DONE = "done", T("Done")
    UNDONE = "undone", T("Undone")
    DEAD = "dead", T("Dropped")
    MARK = "mark", T("Undo or redo")


class Op(Choice):
    """What a change did to its row."""

    SET = "set", T("Set")
    INSERT = "insert", T("Added")
    DELETE = "delete", T("Removed")


class Source(Choice):
    """Where a change came from."""

    PERSON = "person", T("Person")
    IMPORT = "import", T("Import")
    ENRICHMENT = "enrichment", T("Enrichment")
    RULE = "rule", T("Rule")
    ERASURE = "erasure", T("Erasure of a person")


UNDONE_ONLY: Final = text("state = 'undone'")
"""The condition of the partial index, and word for word that of the statements which are to use it."""


class Change(SQLModel, table=True):
    """One logged change. Rows are only ever added; ``state`` and the text of a merged change are all that moves.

    ``old`` and ``new`` are JSON as `oppwizard.data.codec` writes it; an inserted row has no old, a deleted one no new.
    """

    __table_args__ = (
        Index("ix_change_record_seq", "record_id", "seq"),
        Index("ix_change_undone", "record_id", sqlite_where=UNDONE_ONLY, postgresql_where=UNDONE_ONLY),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
    )
    record_id: UUID
    action: UUID
    state: ChangeState = Field(sa_type=ChoiceColumn(ChangeState))
    op: Op = Field(sa_type=ChoiceColumn(Op))
    entity: str = Field(max_length=40)
    row_id: UUID
    field: str = Field(default="", max_length=60)
    old: str | None = Field(default=None, sa_type=Text)
    new: str | None = Field(default=None, sa_type=Text)
    who: str = Field(default="", max_length=200)
    at: dt.datetime = Field(sa_type=UtcColumn)
    source: Source = Field(sa_type=ChoiceColumn(Source))
    reason: str = Field(default="", sa_type=Text)


class Pending(SQLModel, table=True):
    """What was typed into a field and is not (yet) a value of its type."""

    record_id: UUID = Field(primary_key=True)
    address: str = Field(primary_key=True, max_length=200)
    text: str = Field(sa_type=Text)


class Blob(SQLModel, table=True):
    """The contents of attached files, each once, under their SHA-256."""

    digest: str = Field(primary_key=True, max_length=64)
    content: bytes = Field(sa_type=LargeBinary)


class Audit(SQLModel, table=True):
    """An audit that was made (Q3), kept so that it can be repeated and held against later ones.

    Attributes:
        on: the day by which dates were judged.
        seed: what the sample was drawn with.
        size: how many records were looked at.
        rules: the version of the playbook and of the rubric.
        figures: what came of it, as JSON.
    """

    id: UUID = Field(default_factory=new_id, primary_key=True)
    at: dt.datetime = Field(sa_type=UtcColumn)
    on: dt.date
    who: str = Field(default="", max_length=200)
    seed: int = Field(default=0, sa_type=BigInteger)
    size: int = Field(default=0)
    rules: str = Field(default="", max_length=200)
    figures: str = Field(default="{}", sa_type=Text)


class Message(SQLModel, table=True):
    """A message of the outbox, written with the change that it tells of (A4).

    Attributes:
        key: what it tells to whom; a second message of the same key is none.
        record_id: the opportunity it speaks of; it may be gone.
        channel: the name of a channel, or a role and the person in it, as ``@manager:Mona``; never an address.
        next_at: not before this instant is it sent.
        attempts: how often it was tried.
        claim: who is sending it just now ...
        claimed_until: ... and from when on it is taken for given that they do not any more.
        problem: why the last attempt failed.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state_next_at", "state", "next_at"),
        Index("ix_outbox_record_id_event", "record_id", "event"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    key: str = Field(max_length=600, unique=True)
    event: Event = Field(sa_type=ChoiceColumn(Event))
    record_id: UUID | None = Field(default=None)
    channel: str = Field(max_length=300)
    level: Level = Field(default=Level.INFO, sa_type=ChoiceColumn(Level))
    title: str = Field(default="", max_length=1_000)
    body: str = Field(default="", sa_type=Text)
    state: MessageState = Field(default=MessageState.WAITING, sa_type=ChoiceColumn(MessageState))
    created_at: dt.datetime = Field(sa_type=UtcColumn)
    next_at: dt.datetime = Field(sa_type=UtcColumn)
    attempts: int = Field(default=0)
    claim: UUID | None = Field(default=None)
    claimed_until: dt.datetime | None = Field(default=None, sa_type=UtcColumn)
    ended_at: dt.datetime | None = Field(default=None, sa_type=UtcColumn)
    problem: str = Field(default="", max_length=1_000)


class Pushed(SQLModel, table=True):
    """What a CRM was sent: one row for each row of it, so that a push sends only what is missing or has changed.

    Attributes:
        crm: the service.
        target: which of its accounts: its host, and what the playbook calls it.
        sheet: the table of the mapping whose row it is.
        identity: which row of that table.
        record_id: the opportunity that it was sent for; it may be gone.
        revision: the opportunity's revision at that time.
        wanted: what it is to be there, as a digest ...
        digest: ... and what it is as far as the service has confirmed it; empty before that.
        filled: the columns that had a value, as JSON: one that is emptied later is emptied there too.
        remote_id: what the service calls it.
        sent_at: when it was confirmed.
    """

    __tablename__ = "pushed"
    __table_args__ = (
        UniqueConstraint("crm", "target", "identity", "sheet"),
        Index("ix_pushed_crm_target_record_id", "crm", "target", "record_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    crm: str = Field(max_length=20)
    target: str = Field(max_length=400)
    sheet: str = Field(max_length=200)
    identity: str = Field(max_length=400)
    record_id: UUID
    revision: int = Field(default=0)
    wanted: str = Field(default="", max_length=64)
    digest: str = Field(default="", max_length=64)
    filled: str = Field(default="[]", sa_type=Text)
    remote_id: str = Field(default="", max_length=200)
    sent_at: dt.datetime | None = Field(default=None, sa_type=UtcColumn)


PARTS: Final[dict[type[SQLModel], str]] = {
    LineItem: "lines",
    TeamMember: "team",
    Competitor: "competitors",
    Touchpoint: "touchpoints",
    RoleSearch: "searches",
    Risk: "risks",
    PlanItem: "plan",
    Note: "notes",
    StagePassage: "passages",
    DealLink: "links",
    Attachment: "attachments",
    Lead: "leads",
    Tick: "ticks",
    Handoff: "handoffs",
    Review: "reviews",
    Remark: "remarks",
    PeerReview: "peer_reviews",
    PeerPoint: "peer_points",
    Proposal: "proposals",
}
"""The classes whose rows hang on the opportunity alone, each with its list on `Record`."""

MODELS: Final[tuple[type[SQLModel], ...]] = (Account, Contact, Opportunity, Stakeholder, *PARTS)
"""Every class of a record, referred-to ones before those that refer to them."""


@lru_cache(maxsize=32)
def table_of(model: type[SQLModel]) -> Table:
    """The table behind a class."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


@lru_cache(maxsize=32)
def columns_of(model: type[SQLModel]) -> tuple[str, ...]:
    """The names of a class's columns, in order; attributes have the same names."""
    return tuple(column.name for column in table_of(model).columns)


def values_of(row: SQLModel) -> dict[str, Any]:
    """A row's columns with its values."""
    return {name: getattr(row, name) for name in columns_of(type(row))}


_BY_NAME: Final = {str(model.__tablename__): model for model in MODELS}


def model_of(entity: str) -> type[SQLModel]:
    """The class whose table a change names.

    Raises:
        KeyError: no class of a record has that table.
    """
    return _BY_NAME[entity]


attach(table_of(Opportunity), table_of(Account), table_of(Contact))
