"""A consistent copy of a store while others read and write it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from oppwizard.data.engine import BUSY_SECONDS, read_mode, uri
from oppwizard.data.trouble import translated
from oppwizard.errors import StoreProblem
from oppwizard.i18n import T


def backup(store_path: Path, target: Path) -> Path:
    """Copy a store to a file that is whole or not there at all, readable by its owner alone.

    Raises:
        StoreProblem: the store cannot be read or the copy not written.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
        with translated(store_path):
            _copy(store_path, unfinished)
        _flush(unfinished)
        unfinished.replace(target)
    except OSError as error:
        raise StoreProblem(
            T("The backup {path} cannot be written: {cause}.", path=target, cause=error.strerror or str(error)),
            T("Check the folder and the free space, or name another file."),
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def _copy(source_path: Path, target_path: Path) -> None:
    source = sqlite3.connect(uri(source_path, read_mode(source_path)), uri=True, timeout=BUSY_SECONDS)
    with closing(source), closing(sqlite3.connect(target_path)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file without a log beside it


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
