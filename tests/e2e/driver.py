"""A person who walks a deal through the app: reads on the screen where the cursor is, types the answer, presses Tab.

Only what stands on the screen is read; labels come from the declarations, so that every language works.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from oppwizard import i18n
from oppwizard.i18n import T
from oppwizard.model.ask import Kind
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec, group_of, shown_in
from oppwizard.model.text import fold
from oppwizard.playbook import coach
from oppwizard.process.course import COURSE, Part
from tests.e2e.terminal import Terminal

WIDE: Final = (120, 40)
"""The size of the window in which the driver can read."""
_STRIP, _TABS, _BODY = 1, 2, 3
_SIDE: Final = 80
_CAPTION, _ENTRY = 1, 27
_KEYED: Final = {"people": "name", "team": "role", "risks": "category"}
"""The field by which a row is recognised that stood there before the person came to it."""


@dataclass(frozen=True)
class Place:
    """Where the cursor is, as the screen says.

    Attributes:
        spec: the field in focus by the coach's heading; None where none is.
        row: the number of the row of a table, from 1; the number of rows plus one on the line that begins a new one.
    """

    stage: Stage
    part: int
    spec: FieldSpec | None
    row: int | None
    is_new: bool

    @property
    def key(self) -> tuple[object, ...]:
        """The place without its particulars, to be remembered."""
        return self.stage, self.part, self.spec and self.spec.path, self.row


class Driver:
    """Walks one deal."""

    def __init__(self, terminal: Terminal, language: str, answers: dict[str, Any]) -> None:
        i18n.use(language)
        self.terminal = terminal
        self.script: dict[str, Any] = answers
        self.keys: Counter[Stage] = Counter()
        self._rows: dict[str, list[dict[str, str]]] = {kind: [] for kind in ROW_KINDS}
        self._answered: set[tuple[str, int]] = set()

    # Reading the screen

    @property
    def stage(self) -> Stage | None:
        """The stage whose parts stand in the third line."""
        tabs = self.terminal.row(_TABS)
        return next((stage for stage, parts in COURSE.items() if all(str(part.label) in tabs for part in parts)), None)

    @property
    def state(self) -> str:
        """The line that says whether everything is saved, and what happened."""
        return self.terminal.row(self.terminal.screen.lines - 2).strip()

    def place(self) -> Place | None:
        """Where the cursor is; None while the screen is being drawn."""
        stage = self.stage
        if stage is None:
            return None
        part = self._part(stage)
        if part is None:
            return None
        spec = self._spec(stage, COURSE[stage][part])
        table = spec is not None and spec.entity in ROW_KINDS
        number = self._row_number(spec.entity) if spec is not None and table else None
        if table and number is None:
            return None
        return Place(stage, part, spec, number and abs(number), bool(number and number < 0))

    def _part(self, stage: Stage) -> int | None:
        tabs = self.terminal.row(_TABS)
        marked = tabs[tabs.find("[") + 1 : tabs.find("]")]
        labels = [str(part.label) for part in COURSE[stage]]
        fitting = [n for n, label in enumerate(labels) if marked == label or marked.startswith(f"{label} ")]
        return fitting[0] if fitting else None

    def _spec(self, stage: Stage, part: Part) -> FieldSpec | None:
        """The field that the coach speaks of (of a mistake, after a refusal), if the cursor is beside its label."""
        heading = "".join(self.terminal.row(y, _SIDE) for y in range(_BODY, _BODY + 3))
        squeezed = "".join(heading.split())
        explained = any(squeezed.startswith("".join(one.title.split())) for one in coach().mistakes.values())
        for spec in _specs(stage, part):
            named = "".join(f"{spec.ask.label}{spec.ask.requirement}".split())
            if (explained or squeezed.startswith(named)) and self._cursor_beside(spec):
                return spec
        return None

    def _cursor_beside(self, spec: FieldSpec) -> bool:
        column, y = self.terminal.cursor
        if not _ENTRY <= column < _SIDE:
            return False
        above = 4 if spec.ask.kind is Kind.LONG else 1
        captions = [self.terminal.row(at, _CAPTION, _ENTRY - 1).strip(" *") for at in range(y, y - above, -1)]
        return any(caption and str(spec.ask.label).startswith(caption) for caption in captions)

    def _row_number(self, kind: str) -> int | None:
        """The number of the row that is edited, from the line above its table; negative on the line for a new one."""
        one = ROW_KINDS[kind].one
        new = str(T("a new {row}: type to add it", row=one))
        old = re.escape(str(T("{row} {number} of {count}", row=one, number="N", count="C")))
        numbered = re.compile(re.sub("N|C", r"(\\d+)", old))
        for y in range(_BODY, self.terminal.screen.lines):
            line = self.terminal.row(y, _CAPTION, _SIDE).strip()
            if line == new:
                return -(len(self._rows[kind]) + 1)
            if found := numbered.fullmatch(line):
                return int(found[1])
        return None

    def shown(self) -> str:
        """The text in the entry that the cursor is in."""
        return self.terminal.row(self.terminal.cursor[1], _ENTRY, _SIDE - 1).strip()

    # Acting

    def arrive(self, before: Place | None = None) -> Place:
        """Wait until the cursor is in a field (another than before) and the screen is drawn."""
        seen: list[Place] = []

        def there() -> bool:
            place = self.place()
            if place is None or not _follows(place, before) or (place.spec is None and not self._leads(place)):
                return False
            if not self.terminal.pump(0.03) and self.place() == place:
                seen.append(place)
            return bool(seen)

        self.terminal.wait_for(there, what=f"the cursor in a field other than {before}")
        return seen[-1]

    def _leads(self, place: Place) -> bool:
        """Whether something else than a field has the focus: the matrix, or the button that creates."""
        heads = {
            Stage.CREATION: T("Create the opportunity"),
            Stage.STAKEHOLDERS: T("Who holds which role (Enter changes it)"),
        }
        head = heads.get(place.stage)
        before_searches = place.stage is Stage.CREATION or "searches" in COURSE[place.stage][place.part].pieces
        return before_searches and str(head) in self.terminal.screen_text()

    def go_on(self, before: Place) -> Place:
        """Press Tab, and wait for what comes."""
        self.terminal.press("tab")
        self.keys[before.stage] += 1
        return self.arrive(before)

    def answer(self, place: Place) -> None:
        """Type what the script says for the field in focus, unless it stands there already."""
        text = self._wanted(place)
        if text is None or place.spec is None:
            return
        shown = self.shown()
        if fold(shown) == fold(text):
            return
        if shown and (place.spec.is_text or place.spec.is_list) and shown != str(place.spec.ask.example or ""):
            self.terminal.press("ctrl+u")
            self.keys[place.stage] += 1
            self.terminal.wait_for(lambda: self.terminal.cursor[0] == _ENTRY, what="an emptied entry")
        self.terminal.type(text)
        self._wait_typed(text)

    def _wait_typed(self, text: str) -> None:
        """Wait until the end of the typed text is on the screen, left of the cursor."""
        end = text.split("\n")[-1].strip()[-6:]

        def there() -> bool:
            column, y = self.terminal.cursor
            left = self.terminal.row(y, _ENTRY, column)
            wrapped = self.terminal.row(y - 1, _ENTRY, _SIDE - 1).rstrip() + left
            return left.endswith(end) or "".join(wrapped.split()).endswith("".join(end.split()))

        self.terminal.wait_for(there, what=f"{end!r} left of the cursor")

    def _wanted(self, place: Place) -> str | None:
        spec = place.spec
        if spec is None:
            return None
        if spec.entity not in ROW_KINDS:
            mark, text = (spec.path, 0), self.script["answers"].get(spec.path)
        else:
            assert place.row is not None
            row = self._row_of(spec, place)
            mark, text = (spec.path, place.row), row.get(spec.name) if row else None
        if mark in self._answered:
            return None
        if text is not None:
            self._answered.add(mark)
        return None if text is None else str(text)

    def _row_of(self, spec: FieldSpec, place: Place) -> dict[str, str] | None:
        """The script's row that belongs to a row on the screen."""
        assert place.row is not None
        kind = spec.entity
        rows = self._rows[kind]
        scripted: list[dict[str, str]] = self.script.get(kind, [])
        left = [row for row in scripted if row not in rows]
        if place.is_new:
            if not left or spec.name not in left[0]:
                return next((row for row in left if spec.name in row), None)
            return left[0]
        while len(rows) < place.row:
            rows.append(self._recognised(kind, len(rows) + 1, left) or (left[0] if left else {}))
            left = [row for row in scripted if row not in rows]
        return rows[place.row - 1]

    def _recognised(self, kind: str, number: int, left: list[dict[str, str]]) -> dict[str, str] | None:
        """The scripted row whose name stands in a line of the table, where rows of the kind have names."""
        key = _KEYED.get(kind)
        lines = [self.terminal.row(y, 0, _SIDE) for y in range(_BODY, self.terminal.screen.lines)]
        line = fold(next((line for line in lines if line.strip(" !").startswith((f"{number} ", f"{number}!"))), ""))
        return next((row for row in left if key and row.get(key) and fold(row[key]) in line), None)

    def walk_stage(self, stage: Stage) -> None:
        """Answer everything of a stage, and go on through its gate."""
        been: set[tuple[object, ...]] = set()
        place = self.arrive()
        while place.stage is stage:
            assert place.key not in been, f"going round in circles at {place}\n{self.terminal.screen_text()}"
            been.add(place.key)
            self.answer(place)
            if stage is Stage.CREATION:
                self.create()
                place = self.arrive(place)
            elif stage is Stage.STRATEGY and place.is_new and place.part == len(COURSE[stage]) - 1 and not self._left():
                self.finish()
                return
            else:
                place = self.go_on(place)

    def _left(self) -> bool:
        return len(self._rows["plan"]) < len(self.script.get("plan", []))

    def create(self) -> None:
        """Press the button that creates the opportunity; the cursor is on it when nothing is missing."""
        self.terminal.press("enter")
        self.keys[Stage.CREATION] += 1

    def finish(self) -> None:
        """Tab at the very end says that the walk is complete."""
        self.terminal.press("tab")
        self.keys[Stage.STRATEGY] += 1
        self.terminal.wait_for(lambda: str(T("The walk is complete; export it from the pipeline")) in self.state)


def _follows(place: Place, before: Place | None) -> bool:
    """Whether a place can be where the Tab key leads; no frame that is half drawn looks like one."""
    if before is None or (place.stage, place.part) != (before.stage, before.part):
        return True
    if place.spec is None or before.spec is None:
        return place.spec is not before.spec
    if place.spec is before.spec:
        return False
    order = _specs(place.stage, COURSE[place.stage][place.part])
    further = order.index(place.spec) > order.index(before.spec)
    return further if place.row == before.row or place.spec.entity != before.spec.entity else place.row != before.row


def _specs(stage: Stage, part: Part) -> tuple[FieldSpec, ...]:
    """The fields of a part, in order."""
    return tuple(
        spec
        for piece in part.pieces
        for spec in ((*shown_in(piece, stage),) if piece in ROW_KINDS else ()) + group_of(stage, piece)
    )


assert set(_KEYED) <= set(ROW_KINDS)
assert FIELDS
