"""Commands for the store as a file: whether it is sound, backups of it, one of them put back, an older one migrated."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli import team
from oppwizard.cli.declaring import AsJson, argument, command, group, option
from oppwizard.cli.session import context_of
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.context import Context
    from oppwizard.data.examining import Outcome
    from oppwizard.data.rotation import Kept
    from oppwizard.data.shelf import Backup

_DAMAGED = 4


def register(app: typer.Typer) -> None:
    """Add the commands."""
    store = group(app, T("Look after the store: check it, back it up, restore a backup, migrate it."), "store")
    command(store, T("Check the store: file, pages, references, schema, log of changes."))(check)
    command(store, T("Make a backup of the store, while others use it, or list those there are."))(backup)
    command(store, T("Put a backup in the place of the store; what stood there is kept aside."))(restore)
    command(store, T("Bring the store to the schema of this version; a backup is made first."))(migrate)
    team.add_to(store)


def there(context: "Context") -> Path:
    """The file of the store.

    Raises:
        NotFound: there is none.
        StoreProblem: the store in use is a team's.
    """
    from oppwizard.errors import NotFound, StoreProblem

    if context.team is not None:
        raise StoreProblem(
            T("A team's store is not in a file: this does not go there."),
            T("Its server has means of its own, such as pg_dump; see docs/team.md."),
        )
    if not context.store.is_file():
        raise NotFound(T("There is no store at {path}", path=context.store), T("Name another one with --db."))
    return context.store


# check


def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Check the store."""
    from oppwizard.cli.output import emit
    from oppwizard.data.examining import examine

    store = there(context_of(ctx))
    outcomes = list(examine(store))
    sound = all(one.is_sound for one in outcomes)
    if as_json:
        emit({"store": str(store), "sound": sound, "checks": [_as_json(one) for one in outcomes]})
    else:
        _tell_outcomes(store, outcomes, sound=sound)
    if not sound:
        raise typer.Exit(_DAMAGED)


def _as_json(outcome: "Outcome") -> dict[str, Any]:
    found = str(outcome.said) if outcome.said and outcome.is_sound else None
    return {
        "name": outcome.name,
        "sound": outcome.is_sound,
        "found": found,
        "faults": [str(fault) for fault in outcome.faults],
    }


def _tell_outcomes(store: Path, outcomes: "list[Outcome]", *, sound: bool) -> None:
    from oppwizard.cli.output import print_table, say, tell
    from oppwizard.data.trouble import way_back

    say(str(store))
    rows = []
    for one in outcomes:
        rows.append([str(one.label), _("sound") if one.is_sound else _("NOT SOUND"), str(one.said or "")])
        rows += [["", "", str(fault)] for fault in one.faults]
    print_table(rows)
    if not sound:
        tell(str(way_back(store)))


# backup


def backup(
    ctx: typer.Context,
    out: Annotated[
        Path | None,
        option(T("A file or folder of your own for it, where it stays; else the store's folder for backups."), "--out"),
    ] = None,
    listing: Annotated[bool, option(T("List the backups."), "--list")] = False,
    as_json: AsJson = False,
) -> None:
    """Back the store up."""
    from oppwizard.data.rotation import take

    context = context_of(ctx)
    if listing:
        _list(context, as_json=as_json)
    elif out is not None:
        tell_copy(context, copied(context, out), as_json=as_json)
    else:
        done = take(there(context), _kept(context), context.now)
        tell_copy(context, done.path, as_json=as_json)


def _kept(context: "Context") -> "Kept":
    """How many backups the playbook keeps; the built-in one says it where the person's own has faults."""
    from oppwizard.data.rotation import Kept
    from oppwizard.errors import OppwizardError
    from oppwizard.playbook.loading import load_playbook

    try:
        book = load_playbook(context.playbook, context.organisation)
    except OppwizardError:
        book = load_playbook()
    return Kept(book.backups.daily, book.backups.weekly)


