"""People with stores of their own, between whom packets go."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oppwizard.context import Context
from oppwizard.walk import Walk, open_walk

NewWalk = Callable[[str], Walk]


@pytest.fixture
def new_walk(tmp_path: Path, context: Context) -> Iterator[NewWalk]:
    """Stores of people by their names, each new, each in a folder of its own."""
    opened: list[Walk] = []
    number = itertools.count()

    def make(name: str) -> Walk:
        folder = tmp_path / f"{name}-{next(number)}"
        folder.mkdir()
        opened.append(open_walk(Context(name, folder / "store.db", None, context.clock)))
        return opened[-1]

    yield make
    for walk in opened:
        walk.store.close()
