"""The walk as a conversation: stage by stage, gate by gate, until the person leaves or the walk is complete."""

from collections.abc import Iterable
from typing import Final, TextIO

from oppwizard.errors import OppwizardError, Refused
from oppwizard.i18n import T, _
from oppwizard.model.enums import Stage, Status
from oppwizard.model.fields import CUSTOM, ROW_KINDS, SINGLE, FieldSpec, facts_for, own_facts_for
from oppwizard.model.findings import Address, Finding
from oppwizard.model.money import show_money
from oppwizard.model.record import Record
from oppwizard.process.course import Item, Part, home, items
from oppwizard.process.coverage import gaps
from oppwizard.process.creation import checklist
from oppwizard.process.entry import show
from oppwizard.prompts.asker import BACK, Asker, Left, Question, asker
from oppwizard.prompts.fields import Turn, said
from oppwizard.prompts.rows import Rows
from oppwizard.walk import Walk

_ACT: Final = "create.pending"
_INTERRUPTED: Final = 130
_SHORT: Final = 8


def converse(walk: Walk, record: Record, out: TextIO, by: Asker | None = None) -> int:
    """Walk a record line by line; returns the exit code.

    Raises:
        Refused: the lead is set aside.
    """
    if record.opportunity.status in (Status.DISQUALIFIED, Status.NURTURE):
        raise Refused(
            T("The lead is set aside: {reason}", reason=record.opportunity.set_aside_reason or ""),
            T("Reopen it to go on."),
        )
    session = Session(walk, record, by or asker(out))
    try:
        session.run()
    except Left as left:
        session.part_from()
        return _INTERRUPTED if left.interrupted else 0
    return 0


