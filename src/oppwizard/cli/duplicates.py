"""Commands about records that may be the same deal: over the whole store, and what a person says of two."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, RecordId, argument, command, option
from oppwizard.cli.session import at_record, opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.checks.duplicates import Pair
    from oppwizard.checks.unseen import UnseenPair
    from oppwizard.data.lists import Line


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("List records that may be the same deal, the likeliest first, with the reasons."))(duplicates)
    command(app, T("Say that two records are different deals, or belong together; the statement is kept."))(relate)


def duplicates(
    ctx: typer.Context,
    limit: Annotated[int, option(T("At most so many pairs; 50 without it."), "--limit", min=1, max=1_000_000)] = 50,
    min_strength: Annotated[
        int | None,
        option(
            T("Only pairs of this strength or more, in percent; the playbook's without it."),
            "--min-strength",
            min=0,
            max=100,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look through the whole store."""
    from oppwizard.cli.output import emit, print_table, tell

    with opened(ctx) as walk:
        listed = walk.playbook.duplicates.listed if min_strength is None else min_strength / 100
        found, unseen = walk.all_duplicates(listed), walk.all_unseen(listed)
    shown = found[:limit]
    if as_json:
        told = {"unseen": [_unseen_json(pair) for pair in unseen[:limit]], "unseen_count": len(unseen)}
        emit({"pairs": [_pair_json(pair) for pair in shown], "count": len(found), **told})
        return
    if not found and not unseen:
        tell(_("No two records look like the same deal."))
        return
    print_table([_cells(pair) for pair in shown])
    print_table([_unseen_cells(pair) for pair in unseen[:limit]])
    if max(len(found), len(unseen)) > limit:
        tell(_("There are more; --limit shows them."))


def _pair_json(pair: "Pair") -> dict[str, Any]:
    return {
        "strength": round(pair.strength, 3),
        "agrees": pair.agrees,
        "reasons": [str(reason) for reason in pair.reasons],
        "records": [_side(pair.one.line), _side(pair.other.line)],
    }


def _side(line: "Line") -> dict[str, Any]:
    return {
        "id": str(line.id),
        "title": line.title,
        "account": line.account,
        "status": line.status.value,
        "owner": line.owner,
    }


def _cells(pair: "Pair") -> list[str]:
    from oppwizard.cli.describing import short
    from oppwizard.cli.output import flat

    one, other = pair.one.line, pair.other.line
    return [
        f"{pair.strength:.0%}",
        short(one.id),
        flat(one.title or one.account or "-", 30),
        short(other.id),
        flat(other.title or other.account or "-", 30),
        ", ".join(map(str, pair.reasons)),
    ]


def _unseen_json(pair: "UnseenPair") -> dict[str, Any]:
    from oppwizard.exchange.judgement import unseen_json

    return {**unseen_json(pair.other), "record": _side(pair.one.line)}


def _unseen_cells(pair: "UnseenPair") -> list[str]:
    from oppwizard.cli.describing import short
    from oppwizard.cli.output import flat

    line = pair.one.line
    told = [short(line.id), flat(line.title or line.account or "-", 30), flat(str(pair.other.told), 120)]
    return [f"{pair.other.strength:.0%}", *told, pair.other.because]


def relate(
    ctx: typer.Context,
    record_id: RecordId,
    other: Annotated[str, argument(T("The other record."), "OTHER")],
    different: Annotated[str | None, option(T("Why it is a different deal."), "--different", metavar="WHY")] = None,
    linked: Annotated[bool, option(T("The two belong together."), "--linked")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep what a person says of two records."""
    from oppwizard.cli.describing import answer
    from oppwizard.model.enums import Relation

    if (different is None) is not linked:
        raise typer.BadParameter(_("say --different WHY or --linked, one of the two"))
    with at_record(ctx, record_id) as (walk, record):
        kind = Relation.LINKED if linked else Relation.DIFFERENT
        move = walk.relate(record, walk.store.find(other), kind, different or "")
        answer(walk, walk.save(move), as_json=as_json, said=T("Kept."))
