"""The files of `sf data import tree`: flat, an object a file, linked by references, and a plan that names them.

Rows are only ever added by it. A reference is `@AccountRef1`; only those of the form ``@\\w+Ref\\d+`` are resolved, and
only at the top of a record, which is why nothing is nested. The plan may name files of more than 200 records.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, Protocol

from oppwizard.exchange.crm.plans import Field, Plan, Sheet
from oppwizard.exchange.crm.rows import Row
from oppwizard.exchange.document import dumps

FOLDER: Final = "tree"
PLAN: Final = "plan.json"
_NUMBERS: Final = ("number", "integer", "money", "percent", "fraction")
_WORD: Final = re.compile(r"[^A-Za-z0-9]")


def native(one: Field, cell: str) -> Decimal | bool | str:
    """A cell as JSON has it: numbers as numbers, truth as truth."""
    if one.column.convert in _NUMBERS:
        return Decimal(cell)
    return cell == "true" if cell in ("true", "false") else cell


class Out(Protocol):
    """Takes what is written, and counts rows."""

    rows: int

    def write(self, data: bytes) -> None:
        """Write on."""


class Tree:
    """The files under way."""

    def __init__(self, plan: Plan, open_file: Callable[[str], Out]) -> None:
        self._sheets = {sheet.name: sheet for sheet in plan.sheets if sheet.declared.tree}
        self._outs = {name: open_file(f"{FOLDER}/{name}.json") for name in self._sheets}
        self._plan = open_file(f"{FOLDER}/{PLAN}")
        named = {one.column.refers for sheet in self._sheets.values() for one in sheet.fields}
        self._numbers: dict[str, dict[str, int]] = {name: {} for name in self._sheets if name in named}
        for out in self._outs.values():
            out.write(b'{"records": [')

    def add(self, sheet: Sheet, row: Row, cells: list[str]) -> None:
        """Write a row, if its object is part of the tree."""
        out = self._outs.get(sheet.name)
        if out is None:
            return
        out.rows += 1
        if sheet.key and sheet.name in self._numbers:
            self._numbers[sheet.name][cells[sheet.index(sheet.key) or 0]] = out.rows
        said: dict[str, Any] = {"attributes": {"type": sheet.object, "referenceId": self._reference(sheet, out.rows)}}
        for one, cell in zip(sheet.fields, cells, strict=True):
            said.update(self._value(one, cell))
        text = dumps(said)
        out.write(f"{',' if out.rows > 1 else ''}\n{text}".encode())

    @staticmethod
    def _reference(sheet: Sheet, number: int) -> str:
        return f"{_WORD.sub('', sheet.name)}Ref{number}"

    def _value(self, one: Field, cell: str) -> dict[str, Any]:
        """A cell as a member of a record; look-ups of rows that are not in these files cannot be made."""
        if not cell:
            return {}
        if one.column.refers:
            other = self._sheets.get(one.column.refers)
            number = self._numbers.get(one.column.refers, {}).get(cell)
            if other is None or number is None:
                return {}
            return {f"{one.header.split('.')[0]}Id": f"@{self._reference(other, number)}"}
        if "." in one.header and not one.header.startswith("RecordType."):
            return {}
        return {one.header: native(one, cell)}

    def close(self) -> None:
        """Write what follows the last record, and the plan."""
        for out in self._outs.values():
            out.write(b"\n]}\n")
        listed = [{"sobject": sheet.object, "files": [f"{name}.json"]} for name, sheet in self._sheets.items()]
        self._plan.write((json.dumps(listed, indent=2) + "\n").encode())
