"""Every page has its place on the site, every link leads somewhere, and the picture is that of the contracts."""

import re
from pathlib import Path

from tools import rooms_picture

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
HOW = "run: make references"


def test_the_picture_of_the_rooms_is_that_of_the_contracts() -> None:
    assert rooms_picture.PICTURE.read_text("utf-8") == rooms_picture.drawn(), HOW


def test_every_page_has_its_place_on_the_site() -> None:
    named = re.findall(r'"([a-z/A-Z-]+)"', (DOCS / "conf.py").read_text("utf-8").partition("NAVIGATION")[2])
    pages = {str(page.relative_to(DOCS).with_suffix("")) for page in DOCS.rglob("*.md") if "root" not in page.parts}
    assert pages - {"index"} <= set(named)


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in (*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"):
        if "root" in page.parts:
            continue
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
