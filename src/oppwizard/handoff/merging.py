"""Two copies of a record become one (H4): newer wins only where one side changed; where both did, a person decides.

Which side changed what is told by the histories: a change that both have is old news; one that only one side has is
that side's. No clock is compared, so that two machines may disagree about the time.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.tables import Change, Op, columns_of, values_of
from oppwizard.data.unfolding import COLUMN, differing, field_of, unfolded
from oppwizard.exchange.schema import OTHERS
from oppwizard.handoff.logged import fresh, key_of
from oppwizard.i18n import T, Text
from oppwizard.model.account import Account
from oppwizard.model.base import Row
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import EXISTING, Standing
from oppwizard.model.fields import ROW_KINDS
from oppwizard.model.findings import Address, address
from oppwizard.model.opportunity import WORKED_OUT, Opportunity
from oppwizard.model.parts import Handoff
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.process.entry import worded_answer
from oppwizard.walk import Walk
from oppwizard.walk.history import Bag, Key, value_of
from oppwizard.walk.move import Edits

Place = tuple[str, str, str]
"""What a difference is about, the same in every look at it: table, row, column; ``pending`` and where for a text."""
PENDING: Final = "pending"
_KEPT: Final = frozenset(Row.model_fields)
_REFERRED: Final = (Account, Contact)
"""Rows that a record refers to, and may share with others."""
_COURSE: Final = (
    "stage",
    "status",
    "pipeline_on",
    "pipeline_at",
    "playbook_version",
    "review",
    "review_since",
    "closed_on",
    "closed_amount",
    "close_reason",
    "lost_to",
)
_NAMES: Final = (
    "name",
    "what",
    "subject",
    "product",
    "body",
    "description",
    "other_title",
    "point",
    "role",
    "category",
    "state",
)
_WORKED_OUT: Final[Mapping[type[SQLModel], frozenset[str]]] = {
    Opportunity: WORKED_OUT,
    Account: frozenset({"name_key", "dba_key"}),
}


class Who(Enum):
    """Whose change a difference is."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Difference:
    """A value, or a whole row, that is not the same in the two copies.

    Attributes:
        at: where it stands.
        what: what it is called.
        mine, theirs: what each copy says, as it is shown.
        who: who changed it since the two were one.
        by: who changed it last on the other side, and when (UTC).
    """

    place: Place
    at: Address
    what: Text
    mine: str
    theirs: str
    who: Who
    by: str = ""
    when: dt.datetime | None = None


@dataclass(slots=True)
class Merge:
    """What merging a packet's record into one's own copy means.

    Attributes:
        edits: the changes of one's own copy, already made in memory; conflicts follow the decisions, else stay as mine.
        history: the changes that one's own history did not have.
        differences: what is not the same, conflicts first.
    """

    record: Record
    edits: Edits
    history: list[Change]
    differences: list[Difference] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Difference]:
        """What both sides changed."""
        return [one for one in self.differences if one.who is Who.BOTH]


class _Histories:
    """What each side changed that the other does not know of."""

    def __init__(self, mine: Sequence[Change], theirs: Sequence[Change]) -> None:
        self.theirs = fresh(theirs, mine)
        self.mine = fresh(mine, theirs)
        self._last = {
            side: self._by_place(changes) for side, changes in ((Who.MINE, self.mine), (Who.THEIRS, self.theirs))
        }
        self._gone = {Who.MINE: _deleted(mine), Who.THEIRS: _deleted(theirs)}
        self._known = {Who.MINE: set(map(key_of, mine)), Who.THEIRS: set(map(key_of, theirs))}

    @staticmethod
    def _by_place(changes: Iterable[Change]) -> dict[tuple[UUID, str], Change]:
        return {(change.row_id, change.field): change for change in unfolded(changes)}

    def last(self, side: Who, row_id: UUID, name: str) -> Change | None:
        """A side's newest change of a value."""
        return self._last[side].get((row_id, name))

    def of_row(self, side: Who, row_id: UUID) -> Change | None:
        """A side's newest change of anything in a row."""
        return next((change for (row, _), change in reversed(self._last[side].items()) if row == row_id), None)

    def removed(self, side: Who, row_id: UUID) -> bool:
        """Whether a side has removed a row, and the other side, which still has it, does not know that yet.

        Whoever knows of a removal and has the row all the same has decided to keep it.
        """
        other = Who.MINE if side is Who.THEIRS else Who.THEIRS
        removal = self._gone[side].get(row_id)
        return removal is not None and key_of(removal) not in self._known[other]


def _deleted(changes: Iterable[Change]) -> dict[UUID, Change]:
    """The removals after which a row did not come back."""
    last = {change.row_id: change for change in changes if change.op is not Op.SET}
    return {row_id: change for row_id, change in last.items() if change.op is Op.DELETE}


