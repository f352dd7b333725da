"""Where the backups of a store stand: which there are, from when, and what a person types to have one back.

Only names of files are looked at, so that this costs nothing where a store is opened.
"""

import datetime as dt
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_BEFORE: Final = re.compile(r"\.backup-(?P<revision>\w+)-(?P<stamp>\d{8}T\d{6}Z)")
_DATED: Final = re.compile(r"-(?P<stamp>\d{8}T\d{6}Z)")


@dataclass(frozen=True, slots=True, order=True)
class Backup:
    """A copy of a store.

    Attributes:
        at: when it was made, in UTC.
        revision: the schema that the store was at, for a copy that was made before the store was migrated.
    """

    at: dt.datetime
    path: Path
    revision: str = ""

    @property
    def size(self) -> int:
        """Its size in bytes; 0 where it went away meanwhile."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def when(self) -> str:
        """When it was made, as a person at this machine reads it."""
        return f"{self.at.astimezone():%Y-%m-%d %H:%M}"


def folder_of(store: Path) -> Path:
    """The folder beside a store that its backups go to."""
    return store.with_name(f"{store.name}.backups")


def dated(store: Path, at: dt.datetime) -> Path:
    """The file for a backup that is made at an instant."""
    return folder_of(store) / f"{store.stem}-{stamp(at)}{store.suffix}"


def before_migration(store: Path, revision: str, at: dt.datetime) -> Path:
    """The file for the copy of a store that is about to be migrated."""
    return store.with_name(f"{store.name}.backup-{revision}-{stamp(at)}")


def stamp(at: dt.datetime) -> str:
    """An instant as part of the name of a file."""
    return at.astimezone(dt.UTC).strftime(_STAMP)


def backups_of(store: Path) -> list[Backup]:
    """Every backup of a store, the newest first; those made before a migration are among them."""
    try:
        return sorted((*_regular(store), *_earlier(store)), reverse=True)
    except (OSError, ValueError):  # a folder that may not be read, a path that is none
        return []


def regular(store: Path) -> list[Backup]:
    """The backups in the folder alone, the newest first."""
    return [one for one in backups_of(store) if not one.revision]


def _regular(store: Path) -> Iterator[Backup]:
    folder = folder_of(store)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(store.stem) and path.name.endswith(store.suffix):
            middle = path.name[len(store.stem) : len(path.name) - len(store.suffix)]
            found = _DATED.fullmatch(middle)
            if found:
                yield Backup(_instant(found["stamp"]), path)


def _earlier(store: Path) -> Iterator[Backup]:
    for path in store.parent.iterdir() if store.parent.is_dir() else ():
        found = _BEFORE.fullmatch(path.name[len(store.name) :]) if path.name.startswith(store.name) else None
        if found:
            yield Backup(_instant(found["stamp"]), path, found["revision"])


def _instant(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, _STAMP).replace(tzinfo=dt.UTC)


def typed(store: Path, *words: str) -> str:
    """The command line for something that is done to a store, to be typed as it stands."""
    return shlex.join(["oppwizard", "store", *words, "--db", str(store)])
