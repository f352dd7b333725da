"""Ways in which the file of a store is damaged, as bad disks, cut copies and other programs do it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

TABLE: Final = "opportunity"


def spoil_a_table(path: Path, table: str = TABLE) -> None:
    """Flip every bit in the head of a table's first page."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    _flip(path, (page - 1) * size, 16)


def _flip(path: Path, at: int, count: int) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        bytes_there = stream.read(count)
        stream.seek(at)
        stream.write(bytes(byte ^ 0xFF for byte in bytes_there))


def _cut(path: Path, size: int | None = None) -> None:
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size // 2 if size is None else size)


def _put_a_foreign_log_beside(path: Path) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(b"Dear diary, " * 500)


WAYS: Final[dict[str, Callable[[Path], None]]] = {
    "first bytes": lambda path: _flip(path, 0, 16),
    "page size": lambda path: _flip(path, 16, 2),
    "whole head": lambda path: _flip(path, 0, 100),
    "a page": spoil_a_table,
    "the schema": lambda path: _flip(path, 100, 12),
    "cut off": _cut,
    "cut in the head": lambda path: _cut(path, 50),
    "emptied": lambda path: _cut(path, 0),
    "its log": _put_a_foreign_log_beside,
    "gone": Path.unlink,
}
"""Each damages a store that has a backup and is closed."""


def bytes_of(path: Path) -> dict[str, bytes]:
    """The file of a store and its log, to see that nothing is written to them."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return {each.name: each.read_bytes() for each in files if each.exists() and each.stat().st_size}
