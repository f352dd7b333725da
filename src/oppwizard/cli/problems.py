"""Problems as text on stderr, or as JSON on stdout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from oppwizard.cli.output import as_table, emit, tell
from oppwizard.cli.usage import told
from oppwizard.errors import InvalidInput, OppwizardError, Refused
from oppwizard.i18n import T, Text, _

if TYPE_CHECKING:
    from oppwizard.playbook.faults import Fault


@dataclass(frozen=True, slots=True)
class Detail:
    """One of several things that are wrong.

    Attributes:
        path: where, as commands take it.
        value: what was given, if it was a value.
    """

    path: str
    problem: str
    remedy: str
    value: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The detail in a JSON answer."""
        given = {} if self.value is None else {"value": self.value}
        return {"path": self.path, **given, "problem": self.problem, "remedy": self.remedy}


class Closed(Refused):
    """A gate is closed; the details are its open points."""

    def __init__(self, problem: Text, remedy: Text | None, details: Sequence[Detail]) -> None:
        super().__init__(problem, remedy)
        self.details = details


class BadValues(InvalidInput):
    """Values that their fields do not take; nothing was changed."""

    def __init__(self, details: Sequence[Detail]) -> None:
        super().__init__(
            T("Values that cannot be taken: {count}; nothing was changed", count=len(details)),
            T("Correct them and run the command again."),
        )
        self.details = details


def report(error: OppwizardError, *, as_json: bool) -> int:
    """Say what is wrong and what would be right; returns the exit code."""
    details: Sequence[Detail | Fault] = getattr(error, "details", ())
    if as_json:
        told = _told(_kind(error), str(error.problem), str(error.remedy or ""), error.exit_code)
        emit({"error": {**told, "details": [detail.to_json() for detail in details]} if details else told})
        return error.exit_code
    tell(f"{_('Problem')}: {error.problem}")
    for line in _lines(error, details):
        tell(f"  {line}")
    if error.remedy:
        tell(str(error.remedy))
    return error.exit_code


def _lines(error: OppwizardError, details: "Sequence[Detail | Fault]") -> list[str]:
    """The details one below the other; faults of files as compilers write them."""
    from oppwizard.playbook.faults import FaultyPlaybook

    if isinstance(error, FaultyPlaybook):
        return [str(fault) for fault in error.faults]
    return as_table([[detail.path, str(detail.problem), str(detail.remedy)] for detail in details])


def report_usage(error: typer.TyperException, *, as_json: bool) -> int:
    """The same for a command line that says nothing Typer understands."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "oppwizard"
    remedy = _("See: {command} --help", command=command)
    code, problem = error.exit_code, told(error)
    if as_json:
        emit({"error": _told("usage", problem, remedy, code)})
        return code
    tell(f"{_('Problem')}: {problem}")
    tell(remedy)
    return code


def _told(kind: str, problem: str, remedy: str, code: int) -> dict[str, Any]:
    return {"kind": kind, "problem": problem, "remedy": remedy, "exit_code": code}


def _kind(error: OppwizardError) -> str:
    """A stable name for programs: ``refused``, ``invalid_input``, ``store_too_new`` ..."""
    name = type(error).__name__
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
