"""Documents of many records at once, put together from texts that the database has made of their rows already."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Final, NamedTuple
from uuid import UUID

from oppwizard import context
from oppwizard.data.bulk import EVERYTHING, Part, Range, Snapshot, Whole, json_object
from oppwizard.data.tables import PARTS, table_of
from oppwizard.exchange.document import FORMAT, VERSION, columns, dumps, own_sections
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.fields import CUSTOM
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.plain import UNSAFE, escaped
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk

PEOPLE: Final = "people"
_HEAD: Final = dumps({"format": FORMAT, "version": VERSION})[:-1].encode() + b', "opportunity": '
_NOTHING: Final = b"{}"


class Seen(NamedTuple):
    """A record of all that were asked for, and whether it is written; else it is to be loaded and judged.

    Attributes:
        kept: fields of the organisation's own that it answers and that are not asked for any more, or not in this way.
    """

    id: UUID
    is_written: bool
    kept: tuple[str, ...] = ()


class Ready(NamedTuple):
    """A record as it is written; without a text it is to be loaded and judged."""

    id: UUID
    text: bytes | None
    kept: tuple[str, ...] = ()


def documents(walk: Walk) -> Iterator[Ready]:
    """All opportunities but samples as documents on a line each, in the order of their identities.

    Raises:
        StoreProblem: the store cannot be read.
    """
    with walk.store.snapshot() as snapshot, _beside(walk, snapshot) as helper:
        yield from _documents(walk, snapshot, Range(end=helper.first or EVERYTHING.end))
        if helper.first:
            yield from helper.rest() or _documents(walk, snapshot, Range(helper.first))


def _documents(walk: Walk, snapshot: Snapshot, within: Range) -> Iterator[Ready]:
    for whole in snapshot.wholes(_columns(), _parts(), walk.judged_by, within):
        identity = UUID(whole.key.decode())
        yield _document(identity, whole) if whole.is_sure else Ready(identity, None)


def _columns() -> tuple[str, ...]:
    deal, account = json_object(Opportunity, columns(Opportunity), "o"), json_object(Account, columns(Account), "a")
    return deal, account, f'o."{CUSTOM}"', "o.sizing"


@lru_cache(maxsize=1)
def _parts() -> dict[str, Part]:
    contact, role = json_object(Contact, columns(Contact), "c"), json_object(Stakeholder, columns(Stakeholder), "r")
    person = f"""'{{"contact": ' || {contact} || ', "stakeholder": ' || {role} || '}}'"""
    source = f"{table_of(Stakeholder).name} r JOIN {table_of(Contact).name} c ON c.id = r.contact_id"
    people = Part(source, (person,), touched="c.updated_at")
    others = {
        key: Part(f"{table_of(model).name} r", (json_object(model, columns(model), "r"),))
        for model, key in PARTS.items()
    }
    return {PEOPLE: people} | others


def answering(answers: bytes) -> Record | None:
    """A record with nothing but answers to the organisation's own fields; None where there are none."""
    if answers == _NOTHING:
        return None
    return Record(Opportunity(account_id=UUID(int=0), custom=json.loads(answers)), Account())


def _document(identity: UUID, whole: Whole) -> Ready:
    deal, account, answers, sizing = whole.columns
    told = [_HEAD, deal, b', "account": ', account]
    own = answering(answers)
    if own is not None:
        told += [f', "{name}": {dumps(held)}'.encode() for name, held in own_sections(own).items()]
    for name, rows in whole.parts.items():
        told += [f', "{name}": ['.encode(), b", ".join([text for _key, text, *_touched in rows]), b"]"]
    told += [b', "sizing": ', sizing, b"}"]
    return Ready(identity, _safe(b"".join(told)), kept_of(own) if own is not None else ())


def kept_of(record: Record) -> tuple[str, ...]:
    """The fields of the organisation's own that a record answers, and that are not asked for, or not in this way."""
    return (*record.unasked, *record.misfits)


def _safe(text: bytes) -> bytes:
    """The document without what terminals and line readers trip over; of nearly all texts a glance is enough."""
    harmless = b"\x7f" not in text and (text.isascii() or (b"\xc2" not in text and b"\xe2\x80" not in text))
    return text if harmless else UNSAFE.sub(escaped, text.decode()).encode()


# The second half, put together by another process at the same time


class _Helper:
    """The process that puts the second half together, into a file that nobody else can open.

    Attributes:
        first: the identity at which the second half begins; empty where it is not worth a process.
    """

    def __init__(self, walk: Walk, snapshot: Snapshot, file: IO[bytes]) -> None:
        self.first = snapshot.middle() if (os.cpu_count() or 1) > 1 else ""
        self._file = file
        self._head = f"{snapshot.mark} {walk.judged_by}".encode()
        self._process = self._started(walk) if self.first else None

    def _started(self, walk: Walk) -> "subprocess.Popen[bytes] | None":
        playbook = {"OPPWIZARD_PLAYBOOK": str(walk.context.playbook)} if walk.context.playbook else {}
        command = [sys.executable, "-m", __name__, str(walk.store.path), self.first]
        with contextlib.suppress(OSError):
            return subprocess.Popen(
                command,
                env=os.environ | playbook,
                stdin=subprocess.DEVNULL,
                stdout=self._file,
                stderr=subprocess.DEVNULL,
            )
        return None

    def rest(self) -> Iterator[Ready] | None:
        """What it put together; None where that failed, or the store had changed before it began."""
        if self._process is None or self._process.wait() != 0:
            return None
        self._file.seek(0)
        return self._read() if self._file.readline().rstrip() == self._head else None

    def _read(self) -> Iterator[Ready]:
        for line in self._file:
            key, length, kept = line.split(b" ", 2)
            yield Ready(UUID(key.decode()), self._file.read(int(length)) or None, tuple(json.loads(kept)))

    def stop(self) -> None:
        """Let go of it, whatever it is doing."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def _beside(walk: Walk, snapshot: Snapshot) -> Iterator[_Helper]:
    with tempfile.TemporaryFile() as file:
        helper = _Helper(walk, snapshot, file)
        try:
            yield helper
        finally:
            helper.stop()


def _main(store: str, first: str) -> None:
    walk = open_walk(dataclasses.replace(context.build(Path(store)), user="export"))
    with walk.store.snapshot() as snapshot:
        out = sys.stdout.buffer
        out.write(f"{snapshot.mark} {walk.judged_by}\n".encode())
        for ready in _documents(walk, snapshot, Range(first)):
            text = ready.text or b""
            out.write(f"{ready.id.hex} {len(text)} {json.dumps(ready.kept)}\n".encode())
            out.write(text)


if __name__ == "__main__":
    _main(*sys.argv[1:])
