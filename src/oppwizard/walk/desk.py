"""A record on a person's desk: steps take effect at once, and are saved behind the screen's back.

Nothing here knows a screen; whoever shows the record is told when something changed. A step that cannot be saved stays
in line, in order, until it can.
"""

import asyncio
import contextlib
import datetime as dt
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from uuid import UUID

from oppwizard.data.store import Batch
from oppwizard.errors import Conflict, OppwizardError, StaleWrite
from oppwizard.i18n import Text
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.process.entry import worded_answer
from oppwizard.walk.lookups import Lookups
from oppwizard.walk.move import Move
from oppwizard.walk.service import Walk


class Saving(Enum):
    """Where the line of unsaved steps stands."""

    SAVED = auto()
    UNDER_WAY = auto()
    FAILED = auto()


class Desk:
    """One record being worked on.

    Attributes:
        record: the record as the person sees it; replaced by undo, redo and changes of others.
        verdict: what the gates say about it.
        saving: whether everything is saved.
        problem: why it is not, while `saving` is `Saving.FAILED`.
        saved_at: when the last step was saved.
        lookups: what providers of facts are asked about it.
        company: the names of those who are in the record at the same time, at a team's store.
        notes: what was done beside a step, while nobody took one; whoever shows the record tells and clears them.
        conflicts: values that somebody else changed at the same time, to be settled by the person.
    """

    def __init__(self, walk: Walk, record: Record, changed: Callable[[], None] = lambda: None) -> None:
        self.walk = walk
        self.record = record
        self.verdict = walk.verdict(record)
        self.saving = Saving.SAVED
        self.problem: OppwizardError | None = None
        self.saved_at: dt.datetime | None = None
        self.conflicts: list[Conflict] = []
        self.notes: list[Text] = []
        self.changed = changed
        self.lookups = Lookups(self)
        self.company: list[str] = []
        self._line: deque[Batch] = deque()
        self._task: asyncio.Task[None] | None = None
        self._seen: int | None = None  # asked for at the first look, off the screen's thread

    @property
    def unsaved(self) -> int:
        """How many steps are not saved yet."""
        return len(self._line)

    def do(self, step: Callable[[Record], Move | None]) -> Move | None:
        """Take a step of the walk and put it in line to be saved.

        Raises:
            OppwizardError: the step was refused; nothing changed.
        """
        move = step(self.record)
        if move is not None:
            self._accept(move)
        return move

    def set(self, at: Address, text: str, visit: UUID | None = None, *, typing: bool = False) -> Move:
        """Answer a field with a typed text; see `Walk.set`."""
        move = self.walk.set(self.record, at, text, visit=visit, typing=typing)
        self._accept(move)
        return move

    def _accept(self, move: Move) -> None:
        self.record = move.record
        self.verdict = move.verdict
        if move.batch is not None:
            self._line.append(move.batch)
            self.save()

    def save(self) -> None:
        """Begin saving what is in line, unless that is under way."""
        if self._line and (self._task is None or self._task.done()):
            self.saving = Saving.UNDER_WAY
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def settle(self) -> bool:
        """Wait until everything in line is saved, or cannot be; returns whether it is."""
        self.save()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(self._task)
        return not self._line

    def _recognises(self) -> bool:
        """Look up what was named while the store could not be read; returns whether that made a step to be saved."""
        move = self.walk.recognise(self.record)
        if move is None or move.batch is None:
            return False
        self.record, self.verdict = move.record, move.verdict
        self._line.append(move.batch)
        self.notes += move.notes
        return True

    async def _drain(self) -> None:
        while self._line or self._recognises():
            try:
                await asyncio.to_thread(self.walk.store.commit, self._line[0])
                self._line.popleft()
            except StaleWrite:
                if not await self._try_to_rebase():
                    return
            except OppwizardError as problem:
                self._failed(problem)
                return
        self.saving, self.problem, self.saved_at = Saving.SAVED, None, self.walk.context.now
        self.changed()

    def _failed(self, problem: OppwizardError) -> None:
        self.saving, self.problem = Saving.FAILED, problem
        self.changed()

    async def _try_to_rebase(self) -> bool:
        """Put what is in line onto the record as it is now; returns whether it could be read.

        It is read off the screen's thread, because a team's server may let one wait; what the person does meanwhile
        is in line by then, and is put onto it too.
        """
        try:
            self._rebase(await asyncio.to_thread(self._read))
        except OppwizardError as problem:
            self._failed(problem)
            return False
        return True

    def _rebase(self, read: Record) -> None:
        fresh, moves, conflicts = self.walk.put_onto(read, list(self._line))
        self._line = deque(move.batch for move in moves if move.batch is not None)
        self.record = fresh
        self.verdict = self.walk.verdict(fresh)
        self.conflicts.extend(conflicts)

    def worded(self, conflict: Conflict, value: object) -> str:
        """One of the two values of a conflict as a person reads it."""
        spec = address(conflict.path).spec
        return worded_answer(spec, value, self.record, self.walk.playbook) if spec else str(value)

    def insist(self, conflict: Conflict) -> None:
        """Let the person's own value stand after all where somebody else changed the same one."""
        self.do(lambda record: self.walk.insist(record, conflict))
        self.changed()

    async def step_back(self) -> Move | None:
        """Undo the newest step; None when there is none."""
        return self.do(self.walk.undo) if await self.settle() else None

    async def step_again(self) -> Move | None:
        """Redo the oldest undone step; None when there is none."""
        return self.do(self.walk.redo) if await self.settle() else None

    async def meet(self) -> bool:
        """Be seen in the record, and see who else is; returns whether that changed."""
        found = await asyncio.to_thread(self.walk.company, self.record.id)
        changed, self.company = found != self.company, found
        return changed

    async def reload(self) -> None:
        """Show the record as it stands in the store, where a step went past the line of what is to be saved."""
        self.record = await asyncio.to_thread(self.walk.load, self.record.id)
        self.verdict = self.walk.verdict(self.record)
        self.changed()

    async def move_to(self, walk: Walk) -> None:
        """Go on at another store that has the record too, such as a backup; what is not saved yet is saved there.

        Raises:
            NotFound: that store does not have the record.
            StoreProblem: it cannot be read.
        """
        fresh = await asyncio.to_thread(walk.load, self.record.id)
        self.walk, self._seen = walk, None
        self._rebase(fresh)
        self.saving, self.problem = Saving.SAVED, None
        self.save()
        self.changed()

    async def look(self, busy: Callable[[], bool] = lambda: False) -> bool:
        """Take in what somebody else changed meanwhile; returns whether there was anything.

        A store that cannot be read now is read again at the next look.

        Args:
            busy: whether the person is in the middle of a value. Their answer must be compared with what they saw as
                they began, so nothing is taken in then; the save finds the difference, and asks.
        """
        try:
            version = await asyncio.to_thread(self.walk.store.data_version)
            if version == self._seen or self._line or busy():
                return False
            revision = await asyncio.to_thread(self.walk.store.revision, self.record.id)
            if self._line or busy():
                return False
            known = self.record
            fresh = None if revision == known.opportunity.revision else await asyncio.to_thread(self._read)
        except OppwizardError:
            return False
        if fresh is not None and (self._line or busy() or self.record is not known):
            return False
        self._seen = version
        if fresh is None:
            return False
        self.record = fresh
        self.verdict = self.walk.verdict(self.record)
        self.changed()
        return True

    def _read(self) -> Record:
        return self.walk.load(self.record.id)
