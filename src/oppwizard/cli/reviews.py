"""Commands with which a manager looks at opportunities, and a rep mends what was sent back (Q1)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, Position, RecordId, argument, command, option
from oppwizard.cli.session import at_record, context_of, opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.model.record import Record
    from oppwizard.quality.reviewing import Waiting
    from oppwizard.walk import Walk
    from oppwizard.walk.reviewing import Verdicts


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("Say who you are: name, e-mail, role, team, manager; without options, show it."))(me)
    command(app, T("List what waits for a manager's review, with its clock, the longest waiting first."))(reviews)
    command(app, T("Show the six questions of a review with their evidence, and decide."))(review)
    command(app, T("Settle comments of the manager; without a number, list them."))(settle)
    command(app, T("Submit an opportunity again that was sent back, once every comment is settled."))(submit)


def me(
    ctx: typer.Context,
    name: Annotated[str | None, option(T("Your name, as records are to have it."), "--name")] = None,
    email: Annotated[str | None, option(T("Your e-mail address."), "--email")] = None,
    role: Annotated[Position | None, option(T("What you are to a deal."), "--role")] = None,
    team: Annotated[str | None, option(T("Your team."), "--team")] = None,
    manager: Annotated[str | None, option(T("Who reviews your opportunities."), "--manager")] = None,
    as_json: AsJson = False,
) -> None:
    """Say or show who one is."""
    from dataclasses import asdict

    from oppwizard.cli.output import emit, print_table
    from oppwizard.model.enums import UserRole

    context = context_of(ctx)
    if context.team is not None:  # the team's store says who somebody is
        with opened(ctx) as walk:
            context = walk.context
    given = {"name": name, "email": email, "role": role.value if role else None, "team": team, "manager": manager}
    said = {key: value for key, value in given.items() if value is not None}
    if said:
        context.introduce(**said)
    if as_json:
        emit({**asdict(context.me), "user": context.user})
        return
    role_label = str(UserRole(context.me.role).label) if context.me.role else ""
    rows = (
        (T("Name"), context.user),
        (T("E-mail"), context.me.email),
        (T("Role"), role_label),
        (T("Team"), context.me.team),
        (T("Reviewing manager"), context.me.manager),
    )
    print_table([[str(label), value or "-"] for label, value in rows])


def reviews(
    ctx: typer.Context,
    mine: Annotated[bool, option(T("Only those of which you are the manager."), "--mine")] = False,
    limit: Annotated[int, option(T("At most so many; 500 without it."), "--limit", min=1, max=1_000_000)] = 500,
    as_json: AsJson = False,
) -> None:
    """List what waits."""
    from oppwizard.cli.describing import money, short
    from oppwizard.cli.output import emit, print_table, tell
    from oppwizard.model.enums import ReviewState
    from oppwizard.quality.reviewing import waiting

    with opened(ctx) as walk:
        found = [one for one in waiting(walk, limit) if not mine or one.line.manager == walk.context.user]
    if as_json:
        emit([_waiting_json(one) for one in found])
        return
    if not found:
        tell(_("Nothing waits for a review."))
        return
    head = [
        _("ID"),
        _("Review"),
        _("Overdue from"),
        _("Opportunity name"),
        _("Amount"),
        _("Owner"),
        _("Reviewing manager"),
    ]
    rows = [
        [
            short(one.line.id),
            str(one.state),
            f"{one.clock.overdue_at.astimezone():%Y-%m-%d %H:%M}" if one.line.review is ReviewState.WAITING else "",
            one.line.title,
            money(one.line.amount, one.line.currency),
            one.line.owner or "-",
            one.line.manager or "-",
        ]
        for one in found
    ]
    print_table([head, *rows], right=frozenset({4}))


def _waiting_json(one: "Waiting") -> dict[str, Any]:
    line = one.line
    return {
        "id": str(line.id),
        "title": line.title,
        "owner": line.owner,
        "manager": line.manager,
        "amount": None if line.amount is None else str(line.amount),
        "currency": line.currency,
        "review": line.review.value,
        "since": line.since.isoformat(),
        "hours": round(one.clock.hours, 1),
        "pace": one.clock.pace.value,
        "overdue_at": one.clock.overdue_at.isoformat(),
    }


def review(
    ctx: typer.Context,
    record_id: RecordId,
    approve: Annotated[bool, option(T("Approve it: it is active."), "--approve")] = False,
    revise: Annotated[bool, option(T("Send it back to be mended."), "--revise")] = False,
    reject: Annotated[bool, option(T("Reject it: it is a lead again."), "--reject")] = False,
    disqualify: Annotated[bool, option(T("Reject it, and disqualify the lead."), "--disqualify")] = False,
    objections: Annotated[
        list[str] | None,
        option(T("Object to one of the questions; may be given again."), "--object", metavar="QUESTION=WHY"),
    ] = None,
    comments: Annotated[
        list[str] | None, option(T("Comment on a field; may be given again."), "--comment", metavar="FIELD=TEXT")
    ] = None,
    say: Annotated[str, option(T("A word to the rep."), "--say", metavar="TEXT")] = "",
    receipt: Annotated[
        Path | None, option(T("Where it came as a packet: the file of the receipt that goes back."), "--receipt")
    ] = None,
    sign: Annotated[bool, option(T("Sign the receipt with your key."), "--sign")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a review, or decide."""
    from oppwizard.cli.describing import answer
    from oppwizard.handoff.keys import Keys
    from oppwizard.handoff.receipts import SUFFIX, report, reviewed_packet

    if sum((approve, revise, reject, disqualify)) > 1:
        raise typer.BadParameter(_("say only one of --approve, --revise, --reject, --disqualify"))
    decides = approve or revise or reject or disqualify
    with at_record(ctx, record_id) as (walk, record):
        if decides:
            said = _said(record, (approve, revise, disqualify), (objections or (), comments or ()), say)
            move = walk.save(walk.decide(record, said))
            answer(walk, move, as_json=as_json, said=T("{decision}.", decision=said.decision.label))
        elif receipt is None:
            _show(walk, record, as_json=as_json)
            return
        if receipt is not None or reviewed_packet(walk, record) is not None:
            place = receipt or Path(f"{record.id.hex[-8:]}{SUFFIX}")
            report(walk, walk.load(record.id), place, Keys(walk.context.folder).signer() if sign else None)
            _tell_receipt(place, as_json=as_json)


