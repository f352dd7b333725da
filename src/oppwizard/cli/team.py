"""Commands for a team's store: setting it up, who is in it, one's password, and moving a store into it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, Position, argument, command, option
from oppwizard.cli.session import context_of
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.data.copying import Copied
    from oppwizard.data.store import Store
    from oppwizard.location import TeamUrl

_REFUSED = 1


def add_to(store: typer.Typer) -> None:
    """Add the commands to the group that is about the store."""
    command(store, T("Set a team's store up: tables, roles, and who may see and change what."), "init-team")(init_team)
    command(store, T("Let a database account be a person of the team, or nobody's any more."))(member)
    command(store, T("List the people of the team."))(members)
    command(store, T("Keep your password for the team's store in the keyring."))(login)
    command(store, T("Copy what is in the store into another one, each record once."))(copy)


def _opened(ctx: typer.Context) -> "Store":
    from oppwizard.data.store import Store

    return Store.open(context_of(ctx).place)


def init_team(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Set the team's store up."""
    from oppwizard.cli.output import emit, say

    with _opened(ctx) as store:
        store.team.init()
        people = store.team.members()
    if as_json:
        emit({"store": str(store.place), "members": len(people)})
        return
    say(_("{store} is set up for a team of {count}.", store=str(store.place), count=len(people)))
    if not people:
        say(_("Add its people: {command}", command="oppwizard store member LOGIN NAME --role rep --team TEAM"))


def member(
    ctx: typer.Context,
    login: Annotated[str, argument(T("The database account; it is made where there is none."), "LOGIN")],
    name: Annotated[str | None, argument(T("The person's name, as records have it."), "[NAME]")] = None,
    role: Annotated[Position | None, option(T("What they are to a deal; a sales representative without it."))] = None,
    email: Annotated[str | None, option(T("Their e-mail address."), "--email")] = None,
    team: Annotated[str | None, option(T("Their team; its managers see their records."), "--team")] = None,
    manager: Annotated[str | None, option(T("Who reviews their opportunities."), "--manager")] = None,
    password: Annotated[
        bool,
        option(
            T("Ask for a password for the account; read from standard input where that is no terminal."), "--password"
        ),
    ] = False,
    remove: Annotated[bool, option(T("Let the account be nobody's; their records stay."), "--remove")] = False,
    as_json: AsJson = False,
) -> None:
    """Add, change or remove a person."""
    from dataclasses import asdict, replace

    from oppwizard.cli.output import emit, say
    from oppwizard.data.members import Member
    from oppwizard.errors import InvalidInput

    with _opened(ctx) as store:
        if remove:
            store.team.take(login)
            say(_("{login} is nobody of the team any more.", login=login))
            return
        known = next((one for one in store.team.members() if one.login == login), None)
        if known is None and not (name or "").strip():
            raise InvalidInput(T("A new member needs a name"), T("Say it behind the account."))
        given = {"name": name, "role": role and role.value, "email": email, "team": team, "manager": manager}
        said = {key: " ".join(value.split()) for key, value in given.items() if value is not None}
        one = replace(known or Member(login, "", "", "rep", "", ""), **said)
        store.team.put(one, _asked_password(twice=True) if password else "")
    if as_json:
        emit(asdict(one))
    else:
        say(_("{login} is {name}, {role}.", login=one.login, name=one.name, role=_role(one.role)))


def _role(value: str) -> str:
    from oppwizard.model.enums import UserRole

    return str(UserRole(value).label)


def _asked_password(*, twice: bool) -> str:
    """A password typed without being shown, or a line of standard input.

    Raises:
        InvalidInput: it is empty, or the second time another one.
    """
    import getpass
    import sys

    from oppwizard.errors import InvalidInput

    if not sys.stdin.isatty():
        first = again = sys.stdin.readline().rstrip("\r\n")
    else:
        first = getpass.getpass(f"{_('Password')}: ")
        again = getpass.getpass(f"{_('Again')}: ") if twice else first
    if not first or first != again:
        raise InvalidInput(T("There is no password, or not the same one twice"), T("Try again."))
    return first


def members(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the people."""
    from dataclasses import asdict

    from oppwizard.cli.output import emit, print_table, tell

    with _opened(ctx) as store:
        people = store.team.members()
    if as_json:
        emit([asdict(one) for one in people])
    elif people:
        print_table([[one.login, one.name, _role(one.role), one.team or "-", one.manager or "-"] for one in people])
    else:
        tell(_("The store is not set up for a team."))


def login(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Keep the password, once it is seen to work."""
    from dataclasses import replace

    from oppwizard.cli.output import emit, say
    from oppwizard.data.server import keep_password
    from oppwizard.data.store import Store

    place = _team(ctx)
    password = _asked_password(twice=False)
    with Store.open(replace(place, password=password)) as store:
        one = store.team.me()
    keep_password(place, password)
    name = one.name if one else place.user
    if as_json:
        emit({"store": str(place), "name": name})
    else:
        say(_("The keyring has the password of {name} for {store}.", name=name, store=str(place)))


def _team(ctx: typer.Context) -> "TeamUrl":
    from oppwizard.errors import InvalidInput

    place = context_of(ctx).team
    if place is None:
        raise InvalidInput(T("No team's store is named"), T("Name its address with --db or OPPWIZARD_DB."))
    return place


def copy(
    ctx: typer.Context,
    to: Annotated[str, option(T("The store to copy into: a team's address, or a file."), "--to", metavar="URL")],
    was: Annotated[
        str | None,
        option(
            T("The name you have in the store that is copied; your present one without it."), "--was", metavar="NAME"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy a store into another one."""
    from oppwizard.cli.handoffs import records_bar
    from oppwizard.data.copying import copy as copied
    from oppwizard.data.store import Store
    from oppwizard.errors import InvalidInput
    from oppwizard.location import location

    context = context_of(ctx)
    target = location(to)
    if target == context.place:
        raise InvalidInput(T("A store is not copied into itself"), T("Name another one with --to."))
    with Store.open(context.place) as source, Store.open(target) as other:
        me = other.team.me() if other.is_served else None
        names = {was or context.user: me.name} if me else {}
        with records_bar(as_json=as_json) as told:
            found = copied(source, other, names, told)
    _tell_copied(found, as_json=as_json)
    if found.left or found.refused:
        raise typer.Exit(_REFUSED)


def _tell_copied(found: "Copied", *, as_json: bool) -> None:
    from oppwizard.cli.describing import short
    from oppwizard.cli.output import emit, say

    if as_json:
        emit(_copied_json(found))
        return
    say(_("{new} records were copied; {same} were there already.", new=found.new, same=found.same))
    if found.differing:
        say(_("{count} are there and have been changed since; they were left alone:", count=len(found.differing)))
        say("  " + " ".join(short(one) for one in found.differing))
    for left in found.left:
        say(
            _(
                "{record} {title} was not taken: {problem}",
                record=short(left.id),
                title=left.title,
                problem=str(left.problem),
            )
        )
    for table in found.refused:
        say(_("You may not write {table}: whoever looks after the store copies it.", table=table))


def _copied_json(found: "Copied") -> dict[str, Any]:
    return {
        "new": found.new,
        "same": found.same,
        "differing": [str(one) for one in found.differing],
        "left": [{"id": str(one.id), "title": one.title, "problem": str(one.problem)} for one in found.left],
        "beside": found.beside,
        "refused": found.refused,
    }