def copied(context: "Context", target: Path | None) -> Path:
    """A copy of the store in a file of the person's own: a dated one beside the store where they name none.

    Raises:
        NotFound: there is no store.
        InvalidInput: the file exists.
        StoreProblem: the store cannot be read or the copy not written.
    """
    from oppwizard.data.backup import backup as copy
    from oppwizard.errors import InvalidInput

    store = there(context)
    dated = f"{store.stem}-{context.now:%Y%m%d-%H%M%S}{store.suffix}"
    chosen = target.expanduser() if target else store.with_name(dated)
    path = chosen / dated if chosen.is_dir() else chosen
    if path.exists():
        raise InvalidInput(T("{path} exists already", path=path), T("Name another file; a backup overwrites nothing."))
    return copy(store, path)


def tell_copy(context: "Context", done: Path, *, as_json: bool) -> None:
    """Say where a backup is."""
    from oppwizard.cli.output import emit, say

    if as_json:
        emit({"store": str(context.store), "backup": str(done), "bytes": done.stat().st_size})
    else:
        say(str(done))


def _list(context: "Context", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, print_table, tell
    from oppwizard.data.shelf import backups_of

    found = backups_of(context.store)
    if as_json:
        emit({"store": str(context.store), "backups": [_one_as_json(one) for one in found]})
        return
    print_table([[one.when, str(one.size), str(one.path)] for one in found], right=frozenset({1}))
    if not found:
        tell(_("There is no backup of {path}", path=context.store))


def _one_as_json(one: "Backup") -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "path": str(one.path),
        "bytes": one.size,
        "before_migration": one.revision or None,
    }


# restore


def restore(
    ctx: typer.Context,
    file: Annotated[Path | None, argument(T("The backup; without it the newest one that is good."), "[FILE]")] = None,
    as_json: AsJson = False,
) -> None:
    """Restore a backup."""
    from oppwizard.cli.output import emit, say, tell
    from oppwizard.data.restoring import restore as put_back

    context = context_of(ctx)
    done = put_back(context.store, file.expanduser() if file else None, context.now)
    if as_json:
        aside = str(done.aside) if done.aside else None
        passed_over = [str(path) for path in done.passed_over]
        emit({"store": str(context.store), "backup": str(done.source), "aside": aside, "passed_over": passed_over})
        return
    for path in done.passed_over:
        tell(_("Passed over, as it is damaged: {path}", path=path))
    say(_("Restored: {path}", path=done.source))
    if done.aside:
        say(_("What stood in its place is kept as {path}", path=done.aside))


# migrate


def migrate(
    ctx: typer.Context,
    dry_run: Annotated[bool, option(T("Say what would be done; do nothing."), "--dry-run")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the store to this version's schema."""
    from oppwizard.cli.output import emit
    from oppwizard.data import schema
    from oppwizard.data.engine import refuse_damaged
    from oppwizard.data.shelf import backups_of
    from oppwizard.data.store import Store

    store = there(context_of(ctx))
    refuse_damaged(store)
    found = schema.refuse_newer(store)
    pending = schema.steps_after(found) if found != schema.HEAD else {}
    if pending and not dry_run:
        Store.open(store).close()
    kept = next((one.path for one in backups_of(store) if one.revision == found), None)
    done = bool(pending) and not dry_run
    if as_json:
        steps = [{"revision": revision, "what": what} for revision, what in pending.items()]
        copy = str(kept) if done and kept else None
        emit({"store": str(store), "from": found, "to": schema.HEAD, "steps": steps, "migrated": done, "backup": copy})
    else:
        _tell_steps(found, pending, kept if done else None)


def _tell_steps(found: str | None, pending: dict[str, str], kept: Path | None) -> None:
    from oppwizard.cli.output import print_table, say
    from oppwizard.data.schema import HEAD

    if not pending:
        say(_("The store is at {revision}, the schema of this version: there is nothing to do", revision=found))
        return
    print_table([[revision, what] for revision, what in pending.items()])
    if kept is None:
        say(
            _(
                "The store is at {revision}; it would be brought to {newest}, after a backup",
                revision=found,
                newest=HEAD,
            )
        )
    else:
        say(
            _(
                "Brought from {revision} to {newest}; the store as it was: {path}",
                revision=found,
                newest=HEAD,
                path=kept,
            )
        )
