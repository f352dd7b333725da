"""Opening a file: what is created, refused, read only, migrated."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect
from sqlmodel import SQLModel

from oppwizard.data import engine as engine_module, schema
from oppwizard.data.engine import engines
from oppwizard.data.header import MAGIC
from oppwizard.data.store import Batch, Store
from oppwizard.errors import OppwizardError, StoreProblem, StoreReadOnly, StoreTooNew
from oppwizard.model.record import Record

pytestmark = pytest.mark.file

Deal = Callable[..., Record]
Change_ = Callable[..., Batch]
NEWEST = schema.HEAD


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def revision(path: Path) -> str:
    connection = sqlite3.connect(path)
    found: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    connection.close()
    return found


def test_a_new_store_is_its_owners_alone(tmp_path: Path, new_deal: Deal, save: Deal) -> None:
    path = tmp_path / "new" / "name with ? # % and é.db"
    with Store.open(path) as store:
        save(store, new_deal())
        log = path.with_name(path.name + "-wal")

        assert (mode(path), mode(log), mode(path.parent)) == (0o600, 0o600, 0o700)
    assert [child.name for child in path.parent.iterdir()] == [path.name]


def test_an_existing_folder_and_file_keep_their_modes(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    path.touch()
    path.chmod(0o660)
    tmp_path.chmod(0o750)

    Store.open(str(path)).close()

    assert (mode(path), mode(tmp_path)) == (0o660, 0o750)
    assert revision(path) == schema.HEAD


def test_the_pragmas_hold_for_a_new_and_a_known_store(path: Path) -> None:
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}
    for _ in range(2):
        with Store.open(path) as store:
            driver: Any = store._write_connection().connection.driver_connection

            assert {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 2\0 and more", b"\0" * 4096])
def test_a_file_that_is_no_store_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(StoreProblem, match=r"is not a store.*--db"):
        Store.open(path)

    assert path.read_bytes() == content


def test_a_damaged_file_is_refused(path: Path) -> None:
    path.write_bytes(MAGIC + b"\1" * 5000)

    with pytest.raises(StoreProblem):
        Store.open(path)


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (id)")
    connection.close()

    with pytest.raises(StoreProblem, match="another program"):
        Store.open(path)


@pytest.mark.parametrize("make", ["folder", "below a file", "nul"])
def test_impossible_paths_are_refused_with_a_remedy(tmp_path: Path, make: str) -> None:
    (tmp_path / "file").touch()
    path = {"folder": tmp_path, "below a file": tmp_path / "file" / "x.db", "nul": tmp_path / "a\0b"}[make]

    with pytest.raises(StoreProblem) as caught:
        Store.open(path)

    assert caught.value.remedy is not None
    assert caught.value.exit_code == 4


def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    Store.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    with pytest.raises(StoreTooNew, match="newer version"):
        Store.open(path)

    assert revision(path) == "9999"


def test_a_store_without_write_permission_is_read_only(
    path: Path, new_deal: Deal, save: Deal, change: Change_, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(path) as store:
        record = save(store, new_deal(is_sample=True))
    monkeypatch.setattr(engine_module, "_writable", lambda path: False)

    with Store.open(path) as store:
        held = store.load(record.id)
        assert store.read_only
        assert store.data_version() == store.data_version()
        with pytest.raises(StoreReadOnly, match="only be read"):
            store.commit(change(held, held.opportunity, "owner", "x"))
        with pytest.raises(StoreReadOnly):
            store.delete_record(record.id)
        assert held.opportunity.revision == 1


def test_an_empty_file_that_cannot_be_written_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.touch()
    monkeypatch.setattr(engine_module, "_writable", lambda path: False)

    with pytest.raises(StoreReadOnly):
        Store.open(path)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user may look into, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def as_a_user(work: Callable[[], bool]) -> bool:
    """What work says when it runs without root's rights, for which no file is read-only."""
    if os.geteuid() != 0:
        return work()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgid(65534)
            os.setuid(65534)
            os._exit(0 if work() else 1)
        except BaseException:
            os._exit(2)
    return os.waitpid(pid, 0)[1] == 0


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
@pytest.mark.parametrize("folder_mode", [0o555, 0o755])
def test_a_folder_or_file_that_is_really_read_only(
    public_folder: Path, new_deal: Deal, save: Deal, folder_mode: int
) -> None:
    path = public_folder / "store.db"
    with Store.open(path) as store:
        record = save(store, new_deal(owner="Ada"))
    path.chmod(0o444)
    public_folder.chmod(folder_mode)

    def read() -> bool:
        with Store.open(path) as opened:
            return opened.read_only and opened.load(record.id).opportunity.owner == "Ada"

    assert as_a_user(read)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_an_unreadable_file_is_refused(public_folder: Path) -> None:
    path = public_folder / "store.db"
    path.write_bytes(b"x")
    path.chmod(0)

    def refused() -> bool:
        with pytest.raises(StoreProblem, match="cannot be opened"):
            Store.open(path)
        return True

    assert as_a_user(refused)


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A version of the program with one more migration; the folder of its versions."""
    migrations = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(schema, "MIGRATIONS", migrations)
    monkeypatch.setattr(schema, "HEAD", "later")
    return migrations / "versions"


def write_migration(versions: Path, *statements: str) -> None:
    lines = ["from alembic import op", f"revision, down_revision = 'later', {NEWEST!r}", "def upgrade():"]
    (versions / "later.py").write_text("\n".join([*lines, *(f"    {line}" for line in statements)]))


def test_an_older_store_is_backed_up_then_migrated(
    path: Path, new_deal: Deal, save: Deal, request: pytest.FixtureRequest
) -> None:
    with Store.open(path) as store:
        record = save(store, new_deal(owner="Ada"))
    versions: Path = request.getfixturevalue("newer")
    write_migration(versions, "op.execute('CREATE TABLE later (id)')")

    with Store.open(path) as store:
        assert store.load(record.id).opportunity.owner == "Ada"

    (copy,) = path.parent.glob(f"store.db.backup-{NEWEST}-*")
    assert (revision(path), revision(copy), mode(copy)) == ("later", NEWEST, 0o600)


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path, request: pytest.FixtureRequest) -> None:
    Store.open(path).close()
    versions: Path = request.getfixturevalue("newer")
    write_migration(versions, "op.execute('CREATE TABLE half (id)')", "op.execute('nonsense')")

    with pytest.raises(OppwizardError):
        Store.open(path)

    assert revision(path) == NEWEST
    tables = sqlite3.connect(path).execute("SELECT name FROM sqlite_master").fetchall()
    assert ("half",) not in tables


def test_an_older_store_that_cannot_be_written_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    Store.open(path).close()
    request.getfixturevalue("newer")
    monkeypatch.setattr(engine_module, "_writable", lambda path: False)

    with pytest.raises(StoreReadOnly):
        Store.open(path)


@pytest.fixture
def migrated(path: Path) -> Iterator[Engine]:
    """An empty file brought to the newest revision by Alembic's steps alone."""
    opened = engines(path)
    with opened.write.begin() as connection:
        schema.upgrade(connection)
    yield opened.read
    opened.dispose()


