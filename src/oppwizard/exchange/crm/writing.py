"""The files of an export to a CRM under way: one a sheet, and what some CRMs want beside them."""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from oppwizard.exchange.atomic import FileSet
from oppwizard.exchange.crm.cells import Cells, Made
from oppwizard.exchange.crm.guide import guide
from oppwizard.exchange.crm.hubspot import requests
from oppwizard.exchange.crm.manifest import FILE, Comparing, Earlier, Since, Writing, digests
from oppwizard.exchange.crm.plans import Plan, Sheet
from oppwizard.exchange.crm.rows import Case
from oppwizard.exchange.crm.tree import Tree
from oppwizard.exchange.csv_files import as_needed
from oppwizard.model.record import Record
from oppwizard.process.scoping import measured
from oppwizard.walk import Walk

UPDATE: Final = "update"
"""The folder of the files for rows that are there already."""


class Hashed:
    """A file under way that knows its digest and its rows."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()
        self.rows = 0

    def write(self, data: bytes) -> None:
        """Write on."""
        self.stream.write(data)
        self.digest.update(data)

    @property
    def said(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {"sha256": self.digest.hexdigest(), "rows": self.rows}


class SheetFile:
    """A sheet's file under way."""

    def __init__(self, plan: Plan, whole: Sheet, part: Sheet, out: Hashed) -> None:
        self.out = out
        self._kept = [at for at, one in enumerate(whole.fields) if one in part.fields]
        self._end = "\r\n" if plan.mapping.line_end == "crlf" else "\n"
        mark = "\ufeff" if plan.mapping.encoding == "utf-8-sig" else ""
        out.write((mark + self._line(one.header for one in part.fields)).encode())

    def add(self, cells: list[str]) -> None:
        """Write a row."""
        self.out.write(self._line(cells[at] for at in self._kept).encode())
        self.out.rows += 1

    def _line(self, cells: Iterable[str]) -> str:
        return ",".join(map(as_needed, cells)) + self._end


class CrmFiles:
    """Writes records into the files of a CRM's import, record by record.

    Attributes:
        since: what has changed since the last export into the folder; known when it is closed.
    """

    def __init__(self, walk: Walk, plan: Plan, files: FileSet, folder: Path) -> None:
        self.walk = walk
        self.plan = plan
        self.folder = folder
        self.cells = Cells(plan)
        self.since = Since()
        folder.mkdir(parents=True, exist_ok=True)
        self._files = files
        self._outs: dict[str, Hashed] = {}
        self._sheets = [(sheet, list(self._opened(sheet))) for sheet in plan.sheets]
        self._tree = Tree(plan, self._open) if any(sheet.declared.tree for sheet in plan.sheets) else None
        self._seen: dict[str, set[bytes]] = {sheet.name: set() for sheet in plan.sheets if sheet.is_shared}
        self._earlier = Earlier(folder)
        self._comparing = Comparing(plan, self._earlier)
        self._records = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the writer
        self._manifest = Writing(self._records)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._records.close()
        self._earlier.__exit__(kind, error, at)

    def _open(self, name: str) -> Hashed:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        out = self._outs[name] = Hashed(self._files.open(path))
        return out

    def _opened(self, sheet: Sheet) -> Iterable[SheetFile]:
        for part, name in (("create", f"{sheet.name}.csv"), (UPDATE, f"{UPDATE}/{sheet.name}.csv")):
            kept = sheet.part(part)
            if kept is not None:
                yield SheetFile(self.plan, sheet, kept, self._open(name))

    def made(self, record: Record) -> Made:
        """A record as rows of cells, with all that is wrong with them: nothing is written."""
        return self.cells.made(Case(record, measured(self.walk.case(record)), self.walk.playbook))

    def write(self, made: Made) -> None:
        """Write a record's rows, each into its files."""
        for sheet, outs in self._sheets:
            for row, cells in made.rows[sheet.name]:
                if not sheet.is_shared or self._is_new(sheet, row.id.bytes):
                    for out in outs:
                        out.add(cells)
                    if self._tree is not None:
                        self._tree.add(sheet, row, cells)
        rows = digests(made)
        self._manifest.add(made, rows)
        self._comparing.add(made, rows)

    def _is_new(self, sheet: Sheet, identity: bytes) -> bool:
        seen = self._seen[sheet.name]
        known = identity in seen
        seen.add(identity)
        return not known

    def close(self) -> None:
        """Write what follows the last record: requests, plans, the guide, the manifest."""
        if self._tree is not None:
            self._tree.close()
        if self.plan.crm == "hubspot":
            for name, text in requests(self.plan):
                self._open(name).write(text.encode())
        self._open("README.md").write(guide(self.plan).encode())
        self.since = self._comparing.done(self.folder, [*self._outs, FILE])
        said = {name: out.said for name, out in self._outs.items()}
        self._manifest.write(self._files.open(self.folder / FILE), self.plan, self.walk.playbook.version, said)
