"""What every command begins with: the context, and the walk on its store."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from oppwizard.context import Context
    from oppwizard.model.record import Record
    from oppwizard.walk import Walk


@dataclass(frozen=True, slots=True)
class Settings:
    """The global options as given."""

    store: str | None = None
    language: str | None = None


def context_of(ctx: typer.Context) -> "Context":
    """The circumstances of this command."""
    from oppwizard.context import build

    settings = ctx.find_object(Settings) or Settings()
    return build(settings.store, settings.language)


@contextlib.contextmanager
def opened(ctx: typer.Context) -> "Iterator[Walk]":
    """The walk on the store, closed again at the end.

    Raises:
        StoreProblem: the store cannot be opened.
    """
    from oppwizard.walk import open_walk

    walk = open_walk(context_of(ctx))
    try:
        yield walk
    finally:
        walk.store.close()


@contextlib.contextmanager
def at_record(ctx: typer.Context, reference: str) -> "Iterator[tuple[Walk, Record]]":
    """The walk, and the record that a reference names.

    Raises:
        NotFound: none does, or several do.
    """
    with opened(ctx) as walk:
        yield walk, walk.load(walk.store.find(reference))
