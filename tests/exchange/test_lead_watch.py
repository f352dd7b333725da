"""A folder of lead lists (A1): only whole files are read, each once, and a bad one stops nothing."""

import sqlite3
from pathlib import Path

import pytest

from oppwizard.data.store import Store
from oppwizard.exchange.leads import watching
from oppwizard.exchange.leads.watching import QUIET, Arrival, Reading, Watch
from oppwizard.walk import Walk

ROW = "Harbor Tools,Ada Lind\n"
HEAD = "Company,Contact\n"


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop"
    made.mkdir()
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(walk: Walk, folder: Path, clock: Clock) -> Watch:
    return Watch(walk, folder, Reading(), clock)


def later(watch: Watch, clock: Clock, by: float = QUIET) -> list[Arrival]:
    clock.now += by
    return list(watch.look())


def settled(watch: Watch, clock: Clock) -> list[Arrival]:
    """What is read once everything that is there has stayed as it is."""
    return [*later(watch, clock), *later(watch, clock)]


def test_a_file_is_read_when_nobody_has_changed_it_for_a_while(watch: Watch, folder: Path, clock: Clock) -> None:
    path = folder / "a.csv"
    path.write_text(HEAD, "utf-8")
    assert later(watch, clock) == []
    for _piece in range(3):
        with path.open("a", encoding="utf-8") as stream:
            stream.write(ROW)
        assert later(watch, clock) == []
    assert later(watch, clock, QUIET / 2) == []
    (arrival,) = later(watch, clock, QUIET / 2)
    assert arrival.report is not None
    assert arrival.report.rows == 3
    assert arrival.moved == folder / "done" / "a.csv"
    assert not path.exists()
    assert settled(watch, clock) == []


def test_a_file_under_another_ending_is_not_looked_at_until_it_is_renamed(
    watch: Watch, folder: Path, clock: Clock
) -> None:
    for name in ("a.csv.part", ".hidden.csv", "~lock.csv", "notes.md", "old.faults.csv"):
        (folder / name).write_text(HEAD + ROW, "utf-8")
    (folder / "empty.csv").touch()
    (folder / "folder.csv").mkdir()
    assert settled(watch, clock) == []
    (folder / "a.csv.part").rename(folder / "a.csv")
    assert [arrival.path.name for arrival in settled(watch, clock)] == ["a.csv"]


def test_a_bad_file_goes_to_failed_with_its_reason_and_the_next_is_read(
    watch: Watch, folder: Path, clock: Clock, walk: Walk
) -> None:
    (folder / "a.json").write_text("{", "utf-8")
    (folder / "b.csv").write_text("x,y\n1,2\n", "utf-8")
    (folder / "c.csv").write_text("Company,Target date\nHarbor,03/04/2027\n", "utf-8")
    (folder / "d.csv").write_text(HEAD + ROW, "utf-8")
    arrivals = settled(watch, clock)
    assert [arrival.problem is None for arrival in arrivals] == [False, False, False, True]
    failed = {path.name for path in (folder / "failed").iterdir()}
    assert failed == {name for each in ("a.json", "b.csv", "c.csv") for name in (each, f"{each}.why.txt")}
    assert "--day-first" in (folder / "failed" / "c.csv.why.txt").read_text("utf-8")
    assert len(list(walk.store.ids())) == 1


def test_a_fault_of_the_program_stops_nothing(
    watch: Watch, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(watching, "import_leads", broken)
    (folder / "a.csv").write_text(HEAD + ROW, "utf-8")
    (arrival,) = settled(watch, clock)
    assert "ZeroDivisionError" in str(arrival.problem)
    assert arrival.moved == folder / "failed" / "a.csv"


def test_rows_that_cannot_be_taken_are_listed_beside_the_file(watch: Watch, folder: Path, clock: Clock) -> None:
    (folder / "a.csv").write_text(f"{HEAD}{ROW}one\n", "utf-8")
    (arrival,) = settled(watch, clock)
    assert arrival.report is not None
    assert arrival.report.fault_file == folder / "done" / "a.faults.csv"
    assert arrival.report.fault_file.is_file()


def test_a_file_of_the_same_name_is_kept_beside_the_first(watch: Watch, folder: Path, clock: Clock) -> None:
    for text in (ROW, "Meridian,Bo\n", ROW):
        (folder / "a.csv").write_text(HEAD + text, "utf-8")
        assert len(settled(watch, clock)) == 1
    assert sorted(path.name for path in (folder / "done").iterdir()) == ["a-2.csv", "a-3.csv", "a.csv"]


def test_the_same_leads_sent_again_change_nothing(watch: Watch, folder: Path, clock: Clock) -> None:
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(HEAD + ROW, "utf-8")
    first, second = settled(watch, clock)
    assert first.report is not None
    assert second.report is not None
    assert (first.report.changed, second.report.changed) == (True, False)


def test_a_store_that_cannot_be_written_is_tried_again(
    watch: Watch, folder: Path, clock: Clock, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.csv").write_text(HEAD + ROW, "utf-8")
    with monkeypatch.context() as patched:
        error = sqlite3.OperationalError("database is locked")

        def locked(_store: Store, *_batches: object) -> None:
            from oppwizard.data.trouble import translated

            with translated(walk.store.path):
                raise error

        patched.setattr(Store, "commit_all", locked)
        (arrival,) = settled(watch, clock)
        assert (arrival.problem is None, arrival.moved) == (False, None)
    assert [each.moved for each in later(watch, clock)] == [folder / "done" / "a.csv"]


def test_a_file_that_cannot_be_moved_is_read_once(
    watch: Watch, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fixed(_self: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", fixed)
    (folder / "a.csv").write_text(HEAD + ROW, "utf-8")
    (arrival,) = settled(watch, clock)
    assert arrival.moved is None
    assert settled(watch, clock) == []
    with (folder / "a.csv").open("a", encoding="utf-8") as stream:
        stream.write("Meridian,Bo\n")
    assert len(settled(watch, clock)) == 1
