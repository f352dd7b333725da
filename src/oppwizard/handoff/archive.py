"""The container of a packet: a sealed zip of members, checked in full before any of it is used."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from oppwizard.handoff.files import new_file
from oppwizard.handoff.layout import Entry, read_directory
from oppwizard.handoff.manifest import MANIFEST, Listed, Manifest, plain, room
from oppwizard.handoff.packing import Member, Packer, too_large, unpack
from oppwizard.handoff.refusals import PacketRefused, altered, bomb, shown
from oppwizard.handoff.seal import Signer, check_seal, seal
from oppwizard.handoff.source import CHUNK, Source, opened
from oppwizard.i18n import T

__all__ = ["Archive", "Listed", "Manifest", "Member", "PacketRefused", "Signer", "open_archive", "write_archive"]


def write_archive(
    path: Path, members: Iterable[Member], kind: str, schema: int, facts: Mapping[str, Any], signer: Signer | None
) -> Manifest:
    """Write a packet; nothing is to be seen of it until it is whole. The same members and facts give the same bytes.

    Args:
        kind: what it is for, in lower-case letters.
        schema: the version of the records in it.
        facts: what else there is to say, as JSON can hold it.
        signer: who stands for it; None leaves it unsigned.

    Returns:
        The list of its contents, as whoever opens it will read it.

    Raises:
        InvalidInput: it would be too large, or cannot be written there.
        StoreProblem: the disk is full.
        ValueError: a kind, a name or a fact that no packet can have.
    """
    with new_file(path) as file:
        packer = Packer(file)
        files = [packer.add(member) for member in members]
        by = signer.public.hex() if signer else None
        manifest = _own(Manifest(kind, schema, plain(facts), by, files))
        packer.add(Member(MANIFEST, (manifest.dump(),)))
        packer.finish()
        file.seek(0)
        file.write(seal(iter(lambda: file.read(CHUNK), b""), signer))
    return manifest


def _own(manifest: Manifest) -> Manifest:
    """A list of our own as its reader will have it.

    Raises:
        ValueError: the reader would refuse it.
    """
    data = manifest.dump()
    if len(data) > room(len(manifest.files) + 1):
        raise too_large()
    names = {file.name.casefold() for file in manifest.files}
    if len(names) < len(manifest.files):
        raise ValueError("a name is there twice")
    try:
        return Manifest.parse(data)
    except PacketRefused as refusal:
        raise ValueError(str(refusal)) from refusal


class Archive:
    """An open packet that has been checked from its first byte to its last.

    Attributes:
        manifest: what it says of itself.
        signed_by: the public key, in hexadecimal, whose owner stands for it; None for an unsigned one. Whether that
            owner is to be trusted is another question.
    """

    def __init__(self, source: Source, entries: Sequence[Entry], manifest: Manifest) -> None:
        self._source = source
        self._entries = {entry.name: entry for entry in entries}
        self._listed = {file.name: file for file in manifest.files}
        self.manifest = manifest
        self.signed_by = manifest.signer

    def read(self, name: str) -> bytes:
        """A member's bytes, 64 MiB at most.

        Raises:
            PacketRefused: there is no such member, or the file was changed since it was opened.
        """
        return b"".join(self.stream(name))

    def stream(self, name: str) -> Iterator[bytes]:
        """A member's bytes, a chunk at a time.

        Raises:
            PacketRefused: as `read`; after the last chunk where the file was changed since it was opened.
        """
        listed = self._listed.get(name)
        if listed is None:
            raise _missing(name)
        return unpack(self._source, self._entries[name], listed)


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """A packet, checked in full: its seal, its signature, its layout, its list, and every member against the list.

    Raises:
        PacketRefused: anything at all is not as `write_archive` writes it.
    """
    with opened(path) as source:
        signed_by = check_seal(source)
        entries = read_directory(source)
        manifest = _manifest(source, entries)
        if manifest.signer != signed_by:
            raise PacketRefused("signature", T("The packet is signed by another key than its list of contents says."))
        _check_complete(manifest.files, entries[:-1])
        for entry, listed in zip(entries, manifest.files, strict=False):
            for _chunk in unpack(source, entry, listed):
                pass
        yield Archive(source, entries, manifest)


def _manifest(source: Source, entries: Sequence[Entry]) -> Manifest:
    if not entries or entries[-1].name != MANIFEST:
        raise _missing(MANIFEST)
    if entries[-1].size > room(len(entries)) or entries[-1].offset < source.held:
        raise bomb()
    return Manifest.parse(b"".join(unpack(source, entries[-1], None)))


def _check_complete(listed: Sequence[Listed], entries: Sequence[Entry]) -> None:
    named, found = {file.name for file in listed}, {entry.name for entry in entries}
    for name in sorted(found - named):
        raise PacketRefused("extra", T("“{name}” is in the packet, but not in its list.", name=shown(name)))
    for name in sorted(named - found):
        raise _missing(name)
    if [file.name for file in listed] != [entry.name for entry in entries]:
        raise altered("manifest")


def _missing(name: str) -> PacketRefused:
    return PacketRefused("missing", T("The packet lacks “{name}”.", name=shown(name)))
