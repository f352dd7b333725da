"""Playbooks in files, for tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from oppwizard.i18n import sentences
from oppwizard.playbook.faults import Fault
from oppwizard.playbook.loading import Examined, examine
from oppwizard.playbook.section import Contradiction


def written(folder: Path, **files: str) -> Path:
    """A folder of playbook files, by their names without the ending."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def told(examined: Examined) -> list[tuple[str, int | None, str]]:
    """Each fault as file name, line and setting."""
    return [(fault.file.name if fault.file else "", fault.line, fault.key) for fault in examined.faults]


def faults_of(folder: Path, text: str) -> tuple[Fault, ...]:
    """What is wrong with a text as the user's playbook."""
    return examine(written(folder, user=text) / "user.toml").faults


def refusals(error: ValidationError) -> dict[tuple[Any, ...], str]:
    """What the validator says, by place, with what would be right."""
    return dict(said for one in error.errors() for said in _refusals(one))


def _refusals(error: ErrorDetails) -> Iterator[tuple[tuple[Any, ...], str]]:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Contradiction):
        for wrong in cause.wrongs:
            yield (*error["loc"], *wrong.at), sentences(wrong.problem, wrong.remedy)
    else:
        yield error["loc"], error["msg"]
