"""The zip's own records. There is one way to write each: what is read must be, byte for byte, what would be written."""

import stat
import struct
from dataclasses import dataclass
from typing import Final

from oppwizard.handoff.refusals import PacketRefused, altered, bomb, shown, strange
from oppwizard.handoff.seal import SEAL_LENGTH
from oppwizard.handoff.source import Source
from oppwizard.i18n import T

STORED: Final = 0
DEFLATED: Final = 8
MEMBERS_MAX: Final = 16_384
MEMBER_MAX: Final = 64 * 1024 * 1024
"""The largest member, in bytes, packed or not."""
TOTAL_MAX: Final = 4_000_000_000
"""The most that all members hold together, in bytes, unpacked."""
RATIO_MAX: Final = 200
"""How many times its packed size a member may have."""

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_NAME_MAX: Final = 128
_MADE_BY: Final = 3 << 8 | 20  # UNIX, version 2.0 of the format
_NEEDED: Final = 20
_UTF8: Final = 0x0800
_ENCRYPTED: Final = 0x2041
_TIME, _DATE = 0, 0x0021  # midnight of 1980-01-01: the same members give the same bytes
_MODE: Final = (stat.S_IFREG | 0o644) << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as the directory has it.

    Attributes:
        method: `STORED` or `DEFLATED`.
        crc: the CRC-32 of its bytes.
        packed: how many bytes it takes in the zip.
        size: how many bytes it has unpacked.
        offset: where its header begins in the file.
    """

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int

    @property
    def start(self) -> int:
        """Where its packed bytes begin."""
        return self.offset + _LOCAL.size + len(self.name.encode())

    @property
    def end(self) -> int:
        """Where its packed bytes end, and the next member begins."""
        return self.start + self.packed

    @property
    def is_bomb(self) -> bool:
        """Whether it is larger, or unpacks to more, than a member may."""
        return max(self.size, self.packed) > MEMBER_MAX or self.size > RATIO_MAX * self.packed

    def local(self) -> bytes:
        """The header before its bytes."""
        name = self.name.encode()
        return _LOCAL.pack(b"PK\x03\x04", _NEEDED, *self._common(), len(name), 0) + name

    def central(self) -> bytes:
        """Its record in the directory."""
        name = self.name.encode()
        ends = (len(name), 0, 0, 0, 0, _MODE, self.offset)
        return _CENTRAL.pack(b"PK\x01\x02", _MADE_BY, _NEEDED, *self._common(), *ends) + name

    def _common(self) -> tuple[int, ...]:
        return (_UTF8, self.method, _TIME, _DATE, self.crc, self.packed, self.size)


def directory(entries: list[Entry], offset: int) -> bytes:
    """The directory that begins at an offset, and the end record; the seal follows."""
    records = b"".join(entry.central() for entry in entries)
    return records + _end(len(entries), len(records), offset)


def _end(count: int, size: int, offset: int) -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, SEAL_LENGTH)


def read_directory(source: Source) -> list[Entry]:
    """The members of a sealed file, which fill it from its first byte to the directory without a gap or an overlap.

    Raises:
        PacketRefused: there are too many, one of them is no plain file or too large, or anything is out of place.
    """
    at = source.size - SEAL_LENGTH - _END.size
    end = source.at(max(0, at), _END.size)
    _, _, _, _, count, size, offset, _ = _END.unpack(end)
    if count > MEMBERS_MAX or size > MEMBERS_MAX * (_CENTRAL.size + _NAME_MAX):
        raise bomb()
    if end != _end(count, size, offset) or offset + size != at:
        raise altered("layout")
    entries = _records(source.at(offset, size), count)
    _check_names(entries)
    if sum(entry.size for entry in entries) > TOTAL_MAX:
        raise bomb()
    _check_places(source, entries, offset)
    return entries


def _records(data: bytes, count: int) -> list[Entry]:
    entries: list[Entry] = []
    at = 0
    for _number in range(count):
        entry, length = _record(data[at : at + _CENTRAL.size + _NAME_MAX])
        entries.append(entry)
        at += length
    if at != len(data):
        raise altered("layout")
    return entries


def _record(data: bytes) -> tuple[Entry, int]:
    """The first record of some bytes, and its length."""
    if len(data) < _CENTRAL.size:
        raise altered("layout")
    _, _, _, flags, method, _, _, crc, packed, size, length, _, _, _, _, mode, offset = _CENTRAL.unpack_from(data)
    name = _name(data[_CENTRAL.size : _CENTRAL.size + length])
    if flags & _ENCRYPTED:
        raise PacketRefused("encrypted", T("“{name}” in the packet is encrypted.", name=shown(name)))
    if name.endswith("/"):
        raise strange(name)
    if stat.S_IFMT(mode >> 16) not in (0, stat.S_IFREG):
        raise PacketRefused("symlink", T("“{name}” in the packet is a link or a device.", name=shown(name)))
    entry = Entry(name, method, crc, packed, size, offset)
    if entry.is_bomb:
        raise bomb()
    record = entry.central()
    if not data.startswith(record) or method not in (STORED, DEFLATED):
        raise altered("layout")
    return entry, len(record)


def _name(raw: bytes) -> str:
    if not raw.isascii():
        raise strange(raw.decode("utf-8", "replace"))
    return raw.decode("ascii")


def _check_names(entries: list[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.name.casefold()
        if name in seen:
            raise PacketRefused("duplicate", T("“{name}” is in the packet twice.", name=shown(entry.name)))
        seen.add(name)


def _check_places(source: Source, entries: list[Entry], offset: int) -> None:
    edges = [0, *(entry.end for entry in entries)]
    if [*(entry.offset for entry in entries), offset] != edges:
        raise altered("layout")
    for entry in entries:
        header = entry.local()
        if source.at(entry.offset, len(header)) != header:
            raise altered("layout")
