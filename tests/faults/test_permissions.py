"""Rights that are not there, or are taken away while the store is open.

For root no file is read-only, so each test runs as nobody in a child of this process: it is forked, so that it has the
interpreter and its modules already, and gives root's rights up.
"""

import os
import sqlite3
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from oppwizard.cli.running import run
from oppwizard.data.rotation import Kept, take
from oppwizard.data.shelf import backups_of
from oppwizard.data.store import Store
from oppwizard.errors import StoreProblem
from oppwizard.model.findings import address
from oppwizard.walk import Walk, open_walk
from tests.conftest import make_context

pytestmark = [pytest.mark.file, pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX permissions")]
NOBODY = 65_534


def as_nobody(work: Callable[[], None]) -> None:
    """Run something without root's rights; fails as it does."""
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            os.environ |= {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}  # root's own may not be read
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "see the child's traceback"


@pytest.fixture
def path() -> Iterator[Path]:
    """A store in a folder that belongs to nobody."""
    import shutil

    folder = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder / "store.db"
    folder.chmod(0o700)
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _home(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has a home of their own."""
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(path.parent / "playbook.toml"))
    monkeypatch.delenv("OPPWIZARD_DB", raising=False)


def begun(path: Path) -> Walk:
    walk = open_walk(make_context(path))
    walk.start("Acme")
    return walk


def answer(walk: Walk, text: str) -> None:
    """Answer a question of the only record."""
    record = walk.load(next(walk.store.ids()))
    walk.save(walk.set(record, address("budget_source"), text))


def stored(path: Path) -> str | None:
    with closing(sqlite3.connect(path)) as connection:
        found: str | None = connection.execute("SELECT budget_source FROM opportunity").fetchone()[0]
        return found


@pytest.mark.parametrize("at", ["file", "folder"])
def test_what_may_only_be_read_is_read_and_a_change_is_refused(path: Path, at: str) -> None:
    def work() -> None:
        begun(path).store.close()
        before = path.read_bytes()
        (path if at == "file" else path.parent).chmod(0o400 if at == "file" else 0o500)
        assert run(["list", "--db", str(path)]) == 0
        assert run(["new", "Other", "--db", str(path)]) == 4
        assert run(["store", "check", "--db", str(path)]) == 0
        assert path.read_bytes() == before

    as_nobody(work)


def test_a_folder_that_may_not_be_written_takes_no_backup_and_says_so(path: Path) -> None:
    def work() -> None:
        with begun(path).store:
            path.parent.chmod(0o500)
            with pytest.raises(StoreProblem, match="cannot be made"):
                take(path, Kept(), make_context(path).now)
        assert not backups_of(path)

    as_nobody(work)


def test_rights_that_are_taken_away_while_it_is_open_lose_nothing(path: Path) -> None:
    """What SQLite has open it goes on writing; what it cannot write is refused, and saved once it can be again."""

    def work() -> None:
        walk = begun(path)
        answer(walk, "The CFO")
        for rights, folder in ((0o400, 0o500), (0o000, 0o500)):
            path.chmod(rights)
            path.parent.chmod(folder)
            try:
                answer(walk, "The CEO")
                said = "The CEO"
            except StoreProblem:
                said = "The CFO"
            path.parent.chmod(0o700)
            path.chmod(0o600)
            assert walk.load(next(walk.store.ids())).opportunity.budget_source == said
        answer(walk, "Both")
        walk.store.close()
        assert stored(path) == "Both"

    as_nobody(work)


def test_a_store_that_is_moved_away_while_it_is_open_takes_nothing_more(path: Path) -> None:
    """SQLite would go on writing to the file under its new name, or to one that has none any more."""

    def work() -> None:
        walk = begun(path)
        answer(walk, "The CFO")
        away = path.with_name("away.db")
        path.rename(away)
        with pytest.raises(StoreProblem, match=r"moved.*Put it back"):
            answer(walk, "The CEO")
        away.rename(path)
        answer(walk, "The CEO")
        walk.store.close()
        assert stored(path) == "The CEO"

    as_nobody(work)


def test_a_store_that_may_not_be_looked_at_is_refused_with_a_remedy(path: Path) -> None:
    def work() -> None:
        begun(path).store.close()
        path.chmod(0)
        with pytest.raises(StoreProblem, match="permissions"):
            Store.open(path)
        assert run(["list", "--db", str(path)]) == 4
        path.chmod(0o600)
        assert run(["list", "--db", str(path)]) == 0

    as_nobody(work)
