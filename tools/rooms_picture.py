"""Draws docs/pictures/rooms.svg from the import contracts in pyproject.toml: who may import whom.

python -m tools.rooms_picture
"""

import tomllib
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from tools.pages import DOCS, ROOT

PICTURE: Final = DOCS / "pictures" / "rooms.svg"
_WIDTH: Final = 960
_ROW: Final = 44
_LEFT: Final = 24
_RIGHT: Final = 520
_FONT: Final = 'font-family="sans-serif" font-size="14"'


def drawn() -> str:
    """The picture as it should be."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        contracts = tomllib.load(stream)["tool"]["importlinter"]["contracts"]
    layers = next(each for each in contracts if each["type"] == "layers")["layers"]
    forbidden = [each for each in contracts if each["type"] == "forbidden"]
    side = [line for each in forbidden for line in (*_told(each), "")]
    height = max(60 + _ROW * len(layers), 70 + 18 * len(side)) + 20
    parts = [*_frame(height), *_stack(layers), *_beside(side)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _frame(height: int) -> Iterator[str]:
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">'
    yield "<title>The rooms of oppwizard, and who may import whom</title>"
    yield f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>'
    yield '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="4" refY="7" orient="0">'
    yield '<path d="M0 0 L4 8 L8 0 Z" fill="#555555"/></marker></defs>'


def _stack(layers: list[str]) -> Iterator[str]:
    yield f'<text x="{_LEFT}" y="30" {_FONT} fill="#111111">A room imports only from the rooms below it</text>'
    for number, layer in enumerate(layers):
        rooms, width = _rooms(layer), _RIGHT - _LEFT - 60
        y, each = 46 + _ROW * number, width / len(_rooms(layer))
        for place, room in enumerate(rooms):
            x = _LEFT + place * each
            box = f'x="{x:.0f}" y="{y}" width="{each - 6:.0f}" height="32" rx="4"'
            yield f'<rect {box} fill="#e8eef7" stroke="#5b7bb0"/>'
            middle = f'x="{x + (each - 6) / 2:.0f}" y="{y + 21}" text-anchor="middle"'
            yield f'<text {middle} {_FONT} fill="#111111">{escape(room)}</text>'
    end = 46 + _ROW * len(layers) - 14
    x = _RIGHT - 44
    yield f'<line x1="{x}" y1="48" x2="{x}" y2="{end}" stroke="#555555" stroke-width="2" marker-end="url(#tip)"/>'


def _rooms(layer: str) -> list[str]:
    """The rooms of a layer; in brackets those that may be missing, a bar between those that do not know each other."""
    return [room.strip(" ()") for room in layer.replace(":", "|").split("|")]


def _beside(lines: list[str]) -> Iterator[str]:
    yield f'<text x="{_RIGHT}" y="30" {_FONT} fill="#111111">And beside that</text>'
    for number, line in enumerate(lines):
        weight = 'font-weight="bold"' if line and not line.startswith(" ") else ""
        y = 62 + 18 * number
        yield f'<text x="{_RIGHT}" y="{y}" {_FONT} {weight} fill="#111111">{escape(line.strip())}</text>'


def _told(contract: dict[str, Any]) -> Iterator[str]:
    """A contract that forbids something: its name, then what is forbidden, a few names a line."""
    yield contract["name"]
    names = [name.removeprefix("oppwizard.") for name in contract["forbidden_modules"]]
    line = "  not: "
    for name in names:
        if len(line) + len(name) > 46:
            yield line
            line = "  "
        line += f"{name}{',' if name != names[-1] else ''} "
    yield line


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
