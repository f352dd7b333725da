"""The real program in a pseudo-terminal, its screen read through an emulator, as a person sees it."""

import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pexpect
import pyte

ROOT: Final = Path(__file__).resolve().parents[2]
TIMEOUT: Final = 20.0
"""Seconds that anything may take; the machine is shared."""
_POLL: Final = 0.02
_QUIET: Final = 0.08

KEYS: Final[Mapping[str, str]] = {
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "enter": "\r",
    "escape": "\x1b",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "ctrl+down": "\x1b[1;5B",
    "ctrl+up": "\x1b[1;5A",
    **{f"f{number}": f"\x1bO{letter}" for number, letter in zip(range(1, 5), "PQRS", strict=True)},
    **{
        f"f{number}": f"\x1b[{code}~"
        for number, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)
    },
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghjklnopqrstuvwxyz"},
}
"""What a terminal sends for a key."""

SKIPPED: Final = re.compile(
    r"\x1b\[[0-9;:]*m"  # colours: most of what a screen is made of, and nothing that the tests look at
    r"|\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*\$[a-z]"  # requests that the emulator would misread
    r"|\x1b[P_^X][^\x1b]*\x1b\\"
)
"""What the emulator is not given."""
_UNFINISHED: Final = re.compile(r"\x1b(\[[<>=?0-9;:$]*|[P_^X][^\x1b]*\x1b?)?\Z")


class Gone(AssertionError):
    """The program ended although something was still expected of it."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The circumstances of every run: a home of its own, a plain terminal, one person, the source of this checkout."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "PYTHONPATH": str(ROOT / "src"),
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
        "TEXTUAL_ANIMATIONS": "none",
        "OPPWIZARD_USER": "rep",
        **more,
    }


def command(*arguments: str) -> list[str]:
    """The command line of the program under test."""
    return [sys.executable, "-m", "oppwizard", *arguments]


class Screen(pyte.Screen):
    """An emulator that is quick about what programs write most: a run of plain letters within one line."""

    def draw(self, data: str) -> None:
        """Put letters where the cursor is."""
        cursor = self.cursor
        end = cursor.x + len(data)
        if end > self.columns or not data.isascii() or not data.isprintable() or pyte.modes.IRM in self.mode:
            super().draw(data)
            return
        line = self.buffer[cursor.y]
        for x, letter in enumerate(data, cursor.x):
            line[x] = _cell(letter)
        cursor.x = end
        self.dirty.add(cursor.y)


@cache
def _cell(letter: str) -> pyte.screens.Char:
    """A cell without colours, which the emulator is not given."""
    return pyte.screens.Char(letter)


class Terminal:
    """A terminal with the program in it.

    Attributes:
        keys: how many keys were pressed beyond text: Tab, arrows, Enter, function and control keys.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        home: Path,
        *,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        self.screen = Screen(columns, rows)
        self.keys = 0
        self._raw: list[str] = []
        self._stream = pyte.Stream(self.screen)
        self._rest = ""
        words = [*prefix, *command(*arguments)]
        self.child: Any = pexpect.spawn(
            words[0],
            words[1:],
            cwd=str(ROOT),
            env=environment(home, **(env or {})),
            dimensions=(rows, columns),
            encoding="utf-8",
            codec_errors="replace",
            timeout=TIMEOUT,
        )
        self.child.delaybeforesend = None

    @property
    def raw(self) -> str:
        """Everything the program has written, for faults that a screen does not show."""
        return "".join(self._raw)

    # Keys

    def type(self, text: str) -> None:
        """Type text, a key a character; line breaks are the Enter of a text of several lines."""
        self.child.send(text.replace("\n", "\r"))

    def press(self, *names: str) -> None:
        """Press keys by name (``tab``, ``f8``, ``ctrl+z``); a single letter is a key too where it is a command."""
        for name in names:
            self.keys += 1
            self.child.send(KEYS.get(name, name))
            if name == "escape":
                time.sleep(0.15)  # an escape that something follows at once is the beginning of a sequence

    def paste(self, text: str) -> None:
        """Paste, as a terminal does that was asked to bracket what is pasted."""
        self.child.send(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Make the window larger or smaller."""
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    # The screen

    def pump(self, timeout: float = _POLL) -> bool:
        """Take in what the program has written; returns whether there was anything.

        Raises:
            Gone: the program has ended.
        """
        try:
            data = self.child.read_nonblocking(65536, timeout)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            raise Gone(f"the program has ended; its screen was\n{self.screen_text()}") from None
        self._feed(data)
        return True

    def _feed(self, data: str) -> None:
        self._raw.append(data)
        data = self._rest + data
        unfinished = _UNFINISHED.search(data)
        cut = unfinished.start() if unfinished else len(data)
        data, self._rest = data[:cut], data[cut:]
        self._stream.feed(SKIPPED.sub("", data))

    def settle(self, quiet: float = _QUIET, timeout: float = TIMEOUT) -> None:
        """Wait until the program has not written for a moment."""
        end = time.monotonic() + timeout
        still = time.monotonic() + quiet
        while time.monotonic() < min(still, end):
            if self.pump():
                still = time.monotonic() + quiet

    def screen_text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(self.row(y).rstrip() for y in range(self.screen.lines))

    def row(self, y: int, left: int = 0, right: int | None = None) -> str:
        """The text in the cells of a row; a wide character counts by its first cell."""
        line = self.screen.buffer[y]
        return "".join(line[x].data for x in range(left, self.screen.columns if right is None else right))

    @property
    def cursor(self) -> tuple[int, int]:
        """Where the cursor is: column and row, from 0."""
        return self.screen.cursor.x, self.screen.cursor.y

    def wait_for(self, wanted: str | Callable[[], object], timeout: float = TIMEOUT, what: str = "") -> None:
        """Wait until a text is on the screen, or something is true of it.

        Raises:
            AssertionError: it never was; with the screen as it is.
        """
        holds = (lambda: wanted in self.screen_text()) if isinstance(wanted, str) else wanted
        end = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > end:
                name = what or (repr(wanted) if isinstance(wanted, str) else "what was waited for")
                raise AssertionError(f"after {timeout:.0f} s still not: {name}\n{self.screen_text()}")
            self.pump()

    # The end

    def kill9(self) -> None:
        """End the program as a power cut would."""
        self.child.kill(signal.SIGKILL)
        self.child.wait()
        self.close()

    def leave(self, timeout: float = TIMEOUT) -> int:
        """Wait until the program has ended; returns its exit code."""
        end = time.monotonic() + timeout
        with contextlib.suppress(Gone):
            while time.monotonic() < end:
                self.pump(0.1)
        self.close()
        assert self.child.exitstatus is not None, f"did not end by itself (signal {self.child.signalstatus})"
        return int(self.child.exitstatus)

    def close(self) -> None:
        """Let go of the program, whatever it is doing."""
        self.child.close(force=True)


@contextlib.contextmanager
def running(*arguments: str, home: Path, **how: Any) -> Iterator[Terminal]:
    """The program, running for as long as the block takes."""
    terminal = Terminal(arguments, home, **how)
    try:
        yield terminal
    finally:
        terminal.close()
