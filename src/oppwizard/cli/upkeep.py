"""Commands for the store itself: where it is, and a copy of it."""

from pathlib import Path
from typing import Annotated

import typer

from oppwizard.cli.declaring import AsJson, argument, command
from oppwizard.cli.session import context_of
from oppwizard.i18n import T, _


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("Copy the store to a file that is whole, while others use it."))(backup)
    command(app, T("Say where the store and the playbook are."))(where)


def backup(
    ctx: typer.Context,
    target: Annotated[
        Path | None, argument(T("The new file, or a folder; without it, a dated file beside the store."), "[TARGET]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the store."""
    from oppwizard.cli.store import copied, tell_copy

    context = context_of(ctx)
    tell_copy(context, copied(context, target), as_json=as_json)


def where(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Say where things are."""
    from oppwizard.cli.output import emit, pairs

    context = context_of(ctx)
    files = {"store": context.store, "playbook": context.playbook, "organisation": context.shared_playbook}
    if context.team is not None:
        files = {"store": None, **{name: path for name, path in files.items() if name != "store"}}
    if as_json:
        told: dict[str, tuple[str | None, bool]] = {
            name: (str(path) if path else None, bool(path and path.exists())) for name, path in files.items()
        }
        if context.team is not None:
            told["store"] = str(context.team), True
        emit({name: {"path": path, "exists": exists} for name, (path, exists) in told.items()})
        return
    words = {"store": _("Store"), "playbook": _("Playbook"), "organisation": _("Playbook of the organisation")}
    absent = " " + _("(not there yet)")
    shown = {words[name]: f"{path}{'' if path.exists() else absent}" for name, path in files.items() if path}
    if context.team is not None:
        shown = {words["store"]: str(context.team), **shown}
    for line in pairs(shown):
        print(line)