class _Merging:
    """One merge under way. ``mine`` is None where the store has no such record yet."""

    def __init__(
        self,
        walk: Walk,
        mine: Record | None,
        theirs: Record,
        logs: tuple[Sequence[Change], Sequence[Change]],
        decided: Mapping[Place, Who],
    ) -> None:
        self.walk, self.theirs, self.decided = walk, theirs, decided
        self.mine = mine or theirs
        self.is_new = mine is None
        self.bag, self.other = Bag(self.mine), Bag(theirs)
        self.log = _Histories(*logs)
        self.found: list[Difference] = []

    def merged(self) -> Merge:
        if self.is_new:
            self._adopt()
        else:
            self._join()
        edits = self.bag.assembled(self.walk)
        self._pending(edits)
        _settle(edits)
        found = sorted(self.found, key=lambda one: (one.who is not Who.BOTH, one.who is Who.MINE, str(one.at)))
        return Merge(edits.record, edits, self.log.theirs, found)

    def _adopt(self) -> None:
        """Take all rows; where another deal uses the account or a person already, that one is kept up with."""
        for key, row in list(self.bag.rows.items()):
            known = self._known(key)
            if known is None:
                self.bag.edits.insert(row)
            else:
                self.bag.rows[key] = known
                self._row(key)
        self.bag.edits.pending.update(self.theirs.unread)

    def _join(self) -> None:
        own, others = list(self.bag.rows), dict(self.other.rows)
        for key in own:
            if key in others:
                self._row(key)
        for key, row in others.items():
            if key not in own and key[0] not in _REFERRED:
                self._only_theirs(key, row)
        for key in own:
            if key not in others and key[0] not in _REFERRED:
                self._only_mine(key)
        self._follow()

    def _follow(self) -> None:
        """Bring the account and the people to whom the rows now refer, and let go those to whom none does."""
        deal = self.mine.opportunity
        needed: set[Key] = {(Account, deal.account_id)}
        needed |= {(Contact, row.contact_id) for key, row in self.bag.rows.items() if key[0] is Stakeholder}
        for key in needed - self.bag.rows.keys():
            known = self._known(key)
            if known is not None:
                self.bag.rows[key] = known
                if key in self.other.rows:
                    self._row(key)
            elif key in self.other.rows:
                self.bag.put(key[0](**values_of(self.other.rows[key])))
        for key in [key for key in self.bag.rows if key[0] in _REFERRED and key not in needed]:
            if self.bag.rows[key].standing is Standing.PROPOSED:
                self.bag.take(key)
            else:
                del self.bag.rows[key]

    def _known(self, key: Key) -> Any:
        """The account or person that the store has already, because another deal uses it."""
        model, row_id = key
        if model is Account:
            return self.walk.store.account(row_id)
        return self.walk.store.contact(row_id) if model is Contact else None

    # Values

    def _row(self, key: Key) -> None:
        mine, theirs = self.bag.rows[key], self.other.rows[key]
        for name in _differing(mine, theirs):
            values = value_of(mine, name), value_of(theirs, name)
            self._value(key, name, values, self._whose(key[1], name, declared=self._spec(key, name) is not None))

    def _whose(self, row_id: UUID, name: str, *, declared: bool) -> Who:
        mine, theirs = self.log.last(Who.MINE, row_id, name), self.log.last(Who.THEIRS, row_id, name)
        if mine is None and theirs is not None:
            return Who.THEIRS
        if declared:
            return Who.MINE if theirs is None and mine is not None else Who.BOTH
        return Who.THEIRS if theirs is not None and self._further(name) else Who.MINE

    def _further(self, name: str) -> bool:
        """Whether theirs has come further, where both went on from stage to stage by themselves."""
        ours, others = self.mine.opportunity, self.theirs.opportunity
        return (_created(others), others.stage) > (_created(ours), ours.stage) if name in _COURSE else False

    def _spec(self, key: Key, name: str) -> Any:
        return self.bag.address(key, name).spec

    def _value(self, key: Key, name: str, values: tuple[Any, Any], who: Who) -> None:
        model, row_id = key
        at = self.bag.address(key, name)
        spec = at.spec
        if spec is None:
            if who is Who.THEIRS:
                self.bag.assign(key, name, values[1])
            return
        place = (str(model.__tablename__), str(row_id), name)
        if self._takes(place, who):
            self.bag.assign(key, name, values[1])
        shown = [
            worded_answer(spec, one, side, self.walk.playbook)
            for one, side in zip(values, (self.mine, self.theirs), strict=True)
        ]
        change = self.log.last(Who.THEIRS, row_id, name)
        self._note(place, at, spec.ask.label, shown[0], shown[1], who, change)

    def _takes(self, place: Place, who: Who) -> bool:
        return who is Who.THEIRS or (who is Who.BOTH and self.decided.get(place) is Who.THEIRS)

    def _note(
        self, place: Place, at: Address, what: Text, mine: str, theirs: str, who: Who, change: Change | None
    ) -> None:
        by, when = (change.who, change.at) if change else ("", None)
        self.found.append(Difference(place, at, what, mine, theirs, who, by, when))

    # Rows

    def _only_theirs(self, key: Key, row: Any) -> None:
        change = self._changed(Who.THEIRS, row)
        who = Who.THEIRS
        if self.log.removed(Who.MINE, row.id):
            who = Who.BOTH if change is not None else Who.MINE
        place = _place(key)
        if self._takes(place, who):
            self.bag.put(key[0](**values_of(row)))
        self._note_row(place, self.other.address(key, ""), "", self._named(self.other, row), who, change)

    def _only_mine(self, key: Key) -> None:
        row = self.bag.rows[key]
        who = Who.MINE
        if self.log.removed(Who.THEIRS, row.id):
            who = Who.BOTH if self._changed(Who.MINE, row) is not None else Who.THEIRS
        place, at, named = _place(key), self.bag.address(key, ""), self._named(self.bag, row)
        if self._takes(place, who):
            self.bag.take(key)
        self._note_row(place, at, named, "", who, self.log.of_row(Who.THEIRS, row.id))

    def _changed(self, side: Who, row: Any) -> Change | None:
        """A side's newest change of a row; a person is two."""
        found = self.log.of_row(side, row.id)
        return self.log.of_row(side, row.contact_id) if found is None and isinstance(row, Stakeholder) else found

    @staticmethod
    def _named(bag: Bag, row: Any) -> str:
        if isinstance(row, Stakeholder):
            row = bag.rows.get((Contact, row.contact_id), row)
        texts = (getattr(row, name, None) for name in _NAMES)
        return next((str(text) for text in texts if text), str(row.id))

    def _note_row(self, place: Place, at: Address, mine: str, theirs: str, who: Who, change: Change | None) -> None:
        if place[0] == Handoff.__tablename__:
            return  # what became of packets is told elsewhere, and only ever grows
        kind = ROW_KINDS.get(at.entity)
        self._note(place, at, kind.one if kind else OTHERS[at.entity], mine, theirs, who, change)

    # Texts that are no values yet

    def _pending(self, edits: Edits) -> None:
        mine = dict(edits.record.pending)
        for where, text in self.theirs.unread.items():
            if mine.get(where) == text:
                continue
            place = (PENDING, where, "")
            who = Who.BOTH if where in mine or self._answered(edits.record, where) else Who.THEIRS
            if self._takes(place, who):
                edits.hold(where, text)
            self._note(place, address(where), T("Typed, but no value yet"), mine.get(where, ""), text, who, None)

    @staticmethod
    def _answered(record: Record, where: str) -> bool:
        return record.value(address(where)) not in (None, "", [])


