"""Exporting from the app: what, in which form, where to; and rescuing what could not be saved."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from oppwizard.errors import OppwizardError
from oppwizard.exchange.atomic import FileSet
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.export import ExportResult, Format, Profile, export
from oppwizard.i18n import T, _, sentences
from oppwizard.model.record import Record
from oppwizard.screens.dialogs import AskText, Choose
from oppwizard.walk import Walk

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_FORMS = (
    (T("CSV files for a CRM's import"), Format.CSV, Profile.IMPORT),
    (T("CSV files for Excel"), Format.CSV, Profile.EXCEL),
    (T("One JSON file"), Format.JSON, Profile.IMPORT),
    (T("JSON Lines"), Format.JSONL, Profile.IMPORT),
    *((T("For {crm}", crm=kind.crm), kind, Profile.IMPORT) for kind in Format if kind.is_crm),
)


async def ask_and_export(app: "OppwizardApp", record_id: UUID | None) -> str:
    """Ask, write, and say what was written."""
    what = await app.push_screen_wait(Choose(_("Export what?"), [_("This opportunity"), _("All opportunities")]))
    if what is None:
        return ""
    form = await app.push_screen_wait(Choose(_("In which form?"), [str(label) for label, _format, _profile in _FORMS]))
    if form is None:
        return ""
    _label, kind, profile = _FORMS[form]
    proposed = str(Path.home() / (f"oppwizard-{kind}" if kind.is_crm else "oppwizard-export"))
    folder = await app.push_screen_wait(AskText(_("Into which folder?"), proposed))
    if not folder:
        return ""
    walk = app.ready
    ids = [record_id] if what == 0 and record_id else None
    try:
        result = await asyncio.to_thread(_write, walk, ids, kind, folder, profile)
    except OppwizardError as problem:
        return str(problem)
    left_out = _("; left out: {count}", count=len(result.left_out)) if result.left_out else ""
    if not result.count and result.left_out:
        return _("Nothing exported: {reason}", reason=result.left_out[0][2])
    done = _("{count} exported to {folder}", count=result.count, folder=folder) + left_out
    return sentences(_since(result), done, result.note)


def _since(result: ExportResult) -> str:
    """What has changed since the last export to the same CRM; it comes first, as the folder may be long."""
    since = result.since
    if since is None or since.first:
        return ""
    if since.is_same:
        return _("Nothing has changed since the last time")
    return _(
        "Since the last time {added} added, {changed} changed, {gone} gone",
        added=len(since.added),
        changed=len(since.changed),
        gone=len(since.gone),
    )


def _write(walk: Walk, ids: list[UUID] | None, kind: Format, folder: str, profile: Profile) -> ExportResult:
    return export(walk, ids, kind, Path(folder).expanduser(), profile, False)


def rescue(walk: Walk, record: Record) -> str:
    """Write a record that cannot be saved to a file beside the person's own, and say where."""
    target = Path.home() / f"oppwizard-rescue-{record.id.hex[-8:]}.json"
    try:
        with FileSet() as files:
            files.open(target).write(dumps(to_document(record, walk)).encode())
            files.commit()
    except OSError as error:
        return _("Not even {file} can be written: {fault}", file=target, fault=error.strerror)
    return _("Written to {file}; 'oppwizard import' reads it back", file=target)
