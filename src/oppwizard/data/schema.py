"""Bringing a file to this version's tables, without importing Alembic where there is nothing to do."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, insert, inspect, select
from sqlmodel import SQLModel

from oppwizard.data import history, match_keys, served
from oppwizard.data.backup import backup, revision_in
from oppwizard.data.engine import set_foreign_keys
from oppwizard.data.shelf import before_migration
from oppwizard.data.tables import MODELS, Audit, Blob, Change, Message, Pending, Pushed, table_of
from oppwizard.data.trouble import read_only, translated
from oppwizard.errors import StoreProblem, StoreTooNew
from oppwizard.i18n import T
from oppwizard.location import Location, TeamUrl

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "0013"
"""The newest revision in `migrations/versions`; a test holds the two together."""
MIGRATIONS: Final = Path(__file__).with_name("migrations")
_ALEMBIC: Final = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def ensure(reader: Engine, writer: Engine, path: Location, *, writable: bool) -> None:
    """Create, migrate or accept the store's tables; an older file is backed up first.

    Raises:
        StoreTooNew: a newer version wrote the file.
        StoreReadOnly: the file is older than this version and cannot be written.
        StoreProblem: the file belongs to another program.
    """
    with translated(path):
        with reader.connect() as connection:
            found = _revision(connection, path)
        if found == HEAD:
            return
        if found is not None:
            _refuse_unknown(found, path)
        if not writable:
            raise read_only(path)
        with writer.connect() as connection:
            if isinstance(path, TeamUrl):
                _migrate_served(connection, path)
            else:
                _migrate(connection, path)


def _revision(connection: Connection, path: Location) -> str | None:
    """The revision a store is at, None for an empty one."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        revision: str | None = connection.scalar(select(_ALEMBIC.c.version_num))
        return revision
    if tables:
        raise StoreProblem(T("{path} is a database of another program.", path=path), T("Name another file with --db."))
    return None


def config() -> "Config":
    """Alembic's settings, as an ``alembic.ini`` would hold them."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "newline")
    return settings


def _refuse_unknown(revision: str, path: Location) -> None:
    if revision in steps():
        return
    raise StoreTooNew(
        T("{path} was written by a newer version of oppwizard.", path=path),
        T("Update oppwizard, or name another store with --db."),
    )


def refuse_newer(path: Path) -> str | None:
    """Refuse a file of a newer version; the revision of any other.

    Raises:
        StoreTooNew: a newer version wrote it.
        StoreProblem: it cannot be read.
    """
    found = revision_in(path)
    if found is not None and found != HEAD:
        _refuse_unknown(found, path)
    return found


def steps() -> dict[str, str]:
    """Every revision, the oldest first, with what its migration does."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(config()).walk_revisions()
    return {script.revision: script.doc.splitlines()[0] if script.doc else "" for script in reversed(list(scripts))}


def _migrate(connection: Connection, path: Path) -> None:
    """Upgrade under the write lock: of two programs that start at once, one does it and the other finds it done."""
    set_foreign_keys(connection, enforced=False)  # SQLite rebuilds a table to alter it; nothing may cascade meanwhile
    try:
        with connection.begin():
            found = _revision(connection, path)
            if found == HEAD:
                return
            if found is None:
                create(connection)
                return
            backup(path, before_migration(path, found, dt.datetime.now(dt.UTC)))
            upgrade(connection)
            _refuse_broken(connection, path)
    finally:
        set_foreign_keys(connection, enforced=True)


def _migrate_served(connection: Connection, place: TeamUrl) -> None:
    """Upgrade a team's database; of two who begin at once the second waits, and finds it done.

    Raises:
        StoreProblem: the account may not: whoever looks after the store has to do it.
    """
    with connection.begin():
        served.alone(connection)
        found = _revision(connection, place)
        if found == HEAD:
            return
        if not served.may_create(connection):
            raise StoreProblem(
                T("The team's store {store} is not set up for this version.", store=place.name),
                T("Whoever looks after it runs: oppwizard store init-team"),
            )
        if found is None:
            create(connection)
        else:
            upgrade(connection)
        served.finish(connection)
        _renew_rules(connection)


def _renew_rules(connection: Connection) -> None:
    """Bring the rules of a team to this version too, where the store is set up for one."""
    from oppwizard.data import members, team

    if members.has_members(connection):
        team.init_team(connection)


def create(connection: Connection) -> None:
    """Make an empty file's tables from the classes: the same ones as `upgrade` makes, a test sees to it.

    Importing Alembic would take longer than all the rest of a first start.
    """
    beside = (Change, Pending, Blob, Audit, Message, Pushed, *match_keys.TABLES, history.PastDeal)
    tables = [table_of(model) for model in (*MODELS, *beside)]
    SQLModel.metadata.create_all(connection, tables, checkfirst=False)
    _ALEMBIC.create(connection, checkfirst=False)
    connection.execute(insert(_ALEMBIC).values(version_num=HEAD))


def upgrade(connection: Connection) -> None:
    """Run every step that a file has not seen, in the transaction of its connection."""
    from alembic import command

    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def _refuse_broken(connection: Connection, path: Path) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise StoreProblem(
            T("{path} cannot be updated: rows refer to missing ones.", path=path),
            T("The file was left as it was; restore a backup or ask for help."),
        )


def steps_after(revision: str | None) -> dict[str, str]:
    """The migrations that a file at a revision has not seen, in their order."""
    known = list(steps().items())
    seen = next((number for number, (name, _) in enumerate(known) if name == revision), -1)
    return dict(known[seen + 1 :])
