"""Opening the app.

Kept apart from the commands: the machinery that parses those takes longer to import than the app's first frame needs.
"""

import os
import sys
from typing import Final

from oppwizard.i18n import LANGUAGES, _

USAGE: Final = 2
"""The exit code where there is no terminal for the app."""


def open_app(store: str | None, language: str | None) -> int:
    """Open the app, where there is a terminal for it; returns the exit code.

    Raises:
        OppwizardError: the circumstances of the run cannot be read.
    """
    from oppwizard.context import build, is_served

    if not is_served() and (not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb"):
        text = _("The app needs a full terminal; “oppwizard new --prompt” walks the same stages line by line.")
        print(text, file=sys.stderr)
        return USAGE
    from oppwizard.screens.app import run

    return run(build(store, language))


def is_plain(store: str | None, language: str | None) -> bool:
    """Whether the values of the global options need no command line to say what is wrong with them."""
    return store != "" and (language is None or language in LANGUAGES)
