"""The command that says what came of the pipeline (R1-R5)."""

from pathlib import Path
from typing import Annotated

import typer

from oppwizard.cli.declaring import AsJson, ReportFormat, command, option
from oppwizard.cli.session import opened
from oppwizard.i18n import T


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Say what came of the pipeline: conversion, close dates, competitors, forecast, what was created."))(
        results
    )


def results(
    ctx: typer.Context,
    since: Annotated[
        str, option(T("Only what happened from this month on, such as 2026-01."), "--since", metavar="MONTH")
    ] = "",
    until: Annotated[str, option(T("Only what happened up to this month."), "--until", metavar="MONTH")] = "",
    rep: Annotated[str, option(T("Only this rep's records."), "--rep", metavar="NAME")] = "",
    team: Annotated[str, option(T("Only this team's records."), "--team", metavar="NAME")] = "",
    written: Annotated[
        ReportFormat, option(T("text, json, csv or html; text without it."), "--format")
    ] = ReportFormat.TEXT,
    out: Annotated[Path | None, option(T("The file; standard output without it."), "--out", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what came of records."""
    from oppwizard.cli.reporting import Report, check, give
    from oppwizard.quality.asking import typed
    from oppwizard.quality.files import results_csv, results_json
    from oppwizard.quality.report import results_page
    from oppwizard.quality.results import results as found
    from oppwizard.quality.tables import span, tables

    check(written, out, as_json=as_json)
    with opened(ctx) as walk:
        made = found(walk, typed(walk, since, until, rep, team))
    report = Report(
        head=span(made),
        tables=lambda: tables(made),
        as_json=lambda: results_json(made),
        as_csv=lambda: results_csv(made),
        as_html=lambda: results_page(made),
    )
    give(report, written, out, as_json=as_json)
