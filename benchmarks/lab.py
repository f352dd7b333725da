"""What several measures share: how often to measure, the stores, and how long a key takes in our fullest form."""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from uuid import UUID

from benchmarks.bare import READY
from benchmarks.samples import Times
from benchmarks.store import big_store, finished_sample
from benchmarks.terminal import Terminal
from oppwizard.context import Context
from oppwizard.model.ask import Kind
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ROW_KINDS, FieldSpec, group_of, shown_in
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.process.course import COURSE, Part
from oppwizard.walk import Walk, open_walk

MANY: Final = 100_000
FEW: Final = 10
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWX"
_CLEAR: Final = "\x15"
_SMALLEST: Final = 60


@dataclass(frozen=True)
class Place:
    """A field in a part of a stage's form."""

    stage: Stage
    part: Part
    spec: FieldSpec


def specs_of(stage: Stage, part: Part) -> list[FieldSpec]:
    """The fields of a part, rows' and single ones."""
    found: list[FieldSpec] = []
    for piece in part.pieces:
        found += shown_in(piece, stage) if piece in ROW_KINDS else ()
        found += group_of(stage, piece)
    return found


def fullest(kind: Kind) -> Place:
    """A field of some kind in the part that shows most fields."""
    stage, part = max(((stage, part) for stage in Stage for part in COURSE[stage]), key=lambda at: len(specs_of(*at)))
    return Place(stage, part, next(spec for spec in specs_of(stage, part) if spec.ask.kind is kind))


class Lab:
    """One run of the benchmarks.

    Attributes:
        rounds: how many times whole programs are started; quicker things are measured more often.
    """

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self._folder = tempfile.TemporaryDirectory(prefix="oppwizard-bench-")
        self.folder = Path(self._folder.name)

    def close(self) -> None:
        """Take away everything but the big store, which the next run finds again."""
        self._folder.cleanup()

    @property
    def keys(self) -> int:
        """How many keys are pressed for one measure."""
        return max(_SMALLEST, 8 * self.rounds)

    @property
    def calls(self) -> int:
        """How often something within the process is called for one measure."""
        return max(_SMALLEST, 30 * self.rounds)

    # Stores

    @property
    def many(self) -> Path:
        """A store with 100,000 records; only to be read."""
        return big_store(MANY)

    @property
    def few(self) -> Path:
        """A store with 10 records; only to be read."""
        return big_store(FEW)

    @cached_property
    def _sample(self) -> tuple[Path, UUID]:
        path = self.folder / "sample.db"
        return path, finished_sample(path)

    def sample(self, name: str) -> Path:
        """A store of one's own with the finished sample deal."""
        return Path(shutil.copy(self._sample[0], self.folder / f"{name}.db"))

    def opened(self, store: Path) -> tuple[Walk, Record]:
        """A walk on a store of `sample`, and the deal."""
        walk = open_walk(Context("bench", store))
        return walk, walk.load(self._sample[1])

    def first_row(self, kind: str) -> UUID:
        """The identity of the sample deal's first row of a kind."""
        walk, record = self.opened(self._sample[0])
        walk.store.close()
        identity: UUID = record.rows(kind)[0].id
        return identity

    # Programs

    def bare(self, name: str) -> list[str]:
        """The command of a bare app."""
        return [sys.executable, "-m", "benchmarks.bare", name]

    def at_field(self, place: Place, store: Path) -> list[str]:
        """The command that opens our app at a field of the sample deal."""
        entity, name = place.spec.entity, place.spec.name
        row = self.first_row(entity) if entity in ROW_KINDS else None
        return self.at_stage(place.stage, store, str(Address(entity, name, row)))

    def at_stage(self, stage: Stage, store: Path, at: str = "") -> list[str]:
        """The command that opens our app at a stage of the sample deal."""
        return [sys.executable, "-m", "benchmarks.opened", str(store), str(int(stage)), *([at] if at else [])]

    def bare_start(self) -> float:
        """Start a bare app; the seconds until its text stands there."""
        with Terminal(self.bare("static")) as terminal:
            return terminal.shown(READY)

    # Keys

    @cached_property
    def key_to_paint(self) -> tuple[Times, Times]:
        """A key in a line of text of our fullest form, and in the one field of a bare app."""
        return self.typed_into(fullest(Kind.LINE))

    def typed_into(self, place: Place) -> tuple[Times, Times]:
        """Type into a field of ours and of a bare app by turns; the seconds from each key to its sign."""
        ours = self.at_field(place, self.sample("keys"))
        with Terminal(ours) as our_terminal, Terminal(self.bare("input")) as bare_terminal:
            our_terminal.shown(f"[{place.part.label}")
            bare_terminal.shown(READY)
            both = [_Typist(our_terminal), _Typist(bare_terminal)]
            times = Times(), Times()
            for number in range(self.keys + len(_LETTERS)):
                for typist, kept in zip(both, times, strict=True):
                    seconds = typist.press(number)
                    if number >= len(_LETTERS):  # the first line warms both up
                        kept.seconds.append(seconds)
        return times


class _Typist:
    """Types letter after letter; a letter is on the screen when it stands there behind the one before."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._terminal.settle(0.5)

    def press(self, number: int) -> float:
        place = number % len(_LETTERS)
        if place == 0:
            self._terminal.send(_CLEAR)
            self._terminal.settle()
        pressed = self._terminal.send(_LETTERS[place])
        seconds = self._terminal.shown(_LETTERS[max(0, place - 1) : place + 1], since=pressed)
        self._terminal.settle()
        return seconds
