"""Backups that are made by themselves: when one is due, and which are kept so that their number stays bounded."""

import contextlib
import datetime as dt
import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oppwizard.data.backup import Stop, backup, never
from oppwizard.data.header import log_of
from oppwizard.data.shelf import Backup, dated, folder_of, regular
from oppwizard.errors import StoreProblem
from oppwizard.i18n import T

_ROOM: Final = 32_000_000
"""Bytes that a backup made by itself leaves free on the disk, so that the store can go on growing."""
_LEFT_BEHIND: Final = 86_400
"""Seconds after which half a copy is what somebody left behind who is gone."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many backups are kept.

    Attributes:
        daily: the last one of each of so many days on which there is one ...
        weekly: ... and of each of so many weeks.
    """

    daily: int = 7
    weekly: int = 4


def is_due(store: Path, hours: int, now: dt.datetime) -> bool:
    """Whether the last backup is so old, or from a time that a clock set back has not reached yet."""
    made = regular(store)
    age = now - made[0].at if made else dt.timedelta.max
    return store.is_file() and (age >= dt.timedelta(hours=hours) or age < dt.timedelta(0))


def take(store: Path, kept: Kept, now: dt.datetime, stop: Stop = never) -> Backup:
    """Make a backup in the store's folder for them, and take away those that are not kept.

    The new one is whole and examined before any older one goes.

    Raises:
        StoreDamaged: the store is damaged; every backup stays.
        StoreProblem: the store cannot be read, or the backup not written.
        Stopped: it was told to stop.
    """
    folder = _made(folder_of(store))
    _sweep(folder)
    done = Backup(now.astimezone(dt.UTC).replace(microsecond=0), backup(store, dated(store, now), stop))
    for old in superseded(regular(store), kept):
        if old.path != done.path:
            with contextlib.suppress(OSError):  # it stays until the next time
                old.path.unlink()
    return done


def superseded(backups: Iterable[Backup], kept: Kept) -> list[Backup]:
    """Which backups are not kept: neither the last one of a recent day nor of a recent week."""
    newest_first = sorted(backups, reverse=True)
    staying = {
        *_last_of_each([(one.at.date(), one) for one in newest_first], kept.daily),
        *_last_of_each([(one.at.isocalendar()[:2], one) for one in newest_first], kept.weekly),
    }
    return [one for one in newest_first if one not in staying]


def _last_of_each(dated_ones: Iterable[tuple[object, Backup]], count: int) -> list[Backup]:
    last: dict[object, Backup] = {}
    for period, one in dated_ones:
        last.setdefault(period, one)
    return list(last.values())[:count]


def refuse_without_room(store: Path) -> None:
    """Leave a disk alone that is nearly full: the person's own work needs what is left.

    Raises:
        StoreProblem: a backup would not leave enough free.
    """
    needed = sum(path.stat().st_size for path in (store, log_of(store)) if path.is_file()) + _ROOM
    if shutil.disk_usage(store.parent).free < needed:
        raise StoreProblem(
            T("The disk is nearly full: no backup was made of {path}.", path=store),
            T("Free some space; the next backup is then made by itself."),
        )


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreProblem(
            T("The folder {path} for backups cannot be made: {cause}.", path=folder, cause=error.strerror or error),
            T("Check the permissions of the folder that the store is in."),
        ) from error
    return folder


def _sweep(folder: Path) -> None:
    """Take away half copies that killed programs left behind."""
    for path in folder.glob(".*.part"):
        with contextlib.suppress(OSError):
            if abs(time.time() - path.stat().st_mtime) > _LEFT_BEHIND and not path.name.endswith(
                f".{os.getpid()}.part"
            ):
                path.unlink()
