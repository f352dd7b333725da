"""A damaged store: said, never written to, and replaced by its last good backup."""

import datetime as dt
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.data.examining import examine
from oppwizard.data.queries import ListQuery
from oppwizard.data.restoring import restore
from oppwizard.data.rotation import Kept, take
from oppwizard.data.shelf import backups_of, typed
from oppwizard.data.store import Author, Batch, Edit, Op, Store
from oppwizard.errors import InvalidInput, NotFound, OppwizardError, StoreDamaged, StoreProblem, StoreTooNew
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import Stage
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Note
from oppwizard.model.record import Record
from tests.conftest import Template
from tests.damage import WAYS, bytes_of, spoil_a_table

pytestmark = pytest.mark.file

Deal = Callable[..., Record]
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LATER = NOON + dt.timedelta(hours=30)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, UUID]:
    """The folder of a store that is closed and has a backup, and the identity of its record."""
    path = tmp_path_factory.mktemp("closed") / "store.db"
    account = Account(dba="Acme", name_key="acme")
    record = Record(Opportunity(account_id=account.id, owner="Ada"), account)
    contact = Contact(account_id=account.id, name="Grace Hopper")
    person = Stakeholder(opportunity_id=record.id, contact_id=contact.id)
    note = Note(opportunity_id=record.id, body="first")
    rows = (account, record.opportunity, contact, person, note)
    with Store.open(path) as store:
        store.commit(Batch(record, [Edit(Op.INSERT, type(row), row.id, new=row) for row in rows], {}, Author("rep")))
    take(path, Kept(), NOON)
    return path.parent, record.id


@pytest.fixture
def kept(path: Path, closed: tuple[Path, UUID]) -> UUID:
    """The identity of a record in a store that is closed and has a backup."""
    shutil.copytree(closed[0], path.parent, dirs_exist_ok=True)
    return closed[1]


def use(path: Path) -> None:
    """What the app does first."""
    with Store.open(path) as store:
        store.page(ListQuery())


@pytest.mark.parametrize("way", WAYS)
def test_damage_is_said_with_the_way_back_and_the_file_left_alone(path: Path, kept: UUID, way: str) -> None:
    WAYS[way](path)
    before = bytes_of(path)

    for _ in range(2):
        with pytest.raises(StoreDamaged) as caught:
            use(path)
        assert typed(path, "restore") in str(caught.value)
        assert caught.value.exit_code == 4
    assert bytes_of(path) == before
    assert way == "gone" or [one.name for one in examine(path) if not one.is_sound]


@pytest.mark.parametrize("way", WAYS)
def test_a_backup_takes_the_place_of_whatever_is_damaged(path: Path, kept: UUID, way: str) -> None:
    WAYS[way](path)
    before = bytes_of(path)

    done = restore(path, None, LATER)

    with Store.open(path) as store:
        assert store.load(kept).opportunity.owner == "Ada"
    if done.aside is not None:
        aside = {name.replace(done.aside.name, path.name): data for name, data in bytes_of(done.aside).items()}
        assert aside == before
    assert all(one.is_sound for one in examine(path))
    assert not [each.name for each in path.parent.iterdir() if each.name.startswith(".")]


@pytest.mark.parametrize("way", ["first bytes", "a page", "cut off", "its log"])
def test_without_a_backup_it_says_how_to_see_what_is_wrong(path: Path, kept: UUID, way: str) -> None:
    shutil.rmtree(path.with_name(f"{path.name}.backups"))
    WAYS[way](path)

    with pytest.raises(StoreProblem) as caught:
        use(path)

    assert typed(path, "check") in str(caught.value) or "is not a store" in str(caught.value)


def test_nothing_is_written_once_damage_was_seen(path: Path, kept: UUID, change: Callable[..., Batch]) -> None:
    with Store.open(path) as store:
        record = store.load(kept)
        spoil_a_table(path, "note")
        store._engines.read.dispose()
        with pytest.raises(StoreDamaged):
            store.load(kept)
        with pytest.raises(StoreDamaged):
            store.commit(change(record, record.opportunity, "owner", "Grace"))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT owner FROM opportunity").fetchall() == [("Ada",)]


