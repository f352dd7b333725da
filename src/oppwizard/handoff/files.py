"""New files that come into their place whole or not at all, and files that are nobody else's to read."""

import contextlib
import os
import stat
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from oppwizard.data.backup import flush_folder
from oppwizard.errors import StoreProblem
from oppwizard.exchange.atomic import writing
from oppwizard.i18n import T

PRIVATE: Final = 0o600
_COMMON: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_OTHERS: Final = 0o077

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


@contextlib.contextmanager
def new_file(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file open for reading and writing that takes its place when the block ends well, and else is gone.

    Args:
        mode: who may read and write it, before the user's own mask.

    Raises:
        InvalidInput: it cannot be written there.
        StoreProblem: the disk is full.
    """
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name[:100]}.{uuid.uuid4().hex[:12]}.part")
    with writing(path):
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | _COMMON, mode)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
        flush_folder(target.parent)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until no other process and no other thread is in a block of the same lock file, and keep them out."""
    with writing(path):
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | _COMMON, PRIVATE)
    try:
        with writing(path):
            _lock(descriptor)
        yield
    finally:
        os.close(descriptor)  # which lets the next one in, also when the process dies


def read_private(path: Path) -> bytes | None:
    """A file that only its user may read; None if there is none.

    Raises:
        StoreProblem: others may read or write it, it is no plain file, or it cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _COMMON | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            _check_private(os.fstat(descriptor), path)
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreProblem(
            T("{path} cannot be opened: {cause}.", path=path, cause=error.strerror or error),
            T("Check the file and its folder, then try again."),
        ) from error


def _check_private(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise StoreProblem(T("{path} is no file.", path=path), T("Move it away, then try again."))
    if os.name == "posix" and found.st_mode & _OTHERS:
        raise StoreProblem(
            T("{path} can be read or changed by others.", path=path),
            T("Make it yours alone (chmod 600), and ask yourself who has seen it."),
        )
