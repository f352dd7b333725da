"""The command that closes a deal: said on the command line, or asked of a person."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from oppwizard.cli.declaring import AsJson, RecordId, command, option
from oppwizard.cli.session import at_record
from oppwizard.i18n import T, Text, _

if TYPE_CHECKING:
    from oppwizard.model.enums import Status
    from oppwizard.model.record import Record
    from oppwizard.walk import Walk
    from oppwizard.walk.closing import Closing


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Close an opportunity as won or lost; at a terminal what is not said is asked."))(close)


def close(
    ctx: typer.Context,
    record_id: RecordId,
    won: Annotated[bool, option(T("The customer bought from us."), "--won")] = False,
    lost: Annotated[bool, option(T("The customer did not."), "--lost")] = False,
    reason: Annotated[
        str, option(T("What decided it: a reason of the playbook, or your own words."), "--reason", metavar="TEXT")
    ] = "",
    on_day: Annotated[
        str, option(T("The day on which the customer decided; today without it."), "--on", metavar="DATE")
    ] = "",
    amount: Annotated[
        str, option(T("For how much it was won; the record's amount without it."), "--amount", metavar="MONEY")
    ] = "",
    lost_to: Annotated[str, option(T("Who won it instead, where that is known."), "--lost-to", metavar="NAME")] = "",
    as_json: AsJson = False,
) -> None:
    """Close a deal."""
    from oppwizard.cli.describing import answer
    from oppwizard.cli.stages import explained
    from oppwizard.walk.closing import close as closed

    if won and lost:
        raise typer.BadParameter(_("say --won or --lost, not both"))
    if (amount and lost) or (lost_to and won):
        raise typer.BadParameter(_("--amount goes with --won, --lost-to with --lost"))
    with at_record(ctx, record_id) as (walk, record):
        asked = not (won or lost)
        status = _outcome(won=won, lost=lost)
        said = _asked(walk, record, status) if asked else _said(status, reason, on_day, amount, lost_to)
        with explained(walk, record):
            move = closed(walk, record, said)
        answer(walk, walk.save(move), as_json=as_json, said=_words(status))


def _words(status: "Status") -> Text:
    from oppwizard.model.enums import Status

    return T("Closed as won.") if status is Status.WON else T("Closed as lost.")


def _said(status: "Status", reason: str, on_day: str, amount: str, lost_to: str) -> "Closing":
    from oppwizard.walk.closing import Closing

    return Closing(status, reason, on_day, amount, lost_to)


def _outcome(*, won: bool, lost: bool) -> "Status":
    """How the deal ended.

    Raises:
        typer.BadParameter: nobody says so, and nobody is there to be asked.
        typer.Abort: the person leaves.
    """
    from oppwizard.cli.deciding import chosen
    from oppwizard.model.enums import Status

    if won or lost:
        return Status.WON if won else Status.LOST
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise typer.BadParameter(_("say --won or --lost"))
    return Status(chosen(_("How did it end?"), {each.value: str(each.label) for each in (Status.WON, Status.LOST)}))


def _asked(walk: "Walk", record: "Record", status: "Status") -> "Closing":
    """What a person at the terminal says of it.

    Raises:
        typer.Abort: the person leaves.
    """
    from oppwizard.cli.deciding import chosen, typed
    from oppwizard.model.enums import Status
    from oppwizard.walk.closing import Closing, reasons, rivals

    listed = {item.value: str(item) for item in reasons(walk.playbook, status).items}
    reason = chosen(_("What decided it?"), {**listed, "": _("In my own words")}) or typed(_("What decided it?"))
    on_day = typed(_("On which day?"), str(walk.context.today))
    if status is Status.WON:
        return Closing(status, reason, on_day, amount=typed(_("For how much?"), proposed_amount(walk, record)))
    names = dict.fromkeys(rivals(record))
    others = {"": _("Somebody else, or not known")}
    lost_to = chosen(_("Who won it?"), {name: name for name in names} | others) or typed(_("Who won it?"))
    return Closing(status, reason, on_day, lost_to=lost_to)


def proposed_amount(walk: "Walk", record: "Record") -> str:
    """The record's own amount, as `Reader.amount` takes it back."""
    from oppwizard.cli.describing import money

    return money(walk.sized(record).amount(walk.playbook.sizing.metric), record.currency)
