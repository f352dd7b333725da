"""The part of `Walk` that holds a record against history and against the other records of the store."""

import datetime as dt
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.checks import keys
from oppwizard.checks.duplicates import (
    Candidate,
    Facts,
    Pair,
    candidates,
    facts_of,
    keys_of_account,
    keys_of_record,
    scan,
)
from oppwizard.checks.facts import facts, version
from oppwizard.checks.judging import Checked
from oppwizard.checks.mistakes import Mistake, mistakes
from oppwizard.checks.past import History
from oppwizard.checks.score import Score, faded, last_talk, scored
from oppwizard.checks.unseen import Unseen, UnseenPair, scan_unseen, unseen
from oppwizard.data.codec import encode
from oppwizard.data.store import Batch, Edit
from oppwizard.data.tables import Change, ChangeState, Op, Source
from oppwizard.errors import NotFound, Refused, StoreProblem
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.base import utc_now
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Relation, Standing
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import DealLink
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.process.required import is_missing
from oppwizard.process.wording import is_placeholder
from oppwizard.walk.move import Edits, Move

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_KEYED: Final[dict[type[SQLModel], tuple[str, ...]]] = {
    Account: ("dba", "legal_name", "website", "company_number"),
    Contact: ("email", "phone"),
    Opportunity: ("account_id",),
}
"""The columns that an account is found again by."""


