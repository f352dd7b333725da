"""What goes wrong around a real program, and what is still there afterwards: full disks, other windows, cut lines."""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.data.store import Store
from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS
from oppwizard.walk.sample import script
from tests.e2e.driver import WIDE, Driver, Place
from tests.e2e.terminal import ROOT, Terminal, command, environment, running
from tests.e2e.test_walk import is_stored, open_pipeline

pytestmark = pytest.mark.e2e
LeftIn = Callable[[Stage | None], UUID]
PROBLEM = "business_problem"


@contextlib.contextmanager
def opened(store: Path, language: str = "en", **how: object) -> Iterator[tuple[Terminal, Driver]]:
    """The program with the store's only record open."""
    i18n.use(language)
    where: dict[str, object] = {"columns": WIDE[0], "rows": WIDE[1]} | how
    with running("--db", str(store), "--lang", language, home=store.parent, **where) as terminal:
        open_pipeline(terminal)
        terminal.press("enter")
        driver = Driver(terminal, language, script(language))
        terminal.wait_for(lambda: driver.stage is not None)
        driver.arrive()
        yield terminal, driver


def go_to(driver: Driver, path: str) -> Place:
    """Press Tab until the cursor is in a field."""
    place = driver.arrive()
    while place.spec is None or place.spec.path != path:
        place = driver.go_on(place)
    return place


def retype(terminal: Terminal, text: str) -> None:
    """Type a text in place of what stands in the field in focus."""
    terminal.press("ctrl+u")
    terminal.type(text)
    terminal.wait_for(text[-20:])


def integrity(store: Path) -> str:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


# Two windows


def test_the_second_window_shows_what_the_first_one_saved(context: Context, left_in: LeftIn) -> None:
    left_in(Stage.QUALIFICATION)
    store = context.store
    with opened(store) as (first, one), opened(store) as (second, two):
        go_to(one, PROBLEM)
        go_to(two, PROBLEM)
        retype(first, "Pickers walk nine kilometres a shift")
        first.press("tab")
        first.wait_for(lambda: is_stored(store, "nine kilometres"))
        second.wait_for("Pickers walk nine kilometres")
        second.wait_for(str(T("Somebody else changed this record; it is shown as it is now")))


