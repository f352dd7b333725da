"""The command that asks providers of facts, and says what becomes of what they propose (A2, A6)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, RecordId, command, option
from oppwizard.cli.session import at_record
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.enrichment.rounds import Found
    from oppwizard.model.parts import Proposal
    from oppwizard.model.record import Record
    from oppwizard.walk import Walk
    from oppwizard.walk.enriching import Enriched


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Ask the playbook's providers about company and people; accept or refuse what they propose."))(
        enrich
    )


def enrich(
    ctx: typer.Context,
    record_id: RecordId,
    provider: Annotated[str | None, option(T("Only this provider, by its name."), "--provider", metavar="NAME")] = None,
    accept: Annotated[
        list[str] | None,
        option(T("Take the value that is proposed for a field; may be given again."), "--accept", metavar="FIELD"),
    ] = None,
    refuse: Annotated[
        list[str] | None,
        option(T("Refuse it for good; may be given again."), "--refuse", metavar="FIELD"),
    ] = None,
    show: Annotated[bool, option(T("Ask nobody; show what is known."), "--show")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask, or decide."""
    with at_record(ctx, record_id) as (walk, record):
        if accept or refuse:
            _decide(walk, record, (accept or (), refuse or ()), provider, as_json=as_json)
        elif show:
            _report(walk, record, [], provider, as_json=as_json)
        else:
            _ask(walk, record, provider, as_json=as_json)


def _decide(
    walk: "Walk", record: "Record", fields: tuple[Sequence[str], Sequence[str]], provider: str | None, *, as_json: bool
) -> None:
    from oppwizard.cli.assigning import as_one
    from oppwizard.cli.describing import answer

    accepted, refused = ([_proposal(walk, record, path, provider) for path in paths] for paths in fields)
    moves = [walk.accept_proposal(record, row.id) for row in accepted]
    moves += [walk.refuse_proposal(record, row.id) for row in refused]
    names = dict.fromkeys(row.provider for row in (*accepted, *refused))
    move = as_one(walk, record, moves, ", ".join(names))
    answer(walk, walk.save(move), as_json=as_json, said=T("Kept."))


def _proposal(walk: "Walk", record: "Record", path: str, provider: str | None) -> "Proposal":
    """The newest proposal that waits for a field.

    Raises:
        NotFound: there is no such field, or nothing is proposed for it.
        BadParameter: the field of a new row is named.
    """
    from oppwizard.cli.assigning import Places
    from oppwizard.errors import NotFound

    at, new = Places(record).field(path)
    rows = walk.waiting(record).get(at, []) if new is None else []
    found = next((row for row in rows if provider in (None, row.provider)), None)
    if found is None:
        raise NotFound(
            T("Nothing is proposed for “{path}”", path=path),
            T("“oppwizard enrich ID --show” lists what is."),
        )
    return found


def _ask(walk: "Walk", record: "Record", provider: str | None, *, as_json: bool) -> None:
    from oppwizard.errors import Refused
    from oppwizard.walk.lookups import NOBODY, NONE, look_up

    asked = walk.asked_about(record, provider)
    if not asked:
        raise Refused(NONE, T("Name some under [enrichment] in your playbook."))
    if not any(questions for _provider, questions in asked):
        raise Refused(NOBODY)
    came: list[tuple[Found, Enriched]] = []
    for found in look_up(walk, asked):
        move = walk.enrich(walk.load(record.id), found)  # as it is by now: the answer may have taken long
        walk.save(move)
        came.append((found, move))
    _report(walk, walk.load(record.id), came, provider, as_json=as_json)
    if came and all(found.problem is not None for found, _move in came):
        raise typer.Exit(1)


def _report(
    walk: "Walk", record: "Record", came: "Sequence[tuple[Found, Enriched]]", provider: str | None, *, as_json: bool
) -> None:
    from oppwizard.cli.describing import brief
    from oppwizard.cli.output import emit, print_table, tell
    from oppwizard.walk.lookups import told
    from oppwizard.walk.proposals import standing

    rows = [row for row in standing(record) if provider in (None, row.provider)]
    if as_json:
        asked = [_asked_json(walk, record, found, move) for found, move in came]
        told_rows = [proposal_json(walk, record, row) for row in rows]
        emit({**brief(walk, record), "asked": asked, "proposals": told_rows})
        return
    for found, move in came:
        tell(str(told(found, move)))
        for fault in move.faults[1:]:
            tell(f"  {fault}")
        if found.problem is not None and found.problem.remedy:
            tell(f"  {found.problem.remedy}")
    print_table([_cells(walk, record, row) for row in rows])
    if not rows:
        tell(_("No provider has proposed anything yet."))


def _cells(walk: "Walk", record: "Record", row: "Proposal") -> list[str]:
    from oppwizard.cli.output import flat
    from oppwizard.walk.proposals import place_of, told_day

    path = walk.spoken(record, place_of(row))
    return [str(row.state.label), path, flat(walk.told_value(record, row), 40), row.provider, told_day(row)]


def _asked_json(walk: "Walk", record: "Record", found: "Found", move: "Enriched") -> dict[str, Any]:
    problem = found.problem
    return {
        "provider": found.provider,
        "about": found.question.about,
        "subject": str(found.question.subject),
        "filled": [walk.spoken(record, at) for at in move.filled],
        "proposed": [walk.spoken(record, at) for at in move.proposed],
        "faults": [str(fault) for fault in move.faults],
        "problem": str(problem.problem) if problem else None,
        "remedy": str(problem.remedy) if problem and problem.remedy else None,
    }


def proposal_json(walk: "Walk", record: "Record", row: "Proposal") -> dict[str, Any]:
    """A proposal in a JSON answer."""
    import json

    from oppwizard.walk.proposals import place_of

    return {
        "path": walk.spoken(record, place_of(row)),
        "label": str(walk.label(record, place_of(row))),
        "text": walk.told_value(record, row),
        "value": json.loads(row.value),
        "currency": row.currency or None,
        "provider": row.provider,
        "on": row.on.isoformat(),
        "as_of": row.as_of.isoformat() if row.as_of else None,
        "confidence": row.confidence,
        "state": row.state.value,
        "decided_by": row.decided_by or None,
    }
