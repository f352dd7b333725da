"""A program in a pseudo-terminal of its own: what it writes, and when."""

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

SIZE: Final = (120, 40)
ROOT: Final = Path(__file__).resolve().parent.parent
_ESCAPES: Final = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X][^\x1b]*\x1b\\|[ -/]*[0-~])"
)
_PATIENCE: Final = 60.0
_UNWANTED: Final = ("TEXTUAL", "OPPWIZARD_", "NO_COLOR", "COLUMNS", "LINES", "PYTHONPROFILE", "LC_", "LANG")


class NeverShown(Exception):
    """A program did not show what it was waited for; the message holds what it wrote instead."""


def environment() -> dict[str, str]:
    """The same surroundings for every program measured: this source tree, English, a capable terminal.

    What stands in PYTHONPATH follows the source tree: programs compared may live in a folder of their own.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_UNWANTED)}
    paths = [str(ROOT / "src"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return kept | {
        "PYTHONPATH": os.pathsep.join(paths),
        "OPPWIZARD_LANG": "en",
        "OPPWIZARD_USER": "bench",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }


class Terminal:
    """Starts a program at once, and tells when a text first stood on its terminal.

    Attributes:
        started: the instant just before the program was executed; instants are of `time.perf_counter`.
    """

    def __init__(self, command: Sequence[str], size: tuple[int, int] = SIZE) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._written = bytearray()
        self._quiet_since = self.started = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment(), cwd=ROOT, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def shown(self, *texts: str, since: float | None = None) -> float:
        """Seconds from an instant (the start) until each of the texts was written after the last `send`.

        Raises:
            NeverShown: the program ended, or a minute went by.
        """
        wanted = [text.encode() for text in texts]
        until = time.perf_counter() + _PATIENCE
        while time.perf_counter() < until:
            at = self._read(0.5)
            if at is not None:
                plain = _ESCAPES.sub(b"", self._written)
                if all(text in plain for text in wanted):
                    return at - (self.started if since is None else since)
            elif self._process.poll() is not None:
                break
        instead = _ESCAPES.sub(b"", self._written).decode(errors="replace")
        raise NeverShown(f"{texts} not in {instead[-2_000:]!r}")

    def send(self, keys: str) -> float:
        """Press keys; the instant before the first one."""
        self._written.clear()
        now = time.perf_counter()
        os.write(self._master, keys.encode())
        return now

    def settle(self, quiet: float = 0.06, at_most: float = 3.0) -> None:
        """Wait until nothing has been written for some time, so that the next key finds an idle program."""
        until = time.perf_counter() + at_most
        while time.perf_counter() < until and self._read(quiet) is not None:
            pass

    def _read(self, wait: float) -> float | None:
        """Take in what is written; the instant at which it was there, None where nothing came."""
        ready, _, _ = select.select([self._master], [], [], wait)
        if not ready:
            return None
        now = time.perf_counter()
        try:
            self._written += os.read(self._master, 1 << 16)
        except OSError:  # Linux's way to say that the program has closed its end
            return None
        return now
