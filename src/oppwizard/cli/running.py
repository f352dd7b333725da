"""One command from its arguments to its exit code; every problem becomes text or JSON here, and only here."""

import os
import sys
from collections.abc import Sequence
from typing import Final

from oppwizard import i18n
from oppwizard.cli.opening import is_plain, open_app
from oppwizard.errors import InvalidInput, OppwizardError
from oppwizard.i18n import T

GLOBAL: Final = ("--db", "--lang")
"""Options that may stand before or behind the command."""
USAGE: Final = 2
INTERRUPTED: Final = 130
FAULT: Final = 70
DEBUG: Final = "OPPWIZARD_DEBUG"
PIPE_CLOSED: Final = 141
"""What a shell says of a program whose reader went away (128 + SIGPIPE)."""


def run(arguments: Sequence[str]) -> int:
    """Run a command; never a traceback for what a person can mend."""
    settings, rest = hoisted(arguments)
    i18n.use(i18n.preferred(_value(settings, "--lang")))
    _tolerate_foreign_encodings()
    try:
        code = _run(settings, rest)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _run(settings: list[str], rest: list[str]) -> int:
    as_json = "--json" in _before_dashes(rest)
    store, language = _value(settings, "--db"), _value(settings, "--lang")
    try:
        if not rest and is_plain(store, language) and len(settings) == 2 * len(_named(settings)) and not _completing():
            return open_app(store, language)
        return _command([*settings, *rest], as_json=as_json)
    except OppwizardError as error:
        return _report(error, as_json=as_json)
    except UnicodeDecodeError:
        return _report(InvalidInput(T("The input is not UTF-8 text"), T("Convert it to UTF-8.")), as_json=as_json)
    except BrokenPipeError:
        raise
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        _report(_fault(error), as_json=as_json)
        return FAULT


def _completing() -> bool:
    """Whether a shell asks what could follow; the words are in the environment then."""
    return "_OPPWIZARD_COMPLETE" in os.environ


def _command(arguments: list[str], *, as_json: bool) -> int:
    import typer

    from oppwizard.cli.app import command_line
    from oppwizard.cli.problems import report_usage

    try:
        code = command_line().main(args=arguments, prog_name="oppwizard", standalone_mode=False)
    except typer.TyperException as error:
        return report_usage(error, as_json=as_json)
    except typer.Abort:
        return INTERRUPTED
    except SystemExit as left:
        if isinstance(left.__context__, BrokenPipeError):  # Typer leaves with 1 when the reader has gone away
            raise left.__context__ from None
        raise
    return code if isinstance(code, int) else 0


def _report(error: OppwizardError, *, as_json: bool) -> int:
    from oppwizard.cli.problems import report

    return report(error, as_json=as_json)


def _fault(error: Exception) -> OppwizardError:
    """What is said of an error that nobody foresaw."""
    return OppwizardError(
        T("Something unforeseen went wrong: {kind}: {cause}", kind=type(error).__name__, cause=error),
        T("What was saved before is safe. {variable}=1 shows where it happened: please report it.", variable=DEBUG),
    )


def hoisted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The global options, wherever they stand before ``--``, and all other words in their order."""
    settings: list[str] = []
    rest: list[str] = []
    plain = _before_dashes(arguments)
    words = iter(plain)
    for word in words:
        if word in GLOBAL:
            settings += [word, *(value for value in [next(words, None)] if value is not None)]
        elif word.startswith(tuple(f"{name}=" for name in GLOBAL)):
            settings.append(word)
        else:
            rest.append(word)
    return settings, [*rest, *arguments[len(plain) :]]


def _before_dashes(arguments: Sequence[str]) -> list[str]:
    words = list(arguments)
    return words[: words.index("--")] if "--" in words else words


def _named(settings: Sequence[str]) -> list[str]:
    """The global options that stand as a word of their own; each is followed by its value."""
    return [word for word in settings[::2] if word in GLOBAL]


def _value(settings: Sequence[str], name: str) -> str | None:
    for position, word in enumerate(settings):
        if word == name:
            return settings[position + 1] if position + 1 < len(settings) else None
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _tolerate_foreign_encodings() -> None:
    """Write what the terminal's encoding lacks as an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