def test_a_log_that_was_cut_off_by_a_power_cut_is_no_damage(
    path: Path, store: Store, new_deal: Deal, save: Deal
) -> None:
    """The last transaction was never acknowledged: what lies before it is there."""
    record = save(store, new_deal(owner="Ada"))
    copy = path.with_name("after.db")
    shutil.copy(path, copy)
    log = path.with_name(f"{path.name}-wal").read_bytes()
    copy.with_name(f"{copy.name}-wal").write_bytes(log + log[32 : 32 + 3000])

    with Store.open(copy) as after:
        assert after.load(record.id).opportunity.owner == "Ada"


@pytest.mark.parametrize("log", [b"", b"\0" * 4096, b"\0" * 7])
def test_a_log_that_was_never_begun_is_no_damage(path: Path, kept: UUID, log: bytes) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(log)

    use(path)


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM contact", "UPDATE opportunity SET status = 'crebted'", "UPDATE opportunity SET created_at = 'once'"],
)
def test_values_that_nobody_wrote_are_no_traceback(path: Path, kept: UUID, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()

    with Store.open(path) as store, pytest.raises(StoreProblem) as caught:
        store.load(kept)
    assert typed(path, "check") in str(caught.value)
    assert not all(one.is_sound for one in examine(path))


# Restoring


def test_a_backup_that_is_damaged_itself_is_passed_over(path: Path, kept: UUID) -> None:
    worse = take(path, Kept(), LATER).path
    spoil_a_table(worse)

    done = restore(path, None, LATER)

    assert (done.source, done.passed_over) == (backups_of(path)[1].path, (worse,))


def test_what_cannot_be_restored_changes_nothing(path: Path, kept: UUID, tmp_path: Path) -> None:
    letter, missing, broken, newer = (tmp_path / name for name in ("letter", "missing", "broken.db", "newer.db"))
    letter.write_text("Dear diary, " * 100)
    for copy in (broken, newer):
        shutil.copy(path, copy)
    spoil_a_table(broken)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = bytes_of(path)

    tried: tuple[tuple[Path, type[OppwizardError]], ...] = (
        *((letter, InvalidInput), (missing, NotFound), (broken, InvalidInput)),
        *((newer, StoreTooNew), (path, InvalidInput)),
    )
    for source, kind in tried:
        with pytest.raises(kind):
            restore(path, source, LATER)

    assert bytes_of(path) == before
    assert not list(path.parent.glob("*before-restore*"))


def test_a_store_that_somebody_has_open_is_not_replaced(path: Path, kept: UUID) -> None:
    """A program with the file open would go on writing to what was set aside. Locks count between processes alone."""
    import os

    with Store.open(path) as store:
        store.load(kept)
        child = os.fork()
        if child == 0:
            try:
                restore(path, None, LATER)
            except StoreProblem as problem:
                os._exit(7 if "has" in str(problem) and "open" in str(problem) else 1)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert not list(path.parent.glob("*before-restore*"))
    assert restore(path, None, LATER).aside is not None


def test_a_restored_store_has_the_permissions_of_the_one_before(path: Path, kept: UUID) -> None:
    path.chmod(0o660)
    restore(path, None, LATER)

    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_there_is_a_store_or_its_copy_at_every_instant_of_a_restoring(
    path: Path, kept: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two renames, a restoring has lost nothing, and can be repeated."""
    before = path.read_bytes()
    replace = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target == path:
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            restore(path, None, LATER)

    assert path.read_bytes() == before
    restore(path, None, LATER + dt.timedelta(seconds=5))
    use(path)


# Examining


@pytest.mark.parametrize("stage", [None, Stage.CREATION])
def test_a_sound_store_is_sound_in_everything(template: Template, stage: Stage | None) -> None:
    outcomes = list(examine(template(stage)[0]))

    assert [one.name for one in outcomes] == ["file", "pages", "references", "schema", "log"]
    assert not [fault for one in outcomes for fault in one.faults]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE opportunity SET business_problem = 'never typed by anybody'", "log"),
        ("DELETE FROM change", "log"),
        ("DELETE FROM contact", "references"),
        ("UPDATE alembic_version SET version_num = '9999'", "schema"),
    ],
)
def test_what_no_page_shows_is_found(template: Template, path: Path, statement: str, name: str) -> None:
    shutil.copy(template(None)[0], path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()

    assert name in [one.name for one in examine(path) if not one.is_sound]
