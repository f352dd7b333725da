"""What keeps a text from being TOML: each fault with its line, as far as one can go on after it."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from oppwizard.i18n import T, Text
from oppwizard.playbook.faults import Fault

_PLACE: Final = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_MOST: Final = 50
_Say = Callable[[str], tuple[Text, Text]]


def _twice(_found: str) -> tuple[Text, Text]:
    return T("The same key or table stands in the file twice"), T("Put them together, or take one of them away.")


def _string(_found: str) -> tuple[Text, Text]:
    return (
        T("A text in quotation marks does not end, or has a sign that it cannot have"),
        T(r"Close the quotation marks; write a backslash as \\, or use single quotation marks."),
    )


def _list(_found: str) -> tuple[Text, Text]:
    return T("A list or table in brackets is not closed"), T("Put commas between its entries, and close the bracket.")


def _header(_found: str) -> tuple[Text, Text]:
    return T("The heading of a table is not closed"), T("Write it as [name], or as [[name]] for one of several.")


_SAID: Final[dict[str, _Say]] = {
    r"Cannot (?:overwrite|declare|redefine|mutate).*|Duplicate inline table key.*": _twice,
    r"Unterminated string|Illegal character.*|Unescaped.*|Invalid hex.*|Escaped character.*": _string,
    r"Unclosed (?:array|inline table)": _list,
    r"Expected '\]+' at the end.*": _header,
    r"Expected '=' after a key.*|Invalid statement|Invalid initial character.*": lambda _: (
        T("This is neither a heading nor a setting"),
        T('Write settings as key = value, headings as [name], and texts in quotation marks: key = "text".'),
    ),
    r"Expected newline or end of document.*": lambda _: (
        T("There is too much after the value"),
        T("Put each setting on a line of its own, and texts in quotation marks."),
    ),
    r"Invalid value": lambda _: (
        T("The value is none that TOML knows"),
        T('Texts stand in quotation marks ("text"); numbers, true, false and dates (2026-12-31) without.'),
    ),
    r"Invalid date.*": lambda _: (T("There is no such day or time"), T("Write it as 2026-12-31, or as 09:30:00.")),
    r"Found invalid character.*": lambda _: (T("There is a sign that cannot be in a file"), T("Take it away.")),
}
"""What the reader says, by pattern, and how we say it."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text as far as it is TOML.

    Attributes:
        text: the text, the lines at fault left empty.
        settings: what it says.
        faults: what keeps it from being read as it was.
    """

    text: str
    settings: dict[str, Any]
    faults: list[Fault]


def parsed(text: str, file: Path) -> Parsed:
    """What a text says, and what keeps it from being read; a line at fault is left out, and reading goes on."""
    faults: list[Fault] = []
    lines = text.split("\n")
    while len(faults) < _MOST:
        try:
            rest = "\n".join(lines)
            return Parsed(rest, tomllib.loads(rest), faults)
        except (ValueError, RecursionError) as error:
            fault, line = _fault(error, lines, file)
        if faults and (line is None or line <= (faults[-1].line or 0)):
            break  # the line before it did more than be wrong itself
        faults.append(fault)
        if line is None or lines[line - 1].lstrip().startswith("["):
            break
        lines[line - 1] = ""
    return Parsed(text, {}, faults)


def _fault(error: Exception, lines: list[str], file: Path) -> tuple[Fault, int | None]:
    said = str(error)
    place = _PLACE.search(said)
    what = said[: place.start()] if place else said
    problem, remedy = next(
        (say(what) for pattern, say in _SAID.items() if re.fullmatch(pattern, what, re.DOTALL)),
        (T("It is not TOML: {cause}", cause=what if place else type(error).__name__), None),
    )
    line = int(place["line"]) if place and place["line"] else None
    last = max((number for number, one in enumerate(lines, 1) if one.strip()), default=1)
    return Fault(problem, remedy, "", file, line or last), line
