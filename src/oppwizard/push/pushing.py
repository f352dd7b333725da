"""A push: records checked, compared with what was sent, and what is missing or has changed sent table by table."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from oppwizard.errors import InvalidInput
from oppwizard.exchange.crm.cells import Cells, Made
from oppwizard.exchange.crm.plans import Plan, Sheet, plan_of
from oppwizard.exchange.crm.rows import Case
from oppwizard.exchange.export import ExportResult, leaving
from oppwizard.i18n import T, Text
from oppwizard.model.record import Record
from oppwizard.model.services import PushedCrm
from oppwizard.process.scoping import measured
from oppwizard.push.access import access_to
from oppwizard.push.parcels import BROKEN, OPEN, Key, Parcel, State, parcels_of
from oppwizard.push.retrying import Retrying, Stopped
from oppwizard.walk import Walk

if TYPE_CHECKING:
    from oppwizard.data.tables import Pushed

_AT_ONCE: Final = 100
"""So many records are sent together, table by table."""


class Service(Protocol):
    """A CRM's own interface."""

    def send(self, sheet: Sheet, parcels: Sequence[Parcel]) -> None:
        """Send rows of one table, and say of each what became of it."""

    def close(self) -> None:
        """Let the connections go."""


@dataclass
class Told:
    """What became of a record, or is to become of it.

    Attributes:
        counts: how many rows of each table are in which state.
        problems: the rows that were not sent, with the reason.
        gone: rows of earlier pushes that the record has not any more; they stay in the CRM.
    """

    record: UUID
    title: str
    counts: Counter[tuple[str, State]] = field(default_factory=Counter)
    problems: list[tuple[str, str, Text]] = field(default_factory=list)
    gone: list[Key] = field(default_factory=list)

    def count(self, *states: State) -> int:
        """How many rows are in some states; all of them where none is named."""
        return sum(number for (_sheet, state), number in self.counts.items() if not states or state in states)

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is missing in the CRM."""
        return not self.count(*BROKEN)


@dataclass
class PushResult:
    """What became of a push.

    Attributes:
        checked: what was left out or held back before anything was sent.
        stopped: why nothing more was sent.
    """

    crm: str
    target: str
    dry_run: bool = False
    checked: ExportResult = field(default_factory=ExportResult)
    records: list[Told] = field(default_factory=list)
    stopped: Stopped | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all that may leave has arrived."""
        return self.stopped is None and all(told.is_whole for told in self.records)


def target_of(walk: Walk, crm: str) -> str:
    """What a push goes to, as it is remembered and shown.

    Raises:
        InvalidInput: nobody has said where it is.
    """
    return access_to(crm, getattr(walk.playbook.crm, crm).push).target


def unfinished(walk: Walk, crm: str) -> list[UUID]:
    """The records of which an earlier push could not send all."""
    return walk.store.pushed.unfinished(crm, target_of(walk, crm))


def push(
    walk: Walk,
    crm: str,
    ids: Sequence[UUID] | None,
    *,
    dry_run: bool = False,
    again: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    told: Callable[[int], object] | None = None,
) -> PushResult:
    """Send opportunities to a CRM.

    Args:
        ids: which; None for all but samples.
        dry_run: only say what would be sent; the service is asked nothing and no secret is looked up.
        again: whether rows are sent too that have not changed since they were.
        sleep: how pauses between tries are spent.
        told: is called after each batch with the number of its rows.

    Raises:
        InvalidInput: there is no push to such a CRM, or nobody has said where it is.
        Stopped: the service gives no token.
        MissingExtra: the client is not installed.
        StoreProblem: what was sent cannot be remembered.
    """
    if crm not in tuple(PushedCrm):
        raise InvalidInput(
            T("“{text}” is not in the list", text=crm), T("Choose one of: {choices}", choices=", ".join(PushedCrm))
        )
    return _Pushing(walk, crm, Retrying(getattr(walk.playbook.crm, crm).push, sleep), told).all_of(
        ids, dry_run=dry_run, again=again
    )


