"""Stages that are entered by themselves, because the playbook says so: done in the step that satisfied the gate (A3).

The log names the rule, not the person, as the author (A7). Undoing the step takes it back with the rest. An opportunity
is never created by itself: gate 4 opens by that act alone, so nothing behind it is entered before a person did it.
"""

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from oppwizard.data.batch import Author
from oppwizard.data.tables import Source
from oppwizard.i18n import T
from oppwizard.model.enums import Stage, Status
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.walk.lifecycle import enter
from oppwizard.walk.move import Edits

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_WHO: Final = "rule automation.advance, playbook {version}"
_TOLD: Final = re.compile(re.escape(_WHO).replace(re.escape("{version}"), "(?P<version>.*)"), re.DOTALL)
_LONGEST: Final = 200


class Advancing:
    """The part of `Walk` that does by itself what a person would only confirm."""

    _held = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let several steps be one: nothing is entered by itself between them."""
        before, self._held = self._held, True
        try:
            yield
        finally:
            self._held = before

    def advance_by_rule(self: "Walk", edits: Edits, verdict: Verdict) -> Verdict:  # type: ignore[misc]
        """Enter every stage that the gates are open to and the playbook says is entered by itself.

        Returns:
            What the gates say then.
        """
        record = edits.record
        following = self._following(record, verdict)
        if following is None:
            return verdict
        who = by_rule(self.playbook.version)
        with edits.by(who):
            while following is not None:
                enter(self, edits, following, who.who)
                edits.entered = following
                verdict = self.verdict(record)
                following = self._following(record, verdict)
        assert edits.entered is not None
        entered = edits.entered
        said = T(
            "Stage {number} {stage} was entered by a rule of the playbook", number=int(entered), stage=entered.label
        )
        edits.notes.append(said)
        return verdict

    def _following(self: "Walk", record: Record, verdict: Verdict) -> Stage | None:  # type: ignore[misc]
        """The stage that is to be entered by itself now."""
        automation, deal = self.playbook.automation, record.opportunity
        if self._held or not automation.advance or deal.status not in (Status.DRAFT, Status.CREATED):
            return None
        number = deal.stage + 1
        return Stage(number) if number in automation.stages and verdict.may_enter(Stage(number)) else None


def by_rule(version: str) -> Author:
    """The author that the log names for what a rule of a playbook did."""
    return Author(_WHO.format(version=version)[:_LONGEST], Source.RULE)


def who_said(who: str) -> str:
    """An author as a person reads it, in the language in use."""
    rule = _TOLD.fullmatch(who)
    return str(T("rule of the playbook {version}", version=rule["version"])) if rule else who
