"""Asking for one field: coach line, current answer, choices; said what is wrong until it is right, or let be."""

from dataclasses import replace
from enum import Enum, auto
from typing import Any, Final

from oppwizard.errors import Conflict, StaleWrite, StoreProblem, ValueProblem
from oppwizard.i18n import Text, _
from oppwizard.model.ask import Kind
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, FieldSpec
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Record
from oppwizard.playbook import coach
from oppwizard.process.entry import options, show
from oppwizard.process.relevance import is_asked, is_relevant
from oppwizard.prompts.asker import BACK, COACH, END, LEAVE, POINTS, TAKE, Asker, Left, Question
from oppwizard.walk import Move, Walk

_COMPANY: Final = ("account.dba", "account.legal_name")


class Turn(Enum):
    """Where to go after a question."""

    ON = auto()
    BACK = auto()
    END = auto()
    SKIPPED = auto()


class Fields:
    """The part of a session that asks for values and saves them.

    Attributes:
        record: the record as it stands; replaced when somebody else changed it.
        stage: the stage being asked.
        answered: how many answers were given so far.
    """

    def __init__(self, walk: Walk, record: Record, asker: Asker) -> None:
        self.walk = walk
        self.record = record
        self.asker = asker
        self.stage = Stage(record.opportunity.stage)
        self.answered = 0

    def say(self, text: str | Text) -> None:
        """Show a text."""
        self.asker.say(str(text))

    def ask(self, question: Question) -> str:
        """Ask; leaving is understood everywhere.

        Raises:
            Left: the person leaves.
        """
        answer = self.asker.ask(question)
        if answer.strip() == LEAVE:
            raise Left
        return answer

    def show_points(self) -> None:
        """Show what is open and let the person go there."""
        raise NotImplementedError

    # One field

    def field(self, at: Address) -> Turn:
        """Ask for a field until it has a value, or is left as it is."""
        spec, holder = at.spec, self.record.holder(at)
        if spec is None or holder is None or not self._is_asked(spec, holder, at):
            return Turn.SKIPPED
        self._coach_line(spec)
        for row in self.walk.waiting(self.record).get(at, ()):
            told = self.walk.told_proposal(self.record, row)
            self.say("  " + _("{proposal}; {take} takes it", proposal=told, take=TAKE))
        if not self.record.value(at):
            for line in self._card(at):
                self.say(line)
        refused = self.record.unread_at(at)
        while True:
            shown = show(spec, self.record.value(at), self.record, self.walk.playbook)
            question = self._question(spec, shown if refused is None else refused)
            text = self.ask(replace(question, refused=refused is not None))
            command = text.strip()
            if command in (BACK, END):
                return Turn.BACK if command == BACK else Turn.END
            if command in (COACH, POINTS):
                self._coach(at, spec) if command == COACH else self.show_points()
                continue
            if command == TAKE:
                text = self._proposed(at) or shown
            if text == refused or (refused is None and text == shown):
                return Turn.ON
            if self._take(at, text):
                return Turn.ON
            refused = text

    def _question(self, spec: FieldSpec, current: str) -> Question:
        offered = [text for text, _shown in options(spec, self.record, self.walk.playbook)]
        closed = spec.choices is not None or spec.ask.kind in (Kind.YES_NO, Kind.PICK)
        if not offered and spec.path in self.walk.suggesting:
            offered = self.walk.suggestions(self.record, spec.path, "")
        example = f" ({spec.ask.example})" if spec.ask.example and not current else ""
        label = f"{spec.ask.label}{example}"
        return Question(label, current, offered, closed, spec.is_list, spec.ask.kind is Kind.LONG)

    def _take(self, at: Address, text: str) -> bool:
        """Save an answer; what cannot be one is kept as it was typed, and said to be wrong."""
        try:
            move = self.walk.set(self.record, at, text)
        except ValueProblem as problem:
            self.say(f"  {problem.problem}")
            self.say(f"  {problem.remedy}" if problem.remedy else "")
            self._hold(at, text)
            return False
        self.save(move)
        self.answered += 1
        if at.spec is not None and at.spec.path in _COMPANY and text.strip():
            self._like(at.spec.path, text)
        return True

    def _hold(self, at: Address, text: str) -> None:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return
        if "\0" not in text:
            self.save(self.walk.hold(self.record, at, text))

    def _like(self, path: str, text: str) -> None:
        known = [name for name in self.walk.suggestions(self.record, path, text) if name != text.strip()]
        if known:
            self.say(
                "  "
                + _("Known accounts like this: {names}. Give that name if it is one of them.", names=", ".join(known))
            )

    def _is_asked(self, spec: FieldSpec, holder: Any, at: Address) -> bool:
        """Whether a field is to be asked; the gates are put to the record only where it does not matter for its row."""
        return is_relevant(spec, holder) or is_asked(spec, holder, at, self.walk.verdict(self.record).findings)

    # The coach

    def _coach_line(self, spec: FieldSpec) -> None:
        texts = coach().fields.get(spec.path)
        if texts is not None and texts.need:
            self.say(f"  {texts.need}")

    def _card(self, at: Address) -> list[str]:
        """What a battle card says, a line each."""
        return [
            f"  {_('Battle card')}, {FIELDS[f'competitors.{name}'].ask.label}: {text}"
            for name, text in self.walk.card(self.record, at)
        ]

    def _coach(self, at: Address, spec: FieldSpec) -> None:
        texts, said = coach().fields.get(spec.path), self._card(at)
        if texts is not None:
            parts = ((_("Why"), texts.why), (_("Needed"), texts.need))
            said += [f"  {name}: {text}" for name, text in parts if text]
        questions = coach().questions(spec.path)
        said += [f"  {_('Ask')}: {question}" for question in questions]
        self.say("\n".join(said) or "  " + _("The coach has nothing to say about this."))

    def _proposed(self, at: Address) -> str | None:
        found = self.walk.proposal(self.record, at)
        if found is None:
            points = self.walk.verdict(self.record).findings
            found = next((f.proposal for f in points if f.at == at and f.proposal), None)
        self.say(f"  {found}" if found else "  " + _("Nothing is proposed here."))
        return found

    # Saving

    def save(self, move: Move) -> None:
        """Save a step; says what happened beside it, and why it cannot be saved where it cannot."""
        while True:
            try:
                self.walk.save(move)
            except StaleWrite:
                self._rebase(move)
                return
            except StoreProblem as problem:
                self.say(f"{problem.problem} {problem.remedy or ''}")
                self.ask(Question(_("Not saved. Enter tries again, {leave} leaves without it", leave=LEAVE)))
                continue
            break
        self.record = move.record
        for note in move.notes:
            self.say(f"  {note}")

    def _rebase(self, move: Move) -> None:
        """Put a step onto the record as somebody else left it."""
        assert move.batch is not None, "only what is written can be stale"
        self.say(_("Somebody else changed this record; it is shown as it is now"))
        conflicts: list[Conflict]
        self.record, moves, conflicts = self.walk.rebase(self.record.id, [move.batch])
        for each in moves:
            self.walk.save(each)
            self.record = each.record
        for conflict in conflicts:
            self.say(f"  {conflict.problem} {conflict.remedy}")


def said(finding: Finding) -> str:
    """An open point in one line."""
    return f"{finding.message} - {finding.remedy}"
