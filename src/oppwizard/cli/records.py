"""Commands that begin, list and show records."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, Order, RecordId, Status, argument, command, option
from oppwizard.cli.session import at_record, opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.data.lists import Line, Page
    from oppwizard.model.record import Record
    from oppwizard.walk import Walk

_FALLING = (Order.CHANGED, Order.AMOUNT, Order.OPEN_POINTS, Order.SCORE)
_TITLE_CELLS = 44


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("Begin a draft and print its identity; with --prompt, walk it line by line."))(new)
    command(app, T("List drafts and opportunities, or search them by words."), "list")(listing)
    command(app, T("Show all answers of a record, stage by stage, with its size and open points."))(show)
    command(app, T("Begin a draft with the account, people and lines of another record; print its identity."))(
        duplicate
    )


def new(
    ctx: typer.Context,
    company: Annotated[str | None, argument(T("The name that the company goes by."), "[COMPANY]")] = None,
    prompt: Annotated[bool, option(T("Walk the stages line by line."), "--prompt")] = False,
    resume: Annotated[str | None, option(T("Go on with a draft (with --prompt)."), "--resume", metavar="ID")] = None,
    sample: Annotated[bool, option(T("Make the finished sample deal, marked as a sample."), "--sample")] = False,
    as_json: AsJson = False,
) -> None:
    """Begin a draft."""
    if resume and (not prompt or company or sample):
        raise typer.BadParameter(_("--resume goes with --prompt, and with nothing else"))
    with opened(ctx) as walk:
        record = _begun(walk, company, resume, sample=sample)
        if prompt:
            raise typer.Exit(_walked(walk, record, as_json=as_json))
        _say_new(walk, record, as_json=as_json)


def _begun(walk: "Walk", company: str | None, resume: str | None, *, sample: bool) -> "Record":
    if resume:
        return walk.load(walk.store.find(resume))
    if sample:
        from oppwizard.walk.sample import walk_sample

        return walk_sample(walk)
    return walk.start(company)


def _walked(walk: "Walk", record: "Record", *, as_json: bool) -> int:
    import sys

    from oppwizard.cli.describing import brief
    from oppwizard.cli.output import emit
    from oppwizard.prompts import converse

    code = converse(walk, record, sys.stderr if as_json else sys.stdout)
    if as_json:
        emit(brief(walk, walk.load(record.id)))
    return code


def _say_new(walk: "Walk", record: "Record", *, as_json: bool) -> None:
    from oppwizard.cli.describing import brief, where_it_stands
    from oppwizard.cli.output import emit, say, tell

    if as_json:
        emit(brief(walk, record))
        return
    say(str(record.id))
    tell(str(where_it_stands(walk.verdict(record))))


def listing(
    ctx: typer.Context,
    text: Annotated[list[str] | None, argument(T("Words that must all occur."), "[TEXT]...")] = None,
    status: Annotated[
        Status | None, option(T("Only records of this status; without it, drafts and opportunities."), "--status")
    ] = None,
    stage: Annotated[
        int | None, option(T("Only records whose first closed gate is this one; 7: complete."), "--stage", min=1, max=7)
    ] = None,
    sort: Annotated[Order, option(T("What to sort by; changed without it."), "--sort")] = Order.CHANGED,
    reverse: Annotated[bool, option(T("Turn the order round."), "--reverse")] = False,
    limit: Annotated[int, option(T("At most so many records; 50 without it."), "--limit", min=1, max=100_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List records."""
    from oppwizard.data.lists import ListQuery, Sort
    from oppwizard.model.enums import Status as Known

    shown = {Known.DRAFT, Known.CREATED} if status is None else Known if status is Status.ALL else {Known[status.name]}
    query = ListQuery(
        text=" ".join(text or ()),
        statuses=frozenset(shown),
        open_stage=stage,
        sort=Sort[sort.name],
        descending=(sort in _FALLING) is not reverse,
        limit=limit,
    )
    with opened(ctx) as walk:
        walk.rejudge()
        if sort is Order.SCORE:
            walk.scores_today()
        page, totals = walk.store.page(query), walk.store.totals(query)
    if as_json:
        _emit_list(page, totals)
    else:
        _print_list(page, totals)


def _emit_list(page: "Page", totals: Any) -> None:
    from oppwizard.cli.output import emit

    sums = {currency: f"{amount.normalize():f}" for currency, amount in totals.by_currency.items()}
    emit(
        {
            "records": [_line_json(line) for line in page.rows],
            "more": page.next is not None,
            "totals": {"opportunities": totals.count, "by_currency": sums},
        }
    )


def _line_json(line: "Line") -> dict[str, Any]:
    return {
        "id": str(line.id),
        "title": line.title,
        "account": line.account,
        "status": line.status.value,
        "stage": line.stage,
        "open_stage": line.open_stage if line.open_stage <= 6 else None,
        "open_points": line.open_points,
        "score": line.score if line.score >= 0 else None,
        "amount": None if line.amount is None else f"{line.amount.normalize():f}",
        "currency": line.currency,
        "close_on": line.close_on.isoformat() if line.close_on else None,
        "owner": line.owner,
        "updated_at": line.updated_at.isoformat(),
        "is_sample": line.is_sample,
        "review": line.review.value if line.review else None,
        "review_since": line.review_since.isoformat() if line.review_since else None,
    }


def _print_list(page: "Page", totals: Any) -> None:
    from oppwizard.cli.describing import money
    from oppwizard.cli.output import print_table, tell

    if not page.rows:
        tell(_("No records. “oppwizard new COMPANY” begins one; “oppwizard new --sample” makes a sample deal."))
        return
    head = [
        _("ID"),
        _("Opportunity name"),
        _("Status"),
        _("Stage"),
        _("Open"),
        _("Score"),
        _("Amount"),
        _("Close date"),
    ]
    head.append(_("Last change"))
    print_table([head, *(_line_cells(line) for line in page.rows)], right=frozenset({4, 5, 6}))
    sums = ", ".join(money(amount, currency) for currency, amount in sorted(totals.by_currency.items()))
    if sums:
        tell(_("Opportunities: {count} ({sums})", count=totals.count, sums=sums))
    if page.next is not None:
        tell(_("There are more; --limit shows them."))


def _line_cells(line: "Line") -> list[str]:
    from oppwizard.cli.describing import money, short
    from oppwizard.cli.output import cell_len, flat
    from oppwizard.model.enums import Stage

    mark = f" ({_('sample')})" if line.is_sample else ""
    stage = f"{line.open_stage} {Stage(line.open_stage).label}" if line.open_stage <= 6 else _("complete")
    return [
        short(line.id),
        flat(line.title or line.account or "-", _TITLE_CELLS - cell_len(mark)) + mark,
        str(line.status.label),
        stage,
        str(line.open_points or ""),
        str(line.score) if line.score >= 0 else "",
        money(line.amount, line.currency),
        line.close_on.isoformat() if line.close_on else "",
        f"{line.updated_at.astimezone():%Y-%m-%d %H:%M}",
    ]


def show(ctx: typer.Context, record_id: RecordId, as_json: AsJson = False) -> None:
    """Show a record."""
    from oppwizard.cli.showing import print_record, record_json

    with at_record(ctx, record_id) as (walk, record):
        if as_json:
            from oppwizard.cli.output import emit

            emit(record_json(walk, record))
        else:
            print_record(walk, record)


def duplicate(ctx: typer.Context, record_id: RecordId, as_json: AsJson = False) -> None:
    """Copy a record into a new draft."""
    with at_record(ctx, record_id) as (walk, record):
        _say_new(walk, walk.duplicate(record), as_json=as_json)
