import errno
import os
from pathlib import Path
from typing import Any

import pytest

from oppwizard.errors import InvalidInput, OppwizardError, StoreProblem
from oppwizard.exchange.export import export
from oppwizard.model.record import Record
from oppwizard.walk import Walk


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _failing(real: Any, after: int, code: int) -> Any:
    """A function that does its work some times, then fails once, and works again."""
    calls = iter(range(10_000))

    def call(*args: Any, **options: Any) -> Any:
        if next(calls) == after:
            raise OSError(code, os.strerror(code))
        return real(*args, **options)

    return call


@pytest.mark.parametrize(
    ("name", "after", "existing"),
    [("replace", 0, True), ("replace", 5, True), ("replace", 5, False), ("fsync", 0, False), ("fsync", 3, True)],
)
def test_a_failure_leaves_everything_as_it_was(
    walk: Walk,
    finished: Record,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    after: int,
    existing: bool,
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    if existing:
        for stem in ("opportunities", "accounts", "contacts", "roles", "notes"):
            (folder / f"{stem}.csv").write_text("old")
    before = _contents(folder)
    monkeypatch.setattr(os, name, _failing(getattr(os, name), after, errno.ENOSPC))
    with pytest.raises(StoreProblem, match="disk is full"):
        export(walk, None, "csv", folder)
    assert _contents(folder) == before
    monkeypatch.undo()
    assert export(walk, None, "csv", folder).count == 1


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_a_full_disk_leaves_the_old_file(
    walk: Walk, finished: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    old = tmp_path / f"opportunities.{kind}"
    old.write_text("old")
    monkeypatch.setattr(os, "replace", _failing(os.replace, 0, errno.ENOSPC))
    with pytest.raises(StoreProblem):
        export(walk, None, kind, tmp_path)
    assert old.read_text() == "old"
    assert not list(tmp_path.glob("*.part"))
    assert not list(tmp_path.glob(".*"))


@pytest.mark.file
def test_a_failure_while_reading_leaves_nothing(
    walk: Walk, finished: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr("oppwizard.exchange.csv_lines.run", fails)
    with pytest.raises(RuntimeError):
        export(walk, None, "csv", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_is_a_file(walk: Walk, finished: Record, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput) as refused:
        export(walk, None, "csv", tmp_path / "file")
    assert refused.value.remedy is not None


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind here")
def test_a_folder_that_may_not_be_written(walk: Walk, finished: Record, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(OppwizardError):
        export(walk, None, "csv", folder)


def test_a_link_stays_a_link(walk: Walk, finished: Record, tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text("old")
    link = tmp_path / "link.json"
    link.symlink_to(real)
    export(walk, [finished.id], "json", link)
    assert link.is_symlink()
    assert real.read_text("utf-8").startswith("{")
