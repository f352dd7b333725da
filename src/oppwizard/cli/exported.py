"""What an export has to tell: left out, held back, changed since the last one."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from oppwizard.i18n import _

if TYPE_CHECKING:
    from oppwizard.exchange.crm.cell import Flaw
    from oppwizard.exchange.crm.manifest import Change, Since
    from oppwizard.exchange.export import ExportResult

_SHOWN: Final = 20
"""So many lines of a kind are shown; ``--json`` has them all."""


def export_json(result: "ExportResult") -> dict[str, Any]:
    """An export as an object."""
    said: dict[str, Any] = {
        "paths": [str(path) for path in result.paths],
        "count": result.count,
        "left_out": [{"id": str(i), "title": title, "reason": str(reason)} for i, title, reason in result.left_out],
        "warnings": [str(warning.text) for warning in result.warnings],
        "unasked": dict(sorted(result.kept.items())),
    }
    if result.since is not None or result.held_back:
        said["held_back"] = [_flaw_json(flaw) for flaw in result.held_back]
        said["notes"] = [{**_flaw_json(flaw), "count": count} for flaw, count in result.notes.values()]
    if result.since is not None:
        said["since"] = asdict(result.since)
    return said


def _flaw_json(flaw: "Flaw") -> dict[str, Any]:
    return {
        "id": str(flaw.record),
        "title": flaw.title,
        "file": flaw.file,
        "column": flaw.column,
        "field": flaw.place,
        "problem": str(flaw.problem),
    }


def tell_crm(result: "ExportResult") -> None:
    """Tell what a CRM's limits and the last export have to do with it."""
    from oppwizard.cli.describing import short
    from oppwizard.cli.output import as_table, tell

    if result.held_back:
        tell(_("The CRM would cut or refuse:"))
    rows = [
        [f"  {short(flaw.record)}", f"{flaw.file}.{flaw.column}", flaw.place or "-", str(flaw.problem)]
        for flaw in result.held_back[:_SHOWN]
    ]
    for line in as_table(rows):
        tell(line)
    _more(len(result.held_back))
    for flaw, count in list(result.notes.values())[:_SHOWN]:
        tell(f"{flaw.file}.{flaw.column}: {flaw.problem} ({count}×)")
    _more(len(result.notes))
    if result.since is not None:
        _tell_since(result.since)


def _more(count: int) -> None:
    from oppwizard.cli.output import tell

    if count > _SHOWN:
        tell(_("  and {count} more; --json has them all", count=count - _SHOWN))


def _tell_since(since: "Since") -> None:
    from oppwizard.cli.output import tell

    if since.first:
        return
    if since.is_same:
        tell(_("Nothing has changed since the last export into this folder."))
        return
    if since.table:
        tell(_("The table of columns has changed since the last export: load all files again."))
    tell(
        _(
            "Since the last export: {added} added, {changed} changed, {gone} gone.",
            added=len(since.added),
            changed=len(since.changed),
            gone=len(since.gone),
        )
    )
    for sign, changes in (("+", since.added), ("~", since.changed), ("-", since.gone)):
        _tell_changes(sign, changes)
    for name in since.stale:
        tell(_("Left from the last export, not to be loaded: {file}", file=name))


def _tell_changes(sign: str, changes: "list[Change]") -> None:
    from uuid import UUID

    from oppwizard.cli.describing import short
    from oppwizard.cli.output import flat, tell

    for change in changes[:_SHOWN]:
        where = "; ".join(f"{file} ({', '.join(names)})" if names else file for file, names in change.files.items())
        tell(f"  {sign} {short(UUID(change.id))}  {flat(change.title, 60)}{': ' if where else ''}{where}")
    _more(len(changes))
