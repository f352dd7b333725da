"""The command for deals of the past: what a file means is shown, may be corrected, and is then read."""

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, argument, command, option
from oppwizard.cli.foreign import beside, order_of, progress_bar, save
from oppwizard.cli.session import opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.exchange.history import Report
    from oppwizard.exchange.planning import Plan

_INVALID = 3


class Action(str, Enum):
    """What to do with history."""

    IMPORT = "import"


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Read deals of the past from a CSV file: close dates and amounts are held against them."))(history)


def history(
    ctx: typer.Context,
    action: Annotated[Action, argument(T("What to do: import."), "import")],  # noqa: ARG001 - there is one so far
    path: Annotated[Path, argument(T("The CSV file, one deal a line."), "FILE")],
    mapping: Annotated[
        Path | None, option(T("A file that says what the columns mean."), "--map", metavar="FILE")
    ] = None,
    save_map: Annotated[
        Path | None, option(T("Write down what the columns mean, for the next time."), "--save-map", metavar="FILE")
    ] = None,
    side: Annotated[
        list[Path] | None,
        option(
            T("A file about accounts, products or teams; may be given again. Without it those beside FILE."),
            "--side",
            metavar="FILE",
        ),
    ] = None,
    dry_run: Annotated[bool, option(T("Read everything, write nothing."), "--dry-run")] = False,
    day_first: Annotated[bool, option(T("Dates in figures begin with the day."), "--day-first")] = False,
    month_first: Annotated[bool, option(T("Dates in figures begin with the month."), "--month-first")] = False,
    as_json: AsJson = False,
) -> None:
    """Read deals of the past."""
    from oppwizard.exchange.history import import_history
    from oppwizard.exchange.mapping import load, written
    from oppwizard.exchange.planning import ask, plan

    order = order_of(day_first=day_first, month_first=month_first)
    known = load(mapping) if mapping else None
    with opened(ctx) as walk:
        made = plan(path, known, side, currency=walk.playbook.home_currency)
        if order:
            made.mapping.dates = order
            ask(made)
        _settle(made, known is None and not as_json)
        if save_map is not None:
            save(save_map, written(made.mapping))
        with progress_bar(hidden=as_json) as progress:
            store = None if dry_run else walk.store
            report = import_history(store, made, walk.context.today, faults=beside(path), progress=progress)
    _tell(made, report, as_json=as_json)
    if report.faults:
        raise typer.Exit(_INVALID)


def _settle(made: "Plan", ask_person: bool) -> None:
    """Show what is proposed and let a person correct it, where there is one."""
    from oppwizard.cli.correcting import correct, shown
    from oppwizard.cli.output import tell

    if ask_person:
        for line in shown(made):
            tell(line)
    if sys.stdin.isatty() and sys.stderr.isatty() and (ask_person or made.questions):
        correct(made)


def _tell(made: "Plan", report: "Report", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say, tell
    from oppwizard.exchange.mapping import FIELDS

    if as_json:
        emit(_json(made, report))
        return
    kept = report.kept
    if kept is None:
        say(
            _(
                "Rows: {rows}, of which {faults} cannot be read. Nothing was written.",
                rows=report.rows,
                faults=report.faults,
            )
        )
    else:
        say(
            _(
                "Rows: {rows}. New: {added}, changed: {changed}, there already: {same}, not read: {faults}.",
                rows=report.rows,
                added=kept.added,
                changed=kept.changed,
                same=kept.same,
                faults=report.faults,
            )
        )
    for reason, count in report.reasons.most_common(5):
        tell(f"  {count} × {reason}")
    if report.fault_file is not None:
        tell(_("What could not be read, and why: {path}", path=report.fault_file))
    for field, count in report.unjoined.items():
        told = _("Names of “{field}” that no side file has: {count}", field=FIELDS[field], count=count)
        tell(f"  {told}")
    for each in report.alike:
        tell(
            _(
                "“{text}” may be “{keep}”: left apart. To make them one, say so in the mapping: [same.{field}]",
                text=each.text,
                keep=each.keep,
                field=each.field,
            )
        )


def _json(made: "Plan", report: "Report") -> dict[str, Any]:
    kept = report.kept
    return {
        "file": str(made.shape.path),
        "rows": report.rows,
        "written": kept is not None,
        "added": kept.added if kept else 0,
        "changed": kept.changed if kept else 0,
        "same": kept.same if kept else 0,
        "faults": report.faults,
        "fault_file": str(report.fault_file) if report.fault_file else None,
        "reasons": dict(report.reasons),
        "alike": [{"field": each.field, "text": each.text, "keep": each.keep} for each in report.alike],
        "unjoined": report.unjoined,
        "mapping": made.mapping.model_dump(mode="json"),
    }
