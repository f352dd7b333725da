"""Leads into the store: new ones become drafts, known ones are linked, and what cannot be taken is listed (A1, X2).

The rows of a chunk are one transaction; a file whose import was interrupted can simply be read again.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from oppwizard.data.backup import backup
from oppwizard.data.store import Author, Batch, Source, Store
from oppwizard.exchange.assembly import Assembly
from oppwizard.exchange.cells import Days, Fault
from oppwizard.exchange.faults import FaultFile
from oppwizard.exchange.history import Undecided
from oppwizard.exchange.leads.filling import Filling, Said
from oppwizard.exchange.leads.matching import Match, match
from oppwizard.exchange.leads.planning import LeadPlan
from oppwizard.exchange.leads.rows import Progress, Row
from oppwizard.exchange.leads.telling import Teller, Told
from oppwizard.exchange.linking import link
from oppwizard.exchange.reading import inserted
from oppwizard.exchange.shape import Shape
from oppwizard.exchange.standing import go_on
from oppwizard.exchange.values import Problem, storable
from oppwizard.i18n import T, Text
from oppwizard.model.base import LONG
from oppwizard.model.enums import LeadState, Status
from oppwizard.model.parts import Lead, Note
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.walk import Walk
from oppwizard.walk.move import Edits

CHUNK: Final = 25
"""Rows a transaction: others who write wait no longer than these take."""
_PAUSE: Final = 0.02
"""So many seconds the store is free between two chunks, so that others who wait for it come in."""


class Fate(Enum):
    """What became of a row."""

    ADDED = "added"
    FILLED = "filled"
    LINKED = "linked"
    SAME = "same"
    BELOW = "below"
    FAULT = "fault"


@dataclass
class LeadOutcome:
    """What became of one row.

    Attributes:
        line: where it stands in the file.
        id: the record; None where there is none.
        because: by what it was found to be that record's.
        open_points: what its first closed gate asks for: the field, and what is missing.
        problems: what could not be taken as it stands: kept with the record as text.
        look_alike: another record that may be the same deal, and why.
    """

    line: int
    fate: Fate
    id: UUID | None = None
    title: str = ""
    status: Status | None = None
    stage: int | None = None
    open_stage: int | None = None
    state: LeadState | None = None
    because: Text | None = None
    open_points: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    look_alike: Text | None = None


@dataclass
class LeadReport:
    """What became of a file.

    Attributes:
        fates: how many rows had each fate.
        past_first: how many new drafts are past stage 1.
        reasons: how often each reason was given for a row that cannot be taken.
        fault_file: where such rows are listed; None where there are none.
        least: the state below which leads were left out.
        written: whether the store was written; not in a dry run.
    """

    rows: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    past_first: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    fault_file: Path | None = None
    least: LeadState = LeadState.MQL
    written: bool = True

    @property
    def faults(self) -> int:
        """How many rows could not be taken."""
        return self.fates[Fate.FAULT]

    @property
    def changed(self) -> bool:
        """Whether anything in the store is another than before."""
        return any(self.fates[fate] for fate in (Fate.ADDED, Fate.FILLED, Fate.LINKED))


Tell = Callable[[LeadOutcome], None]


def import_leads(
    walk: Walk,
    plan: LeadPlan,
    *,
    everyone: bool = False,
    dry_run: bool = False,
    faults: Path | None = None,
    tell: Tell | None = None,
    progress: Progress | None = None,
) -> LeadReport:
    """Read a lead list as planned.

    Args:
        everyone: whether leads below MQL are taken in too.
        dry_run: whether all of it happens in a copy of the store that is thrown away.
        faults: the file for rows that cannot be taken; without it one beside the list. Only written where there is any.
        tell: told the outcome of each row, in order.

    Raises:
        Undecided: the plan has open questions.
        StoreProblem: the store cannot be written; the chunks before are in it.
        InvalidInput: the fault file cannot be written.
    """
    if plan.questions:
        first = plan.questions[0]
        raise Undecided(first.text, T("Say it: {how}", how=first.option))
    listed = FaultFile(faults or plan.table.path.with_suffix(".faults.csv"), plan.table.header)
    with ExitStack() as stack:
        stack.enter_context(listed)
        if dry_run and walk.store.is_served:
            stack.enter_context(walk.store.rehearsal())
        elif dry_run:
            walk = _copy(walk, stack)
        run = _Run(
            walk, plan, listed, everyone=everyone, tell=tell or (lambda _outcome: None), pause=0 if dry_run else _PAUSE
        )
        run.all(progress)
        run.report.fault_file = listed.commit()
    run.report.written = not dry_run
    return run.report


def _copy(walk: Walk, stack: ExitStack) -> Walk:
    """A walk on a copy of the store, which goes when the stack is left."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="oppwizard-"))
    store = stack.enter_context(Store.open(backup(walk.store.path, Path(folder) / "copy.db")))
    return Walk(store, walk.playbook, walk.context)


