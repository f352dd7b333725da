"""Playbooks in files, for tests."""

from pathlib import Path

from oppwizard.playbook.faults import Fault
from oppwizard.playbook.loading import Examined, examine


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