class Session(Rows):
    """One conversation."""

    def run(self) -> None:
        """Go through the stages from where the record is.

        Raises:
            Left: the person leaves.
        """
        self._greet()
        start = self._first_open()
        while True:
            turn = self._ask_stage(start)
            if turn is Turn.ON and self.stage is Stage.STRATEGY:
                break
            start = -1 if turn is Turn.BACK else 0
            self.stage = Stage(self.stage + (-1 if turn is Turn.BACK else 1))
        self.say(_("The walk is complete. “oppwizard export --id {id}” writes it to a file.", id=self._reference))

    @property
    def _reference(self) -> str:
        return self.record.id.hex[-_SHORT:]

    def _greet(self) -> None:
        name = self.record.opportunity.name or self.record.account.name or _("New draft")
        self.say(f"{name} ({self._reference})")
        self.say(_("Each answer is saved. Enter keeps what is there, - clears it, = takes what is proposed."))
        self.say(_("? asks the coach, < goes back, > goes to the end of the stage, ! shows open points, :q leaves."))

    def part_from(self) -> None:
        """Say how to go on another time."""
        self.say("")
        self.say(_("The draft is kept. Go on with:  oppwizard new --prompt --resume {id}", id=self._reference))
        self.say(_("or in the app:  oppwizard"))

    # A stage

    def _first_open(self) -> int:
        """The number of the first question with something open; their count where there is none.

        A walk that is taken up again goes on there, instead of asking for what is there already.
        """
        points = self.walk.verdict(self.record).open_points(self.stage)
        todo = items(self.stage)
        fields, tables = {point.at for point in points}, {point.at.entity for point in points}
        found = (
            n for n, item in enumerate(todo) if item.at in fields or (not item.at.name and item.at.entity in tables)
        )
        return next(found, len(todo))

    def _ask_stage(self, start: int) -> Turn:
        """Ask all of a stage and pass its gate; back where the person goes back beyond its beginning.

        Args:
            start: the number of the question to begin with; -1 is the last one.
        """
        self.say("\n" + _("Stage {number} of 6: {stage}", number=int(self.stage), stage=self.stage.label))
        while True:
            if not self._ask_items(start):
                return Turn.BACK
            if self._gate() and self._pass():
                return Turn.ON
            start = -1

    def _ask_items(self, start: int) -> bool:
        """Ask every question of a stage; False where the person went back beyond the first one."""
        todo = items(self.stage)
        position = start if start >= 0 else len(todo) - 1
        forwards, part = start >= 0, None
        while position < len(todo):
            part = self._head(todo[position], part)
            turn = self._item(todo[position].at)
            if turn is Turn.END:
                return True
            forwards = forwards if turn is Turn.SKIPPED else turn is Turn.ON
            position += 1 if forwards else -1
            if position < 0 and self.stage is not Stage.QUALIFICATION:
                return False
            if position < 0:
                self.say("  " + _("This is the first question."))
                position, forwards = 0, True
        return True

    def _head(self, item: Item, shown: Part | None) -> Part:
        if item.part is not shown:
            self.say(f"\n{item.part.label}")
            if "file" in item.part.pieces:
                self._say_facts(facts_for(self.stage))
            if CUSTOM in item.part.pieces:
                self._say_facts(own_facts_for(self.stage))
            if "coverage" in item.part.pieces:
                for role, question in gaps(self.record):
                    self.say(f"  {role.label}: {question}")
        return item.part

    def _say_facts(self, specs: Iterable[FieldSpec]) -> None:
        for spec in specs:
            text = show(spec, self.record.value(Address(spec.entity, spec.name)), self.record, self.walk.playbook)
            self.say(f"  {spec.ask.label}: {text or '-'}")

    def _item(self, at: Address) -> Turn:
        return self.field(at) if at.name else self.table(at.entity)

    # The gate

    def _points(self) -> list[Finding]:
        """What closes the gates up to this stage, the act of creating aside."""
        verdict = self.walk.verdict(self.record)
        return [point for point in verdict.blocking if point.stage <= self.stage and point.code != _ACT]

    def _gate(self) -> bool:
        """Show what is open and go there, point by point; False where the person goes back to the questions."""
        if self.stage is Stage.SCOPING:
            self._say_size()
        following = 0
        while points := self._points():
            self._list_points(points)
            following = following if following < len(points) else 0
            chosen = self._choose_point(points, str(following + 1))
            if chosen is None:
                return False
            before = points[chosen]
            self._visit(before)
            following = chosen + 1 if before in self._points() else chosen
        return True

    def _list_points(self, points: list[Finding]) -> None:
        self.say("\n" + _("Stage {number}, open points: {count}", number=int(self.stage), count=len(points)))
        for number, point in enumerate(points, start=1):
            self.say(f"  {number} {said(point)}")

    def _choose_point(self, points: list[Finding], proposed: str) -> int | None:
        while True:
            text = self.ask(Question(_("Go to which? < goes back to the questions"), proposed)).strip()
            if text == BACK:
                return None
            if text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= len(points):
                return int(text[:6]) - 1
            self.say("  " + _("A number from 1 to {count}.", count=len(points)))

    def show_points(self) -> None:
        """Show what is open in this stage, and go to one of the points."""
        points = self._points()
        if not points:
            self.say("  " + _("Nothing is open in this stage."))
            return
        self._list_points(points)
        chosen = self._choose_point(points, BACK)
        if chosen is not None:
            self._visit(points[chosen])

    def _visit(self, point: Finding) -> None:
        """Ask for what would settle an open point."""
        here, at = self.stage, point.at
        self.stage = home(at, point.stage)
        self.say(f"  {said(point)}")
        try:
            if at.entity in SINGLE:
                self.field(at)
            elif at.entity in ROW_KINDS and at.row is None:
                self.table(at.entity)
            elif at.row is not None:
                self.row(at.entity, at.row, at.name)
        finally:
            self.stage = here

    def _say_size(self) -> None:
        size, currency = self.walk.sized(self.record), self.record.currency
        for name in ("arr", "acv", "tcv"):
            figure = size.figure(name)
            value = show_money(figure.value, currency, self.walk.context.language) if currency else str(figure.value)
            self.say(f"  {name.upper()} {value} = {str(figure.formula).removeprefix('= ')}")

    # The step to the next stage

    def _pass(self) -> bool:
        """Take the step that a satisfied gate allows; False where the person does not want to, or it is refused."""
        if self.stage is Stage.CREATION and not self.record.exists:
            return self._create()
        if self.stage is not Stage.STRATEGY:
            try:
                self.save(self.walk.advance(self.record, Stage(self.stage + 1)))
            except OppwizardError as problem:
                self.say(f"{problem.problem} {problem.remedy or ''}")
                return False
        return True

    def _create(self) -> bool:
        for step in checklist(self.record, self.walk.verdict(self.record).findings):
            state = _("[ready]") if all(point.code == _ACT for point in step.open) else _("[open]")
            self.say(f"  {step.number} {step.label} {state} {' '.join(step.said.split())}")
        yes, no = str(T("yes")), str(T("no"))
        answer = self.ask(Question(_("Create the opportunity now?"), yes, (yes, no), closed=True)).strip().casefold()
        if answer == BACK:
            return False
        if answer not in (yes.casefold(), "yes", "y", "はい"):
            raise Left
        try:
            self.save(self.walk.create(self.record))
        except OppwizardError as problem:
            self.say(f"{problem.problem} {problem.remedy or ''}")
            return False
        return True
