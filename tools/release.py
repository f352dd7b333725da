"""A release: what is built, checked and written beside it. See docs/releasing.md.

python tools/release.py cut 0.2.0     the version, and its section of the changelog
python tools/release.py build         dist/: sdist, wheel, bill of materials, SHA256SUMS; --trial for a look
"""

import argparse
import base64
import csv
import datetime as dt
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import Any, Final

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.metadata import Metadata
from packaging.version import InvalidVersion, Version

ROOT: Final = Path(__file__).resolve().parent.parent
VERSION_FILE: Final = ROOT / "src" / "oppwizard" / "__init__.py"
CHANGELOG: Final = ROOT / "CHANGELOG.md"
LOCK: Final = ROOT / "requirements-extras.lock"
"""Everything that the app can bring with it, extras included, with hashes."""
_VERSION: Final = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
_UNRELEASED: Final = "## [Unreleased]\n"
_SPEC: Final = "1.6"


class NotReady(Exception):
    """Why there is no release."""


def main() -> None:
    """Do what is asked for."""
    parser = argparse.ArgumentParser(description="Releases.")
    steps = parser.add_subparsers(dest="step", required=True)
    cutting = steps.add_parser("cut", help="set the version, and close its section of the changelog")
    cutting.add_argument("version")
    building = steps.add_parser("build", help="build dist/ and check it")
    building.add_argument("--trial", action="store_true", help="although the source is not that of a release")
    building.add_argument("--out", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    try:
        if options.step == "cut":
            cut(options.version, dt.datetime.now(dt.UTC).date())
        else:
            build(options.out.resolve(), trial=options.trial)
    except NotReady as why:
        sys.exit(f"no release: {why}")


def version() -> str:
    """The version: it stands in one place."""
    found = _VERSION.search(VERSION_FILE.read_text(encoding="utf-8"))
    assert found, f"no version in {VERSION_FILE}"
    return found[1]


# The version and the changelog


def cut(new: str, day: dt.date) -> None:
    """Write the version and date its section of the changelog.

    Raises:
        NotReady: it is no version, not a later one, or there is nothing to release.
    """
    text = with_section(CHANGELOG.read_text(encoding="utf-8"), _later(new), day)
    source = VERSION_FILE.read_text(encoding="utf-8")
    VERSION_FILE.write_text(_VERSION.sub(f'__version__ = "{new}"', source), encoding="utf-8")
    CHANGELOG.write_text(text, encoding="utf-8")
    print(f"{new}: look at `git diff`, commit, tag v{new}, then `make release`")


def with_section(text: str, new: str, day: dt.date) -> str:
    """The changelog with all that is unreleased under a version.

    Raises:
        NotReady: nothing is unreleased, or the version has a section.
    """
    before, found, after = text.partition(_UNRELEASED)
    unreleased = re.split(r"^## \[", after, maxsplit=1, flags=re.MULTILINE)[0]
    if not found or "\n- " not in unreleased:
        raise NotReady("the changelog says of nothing that it is unreleased")
    if section_of(text, new):
        raise NotReady(f"the changelog has a section for {new} already")
    return f"{before}{_UNRELEASED}\n## [{new}] - {day.isoformat()}\n{after}"


def section_of(text: str, named: str) -> str | None:
    """The heading of a version's section of the changelog, if it is dated."""
    found = re.search(rf"^## \[{re.escape(named)}\] - \d{{4}}-\d\d-\d\d$", text, re.MULTILINE)
    return found[0] if found else None


def _later(new: str) -> str:
    now = version()
    try:
        if Version(new) < Version(now) or str(Version(new)) != new:
            raise NotReady(f"{new} does not come after {now}, or is not written as versions are")
    except InvalidVersion as error:
        raise NotReady(str(error)) from error
    return new


# Building


def build(out: Path, *, trial: bool = False) -> None:
    """Build, check, and write what goes with it. Nothing is left where something is wrong.

    Raises:
        NotReady: the source is not that of a release, or what was built is not sound.
    """
    if not trial:
        _check_source()
    epoch = _git("log", "-1", "--format=%ct").strip()
    with tempfile.TemporaryDirectory(prefix="oppwizard-release-") as folder:
        made = Path(folder, "dist")
        pack(ROOT, made, epoch)
        check(made)
        (made / f"oppwizard-{version()}.cdx.json").write_text(bill(epoch), encoding="utf-8")
        (made / "SHA256SUMS").write_text(sums(made), encoding="ascii")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(made, out)
    print(sums(out), end="")


def _check_source() -> None:
    if _git("status", "--porcelain").strip():
        raise NotReady("there are changes that are not committed (--trial builds them nevertheless)")
    if not section_of(CHANGELOG.read_text(encoding="utf-8"), version()):
        raise NotReady(f"CHANGELOG.md has no dated section for {version()} (--trial does without)")


def pack(source: Path, out: Path, epoch: str) -> None:
    """Build sdist and wheel; the same source and instant make the same bytes, wherever and whenever."""
    words = [sys.executable, "-m", "hatchling", "build", "--directory", str(out)]
    subprocess.run(words, cwd=source, env=os.environ | {"SOURCE_DATE_EPOCH": epoch}, check=True, capture_output=True)


def sums(folder: Path) -> str:
    """The files of a folder as `sha256sum --check` reads them."""
    files = sorted(each for each in folder.iterdir() if each.name != "SHA256SUMS")
    return "".join(f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files)


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


# Checking


def check(folder: Path) -> None:
    """Read what was built as an installer does, and start it.

    Raises:
        NotReady: it is not sound.
    """
    wheel, sdist = next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))
    check_wheel(wheel)
    check_sdist(sdist)
    _start(wheel)