class _Pushing:
    def __init__(self, walk: Walk, crm: str, retrying: Retrying, told: Callable[[int], object] | None) -> None:
        self.walk = walk
        self.plan: Plan = plan_of(walk.playbook, crm)
        self.settings = retrying.settings
        self.access = access_to(crm, self.settings)
        self.told = told
        self.again = False
        self.cells = Cells(self.plan)
        self.result = PushResult(crm, self.access.target)
        self._retrying = retrying
        self._remote: dict[Key, str] = {}
        self._service: Service | None = None

    def all_of(self, ids: Sequence[UUID] | None, *, dry_run: bool, again: bool) -> PushResult:
        """Send the records in groups, so that memory holds one group at a time."""
        self.result.dry_run, self.again = dry_run, again
        records = self._leaving(leaving(self.walk, ids, self.result.checked))
        try:
            while group := list(islice(records, _AT_ONCE)):
                self._group(group)
        finally:
            if self._service is not None:
                self._service.close()
        return self.result

    def _leaving(self, records: Iterable[Record]) -> Iterator[Made]:
        for record in records:
            made = self.cells.made(Case(record, measured(self.walk.case(record)), self.walk.playbook))
            if self.result.checked.hear(made, force=False):
                self.result.checked.count += 1
                yield made

    def _group(self, group: Sequence[Made]) -> None:
        parcels: dict[Key, Parcel] = {}
        of_record: list[tuple[Record, list[Parcel]]] = []
        for made in group:  # a row that several have in common is sent once
            mine = [parcels.setdefault(parcel.key, parcel) for parcel in parcels_of(self.plan, made)]
            of_record.append((made.record, mine))
        memory = self.walk.store.pushed
        ids = [record.id for record, _mine in of_record]
        known = memory.known(self.result.crm, self.result.target, parcels, ids)
        for key, parcel in parcels.items():
            parcel.meet(known.get(key), again=self.again)
        gone = self._gone(known, of_record)
        if not self.result.dry_run:
            self._remember(parcels.values(), gone)
            self._send(parcels)
        for record, mine in of_record:
            left = [row for row in gone if row.record_id == record.id and row.digest]
            self.result.records.append(_told(record, mine, left))

    def _gone(self, known: "dict[Key, Pushed]", of_record: list[tuple[Record, list[Parcel]]]) -> "list[Pushed]":
        """What is remembered of the records and is no row of theirs any more, but for what several have in common."""
        there = {(record.id, parcel.key) for record, mine in of_record for parcel in mine}
        records = {record.id for record, _mine in of_record}
        common = {sheet.name for sheet in self.plan.sheets if sheet.is_shared}
        return [
            row
            for key, row in known.items()
            if row.record_id in records and (row.record_id, key) not in there and row.sheet not in common
        ]

    # Sending

    def _remember(self, parcels: Iterable[Parcel], gone: "list[Pushed]") -> None:
        """Keep what is wanted before anything is sent, so that whatever happens it can be taken up again."""
        memory = self.walk.store.pushed
        for row in gone:
            row.wanted = row.digest
        memory.forget(row for row in gone if not row.digest)
        memory.write(
            [
                *(row for row in gone if row.digest),
                *(
                    self._kept(one)
                    for one in parcels
                    if one.state in OPEN or (one.known and one.known.wanted != one.digest)
                ),
            ]
        )

    def _kept(self, parcel: Parcel) -> "Pushed":
        return parcel.remembered(self.result.crm, self.result.target)

    def _send(self, parcels: dict[Key, Parcel]) -> None:
        self._remote = {key: one.remote_id for key, one in parcels.items() if one.remote_id}
        for sheet in self.plan.sheets:
            ready = []
            for parcel in parcels.values():
                if parcel.sheet is not sheet or parcel.state not in OPEN:
                    continue
                missing = next((key for key in parcel.refers if _is_broken(parcels.get(key))), None)
                if missing is None:
                    ready.append(parcel)
                else:
                    parcel.wait(T("it belongs to {object} {id}, which was not sent", object=missing[0], id=missing[1]))
            for start in range(0, len(ready), self.settings.batch):
                self._batch(sheet, ready[start : start + self.settings.batch])

    def _batch(self, sheet: Sheet, parcels: Sequence[Parcel]) -> None:
        """Send a batch and keep what of it has arrived, however it ends."""
        try:
            if self.result.stopped is None:
                self._connected().send(sheet, parcels)
        except Stopped as why:
            self.result.stopped = why
        finally:
            sent = [parcel for parcel in parcels if parcel.state in (State.CREATED, State.UPDATED)]
            self._remote |= {parcel.key: parcel.remote_id for parcel in sent}
            self.walk.store.pushed.write([self._kept(parcel) for parcel in sent])
            for parcel in parcels:
                if parcel.state in OPEN:
                    parcel.wait()
        if self.told is not None:
            self.told(len(parcels))

    def _connected(self) -> Service:
        if self._service is None:
            self._service = self._service_of()
        return self._service

    def _service_of(self) -> Service:
        match PushedCrm(self.result.crm):
            case PushedCrm.SALESFORCE:
                from oppwizard.push.salesforce import Salesforce

                return Salesforce(self.access, self._retrying)
            case PushedCrm.HUBSPOT:
                from oppwizard.push.hubspot import HubSpot

                return HubSpot(self.access, self._retrying, self._found, self.plan)

    def _found(self, key: Key) -> str:
        """What the service calls a row that it has; empty for one that it has not."""
        return self._remote.get(key, "")


def _is_broken(parcel: Parcel | None) -> bool:
    return parcel is not None and parcel.state in BROKEN


def _told(record: Record, parcels: Sequence[Parcel], gone: "Sequence[Pushed]") -> Told:
    told = Told(record.id, record.opportunity.title, gone=[(row.sheet, row.identity) for row in gone])
    for parcel in parcels:
        told.counts[parcel.sheet.name, parcel.state] += 1
        if parcel.problem is not None:
            told.problems.append((parcel.sheet.name, parcel.identity, parcel.problem))
    return told