def _differing(mine: Any, theirs: Any) -> list[str]:
    """The columns that do not say the same; of the organisation's own fields each by itself."""
    model: type[SQLModel] = type(mine)
    found: list[str] = []
    for name in columns_of(model):
        if name in _KEPT or name in _WORKED_OUT.get(model, ()) or getattr(mine, name) == getattr(theirs, name):
            continue
        found += [name] if name != COLUMN else map(field_of, differing(mine.custom, theirs.custom))
    return found


def _created(deal: Opportunity) -> bool:
    return deal.status in EXISTING


def _place(key: Key) -> Place:
    return str(key[0].__tablename__), str(key[1]), ""


def _settle(edits: Edits) -> None:
    """What follows from the values: the keys of the account; nothing refers to somebody who is gone."""
    record = edits.record
    edits.set(record.account, "name_key", fold(record.account.name))
    edits.set(record.account, "dba_key", fold(record.account.dba or ""))
    there = {person.id for person in record.people}
    for spec, holder in record.referring():
        value = getattr(holder, spec.name)
        if isinstance(value, list):
            edits.set(holder, spec.name, [one for one in value if one in there])
        elif value is not None and value not in there:
            edits.set(holder, spec.name, None)


def merge(
    walk: Walk,
    mine: Record | None,
    theirs: Record,
    logs: tuple[Sequence[Change], Sequence[Change]],
    decided: Mapping[Place, Who] | None = None,
) -> Merge:
    """Merge another copy of a record into one's own, in memory.

    Args:
        mine: one's own copy, which is changed; None where there is none, and the other copy becomes it.
        theirs: the other copy.
        logs: both histories, with the changes of the rows that the record shares with others, oldest first.
        decided: for each place that both sides changed, whose it is to be; what is not decided stays as it is.
    """
    return _Merging(walk, mine, theirs, logs, decided or {}).merged()
