"""Asking for rows: people, line items, alternatives, risks ... each added, edited or removed in a loop."""

from uuid import UUID

from oppwizard.i18n import _
from oppwizard.model.fields import ROW_KINDS, shown_in
from oppwizard.model.findings import Address
from oppwizard.process.entry import show
from oppwizard.prompts.asker import BACK, COACH, END, POINTS, Question
from oppwizard.prompts.fields import Fields, Turn

_ADD = "+"
_ON = "0"
_CELLS = 3


class Rows(Fields):
    """The part of a session that asks for tables."""

    def table(self, kind: str) -> Turn:
        """Show the rows and let them be changed, until the person goes on."""
        done: set[UUID] = set()
        touched = False
        while True:
            self._list(kind)
            due = self._due(kind, done, touched=touched)
            text = self.ask(Question(self._menu(kind), due)).strip()
            touched = True
            if text in ("", _ON):
                return Turn.ON
            if text in (BACK, END):
                return Turn.BACK if text == BACK else Turn.END
            if text == POINTS:
                self.show_points()
            elif text == COACH:
                self.say(f"  {_('{add} adds a row, its number edits it, -1 removes the first one.', add=_ADD)}")
            elif text == _ADD:
                done.add(self._new(kind))
            else:
                done |= self._numbered(kind, text)

    def _menu(self, kind: str) -> str:
        return _("{rows}: + adds, a number edits, -number removes, 0 goes on", rows=ROW_KINDS[kind].label)

    def _due(self, kind: str, done: set[UUID], *, touched: bool) -> str:
        """What Enter does: the first row with something open, or a new row where one is needed; else it goes on."""
        points = [point for point in self.walk.verdict(self.record).open_points(self.stage) if point.at.entity == kind]
        for number, row in enumerate(self.record.rows(kind), start=1):
            if row.id not in done and any(point.at.row == row.id for point in points):
                return str(number)
        return _ADD if not touched and any(point.at.row is None for point in points) else ""

    def _list(self, kind: str) -> None:
        open_rows = {point.at.row for point in self.walk.verdict(self.record).open_points(self.stage)}
        for number, row in enumerate(self.record.rows(kind), start=1):
            mark = f" {_('[open]')}" if row.id in open_rows else ""
            self.say(f"  {number} {self._title(kind, row.id)}{mark}")

    def _title(self, kind: str, row_id: UUID) -> str:
        texts = []
        for spec in shown_in(kind, self.stage):
            value = self.record.value(Address(kind, spec.name, row_id))
            text = show(spec, value, self.record, self.walk.playbook)
            if text:
                texts.append(" ".join(text.split()))
        return ", ".join(texts[:_CELLS]) or "-"

    def _new(self, kind: str) -> UUID:
        """Add a row and ask for its fields; one that got no answer at all is taken away again."""
        move = self.walk.add(self.record, kind)
        assert move.row is not None, "a move that adds a row names it"
        row_id = move.row
        self.save(move)
        before = self.answered
        self.row(kind, row_id)
        if self.answered == before and self.record.row(kind, row_id) is not None:
            self.save(self.walk.remove(self.record, kind, row_id))
        return row_id

    def _numbered(self, kind: str, text: str) -> set[UUID]:
        """Edit the row of a number, or remove that of a negative one."""
        ids: list[UUID] = [row.id for row in self.record.rows(kind)]
        number = int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdecimal() and len(text) < 8 else 0
        if not 1 <= abs(number) <= len(ids):
            self.say("  " + _("There is no row “{text}”", text=text))
            return set()
        row_id = ids[abs(number) - 1]
        if number < 0:
            self.save(self.walk.remove(self.record, kind, row_id))
        else:
            self.row(kind, row_id)
        return {row_id}

    def row(self, kind: str, row_id: UUID, first: str = "") -> None:
        """Ask for the fields of a row, from one of them on."""
        names = [spec.name for spec in shown_in(kind, self.stage)]
        position = names.index(first) if first in names else 0
        forwards = True
        while 0 <= position < len(names):
            turn = self.field(Address(kind, names[position], row_id))
            if turn is Turn.END:
                return
            if turn is not Turn.SKIPPED:
                forwards = turn is not Turn.BACK
            position += 1 if forwards else -1
