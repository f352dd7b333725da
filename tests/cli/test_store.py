"""`oppwizard store`: checking, backing up, restoring, migrating; and what any command says of a damaged store."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.data import schema
from oppwizard.data.shelf import backups_of, folder_of, typed
from tests.cli.conftest import Command
from tests.damage import WAYS, bytes_of, spoil_a_table

pytestmark = pytest.mark.file


def test_a_sound_store_is_said_to_be_sound(cli: Command, sample: str) -> None:
    told = cli("store", "check")
    assert told.code == 0
    assert "NOT SOUND" not in told.out

    answer = cli("store", "check", "--json").json
    assert answer["sound"]
    assert [one["name"] for one in answer["checks"]] == ["file", "pages", "references", "schema", "log"]


def test_a_damaged_store_is_said_to_be_damaged_and_is_restored_by_the_command_that_is_said(
    cli: Command, context: Context, sample: str
) -> None:
    cli("store", "backup")
    spoil_a_table(context.store)

    told = cli("store", "check")
    answer = cli("store", "check", "--json")
    command = typed(context.store, "restore")
    assert (told.code, answer.code) == (4, 4)
    assert "NOT SOUND" in told.out
    assert command in told.err
    assert not answer.json["sound"]
    assert "corruption" in str(answer.json["checks"][-1]["faults"]) or answer.json["checks"][-1]["faults"]

    restored = cli(*command.split()[1:], "--json").json
    assert Path(restored["aside"]).is_file()
    assert cli("show", sample).code == 0
    assert cli("store", "check").code == 0


@pytest.mark.parametrize("way", WAYS)
def test_every_command_says_what_is_wrong_and_how_to_go_on(
    cli: Command, context: Context, sample: str, way: str
) -> None:
    cli("store", "backup")
    WAYS[way](context.store)
    before = bytes_of(context.store)

    for arguments in (
        ("list",),
        ("set", sample, "owner=Ada"),
        ("export", "--format", "json", "--all"),
        ("new", "Acme"),
    ):
        told = cli(*arguments)
        assert told.code == 4, arguments
        assert typed(context.store, "restore") in told.out + told.err
        assert "Traceback" not in told.out + told.err
    assert cli("list", "--json").json["error"]["kind"] == ("store_lost" if way == "gone" else "store_damaged")
    assert bytes_of(context.store) == before
    assert cli("store", "restore").code == 0
    assert cli("show", sample).code == 0


def test_backups_are_made_and_listed(cli: Command, context: Context, sample: str, tmp_path: Path) -> None:
    assert "There is no backup" in cli("store", "backup", "--list").err
    made = cli("store", "backup", "--json").json
    own = cli("store", "backup", "--out", str(tmp_path / "mine.db")).out.strip()

    listed = cli("store", "backup", "--list", "--json").json["backups"]

    assert [one["path"] for one in listed] == [made["backup"]]
    assert listed[0]["bytes"] == made["bytes"] > 0
    assert Path(made["backup"]).parent == folder_of(context.store)
    assert Path(own) == tmp_path / "mine.db"
    assert cli("store", "backup", "--out", own).code == 3, "it overwrites nothing"
    assert made["backup"] in cli("store", "backup", "--list").out


def test_a_backup_needs_no_playbook_that_can_be_read(
    cli: Command, context: Context, sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = tmp_path / "playbook.toml"
    faulty.write_text("[backups]\ndaily = 'many'\n")
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(faulty))

    assert cli("store", "backup").code == 0
    assert cli("store", "check").code == 0
    assert cli("store", "restore").code == 0


def test_what_cannot_be_restored_is_refused(cli: Command, context: Context, sample: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.db"
    letter.write_text("Dear diary")

    assert cli("store", "restore").code == 3, "there is none"
    assert cli("store", "restore", str(letter)).code == 3
    assert cli("store", "restore", str(tmp_path / "missing")).code == 3
    assert cli("store", "restore", str(context.store)).code == 3
    assert cli("show", sample).code == 0


def test_without_a_store_there_is_nothing_to_look_after(cli: Command, context: Context) -> None:
    for command in ("check", "backup", "migrate"):
        assert cli("store", command).code == 3
    assert not context.store.exists()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_command_behind_store_is_asked_for(cli: Command, language: str) -> None:
    told = cli("store", "--lang", language)
    assert told.code == 2
    assert "oppwizard store --help" in told.err
    assert "Missing" not in told.err


# Migrating


@pytest.fixture
def older(context: Context, sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The revision of a store that is one step behind."""
    before, migrations = schema.HEAD, tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    step = ['"""A table for later."""', "from alembic import op", f"revision, down_revision = 'later', {before!r}"]
    step += ["def upgrade():", "    op.execute('CREATE TABLE later (id)')"]
    (migrations / "versions" / "later.py").write_text("\n".join(step))
    monkeypatch.setattr(schema, "MIGRATIONS", migrations)
    monkeypatch.setattr(schema, "HEAD", "later")
    return before


def revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_an_older_store_is_migrated_after_a_backup_and_not_by_a_dry_run(
    cli: Command, context: Context, older: str
) -> None:
    dry = cli("store", "migrate", "--dry-run", "--json").json
    steps = [{"revision": "later", "what": "A table for later."}]
    assert dry == dry | {"from": older, "to": "later", "steps": steps, "migrated": False, "backup": None}
    assert "A table for later." in cli("store", "migrate", "--dry-run").out
    assert revision(context.store) == older
    assert "later" in cli("store", "check").out

    done = cli("store", "migrate", "--json").json

    assert done["migrated"]
    assert (revision(context.store), revision(Path(done["backup"]))) == ("later", older)
    assert [one.revision for one in backups_of(context.store)] == [older]
    assert "nothing to do" in cli("store", "migrate").out


def test_a_backup_of_an_older_version_is_migrated_when_it_is_used(cli: Command, context: Context, older: str) -> None:
    cli("store", "migrate")
    restored = cli("store", "restore", "--json").json

    assert revision(Path(restored["backup"])) == older == revision(context.store)
    assert cli("list").code == 0
    assert revision(context.store) == "later"
