"""Commands that change answers: set, remove a row, undo, redo, and the log of it all."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, RecordId, argument, command, option
from oppwizard.cli.session import at_record
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.data.tables import Change
    from oppwizard.model.record import Record
    from oppwizard.walk import Walk

_CELLS = 40
_IMPLIED = (
    *("name_key", "dba_key", "pipeline_at", "playbook_version", "decided_at", "decided_by"),
    *("review_since", "settled_at", "settled_by", "first_close_on", "first_amount", "first_probability", "first_score"),
)
"""Columns that follow from others: in the log, and in its JSON, but of no use to a reader."""
_WORDS = {
    "opportunity": T("opportunity"),
    "account": T("account"),
    "note": T("note"),
    "proposal": T("proposed value"),
    "stage_passage": T("stage entered"),
    "attachment": T("file"),
    "handoff": T("packet"),
    "handoff_tick": T("point of the protocol"),
    "review": T("manager’s review"),
    "remark": T("manager’s comment"),
    "reply": T("answer to a comment"),
    "peer_review": T("peer review"),
    "peer_point": T("point of a peer review"),
    "deal_link": T("other deal"),
    "lead": T("lead"),
    "state": T("proposed value"),
    "status": T("Status"),
    "stage": T("Stage"),
    "set_aside_reason": T("Reason"),
    "pipeline_on": T("Created on"),
    "closed_on": T("Closed on"),
    "closed_amount": T("Closed for"),
    "close_reason": T("What decided it"),
    "lost_to": T("Who won it"),
    "team": T("Team"),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app,
        T("Answer fields, all or none: close_on=2026-12-18 people[2].email=... people[+].name=... account.dba=..."),
        "set",
    )(set_values)
    command(app, T("Remove rows, such as people[2]."), "rm")(remove_rows)
    command(app, T("Take the newest step back."))(undo)
    command(app, T("Take a step again that was undone."))(redo)
    command(app, T("Show the changes of a record, newest first: who, when, old, new."))(changes)


def set_values(
    ctx: typer.Context,
    record_id: RecordId,
    values: Annotated[list[str], argument(T("field=value; an empty value clears the field."), "FIELD=VALUE...")],
    as_json: AsJson = False,
) -> None:
    """Answer fields, all in one transaction."""
    from oppwizard.cli.assigning import Assignment, assign
    from oppwizard.cli.describing import answer

    read = [Assignment.read(word) for word in values]
    wanted = [each for each in read if each is not None]
    if len(wanted) < len(read):
        bare = [word for word, each in zip(values, read, strict=True) if each is None]
        raise typer.BadParameter(_("“{word}” is not of the form field=value", word=bare[0]))
    with at_record(ctx, record_id) as (walk, record):
        answer(walk, walk.save(assign(walk, record, wanted)), as_json=as_json, said=T("Saved."))


def remove_rows(
    ctx: typer.Context,
    record_id: RecordId,
    rows: Annotated[list[str], argument(T("Rows, by number or identity: people[2]."), "ROW...")],
    as_json: AsJson = False,
) -> None:
    """Remove rows, all in one transaction."""
    from oppwizard.cli.assigning import remove
    from oppwizard.cli.describing import answer

    with at_record(ctx, record_id) as (walk, record):
        answer(walk, walk.save(remove(walk, record, rows)), as_json=as_json, said=T("Removed."))


def undo(ctx: typer.Context, record_id: RecordId, as_json: AsJson = False) -> None:
    """Undo the newest step."""
    _turn(ctx, record_id, as_json=as_json, back=True)


def redo(ctx: typer.Context, record_id: RecordId, as_json: AsJson = False) -> None:
    """Redo the step undone last."""
    _turn(ctx, record_id, as_json=as_json, back=False)


def _turn(ctx: typer.Context, record_id: str, *, as_json: bool, back: bool) -> None:
    from oppwizard.cli.describing import answer
    from oppwizard.errors import Refused

    with at_record(ctx, record_id) as (walk, record):
        move = walk.undo(record) if back else walk.redo(record)
        if move is None:
            raise Refused(T("Nothing to undo") if back else T("Nothing to redo"))
        answer(walk, walk.save(move), as_json=as_json, said=T("Undone.") if back else T("Done again."))


def changes(
    ctx: typer.Context,
    record_id: RecordId,
    limit: Annotated[int, option(T("At most so many changes; 50 without it."), "--limit", min=1, max=100_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the log."""
    from oppwizard.cli.output import emit, print_table, tell
    from oppwizard.walk.changed import unfolded

    with at_record(ctx, record_id) as (walk, record):
        changes = walk.store.history(record.id, limit=limit)
        if as_json:
            emit({"id": str(record.id), "changes": [_change_json(change) for change in unfolded(changes)]})
            return
        head = [_("When"), _("Who"), _("What"), _("Before"), _("After"), _("Why")]
        print_table(
            [head, *(_cells(walk, record, change) for change in unfolded(changes) if change.field not in _IMPLIED)]
        )
        if len(changes) == limit:
            tell(_("There may be more; --limit shows them."))


