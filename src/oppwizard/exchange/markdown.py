"""Texts of records in Markdown: shown as they are, never run."""

import re
from typing import Final

from oppwizard.model.text import visible

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>|~&#]|^[-+=]|(?<=\d)[.)](?= )")


def escaped(text: str) -> str:
    """A text in one line of Markdown that shows it as it is."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", visible(" ".join(text.split())))
