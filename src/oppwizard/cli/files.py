"""Commands for files in and out: import, export, schema, and the call sheet."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, Prose, Published, RecordId, argument, command, option
from oppwizard.cli.session import at_record, context_of, opened
from oppwizard.exchange.formats import Format, Profile
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.exchange.export import ExportResult
    from oppwizard.exchange.reading import ImportOutcome
    from oppwizard.walk import Walk

_REFUSED, _INVALID = 1, 3


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("Turn the open points of a record into a call sheet: what to ask whom."))(questions)
    command(app, T("Read records from JSON or JSON Lines; each goes as far as its evidence allows."), "import")(
        importing
    )
    command(app, T("Write completed opportunities to files for a CRM."), "export")(exporting)
    command(app, T("Print the JSON Schema of a record, or of leads."))(schema)


def questions(
    ctx: typer.Context,
    record_id: RecordId,
    written: Annotated[Prose, option(T("How it is written; markdown without it."), "--format")] = Prose.MARKDOWN,
    as_json: AsJson = False,
) -> None:
    """Print the call sheet."""
    from oppwizard.cli.output import emit, say
    from oppwizard.exchange.callsheet import call_sheet

    with at_record(ctx, record_id) as (walk, record):
        sheet = call_sheet(walk, record, "markdown" if written is Prose.MARKDOWN else "text")
    if as_json:
        emit({"id": str(record.id), "format": written.value, "text": sheet})
    else:
        say(sheet.rstrip("\n"))


def importing(
    ctx: typer.Context,
    paths: Annotated[
        list[Path], argument(T("Files with one record, a list of records, or a record a line."), "FILE...")
    ],
    as_json: AsJson = False,
) -> None:
    """Read records from files."""
    from oppwizard.exchange.reading import import_file

    with opened(ctx) as walk:
        found = [(path, outcome) for path in paths for outcome in import_file(walk, path)]
        if as_json:
            from oppwizard.cli.output import emit

            emit({"records": [_outcome_json(walk, path, outcome) for path, outcome in found]})
        else:
            for path, outcome in found:
                _tell_outcome(path, outcome)
    if any(outcome.problems for _path, outcome in found):
        raise typer.Exit(_INVALID)


def _outcome_json(walk: "Walk", path: Path, outcome: "ImportOutcome") -> dict[str, Any]:
    from oppwizard.cli.describing import finding_json

    findings: list[dict[str, Any]] = []
    if outcome.id is not None and outcome.verdict is not None:
        record = walk.load(outcome.id)
        findings = [finding_json(walk, record, finding) for finding in outcome.verdict.blocking]
    return {
        "file": str(path),
        "source": str(outcome.source),
        "id": str(outcome.id) if outcome.id else None,
        "title": outcome.title,
        "status": outcome.status.value if outcome.status else None,
        "stage": outcome.stage,
        "imported": outcome.imported,
        "existed": outcome.existed,
        "problems": [{"place": place, "problem": str(problem)} for place, problem in outcome.problems],
        "open_points": findings,
    }


def _tell_outcome(path: Path, outcome: "ImportOutcome") -> None:
    from oppwizard.cli.describing import where_it_stands
    from oppwizard.cli.output import as_table, flat, say, tell

    if outcome.imported:
        said = _("imported")
    else:
        said = _("exists already, not touched") if outcome.existed else _("not imported")
    status = str(outcome.status.label) if outcome.status else ""
    say("  ".join(part for part in (str(outcome.id or "-"), said, status, flat(outcome.title)) if part))
    tell(f"  {path}, {outcome.source}")
    if outcome.verdict is not None:
        tell(f"  {where_it_stands(outcome.verdict)}")
    for line in as_table([[f"    {place}", str(problem)] for place, problem in outcome.problems]):
        tell(line)


def exporting(
    ctx: typer.Context,
    file_format: Annotated[
        Format,
        option(T("csv, json, jsonl (a record a line), or the CRM whose own import is to take the files."), "--format"),
    ],
    out: Annotated[
        Path | None,
        option(
            T("The folder; without it CSV goes to the working folder, JSON to stdout, a CRM's files to a new folder."),
            "--out",
            metavar="DIR",
        ),
    ] = None,
    profile: Annotated[
        Profile, option(T("Whom CSV is for: excel (spreadsheets) or import (programs; without it)."), "--profile")
    ] = Profile.IMPORT,
    ids: Annotated[list[str] | None, option(T("A record to export; may be given again."), "--id", metavar="ID")] = None,
    everything: Annotated[bool, option(T("Export all opportunities but samples."), "--all")] = False,
    drafts: Annotated[bool, option(T("Export drafts too, marked as such."), "--drafts")] = False,
    force: Annotated[
        bool, option(T("Write records too whose values the CRM would cut or refuse, as they stand."), "--force")
    ] = False,
    describe: Annotated[
        bool, option(T("Print the table of a CRM's columns instead of writing files."), "--describe")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write records to files."""
    if describe:
        _describe(ctx, file_format, as_json=as_json)
        return
    if bool(ids) is everything:
        raise typer.BadParameter(_("say which records: --id ID, or --all"))
    if file_format.is_crm:
        _refuse_for_crm(profile, drafts=drafts)
    to_stdout = out is None and file_format in (Format.JSON, Format.JSONL)
    if to_stdout and as_json:
        raise typer.BadParameter(_("with --json, say with --out where the files go"))
    with opened(ctx) as walk:
        chosen = [walk.store.find(each) for each in ids] if ids else None
        if to_stdout:
            result = _to_stdout(walk, chosen, file_format, drafts=drafts)
        else:
            from oppwizard.exchange.export import export

            result = export(walk, chosen, file_format.value, out, profile.value, drafts, force)
    _tell_export(result, as_json=as_json, to_stdout=to_stdout)
    if (ids and result.left_out) or (result.held_back and not force):
        raise typer.Exit(_REFUSED)


