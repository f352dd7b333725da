"""On which line of a TOML text each key, table and entry stands, which the standard library's reader does not say."""

import contextlib
import re
import tomllib
from bisect import bisect_right
from typing import Final

from oppwizard.playbook.section import Place

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_TEXT: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN: Final = re.compile(r"[^,\]}\n#]+")


class _Lost(Exception):
    """The text is not what TOML allows here."""


def places(text: str) -> dict[Place, int]:
    """The line, from 1 on, of every key, table and entry of a list, by its path.

    A text with faults gives the places up to the first of them.
    """
    scanner = _Scanner(text)
    with contextlib.suppress(_Lost, RecursionError):
        scanner.document()
    return scanner.found


class _Scanner:
    """Goes through a text once. What is a fault and what is not is the reader's to say."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Place, int] = {}
        self._entries: dict[Place, int] = {}
        """How many entries an array of tables has so far."""
        self._ends = [match.end() for match in re.finditer("\n", text)]

    def document(self) -> None:
        """The whole text."""
        table: Place = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            table = self._header() if self._peek() == "[" else self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Place:
        """A table, or one more entry of an array of tables."""
        line = self._line
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        *above, last = self._key()
        self._take("]]" if many else "]")
        path: Place = ()
        for part in above:
            path = self._newest((*path, part), line)
        path = (*path, last)
        if not many:
            return self._newest(path, line)
        self.found.setdefault(path, line)
        self._entries[path] = self._entries.get(path, 0) + 1
        return self._newest(path, line)

    def _newest(self, path: Place, line: int) -> Place:
        """A table by its name: of an array of tables it is the entry begun last."""
        if path in self._entries:
            path = (*path, self._entries[path] - 1)
        self.found.setdefault(path, line)
        return path

    def _pair(self, table: Place) -> Place:
        """A key with its value; answers the table it stands in."""
        line, path = self._line, table
        for part in self._key():
            path = (*path, part)
            self.found.setdefault(path, line)
        self._take("=")
        self._skip(_SPACE)
        self._value(path)
        return table

    def _value(self, path: Place) -> None:
        first = self._peek()
        if first == "[":
            self._list(path)
        elif first == "{":
            self._inline(path)
        else:
            self._skip(_TEXT if first in "\"'" else _PLAIN, needed=True)

    def _list(self, path: Place) -> None:
        self.at += 1
        number = 0
        self._skip(_BLANK)
        while self._peek() != "]":
            self.found[(*path, number)] = self._line
            self._value((*path, number))
            number += 1
            self._skip(_BLANK)
            if self._peek() == ",":
                self.at += 1
                self._skip(_BLANK)
        self.at += 1

    def _inline(self, path: Place) -> None:
        self.at += 1
        self._skip(_BLANK)
        while self._peek() != "}":
            self._pair(path)
            self._skip(_BLANK)
            if self._peek() == ",":
                self.at += 1
                self._skip(_BLANK)
        self.at += 1

    def _key(self) -> list[str]:
        """The parts of a dotted key."""
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = self._peek() in "\"'"
            part = self._skip(_TEXT if quoted else _BARE, needed=True)
            parts.append(_unquoted(part) if quoted else part)
            self._skip(_SPACE)
            if self._peek() != ".":
                return parts
            self.at += 1

    @property
    def _line(self) -> int:
        return bisect_right(self._ends, self.at) + 1

    def _peek(self) -> str:
        if self.at >= len(self.text):
            raise _Lost
        return self.text[self.at]

    def _take(self, sign: str) -> None:
        if not self.text.startswith(sign, self.at):
            raise _Lost
        self.at += len(sign)

    def _skip(self, what: re.Pattern[str], *, needed: bool = False) -> str:
        match = what.match(self.text, self.at)
        if match is None or (needed and match.end() == self.at):
            raise _Lost
        self.at = match.end()
        return match[0]


def _unquoted(part: str) -> str:
    try:
        return str(tomllib.loads(f"key = {part}")["key"])
    except tomllib.TOMLDecodeError as error:
        raise _Lost from error
