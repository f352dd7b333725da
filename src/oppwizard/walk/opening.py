"""Opening a store with the playbook that judges it."""

from dataclasses import replace
from pathlib import Path

from oppwizard.context import Context
from oppwizard.data.store import Store
from oppwizard.playbook import Playbook, load_playbook
from oppwizard.walk.service import Walk


def open_walk(context: Context, path: Path | None = None, playbook: Playbook | None = None) -> Walk:
    """Open the context's store with the context's playbook, or with another one.

    Raises:
        StoreProblem: the store cannot be opened.
        FaultyPlaybook: the playbook cannot be used; says all that is wrong with it.
    """
    playbook = playbook or load_playbook(context.playbook, context.organisation)
    store = Store.open(path or context.place)
    if store.is_served:
        try:
            _introduced(context, store)
        except BaseException:
            store.close()
            raise
    return Walk(store, playbook, context)


def _introduced(context: Context, store: Store) -> None:
    """At a team's store the database says who somebody is."""
    one = store.team.me()
    if one is not None:
        context.user = one.name
        context.me = replace(
            context.me, name=one.name, email=one.email, role=one.role, team=one.team, manager=one.manager
        )
