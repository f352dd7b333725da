"""Files that are dropped on a record: attached by copy, or an e-mail or calendar entry logged as a talk (E8)."""

from pathlib import Path
from typing import Final

from oppwizard.errors import InvalidInput
from oppwizard.exchange.atomic import FileSet, writing
from oppwizard.exchange.dropped import Dropped, Mailbox, bounded, read_dropped, split_sides
from oppwizard.i18n import T, Text
from oppwizard.model.base import LONG, SHORT
from oppwizard.model.enums import TouchpointKind
from oppwizard.model.record import Record
from oppwizard.walk import Move, Walk

TALKS: Final = (".eml", ".ics")
"""The endings of files that are logged as talks."""


def log_file(walk: Walk, record: Record, path: Path) -> Move:
    """Log what an e-mail or calendar file tells, its attached files with it, and save that.

    Raises:
        InvalidInput: it cannot be read, or tells nothing.
        Refused: it is logged already.
    """
    found = read_dropped(path)
    if not found:
        raise InvalidInput(T("{path} holds no e-mail and no meeting", path=path.name))
    move: Move | None = None
    for each in found:
        move = _logged(walk, record, each)
    assert move is not None, "there was one"
    return move


def _logged(walk: Walk, record: Record, found: Dropped) -> Move:
    domains = {address.rpartition("@")[2].casefold() for address in _ours(walk)}
    ours, known, strangers = split_sides(found.people, domains, record.people)
    kind = TouchpointKind.EMAIL if found.kind == "email" else TouchpointKind.MEETING
    body = found.body.strip()
    if strangers:
        with_them = T("Also there: {names}", names=", ".join(_named(one) for one in strangers))
        body = f"{with_them}\n{body}".strip()
    move = walk.log(
        record,
        kind,
        found.on or walk.context.today,
        people=[person.id for person in known],
        ours=(", ".join(_named(one) for one in ours) or walk.context.user)[:SHORT],
        subject=" ".join(found.subject.split())[:SHORT],
        outcome=body[:LONG],
        source_id=found.source_id,
    )
    walk.save(move)
    notes: list[Text] = list(move.notes)
    for file in found.files:
        attached = walk.save(walk.attach(record, file.name, file.content, file.media_type))
        notes += attached.notes
    move.notes = notes
    return move


def _ours(walk: Walk) -> list[str]:
    """Our own addresses, as far as they are known: that of the user."""
    return [walk.context.user] if "@" in walk.context.user else []


def _named(mailbox: Mailbox) -> str:
    return mailbox.name or mailbox.address


def attach_file(walk: Walk, record: Record, path: Path) -> Move:
    """Keep a copy of a file with a record, and save that.

    Raises:
        InvalidInput: it cannot be read.
        Refused: it is empty or too large.
    """
    content = bounded(path, walk.playbook.attachments.megabytes * 1_000_000)
    return walk.save(walk.attach(record, path.name, content))


def save_files(walk: Walk, record: Record, folder: Path) -> list[Path]:
    """Write copies of a record's files into a folder; a name that is taken gets a number.

    Raises:
        InvalidInput: the folder cannot be written, or the store lacks the contents of one.
    """
    written: list[Path] = []
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with FileSet() as files:
            for attachment in record.attachments:
                path = _free(folder / attachment.name, written)
                files.open(path).write(walk.contents(attachment))
                written.append(path)
            files.commit()
    return written


def _free(path: Path, taken: list[Path]) -> Path:
    number = 1
    found = path
    while found in taken or found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}-{number}")
    return found
