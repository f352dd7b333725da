"""Commands for what happens around a deal: talks, notes, files, and all of it in order (E8)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, Happened, RecordId, Talk, argument, command, option
from oppwizard.cli.session import at_record
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.model.record import Record
    from oppwizard.walk import Walk
    from oppwizard.walk.timeline import Happening


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("Log a meeting, call, e-mail or demo; an .eml or .ics file fills it in."))(log)
    command(app, T("Keep a note with a record."))(note)
    command(app, T("Keep copies of files with a record; without a file, list those that it has."))(attach)
    command(app, T("Show everything that happened around a deal, the newest first."))(timeline)


def log(
    ctx: typer.Context,
    record_id: RecordId,
    files: Annotated[list[Path] | None, argument(T("E-mails (.eml) and calendar entries (.ics)."), "FILE...")] = None,
    kind: Annotated[Talk, option(T("What it was; a meeting without it."), "--kind")] = Talk.MEETING,
    on: Annotated[str, option(T("On which day; today without it."), "--on", metavar="DATE")] = "",
    people: Annotated[str, option(T("The customer's people, with commas between."), "--with", metavar="NAMES")] = "",
    ours: Annotated[str, option(T("Our people, with commas between; you without it."), "--ours", metavar="NAMES")] = "",
    subject: Annotated[str, option(T("What it was about."), "--subject", metavar="TEXT")] = "",
    outcome: Annotated[str, option(T("What came of it, what was decided."), "--outcome", metavar="TEXT")] = "",
    commitments: Annotated[str, option(T("Who promised what by when."), "--commitments", metavar="TEXT")] = "",
    as_json: AsJson = False,
) -> None:
    """Log a talk."""
    from oppwizard.cli.describing import answer
    from oppwizard.exchange.dropping import log_file
    from oppwizard.model.enums import TouchpointKind
    from oppwizard.model.fields import FIELDS

    with at_record(ctx, record_id) as (walk, record):
        for path in files or ():
            move = log_file(walk, record, path)
            answer(walk, move, as_json=as_json, said=T("Logged."))
        if files:
            return
        reader = walk.reader(record)
        move = walk.log(
            record,
            TouchpointKind(kind.value),
            reader.read(FIELDS["touchpoints.on"], on) if on else walk.context.today,
            people=reader.read(FIELDS["touchpoints.people"], people) if people else (),
            ours=ours or walk.context.user,
            subject=subject,
            outcome=outcome,
            commitments=commitments,
        )
        answer(walk, walk.save(move), as_json=as_json, said=T("Logged."))


def note(
    ctx: typer.Context,
    record_id: RecordId,
    text: Annotated[str, argument(T("The note; - reads it from standard input."), "TEXT")],
    as_json: AsJson = False,
) -> None:
    """Keep a note."""
    from oppwizard.cli.describing import answer

    body = sys.stdin.read() if text == "-" else text
    with at_record(ctx, record_id) as (walk, record):
        answer(walk, walk.save(walk.note(record, body)), as_json=as_json, said=T("Noted."))


def attach(
    ctx: typer.Context,
    record_id: RecordId,
    files: Annotated[list[Path] | None, argument(T("The files to keep copies of."), "FILE...")] = None,
    save: Annotated[
        Path | None, option(T("Write copies of all its files into this folder."), "--save", metavar="FOLDER")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Attach files, list them, or write them out."""
    from oppwizard.cli.describing import answer
    from oppwizard.cli.output import emit, print_table, tell
    from oppwizard.exchange.dropping import attach_file, save_files

    with at_record(ctx, record_id) as (walk, record):
        for path in files or ():
            answer(walk, attach_file(walk, record, path), as_json=as_json, said=T("Attached: {file}", file=path.name))
        if save is not None:
            written = save_files(walk, record, save)
            tell(_("Written: {count} files to {folder}", count=len(written), folder=save))
        if files or save is not None:
            return
        if as_json:
            emit([_file_json(one) for one in record.attachments])
            return
        print_table([[one.name, f"{one.size:,}", one.media_type, one.digest[:12]] for one in record.attachments])


def _file_json(attachment: Any) -> dict[str, Any]:
    return {
        "id": str(attachment.id),
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.digest,
        "author": attachment.author,
        "at": attachment.created_at.isoformat(),
    }


def timeline(
    ctx: typer.Context,
    record_id: RecordId,
    only: Annotated[list[Happened] | None, option(T("Only these; may be given again."), "--only")] = None,
    limit: Annotated[int, option(T("At most so many; 100 without it."), "--limit", min=1, max=1_000_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Show the timeline."""
    from oppwizard.cli.output import emit, say, tell
    from oppwizard.walk.timeline import Sort, timeline as happened

    with at_record(ctx, record_id) as (walk, record):
        wanted = [Sort(one.value) for one in only] if only else tuple(Sort)
        found = happened(walk, record, wanted)
        if as_json:
            emit([_happening_json(walk, record, one) for one in found[:limit]])
            return
    for one in found[:limit]:
        say("  ".join(part for part in (str(one.day), str(one.sort.label), one.what, one.who) if part))
        for line in one.detail.splitlines():
            say(f"      {line}")
    if len(found) > limit:
        tell(_("There are more; --limit shows them."))


def _happening_json(walk: "Walk", record: "Record", one: "Happening") -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "day": one.day.isoformat(),
        "sort": one.sort.value,
        "who": one.who,
        "what": one.what,
        "detail": one.detail,
        "path": walk.spoken(record, one.where) if one.where else None,
    }
