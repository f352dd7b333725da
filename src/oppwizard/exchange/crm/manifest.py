"""What an export held, so that the next one into the same folder can say what has changed since.

The file has a line a record and neither times nor paths: equal exports have equal manifests.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, NamedTuple, Self
from uuid import UUID

from oppwizard.exchange.crm.cells import Made
from oppwizard.exchange.crm.plans import Plan

FILE: Final = "manifest.json"
FORMAT: Final = "oppwizard.crm-export"
VERSION: Final = 1
DETAILED: Final = 200
"""Of so many changed records the columns are named; of the others, the files."""
_BEGIN: Final = '"records": ['
_RECORD: Final = b'{"id": "'
_LONGEST: Final = 1 << 20
_UNREADABLE: Final = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading it raises where it is not as it was written."""
Digests = dict[str, tuple[int, str]]
"""How many rows a record has in each file, and what they amount to."""


class Listed(NamedTuple):
    """A record of a manifest."""

    title: str
    revision: int
    rows: Digests


@dataclass(slots=True)
class Change:
    """A record that is not as it was.

    Attributes:
        files: where it differs: the columns, none where rows came, went, or are not held against each other.
    """

    id: str
    title: str
    files: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Since:
    """What has changed since the last export into the folder.

    Attributes:
        first: whether there was none.
        table: whether the mapping itself is another one.
        stale: files of the last export that this one did not write.
    """

    first: bool = True
    table: bool = False
    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Whether nothing has changed."""
        return not (self.first or self.table or self.added or self.changed or self.gone or self.stale)


def digests(made: Made) -> Digests:
    """What a record's rows amount to, file by file; rows that deals have in common count for each of them."""
    return {name: (len(rows), _digest(cells for _row, cells in rows)) for name, rows in made.rows.items() if rows}


