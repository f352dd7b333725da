"""What the commands that read files of other systems have in common."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from oppwizard.i18n import _

if TYPE_CHECKING:
    from oppwizard.exchange.history import Progress
    from oppwizard.exchange.mapping import DayMonth


def order_of(*, day_first: bool, month_first: bool) -> "DayMonth":
    """The order of day and month that a command line names; empty where it names none."""
    if day_first and month_first:
        raise typer.BadParameter(_("say --day-first or --month-first, not both"))
    return "day-first" if day_first else "month-first" if month_first else ""


def save(path: Path, text: str) -> None:
    """Write a mapping.

    Raises:
        InvalidInput: it cannot be written.
    """
    from oppwizard.exchange.atomic import FileSet, writing

    with writing(path), FileSet() as files:
        files.open(path).write(text.encode())
        files.commit()


def beside(path: Path) -> Path:
    """Where the rows go that cannot be read: beside the file, or here where that folder cannot be written."""
    name = path.with_suffix(".faults.csv")
    return name if os.access(name.absolute().parent, os.W_OK) else Path(name.name)


@contextmanager
def progress_bar(*, hidden: bool) -> "Iterator[Progress | None]":
    """A bar on stderr, where that is a terminal."""
    if hidden or not sys.stderr.isatty():
        yield None
        return
    with typer.progressbar(length=1, label=_("Reading"), file=sys.stderr) as bar:
        done = 0

        def told(read: int, size: int) -> None:
            nonlocal done
            bar.length = max(1, size)
            bar.update(read - done)
            done = read

        yield told
