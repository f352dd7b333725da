"""Commands with which colleagues look at deals together: the brief, what is due, a session (Q2)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, BriefFormat, RecordId, command, option
from oppwizard.cli.session import at_record, opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.walk import Walk
    from oppwizard.walk.peers import PeerDue, Session


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("Write the one-page brief of a deal for the colleagues who look at it."))(brief)
    command(app, T("List the deals that colleagues are to look at, the longest overdue first."))(peers)
    command(app, T("Keep what came of a session in which colleagues looked at a deal."))(peer)


def brief(
    ctx: typer.Context,
    record_id: RecordId,
    written: Annotated[BriefFormat, option(T("md or html; md without it."), "--format")] = BriefFormat.MD,
    out: Annotated[Path | None, option(T("The file; standard output without it."), "--out", metavar="FILE")] = None,
    show: Annotated[bool, option(T("Open the file with the program that shows such files."), "--open")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the brief."""
    from oppwizard.cli.output import emit, tell
    from oppwizard.quality.brief import brief_html, brief_markdown

    if show and out is None:
        raise typer.BadParameter(_("with --open, say with --out where the file goes"))
    with at_record(ctx, record_id) as (walk, record):
        text = (brief_html if written is BriefFormat.HTML else brief_markdown)(walk, record)
    if out is None:
        if as_json:
            emit({"format": written.value, "brief": text})
        else:
            typer.echo(text.encode(), nl=False)
        return
    _write(out, text)
    if as_json:
        emit({"path": str(out)})
    else:
        tell(_("Written: {path}", path=out))
    if show:
        typer.launch(str(out))


def _write(out: Path, text: str) -> None:
    from oppwizard.exchange.atomic import FileSet, writing

    with writing(out), FileSet() as files:
        files.open(out).write(text.encode())
        files.commit()


def peers(
    ctx: typer.Context,
    every: Annotated[bool, option(T("Those too that are not due yet."), "--all")] = False,
    as_json: AsJson = False,
) -> None:
    """List what is due."""
    from oppwizard.cli.output import emit, print_table, tell

    with opened(ctx) as walk:
        today = walk.context.today
        found = walk.peers_due(today, ahead=every)
    if as_json:
        emit([_due_json(one, one.due.late(today)) for one in found])
        return
    if not found:
        tell(_("No deal is due to be looked at by colleagues."))
        return
    head = [_("ID"), _("Peer review"), _("Why"), _("Opportunity name"), _("Amount"), _("Owner")]
    print_table([head, *(_due_row(one, one.due.late(today)) for one in found)], right=frozenset({4}))


def _due_row(one: "PeerDue", late: int) -> list[str]:
    from oppwizard.cli.describing import money, short
    from oppwizard.quality.peers import pace

    line = one.line
    worth = money(line.amount, line.currency)
    return [short(line.id), str(pace(late)), str(one.due.cause.label), line.title, worth, line.owner or "-"]


def _due_json(one: "PeerDue", late: int) -> dict[str, Any]:
    line, due = one.line, one.due
    return {
        "id": str(line.id),
        "title": line.title,
        "account": line.accounts[0] if line.accounts else "",
        "owner": line.owner,
        "amount": None if line.amount is None else str(line.amount),
        "currency": line.currency,
        "cause": due.cause.value,
        "every_days": due.every,
        "last": due.last.isoformat() if due.last else None,
        "due": due.since.isoformat(),
        "days_late": late,
    }


def peer(
    ctx: typer.Context,
    record_id: RecordId,
    presenter: Annotated[str, option(T("Who presented the deal; you without it."), "--presenter", metavar="NAME")] = "",
    attendees: Annotated[str, option(T("Who was there, with commas between."), "--attendees", metavar="NAMES")] = "",
    questions: Annotated[
        list[str] | None, option(T("A question that was asked; may be given again."), "--question", metavar="TEXT")
    ] = None,
    risks: Annotated[
        list[str] | None,
        option(T("A risk, and its category if you like; may be given again."), "--risk", metavar="TEXT[;CATEGORY]"),
    ] = None,
    actions: Annotated[
        list[str] | None,
        option(T("What somebody does by when; may be given again."), "--action", metavar="TEXT;OWNER;DAY"),
    ] = None,
    summary: Annotated[str, option(T("What came of it."), "--summary", metavar="TEXT")] = "",
    on: Annotated[str, option(T("On which day; today without it."), "--on", metavar="DATE")] = "",
    as_json: AsJson = False,
) -> None:
    """Keep a session."""
    from oppwizard.cli.describing import answer

    with at_record(ctx, record_id) as (walk, record):
        session = _session(walk, (questions, risks, actions), presenter, attendees, summary, on)
        move = walk.save(walk.hold_session(record, session))
        answer(walk, move, as_json=as_json, said=T("Kept."))


def _session(
    walk: "Walk", typed: tuple[list[str] | None, ...], presenter: str, attendees: str, summary: str, on: str
) -> "Session":
    from oppwizard.model.dates import parse_date
    from oppwizard.model.enums import PointKind
    from oppwizard.walk.peers import Session, read_point

    today = walk.context.today
    kinds = (PointKind.QUESTION, PointKind.RISK, PointKind.ACTION)
    points = [read_point(kind, text, today) for kind, texts in zip(kinds, typed, strict=True) for text in texts or ()]
    day = parse_date(on, today) if on else None
    return Session(presenter or walk.context.user, attendees, points, summary, on=day)
