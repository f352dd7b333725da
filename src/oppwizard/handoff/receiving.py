"""Opening a packet: what is in it is shown before any of it is taken, and taken as a whole (H4)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from oppwizard.data import journal
from oppwizard.data.schema import HEAD
from oppwizard.data.store import Author, Batch, Edit, Source
from oppwizard.data.tables import Change
from oppwizard.errors import NotFound, Refused
from oppwizard.handoff.archive import Archive, open_archive
from oppwizard.handoff.cover import Cover
from oppwizard.handoff.logged import from_lines, shared_of
from oppwizard.handoff.merging import Difference, Merge, Place, Who, merge
from oppwizard.handoff.refusals import PacketRefused, newer
from oppwizard.handoff.restoring import parsed, restored
from oppwizard.handoff.sending import Progress, unseen
from oppwizard.handoff.unsaid import unsaid
from oppwizard.i18n import T
from oppwizard.model.base import utc_now
from oppwizard.model.enums import HandoffState
from oppwizard.model.parts import Handoff
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.rejudging import Keeper

Decisions = Mapping[UUID, Mapping[Place, Who]]
"""For each record, whose each value is to be that both sides changed."""
_MOST_RECORDS: Final = 20_000


@dataclass(slots=True)
class News:
    """What a packet has to say of one record.

    Attributes:
        is_new: whether the store has no such record yet.
        erased: how many of its people were erased from the store, and stay out of it.
        differences: what is not the same as in one's own copy, conflicts first.
        stage: the stage it has reached, with the sender.
    """

    id: UUID
    title: str
    account: str
    stage: int
    is_new: bool
    erased: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Difference]:
        """What both sides changed: a person decides."""
        return [one for one in self.differences if one.who is Who.BOTH]


class Incoming:
    """A packet that was verified and is held open; nothing of it is in the store until `take`.

    Attributes:
        cover: what it says of itself.
        signed_by: the public key that signed it, as hexadecimal digits; None where nobody did.
        news: what it has to say of each record.
    """

    def __init__(self, walk: Walk, archive: Archive, close: Callable[[], None], progress: Progress = unseen) -> None:
        self.walk, self.archive = walk, archive
        self.close = close
        """Lets go of the file."""
        self.names = frozenset(file.name for file in archive.manifest.files)
        self.cover = Cover.of(archive.manifest.facts)
        self.signed_by = archive.signed_by
        self.ids = self._listed()
        self._erased = walk.store.erased()
        self._erased_in: dict[UUID, int] = {}
        self.news: list[News] = []
        for number, record_id in enumerate(self.ids, start=1):
            self.news.append(self._look(record_id))
            progress(number, len(self.ids))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def is_received(self) -> bool:
        """Whether all of it is in the store already."""
        return all(self._is_there(self._own(one), HandoffState.RECEIVED) for one in self.ids)

    @property
    def conflicts(self) -> int:
        """How many values both sides changed."""
        return sum(len(one.conflicts) for one in self.news)

    def _listed(self) -> list[UUID]:
        named = self.archive.manifest.facts.get("records")
        files = {name[8:-5] for name in self.names if name.startswith("records/")}
        if not isinstance(named, list) or not 0 < len(named) <= _MOST_RECORDS or {str(one) for one in named} != files:
            raise PacketRefused("facts", T("The packet does not list the records that are in it"))
        return [UUID(one) for one in named]

    def _theirs(self, record_id: UUID) -> tuple[Record, list[Change]]:
        document = parsed(self.archive.read(f"records/{record_id}.json"))
        draft = restored(self.walk, document, record_id, ())
        log = from_lines(self.archive.read(f"history/{record_id}.jsonl"), record_id, shared_of(draft))
        log = [change for change in log if change.row_id not in self._erased]
        record = restored(self.walk, document, record_id, log, self._erased)
        self._erased_in[record_id] = len(draft.people) - len(record.people)
        return record, log

    def _own(self, record_id: UUID) -> Record | None:
        try:
            return self.walk.store.load(record_id)
        except NotFound:
            return None

    def merged(self, record_id: UUID, decided: Mapping[Place, Who]) -> Merge:
        """The packet's record merged into one's own, in memory.

        Raises:
            PacketRefused: it cannot be read.
        """
        theirs, log = self._theirs(record_id)
        mine = self._own(record_id)
        shared = shared_of(theirs) | (shared_of(mine) if mine else set())
        known = self.walk.store.log(record_id, (mine or theirs).account.id, shared)
        return merge(self.walk, mine, theirs, (known, log), decided)

    def _look(self, record_id: UUID) -> News:
        found = self.merged(record_id, {})
        for attachment in found.record.attachments:
            if f"files/{attachment.digest}" not in self.names and not self._has(attachment.digest):
                raise PacketRefused("file", T("The packet lacks the file “{file}”", file=attachment.name))
        deal = found.record.opportunity
        title = deal.name or found.record.account.name or str(record_id)
        is_new = self._own(record_id) is None
        differences = [] if is_new else found.differences
        return News(
            record_id, title, found.record.account.name, deal.stage, is_new, self._erased_in[record_id], differences
        )

    def _has(self, digest: str) -> bool:
        return bool(self.walk.store.files_held([digest]))

    # Taking

    def take(self, decided: Decisions | None = None, progress: Progress = unseen) -> None:
        """Write all of it, in one transaction; taking it again changes nothing.

        Raises:
            Refused: both sides changed something, and nobody has decided whose it is to be.
            StoreProblem: the store cannot be written; nothing was.
        """
        chosen = decided or {}
        left = [(news, one) for news in self.news for one in news.conflicts if one.place not in chosen.get(news.id, {})]
        if left:
            news, first = left[0]
            raise Refused(
                T("Both sides changed “{field}” of {title}", field=first.what, title=news.title),
                T("Decide for each of the {count} whose it is to be.", count=len(left)),
            )
        self.walk.store.commit_all(self._batches(chosen, progress))
        keeper = Keeper(self.walk)
        for record_id in self.ids:
            record = self.walk.load(record_id)
            if len(self.ids) > 1:  # judged before the packet's other records were as they are now
                keeper.add(record, self.walk.verdict(record))
        keeper.flush()

    def _batches(self, decided: Decisions, progress: Progress) -> Iterator[Batch]:
        for number, record_id in enumerate(self.ids, start=1):
            found = self.merged(record_id, decided.get(record_id, {}))
            record, edits = found.record, found.edits
            left = unsaid(self.walk, self._own(record_id), record, found.history, edits.done)
            if not self._is_there(record, HandoffState.RECEIVED):
                row = event(self.walk, record, self.cover, HandoffState.RECEIVED)
                record.handoffs.append(row)
                edits.insert(row)
                own: tuple[Handoff, ...] = (row,)
            else:
                own = ()
            if edits or found.history:
                yield self._batch(found, left, own)
            progress(number, len(self.ids))

    def _batch(self, found: Merge, left: list[Edit], own: tuple[Handoff, ...]) -> Batch:
        author = Author(self.walk.context.user, Source.IMPORT, self.cover.sender)
        move = self.walk.finish(found.edits, author=author, advancing=False)
        batch = move.batch
        if batch is None:  # the log alone has something new; what lists show is kept as the rules of today find it
            batch = Batch(found.record, [], self.walk.summary(found.record, move.verdict), author)
        now = utc_now()
        decided = journal.entries(replace(batch, edits=left), now)
        logged = [change for change in journal.entries(batch, now) if change.row_id in {row.id for row in own}]
        batch.received = (*self._writable(found.history), *decided, *logged)
        digests = {one.digest for one in found.record.attachments}
        for digest in digests - self.walk.store.files_held(digests):
            batch.files[digest] = self.archive.read(f"files/{digest}")
        return batch

    def _writable(self, log: Sequence[Change]) -> Iterator[Change]:
        """What this person may log: a member of a team writes nothing to records that they do not see.

        A packet has changes of such records too, where they are of the account or of people that the deals share.
        """
        is_member = self.walk.store.is_served and self.walk.store.team.me() is not None
        elsewhere = {change.record_id for change in log if is_member} - set(self.ids)
        unseen = {one for one in elsewhere if self._own(one) is None}
        return (change for change in log if change.record_id not in unseen)

    def _is_there(self, record: Record | None, state: HandoffState) -> bool:
        events = record.handoffs if record else []
        return any(one.packet == self.cover.packet and one.state is state for one in events)


def event(
    walk: Walk,
    record: Record,
    cover: Cover,
    state: HandoffState,
    *,
    reason: str = "",
    comment: str = "",
    rating: int | None = None,
) -> Handoff:
    """What a receiver does with a packet, as a row of a record that was in it."""
    return Handoff(
        opportunity_id=record.id,
        packet=cover.packet,
        kind=cover.kind,
        state=state,
        at=utc_now(),
        who=walk.context.user,
        sender=cover.sender,
        receiver=cover.receiver,
        reason=reason,
        comment=comment,
        rating=rating,
        complete=cover.complete,
    )


def look(walk: Walk, path: Path, progress: Progress = unseen) -> Incoming:
    """Open and verify a packet; nothing is written.

    Raises:
        PacketRefused: it was altered, or is no packet.
    """
    stack = ExitStack()
    try:
        archive = stack.enter_context(open_archive(path))
        if archive.manifest.schema > int(HEAD):
            raise newer()
        return Incoming(walk, archive, stack.close, progress)
    except BaseException:
        stack.close()
        raise