class _Run:
    """One file on its way into the store."""

    def __init__(
        self, walk: Walk, plan: LeadPlan, listed: FaultFile, *, everyone: bool, tell: Tell, pause: float
    ) -> None:
        self.report = LeadReport(least=walk.playbook.leads.least)
        self._walk, self._plan, self._listed = walk, plan, listed
        self._everyone, self._tell = everyone, tell
        self._pause = pause
        self._source = plan.mapping.source
        self._file = plan.table.path.name
        self._teller = Teller(plan, Days("dates", plan.mapping.dates, walk.context.today), walk.playbook.leads.words)
        self._author = Author(walk.context.user, Source.IMPORT, self._file)
        self._outcomes: list[LeadOutcome] = []
        self._refused: list[tuple[int, str, list[str]]] = []

    def all(self, progress: Progress | None) -> None:
        """Every row, a chunk a transaction; outcomes are told when their chunk is written."""
        self._walk.look_at_store()
        rows = self._plan.table.rows(self._broken, progress)
        while chunk := list(islice(rows, CHUNK)):
            self._walk.store.commit_all(self._batches(chunk))
            self._flush()
            time.sleep(self._pause)
        self._flush()

    def _flush(self) -> None:
        """Tell what became of rows whose transaction is written, in the order of the file."""
        for line, reason, cells in sorted(self._refused, key=lambda one: one[0]):
            self.report.reasons[reason] += 1
            self._listed.add(line, "", reason, cells)
        self._refused.clear()
        for outcome in sorted(self._outcomes, key=lambda one: one.line):
            self.report.rows += 1
            self.report.fates[outcome.fate] += 1
            self.report.past_first += outcome.fate is Fate.ADDED and (outcome.stage or 0) > 1
            self._tell(outcome)
        self._outcomes.clear()

    def _broken(self, line: int, reason: Text, cells: list[str]) -> None:
        self._refused.append((line, str(reason), [storable(cell) for cell in cells]))
        self._outcomes.append(LeadOutcome(line, Fate.FAULT, problems=[Problem("", reason)]))

    def _batches(self, chunk: list[Row]) -> Iterator[Batch]:
        for row in chunk:
            try:
                told = self._teller.told(row)
            except Fault as fault:
                self._broken(row.line, fault.reason, row.cells(self._plan.table.header))
                continue
            yield from self._one(told)

    def _one(self, told: Told) -> Iterator[Batch]:
        walk = self._walk
        before = walk.store.lead_lines(told.key)
        outcome = LeadOutcome(told.line, Fate.SAME, state=told.state)
        self._outcomes.append(outcome)
        same = next((each.record_id for each in before if each.digest == told.digest), None)
        if same is not None:
            outcome.id = same
            return
        if not before and not walk.playbook.leads.takes(told.state) and not self._everyone:
            outcome.fate = Fate.BELOW
            outcome.title = " / ".join(storable(name) for name in (*told.names, told.person) if name)
            return
        assembly = Assembly(walk, Shape(told.document))
        outcome.problems += assembly.problems
        found = Match(before[0].record_id, T("same lead")) if before else match(walk, told, assembly.record)
        if found is None:
            yield from self._added(told, assembly, outcome)
        else:
            outcome.because = found.because
            yield from self._known(told, assembly, found.record_id, outcome)
        walk.forget(assembly.record.id)

    # A new draft

    def _added(self, told: Told, assembly: Assembly, outcome: LeadOutcome) -> Iterator[Batch]:
        walk, record = self._walk, assembly.record
        deal = record.opportunity
        deal.created_by, deal.team = walk.context.user, walk.context.me.team
        deal.manager = deal.manager or walk.context.me.manager or None
        linked, differences = link(walk, record)
        record.leads.append(self._lead(record, told))
        others = [(each.place, str(each.problem)) for each in differences]
        record.notes += self._notes(record, told, others)
        outcome.problems += differences
        verdict = go_on(walk, record, create=False)
        move = walk.finish(inserted(record, linked), author=self._author, verdict=verdict)
        assert move.batch is not None
        outcome.fate = Fate.ADDED
        self._describe(outcome, record, move.verdict)
        outcome.title = str(move.batch.summary["title"])
        outcome.look_alike = self._look_alike(record)
        yield move.batch

    def _lead(self, record: Record, told: Told) -> Lead:
        return Lead(opportunity_id=record.id, source=self._source, key=told.key, state=told.state, digest=told.digest)

    def _look_alike(self, record: Record) -> Text | None:
        found = self._walk.checked(record).candidates
        if not found:
            return None
        first = found[0]
        return T("may be the same deal as {title}: {reasons}", title=first.title, reasons=first.because)

    # A record that is there

    def _known(self, told: Told, assembly: Assembly, record_id: UUID, outcome: LeadOutcome) -> Iterator[Batch]:
        walk = self._walk
        record = walk.load(record_id)
        edits = Edits(record)
        is_draft = record.opportunity.status is Status.DRAFT
        filling = Filling(walk, edits, assembly, change=is_draft)
        filled = bool(edits)
        came = self._lead(record, told)
        record.leads.append(came)
        edits.insert(came)
        for note in self._notes(record, told, filling.others):
            record.notes.append(note)
            edits.insert(note)
        move = walk.finish(edits, author=self._author)
        if move.batch is not None:
            yield move.batch
        verdict = move.verdict
        if filled:
            record = walk.load(record_id)
            yield from self._further(record)
            verdict = walk.verdict(record)
        outcome.fate = Fate.FILLED if filled else Fate.LINKED
        self._describe(outcome, record, verdict)
        walk.forget(record_id)

    def _further(self, record: Record) -> Iterator[Batch]:
        """Let a draft that knows more now go on as far as its gates open."""
        verdict = self._walk.verdict(record)
        reached = verdict.open_stage
        if reached is not None and record.opportunity.stage < reached and verdict.may_enter(reached):
            move = self._walk.advance(record, reached)
            if move.batch is not None:
                move.batch.author = self._author
                yield move.batch

    # What goes to no field

    def _notes(self, record: Record, told: Told, others: list[Said]) -> Iterator[Note]:
        """Notes of what the lead says beside the record's answers, unless one says so already."""
        there = {line for note in record.notes for line in note.body.splitlines()}
        said = [*((name, text) for name, text in told.rest), *others]
        lines = [f"{storable(name)}: {storable(text)}" for name, text in said]
        fresh = [line for line in lines if not set(line.splitlines()) <= there]
        if not fresh:
            return
        head = T("Beside it the lead said ({file}, {line}):", file=self._file, line=told.line)
        text = "\n".join([str(head), *fresh])
        for begin in range(0, len(text), LONG):
            yield Note(opportunity_id=record.id, author=self._walk.context.user, body=text[begin : begin + LONG])

    def _describe(self, outcome: LeadOutcome, record: Record, verdict: Verdict) -> None:
        deal, stage = record.opportunity, verdict.open_stage
        outcome.id, outcome.title = deal.id, deal.title or record.account.name
        outcome.status, outcome.stage = deal.status, deal.stage
        outcome.open_stage = int(stage) if stage else None
        points = verdict.open_points(stage) if stage else ()
        outcome.open_points = [Problem(self._walk.spoken(record, point.at), point.message) for point in points]


__all__ = ["Fate", "LeadOutcome", "LeadReport", "import_leads"]
