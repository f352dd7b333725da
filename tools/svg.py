"""A screen as SVG, the same bytes from the same screen, and as PNG for looking at it."""

import html
import itertools
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

if TYPE_CHECKING:
    from textual.app import App

FONTS: Final = '"Fira Code", "DejaVu Sans Mono", "Noto Sans Mono CJK JP", "Noto Sans CJK JP", monospace'
_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_FAMILY = re.compile(r"font-family: (?:Fira Code|arial)[^;]*;")
_TEXT = re.compile(r'<text ([^>]*) x="([\d.]+)" ([^>]*) textLength="([\d.]+)"([^>]*)>([^<]*)</text>')
"""A text in Rich's SVG: classes, x, y, its length, how it is clipped, what it says."""


_IDS = re.compile(r"terminal-\d+")
_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_FAMILY = re.compile(r"font-family: (?:Fira Code|arial)[^;]*;")
_TEXT = re.compile(r'<text ([^>]*) x="([\d.]+)" ([^>]*) textLength="([\d.]+)"([^>]*)>([^<]*)</text>')
"""A text in Rich's SVG: classes, x, y, its length, how it is clipped, what it says."""


def picture(app: "App[int]") -> str:
    """The screen as SVG, without what differs from run to run and without fonts from elsewhere."""
    svg = _IDS.sub("oppwizard", app.export_screenshot(title="oppwizard"))
    return spaced(_FAMILY.sub(f"font-family: {FONTS};", _FACES.sub("", svg)))


def spaced(svg: str) -> str:
    """Texts as wide as their cells: Rich counts characters, and browsers squeeze Japanese into half its room."""
    return _TEXT.sub(_as_wide_as_its_cells, svg)


def _as_wide_as_its_cells(found: re.Match[str]) -> str:
    """The text, its wide characters in pieces of their own: what stands behind them keeps its column in any font."""
    names, left, line, length, clipped, told = found.groups()
    text = html.unescape(told)
    if cell_len(text) <= len(text):
        return found[0]
    cell = float(length) / len(text)
    pieces, x = [], float(left)
    for _width, run in itertools.groupby(text, key=cell_len):
        piece = "".join(run)
        long = cell_len(piece) * cell
        shown = html.escape(piece, quote=False).replace("\xa0", "&#160;")
        pieces.append(f'<text {names} x="{x:g}" {line} textLength="{long:g}"{clipped}>{shown}</text>')
        x += long
    return "".join(pieces)


def render(svg: Path) -> Path:
    """A PNG beside an SVG, by Chromium where there is one, else by rsvg-convert.

    Raises:
        SystemExit: there is neither.
    """
    png = svg.with_suffix(".png")
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is not None:
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text(encoding="utf-8"))
        assert box is not None, "Rich's SVG has a view box"
        window = f"--window-size={int(float(box[1])) + 1},{int(float(box[2])) + 1}"
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", window, f"--screenshot={png}"]
        subprocess.run([browser, *options, svg.resolve().as_uri()], check=True, capture_output=True)
    elif shutil.which("rsvg-convert") is not None:
        told = svg.read_text(encoding="utf-8")  # it drops spaces at the beginning of a text unless told to keep them
        spaced = told.replace("&#160;", " ").replace("<text ", '<text xml:space="preserve" ')
        subprocess.run(["rsvg-convert", "-o", str(png)], input=spaced, text=True, check=True)
    else:
        raise SystemExit("--png needs chromium or rsvg-convert")
    return png
