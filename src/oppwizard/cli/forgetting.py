"""The command that erases a person from the store: first what it would touch, then the decisions, then the deed."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from oppwizard.cli.declaring import AsJson, argument, command, option
from oppwizard.cli.session import opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from uuid import UUID

    from oppwizard.data.erasing import Place
    from oppwizard.walk import Walk
    from oppwizard.walk.forgetting import Forgotten, Opened, Plan
    from oppwizard.walk.tracing import Mention

_STORE: Final = 4


class Texts(str, Enum):
    """What becomes of free texts that name the person."""

    REDACT = "redact"
    KEEP = "keep"


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, T("Erase a person of a customer from the store; the log says that somebody was erased, not who."))(
        forget
    )


def forget(
    ctx: typer.Context,
    contact: Annotated[
        str | None, argument(T("The person: a name, an e-mail address or an identity."), "[CONTACT]")
    ] = None,
    texts: Annotated[
        Texts | None,
        option(T("What becomes of texts and files that name the person; asked at a terminal without it."), "--texts"),
    ] = None,
    dry_run: Annotated[bool, option(T("Say what would be touched, and change nothing."), "--dry-run")] = False,
    yes: Annotated[bool, option(T("Erase without asking."), "--yes")] = False,
    clean: Annotated[
        bool, option(T("Only take the bytes of what was deleted before out of the store's files."), "--clean")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person."""
    from oppwizard.walk.forgetting import forget as erased, plan
    from oppwizard.walk.tracing import subject

    if clean is (contact is not None):
        raise typer.BadParameter(_("name a person, or give --clean"))
    with opened(ctx) as walk:
        if contact is None:
            _clean(walk, as_json=as_json)
            return
        made = plan(walk, subject(walk, contact))
        if dry_run:
            _show(walk, made, None, as_json=as_json)
            return
        if not as_json:
            _print_plan(walk, made)
        keep = _decided(made, texts, yes=yes, as_json=as_json)
        done = erased(walk, made, *keep)
        _show(walk, made, done, as_json=as_json)
    if not done.scrubbed:
        raise typer.Exit(_STORE)


def _clean(walk: "Walk", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, tell

    done = walk.store.scrub()
    if as_json:
        emit({"scrubbed": done})
    else:
        tell(_("The store's files hold nothing that was deleted.") if done else _held())
    if not done:
        raise typer.Exit(_STORE)


def _held() -> str:
    return _(
        "Another program is reading the store, so that its files may still hold bytes of what was deleted. "
        "Close it, then: oppwizard forget --clean"
    )


def _decided(made: "Plan", texts: Texts | None, *, yes: bool, as_json: bool) -> "tuple[set[Place], set[UUID]]":
    """The texts and files that stay.

    Raises:
        typer.BadParameter: something has to be decided, and nobody is there to be asked.
        typer.Abort: the person leaves.
    """
    from oppwizard.cli.pushing import is_terminal

    asked = not as_json and is_terminal() and not yes
    if not asked and not yes:
        raise typer.BadParameter(_("say --yes to erase; --dry-run says what would be touched"))
    if made.needs_decision and texts is None and not asked:
        raise typer.BadParameter(
            _(
                "texts and files name the person: say --texts redact to take the name out of them and to remove the "
                "files, or --texts keep to leave them; --dry-run lists them"
            )
        )
    keep = _chosen(made, texts, asked=asked)
    if asked and not typer.confirm(_("Erase {name}? Nothing brings it back.", name=made.whom.name), err=True):
        raise typer.Abort
    return keep


def _chosen(made: "Plan", texts: Texts | None, *, asked: bool) -> "tuple[set[Place], set[UUID]]":
    from oppwizard.cli.deciding import chosen

    every = {one.place for one in made.mentions}, {one.attachment_id for one in made.files}
    said = texts.value if texts else ""
    if not said and asked and made.needs_decision:
        answers = {
            "redact": _("Take the person out of all of them; remove the files"),
            "keep": _("Leave all of them as they are"),
            "each": _("Decide one by one"),
        }
        said = chosen(_("What becomes of the texts and files?"), answers)
    if said == "keep":
        return every
    if said == "each":
        return (
            {one.place for one in made.mentions if not _redacts(f"{one.label}: {one.text}")},
            {one.attachment_id for one in made.files if not _redacts(one.name)},
        )
    return set(), set()


def _redacts(shown: str) -> bool:
    from oppwizard.cli.output import flat

    return typer.confirm(_("Take the person out of it? {text}", text=flat(shown)), default=True, err=True)


def _print_plan(walk: "Walk", made: "Plan") -> None:
    from oppwizard.cli.output import flat, say
    from oppwizard.walk.foretelling import foretold

    for line in foretold(walk, made):
        say(flat(line))


def _show(walk: "Walk", made: "Plan", done: "Forgotten | None", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, flat, say, tell
    from oppwizard.walk.foretelling import outcome

    if as_json:
        emit(_json(walk, made, done))
        return
    if done is None:
        _print_plan(walk, made)
        tell(_("Nothing was changed."))
        return
    for one in done.records:
        say(f"{flat(one.title)}  {outcome(one)}")
    tell(_("Erased. Texts and files cleaned: {redacted}; left: {kept}.", redacted=done.redacted, kept=done.kept))
    if not done.scrubbed:
        tell(_held())


def _json(walk: "Walk", made: "Plan", done: "Forgotten | None") -> dict[str, Any]:
    """The plan, or what was done; of somebody who is erased neither name nor texts."""
    records = made.records if done is None else done.records
    answer: dict[str, Any] = {
        "erased": done is not None,
        "contacts": [str(one) for one in sorted(made.whom.contacts)],
        "records": [_record(one) for one in records],
        "log_entries": made.log,
        "copies": made.copies,
        "outside": {
            "pushed": [
                {"crm": one.crm, "target": one.target, "table": one.sheet, "id": one.remote_id} for one in made.pushed
            ],
            "backups": [str(path) for path in made.backups],
        },
        "files_not_read": made.unread,
    }
    if done is not None:
        return answer | {"redacted": done.redacted, "kept": done.kept, "scrubbed": done.scrubbed}
    from oppwizard.walk.tracing import told

    return answer | {
        "people": [told(walk, trace) for trace in made.whom.traces],
        "namesakes": [{"id": str(one.contact_id), "name": told(walk, one)} for one in made.whom.others],
        "texts": [_mention(one) for one in made.mentions],
        "files": [{"record": str(one.record_id), "name": one.name} for one in made.files],
    }


def _record(one: "Opened") -> dict[str, Any]:
    return {
        "id": str(one.record_id),
        "open_stage": int(one.after) if one.after else None,
        "open_points": one.points,
        "becomes_incomplete": one.becomes_incomplete,
    }


def _mention(one: "Mention") -> dict[str, Any]:
    return {
        "record": str(one.record_id) if one.record_id else None,
        "where": f"{one.place.table}.{one.place.column}",
        "label": str(one.label),
        "text": one.text,
        "in_log": one.is_former,
    }