def test_the_steps_make_the_tables_of_the_classes(migrated: Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, SQLModel.metadata) == []


def _described(engine: Engine) -> dict[str, Any]:
    found = inspect(engine)
    return {
        table: (
            sorted((column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(table)),
            sorted((index["name"] or "", index["column_names"]) for index in found.get_indexes(table)),
            sorted((key["constrained_columns"], key["referred_table"]) for key in found.get_foreign_keys(table)),
            found.get_pk_constraint(table)["constrained_columns"],
        )
        for table in found.get_table_names()
    }


def test_a_fresh_store_is_the_same_as_a_migrated_one(tmp_path: Path, migrated: Engine) -> None:
    with Store.open(tmp_path / "fresh.db") as store:
        assert _described(store._engines.read) == _described(migrated)


def test_the_newest_revision_is_known_without_alembic() -> None:
    assert ScriptDirectory.from_config(schema.config()).get_current_head() == schema.HEAD


def test_neither_a_fresh_nor_a_current_store_needs_alembic(path: Path) -> None:
    code = (
        "import sys; from oppwizard.data.store import Store; Store.open(sys.argv[1]).close();"
        "Store.open(sys.argv[1]).close(); assert 'alembic' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(schema.__file__).parents[2])}

    subprocess.run([sys.executable, "-c", code, str(path)], check=True, env=environment)
