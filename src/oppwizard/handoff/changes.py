"""The history of a record in words: when, who, what, from what to what (H4, E4)."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.codec import decode
from oppwizard.data.tables import Change, ChangeState, Op, model_of
from oppwizard.data.unfolding import name_in
from oppwizard.exchange.blocks import Column, Row, Table, cut, fact, known, moment
from oppwizard.handoff.summary import numbered
from oppwizard.i18n import T, Text
from oppwizard.model.account import Account
from oppwizard.model.choice import Choice
from oppwizard.model.contact import Stakeholder
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import (
    Attachment,
    DealLink,
    Handoff,
    Lead,
    Note,
    PeerPoint,
    PeerReview,
    Proposal,
    Remark,
    Review,
    StagePassage,
    Tick,
)
from oppwizard.model.record import Record, plainly
from oppwizard.playbook import Playbook
from oppwizard.process.entry import show
from oppwizard.walk.changed import spec_of, unfolded, value_of

_LONGEST: Final = 200
_KEPT: Final = {
    "status": T("Status"),
    "stage": T("Stage"),
    "set_aside_reason": T("Set aside because"),
    "revenue_currency": T("Currency of the revenue"),
}
"""What the walk keeps of a record and a reader understands; other columns that nobody types are left out."""
_ROWS: Final[dict[type[SQLModel], tuple[Text, str]]] = {
    Opportunity: (T("Opportunity"), "name"),
    Account: (T("Account"), "dba"),
    Note: (T("Note"), "body"),
    Attachment: (T("File"), "name"),
    Tick: (T("Point of the checklist"), "who"),
    Handoff: (T("Handoff"), "receiver"),
    Review: (T("Review by the manager"), "decision"),
    Remark: (T("Comment of the manager"), "body"),
    PeerReview: (T("Peer review"), "presenter"),
    PeerPoint: (T("Point of a peer review"), "body"),
    Proposal: (T("Proposed value"), "provider"),
    Lead: (T("Lead of another system"), "source"),
    DealLink: (T("Record that looks like this one"), "other_title"),
    StagePassage: (T("Stage passed"), "stage"),
    **{model: (kind.one, kind.handle) for kind in ROW_KINDS.values() for model in kind.models},
    Stakeholder: (T("person of this deal"), "name"),
}
"""What a row is called, and the column that names it."""


class Changes:
    """Puts the log of a record into words."""

    def __init__(self, record: Record, playbook: Playbook) -> None:
        self.record = record
        self.playbook = playbook

    def table(self, log: Sequence[Change]) -> Table:
        """Every change that says something to a reader, the newest first.

        Args:
            log: the changes, oldest first.
        """
        newest = sorted(unfolded(log), key=lambda change: change.at)[::-1]
        columns = (T("When"), T("Who"), T("What"), T("Before"), T("After"))
        rows = tuple(row for change in newest for row in self._row(change))
        heading = T("History of changes ({count})", count=len(rows))
        return Table(str(heading), tuple(Column(str(label)) for label in columns), rows)

    def _row(self, change: Change) -> Iterator[Row]:
        told = self._set(change) if change.op is Op.SET else self._whole(change)
        if told is None:
            return
        state = "" if change.state is ChangeState.DONE else str(change.state.label)
        more = known([fact(T("Reason"), change.reason), fact(T("State"), state)])
        yield Row((moment(change.at), change.who, *(cut(text, _LONGEST) for text in told)), more)

    def _set(self, change: Change) -> tuple[str, str, str] | None:
        spec = spec_of(change)
        label = spec.ask.label if spec else _KEPT.get(change.field) or name_in(change.field)
        if label is None:
            return None
        where = self._named(change.row_id)
        texts = [self._value(change, spec, text) for text in (change.old, change.new)]
        return (f"{where}: {label}" if where else str(label), texts[0], texts[1])

    def _whole(self, change: Change) -> tuple[str, str, str]:
        """A row that was added or taken out, by the name that it had then, or got later."""
        model = model_of(change.entity)
        label, handle = _ROWS[model]
        text = change.new if change.op is Op.INSERT else change.old
        stored = json.loads(text or "{}").get(handle)
        name = self._named(change.row_id)
        if stored is not None:
            held = change.model_copy(update={"field": handle})
            name = self._value(held, spec_of(held), json.dumps(stored))
        what = f"{change.op.label}: {label}"
        return (what, "", name) if change.op is Op.INSERT else (what, name, "")

    def _value(self, change: Change, spec: FieldSpec | None, text: str | None) -> str:
        try:
            if spec is not None:
                return show(spec, value_of(spec, text), self.record, self.playbook)
            if name_in(change.field) is not None:  # a field of an organisation that is asked for no more
                return plainly(json.loads(text), self.record) if text else ""
            return _plainly(change.field, decode(model_of(change.entity), change.field, text))
        except ValueError:  # written by another version, in which the field was another one
            return text or ""

    def _named(self, row_id: UUID) -> str:
        """The name of the row in its table, as long as it is there."""
        person = next((one for one in self.record.people if row_id in (one.id, one.contact.id)), None)
        if person is not None:
            return person.name
        for kind in ROW_KINDS.values():
            row = self.record.row(kind.key, row_id)
            if row is not None:
                spec = FIELDS[f"{kind.key}.{kind.handle}"]
                return show(spec, getattr(row, kind.handle), self.record, self.playbook) or str(kind.one)
        return ""


def _plainly(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "stage":
        return numbered(value)
    return str(value.label) if isinstance(value, Choice) else str(value)
