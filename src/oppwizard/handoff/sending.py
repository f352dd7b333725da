"""Writing a packet: records with their history and files, and pages to read them by, in one sealed file (H4)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from oppwizard.data import journal
from oppwizard.data.lists import ListQuery
from oppwizard.data.schema import HEAD
from oppwizard.data.store import Batch, Edit
from oppwizard.data.tables import Op
from oppwizard.errors import InvalidInput, Refused
from oppwizard.exchange.atomic import writing
from oppwizard.exchange.document import dumps, to_document
from oppwizard.handoff.archive import Member, write_archive
from oppwizard.handoff.cover import Cover
from oppwizard.handoff.keys import Signer
from oppwizard.handoff.logged import as_lines, shared_of
from oppwizard.handoff.page import OverviewRow, overview, overview_row, page
from oppwizard.i18n import T
from oppwizard.model.base import new_id, utc_now
from oppwizard.model.enums import HandoffKind, HandoffState
from oppwizard.model.parts import Handoff
from oppwizard.model.record import Record
from oppwizard.process.required import is_missing
from oppwizard.process.wording import is_placeholder
from oppwizard.walk import Walk

SUFFIX: Final = ".oppwiz"
_NO_NAME: Final = re.compile(r"[^\w.-]+")
Progress = Callable[[int, int], None]
"""Told how many of how many records are done."""


def unseen(done: int, of: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be sent: to whom, as what, and why although it is incomplete, if it is."""

    kind: HandoffKind
    receiver: str
    why_incomplete: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """A packet that was written. ``size`` is in bytes, ``complete`` in percent: that of its least complete record."""

    path: Path
    packet: UUID
    records: int
    complete: int
    size: int


def default_name(walk: Walk, kind: HandoffKind, records: Sequence[Record]) -> str:
    """What a packet is called unless it is said otherwise: ``<deal>.oppwiz``."""
    if kind is HandoffKind.TERRITORY:
        named = f"{kind.value}-{walk.context.user}-{walk.context.today}"
    else:
        record = records[0]
        named = record.opportunity.name or record.account.name or str(record.id)
    return (_NO_NAME.sub("-", named).strip("-.")[:80] or "deal") + SUFFIX


def territory(walk: Walk, owner: str, words: str = "") -> list[UUID]:
    """All open records of a rep, samples left out.

    Args:
        words: only those whose search text has all of these.
    """
    query = ListQuery(text=words, owner=owner.strip())
    return [line.id for line in walk.store.every(query) if not line.is_sample]


def pack(
    walk: Walk,
    ids: Sequence[UUID],
    order: Order,
    path: Path,
    signer: Signer | None = None,
    progress: Progress = unseen,
) -> Packed:
    """Write a packet, and log with each record that it was sent; both, or neither.

    A record at a time is in memory, so that a whole territory may go.

    Raises:
        Refused: nothing is to be sent, the receiver is not named, or it is incomplete and no reason is given.
        InvalidInput: the file cannot be written there.
    """
    if not ids:
        raise Refused(T("There is no record to hand over"))
    if is_missing(order.receiver) or is_placeholder(order.receiver, walk.playbook.wording):
        raise Refused(T("Nobody is named to receive it"), T("Say to whom it goes."))
    complete = min(walk.prepare(walk.load(one), order.kind).complete for one in ids)
    if complete < 100 and (
        is_missing(order.why_incomplete) or is_placeholder(order.why_incomplete, walk.playbook.wording)
    ):
        raise Refused(
            T("The packet is incomplete: {complete} %", complete=complete),
            T("Settle what is missing, or say why it goes like this; the receiver reads that first."),
        )
    if path.is_dir():
        raise InvalidInput(T("{path} is a folder.", path=path), T("Name a file."))
    work = _Packing(walk, ids, order, complete, path, signer, progress)
    with writing(path):
        work.done()
    return Packed(path, work.packet, len(ids), complete, path.stat().st_size)


class _Packing:
    def __init__(
        self,
        walk: Walk,
        ids: Sequence[UUID],
        order: Order,
        complete: int,
        path: Path,
        signer: Signer | None,
        progress: Progress,
    ) -> None:
        self.walk, self.ids, self.order, self.path, self.signer = walk, ids, order, path, signer
        self.packet, self.progress = new_id(), progress
        self.cover = Cover(
            packet=self.packet,
            kind=order.kind,
            sender=walk.context.user,
            receiver=order.receiver.strip(),
            at=utc_now(),
            why_incomplete=order.why_incomplete.strip(),
            comment=order.comment.strip(),
            complete=complete,
        )

    def done(self) -> None:
        part = self.path.with_name(f".{self.path.name}.{self.packet.hex[:12]}.part")
        try:
            self.walk.store.commit_all(self._events(part))
            part.replace(self.path)
        finally:
            part.unlink(missing_ok=True)

    def _events(self, part: Path) -> Iterator[Batch]:
        """What is logged with each record; when all of it is written, and not yet for good, the file is made of it."""
        for record_id in self.ids:
            record = self.walk.store.load(record_id)
            row = self._event(record)
            record.handoffs.append(row)
            batch = Batch(record, [Edit(Op.INSERT, Handoff, row.id, new=row)], {}, self.walk.author())
            batch.drop_redo = True
            batch.received = journal.entries(batch, self.cover.at)
            batch.messages, batch.revised = self.walk.announced(record, batch.edits, batch.author)
            yield batch
        facts = {**self.cover.as_facts(), "records": [str(one) for one in self.ids]}
        write_archive(part, self._members(), self.order.kind.value, int(HEAD), facts, self.signer)

    def _event(self, record: Record) -> Handoff:
        cover = self.cover
        return Handoff(
            opportunity_id=record.id,
            packet=cover.packet,
            kind=cover.kind,
            state=HandoffState.SENT,
            at=cover.at,
            who=cover.sender,
            sender=cover.sender,
            receiver=cover.receiver,
            reason=cover.why_incomplete,
            comment=cover.comment,
            complete=self.walk.prepare(record, cover.kind).complete,
        )

    def _members(self) -> Iterator[Member]:
        files: set[str] = set()
        listed: list[OverviewRow] = []
        for number, record_id in enumerate(self.ids, start=1):
            record = self.walk.load(record_id)
            log = self.walk.store.log(record_id, record.account.id, shared_of(record))
            if self.order.kind is HandoffKind.TERRITORY:
                listed.append(overview_row(self.walk, record))
                yield Member(f"pages/{record_id}.html", [page(self.walk, record, self.cover, log)])
            else:
                yield Member("README.html", [page(self.walk, record, self.cover, log)])
            text = dumps(to_document(record, self.walk), indent=True)
            yield Member(f"records/{record_id}.json", [f"{text}\n".encode()])
            yield Member(f"history/{record_id}.jsonl", as_lines(log))
            for attachment in record.attachments:
                if attachment.digest not in files:
                    files.add(attachment.digest)
                    yield Member(f"files/{attachment.digest}", [self.walk.contents(attachment)])
            self.progress(number, len(self.ids))
        if self.order.kind is HandoffKind.TERRITORY:
            yield Member("README.html", [overview(self.walk, self.cover, listed)])
