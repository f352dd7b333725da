"""A rep walks a deal from an empty store through the six stages to files, in the real program in a real terminal."""

import contextlib
import csv
import json
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.data.store import Store
from oppwizard.i18n import T
from oppwizard.model.enums import Stage
from oppwizard.walk.sample import script
from tests.conftest import TOLD
from tests.e2e.driver import WIDE, Driver
from tests.e2e.terminal import Terminal, running

pytestmark = pytest.mark.e2e
MOST_KEYS = 250
"""Keys beyond the text itself that a whole walk may take; each of them costs a rep's patience."""


def open_pipeline(terminal: Terminal) -> None:
    terminal.wait_for(lambda: str(T("new")) in terminal.screen_text() and ".db" in terminal.screen_text())


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_deal_is_walked_from_nothing_to_files(
    language: str, tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    i18n.use(language)
    store, out = tmp_path / "store.db", tmp_path / "oppwizard-export"
    with running("--db", str(store), "--lang", language, home=tmp_path, columns=WIDE[0], rows=WIDE[1]) as terminal:
        open_pipeline(terminal)
        terminal.press("n")
        driver = Driver(terminal, language, script(language))
        driver.arrive()
        blocked_in_stage_one(terminal, driver)
        for stage in Stage:
            driver.walk_stage(stage)
        walked = terminal.keys
        terminal.press("escape", "escape")  # the choices first, then the screen
        open_pipeline(terminal)
        export(terminal, out, form=0, pattern="opportunities.csv")
        export(terminal, out, form=2, pattern="*.json")
        terminal.press("ctrl+q")
        assert terminal.leave() == 0
    by_stage = ", ".join(f"{stage.slug} {count}" for stage, count in driver.keys.items())
    record_property(TOLD, f"keys of the whole walk beyond the text itself, {language}: {walked} ({by_stage})")
    assert walked <= MOST_KEYS
    check_files(out, script(language)["answers"])


def blocked_in_stage_one(terminal: Terminal, driver: Driver) -> None:
    """Going on with nothing answered stays where it is, and says what is missing."""
    terminal.press("f8")
    terminal.wait_for(lambda: str(T("{field} is missing", field=T("Company"))) in driver.state)
    assert driver.stage is Stage.QUALIFICATION


def export(terminal: Terminal, folder: Path, *, form: int, pattern: str) -> None:
    """Answer the three questions of the export dialog."""
    terminal.press("e")
    terminal.wait_for(str(T("Export what?")))
    terminal.settle()
    terminal.press("enter")
    terminal.wait_for(str(T("In which form?")))
    terminal.settle()
    terminal.press(*["down"] * form, "enter")
    terminal.wait_for(str(T("Into which folder?")))
    terminal.settle()
    terminal.press("enter")  # the folder that is proposed
    terminal.wait_for(lambda: any(folder.glob(pattern)), what=f"{pattern} in {folder}")
    terminal.settle()


def check_files(out: Path, answers: dict[str, str]) -> None:
    with (out / "opportunities.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    account, product, _scope = answers["name"].split(" - ")
    assert len(rows) == 1
    assert rows[0]["name"].startswith(f"{account} - {product} - 120"), "the proposed name"
    assert rows[0]["business_problem"] == answers["business_problem"]
    document = json.loads(next(out.glob("*.json")).read_text(encoding="utf-8"))
    told = json.dumps(document, ensure_ascii=False)
    for path in ("account.legal_name", "business_problem", "next_step", "why_us"):
        assert json.dumps(answers[path], ensure_ascii=False)[1:-1] in told
    assert document["opportunity"]["status"] == "created"


@pytest.mark.parametrize("stage", list(Stage), ids=[stage.slug for stage in Stage])
def test_a_kill_in_any_stage_loses_nothing(
    stage: Stage, tmp_path: Path, context: Context, left_in: Callable[[Stage | None], UUID]
) -> None:
    """One answer is given and left, the next one is half typed; then the power goes."""
    record_id = left_in(stage)
    store = context.store
    first, second = "Grüße, 東京 first answer", "a half typed sec"
    arguments = ("--db", str(store), "--lang", "en")
    with running(*arguments, home=tmp_path, columns=WIDE[0], rows=WIDE[1]) as terminal:
        typed = answer_two_texts(terminal, store, stage, first, second)
        os.kill(terminal.child.pid, signal.SIGKILL)
    with contextlib.closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with running(*arguments, home=tmp_path, columns=WIDE[0], rows=WIDE[1]) as terminal:
        open_pipeline(terminal)
        terminal.press("enter")
        driver = Driver(terminal, "en", script("en"))
        terminal.wait_for(lambda: driver.stage is stage)
        driver.arrive()
    with Store.open(store) as reopened:
        kept = str(reopened.load(record_id))
    assert all(text in kept for text in typed), kept


def answer_two_texts(terminal: Terminal, store: Path, stage: Stage, first: str, second: str) -> list[str]:
    """Type one answer and leave it, half of another and pause; returns what must be there afterwards."""
    open_pipeline(terminal)
    terminal.press("enter")
    driver = Driver(terminal, "en", script("en"))
    terminal.wait_for(lambda: driver.stage is stage)
    place = driver.arrive()
    typed: list[str] = []
    while len(typed) < 2:
        if place.spec is not None and place.spec.is_text and not place.spec.choices and place.spec.ask.picks is None:
            text = first if not typed else second
            terminal.type(text)
            typed.append(text)
            if len(typed) == 2:
                break
        if stage is Stage.CREATION and typed:
            break
        place = driver.go_on(place)
    terminal.wait_for(lambda: typed[-1][-8:] in terminal.screen_text())
    terminal.wait_for(lambda: all(is_stored(store, text) for text in typed), what="both texts in the store")
    return typed


def is_stored(store: Path, text: str) -> bool:
    """Whether the store's log has a text, read past the program: what is there survives anything."""
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        logged = connection.execute("SELECT count(*) FROM change WHERE instr(new, ?)", (text,)).fetchone()
        kept = connection.execute("SELECT count(*) FROM pending WHERE instr(text, ?)", (text,)).fetchone()
    return bool(logged[0] or kept[0])
