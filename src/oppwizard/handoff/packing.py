"""Members packed into a zip and out of it, a chunk at a time; what a header says of their size is never believed."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Final

from oppwizard.errors import InvalidInput
from oppwizard.handoff.layout import (
    DEFLATED,
    MEMBER_MAX,
    MEMBERS_MAX,
    RATIO_MAX,
    STORED,
    TOTAL_MAX,
    Entry,
    directory,
)
from oppwizard.handoff.manifest import Listed
from oppwizard.handoff.refusals import altered, bomb, swapped
from oppwizard.handoff.source import CHUNK, Source
from oppwizard.i18n import T

_LEVEL: Final = 6
_RAW: Final = -zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Member:
    """A file to go into a packet.

    Attributes:
        chunks: its bytes, in pieces of any size; taken once.
    """

    name: str
    chunks: Iterable[bytes]


class Packer:
    """A zip under way in a file that is open for reading and writing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Entry] = []
        self._total = 0

    def add(self, member: Member) -> Listed:
        """Pack a member behind those before it.

        Raises:
            InvalidInput: the packet becomes larger than one may be.
        """
        offset = self._file.tell()
        self._file.write(Entry(member.name, DEFLATED, 0, 0, 0, offset).local())
        entry, digest = self._deflate(member, offset)
        if entry.size > RATIO_MAX * entry.packed:
            entry = self._store(entry)
        self._file.seek(entry.offset)
        self._file.write(entry.local())
        self._file.seek(entry.end)
        self._entries.append(entry)
        if entry.is_bomb or len(self._entries) > MEMBERS_MAX:
            raise too_large()
        return Listed(member.name, entry.size, digest)

    def finish(self) -> None:
        """Write the directory."""
        self._file.write(directory(self._entries, self._file.tell()))

    def _deflate(self, member: Member, offset: int) -> tuple[Entry, str]:
        deflate, digest, crc, size = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW), sha256(), 0, 0
        start = self._file.tell()
        for chunk in member.chunks:
            digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            self._weigh(len(chunk), size)
            self._file.write(deflate.compress(chunk))
        self._file.write(deflate.flush())
        packed = self._file.tell() - start
        return Entry(member.name, DEFLATED, crc, packed, size, offset), digest.hexdigest()

    def _weigh(self, more: int, size: int) -> None:
        self._total += more
        if size > MEMBER_MAX or self._total > TOTAL_MAX:
            raise too_large()

    def _store(self, entry: Entry) -> Entry:
        """Write a member again as it is: it packs so well that a reader would take it for a bomb."""
        self._file.seek(entry.start)
        packed = self._file.read(entry.packed)  # a few hundred kilobytes, as it packs so well
        self._file.seek(entry.start)
        for chunk in _unpacked(iter((packed,))):
            self._file.write(chunk)
        self._file.truncate()
        return Entry(entry.name, STORED, entry.crc, entry.size, entry.size, entry.offset)


def too_large() -> InvalidInput:
    """The problem of somebody who hands over too much at once."""
    return InvalidInput(
        T("The packet would hold more than one may."), T("Hand over fewer records, or leave large files out.")
    )


def unpack(source: Source, entry: Entry, listed: Listed | None) -> Iterator[bytes]:
    """A member's bytes, a chunk at a time. Only after the last is it known that they are what they should be.

    Args:
        listed: what they should be; None for the list itself.

    Raises:
        PacketRefused: they are not, or more than the directory says.
    """
    digest, crc, size = sha256(), 0, 0
    packed = source.chunks(entry.start, entry.end)
    for chunk in packed if entry.method == STORED else _inflated(packed):
        size += len(chunk)
        if size > entry.size:
            raise bomb()
        digest.update(chunk)
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if (size, crc) != (entry.size, entry.crc):
        raise altered("layout")
    if listed is not None and (size, digest.hexdigest()) != (listed.size, listed.digest):
        raise swapped(entry.name)


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from _unpacked(packed)
    except zlib.error as error:
        raise altered("layout") from error


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    """One deflate stream and nothing after it, unpacked.

    Raises:
        zlib.error: it is none, or there is more, or less.
    """
    inflate = zlib.decompressobj(_RAW)
    for data in packed:
        rest, full = data, True
        while rest or full:
            if inflate.eof and rest:
                raise zlib.error
            chunk = inflate.decompress(rest, CHUNK)
            rest, full = inflate.unused_data or inflate.unconsumed_tail, len(chunk) == CHUNK
            yield chunk
    if not inflate.eof:
        raise zlib.error