def test_the_same_field_in_two_windows_is_asked_about(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(Stage.QUALIFICATION)
    store = context.store
    with opened(store) as (first, one), opened(store) as (second, two):
        go_to(one, PROBLEM)
        go_to(two, PROBLEM)
        second.press("ctrl+u")
        second.type("Counts are off by a tenth")  # begun, and compared with what stood there as it was begun
        second.wait_for("off by a tenth")
        retype(first, "Pickers walk nine kilometres a shift")
        first.press("tab")
        first.wait_for(lambda: is_stored(store, "nine kilometres"))
        second.press("tab")
        second.wait_for(str(T("Mine: {value}", value="Counts are off by a tenth")))
        second.wait_for(str(T("Theirs: {value}", value="Pickers walk nine kilometres a shift")))
        second.press("down", "enter")
        second.wait_for(lambda: "Mine" not in second.screen_text())
        second.settle()
        second.press("ctrl+q")
        assert second.leave() == 0
    with Store.open(store) as reopened:
        assert reopened.load(record_id).opportunity.business_problem == "Counts are off by a tenth"


# Stores that are no good


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    store = tmp_path / "notes.db"
    store.write_bytes(b"Dear diary, " * 500)
    with running("--db", str(store), "--lang", "en", home=tmp_path) as terminal:
        terminal.wait_for(str(T("{path} is not a store.", path=store))[-18:])
        assert "Traceback" not in terminal.raw
        terminal.press("ctrl+q")
        terminal.leave()
    ended = run("--db", str(store), "list", home=tmp_path)
    assert ended.returncode == 4
    assert "is not a store" in ended.stderr
    assert store.read_bytes() == b"Dear diary, " * 500


def test_a_damaged_store_is_no_traceback(context: Context, left_in: LeftIn) -> None:
    left_in(None)
    store = context.store
    data = bytearray(store.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    store.write_bytes(bytes(data))
    with running("--db", str(store), "--lang", "en", home=store.parent) as terminal:
        terminal.wait_for(lambda: re.search("damaged|backup|cannot be", terminal.screen_text()))
        assert "Traceback" not in terminal.raw
    ended = run("--db", str(store), "list", home=store.parent)
    assert ended.returncode == 4
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to any file")
def test_a_store_that_may_only_be_read_is_shown_and_left_unchanged(context: Context, left_in: LeftIn) -> None:
    left_in(Stage.QUALIFICATION)
    store = context.store
    store.chmod(0o444)
    before = store.read_bytes()
    with opened(store) as (terminal, driver):
        go_to(driver, PROBLEM)
        retype(terminal, "Counts are off by a tenth")
        terminal.press("tab")
        terminal.wait_for(lambda: "can only be read" in driver.state)
    assert store.read_bytes() == before


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is not there to make a disk full")
def test_a_full_disk_is_said_and_nothing_typed_is_lost(context: Context, left_in: LeftIn) -> None:
    """No file may grow beyond what the store is now; later there is room again."""
    record_id = left_in(Stage.QUALIFICATION)
    store = context.store
    text = "Counts are off by a tenth of the stock"
    with opened(store) as (terminal, driver):
        go_to(driver, PROBLEM)
        limit(terminal, "4096")
        retype(terminal, text)
        terminal.wait_for(lambda: re.search("full|error|cannot", driver.state), what="a word about the disk")
        assert text[:20] in terminal.screen_text()
        assert "Traceback" not in terminal.raw
        assert not is_stored(store, text)
        limit(terminal, "unlimited")
        terminal.wait_for(lambda: is_stored(store, text), what="the text, saved by itself once there is room")
        terminal.wait_for(lambda: not re.search("full|error|cannot", driver.state))
    with Store.open(store) as reopened:
        assert reopened.load(record_id).opportunity.business_problem == text
    assert integrity(store) == "ok"


def limit(terminal: Terminal, size: str) -> None:
    """Let files of the running program grow to so many bytes."""
    subprocess.run(["prlimit", f"--fsize={size}:", "--pid", str(terminal.child.pid)], check=True)


# Ends that nobody asked for


@pytest.mark.parametrize("name", ["SIGKILL", "SIGHUP", "SIGTERM"])
def test_half_a_word_survives_the_end(name: str, context: Context, left_in: LeftIn) -> None:
    record_id = left_in(Stage.QUALIFICATION)
    store = context.store
    with opened(store) as (terminal, driver):
        go_to(driver, PROBLEM)
        retype(terminal, "Counts are off by a ten")
        terminal.wait_for(lambda: is_stored(store, "off by a ten"), what="what was typed, within a second of a pause")
        os.kill(terminal.child.pid, getattr(signal, name))
    with Store.open(store) as reopened:
        assert "off by a ten" in str(reopened.load(record_id))
    assert integrity(store) == "ok"


@pytest.mark.parametrize(("name", "code"), [("SIGHUP", 129), ("SIGTERM", 143)])
def test_what_was_typed_just_before_a_signal_is_saved(name: str, code: int, context: Context, left_in: LeftIn) -> None:
    record_id = left_in(Stage.QUALIFICATION)
    with opened(context.store) as (terminal, driver):
        go_to(driver, PROBLEM)
        retype(terminal, "Counts are off by a ten")
        os.kill(terminal.child.pid, getattr(signal, name))
        assert terminal.leave() == code
        assert "Traceback" not in terminal.raw
    with Store.open(context.store) as reopened:
        assert "off by a ten" in str(reopened.load(record_id))


def test_a_terminal_that_is_gone_ends_the_program_and_loses_nothing(context: Context, left_in: LeftIn) -> None:
    """Its parent ignores the signal, as nohup does, so that only looking tells."""
    record_id = left_in(Stage.QUALIFICATION)
    with opened(context.store, prefix=["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"]) as (terminal, driver):
        go_to(driver, PROBLEM)
        retype(terminal, "Counts are off by a ten")
        terminal.child.ptyproc.fileobj.close()
        end = time.monotonic() + 60
        while terminal.child.isalive():
            assert time.monotonic() < end, "it goes on without a terminal"
            time.sleep(0.05)
        assert terminal.child.exitstatus == 129
    with Store.open(context.store) as reopened:
        assert "off by a ten" in str(reopened.load(record_id))
    assert integrity(context.store) == "ok"


def test_ctrl_c_leaves_nothing_behind(context: Context, left_in: LeftIn) -> None:
    left_in(Stage.QUALIFICATION)
    with opened(context.store) as (terminal, driver):
        terminal.press("ctrl+c")
        terminal.wait_for("Ctrl+Q")
        assert driver.stage is Stage.QUALIFICATION
        terminal.press("ctrl+q")
        assert terminal.leave() == 0
        assert terminal.raw.rstrip().endswith("\x1b[?1049l") or "\x1b[?1049l" in terminal.raw[-600:]


# Windows and lines


def test_the_window_is_resized_while_typing(context: Context, left_in: LeftIn) -> None:
    left_in(Stage.QUALIFICATION)
    with opened(context.store) as (terminal, driver):
        go_to(driver, PROBLEM)
        retype(terminal, "Counts are off")
        for columns, rows in ((80, 24), (40, 12), (200, 60), (20, 5), (80, 24)):
            terminal.resize(columns, rows)
            terminal.settle()
        terminal.type(" by a tenth")
        terminal.wait_for("off by a tenth")
        assert str(FIELDS[PROBLEM].ask.label) in terminal.screen_text()
        assert "Traceback" not in terminal.raw


def test_what_is_pasted_is_text(context: Context, left_in: LeftIn) -> None:
    """Control characters, direction overrides and markup in a paste do nothing but stand there as signs."""
    left_in(Stage.QUALIFICATION)
    store = context.store
    with opened(store) as (terminal, driver):
        go_to(driver, PROBLEM)
        terminal.press("ctrl+u")
        before = len(terminal.raw)
        terminal.paste("[red]Counts[/] \x07are\x9b31m \u202eoff\u202c\nby a tenth")
        terminal.wait_for("by a tenth")
        terminal.press("tab")
        terminal.wait_for(lambda: is_stored(store, "by a tenth"))
        written = terminal.raw[before:]
        assert not {"\x07", "\x9b", "\u202e", "\u202c"} & set(written)
        assert "[red]Counts[/]" in terminal.screen_text()


@pytest.mark.parametrize(("columns", "rows"), [WIDE, (80, 24)])
def test_the_cursor_stands_behind_what_is_typed_in_japanese(
    columns: int, rows: int, context: Context, left_in: LeftIn
) -> None:
    """An input method shows its candidates where the terminal's cursor is."""
    left_in(Stage.QUALIFICATION)
    with opened(context.store, "ja") as (terminal, driver):
        go_to(driver, PROBLEM)
        terminal.resize(columns, rows)
        terminal.settle()
        terminal.press("ctrl+u")
        terminal.settle()
        text = "棚卸しの誤差が一割"
        for count, letter in enumerate(text, 1):
            terminal.type(letter)
            terminal.wait_for(partial(_stands_behind, terminal, text[:count]), what=f"the cursor behind {text[:count]}")
        terminal.press("backspace")
        terminal.wait_for(partial(_stands_behind, terminal, text[:-1]))


def _stands_behind(terminal: Terminal, text: str) -> bool:
    """Whether the cursor is in the cell after a text, and nothing stands behind it."""
    column, y = terminal.cursor
    return terminal.row(y, 0, column).endswith(text) and terminal.row(y, column, column + 2) == "  "


def test_no_colour_is_no_colour(context: Context, left_in: LeftIn) -> None:
    left_in(Stage.QUALIFICATION)
    with opened(context.store, env={"NO_COLOR": "1"}) as (terminal, _driver):
        terminal.settle()
        hues = {
            (int(red), int(green), int(blue))
            for red, green, blue in re.findall(r"\x1b\[[0-9;]*[34]8;2;(\d+);(\d+);(\d+)", terminal.raw)
        }
        assert all(max(hue) - min(hue) <= 2 for hue in hues), sorted(hues)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_without_a_terminal_it_says_what_to_do(language: str, tmp_path: Path) -> None:
    ended = run("--db", str(tmp_path / "store.db"), "--lang", language, home=tmp_path)
    assert ended.returncode == 2
    assert "oppwizard new --prompt" in ended.stderr
    assert ended.stdout == ""
    assert not (tmp_path / "store.db").exists()


def run(*arguments: str, home: Path) -> "subprocess.CompletedProcess[str]":
    """The program without a terminal."""
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
