"""Erasing a person everywhere in the store, with the log left consistent (privacy).

First a `Plan` says what would be touched and which free texts need a person's decision; then `forget` does it, in one
transaction: rows and what refers to them go as any change does, the log is emptied of what it said of the person, texts
are rewritten in the same way wherever they stand, and every record that was touched is judged anew.
"""

import glob
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from oppwizard.checks.duplicates import keys_of_account
from oppwizard.data.batch import Author, Batch
from oppwizard.data.erasing import Eraser, Place, Stored
from oppwizard.data.tables import Pushed, Source
from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.model.record import Record
from oppwizard.walk.consequences import forget_person
from oppwizard.walk.move import Edits
from oppwizard.walk.tracing import Mention, Named, Search, Subject, attachments_of, loaded

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

MARK: Final = T("[erased]")
"""What stands in a text in place of the person."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A record, and what the gates say of it before and after.

    Attributes:
        before, after: the first stage whose gate is closed, None where the walk is complete.
        points: how many points are open in the stage after.
    """

    record_id: UUID
    title: str
    before: Stage | None
    after: Stage | None
    points: int

    @property
    def becomes_incomplete(self) -> bool:
        """Whether a gate closes that was open."""
        return self.after is not None and (self.before is None or self.after < self.before)


@dataclass(slots=True)
class Plan:
    """What erasing a person touches.

    Attributes:
        records: the records in which the person has a place now.
        log: how many entries of the log say something of the person.
        copies: how many texts the program made of others, such as messages, evidence and stored audits: always cleaned.
        mentions: free texts that a person decides about, each once; the log says what each was before.
        files: attached files that name the person; decided about as texts are.
        unread: how many attached files of the records could not be looked into.
        pushed: what CRMs were sent of the person, which is out of reach here.
        backups: copies beside the store, which are out of reach too.
    """

    whom: Subject
    records: list[Opened] = field(default_factory=list)
    log: int = 0
    copies: int = 0
    mentions: list[Mention] = field(default_factory=list)
    files: list[Named] = field(default_factory=list)
    unread: int = 0
    pushed: list[Pushed] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)

    @property
    def needs_decision(self) -> bool:
        """Whether there are texts or files that somebody has to decide about."""
        return bool(self.mentions or self.files)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done.

    Attributes:
        records: the records that were touched, as they stand now.
        redacted, kept: how many texts and files were cleaned, and left as they are.
        scrubbed: whether the bytes are gone from the files too; another program may keep them there for now.
    """

    records: list[Opened]
    redacted: int
    kept: int
    scrubbed: bool


def plan(walk: "Walk", whom: Subject) -> Plan:
    """What erasing a person would touch; nothing is changed."""
    search = Search(walk, whom)
    found = Plan(whom, log=walk.store.logging(whom.rows)[1], pushed=walk.store.pushed_of(whom.rows))
    found.records = [_foreseen(walk, record, whom) for record in search.records.values() if _people(record, whom)]
    for named, _attachment in search.files(walk):
        if named is None:
            found.unread += 1
        else:
            found.files.append(named)
    attached = {str(one.attachment_id) for one in found.files}
    texts = [stored for stored in search.texts(walk) if stored.place.row not in attached]
    found.copies = sum(stored.is_copy for stored in texts)
    found.mentions = list(_mentions(search, [stored for stored in texts if not stored.is_copy]))
    found.backups = [] if walk.store.is_served else _beside(walk.store.path)
    return found


def _mentions(search: Search, texts: list[Stored]) -> Iterator[Mention]:
    """The free texts, and of the log only what is about none of them: it follows what is decided about those."""
    now = {stored.place for stored in texts if not stored.is_logged}
    rows = {(place.table, place.row) for place in now}
    seen: set[Place] = set()
    for stored in texts:
        whole = stored.is_logged and not stored.place.column and (stored.place.table, stored.place.row) in rows
        if stored.place not in seen and not whole:
            seen.add(stored.place)
            yield search.mention(stored)


def _people(record: Record, whom: Subject) -> list[UUID]:
    return [person.id for person in record.people if person.contact.id in whom.contacts]


def _foreseen(walk: "Walk", record: Record, whom: Subject) -> Opened:
    """What the gates would say; the record in memory is changed for it, and not used any more."""
    before, title = walk.verdict(record).open_stage, record.opportunity.title
    _taken_out(record, whom, ())
    return _opened(walk, record, title, before)


def _opened(walk: "Walk", record: Record, title: str, before: Stage | None) -> Opened:
    verdict = walk.verdict(record)
    after = verdict.open_stage
    return Opened(record.id, title, before, after, len(verdict.open_points(after)) if after else 0)


def _beside(path: Path) -> list[Path]:
    """Files beside the store that are called like copies of it."""
    own = {path.name, f"{path.name}-wal", f"{path.name}-shm"}
    found = path.parent.glob(f"{glob.escape(path.stem)}[.-]*")
    return sorted(each for each in found if each.is_file() and each.name not in own)


def _taken_out(record: Record, whom: Subject, files: Collection[UUID]) -> Edits:
    """Take a person out of a record, with all that refers to them, and with some attached files."""
    edits = Edits(record)
    for person in [one for one in record.people if one.contact.id in whom.contacts]:
        record.people.remove(person)
        forget_person(edits, person)
        edits.delete(person.stakeholder)
        for place in [place for place in record.pending if place.startswith(f"people[{person.id}]")]:
            edits.hold(place, None)
    for proposal in [one for one in record.proposals if one.subject in whom.contacts]:
        record.proposals.remove(proposal)
        edits.delete(proposal)
    for attached in attachments_of(record, files):
        record.attachments.remove(attached)
        edits.delete(attached)
    return edits


def forget(walk: "Walk", made: Plan, keep: Collection[Place] = (), keep_files: Collection[UUID] = ()) -> Forgotten:
    """Erase a person.

    Args:
        keep: texts that stay as they are, by their places.
        keep_files: attached files that stay.

    Raises:
        StaleWrite: somebody else changed a record meanwhile; nothing was erased.
        StoreReadOnly: the store can only be read.
        StoreProblem: the store cannot be written.
    """
    whom = made.whom
    author = Author(walk.context.user, Source.ERASURE, str(T("A person was erased")))
    gone = {one.attachment_id for one in made.files} - set(keep_files)
    before = {one.record_id: one.before for one in made.records}
    walk.look_at_store()  # what it may have to write must not wait for the transaction
    with walk.store.erasing() as eraser:
        search = Search(walk, whom)
        touched = _take_out(eraser, search, whom, gone, author)
        for role, record_id in whom.roles.items():
            eraser.drop_pending(record_id, role)
        eraser.drop_contacts(whom.contacts)
        eraser.drop_pushed(made.pushed)
        logging, _count = walk.store.logging(whom.rows)
        eraser.empty_log(whom.rows | gone)
        changed = list(_rewritten(walk, search, set(keep)))
        eraser.replace(changed)
        touched |= logging | {stored.record_id for stored, _text in changed if stored.record_id}
        eraser.keep_keys(_keys(walk, whom))
        records = [_judged(walk, eraser, record_id, author, before) for record_id in sorted(touched)]
    for record_id in touched:
        walk.forget(record_id)
    kept = sum(one.place in keep for one in made.mentions) + len(set(keep_files))
    done = len(made.mentions) + len(made.files) - kept
    return Forgotten([one for one in records if one], done, kept, scrubbed=walk.store.scrub())


def _take_out(eraser: Eraser, search: Search, whom: Subject, files: Collection[UUID], author: Author) -> set[UUID]:
    for record in search.records.values():
        digests = [attached.digest for attached in attachments_of(record, files)]
        edits = _taken_out(record, whom, files)
        if edits:
            eraser.write(Batch(record, edits.done, {}, author, pending=edits.pending, drop_redo=True))
        eraser.drop_files(digests)
    return set(search.records)


def _rewritten(walk: "Walk", search: Search, keep: set[Place]) -> Iterator[tuple[Stored, str]]:
    """The texts that are to be other ones, with their new words."""
    mark = str(MARK)
    of_row: dict[tuple[str, str], set[str]] = {}
    for place in keep:
        of_row.setdefault((place.table, place.row), set()).add(place.column)
    for stored in search.texts(walk):
        if stored.place in keep and not stored.is_copy:
            continue
        kept = of_row.get((stored.place.table, stored.place.row), ())
        text = search.redacted(stored, mark, kept)
        if text != stored.text:
            yield stored, text


def _keys(walk: "Walk", whom: Subject) -> dict[UUID, tuple[int, ...]]:
    found: dict[UUID, tuple[int, ...]] = {}
    for account_id in {trace.account_id for trace in whom.traces if trace.account_id}:
        account = walk.store.account(account_id)
        if account is not None:
            found[account_id] = tuple(keys_of_account(account, walk.store.contacts_of(account_id, None)))
    return found


def _judged(
    walk: "Walk", eraser: Eraser, record_id: UUID, author: Author, before: dict[UUID, Stage | None]
) -> Opened | None:
    """Judge a record anew, keep what lists show of it, and say in its log that a person was erased."""
    record = loaded(walk, record_id)
    if record is None:
        return None
    verdict = walk.verdict(record)
    eraser.write(Batch(record, [], walk.summary(record, verdict), author, drop_redo=True))
    eraser.mark(record_id, author)
    return _opened(walk, record, record.opportunity.title, before.get(record_id, verdict.open_stage))
