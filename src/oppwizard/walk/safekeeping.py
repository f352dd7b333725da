"""Backups as a face makes and offers them: by themselves behind its back, and where the store proves damaged."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from oppwizard.context import Context
from oppwizard.data.backup import Stopped
from oppwizard.data.restoring import Restored, restore
from oppwizard.data.rotation import Kept, is_due, refuse_without_room, take
from oppwizard.data.shelf import Backup, backups_of
from oppwizard.errors import StoreProblem
from oppwizard.i18n import T
from oppwizard.walk.service import Walk

__all__ = ["Backup", "Keeper", "Restored", "offered", "put_back"]

_AT_THE_END: Final = 16_000_000
"""Up to so many bytes a store is copied so fast that nobody waits for it when the app is left."""


def offered(context: Context) -> list[Backup]:
    """The backups of the store, the newest first."""
    return backups_of(context.store)


def put_back(context: Context, source: Path | None) -> Restored:
    """Restore a backup; see `oppwizard.data.restoring.restore`."""
    return restore(context.store, source, context.now)


class Keeper:
    """Makes backups of a walk's store as its playbook says, in a thread of its own.

    Attributes:
        told: takes the problem, where a backup could not be made; called in the thread.
    """

    def __init__(self, walk: Walk, told: Callable[[StoreProblem], None]) -> None:
        self.walk = walk
        self.told = told
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_due(self) -> bool:
        """Whether a backup is to be made now."""
        rules = self.walk.playbook.backups
        wanted = rules.automatic and not self.walk.store.read_only and not self.walk.store.is_served
        return wanted and is_due(self.walk.store.path, rules.every_hours, self.walk.context.now)

    def look(self) -> None:
        """Make a backup if one is due, behind the caller's back; returns at once."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self.make, name="backup", daemon=True)
            self._thread.start()

    def make(self) -> Backup | None:
        """Make a backup if one is due; what keeps it from being made is told."""
        rules, store = self.walk.playbook.backups, self.walk.store
        try:
            if not self.is_due:
                return None
            refuse_without_room(store.path)
            return take(store.path, Kept(rules.daily, rules.weekly), self.walk.context.now, self._end.is_set)
        except Stopped:
            return None
        except (StoreProblem, OSError) as problem:
            self.told(problem if isinstance(problem, StoreProblem) else StoreProblem(T("{cause}", cause=problem)))
            return None

    def end(self) -> None:
        """Let a backup under way be; it is made another time."""
        self._end.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)

    def finish(self) -> None:
        """Make what is due as the program ends, if it takes no time that anybody notices."""
        self.end()
        self._end.clear()
        if self.walk.store.is_served:
            return
        path = self.walk.store.path
        if path.is_file() and path.stat().st_size <= _AT_THE_END:
            self.make()
