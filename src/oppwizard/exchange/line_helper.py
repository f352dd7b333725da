"""The program beside the first one that writes files of many rows, each as soon as it has written the one before."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from oppwizard.data.bulk import MARK, Snapshot
from oppwizard.exchange import line_stream
from oppwizard.exchange.line_stream import Formula, Task


class Helper:
    """Takes tasks off a queue from which others may take some too.

    A thread hands them over: it waits for answers nearly all the time, and so holds up nobody.

    Attributes:
        failed: what it took and did not do: it did not start, or the store had changed before it did.
    """

    def __init__(self, snapshot: Snapshot, tasks: deque[Task]) -> None:
        self._tasks = tasks
        self._found: list[tuple[Task, list[Formula]]] = []
        self.failed: list[Task] = []
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        if snapshot.is_large and (os.cpu_count() or 1) > 1:
            self._start(snapshot)

    def _start(self, snapshot: Snapshot) -> None:
        command = [sys.executable, "-m", line_stream.__name__, snapshot.address, MARK, str(snapshot.mark)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError:
            return
        self._thread = threading.Thread(target=self._feed, args=(self._process,), daemon=True)
        self._thread.start()

    def _feed(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        while self._tasks:
            try:
                task = self._tasks.popleft()
            except IndexError:  # the others were faster
                return
            try:
                process.stdin.write(f"{json.dumps(task)}\n")
                process.stdin.flush()
                answer = json.loads(process.stdout.readline())
            except (OSError, ValueError):
                self.failed.append(task)
                return
            self._found.append((task, [Formula(*each) for each in answer]))

    def done(self) -> Iterator[tuple[Task, list[Formula]]]:
        """What it has done, when it is at its end."""
        if self._thread is not None:
            self._thread.join()
        yield from self._found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is None or self._thread is None:
            return
        self._process.kill()
        self._thread.join()
        with contextlib.suppress(OSError), self._process:  # which closes its pipes, and waits for it
            pass
