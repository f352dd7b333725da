"""The command for leads of other systems: one list, or a folder into which lists are put."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, argument, command, option
from oppwizard.cli.foreign import beside, order_of, progress_bar, save
from oppwizard.cli.session import opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.exchange.leads.importing import LeadOutcome, LeadReport
    from oppwizard.exchange.leads.planning import LeadPlan
    from oppwizard.exchange.leads.watching import Arrival, Reading
    from oppwizard.walk import Walk

_INVALID = 3


class Action(str, Enum):
    """What to do with leads."""

    IMPORT = "import"


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Read leads from CSV or JSON files: new ones become drafts, known ones are linked."))(leads)


def leads(
    ctx: typer.Context,
    action: Annotated[Action, argument(T("What to do: import."), "import")],  # noqa: ARG001 - there is one so far
    path: Annotated[Path | None, argument(T("The list: CSV, JSON or JSON Lines."), "FILE")] = None,
    mapping: Annotated[
        Path | None, option(T("A file that says what the columns mean."), "--map", metavar="FILE")
    ] = None,
    save_map: Annotated[
        Path | None, option(T("Write down what the columns mean, for the next time."), "--save-map", metavar="FILE")
    ] = None,
    everyone: Annotated[bool, option(T("Take in every lead, also those below MQL."), "--all")] = False,
    dry_run: Annotated[bool, option(T("Read everything, write nothing."), "--dry-run")] = False,
    day_first: Annotated[bool, option(T("Dates in figures begin with the day."), "--day-first")] = False,
    month_first: Annotated[bool, option(T("Dates in figures begin with the month."), "--month-first")] = False,
    folder: Annotated[
        Path | None, option(T("Read lists as they are put into a folder, until Ctrl-C."), "--watch", metavar="DIR")
    ] = None,
    every: Annotated[
        float,
        option(T("So many seconds between two looks into the folder; 2 without it."), "--every", metavar="SECONDS"),
    ] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Read leads."""
    from oppwizard.exchange.leads.mapping import load
    from oppwizard.exchange.leads.watching import Reading

    if (path is None) == (folder is None):
        raise typer.BadParameter(_("name a file, or a folder with --watch"))
    if folder is not None and (dry_run or save_map is not None):
        raise typer.BadParameter(_("--watch goes neither with --dry-run nor with --save-map"))
    order = order_of(day_first=day_first, month_first=month_first)
    reading = Reading(load(mapping) if mapping else None, order, everyone)
    with opened(ctx) as walk:
        if folder is not None:
            _watch(walk, folder, reading, max(0.1, every), as_json=as_json)
        elif path is not None:
            _read(walk, path, reading, save_map, dry_run=dry_run, as_json=as_json)


def _read(walk: "Walk", path: Path, reading: "Reading", save_map: Path | None, *, dry_run: bool, as_json: bool) -> None:
    from oppwizard.exchange.leads.importing import import_leads
    from oppwizard.exchange.mapping import written

    made = reading.plan(walk, path)
    if reading.mapping is None and not as_json:
        _show(made)
    if save_map is not None:
        save(save_map, written(made.mapping))
    outcomes: list[LeadOutcome] = []
    with progress_bar(hidden=as_json) as progress:
        report = import_leads(
            walk,
            made,
            everyone=reading.everyone,
            dry_run=dry_run,
            faults=beside(path),
            tell=outcomes.append if as_json else _tell_outcome,
            progress=progress,
        )
    _tell(made, report, outcomes, as_json=as_json)
    if report.faults:
        raise typer.Exit(_INVALID)


def _show(made: "LeadPlan") -> None:
    """What the columns are taken to mean."""
    from oppwizard.cli.output import as_table, tell
    from oppwizard.exchange.leads.saying import meanings

    for line in as_table([list(each) for each in meanings(made)]):
        tell(line)