def _change_json(change: "Change") -> dict[str, Any]:
    import json

    return {
        "seq": change.seq,
        "action": str(change.action),
        "at": change.at.isoformat(),
        "who": change.who,
        "source": change.source.value,
        "op": change.op.value,
        "state": change.state.value,
        "entity": change.entity,
        "row": str(change.row_id),
        "field": change.field,
        "old": None if change.old is None else json.loads(change.old),
        "new": None if change.new is None else json.loads(change.new),
        "reason": change.reason,
    }


def _cells(walk: "Walk", record: "Record", change: "Change") -> list[str]:
    from oppwizard.cli.output import flat
    from oppwizard.data.tables import ChangeState, Op, Source
    from oppwizard.walk.advancing import who_said

    by_itself = change.source is Source.ENRICHMENT
    mark = f" ({change.state.label})" if change.state in (ChangeState.UNDONE, ChangeState.MARK) else ""
    is_set = change.op is Op.SET
    return [
        f"{change.at.astimezone():%Y-%m-%d %H:%M:%S}",
        f"{change.who} ({change.source.label})" if by_itself else who_said(change.who),
        _what(change) + mark,
        flat(_shown(walk, record, change, change.old), _CELLS) if is_set else "",
        flat(_shown(walk, record, change, change.new), _CELLS) if is_set else str(change.op.label),
        change.reason,
    ]


def _what(change: "Change") -> str:
    from oppwizard.data.tables import model_of
    from oppwizard.model.fields import ROW_KINDS
    from oppwizard.walk.changed import spec_of

    model, spec = model_of(change.entity), spec_of(change)
    kind = next((kind for kind in ROW_KINDS.values() if model in kind.models), None)
    name = str(spec.ask.label if spec else _WORDS.get(change.field, change.field))
    if kind is None:
        return name or str(_WORDS.get(change.entity, change.entity))
    return f"{kind.one}: {name}" if name else str(kind.one)


def _shown(walk: "Walk", record: "Record", change: "Change", text: str | None) -> str:
    import json

    from oppwizard.data.codec import decode
    from oppwizard.data.tables import model_of
    from oppwizard.model.record import plainly
    from oppwizard.process.entry import show, worded_answer
    from oppwizard.walk.changed import is_own, spec_of, value_of

    spec = spec_of(change)
    if is_own(change):  # which may be asked for no more, or not in this way
        value = None if text is None else json.loads(text)
        return worded_answer(spec, value, record, walk.playbook) if spec else plainly(value or "", record)
    if spec is not None:
        return show(spec, value_of(spec, text), record, walk.playbook)
    value = decode(model_of(change.entity), change.field, text)
    return "" if value is None else str(getattr(value, "label", value))