@dataclass
class Around:
    """What a record was last held against.

    Attributes:
        facts: the record's own side of it; another one means that the store is to be asked again.
        moves: the changes of its close date.
    """

    facts: tuple[Facts, frozenset[int]] | None = None
    candidates: tuple[Candidate, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    moves: list[Change] = field(default_factory=list)


class Past:
    """The history of a store, read when it is first asked for, and again when there is more of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: object = None
        self._history: History | None = None

    def of(self, walk: "Walk", *, look: bool) -> History:
        """The history; ``look`` asks the store whether it has changed."""
        with self._lock:
            if self._history is None or look:
                mark = walk.store.past_mark()
                if self._history is None or mark != self._mark:
                    self._mark, self._history = mark, History.read(walk.store, walk.playbook)
            return self._history


class Checking:
    """Judging a record by more than itself, and keeping what people said about it."""

    def checked(self: "Walk", record: Record) -> Checked:  # type: ignore[misc]
        """What the checks say of a record today."""
        around = self._around.setdefault(record.id, Around())
        facts = facts_of(record, self.playbook), frozenset(keys_of_record(record))
        if facts != around.facts:
            try:
                around.candidates = candidates(record, self.store, self.playbook)
                around.unseen = unseen(record, self.store, self.playbook)
                around.facts = facts
            except StoreProblem:  # the disk will be asked again; what was known still holds
                pass
        history, today, moves = self._past.of(self, look=False), self.context.today, tuple(around.moves)
        return Checked(record, history, self.playbook, today, around.candidates, moves, around.unseen)

    def look_around(self: "Walk", record: Record) -> None:  # type: ignore[misc]
        """Look again for other records that may be the same deal, and for what else may have changed in the store."""
        self.look_at_store()
        self._around[record.id] = Around(moves=self.store.changes_of(record.id, "opportunity", "close_on"))

    def look_at_store(self: "Walk") -> None:  # type: ignore[misc]
        """See to it that other records can be found, and that the history is the store's."""
        if not self.store.read_only:
            self.store.make_keys(keys.VERSION, keys.keys_of)
        self._past.of(self, look=True)

    def forget(self: "Walk", record_id: UUID) -> None:  # type: ignore[misc]
        """Let go of what is kept for a record that nobody looks at any more."""
        self._around.pop(record_id, None)

    def all_duplicates(self: "Walk", at_least: float | None = None) -> list[Pair]:  # type: ignore[misc]
        """Every two records of the store that may be one deal, the likeliest first.

        Args:
            at_least: the strength from which on a pair is listed; that from which on one is shown where not given.

        Raises:
            StoreProblem: the store cannot be read, or lacks keys and cannot be written.
        """
        if not self.store.read_only:
            self.store.make_keys(keys.VERSION, keys.keys_of)
        return scan(self.store, self.playbook, at_least)

    def all_unseen(self: "Walk", at_least: float | None = None) -> list[UnseenPair]:  # type: ignore[misc]
        """What a team's store tells of records that this person may not look at and that may be one deal with theirs.

        To be asked after `all_duplicates`, which sees to the keys.

        Args:
            at_least: as there.

        Raises:
            StoreProblem: the store cannot be read.
        """
        return scan_unseen(self.store, self.playbook, at_least)

    def score(self: "Walk", record: Record) -> Score:  # type: ignore[misc]
        """The data-quality score of a record today, with everything that it rests on (A9)."""
        return scored(self.case(record))

    def mistakes(self: "Walk", record: Record, verdict: Verdict | None = None) -> list[Mistake]:  # type: ignore[misc]
        """Which of the five mistakes a record makes, with the evidence for each (M1-M5)."""
        return mistakes(self.case(record), verdict or self.verdict(record))

    def scores_today(self: "Walk") -> int:  # type: ignore[misc]
        """Bring the scores that lists show to today: talks grow old by themselves; how many changed.

        Raises:
            StoreProblem: they cannot be written.
        """
        if self.store.read_only or self._scored_on == self.context.today:
            return 0
        weights, today = self.playbook.score, self.context.today
        changed = self.store.rescore(lambda lasting, talk: faded(lasting, talk, today, weights))
        self._scored_on = today
        return changed

    def score_columns(self: "Walk", record: Record) -> dict[str, int | dt.date | None]:  # type: ignore[misc]
        """What lists keep of a record's score."""
        score = self.score(record)
        talk = last_talk(record, self.context.today)
        return {"score": score.total, "score_base": score.lasting, "last_talk_on": talk}

    def fact_columns(self: "Walk", record: Record, verdict: Verdict) -> dict[str, int]:  # type: ignore[misc]
        """What audits keep of a record."""
        found = facts(self.case(record), verdict)
        return {
            "answered": found.answered,
            "answered_rows": found.answered_rows,
            "faults": int(found.faults),
            "facts_version": version(),
        }

    def relate(  # type: ignore[misc]
        self: "Walk", record: Record, other_id: UUID, relation: Relation, because: str = ""
    ) -> Move:
        """Keep what a person says of a record that may be the same deal: another one, or one it belongs to (A8).

        Raises:
            NotFound: there is no such record.
            Refused: it is said to be different, and no reason is given.
        """
        if other_id == record.id:
            raise NotFound(T("A record is not its own duplicate"))
        if relation is Relation.DIFFERENT and (is_missing(because) or is_placeholder(because, self.playbook.wording)):
            raise Refused(T("A reason is needed"), T("Say in a few words what makes it a different deal."))
        other = self.store.load(other_id)
        edits = Edits(record)
        for link in [link for link in record.links if link.other_id == other_id]:
            record.links.remove(link)
            edits.delete(link)
        made = DealLink(
            opportunity_id=record.id,
            other_id=other_id,
            other_title=other.opportunity.title,
            relation=relation,
            because=because.strip(),
            author=self.context.user,
        )
        record.links.append(made)
        edits.insert(made)
        if relation is Relation.DIFFERENT and is_missing(record.opportunity.different_because):
            edits.set(record.opportunity, "different_because", because.strip())
        return self.finish(edits)

    # What follows from a step

    def keys_after(self: "Walk", edits: Edits) -> dict[UUID, tuple[int, ...]]:  # type: ignore[misc]
        """The new keys of the record's account, if a step changed what they are made of."""
        if not any(_is_keyed(edit) for edit in edits.done):
            return {}
        account, people = edits.record.account, [person.contact for person in edits.record.people]
        if account.standing is Standing.ACTIVE:
            mine = {person.id for person in people}
            try:
                known = self.store.contacts_of(account.id, None)
            except StoreProblem:  # the answer is kept all the same; the keys that are there stay until the next one
                return {}
            people += [one for one in known if one.id not in mine]
        return {account.id: tuple(keys_of_account(account, people))}

    def note_moves(self: "Walk", batch: Batch) -> None:  # type: ignore[misc]
        """Remember moves of the close date before the log has them; an undone one is none."""
        moves = self._around.setdefault(batch.record.id, Around()).moves
        for edit in batch.edits:
            if edit.model is not Opportunity or edit.field != "close_on":
                continue
            if batch.undoes is not None:
                del moves[-1:]
            elif moves and moves[-1].action == batch.action:
                moves[-1].new = encode(Opportunity, edit.field, edit.new)
            else:
                moves.append(_as_change(batch, edit))


def _is_keyed(edit: Edit) -> bool:
    return edit.model in _KEYED and (edit.op is not Op.SET or edit.field in _KEYED[edit.model])


def _as_change(batch: Batch, edit: Edit) -> Change:
    return Change(
        record_id=batch.record.id,
        action=batch.action,
        state=ChangeState.DONE,
        op=Op.SET,
        entity="opportunity",
        row_id=edit.row_id,
        field=edit.field,
        old=encode(Opportunity, edit.field, edit.old),
        new=encode(Opportunity, edit.field, edit.new),
        at=utc_now(),
        source=Source.PERSON,
    )
