"""The command line, put together."""

from typing import Annotated, Any

import typer

from oppwizard import __version__
from oppwizard.cli import (
    activities,
    audits,
    calendar,
    closing,
    duplicates,
    edits,
    enriching,
    files,
    forgetting,
    handoffs,
    history,
    leads,
    notifying,
    peers,
    playbooks,
    pushing,
    records,
    results,
    reviews,
    serving,
    stages,
    store,
    upkeep,
)
from oppwizard.cli.declaring import Group, option, translated
from oppwizard.cli.opening import open_app
from oppwizard.cli.session import Settings
from oppwizard.i18n import Language, T


def command_line() -> Any:
    """All commands, their help in the language in use."""
    app = typer.Typer(
        name="oppwizard",
        help=T("Guided creation of sales opportunities. Without a command the app opens.").msgid,
        cls=Group,
        invoke_without_command=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 120},
    )
    app.callback()(_begin)
    rooms = (records, edits, stages, closing, reviews, peers, activities, handoffs, calendar)
    more = (
        enriching,
        duplicates,
        files,
        pushing,
        leads,
        history,
        results,
        audits,
        notifying,
        playbooks,
        serving,
        store,
        forgetting,
        upkeep,
    )
    for room in (*rooms, *more):
        room.register(app)
    return translated(typer.main.get_command(app))


def _begin(
    ctx: typer.Context,
    db: Annotated[
        str | None,
        option(
            T("The store's file or the team's address; else OPPWIZARD_DB, else the data folder."),
            "--db",
            metavar="PATH",
        ),
    ] = None,
    lang: Annotated[
        Language | None, option(T("The language; else OPPWIZARD_LANG, else the system's."), "--lang")
    ] = None,
    version: Annotated[bool, option(T("Print the version."), "--version")] = False,
) -> None:
    if version:  # `oppwizard.cli.main` answers it sooner; this is for whoever calls the command line itself
        typer.echo(f"oppwizard {__version__}")
        raise typer.Exit
    ctx.obj = Settings(db, lang.value if lang else None)
    if ctx.invoked_subcommand is None:
        raise typer.Exit(open_app(db, lang.value if lang else None))
