"""The columns of a history file shown and corrected on a terminal, with the real program (X2)."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.terminal import Terminal, running

pytestmark = pytest.mark.e2e


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    path = tmp_path / "deals.csv"
    path.write_text(
        "Id,Customer,Sold,Amount,Opened,Closed,Stage\n"
        "1,Harbor Tools,Stock Count,1200,03/04/2026,05/06/2026,Won\n"
        "2,Harbor Tools,StockCount,900,01/02/2026,02/03/2026,Lost\n",
        encoding="utf-8",
    )
    return path


def stored(store: Path, columns: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        return connection.execute(f"SELECT {columns} FROM past_deal ORDER BY key").fetchall()


def pick(terminal: Terminal, question: str, downs: int) -> None:
    """Answer a question by going down the list."""
    terminal.wait_for(question)
    terminal.settle()
    terminal.press(*["down"] * downs, "enter")


def test_a_question_is_asked_once_and_a_column_corrected(deals: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    arguments = ("--db", str(store), "--lang", "en", "history", "import", str(deals))
    with running(*arguments, home=tmp_path, columns=100, rows=50) as terminal:
        terminal.wait_for("Customer")
        pick(terminal, "begin with the day or with the month", 0)
        pick(terminal, "What next?", 3)  # Read it so, Number, Account, then Product
        pick(terminal, "Which column?", 2)  # Id, Customer, then Sold
        terminal.wait_for("Stock Count, StockCount")
        pick(terminal, "What next?", 0)
        assert terminal.leave() == 0
        assert "New: 2" in terminal.raw
    assert stored(store, "product, opened, closed") == [
        ("Stock Count", "2026-04-03", "2026-06-05"),
        ("StockCount", "2026-02-01", "2026-03-02"),
    ]


def test_whoever_leaves_has_read_nothing(deals: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    with running("--db", str(store), "--lang", "en", "history", "import", str(deals), home=tmp_path) as terminal:
        terminal.wait_for("begin with the day or with the month")
        terminal.settle()
        terminal.press("ctrl+c")
        assert terminal.leave() != 0
        assert "Traceback" not in terminal.raw
    assert stored(store, "*") == []
