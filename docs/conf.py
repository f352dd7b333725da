"""The site from these pages: `make site` writes it to build/site, and fails at a link that leads nowhere.

A new page gets its place in `NAVIGATION`. A page named there that does not exist is left out; one that exists and is
not named there fails the build.
"""

import re
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).resolve().parent
ROOT: Final = DOCS.parent
ROOT_PAGES: Final = ("SECURITY", "CONTRIBUTING", "CHANGELOG")
"""Pages at the root of the repository that the site has too."""

NAVIGATION: Final[dict[str, tuple[str, ...]]] = {
    "Begin": ("install", "walk", "ja/quickstart"),
    "For your work": ("for/rep", "for/sdr", "for/manager", "for/se", "for/operations", "for/administrator"),
    "How it works": ("judging", "handoffs", "leads", "reviews", "results", "audit"),
    "Make it yours": ("own-content", "rules", "enrichment", "notifications", "playbook"),
    "Into a CRM": ("crm", "push"),
    "Run it": ("team", "serve", "faults", "privacy", "root/SECURITY"),
    "Reference": ("commands", "command-reference", "fields", "findings"),
    "Carry it on": (
        "architecture",
        "extending",
        "root/CONTRIBUTING",
        "dependencies",
        "releasing",
        "root/CHANGELOG",
    ),
}

project = "oppwizard"
author = "the oppwizard contributors"
copyright = "the oppwizard contributors"
version = release = re.findall(r'__version__ = "([^"]+)"', (ROOT / "src/oppwizard/__init__.py").read_text())[0]

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["pictures"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["misc.highlighting_failure"]  # examples of commands are no program of any language
highlight_language = "text"

smartquotes_action = "qe"  # quotes and dots; two hyphens begin an option

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_title = f"oppwizard {version}"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
html_extra_path: list[str] = []


def _root_page(name: str) -> str:
    """A page of the root as it reads from docs/root: its links lead from there."""
    text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    text = re.sub(r"\]\(docs/", "](../", text)
    return re.sub(rf"\]\(({'|'.join(ROOT_PAGES)})\.md", r"](\1.md", text)


def _write_root_pages(_app: Any) -> None:
    folder = DOCS / "root"
    folder.mkdir(exist_ok=True)
    for name in ROOT_PAGES:
        text = _root_page(name)
        page = folder / f"{name}.md"
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def _navigate(_app: Any, name: str, source: list[str]) -> None:
    """Put the navigation at the end of the first page; links to the root's pages lead to their copies."""
    if name == "index":
        source[0] += "\n" + "\n".join(_tables())
    up = "../" * name.count("/")
    pages = "|".join(ROOT_PAGES)
    if not name.startswith("root/"):
        source[0] = re.sub(rf"\]\((?:\.\./)+({pages})\.md", rf"]({up}root/\1.md", source[0])


def _tables() -> list[str]:
    lines: list[str] = []
    for caption, pages in NAVIGATION.items():
        there = [page for page in pages if (DOCS / f"{page}.md").exists()]
        lines += ["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *there, "```"]
    return lines


def _let_values_break(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Let lists of values, such as ``en|ja``, break behind their bars: to a column of a table they are one word."""
    if "body" in context:
        context["body"] = re.sub(
            r'(?<=<span class="pre">)[^<]*', lambda word: word[0].replace("|", "|<wbr>"), context["body"]
        )


def setup(app: Any) -> None:
    """Hook in."""
    app.connect("html-page-context", _let_values_break)
    app.connect("builder-inited", _write_root_pages)
    app.connect("source-read", _navigate)
