"""What is sent: a record's rows, each with a digest that says whether it has changed since it was sent."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from oppwizard.data.tables import Pushed
from oppwizard.exchange.crm.cells import Made
from oppwizard.exchange.crm.plans import Field, Plan, Sheet
from oppwizard.exchange.crm.rows import Row
from oppwizard.i18n import T, Text
from oppwizard.model.base import utc_now
from oppwizard.model.choice import Choice
from oppwizard.model.record import Record

Key = tuple[str, str]
_REPLACE, _INSERT = "replace", "insert"


class State(Choice):
    """What is to become of a row, or became of it."""

    NEW = "new", T("to be sent for the first time")
    CHANGED = "changed", T("to be changed")
    SAME = "same", T("unchanged")
    CREATED = "created", T("created")
    UPDATED = "updated", T("updated")
    FAILED = "failed", T("refused")
    WAITING = "waiting", T("not sent")


OPEN = (State.NEW, State.CHANGED)
"""The states of what is to be sent."""
BROKEN = (State.FAILED, State.WAITING)
"""The states of what was not."""


@dataclass(eq=False)
class Parcel:
    """A row of the CRM on its way; of a table whose rows are put in the place of earlier ones, all of a record.

    Attributes:
        identity: which row of its table it is.
        rows: its cells.
        known: what is remembered of it.
    """

    sheet: Sheet
    identity: str
    record: Record
    rows: list[list[str]]
    digest: str
    known: Pushed | None = None
    state: State = State.NEW
    problem: Text | None = None
    remote_id: str = field(default="")

    @property
    def key(self) -> Key:
        """What it is remembered by."""
        return self.sheet.name, self.identity

    @property
    def cells(self) -> list[tuple[Field, str]]:
        """Its columns with their cells, where it is one row."""
        return list(zip(self.sheet.fields, self.rows[0], strict=True))

    @property
    def refers(self) -> list[Key]:
        """The rows that it names."""
        return list(dict.fromkeys(_references(self)))

    @property
    def cleared(self) -> set[str]:
        """The columns that had a value when it was sent, and have none any more."""
        before = set(json.loads(self.known.filled)) if self.known else set()
        return before - self.filled

    @property
    def filled(self) -> set[str]:
        """The columns that have a value."""
        return {one.header for row in self.rows for one, cell in zip(self.sheet.fields, row, strict=True) if cell}

    def meet(self, known: Pushed | None, *, again: bool) -> None:
        """Learn what is remembered of it."""
        self.known = known
        self.remote_id = known.remote_id if known else ""
        if known is None or not known.digest:
            self.state = State.NEW if self.rows else State.SAME
        else:
            self.state = State.CHANGED if again or known.digest != self.digest else State.SAME

    def done(self, remote_id: str, *, created: bool) -> None:
        """The service has it."""
        self.remote_id = remote_id
        self.state = State.CREATED if created else State.UPDATED

    def fail(self, problem: Text) -> None:
        """The service does not take it."""
        self.state, self.problem = State.FAILED, problem

    def wait(self, problem: Text | None = None) -> None:
        """It was not sent."""
        self.state, self.problem = State.WAITING, problem

    def remembered(self, crm: str, target: str) -> Pushed:
        """What is to be kept of it now."""
        kept = self.known or Pushed(
            crm=crm, target=target, sheet=self.sheet.name, identity=self.identity, record_id=self.record.id
        )
        kept.record_id, kept.revision = self.record.id, self.record.opportunity.revision
        kept.wanted = self.digest
        if self.state in (State.CREATED, State.UPDATED):
            kept.digest, kept.filled = self.digest, json.dumps(sorted(self.filled))
            kept.remote_id, kept.sent_at = self.remote_id, utc_now()
        self.known = kept
        return kept


def parcels_of(plan: Plan, made: Made) -> Iterator[Parcel]:
    """A record's rows in the order in which they are sent."""
    for sheet in plan.sheets:
        rows = made.rows[sheet.name]
        if sheet.declared.operation == _REPLACE:
            yield _parcel(sheet, str(made.record.id), made.record, [cells for _row, cells in rows])
            continue
        for row, cells in rows:
            yield _parcel(sheet, _identity(sheet, row, cells), made.record, [cells])


def _parcel(sheet: Sheet, identity: str, record: Record, rows: list[list[str]]) -> Parcel:
    heads = [(one.header, one.called, one.column.association, one.column.only) for one in sheet.fields]
    text = json.dumps([sheet.object, sheet.key, heads, rows], ensure_ascii=False)
    return Parcel(sheet, identity, record, rows, hashlib.sha256(text.encode()).hexdigest())


def _identity(sheet: Sheet, row: Row, cells: list[str]) -> str:
    at = sheet.index(sheet.key) if sheet.key else None
    if at is not None:
        return cells[at]
    if sheet.declared.operation == _INSERT:
        return "|".join(cells[at] for at, one in enumerate(sheet.fields) if is_matched(one))
    return str(row.id)


def is_matched(one: Field) -> bool:
    """Whether a row without an identity of ours is found again by this column, among others."""
    is_fixed = one.source is None and one.header.endswith("Id")
    return bool(one.column.refers) or is_fixed or one.place == "currency"


def _references(parcel: Parcel) -> Iterator[Key]:
    for row in parcel.rows:
        for one, cell in zip(parcel.sheet.fields, row, strict=True):
            if one.column.refers and cell:
                yield one.column.refers, cell
