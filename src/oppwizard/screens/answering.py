"""Answering in a form: what is typed becomes a value, or is kept with what would be right beside it."""

from textual import on

from oppwizard.errors import OppwizardError, ValueProblem
from oppwizard.i18n import _
from oppwizard.model.findings import Address
from oppwizard.screens.showing import Showing
from oppwizard.walk.move import Move
from oppwizard.widgets.field import SAVE_WHILE_TYPING, FieldRow
from oppwizard.widgets.sections import RowsSection


class Answering(Showing):
    """The part of a stage screen that takes answers."""

    @on(FieldRow.Entered)
    def _entered(self, event: FieldRow.Entered) -> None:
        event.stop()
        self.coaching = event.field
        self._coach(event.field)
        self.open_choices(event.field)

    @on(FieldRow.Typed)
    def _typed(self, event: FieldRow.Typed) -> None:
        event.stop()
        self.narrow_choices(event.field, event.text)

    @on(FieldRow.Paused)
    def _paused(self, event: FieldRow.Paused) -> None:
        """Save half-typed text: as the value where any text is one, else as typed."""
        event.stop()
        field = event.field
        if field.text != event.text:  # the field shows another row by now; what it was left with is saved already
            return
        if self._is_new(field) or field.spec.ask.kind in SAVE_WHILE_TYPING:
            self._take(field, event.text, quiet=True)
            return
        self.desk.do(lambda record: self.desk.walk.hold(record, field.at, event.text))
        self.draw()

    @on(FieldRow.Left)
    def _left(self, event: FieldRow.Left) -> None:
        event.stop()
        self.leave_field(event.field, event.text, changed=event.changed)

    def leave_field(self, field: FieldRow, text: str, *, changed: bool) -> None:
        """Save what a field was left with."""
        self.close_choices()
        if changed or str(field.at) in self.desk.record.pending:
            self._take(field, text)
        else:
            self.draw_messages()

    def _take(self, field: FieldRow, text: str, *, quiet: bool = False) -> None:
        """Answer the field; a text that is no value of it is kept, and what would be right is said."""
        new_row = self._is_new(field)
        if new_row and not text.strip():
            return
        try:
            move = self.desk.set(field.at, text, field.visit, typing=quiet)
        except ValueProblem as problem:
            if new_row:
                if quiet:
                    return
                move = self._new_row_with(field, text)
            else:
                held = self.desk.do(lambda record: self.desk.walk.hold(record, field.at, text))
                assert held is not None
                move = held
            if not quiet:
                field.tell(str(problem))
        except OppwizardError as problem:
            self.draw_state(str(problem))
            return
        if new_row and move.row is not None:
            self._row_begun(field, move)
        if not quiet:
            field.show(self.text_at(field.at))
        self._moved(move)

    def _new_row_with(self, field: FieldRow, text: str) -> Move:
        """Begin a row whose first typed text is no value: the row is there, the text is kept."""
        move = self.desk.do(lambda record: self.desk.walk.add(record, field.spec.entity))
        assert move is not None
        at = Address(field.spec.entity, field.spec.name, move.row)
        held = self.desk.do(lambda record: self.desk.walk.hold(record, at, text))
        assert held is not None
        held.row = move.row
        return held

    def _row_begun(self, field: FieldRow, move: Move) -> None:
        for section in self.sections():
            if isinstance(section, RowsSection) and section.kind == field.spec.entity and move.row:
                section.begun(move.row)

    def _moved(self, move: Move | None) -> None:
        """Show what a step did."""
        self.refill()
        self.draw()
        if move is not None and move.notes:
            told = [*map(str, move.notes)]
            if move.entered is not None and move.entered > self.stage:
                told.append(_("{key} goes on", key="F8"))
            self.draw_state("  ".join(told))

    def keep_typed(self) -> None:
        """Save what stands in the field in focus, because the screen is about to go."""
        self._commit(self.current)

    def _commit(self, field: FieldRow | None) -> None:
        """Save a field although the cursor stays in it."""
        if field is not None and field.changed:
            self._take(field, field.text)
