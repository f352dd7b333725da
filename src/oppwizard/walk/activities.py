"""The part of `Walk` that keeps what happens around a deal: talks, notes, files, and points of a handoff (E8, H)."""

import datetime as dt
import hashlib
import mimetypes
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Final
from uuid import UUID

from oppwizard.errors import InvalidInput, NotFound, Refused
from oppwizard.i18n import T
from oppwizard.model.base import SHORT
from oppwizard.model.enums import HandoffKind, TouchpointKind
from oppwizard.model.fields import FIELDS, FieldSpec
from oppwizard.model.parts import Attachment, Note, Tick, Touchpoint
from oppwizard.model.record import Record
from oppwizard.model.text import visible
from oppwizard.process.entry import accept
from oppwizard.process.handing import Preparation, point_of, prepared
from oppwizard.process.required import is_missing
from oppwizard.walk.move import Edits, Move

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_MEGABYTE: Final = 1_000_000
_LONGEST_NAME: Final = 255
_LONGEST_NOTE: Final = 20_000


class Activities:
    """Each step adds one row, and is undone like any other."""

    def log(  # type: ignore[misc]
        self: "Walk",
        record: Record,
        kind: TouchpointKind,
        on: dt.date,
        *,
        people: Sequence[UUID] = (),
        ours: str = "",
        subject: str = "",
        outcome: str = "",
        commitments: str = "",
        source_id: str = "",
    ) -> Move:
        """Log a meeting, call, e-mail or demo (E8).

        Args:
            people: those of the record who were there.
            ours: the names of our people, with commas between.
            source_id: what an e-mail or calendar entry calls itself; the same one is logged once.

        Raises:
            Refused: that e-mail or calendar entry is logged already.
            ValueProblem: a text is too long.
        """
        if source_id and any(touch.source_id == source_id[:SHORT] for touch in record.touchpoints):
            raise Refused(T("It is logged already: “{subject}”", subject=subject))
        values = {"kind": kind, "on": on, "people": list(people), "subject": subject, "ours": ours}
        values |= {"outcome": outcome, "commitments": commitments}
        edits = Edits(record)
        row = Touchpoint(opportunity_id=record.id, source_id=source_id[:SHORT])
        for name, value in values.items():
            setattr(row, name, accept(_spec(name), value if value != "" else None))
        record.touchpoints.append(row)
        edits.insert(row)
        move = self.finish(edits)
        move.row = row.id
        return move

    def note(self: "Walk", record: Record, text: str) -> Move:  # type: ignore[misc]
        """Keep a note with its author and time (E8).

        Raises:
            Refused: it says nothing, or is too long.
        """
        if is_missing(text):
            raise Refused(T("The note says nothing"))
        if len(text) > _LONGEST_NOTE:
            raise Refused(
                T("The note has {count} characters", count=len(text)),
                T("Up to {limit} fit; attach the text as a file instead.", limit=_LONGEST_NOTE),
            )
        edits = Edits(record)
        row = Note(opportunity_id=record.id, author=self.context.user, body=text.strip())
        record.notes.append(row)
        edits.insert(row)
        return self.finish(edits)

    def attach(  # type: ignore[misc]
        self: "Walk", record: Record, name: str, content: bytes, media_type: str = ""
    ) -> Move:
        """Keep a copy of a file with the record; contents that are attached already are not kept twice (E8).

        Raises:
            Refused: it is empty, or larger than the playbook allows.
        """
        limit = self.playbook.attachments.megabytes
        shown = visible(PurePath(name.replace("\\", "/")).name)[-_LONGEST_NAME:] or str(T("file"))
        if len(content) > limit * _MEGABYTE:
            raise Refused(
                T("“{file}” is larger than {limit} MB", file=shown, limit=limit),
                T("Attach a smaller one, or note where it is kept."),
            )
        if not content:
            raise Refused(T("“{file}” is empty", file=shown))
        digest = hashlib.sha256(content).hexdigest()
        edits = Edits(record)
        same = next((one for one in record.attachments if one.digest == digest), None)
        if same is not None:
            edits.notes.append(T("These contents are attached already, as “{file}”", file=same.name))
            return self.finish(edits)
        row = Attachment(
            opportunity_id=record.id,
            name=shown,
            media_type=(media_type or mimetypes.guess_type(shown)[0] or "application/octet-stream")[:100],
            size=len(content),
            digest=digest,
            author=self.context.user,
        )
        record.attachments.append(row)
        edits.insert(row)
        move = self.finish(edits)
        assert move.batch is not None, "a row was added"
        move.batch.files[digest] = content
        move.row = row.id
        return move

    def detach(self: "Walk", record: Record, attachment_id: UUID) -> Move:  # type: ignore[misc]
        """Take a file off the record; its contents stay in the store while the log speaks of them.

        Raises:
            NotFound: there is no such attachment.
        """
        row = next((one for one in record.attachments if one.id == attachment_id), None)
        if row is None:
            raise NotFound(T("This file is gone already"))
        edits = Edits(record)
        record.attachments.remove(row)
        edits.delete(row)
        return self.finish(edits)

    def contents(self: "Walk", attachment: Attachment) -> bytes:  # type: ignore[misc]
        """What is in an attached file.

        Raises:
            InvalidInput: the store does not have it.
        """
        content = self.store.file(attachment.digest)
        if content is None:
            raise InvalidInput(
                T("The contents of “{file}” are not in this store", file=attachment.name), T("Attach the file again.")
            )
        return content

    def prepare(self: "Walk", record: Record, kind: HandoffKind) -> Preparation:  # type: ignore[misc]
        """How a record stands for a handoff of a kind (H1-H3)."""
        return prepared(self.case(record), kind)

    def tick(  # type: ignore[misc]
        self: "Walk", record: Record, kind: HandoffKind, key: str, *, done: bool = True
    ) -> Move:
        """Say that a point of a protocol is done, or is not after all; who and when is kept.

        Raises:
            NotFound: the protocol has no such point, or the record itself shows it.
        """
        if point_of(kind, key) is None:
            raise NotFound(
                T("“{point}” is no point of this handoff that can be ticked", point=key),
                T("See them with: oppwizard handoff ID --kind {kind}", kind=kind.value),
            )
        edits = Edits(record)
        ticks = [tick for tick in record.ticks if tick.kind is kind and tick.point == key]
        if done and not ticks:
            row = Tick(opportunity_id=record.id, kind=kind, point=key, who=self.context.user)
            record.ticks.append(row)
            edits.insert(row)
        for tick in ticks if not done else ():
            record.ticks.remove(tick)
            edits.delete(tick)
        return self.finish(edits)


def _spec(name: str) -> FieldSpec:
    return FIELDS[f"touchpoints.{name}"]
