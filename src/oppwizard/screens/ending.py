"""Ends that nobody asked for: the program is told to end, or its terminal is gone. What was typed is saved first."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from oppwizard.context import is_served

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

TERMINATED: Final = 128 + 15
HUNG_UP: Final = 128 + 1
"""Exit codes as a shell has them: 128 and the number of the signal; SIGHUP stands for every terminal that is gone."""
_SIGNALS: Final = {"SIGTERM": TERMINATED, "SIGHUP": HUNG_UP}
_LOOK_EVERY: Final = 1.0
_LAST: Final = 15.0
"""Seconds after which a program that is to end does, whatever it waits for; saving has had its time by then."""
_PATIENCE: Final = 5.0
"""Seconds that saving may take, before what was typed goes to a file instead."""


def watch_for_the_end(app: "OppwizardApp") -> threading.Event:
    """End the app in order when a signal says so, or when there is no terminal any more.

    A terminal that is gone without a signal (a parent ignores it) is seen by looking: its end would be read as an
    endless row of nothing, with all of a processor's time.

    Returns:
        What is to be set once the app has ended.
    """
    loop = asyncio.get_running_loop()
    for name, code in _SIGNALS.items():
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, and other threads
                loop.add_signal_handler(number, partial(_told, app, code))
    ended = threading.Event()
    threading.Thread(target=_watch, args=(app, loop, ended), name="terminal", daemon=True).start()
    return ended


def _watch(app: "OppwizardApp", loop: asyncio.AbstractEventLoop, ended: threading.Event) -> None:
    """Look for the terminal, from a thread: whoever writes to one that is gone may wait for ever."""
    while not ended.wait(_LOOK_EVERY):
        if _is_gone():
            _end_at_last(HUNG_UP)
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(_begin, app, HUNG_UP)
            return


def _is_gone() -> bool:
    """Whether there was a terminal, and is none any more; behind a page of a browser there never was one."""
    return not is_served() and sys.__stdin__ is not None and not os.isatty(sys.__stdin__.fileno())


def without_terminal() -> bool:
    """Whether the terminal is gone; what is still to be written goes nowhere then: it would only fail, at exit too."""
    if not _is_gone():
        return False
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
    return True


def stop_as_any_program() -> None:
    """Let ^Z stop what is left of the program: Textual would put away screens that are not there any more, and wait."""
    for name in ("SIGTSTP", "SIGCONT"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_DFL)


def _told(app: "OppwizardApp", code: int) -> None:
    _end_at_last(code)
    _begin(app, code)


def _end_at_last(code: int) -> None:
    last = threading.Timer(_LAST, os._exit, [code])
    last.daemon = True
    last.start()


def _begin(app: "OppwizardApp", code: int) -> None:
    app.run_worker(_end(app, code), group="end", exclusive=True, exit_on_error=False)


async def _end(app: "OppwizardApp", code: int) -> None:
    """Save what was typed, or write it to a file, and end.

    Without a terminal at once: what would still be written to it waits for ever once the thread that writes has failed.
    """
    try:
        await _keep_all(app)
    finally:
        if _is_gone():
            app.session.finish()
            os._exit(code)
        app.exit(code)


async def _keep_all(app: "OppwizardApp") -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_in_turn(app), _PATIENCE)
    desks = {id(screen.desk): screen.desk for screen in app.records.open_stages}
    app.records.keep_typed()
    for desk in desks.values():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(desk.settle(), _PATIENCE)
        if desk.unsaved:
            from oppwizard.screens.exporting import rescue

            await asyncio.to_thread(rescue, desk.walk, desk.record)


async def _in_turn(app: "OppwizardApp") -> None:
    """Wait until the app has done what it is about: a screen that is only half there cannot be taken away."""
    done = asyncio.Event()
    app.call_later(done.set)
    await done.wait()
