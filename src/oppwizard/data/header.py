"""What can be seen of a damaged file before SQLite touches it: the first bytes of the store, and of the log beside it.

SQLite itself takes a log that it cannot read for an empty one, and a file without contents for a new database; what was
saved would be gone without a word.
"""

import struct
from pathlib import Path
from typing import Final

from oppwizard.i18n import T, Text

MAGIC: Final = b"SQLite format 3\0"
_HEADER: Final = 100
_LOG_HEADER: Final = 32
_LOG_MAGIC: Final = (0x377F0682, 0x377F0683)
_WORD: Final = 0xFFFFFFFF


def log_of(path: Path) -> Path:
    """The write-ahead log beside a store."""
    return path.with_name(f"{path.name}-wal")


def fault_of(path: Path) -> Text | None:
    """What is wrong with a file that begins as a store does, or with its log; None where nothing is to be seen.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEADER)
        size = stream.seek(0, 2)
    return _fault_of_head(head) or _fault_of_log(path) or _fault_of_size(head, size, path)


def is_empty(path: Path) -> bool:
    """Whether there is nothing in a store's file, nor in the log that may hold all of it.

    Raises:
        OSError: the file cannot be read.
    """
    return not path.stat().st_size and not _log_size(path)


def _log_size(path: Path) -> int:
    try:
        return log_of(path).stat().st_size
    except FileNotFoundError:
        return 0


def _fault_of_head(head: bytes) -> Text | None:
    if len(head) < _HEADER:
        return T("the file is cut off in its first lines") if head else None
    page_size, versions, fractions = struct.unpack(">H", head[16:18])[0], head[18:20], head[21:24]
    sound = page_size == 1 or (page_size >= 512 and page_size & (page_size - 1) == 0)
    if not sound or not {*versions} <= {1, 2} or fractions != b"\x40\x20\x20":
        return T("the head of the file makes no sense")
    return None


def _fault_of_size(head: bytes, size: int, path: Path) -> Text | None:
    """A file that is shorter than its head says; while there is a log, pages may still be in it."""
    if not head or _log_size(path):
        return None
    changes, pages, counted = struct.unpack(">II60xI", head[24:96])
    page_size = struct.unpack(">H", head[16:18])[0]
    whole = pages * (65_536 if page_size == 1 else page_size)
    if changes == counted and size < whole:
        return T("the file is cut off: {missing} of {bytes} bytes are gone", missing=whole - size, bytes=whole)
    return None


def _fault_of_log(path: Path) -> Text | None:
    """A log whose head is neither SQLite's nor empty: what was saved last may be in it, and SQLite passes over it."""
    if _log_size(path) < _LOG_HEADER:
        return None
    try:
        with log_of(path).open("rb") as stream:
            head = stream.read(_LOG_HEADER)
    except FileNotFoundError:  # whoever had the store open has just closed it
        return None
    if len(head) < _LOG_HEADER or not any(head):  # a power cut may leave a log that was never begun
        return None
    magic = struct.unpack(">I", head[:4])[0]
    if magic in _LOG_MAGIC and _sums(head[:24], magic) == struct.unpack(">2I", head[24:32]):
        return None
    return T("the log beside it, {name}, cannot be read; what was saved last may be in it", name=log_of(path).name)


def _sums(data: bytes, magic: int) -> tuple[int, int]:
    """The checksum of the head of a log, as SQLite's file format has it."""
    first = second = 0
    words = struct.unpack(f"{'>' if magic & 1 else '<'}{len(data) // 4}I", data)
    for left, right in zip(words[::2], words[1::2], strict=True):
        first = (first + left + second) & _WORD
        second = (second + right + first) & _WORD
    return first, second