def _refuse_for_crm(profile: Profile, *, drafts: bool) -> None:
    """Refuse what the files of a CRM's import cannot be."""
    if drafts:
        raise typer.BadParameter(_("a CRM's own files hold no drafts: leave --drafts out"))
    if profile is Profile.EXCEL:
        raise typer.BadParameter(_("--profile is for csv: a CRM's own files are as its import wants them"))


def _describe(ctx: typer.Context, file_format: Format, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say
    from oppwizard.exchange.crm import describe
    from oppwizard.exchange.crm.plans import plan_of
    from oppwizard.playbook import load_playbook, use

    if not file_format.is_crm:
        raise typer.BadParameter(_("only the formats of CRMs have a table to describe"))
    playbook = load_playbook(context_of(ctx).playbook)
    use(playbook)
    plan = plan_of(playbook, file_format.value)
    if as_json:
        emit(describe.table(plan))
    else:
        say(describe.markdown(plan).rstrip("\n"))


def _to_stdout(walk: "Walk", ids: Any, file_format: Format, *, drafts: bool) -> "ExportResult":
    """Write the one file of a JSON export, whole, and copy it out."""
    import shutil
    import sys
    import tempfile

    from oppwizard.exchange.export import export

    with tempfile.TemporaryDirectory(prefix="oppwizard-") as folder:
        result = export(walk, ids, file_format.value, Path(folder), drafts=drafts)
        sys.stdout.flush()
        for path in result.paths:
            with path.open("rb") as stream:
                shutil.copyfileobj(stream, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return result


def _tell_export(result: "ExportResult", *, as_json: bool, to_stdout: bool) -> None:
    from oppwizard.cli.describing import short
    from oppwizard.cli.exported import export_json, tell_crm
    from oppwizard.cli.output import as_table, emit, say, tell

    if result.note is not None:
        tell(str(result.note))
    if as_json:
        emit(export_json(result))
        return
    if not to_stdout:
        for path in result.paths:
            say(str(path))
    tell(_("Exported: {count}. Left out: {left}.", count=result.count, left=len(result.left_out)))
    for line in as_table([[f"  {short(i)}", title or "-", str(reason)] for i, title, reason in result.left_out]):
        tell(line)
    for warning in result.warnings:
        tell(str(warning.text))
    tell_crm(result)


def schema(
    ctx: typer.Context,
    of: Annotated[Published, option(T("Of what: record (without it), or leads as an import reads them."), "--of")] = (
        Published.RECORD
    ),
    as_json: AsJson = False,  # noqa: ARG001 - it is JSON in any case
) -> None:
    """Print the schema."""
    from oppwizard.cli.output import emit
    from oppwizard.exchange.schema import record_schema

    context = context_of(ctx)
    if of is Published.RECORD:
        emit(record_schema())
        return
    from oppwizard.exchange.leads.schema import lead_schema
    from oppwizard.playbook import load_playbook, use

    use(load_playbook(context.playbook))  # the organisation's own fields are in it
    emit(lead_schema())
