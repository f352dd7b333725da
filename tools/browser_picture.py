"""The picture of the app in a browser: docs/pictures/browser.png.

    python tools/browser_picture.py [FILE]

Needs Chromium. The store is the same made-up one each time, but the browser's fonts are those of the machine.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for benchmarks and tests, whichever way this file is run

from benchmarks.store import fill  # noqa: E402
from tests.serve.browser import browsing  # noqa: E402
from tests.serve.conftest import serving  # noqa: E402

STORE = Path("oppwizard.db")
"""Relative, because the pipeline shows it: the folder it is in has another name each time."""


async def draw(file: Path, home: Path) -> None:
    """Open the pipeline in a browser and keep what it shows."""
    fill(home / STORE, 60)
    async with serving(home, STORE) as served, browsing(home / "profile") as page:
        await page.resize(1100, 560)
        await page.open(served.url)
        await page.wait_for("draft")
        await page.wait_until("document.body.classList.contains('-first-byte')")
        await asyncio.sleep(2)  # the terminal fades in
        await asyncio.to_thread(file.write_bytes, await page.picture())


def main() -> None:
    """Draw it."""
    file = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "pictures" / "browser.png").resolve()
    with tempfile.TemporaryDirectory(prefix="oppwizard-") as folder:
        asyncio.run(draw(file, Path(folder)))
    print(file)


if __name__ == "__main__":
    main()
