"""A packet's file: opened once, so that what was checked is what is read."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from oppwizard.handoff.refusals import PacketRefused
from oppwizard.i18n import T

CHUNK: Final = 256 * 1024
"""How many bytes are in memory at a time."""
HELD: Final = 9 * 1024 * 1024
"""How many bytes at its end are kept in memory: more than the longest directory and the longest list of contents."""
FILE_MAX: Final = 4_100_000_000
"""The largest file, in bytes: below what the plain zip format can address."""

_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
)  # without O_NONBLOCK, opening a named pipe that takes a file's place would wait for ever


class Source:
    """Random access to an open file. One at a time: it is not for several threads.

    Its end is read once, so that the list whose seal was checked is the list that is believed, even where somebody
    writes to the file meanwhile; members are checked against that list whenever they are read.

    Attributes:
        size: its length in bytes when it was opened.
        held: the offset from which on it is in memory.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self.size = os.fstat(file.fileno()).st_size
        self.held = max(0, self.size - HELD)
        self._end = self._read(self.held, self.size - self.held)

    def at(self, offset: int, length: int) -> bytes:
        """Exactly so many bytes.

        Raises:
            PacketRefused: there are fewer, or they cannot be read.
        """
        end = offset + length
        if end <= self.held:
            return self._read(offset, length)
        if end > self.size:
            raise _cut()
        before = self._read(offset, self.held - offset) if offset < self.held else b""
        return before + self._end[max(0, offset - self.held) : end - self.held]

    def chunks(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from one offset up to another, a chunk at a time."""
        for offset in range(start, end, CHUNK):
            yield self.at(offset, min(CHUNK, end - offset))

    def _read(self, offset: int, length: int) -> bytes:
        try:
            self._file.seek(offset)
            data = self._file.read(length)
        except OSError as error:
            raise _unreadable(self._path, error) from error
        if len(data) < length:
            raise _cut()
        return data


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Source]:
    """A file as a source.

    Raises:
        PacketRefused: there is none, it is a folder, a pipe or a device, or too large.
    """
    try:
        _judge(path.stat(), path)  # before it is opened: opening a device can do something
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    with os.fdopen(descriptor, "rb") as file:
        _judge(os.fstat(descriptor), path)
        yield Source(file, path)


def _judge(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise PacketRefused("not-a-packet", T("{path} is no file.", path=path), T("Name the packet's file."))
    if found.st_size > FILE_MAX:
        raise PacketRefused(
            "too-large", T("{path} is larger than any packet.", path=path), T("Ask the sender for fewer records.")
        )


def _cut() -> PacketRefused:
    return PacketRefused("truncated", T("The packet ends too early."))


def _unreadable(path: Path, error: OSError | ValueError) -> PacketRefused:
    return PacketRefused(
        "unreadable",
        T("{path} cannot be opened: {cause}.", path=path, cause=getattr(error, "strerror", None) or error),
        T("Check the file and its folder, then try again."),
    )
