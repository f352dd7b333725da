"""The command that opens the app in a browser."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from oppwizard.cli.declaring import AsJson, command, option
from oppwizard.cli.session import Settings, context_of
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.serve.door import Door


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Serve the app to your own browser; the address works once."), "serve")(serving)


def serving(
    ctx: typer.Context,
    host: Annotated[
        str, option(T("The address to listen at; only this machine reaches it unless you say another."), "--host")
    ] = "127.0.0.1",
    port: Annotated[int, option(T("The port; 0 takes a free one."), "--port", min=0, max=65535)] = 8000,
    public: Annotated[
        str | None, option(T("The address that a reverse proxy gives it."), "--public-url", metavar="URL")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve until Ctrl+C."""
    from oppwizard.serve.starting import serve

    _hand_on(ctx)
    serve(host, port, public, lambda door: _say(door, as_json=as_json))


def _hand_on(ctx: typer.Context) -> None:
    """Tell the apps which store and which language, by the environment that they inherit, with the working folder."""
    context = context_of(ctx)
    settings = ctx.find_object(Settings) or Settings()
    if settings.store:
        os.environ["OPPWIZARD_DB"] = settings.store if context.team else str(context.store)
    if settings.language:
        os.environ["OPPWIZARD_LANG"] = settings.language


def _say(door: "Door", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say, tell

    place = door.place
    if as_json:
        emit({"url": door.address, "host": place.host, "port": place.port})
    else:
        say(_("Open this address in your browser; it works once: {address}", address=door.address))
        say(_("Ctrl+C stops it."))
    if not place.is_local:
        tell(
            _(
                "Warning: other machines can reach {address}, and what passes is not encrypted: whoever reads it can "
                "act as you. Put a reverse proxy with TLS before it and leave --host away (docs/serve.md).",
                address=place.netloc,
            )
        )
    sys.stdout.flush()  # whoever started this in a pipe waits for the address
