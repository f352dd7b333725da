"""The command for the calendar of what records commit to (X4)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oppwizard.cli.declaring import AsJson, argument, command, option
from oppwizard.cli.session import opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.model.record import Record
    from oppwizard.walk import Walk


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Write next steps, milestones and deadlines as a calendar file; importing it again updates it."))(
        calendar
    )


def calendar(
    ctx: typer.Context,
    record_id: Annotated[str, argument(T("The record; none with --mine."), "[ID]")] = "",
    mine: Annotated[bool, option(T("All of your own open records."), "--mine")] = False,
    out: Annotated[Path | None, option(T("The file; standard output without it."), "--out", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the calendar."""
    from oppwizard.cli.output import emit, tell
    from oppwizard.exchange.atomic import FileSet, writing
    from oppwizard.exchange.calendar import calendar_of

    if bool(record_id) is mine:
        raise typer.BadParameter(_("name a record, or say --mine"))
    with opened(ctx) as walk:
        text = calendar_of(walk, _chosen(walk, record_id))
    if out is None:
        if as_json:
            emit({"calendar": text.decode()})
        else:
            typer.echo(text, nl=False)
        return
    with writing(out), FileSet() as files:
        files.open(out).write(text)
        files.commit()
    if as_json:
        emit({"path": str(out), "events": text.count(b"BEGIN:VEVENT")})
    else:
        tell(_("Written: {path}", path=out))


def _chosen(walk: "Walk", record_id: str) -> "Iterator[Record]":
    from oppwizard.data.lists import ListQuery

    if record_id:
        yield walk.load(walk.store.find(record_id))
        return
    for line in walk.store.every(ListQuery(owner=walk.context.user)):
        yield walk.store.load(line.id)
