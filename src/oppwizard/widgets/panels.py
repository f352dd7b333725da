"""What stands around a form: progress, coach, open points, save state."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from oppwizard.i18n import Text, _
from oppwizard.model.enums import Severity, Stage
from oppwizard.model.findings import Finding
from oppwizard.model.text import marked, visible

StageState = tuple[Stage, str, str, bool]
"""A stage, its state in words, the same as a short sign, and whether it is done."""


class StageStrip(Static):
    """The six stages with their state, by word and number, not by colour alone."""

    @dataclass
    class Chosen(Message):
        """A stage was clicked."""

        stage: Stage

    def __init__(self) -> None:
        super().__init__("", id="strip", markup=False)
        self._said: tuple[Sequence[StageState], Stage] | None = None

    def say(self, states: Sequence[StageState], here: Stage) -> None:
        """Show each stage's state in words, or by its sign where they do not fit; the present one stands out."""
        self._said = (states, here)
        self.update(self._line(states, here))

    def on_resize(self) -> None:
        """Use the words where there is room for them."""
        if self._said is not None:
            self.update(self._line(*self._said))

    def _line(self, states: Sequence[StageState], here: Stage) -> Content:
        long = Content(" ").join(self._cells(states, here, short=False))
        fits = long.cell_length <= self.size.width
        return long if fits else Content("").join(self._cells(states, here, short=True))

    def _cells(self, states: Sequence[StageState], here: Stage, *, short: bool) -> list[Content]:
        parts: list[Content] = []
        for stage, state, sign, done in states:
            style = "$text-success" if done else "$text-muted"
            body = Content.assemble(f" {int(stage)} {stage.label} ", (f"{sign if short else state} ", style))
            if stage is here:
                body = body.stylize("bold reverse")
            parts.append(body.stylize(f"@click=screen.stage({int(stage)})"))
        return parts


class PartTabs(Static):
    """The parts of a stage's form, each with its number of open points."""

    def __init__(self) -> None:
        super().__init__("", id="parts", markup=False)
        self._cells: list[Content] = []
        self._here = 0

    def say(self, parts: Sequence[tuple[Text, int]], here: int) -> None:
        """Show the parts; the present one is underlined and in brackets."""
        cells: list[Content] = []
        for number, (label, count) in enumerate(parts):
            text = f"{label} {count}" if count else str(label)
            cell = Content(f"[{text}]" if number == here else f" {text} ")
            style = "bold underline" if number == here else "$text-muted"
            cells.append(cell.stylize(style).stylize(f"@click=screen.part({number})"))
        self._cells, self._here = cells, here
        self.refresh()

    def render(self) -> Content:
        """The parts, from the first one on with which the present one is still to be seen."""
        width = self.content_size.width
        first = next((n for n in range(self._here) if self._reaches(n) <= width), self._here)
        before = Content("< ").stylize("$text-muted") if first else Content("")
        return before + Content(" ").join(self._cells[first:])

    def _reaches(self, first: int) -> int:
        """How many cells the line is wide up to the present part, if it begins with another one."""
        shown = self._cells[first : self._here + 1]
        return sum(cell.cell_length for cell in shown) + len(shown) - 1 + (2 if first else 0)


class CoachPanel(Static):
    """Why the field in focus matters, what is needed, how to ask."""

    def __init__(self) -> None:
        super().__init__("", id="coach", markup=False)

    def say(
        self,
        heading: str,
        why: str,
        need: str,
        ask: Sequence[str],
        *,
        short: bool,
        known: Sequence[str] = (),
        proposed: bool = False,
    ) -> None:
        """Show the coach's words; in a short panel one question stands for all.

        Args:
            known: what a battle card says; it stands first, and in a short panel in the place of the questions.
            proposed: whether the key for proposals takes it.
        """
        shown = () if short and known else ask[:1] if short else ask
        lines: list[Content | str | tuple[str, str]] = [(f"{heading}\n", "bold")]
        if known:
            head = _("Battle card, {key} takes it", key="F6") if proposed else _("Battle card")
            lines.append((f"{head}\n", "$text-accent"))
            lines += [marked("-", visible(text)) + "\n" for text in known]
        lines += [(_("Why") + " ", "$text-accent"), f"{why}\n"] if why else []
        lines += [(_("Needed") + " ", "$text-accent"), f"{need}\n"] if need else []
        if shown:
            lines.append((_("Ask") + ("\n" if not short else " "), "$text-accent"))
            lines += [marked("-", question) + "\n" for question in shown]
        self.update(Content.assemble(*lines))


class OpenPoints(OptionList, can_focus=False):
    """What still keeps the gate closed; a click goes there."""

    @dataclass
    class Chosen(Message):
        """A point was clicked."""

        finding: Finding

    def __init__(self) -> None:
        super().__init__(id="points", compact=True, markup=False)
        self._findings: tuple[Finding, ...] = ()

    def say(self, findings: tuple[Finding, ...]) -> None:
        """Show findings: what blocks, what warns, what would help."""
        if findings == self._findings and self.option_count:
            return
        self._findings = findings
        signs = {Severity.BLOCK: "!", Severity.WARN: "~", Severity.INFO: " "}
        styles = {Severity.BLOCK: "", Severity.WARN: "$text-warning", Severity.INFO: "$text-muted"}
        self.clear_options()
        self.add_options(
            [
                Content(marked(signs[point.severity], visible(str(point.message)))).stylize(styles[point.severity])
                for point in findings
            ]
        )

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._findings[event.option_index]))


class StateLine(Static):
    """Saved, saving, or why not."""

    def __init__(self) -> None:
        super().__init__("", id="state", markup=False)
        self._text = ""
        self._company: list[str] = []

    def saved(self, at: dt.datetime | None) -> None:
        """Everything is in the store."""
        self.remove_class("failed")
        self._say(_("saved {time}", time=f"{at:%H:%M:%S}") if at else _("saved"))

    def saving(self, count: int) -> None:
        """Steps are being written."""
        self.remove_class("failed")
        self._say(_("saving {count} ...", count=count))

    def failed(self, problem: str) -> None:
        """Steps wait; the text is kept."""
        self.add_class("failed")
        self._say(_("NOT SAVED, kept here: {problem}", problem=visible(problem)))

    def note(self, text: str) -> None:
        """Something happened beside what was asked for."""
        self.remove_class("failed")
        self._say(visible(text))

    def beside(self, company: list[str]) -> None:
        """Who else is in the record just now."""
        if company != self._company:
            self._company = company
            self._say(self._text)

    def _say(self, text: str) -> None:
        self._text = text
        others = ", ".join(visible(name) for name in self._company)
        self.update(Content(_("{state} | also here: {people}", state=text, people=others) if others else text))


def stage_state(*, done: bool, visited: bool, closed: bool, count: int) -> tuple[str, str]:
    """A stage's state in words and as a sign: done, n open, closed again, or not visited."""
    if done:
        return _("done"), _("ok")
    if closed:
        return _("closed"), "x"
    if visited:
        return _("{count} open", count=count), str(count)
    return _("not yet"), "-"
