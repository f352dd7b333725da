"""The command that sends opportunities to a CRM's own interface (X1)."""

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from oppwizard.cli.declaring import AsJson, argument, command, option
from oppwizard.cli.session import opened
from oppwizard.i18n import T, _
from oppwizard.model.services import PushedCrm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from oppwizard.push.pushing import PushResult, Told
    from oppwizard.walk import Walk

_NOT_WELL: Final = 1
_SHOWN: Final = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Send opportunities to a CRM's own interface; only what is missing or has changed."), "push")(
        pushing
    )


def pushing(
    ctx: typer.Context,
    service: Annotated[PushedCrm, argument(T("The CRM."), "CRM")],
    ids: Annotated[list[str] | None, argument(T("The records."), "[ID]...")] = None,
    everything: Annotated[bool, option(T("Send all opportunities but samples."), "--all")] = False,
    resume: Annotated[bool, option(T("Send those of which an earlier push could not send all."), "--resume")] = False,
    dry_run: Annotated[
        bool, option(T("Only say what would be sent; the service is asked nothing."), "--dry-run")
    ] = False,
    again: Annotated[bool, option(T("Send what has not changed too."), "--again")] = False,
    yes: Annotated[bool, option(T("Do not ask before sending."), "--yes")] = False,
    as_json: AsJson = False,
) -> None:
    """Check, compare, send."""
    if sum((bool(ids), everything, resume)) != 1:
        raise typer.BadParameter(_("say which records: ID, --all or --resume"))
    from oppwizard.push.pushing import push

    with opened(ctx) as walk:
        chosen = _chosen(walk, service.value, ids, resume=resume)
        if dry_run or yes:
            result = push(walk, service.value, chosen, dry_run=dry_run, again=again)
        else:
            foretold = push(walk, service.value, chosen, dry_run=True, again=again)
            if not _confirmed(foretold, as_json=as_json):
                raise typer.Abort
            with _progress(foretold) as told:
                result = push(walk, service.value, chosen, again=again, told=told)
    if as_json:
        from oppwizard.cli.output import emit

        emit(push_json(result))
    else:
        _tell(result)
    checked = result.checked
    if not result.is_whole or checked.held_back or (not everything and checked.left_out):
        raise typer.Exit(_NOT_WELL)


def _chosen(walk: "Walk", crm: str, ids: list[str] | None, *, resume: bool) -> "list[UUID] | None":
    if resume:
        from oppwizard.push.pushing import unfinished

        return unfinished(walk, crm)
    return [walk.store.find(each) for each in ids] if ids else None


def is_terminal() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _confirmed(foretold: "PushResult", *, as_json: bool) -> bool:
    """Whether it may be sent: nothing is, unless somebody has said so who could see what.

    Raises:
        typer.BadParameter: nobody is there to be asked.
    """
    from oppwizard.push.parcels import OPEN

    if not any(told.count(*OPEN) for told in foretold.records):
        return True
    if as_json or not is_terminal():
        raise typer.BadParameter(_("say --yes to send it; --dry-run says what would be sent"))
    _tell(foretold)
    return typer.confirm(_("Send it to {target}?", target=foretold.target), err=True)


@contextmanager
def _progress(foretold: "PushResult") -> "Iterator[Callable[[int], object] | None]":
    """A bar on stderr, where that is a terminal and there is something to send."""
    from oppwizard.push.parcels import OPEN

    rows = sum(told.count(*OPEN) for told in foretold.records)
    if not rows or not is_terminal():
        yield None
        return
    with typer.progressbar(length=rows, label=_("Sending"), file=sys.stderr) as bar:
        yield bar.update


def push_json(result: "PushResult") -> dict[str, Any]:
    """A push as an object."""
    from oppwizard.cli.exported import export_json

    checked = export_json(result.checked)
    return {
        "crm": result.crm,
        "target": result.target,
        "dry_run": result.dry_run,
        "complete": result.is_whole,
        "stopped": str(result.stopped) if result.stopped else None,
        "records": [_record_json(told) for told in result.records],
        "left_out": checked["left_out"],
        "held_back": checked.get("held_back", []),
        "notes": checked.get("notes", []),
    }


def _record_json(told: "Told") -> dict[str, Any]:
    objects: dict[str, dict[str, int]] = {}
    for (name, state), count in told.counts.items():
        objects.setdefault(name, {})[state.value] = count
    return {
        "id": str(told.record),
        "title": told.title,
        "complete": told.is_whole,
        "objects": objects,
        "problems": [{"object": name, "id": one, "problem": str(why)} for name, one, why in told.problems],
        "gone": [{"object": name, "id": one} for name, one in told.gone],
    }


def _tell(result: "PushResult") -> None:
    from oppwizard.cli.describing import short
    from oppwizard.cli.exported import tell_crm
    from oppwizard.cli.output import as_table, tell

    for told in result.records:
        _tell_record(told)
    for line in as_table([[f"  {short(i)}", title or "-", str(why)] for i, title, why in result.checked.left_out]):
        tell(line)
    tell_crm(result.checked)
    tell(_summary(result))
    if result.stopped is not None:
        tell(str(result.stopped))


def _tell_record(told: "Told") -> None:
    from oppwizard.cli.describing import short
    from oppwizard.cli.output import as_table, flat, say, tell
    from oppwizard.push.parcels import State

    head = f"{short(told.record)}  {flat(told.title, 60)}"
    if told.count() == told.count(State.SAME):
        say(f"{head}  {State.SAME.label}")
    else:
        say(head)
        for line in as_table([[f"  {name}", counted] for name, counted in _counted(told)]):
            say(line)
    rows = [[f"  {name}", one, why] for name, one, why in _faults(told)]
    for line in as_table(rows[:_SHOWN]):
        tell(line)
    if len(rows) > _SHOWN:
        tell(_("  and {count} more; --json has them all", count=len(rows) - _SHOWN))
    for name, one in told.gone[:_SHOWN]:
        tell(_("  {object} {id} is not in the record any more, and stays in the CRM", object=name, id=one[-8:]))


def _faults(told: "Told") -> list[tuple[str, str, str]]:
    """What was not sent: rows of a table with one and the same reason are one line with their number."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, one, why in told.problems:
        found.setdefault((name, str(why)), []).append(one)
    return [(name, ids[0][-8:] if len(ids) == 1 else f"{len(ids)}×", why) for (name, why), ids in found.items()]


def _counted(told: "Told") -> list[tuple[str, str]]:
    """Each table with its rows by what becomes of them."""
    by_name: dict[str, list[str]] = {}
    for (name, state), count in told.counts.items():
        by_name.setdefault(name, []).append(f"{count} {state.label}")
    return [(name, ", ".join(counted)) for name, counted in by_name.items()]


def _summary(result: "PushResult") -> str:
    from oppwizard.push.parcels import BROKEN, OPEN, State

    def total(*states: State) -> int:
        return sum(told.count(*states) for told in result.records)

    if result.dry_run:
        return _("{target}: {count} rows to be sent. Nothing was sent.", target=result.target, count=total(*OPEN))
    return _(
        "{target}: {created} rows created, {updated} updated, {same} as they were, {broken} not sent.",
        target=result.target,
        created=total(State.CREATED),
        updated=total(State.UPDATED),
        same=total(State.SAME),
        broken=total(*BROKEN),
    )
