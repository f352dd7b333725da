"""The seven steps of creating the record, with what is still open in each (W4)."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, OptionList

from oppwizard.i18n import _
from oppwizard.model.findings import Finding
from oppwizard.model.record import Record
from oppwizard.model.text import visible
from oppwizard.process.creation import Step, checklist
from oppwizard.process.gates import Verdict
from oppwizard.widgets.sections import Section, Shower


class ChecklistSection(Section):
    """The steps, a line each; choosing one with something open goes there."""

    @dataclass
    class Chosen(Message):
        """A step with an open point was chosen."""

        finding: Finding

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[Step] = []

    def compose(self) -> ComposeResult:
        """The list and the button."""
        yield OptionList(id="steps", compact=True, markup=False)
        yield Button(_("Create the opportunity"), id="create", compact=True)

    def refill(self, record: Record, verdict: Verdict, shower: Shower) -> None:
        """Show what is done."""
        self._steps = checklist(record, verdict.findings)
        steps = self.query_one("#steps", OptionList)
        highlighted = steps.highlighted
        steps.clear_options()
        steps.add_options([self._line(step, exists=record.exists) for step in self._steps])
        steps.highlighted = highlighted
        button = self.query_one("#create", Button)
        button.disabled = record.exists or not verdict.may_create
        button.label = _("The opportunity exists") if record.exists else _("Create the opportunity")

    def _line(self, step: Step, *, exists: bool) -> Content:
        act_left = [point for point in step.open if point.code != "create.pending"]
        done = exists or not act_left
        sign = (
            _("[ready]") if done and not exists else _("[done]") if done else _("[{count} open]", count=len(act_left))
        )
        said = f"  {visible(step.said)}" if step.said else ""
        body = Content.assemble(
            (f"{step.number} {step.label} ", "bold"), (sign, "$text-success" if done else "$text-error")
        )
        lines = [body + Content(said).stylize("$text-muted")]
        lines += [Content(f"    ! {visible(str(point.message))}") for point in act_left[:4]]
        return Content("\n").join(lines)

    @on(OptionList.OptionSelected, "#steps")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        step = self._steps[event.option_index]
        point = next((point for point in step.open if point.code != "create.pending"), None)
        if point is not None:
            self.post_message(self.Chosen(point))
