"""The app in a real browser: what a person sees and types there, and that nobody else gets in."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.model.enums import Stage
from tests.serve.browser import browsing, chromium
from tests.serve.conftest import serving

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _browser() -> None:
    chromium()


def _companies(store: Path) -> set[str]:
    with closing(sqlite3.connect(store)) as connection:
        return {row[0] for row in connection.execute("SELECT coalesce(legal_name, dba) FROM account")}


async def test_a_person_works_in_the_browser(
    tmp_path: Path, context: Context, left_in: Callable[[Stage | None], UUID]
) -> None:
    """One visit, as it costs a browser: the way in, the pipeline, keys, an input method, a larger window, the end."""
    left_in(None)
    async with serving(tmp_path, context.store) as served, browsing(tmp_path / "profile") as page:
        await page.resize(1000, 600)
        await page.open(served.url)
        await page.wait_for("Harbor Tools")
        assert await page.says("location.href") == f"{served.base}/", "the token is gone from the address"
        await page.wait_until("document.body.classList.contains('-first-byte')")
        assert await page.says("document.fonts.check('16px \"Roboto Mono\"')")
        own = (served.base, served.base.replace("http", "ws"), "data:", "about:")
        assert [each for each in page.requests if not each.startswith(own)] == []

        await page.press("n")
        await page.wait_for("1 Qualify")
        await page.commit("株式会社東京商事")
        await page.wait_for("株式会社東京商事")
        await page.press("Tab")
        await page.wait_for(lambda: "株式会社東京商事" in _companies(context.store))

        before = page.sizes[-1]
        await page.resize(1400, 900)
        await page.wait_for(lambda: page.sizes[-1][0] > before[0] and page.sizes[-1][1] > before[1])
        await page.wait_for(lambda: page.screen.display[page.sizes[-1][1] - 1].strip() != "")
