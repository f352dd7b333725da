"""Files that are written beside their place and renamed into it: all of a set, or none, and never half a file."""

import contextlib
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from oppwizard.data.backup import flush_folder
from oppwizard.errors import InvalidInput, OppwizardError, StoreProblem
from oppwizard.i18n import T

_BUFFER: Final = 1 << 18
"""Bytes that are gathered before they are written: some documents of a usual size."""


class FileSet:
    """New files under way. Nothing is to be seen of them until `commit`; leaving the block without it drops them."""

    def __init__(self) -> None:
        self._streams: dict[Path, BinaryIO] = {}
        self._parts: dict[Path, Path] = {}
        self._kept: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for stream in self._streams.values():
            with contextlib.suppress(OSError):
                stream.close()
        for part in (*self._parts.values(), *self._kept.values()):
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def open(self, path: Path) -> BinaryIO:
        """A stream for what is to stand at a path."""
        target = path.resolve()
        part = _beside(target)
        stream = part.open("xb", buffering=_BUFFER)
        self._parts[target] = part
        self._streams[target] = stream
        return stream

    def commit(self) -> list[Path]:
        """Put every file in its place; the old ones come back if one cannot be."""
        for stream in self._streams.values():
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
        done: list[Path] = []
        try:
            for target, part in self._parts.items():
                self._keep(target)
                part.replace(target)
                done.append(target)
        except BaseException:
            for target in done:
                self._restore(target)
            raise
        for folder in {target.parent for target in done}:
            flush_folder(folder)
        return done

    def _keep(self, target: Path) -> None:
        if len(self._parts) == 1 or not target.exists():
            return
        copy = _beside(target)
        self._kept[target] = copy
        try:
            os.link(target, copy)
        except OSError:
            shutil.copy2(target, copy)

    def _restore(self, target: Path) -> None:
        copy = self._kept.get(target)
        with contextlib.suppress(OSError):
            if copy is None:
                target.unlink()
            else:
                copy.replace(target)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name[:100]}.{uuid.uuid4().hex[:12]}.part")


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Raise what the file system says below as a problem with a remedy."""
    try:
        yield
    except OSError as error:
        raise _problem(error, place) from error


def _problem(error: OSError, place: Path) -> OppwizardError:
    named = error.filename or place
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreProblem(
            T("The disk is full: nothing was written to {path}.", path=place),
            T("Free some space, or name another folder."),
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return InvalidInput(T("{path} may not be written.", path=place), T("Name a folder that you may write to."))
    if error.errno in (errno.ENOTDIR, errno.EISDIR, errno.ENOENT, errno.EEXIST, errno.ENAMETOOLONG):
        return InvalidInput(T("{path} is no place for a file.", path=named), T("Name another folder."))
    return StoreProblem(
        T("{path} could not be written: {cause}", path=place, cause=error.strerror or error),
        T("Check the disk or network folder, then try again."),
    )