def _digest(rows: Iterable[list[str]]) -> str:
    text = json.dumps(list(rows), ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def table_digest(plan: Plan) -> str:
    """What a mapping amounts to, so that a change of the table is seen too."""
    text = plan.mapping.model_dump_json(exclude={"push"})
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Writing:
    """A manifest under way: records as they come, what is known at the end before them.

    The records go to a file of their own first, because the digests of the files are known last and stand first.
    """

    def __init__(self, records: BinaryIO) -> None:
        self.records = records
        self.count = 0

    def add(self, made: Made, rows: Digests) -> None:
        """Note a record."""
        deal = made.record.opportunity
        line = {"id": str(made.record.id), "title": deal.title, "revision": deal.revision, "rows": rows}
        self.records.write((",\n" if self.count else "").encode() + _json(line).encode())
        self.count += 1

    def write(self, out: BinaryIO, plan: Plan, playbook: str, files: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the whole."""
        head = {
            "format": FORMAT,
            "version": VERSION,
            "crm": plan.crm,
            "mapping": plan.version,
            "table": table_digest(plan),
            "playbook": playbook,
            "count": self.count,
        }
        out.write(b"{\n")
        for key, value in head.items():
            out.write(f"{_json(key)}: {_json(value)},\n".encode())
        listed = ",\n".join(f"{_json(name)}: {_json(said)}" for name, said in files.items())
        out.write(f'"files": {{\n{listed}\n}},\n{_BEGIN}\n'.encode())
        self.records.seek(0)
        while block := self.records.read(1 << 16):
            out.write(block)
        out.write(b"\n]\n}\n")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class Earlier:
    """The manifest of the last export into a folder; only where its records stand is held in memory.

    Attributes:
        there: whether there was one that can be read.
        places: where in the file each record stands, by its identity.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.head: dict[str, Any] = {}
        self.places: dict[bytes, int] = {}
        self._stream: BinaryIO | None = None
        try:
            with self.path.open("rb") as stream:
                self._read(stream)
            ours = self.head.get("format") == FORMAT and self.head.get("version") == VERSION
            self.there = ours and isinstance(self.head.get("files"), dict)
        except _UNREADABLE:
            self.there = False
        if not self.there:
            self.places.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()

    def _read(self, stream: BinaryIO) -> None:
        head = []
        while line := stream.readline(_LONGEST):
            head.append(line)
            if line.strip() == _BEGIN.encode():
                break
        self.head = json.loads(b"".join(head) + b"]}")
        at = stream.tell()
        while line := stream.readline(_LONGEST):
            if line.startswith(_RECORD):
                self.places[UUID(line[len(_RECORD) : len(_RECORD) + 36].decode()).bytes] = at
            at = stream.tell()

    def take(self, identity: bytes) -> Listed | None:
        """A record of that export, which is not there any more afterwards; None where there is none to be read."""
        at = self.places.pop(identity, None)
        if at is None:
            return None
        try:
            if self._stream is None:
                self._stream = self.path.open("rb")
            self._stream.seek(at)
            said = json.loads(self._stream.readline(_LONGEST).rstrip().rstrip(b","))
            rows = {name: (int(count), str(digest)) for name, (count, digest) in said["rows"].items()}
            return Listed(str(said["title"]), int(said["revision"]), rows)
        except _UNREADABLE:  # somebody else has been at the file
            return None


class Comparing:
    """Holds the records of an export against those of the last one."""

    def __init__(self, plan: Plan, earlier: Earlier) -> None:
        self.plan = plan
        self.earlier = earlier
        self.since = Since(first=not earlier.there)
        head = earlier.head if earlier.there else {}
        self.since.table = earlier.there and head.get("table") != table_digest(plan)
        self.files = set(head.get("files", ()))
        self._cells: dict[str, dict[str, tuple[Change, list[str]]]] = defaultdict(dict)

    def add(self, made: Made, rows: Digests) -> None:
        """Hold a record against what it was."""
        change = Change(str(made.record.id), made.record.opportunity.title)
        was = self.earlier.take(made.record.id.bytes)
        if self.since.first:
            return
        if was is None:
            self.since.added.append(change)
        elif was.rows != rows:
            names = [sheet.name for sheet in self.plan.sheets if was.rows.get(sheet.name) != rows.get(sheet.name)]
            change.files = {name: [] for name in names}
            self.since.changed.append(change)
            if len(self.since.changed) <= DETAILED and not self.since.table:
                self._keep(made, change)

    def _keep(self, made: Made, change: Change) -> None:
        for name in change.files:
            sheet = self.plan.sheet(name)
            key = sheet.index(sheet.key) if sheet and sheet.key else None
            if key is not None:
                for _row, cells in made.rows[name]:
                    self._cells[name][cells[key]] = change, cells

    def done(self, folder: Path, written: Iterable[str]) -> Since:
        """What has changed; the files of the last export, still in the folder, say in which columns."""
        for name, rows in self._cells.items():
            self._columns(folder / f"{name}.csv", name, rows)
        for key in list(self.earlier.places):
            was = self.earlier.take(key)
            self.since.gone.append(Change(str(UUID(bytes=key)), was.title if was else ""))
        self.since.stale = sorted(self.files - set(written))
        return self.since

    def _columns(self, path: Path, name: str, rows: dict[str, tuple[Change, list[str]]]) -> None:
        import csv

        sheet = self.plan.sheet(name)
        assert sheet is not None
        part = sheet.part("create") or sheet
        kept = [at for at, one in enumerate(sheet.fields) if one in part.fields]
        key = [one.header for one in part.fields].index(sheet.key)
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                for old in csv.reader(stream):
                    change, cells = rows.get(old[key], (None, [])) if len(old) == len(kept) else (None, [])
                    if change is not None:
                        now = [cells[at] for at in kept]
                        names = [one.header for one, a, b in zip(part.fields, old, now, strict=True) if a != b]
                        known = change.files[name]
                        known += [column for column in names if column not in known]
        except (OSError, UnicodeDecodeError, csv.Error):
            return
