"""Releases: the changelog's sections, the same bytes each time, and that what is not sound is refused."""

import datetime as dt
import os
import re
import shutil
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools import release
from tools.release import NotReady, bill, check_sdist, check_wheel, locked, pack, section_of, sums, with_section

DAY = dt.date(2026, 12, 1)
EPOCH = "1795000000"
LOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One thing.\n\n## [0.1.0] - 2026-01-01\n\n- First.\n"
PROJECT: dict[str, Any] = tomllib.loads((release.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_what_is_unreleased_comes_under_the_version() -> None:
    made = with_section(LOG, "0.2.0", DAY)
    assert made == LOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n")
    assert section_of(made, "0.2.0")
    assert not section_of(made, "0.2")
    assert not section_of(LOG, "0.2.0")


@pytest.mark.parametrize("text", [LOG.replace("- One thing.", ""), "# Changelog\n", with_section(LOG, "0.2.0", DAY)])
def test_nothing_and_the_same_twice_are_no_release(text: str) -> None:
    with pytest.raises(NotReady):
        with_section(text, "0.2.0", DAY)


@pytest.mark.parametrize("new", ["0.0.9", "1.0.0.0-x", "v9.0.0", "9.0.00", "next"])
def test_a_version_comes_later_and_is_written_as_versions_are(new: str) -> None:
    before = release.VERSION_FILE.read_bytes()
    with pytest.raises(NotReady):
        release.cut(new, DAY)
    assert release.VERSION_FILE.read_bytes() == before


def test_the_changelog_has_the_form_that_a_release_needs() -> None:
    text = release.CHANGELOG.read_text(encoding="utf-8")
    headings = re.findall(r"^## .*$", text, re.MULTILINE)
    assert headings[0] == "## [Unreleased]"
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\S*\] - \d{4}-\d\d-\d\d", each) for each in headings[1:])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Performance"}
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= kinds


def test_the_bill_of_materials_rests_on_a_lock_of_everything() -> None:
    """A new dependency, of the app or of an extra, needs `make lock`."""
    wanted = [
        *PROJECT["dependencies"],
        *(each for extra in PROJECT["optional-dependencies"].values() for each in extra),
    ]
    names = {re.split(r"[<>=!~;\[ ]", each)[0] for each in wanted}
    assert names <= {name for name, _ in locked()}


def _copy(target: Path, umask: int, at: int) -> Path:
    """The source at another place, with other times and permissions."""
    for name in ("src", "docs", "tests", "benchmarks", "tools"):
        shutil.copytree(release.ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.db*"))
    for file in [each for each in release.ROOT.iterdir() if each.is_file()]:
        shutil.copy(file, target)
    for each in target.rglob("*"):
        os.utime(each, (at, at))
        each.chmod((0o777 if each.is_dir() else 0o666) & ~umask)
    return target


@pytest.mark.soak
def test_the_same_source_makes_the_same_bytes(tmp_path: Path) -> None:
    told = []
    for folder, umask, at in (("one", 0o022, 1_700_000_000), ("two/deeper", 0o077, 1_790_000_000)):
        pack(_copy(tmp_path / folder, umask, at), tmp_path / folder / "made", EPOCH)
        told.append(sums(tmp_path / folder / "made"))
    assert told[0] == told[1]
    assert told[0].count("\n") == 2
    made = tmp_path / "one" / "made"
    check_sdist(next(made.glob("*.tar.gz")))
    wheel = next(made.glob("*.whl"))
    check_wheel(wheel)
    _tamper(wheel)
    with pytest.raises(NotReady, match=r"py\.typed"):
        check_wheel(wheel)


def _tamper(wheel: Path) -> None:
    changed = wheel.with_suffix(".new")
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"else" if name.endswith("py.typed") else old.read(name))
    changed.replace(wheel)


@pytest.mark.soak
def test_the_bill_of_materials_is_the_same_each_time() -> None:
    assert bill(EPOCH) == bill(EPOCH)
