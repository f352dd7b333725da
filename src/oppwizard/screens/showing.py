"""What a stage screen shows: the record in its fields, and everything around them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, cast

from textual.geometry import Size
from textual.widgets import Static

from oppwizard.i18n import _, sentences
from oppwizard.model.enums import Stage
from oppwizard.model.fields import CUSTOM, FIELDS, SINGLE
from oppwizard.model.findings import Address, Finding
from oppwizard.model.money import show_money
from oppwizard.model.parts import Proposal
from oppwizard.playbook.competitors import ANSWERS
from oppwizard.process.course import Part, parts
from oppwizard.process.entry import show
from oppwizard.process.reviewing import REMARK
from oppwizard.process.rules import CODE
from oppwizard.screens.choosing import Choosing
from oppwizard.walk.desk import Desk, Saving
from oppwizard.walk.proposals import told_origin
from oppwizard.widgets.bars import TitleLine
from oppwizard.widgets.field import FieldRow
from oppwizard.widgets.keys import STAGE, actions, shown_key
from oppwizard.widgets.panels import (
    CoachPanel,
    OpenPoints,
    PartTabs,
    StageState,
    StageStrip,
    StateLine,
    stage_state,
)
from oppwizard.widgets.sections import Section

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp


_PROPOSED = 2
"""So many proposals stand under a field; the list of the record has all."""


class Showing(Choosing):
    """The part of a stage screen that draws; it changes nothing."""

    stage: ClassVar[Stage]

    def __init__(self, desk: Desk, goto: Address | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.part = 0
        self.goto = goto
        self.coaching: FieldRow | None = None
        self._tried = False
        self._gone_to: tuple[Finding | None, FieldRow | None] = (None, None)
        self._shown = False
        self._is_turning = False
        """Whether another part is coming: what is still, or already, in the form can neither be read nor drawn."""
        self._note = ""
        self._extent: tuple[Size, Size] | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the form."""
        return parts(self.stage)

    def lead_of(self, part: Part) -> Iterator[Section]:
        """What a stage shows before the fields of a part."""
        return iter(())

    @property
    def oppwizard(self) -> "OppwizardApp":
        """The app, with its own type."""
        return cast("OppwizardApp", self.app)

    def sections(self) -> Iterator[Section]:
        """The sections of the present part; none while another one comes."""
        return iter(() if self._is_turning else self.query(Section).results())

    def fields(self) -> Iterator[FieldRow]:
        """The fields of the present part, in order; none while another one comes."""
        return iter(() if self._is_turning else self.query(FieldRow).results())

    def shown_fields(self) -> list[FieldRow]:
        """The fields that the cursor can be in, in order."""
        return [field for field in self.fields() if field.display]

    @property
    def current(self) -> FieldRow | None:
        """The field that the cursor is in."""
        entry = self.focused
        return next((one for one in entry.ancestors if isinstance(one, FieldRow)), None) if entry is not None else None

    def text_at(self, at: Address) -> str:
        """The text to show for an address: what was typed and is no value yet, else the value in words."""
        record = self.desk.record
        spec = at.spec
        if spec is None:
            return ""
        if at.row is None and at.entity not in SINGLE:
            default = spec.model.model_fields[spec.name].get_default(call_default_factory=True)
            return show(spec, default, record, self.desk.walk.playbook) if spec.choices else ""
        unread = record.unread_at(at)
        return unread if unread is not None else show(spec, record.value(at), record, self.desk.walk.playbook)

    def refill(self) -> None:
        """Show the record in every field."""
        for section in self.sections():
            section.refill(self.desk.record, self.desk.verdict, self.text_at)

    def draw(self) -> None:
        """Show the record in everything around the form."""
        if not self.is_there:
            return
        verdict, deal = self.desk.verdict, self.desk.record.opportunity
        title = self.query_one("#title", TitleLine)
        title.say(deal.name or self.desk.record.account.name or _("New draft"), self._worth())
        self.query_one(StageStrip).say([self._state_of(stage) for stage in Stage], self.stage)
        points = verdict.open_points(self.stage)
        counts = [sum(part.covers(point.at, self.stage) for point in points) for part in self.parts]
        tabs = list(zip((part.label for part in self.parts), counts, strict=True))
        self.query_one(PartTabs).say(tabs, self.part)
        self.query_one("#points-head", Static).update(self._points_head(len(points)))
        self.query_one(OpenPoints).say(verdict.of(self.stage))
        self.draw_figures()
        self.draw_messages()
        self.draw_state()

    def _state_of(self, stage: Stage) -> StageState:
        verdict = self.desk.verdict
        count = len(verdict.open_points(stage))
        visited = stage <= max(self.desk.record.opportunity.stage, self.stage)
        enterable = verdict.may_enter(stage)
        words, sign = stage_state(
            done=enterable and not count, visited=visited, closed=visited and not enterable, count=count
        )
        return stage, words, sign, enterable and not count

    def _points_head(self, count: int) -> str:
        if not self.desk.verdict.may_enter(self.stage):
            reason = self.desk.verdict.in_the_way(self.stage)[0]
            return _("CLOSED: {reason}", reason=reason.message)
        return _("OPEN {count}", count=count) if count else _("GATE SATISFIED - F8 goes on")

    def _worth(self) -> str:
        record = self.desk.record
        sized = self.desk.walk.sized(record)
        amount = sized.amount(self.desk.walk.playbook.sizing.metric)
        status = str(record.opportunity.status.label)
        sample = _("sample") + " " if record.opportunity.is_sample else ""
        worth = (
            show_money(amount, record.currency, self.oppwizard.context.language) if amount and record.currency else ""
        )
        score = _("score {score}", score=self.desk.walk.score(record).total)
        return "  ".join(filter(None, (f"{sample}{status}", score, worth)))

    def draw_figures(self) -> None:
        """Show the live figures, where a stage has some."""

    def draw_messages(self) -> None:
        """Say under each field that was touched what its gate has against it, and what the manager says to any."""
        said = {point.at: point for point in reversed(self._said_here()) if point.severity.value != "info"}
        waiting = self.desk.walk.waiting(self.desk.record) if self.desk.record.proposals else {}
        for field in self.fields():
            point = said.get(field.at)
            proposed = [self._proposed(row) for row in waiting.get(field.at, ())[:_PROPOSED]]
            unread = self.desk.record.unread_at(field.at) is not None
            if unread and (field.has_class("wrong") or (field.is_current and field.changed)):
                continue  # in the middle of a word nobody wants to hear that it is none yet
            sent = point is not None and (point.code == REMARK or point.stage > self.stage)  # not found by looking here
            told = field.touched or self._tried or unread or sent
            if point and told and not self._is_new(field):
                remedy = None if point.code == "missing" else point.remedy
                field.tell("\n".join([sentences(point.message, remedy), *proposed]), wrong=point.blocks)
            else:
                field.tell("\n".join(proposed), wrong=False)

    def _proposed(self, row: Proposal) -> str:
        """A value that waits beside its field, with the keys that decide about it."""
        told = self.desk.walk.told_proposal(self.desk.record, row)
        keys = {action.id: shown_key(self.oppwizard.key_of(action)) for action in actions(STAGE) if action.keys}
        take, refuse = keys["stage.accept"], keys["stage.refuse"]
        return _("{proposal}; {take} takes it, {refuse} refuses it", proposal=told, take=take, refuse=refuse)

    def _said_here(self) -> list[Finding]:
        """What this stage's gate finds, and what the organisation's rules of later gates say of this stage's fields."""
        verdict = self.desk.verdict
        later = [point for point in verdict.findings if point.stage > self.stage and point.code.startswith(CODE)]
        return [*verdict.of(self.stage), *later]

    @staticmethod
    def _is_new(field: FieldRow) -> bool:
        """Whether a field stands in the line that begins a new row."""
        return field.row is None and field.spec.entity not in SINGLE

    def draw_state(self, note: str = "") -> None:
        """Show whether everything is saved, or a note, which stays until the next thing happens."""
        self._note = note
        if not self.is_there:
            return
        line = self.query_one(StateLine)
        if self.desk.saving is Saving.FAILED:
            line.failed(str(self.desk.problem))
        elif note:
            line.note(note)
        elif self.desk.saving is Saving.UNDER_WAY:
            line.saving(self.desk.unsaved)
        elif self.desk.lookups.asking:
            line.note(str(self.desk.lookups.asking))
        else:
            line.saved(self.desk.saved_at)
        line.beside(self.desk.company)

    def _coach(self, field: FieldRow) -> None:
        from oppwizard.playbook import coach

        texts = coach()
        known = texts.fields.get(field.spec.path)
        short = self.has_class("-narrow") and not self.has_class("-coach")
        why, need = (known.why, known.need) if known else ("", "")
        questions = texts.questions(field.spec.path)
        spec = field.spec
        heading = str(spec.ask.label) if spec.entity == CUSTOM else f"{spec.ask.label}  {spec.ask.requirement}"
        origin = self.desk.walk.origin(self.desk.record, field.at)
        if origin is not None:
            heading += f"  ({told_origin(origin)})"
        card = self._card(field)
        proposed = field.spec.name in ANSWERS and bool(card) and not self.desk.record.value(field.at)
        panel = self.query_one(CoachPanel)
        panel.say(heading, why, need, questions, short=short, known=card, proposed=proposed)

    def _card(self, field: FieldRow) -> list[str]:
        """What the battle card says to the field in focus; by its name what it is of, where it says several things."""
        said = self.desk.walk.card(self.desk.record, field.at)
        if field.spec.name in ANSWERS:
            return [str(text) for _name, text in said]
        return [f"{FIELDS[f'competitors.{name}'].ask.label}: {text}" for name, text in said]
