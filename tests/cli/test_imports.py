"""What each entry point imports: speed and independence, held in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROBE = """
import sys
from oppwizard.cli import main
sys.argv = ["oppwizard", *{arguments!r}]
try:
    main()
finally:
    sys.stderr.write("MODULES " + " ".join(name for name in sys.modules if "." not in name))
"""
HEAVY = {"textual", "sqlmodel", "sqlalchemy", "pydantic", "babel", "typer", "rich", "questionary", "prompt_toolkit"}
TYPER = {"typer", "rich", "pydantic"}
"""Typer itself, and what it reads options with."""


def _imported(tmp_path: Path, *arguments: str, says: str = "", **environment: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE.format(arguments=arguments)],
        env={**os.environ, "OPPWIZARD_DB": str(tmp_path / "s.db"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert says in done.stdout
    return set(done.stderr.rpartition("MODULES ")[2].split())


def test_the_version_imports_next_to_nothing(tmp_path: Path) -> None:
    assert not _imported(tmp_path, "--version") & HEAVY


def test_completion_imports_no_store_and_no_face(tmp_path: Path) -> None:
    environment = {"_OPPWIZARD_COMPLETE": "complete_bash", "COMP_WORDS": "oppwizard list --st", "COMP_CWORD": "2"}
    imported = _imported(tmp_path, says="--status\n--stage", **environment)
    assert not imported & (HEAVY - TYPER)


@pytest.mark.parametrize("arguments", [["list", "--help"], ["where"]])
def test_help_imports_no_store_and_no_face(tmp_path: Path, arguments: list[str]) -> None:
    assert not _imported(tmp_path, *arguments) & (HEAVY - TYPER)


def test_commands_import_no_face(tmp_path: Path) -> None:
    assert not _imported(tmp_path, "list") & {"textual", "questionary", "prompt_toolkit"}


TYPER = {"typer", "rich", "pydantic"}
"""Typer itself, and what it reads options with."""
