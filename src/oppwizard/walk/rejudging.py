"""The part of `Walk` that judges again what was changed from elsewhere, and keeps what it found without a save."""

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from oppwizard.data.rejudging import Judged
from oppwizard.errors import OppwizardError
from oppwizard.model.enums import UserRole
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

AT_ONCE: Final = 20
"""So many records are judged again with a look at a list: nobody waits long, and the next look does the next ones."""
_KEPT_AT_ONCE: Final = 200


class Rejudging:
    """Bringing what lists show of records up to what their account is now."""

    def rejudge(self: "Walk", limit: int = AT_ONCE) -> int:  # type: ignore[misc]
        """Judge again the records that were marked by changes of others of their account; of how many it was kept.

        On a team's store those that this person sees; the others wait for somebody who does. What cannot be read or
        written now waits for the next time.
        """
        if not self.may_keep_judged:
            return 0
        with contextlib.suppress(OppwizardError):
            found = list(self._judged_again(self.store.marked(limit)))
            return self.store.keep_judged(found) if found else 0
        return 0

    @property
    def may_keep_judged(self: "Walk") -> bool:  # type: ignore[misc]
        """Whether this person may keep what is found of a record; operations only read."""
        reads = self.store.is_served and self.context.me.role == UserRole.OPERATIONS
        return not self.store.read_only and not reads

    def _judged_again(self: "Walk", ids: Iterable[UUID]) -> Iterable[Judged]:  # type: ignore[misc]
        for identity in ids:
            is_open = identity in self._around
            with contextlib.suppress(OppwizardError):
                record = self.load(identity)
                yield self.judged(record, self.verdict(record))
            if not is_open:
                self.forget(identity)

    def judged(self: "Walk", record: Record, verdict: Verdict) -> Judged:  # type: ignore[misc]
        """What is to be kept of a record that was judged as the store has it."""
        deal, account = record.opportunity, record.account
        return Judged(record.id, deal.revision, account.id, account.revision, self.summary(record, verdict))


class Keeper:
    """Keeps what is found of many records, some at a time; what cannot be written is found again the next time."""

    def __init__(self, walk: "Walk") -> None:
        self._walk = walk
        self._found: list[Judged] = []

    def add(self, record: Record, verdict: Verdict) -> None:
        """A record that was judged as the store has it."""
        if self._walk.may_keep_judged:
            self._found.append(self._walk.judged(record, verdict))
            if len(self._found) >= _KEPT_AT_ONCE:
                self.flush()

    def flush(self) -> None:
        """Keep what is not kept yet."""
        found, self._found = self._found, []
        if found:
            with contextlib.suppress(OppwizardError):
                self._walk.store.keep_judged(found)
