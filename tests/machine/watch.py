"""What has to hold after each transaction, whoever made it, and what undo has to bring back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from oppwizard.data.store import Batch, Store
from oppwizard.data.tables import Source, columns_of, model_of
from oppwizard.model.base import utc_now
from oppwizard.model.contact import Stakeholder
from oppwizard.model.opportunity import Opportunity
from oppwizard.walk import Walk
from tests.machine.evidence import Parts, missing
from tests.machine.ledger import SHARED, Ledger, Seen, continued, logged, look_at, new_entries

Kept = dict[tuple[str, Any], tuple[Any, ...]]
RULE = "rule automation.advance"


@dataclass
class Step:
    """An action that undo may take back.

    Attributes:
        before, after: all rows of the record, byte for byte.
        barrier: whether undo refuses it; ``begins``: whether it made the record.
        shared: rows of the account that another record has changed since: nothing is said of those.
    """

    action: UUID
    before: Kept
    after: Kept
    barrier: bool = False
    begins: bool = False
    shared: set[tuple[str, Any]] = field(default_factory=set)


@dataclass
class Course:
    """The actions of a record that are in force, and those taken back."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)


@lru_cache(maxsize=256)
def _column(model: Any, name: str) -> int:
    names = columns_of(model)
    return logged(model).index(names.index(name))


_STAGE, _STATUS, _REVIEW, _BEGUN, _ACCOUNT, _CREATOR, _OWNER = (
    _column(Opportunity, name)
    for name in ("stage", "status", "review", "pipeline_on", "account_id", "created_by", "owner")
)
EXISTING = ("created", "won", "lost")


