"""The command line: nothing but arguments in, calls, text or JSON out.

Importing this costs next to nothing, so that ``oppwizard --version`` answers at once.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a command line and leave with its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if asks_version(arguments):
        from oppwizard import __version__

        print(f"oppwizard {__version__}")
        sys.exit(0)
    from oppwizard.cli.running import run

    sys.exit(run(arguments))


def asks_version(arguments: Sequence[str]) -> bool:
    """Whether the version is asked for, before any command."""
    words = iter(arguments)
    for word in words:
        if word == "--version":
            return True
        if word in ("--db", "--lang"):
            next(words, None)
        elif not word.startswith("-"):
            return False
    return False
