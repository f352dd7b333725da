"""The command of notifications: list the outbox, send it, and decide about single messages (A4)."""

from typing import TYPE_CHECKING, Annotated

import typer

from oppwizard.cli.declaring import AsJson, command, option
from oppwizard.cli.session import opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.data.tables import Message
    from oppwizard.walk import Walk

NOT_WELL = 1
"""The exit code of a flush after which something needs a person's eye."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("List the messages of the outbox; send those that are due."))(notify)


def notify(
    ctx: typer.Context,
    flush: Annotated[bool, option(T("Send what is due."), "--flush")] = False,
    dry_run: Annotated[bool, option(T("With --flush: only say what would be sent."), "--dry-run")] = False,
    retry: Annotated[
        str, option(T("Let a message be sent anew, though it was given up or perhaps sent."), "--retry", metavar="ID")
    ] = "",
    drop: Annotated[str, option(T("Let a message not be sent."), "--drop", metavar="ID")] = "",
    test: Annotated[
        str, option(T("Send a test message through a channel of the playbook."), "--test", metavar="CHANNEL")
    ] = "",
    everything: Annotated[bool, option(T("List those sent and dropped too."), "--all")] = False,
    limit: Annotated[int, option(T("At most so many; 500 without it."), "--limit", min=1, max=1_000_000)] = 500,
    as_json: AsJson = False,
) -> None:
    """List, send, or decide."""
    if sum(map(bool, (flush, retry, drop, test))) > 1:
        raise typer.BadParameter(_("say only one of --flush, --retry, --drop, --test"))
    if dry_run and not flush:
        raise typer.BadParameter(_("--dry-run goes with --flush"))
    with opened(ctx) as walk:
        if dry_run:
            _foretell(walk, limit, as_json=as_json)
        elif flush:
            _flush(walk, as_json=as_json)
        elif test:
            _test(walk, test, as_json=as_json)
        elif retry or drop:
            _decide(walk, retry, drop, as_json=as_json)
        else:
            _list(walk, everything, limit, as_json=as_json)


def _list(walk: "Walk", everything: bool, limit: int, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, tell
    from oppwizard.model.notices import OPEN, MessageState
    from oppwizard.notify.flushing import lapse
    from oppwizard.notify.telling import as_json as json_of

    lapse(walk)
    found = walk.store.outbox.listed(tuple(MessageState) if everything else OPEN, limit)
    if as_json:
        emit([json_of(message) for message in found])
        return
    _show(walk, found)
    if not found:
        no_rules = _("The playbook has no rules that tell anybody of anything: [[notify.rules]].")
        tell(_("No message waits.") if walk.playbook.notify.rules else no_rules)


def _show(walk: "Walk", messages: "list[Message]") -> None:
    from oppwizard.cli.output import print_table
    from oppwizard.notify.telling import told

    rows = [told(message, walk.context.now) for message in messages]
    print_table([[one.id, one.state, one.tries, one.when, one.channel, one.title, one.problem] for one in rows])


def _flush(walk: "Walk", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say
    from oppwizard.notify.flushing import flush
    from oppwizard.notify.telling import flushed_json, summary

    done = flush(walk)
    if as_json:
        emit(flushed_json(done))
    else:
        for line in summary(walk, done):
            say(line)
    if not done.is_well:
        raise typer.Exit(NOT_WELL)


def _foretell(walk: "Walk", limit: int, *, as_json: bool) -> None:
    """Say what a flush would send; nothing is written."""
    from oppwizard.cli.output import emit, tell
    from oppwizard.model.notices import Level
    from oppwizard.notify.due import found
    from oppwizard.notify.flushing import quiet_until
    from oppwizard.notify.telling import as_json as json_of

    quiet = quiet_until(walk)
    new = [one for one in found(walk) if quiet is None or one.level is Level.URGENT]
    due = walk.store.outbox.due(walk.context.now, urgent_only=quiet is not None, limit=limit)
    messages = [*due, *new][:limit]
    if as_json:
        emit([json_of(message) for message in messages])
        return
    _show(walk, messages)
    tell(_("{count} messages would be sent", count=len(messages)))


def _test(walk: "Walk", channel: str, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say
    from oppwizard.notify.channels import deliver, place_of
    from oppwizard.notify.flushing import trial

    place = place_of(walk.playbook.notify, channel)
    deliver(place, trial(walk, channel))
    if as_json:
        emit({"channel": channel, "kind": place.kind, "sent": True})
    else:
        say(_("A test message was sent through “{channel}” ({kind})", channel=channel, kind=place.kind))


def _decide(walk: "Walk", retry: str, drop: str, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say
    from oppwizard.errors import Refused
    from oppwizard.notify.flushing import lapse
    from oppwizard.notify.telling import as_json as json_of

    lapse(walk)
    outbox = walk.store.outbox
    message = outbox.find(retry or drop)
    act = outbox.retry if retry else outbox.drop
    if not act(message.id, walk.context.now):
        raise Refused(T("It is too late for that: {state}", state=message.state.label))
    if as_json:
        emit(json_of(outbox.find(message.id.hex)))
    else:
        said = T("It will be sent again: {title}") if retry else T("It will not be sent: {title}")
        say(_(said.msgid, title=message.title))