def _watch(walk: "Walk", folder: Path, reading: "Reading", every: float, *, as_json: bool) -> None:
    """Look into a folder until somebody stops it: Ctrl-C ends with 130, a request to end with 0."""
    import signal
    import time

    from oppwizard.cli.output import tell
    from oppwizard.exchange.leads.watching import Watch

    def ended(_number: int, _frame: object) -> None:
        raise typer.Exit(0)

    signal.signal(signal.SIGTERM, ended)
    watch = Watch(walk, folder, reading, time.monotonic)
    if not as_json:
        tell(_("Watching {folder}; Ctrl-C stops.", folder=folder))
    told = ""
    while True:
        for arrival in watch.look():
            said = _arrival(arrival, as_json=as_json)
            if said != told or arrival.moved is not None:  # a store that stays locked is said once
                _put(said, as_json=as_json)
            told = said
        time.sleep(every)


def _put(said: str, *, as_json: bool) -> None:
    from oppwizard.cli.output import say, tell

    if as_json:
        say(said)
    else:
        tell(said)


def _arrival(arrival: "Arrival", *, as_json: bool) -> str:
    """What became of a file, on one line."""
    if as_json:
        from oppwizard.exchange.document import dumps

        return dumps(
            {
                "file": str(arrival.path),
                "moved": str(arrival.moved) if arrival.moved else None,
                "problem": str(arrival.problem) if arrival.problem else None,
                **(_report_json(arrival.report) if arrival.report else {}),
            }
        )
    from oppwizard.exchange.leads.saying import summary

    said = summary(arrival.report) if arrival.report is not None else ""
    return " ".join(str(part) for part in (f"{arrival.path.name}:", said, arrival.problem or "") if part)


def _tell_outcome(outcome: "LeadOutcome") -> None:
    from oppwizard.cli.describing import short
    from oppwizard.cli.output import as_table, flat, say, tell
    from oppwizard.exchange.leads.saying import FATES, is_news, stands

    if outcome.id is None or not is_news(outcome):
        return
    said = (short(outcome.id), str(FATES[outcome.fate]), flat(outcome.title), str(stands(outcome)))
    say("  ".join(part for part in said if part))
    reasons = (reason for reason in (outcome.because, outcome.look_alike) if reason is not None)
    rows = [["  " + _("line {number}", number=outcome.line), str(reason)] for reason in reasons]
    for line in as_table([*rows, *([f"    {place}", str(problem)] for place, problem in outcome.problems)]):
        tell(line)


def _tell(made: "LeadPlan", report: "LeadReport", outcomes: "list[LeadOutcome]", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say, tell
    from oppwizard.exchange.leads.saying import remarks, summary

    if as_json:
        said = {"file": str(made.table.path), **_report_json(report)}
        emit(
            said | {"leads": [_outcome_json(one) for one in outcomes], "mapping": made.mapping.model_dump(mode="json")}
        )
        return
    say(str(summary(report)))
    for line in remarks(report):
        tell(line)


def _report_json(report: "LeadReport") -> dict[str, Any]:
    from oppwizard.exchange.leads.importing import Fate

    return {
        "rows": report.rows,
        "written": report.written,
        **{fate.value: report.fates[fate] for fate in Fate},
        "past_stage_1": report.past_first,
        "fault_file": str(report.fault_file) if report.fault_file else None,
        "reasons": dict(report.reasons),
    }


def _outcome_json(outcome: "LeadOutcome") -> dict[str, Any]:
    return {
        "line": outcome.line,
        "outcome": outcome.fate.value,
        "id": str(outcome.id) if outcome.id else None,
        "title": outcome.title,
        "status": outcome.status.value if outcome.status else None,
        "stage": outcome.stage,
        "open_stage": outcome.open_stage,
        "state": outcome.state.value if outcome.state else None,
        "because": str(outcome.because) if outcome.because else None,
        "look_alike": str(outcome.look_alike) if outcome.look_alike else None,
        "open_points": [{"path": place, "message": str(problem)} for place, problem in outcome.open_points],
        "problems": [{"place": place, "problem": str(problem)} for place, problem in outcome.problems],
    }