def _tell_receipt(place: Path, *, as_json: bool) -> None:
    from oppwizard.cli.output import tell

    if not as_json:
        tell(_("The receipt to send back: {path}", path=place))


def _said(record: "Record", which: tuple[bool, bool, bool], words: Any, comment: str) -> "Verdicts":
    from oppwizard.cli.assigning import Places
    from oppwizard.model.enums import Decision, Status
    from oppwizard.walk.reviewing import Opinion, Verdicts

    approve, revise, disqualify = which
    decision = Decision.APPROVE if approve else Decision.REVISE if revise else Decision.REJECT
    opinions = {key: Opinion(agrees=False, note=why) for key, why in map(_pair, words[0])}
    places = Places(record)
    remarks = [(places.field(path)[0], body) for path, body in map(_pair, words[1])]
    return Verdicts(decision, opinions, remarks, comment, Status.DISQUALIFIED if disqualify else Status.DRAFT)


def _pair(text: str) -> tuple[str, str]:
    name, equals, rest = text.partition("=")
    if not name or not equals:
        raise typer.BadParameter(_("“{text}” is not NAME=TEXT", text=text))
    return name.strip(), rest


def _show(walk: "Walk", record: "Record", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say
    from oppwizard.quality.reviewing import sheet

    if as_json:
        emit(_review_json(walk, record))
        return
    for line in sheet(walk, record, {}, ()):
        where = f"  ({walk.spoken(record, line.at)})" if line.at else ""
        key = f"  ({line.question})" if line.question else ""
        say(f"{line.text}{key}" if line.head else f"  {line.text}{where}")


def _review_json(walk: "Walk", record: "Record") -> dict[str, Any]:
    from oppwizard.cli.describing import brief, finding_json
    from oppwizard.quality.reviewing import changed

    deal = record.opportunity
    return {
        **brief(walk, record),
        "review": deal.review.value if deal.review else None,
        "since": deal.review_since.isoformat() if deal.review_since else None,
        "questions": [
            {
                "key": one.question.key,
                "question": str(one.question.label),
                "holds": one.holds,
                "evidence": [
                    {"path": walk.spoken(record, each.at), "label": str(each.label), "text": each.text}
                    for each in one.evidence
                ],
                "findings": [finding_json(walk, record, each) for each in one.findings],
            }
            for one in walk.questions(record)
        ],
        "decisions": [
            {
                "at": each.at.isoformat(),
                "who": each.reviewer,
                "decision": each.decision.value,
                "comment": each.comment,
            }
            for each in record.reviews
        ],
        "comments": [_remark_json(walk, record, number) for number in range(1, len(record.remarks) + 1)],
        "changed": [{"what": str(one.what), "old": one.old, "new": one.new} for one in changed(walk, record)],
    }


def _remark_json(walk: "Walk", record: "Record", number: int) -> dict[str, Any]:
    from oppwizard.process.reviewing import place_of

    one = record.remarks[number - 1]
    return {
        "number": number,
        "path": walk.spoken(record, place_of(one.place)),
        "comment": one.body,
        "author": one.author,
        "at": one.at.isoformat(),
        "settled_at": one.settled_at.isoformat() if one.settled_at else None,
        "settled_by": one.settled_by,
        "reply": one.reply,
    }


def settle(
    ctx: typer.Context,
    record_id: RecordId,
    number: Annotated[int | None, argument(T("The comment's number."), "[NUMBER]", min=1)] = None,
    reply: Annotated[str, option(T("What you did about it."), "--reply", metavar="TEXT")] = "",
    as_json: AsJson = False,
) -> None:
    """List comments, or settle one."""
    from oppwizard.cli.describing import answer
    from oppwizard.cli.output import emit, say, tell
    from oppwizard.errors import NotFound

    with at_record(ctx, record_id) as (walk, record):
        if number is None:
            listed = [_remark_json(walk, record, one) for one in range(1, len(record.remarks) + 1)]
            if as_json:
                emit(listed)
                return
            for one in listed:
                state = _("settled: {reply}", reply=one["reply"] or "-") if one["settled_at"] else _("not settled")
                say(f"{one['number']}  {one['path']}: {one['comment']}  ({one['author']}; {state})")
            if not listed:
                tell(_("The manager has not commented on it."))
            return
        if number > len(record.remarks):
            raise NotFound(T("There are only {count} comments", count=len(record.remarks)))
        move = walk.save(walk.settle(record, record.remarks[number - 1].id, reply))
        answer(walk, move, as_json=as_json, said=T("Settled."))


def submit(ctx: typer.Context, record_id: RecordId, as_json: AsJson = False) -> None:
    """Submit again."""
    from oppwizard.cli.describing import answer

    with at_record(ctx, record_id) as (walk, record):
        answer(walk, walk.save(walk.submit(record)), as_json=as_json, said=T("Submitted; the manager's clock runs."))