class Watch:
    """Follows a store from outside.

    Attributes:
        courses: by record, what undo and redo have to do.
        judging: whether whoever writes has to satisfy the gates; not so for what is received, which others judged.
    """

    def __init__(self, store: Store, auditor: Walk) -> None:
        self.store, self.auditor = store, auditor
        self.ledger = Ledger(store)
        self.courses: dict[UUID, Course] = {}
        self.seen = look_at(store)
        self.judging = True
        self.users: frozenset[str] = frozenset()
        self.began = utc_now()
        whole = new_entries(store, 0)
        self.ledger.holds(self.ledger.take(whole, chained=True))
        for identity in self.records():
            self.courses[identity] = Course()

    def records(self) -> list[UUID]:
        """The identities of all records, the oldest first."""
        return sorted(UUID(str(key[1])) for key in self.seen.rows if key[0] == "opportunity")

    def heard(self, batches: Sequence[Batch]) -> None:
        """Look at what a transaction has made of the store."""
        before, self.seen = self.seen, look_at(self.store)
        after = self.seen
        assert before.kept <= after.kept, "a row is gone, or altered, that only ever stays"
        records = set(self.courses)
        assert records <= set(self.records()), "a record is gone"
        changed = {key for key in before.rows.keys() | after.rows.keys() if before.rows.get(key) != after.rows.get(key)}
        self._log(before, batches, changed)
        self._nothing_typed_is_gone(before, batches)
        for batch in batches:
            self._course(before, batch, changed)
            self._gates(before, batch)
            self._review(before, batch)

    # The log

    def _log(self, before: Seen, batches: Sequence[Batch], changed: set[tuple[str, Any]]) -> None:
        moved = continued(before, self.seen)
        elsewhere = any(batch.received is not None for batch in batches)
        number = int(before.log[-1][0]) if before.log else 0
        new = new_entries(self.store, number)
        if moved:
            again = [entry for entry in new_entries(self.store, moved[0] - 1) if entry.seq in moved]
            self.ledger.take(again, chained=False)
        if not elsewhere:
            for entry in new:
                assert entry.who in self.users or entry.who.startswith(RULE), f"who is {entry.who!r}?"
                assert self.began <= entry.at <= utc_now() + dt.timedelta(seconds=1)
        touched = self.ledger.take(new, chained=not elsewhere)
        self.ledger.holds(touched | {(name, UUID(str(raw))) for name, raw in changed})

    def _nothing_typed_is_gone(self, before: Seen, batches: Sequence[Batch]) -> None:
        meant = {(batch.record.id, address) for batch in batches for address in batch.pending}
        for (record, address), text in before.pending.items():
            if (UUID(str(record)), address) not in meant:
                assert self.seen.pending.get((record, address)) == text, f"“{text}” at {address} is gone"

    # Undo and redo

    def own(self, seen: Seen, record_id: UUID) -> Kept:
        """All rows of a record."""
        rows = seen.rows
        found = {key: row for key, row in rows.items() if key[0] not in SHARED and _owner(key, row) == record_id}
        deal = next((row for key, row in found.items() if key[0] == "opportunity"), None)
        if deal is None:
            return {}
        contacts = {row[_column(Stakeholder, "contact_id")] for key, row in found.items() if key[0] == "stakeholder"}
        wanted = {("account", deal[_ACCOUNT]), *(("contact", one) for one in contacts)}
        return found | {key: rows[key] for key in wanted}

    def _course(self, before: Seen, batch: Batch, changed: set[tuple[str, Any]]) -> None:
        identity = batch.record.id
        course = self.courses.setdefault(identity, Course())
        was, now = self.own(before, identity), self.own(self.seen, identity)
        if batch.undoes is not None:
            course.undone.append(course.done.pop())
            self._as_it_was(now, course.undone[-1].before, course.undone[-1])
        elif batch.redoes is not None:
            course.done.append(course.undone.pop())
            self._as_it_was(now, course.done[-1].after, course.done[-1])
        else:
            course.undone.clear()
            if batch.edits or batch.received:
                self._noted(course, batch, was, now)
        shared = {key for key in changed if key[0] in SHARED}
        for other, theirs in self.courses.items():
            if other != identity and shared:
                for step in (*theirs.done, *theirs.undone):
                    step.shared |= shared

    @staticmethod
    def _noted(course: Course, batch: Batch, was: Kept, now: Kept) -> None:
        newest = course.done[-1] if course.done else None
        if batch.merge and newest is not None and newest.action == batch.action:
            newest.after = now
            return
        added = {key[0] for key in now.keys() - was.keys()}
        begins = "opportunity" in added
        barrier = bool(added & {"handoff", "review"}) or (_begun(now) and not _begun(was))
        course.done.append(Step(batch.action, was, now, barrier, begins))

    @staticmethod
    def _as_it_was(found: Kept, wanted: Kept, step: Step) -> None:
        for key in found.keys() | wanted.keys():
            if key not in step.shared:
                assert found.get(key) == wanted.get(key), f"{key} is not as it was"

    # Gates and reviews

    def _gates(self, before: Seen, batch: Batch) -> None:
        identity = batch.record.id
        was, now = _deal(before, identity), _deal(self.seen, identity)
        exists = now[_STATUS] in EXISTING and (was is None or was[_STATUS] not in EXISTING)
        further = now[_STAGE] > (was[_STAGE] if was is not None else 1)
        if batch.author.source is Source.IMPORT:  # a draft comes with the evidence with which it once passed
            further = False
        if not self.judging or not (exists or further):
            return
        reached = max(4 if exists else 0, int(now[_STAGE]) - 1 if further else 0)
        lacking = missing(Parts(self.store, self.seen.rows, identity), reached)
        assert not lacking, f"passed the gates up to {reached} without: {lacking}"
        record = self.auditor.load(identity)
        verdict = self.auditor.verdict(record)
        assert verdict.open_stage is None or verdict.open_stage > reached, [str(one) for one in verdict.blocking]

    def _review(self, before: Seen, batch: Batch) -> None:
        identity = batch.record.id
        was, now = _deal(before, identity), _deal(self.seen, identity)
        if now[_REVIEW] != "active" or (was is not None and was[_REVIEW] == "active"):
            return
        record = self.auditor.store.load(identity)
        assert record.reviews, "it is approved, and nobody has said so"
        last = max(record.reviews, key=lambda review: review.at)
        assert last.decision.value == "approve", "it is approved against the last decision"
        names = {_folded(was[number]) for number in (_CREATOR, _OWNER)} if was else {_folded(now[_CREATOR])}
        assert _folded(last.reviewer) not in names, f"{last.reviewer} has approved their own record"


def _folded(name: Any) -> str:
    return " ".join(str(name or "").casefold().split())


def _owner(key: tuple[str, Any], row: tuple[Any, ...]) -> UUID:
    place = 0 if key[0] == "opportunity" else _column(model_of(key[0]), "opportunity_id")
    return UUID(str(row[place]))


def _deal(seen: Seen, identity: UUID) -> Any:
    raw = next((key for key in seen.rows if key[0] == "opportunity" and UUID(str(key[1])) == identity), None)
    return seen.rows[raw] if raw else None


def _begun(rows: Kept) -> bool:
    return any(key[0] == "opportunity" and row[_BEGUN] is not None for key, row in rows.items())