def check_wheel(wheel: Path) -> None:
    """The metadata holds by its specification, and every file is the one that is recorded."""
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        meta = next(name for name in names if name.endswith(".dist-info/METADATA"))
        _check_metadata(files.read(meta), wheel)
        record = files.read(meta.replace("METADATA", "RECORD")).decode()
        told = {row[0]: row[1] for row in csv.reader(io.StringIO(record))}
        if told.keys() != set(names):
            raise NotReady(f"{wheel.name} does not hold what it records")
        for name in names:
            if told[name] and told[name] != _recorded(files.read(name)):
                raise NotReady(f"{wheel.name}: {name} is not what is recorded")
        for wanted in ("locales/ja/LC_MESSAGES/oppwizard.mo", "serve/page/terminal.html", "py.typed"):
            if f"oppwizard/{wanted}" not in names:
                raise NotReady(f"{wheel.name} lacks {wanted}")


def _recorded(data: bytes) -> str:
    return f"sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()}"


def check_sdist(sdist: Path) -> None:
    """The metadata holds, and what is needed to carry on the work is there."""
    with tarfile.open(sdist) as files:
        names = {each.name.partition("/")[2] for each in files.getmembers()}
        information = files.extractfile(f"{sdist.name.removesuffix('.tar.gz')}/PKG-INFO")
        assert information is not None
        _check_metadata(information.read(), sdist)
    for wanted in (
        "pyproject.toml",
        "Makefile",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        LOCK.name,
        "tests/conftest.py",
    ):
        if wanted not in names:
            raise NotReady(f"{sdist.name} lacks {wanted}")


def _check_metadata(data: bytes, file: Path) -> None:
    try:
        found = Metadata.from_email(data, validate=True)
    except ExceptionGroup as error:
        raise NotReady(f"{file.name}: {'; '.join(map(str, error.exceptions))}") from error
    if str(found.version) != version() or not found.description:
        raise NotReady(f"{file.name} says another version, or has no description")


def _start(wheel: Path) -> None:
    """The command answers in an environment that holds nothing but the wheel."""
    with tempfile.TemporaryDirectory(prefix="oppwizard-start-") as folder:
        venv.create(folder, with_pip=True)
        scripts = Path(folder, "Scripts" if sys.platform == "win32" else "bin")
        quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONPATH": ""}
        words = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
        subprocess.run(words, env=os.environ | quiet, check=True)
        said = subprocess.run(
            [str(scripts / "oppwizard"), "--version"],
            env=os.environ | quiet,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    if said != f"oppwizard {version()}\n":
        raise NotReady(f"installed, it says {said!r}")


# The bill of materials


def bill(epoch: str) -> str:
    """What the app brings with it, by the lock, as CycloneDX; read once more by its own schema's validator.

    Raises:
        NotReady: it does not hold, or leaves something out.
    """
    words = [
        sys.executable,
        "-m",
        "cyclonedx_py",
        "requirements",
        str(LOCK),
        "--pyproject",
        str(ROOT / "pyproject.toml"),
    ]
    words += ["--spec-version", _SPEC, "--output-format", "JSON", "--output-reproducible"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": epoch}
    found: dict[str, Any] = json.loads(subprocess.run(words, env=environment, check=True, capture_output=True).stdout)
    found["metadata"]["component"]["version"] = version()
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    if wrong := JsonStrictValidator(SchemaVersion.from_version(_SPEC)).validate_str(text):
        raise NotReady(f"the bill of materials: {wrong}")
    if missing := locked() - {(each["name"], each["version"]) for each in found["components"]}:
        raise NotReady(f"the bill of materials leaves out {sorted(missing)}")
    return text


def locked() -> set[tuple[str, str]]:
    """Name and version of every package of the lock."""
    return set(re.findall(r"^([\w.-]+)==([^\s;\\]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE))


if __name__ == "__main__":
    main()
