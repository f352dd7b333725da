"""``field=value`` on a command line: which place of a record is meant, and all of it as one step, or nothing."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from oppwizard.cli.problems import BadValues, Detail
from oppwizard.errors import NotFound, OppwizardError
from oppwizard.i18n import T
from oppwizard.model.fields import FIELDS, ROW_KINDS, SINGLE
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk import Move, Walk
from oppwizard.walk.move import Edits

_PLACE: Final = re.compile(r"(?P<kind>[a-z_]+)(?:\[(?P<row>[^\[\]]*)\])?(?:\.(?P<name>[a-z_0-9]+))?")
_NEW: Final = re.compile(r"\+(\d{0,4})")
_NUMBER: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One ``path=value`` as it was written."""

    path: str
    value: str

    @classmethod
    def read(cls, word: str) -> "Assignment | None":
        """The assignment that a word is; None where it is none."""
        path, equals, value = word.partition("=")
        return cls(path.strip(), value) if equals and path.strip() else None


class Places:
    """Reads places such as ``people[2].email``; rows that begin in a command keep their sign for the rest of it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.begun: dict[tuple[str, str], UUID] = {}

    def field(self, path: str) -> tuple[Address, tuple[str, str] | None]:
        """The field that a path names, and the sign under which its row is to begin, if it is to.

        Raises:
            NotFound: there is no such field or row.
        """
        if path in FIELDS and FIELDS[path].entity in SINGLE:
            return Address(FIELDS[path].entity, FIELDS[path].name), None
        found = _PLACE.fullmatch(path)
        if found is None or f"{found['kind']}.{found['name']}" not in FIELDS or found["kind"] in SINGLE:
            raise _unknown(path)
        kind, name, row = found["kind"], found["name"], found["row"]
        if row is None:
            raise NotFound(
                T("“{path}” does not say which row", path=path),
                T("{kind}[1].{name} is the first one, {kind}[+].{name} a new one.", kind=kind, name=name),
            )
        new = _NEW.fullmatch(row)
        if new is None:
            return Address(kind, name, self._existing(kind, row)), None
        sign = (kind, new[1] or "1")
        return Address(kind, name, self.begun.get(sign)), None if sign in self.begun else sign

    def row(self, path: str) -> Address:
        """The row that a place such as ``people[2]`` names.

        Raises:
            NotFound: there is no such row.
        """
        found = _PLACE.fullmatch(path)
        if found is None or found["kind"] not in ROW_KINDS or not found["row"] or found["name"]:
            kinds = ", ".join(f"{kind}[1]" for kind in ROW_KINDS)
            raise NotFound(T("“{path}” is no row", path=path), T("Rows are written like these: {rows}", rows=kinds))
        return Address(found["kind"], "", self._existing(found["kind"], found["row"]))

    def _existing(self, kind: str, row: str) -> UUID:
        ids: list[UUID] = [each.id for each in self.record.rows(kind)]
        if _NUMBER.fullmatch(row):
            if 1 <= int(row) <= len(ids):
                return ids[int(row) - 1]
        else:
            named = [each for each in ids if row.lower() in (str(each), each.hex)]
            if named:
                return named[0]
        raise NotFound(
            T("There is no {kind}[{row}]; there are {count}", kind=kind, row=row, count=len(ids)),
            T("{kind}[+] begins a new one.", kind=kind),
        )


def _unknown(path: str) -> NotFound:
    bare = re.sub(r"\[[^\]]*\]", "", path)
    close = difflib.get_close_matches(bare, FIELDS, n=3, cutoff=0.5)
    shown = [name if FIELDS[name].entity in SINGLE else name.replace(".", "[1].") for name in close]
    remedy = T("Did you mean: {names}?", names=", ".join(shown)) if shown else T("“oppwizard schema” lists all fields.")
    return NotFound(T("There is no field “{path}”", path=path), remedy)


def assign(walk: Walk, record: Record, wanted: Sequence[Assignment]) -> Move:
    """Give all values as one step that is not saved yet.

    Raises:
        BadValues: some cannot be taken; the record in memory is not to be used any more.
    """
    places = Places(record)
    moves: list[Move] = []
    faults: list[Detail] = []
    with walk.held():
        _assign_each(walk, places, wanted, moves, faults)
    if faults:
        raise BadValues(faults)
    return as_one(walk, record, moves)


def _assign_each(
    walk: Walk, places: Places, wanted: Sequence[Assignment], moves: list[Move], faults: list[Detail]
) -> None:
    record = places.record
    for each in sorted(wanted, key=lambda each: each.path != "currency"):  # amounts are read in the deal's currency
        try:
            at, sign = places.field(each.path)
            move = walk.set(record, at, each.value)
        except OppwizardError as error:
            faults.append(Detail(each.path, str(error.problem), str(error.remedy or ""), each.value))
            continue
        if sign is not None and move.row is not None:
            places.begun[sign] = move.row
        moves.append(move)


def remove(walk: Walk, record: Record, paths: Sequence[str]) -> Move:
    """Take rows away as one step that is not saved yet; numbers are those before the first is gone.

    Raises:
        NotFound: one of them is not there.
    """
    places = Places(record)
    rows = list(dict.fromkeys(places.row(path) for path in paths))
    with walk.held():
        moves = [walk.remove(record, at.entity, at.row) for at in rows if at.row is not None]
    return as_one(walk, record, moves)


def as_one(walk: Walk, record: Record, moves: Sequence[Move], reason: str = "") -> Move:
    """Several steps on a record as one: saved together, undone together."""
    edits = Edits(record)
    for move in moves:
        edits.notes.extend(move.notes)
        if move.batch is not None:
            edits.done.extend(move.batch.edits)
            edits.pending.update(move.batch.pending)
    return walk.finish(edits, reason=reason)
