"""What is wrong with a playbook: every fault with its file, its line and its remedy, in the language in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T, Text, sentences


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, or only unwise.

    Attributes:
        problem: what is wrong with the setting.
        remedy: what would be right, where the problem does not say it.
        key: the setting, such as ``audit.sample``; empty where it is none.
        file: where it stands; None for what no file says.
        line: on which line, from 1 on.
    """

    problem: Text
    remedy: Text | None = None
    key: str = ""
    file: Path | None = None
    line: int | None = None

    @property
    def path(self) -> str:
        """Where it is, as editors and compilers write it: ``playbook.toml:12``."""
        if self.file is None:
            return ""
        return f"{self.file}:{self.line}" if self.line else str(self.file)

    @property
    def said(self) -> str:
        """The problem with the setting it is about."""
        return str(T("{key}: {problem}", key=self.key, problem=self.problem)) if self.key else str(self.problem)

    def __str__(self) -> str:
        told = sentences(self.said, self.remedy)
        return f"{self.path}: {told}" if self.file else told

    def to_json(self) -> dict[str, Any]:
        """The fault in a JSON answer."""
        return {
            "path": self.path,
            "file": str(self.file) if self.file else None,
            "line": self.line,
            "key": self.key,
            "problem": str(self.problem),
            "remedy": str(self.remedy or ""),
        }


class FaultyPlaybook(InvalidInput):
    """The playbook in use cannot be used.

    Attributes:
        faults: everything that is wrong with it, in the order of layers and lines.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            T("The playbook has faults: {count}", count=len(faults)),
            T("Mend them, or have them mended, and see with: oppwizard playbook check"),
        )

    @property
    def details(self) -> tuple[Fault, ...]:
        """The faults, for whoever shows what an error consists of."""
        return self.faults

    def __str__(self) -> str:
        return "\n".join([str(self.problem), *map(str, self.faults), str(self.remedy)])
