"""A folder into which other systems put lead lists: each is read once it is whole, and then moved away (A1).

A file is whole when nobody has changed it for a while; who wants to be sure writes it under another ending, such as
``.part``, and renames it. What was read goes to ``done``, what cannot be read to ``failed`` with the reason beside it.
"""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from oppwizard.errors import InvalidInput, OppwizardError, StoreProblem
from oppwizard.exchange.atomic import writing
from oppwizard.exchange.leads.importing import LeadReport, Tell, import_leads
from oppwizard.exchange.leads.mapping import LeadMapping
from oppwizard.exchange.leads.planning import LeadPlan, ask, plan
from oppwizard.exchange.leads.rows import ENDINGS
from oppwizard.exchange.mapping import DayMonth
from oppwizard.i18n import T, Text
from oppwizard.walk import Walk

QUIET: Final = 3.0
"""So many seconds a file must have stayed as it is."""
_LISTED: Final = ".faults.csv"
_WHY: Final = ".why.txt"
_PASSED_OVER: Final = (".", "~")
_Print = tuple[int, int, int]
"""What shows that a file was changed: its number, its size in bytes, and when it was written."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How lists are read.

    Attributes:
        mapping: what their columns mean; without it each list's own headers say.
        dates: the order of day and month where nothing in a list says it.
        everyone: whether leads below MQL are taken in too.
    """

    mapping: LeadMapping | None = None
    dates: DayMonth = ""
    everyone: bool = False

    def plan(self, walk: Walk, path: Path) -> LeadPlan:
        """How a file would be read.

        Raises:
            InvalidInput: it cannot be read, or lacks a column of the mapping.
        """
        made = plan(path, self.mapping, walk.playbook)
        if self.dates:
            made.mapping.dates = self.dates
            ask(made)
        return made


@dataclass
class Arrival:
    """What became of a file that arrived.

    Attributes:
        path: where it arrived.
        report: what became of its rows; None where it could not be read.
        problem: why it could not be read, or not be moved.
        moved: where it is now; None where it stays.
    """

    path: Path
    report: LeadReport | None = None
    problem: Text | str | None = None
    moved: Path | None = None


@dataclass
class Watch:
    """Looks into a folder again and again; each look reads what has become whole since.

    Attributes:
        clock: seconds that only go forward.
    """

    walk: Walk
    folder: Path
    reading: Reading
    clock: Callable[[], float]
    tell: Tell | None = None
    _seen: dict[Path, tuple[_Print, float]] = field(default_factory=dict)
    _left: dict[Path, _Print] = field(default_factory=dict)

    def look(self) -> Iterator[Arrival]:
        """Read every file that is whole, the oldest first.

        Raises:
            InvalidInput: the folder cannot be read.
        """
        found = dict(self._files())
        self._seen = {path: seen for path, seen in self._seen.items() if path in found}
        self._left = {path: left for path, left in self._left.items() if found.get(path) == left}
        for path, mark in sorted(found.items(), key=lambda one: (one[1][2], one[0].name)):
            if path in self._left:
                continue
            before, since = self._seen.get(path, (None, 0.0))
            if before != mark:
                self._seen[path] = mark, self.clock()
            elif self.clock() - since >= QUIET:
                yield self._read(path, mark)

    def _files(self) -> Iterator[tuple[Path, _Print]]:
        try:
            names = list(self.folder.iterdir())
        except OSError as error:
            raise InvalidInput(
                T("The folder {path} cannot be read: {cause}", path=self.folder, cause=error.strerror or error)
            ) from error
        for path in names:
            if path.name.startswith(_PASSED_OVER) or path.name.lower().endswith(_LISTED):
                continue
            if path.suffix.lower() not in ENDINGS:
                continue
            try:
                found = path.lstat()
            except OSError:  # it went away, or is being moved
                continue
            if stat.S_ISREG(found.st_mode) and found.st_size:
                yield path, (found.st_ino, found.st_size, found.st_mtime_ns)

    def _read(self, path: Path, mark: _Print) -> Arrival:
        arrival = Arrival(path)
        done = _free(self.folder / "done" / path.name)
        try:
            with writing(done.parent):
                done.parent.mkdir(exist_ok=True)
            arrival.report = import_leads(
                self.walk,
                self.reading.plan(self.walk, path),
                everyone=self.reading.everyone,
                faults=done.with_name(done.stem + _LISTED),
                tell=self.tell,
            )
        except StoreProblem as problem:  # tried again at the next look: the file is not to blame
            arrival.problem = problem.problem
            return arrival
        except OppwizardError as problem:
            arrival.problem = str(problem)
        except Exception as fault:  # one strange file must not stop all those after it
            kind = type(fault).__name__
            arrival.problem = T("Something unforeseen went wrong: {kind}: {cause}", kind=kind, cause=fault)
        self._put_away(arrival, mark, done if arrival.problem is None else _free(self.folder / "failed" / path.name))
        return arrival

    def _put_away(self, arrival: Arrival, mark: _Print, target: Path) -> None:
        """Move a file; one that cannot be moved is left alone until it changes."""
        self._seen.pop(arrival.path, None)
        try:
            target.parent.mkdir(exist_ok=True)
            arrival.path.rename(target)
            arrival.moved = target
            if arrival.problem is not None:
                target.with_name(target.name + _WHY).write_text(f"{arrival.problem}\n", "utf-8", "backslashreplace")
        except OSError as error:
            self._left[arrival.path] = mark
            said = T("It cannot be moved: {cause}", cause=error.strerror or error)
            arrival.problem = said if arrival.problem is None else f"{arrival.problem} {said}"


def _free(path: Path) -> Path:
    """A path at which nothing is: its own, or with a number."""
    number, found = 1, path
    while found.exists() or found.with_name(found.stem + _LISTED).exists():
        number += 1
        found = path.with_stem(f"{path.stem}-{number}")
    return found
