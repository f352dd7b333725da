"""Texts in pictures are as wide as their cells, in whatever font a browser draws them."""

from tools.svg import spaced

CELL = 12.2


def _text(told: str, x: float = 0.0, length: float | None = None) -> str:
    long = CELL * len(told) if length is None else length
    return f'<text class="r1" x="{x:g}" y="20" textLength="{long:g}" clip-path="url(#l)">{told}</text>'


def test_japanese_has_two_cells_a_character() -> None:
    assert spaced(_text("案件名")) == _text("案件名", length=CELL * 6)


def test_what_stands_behind_japanese_keeps_its_column() -> None:
    assert spaced(_text("4倉庫 A&amp;B", length=CELL * 7)) == (
        _text("4") + _text("倉庫", CELL, CELL * 4) + _text("&#160;A&amp;B".replace("&#160;", " "), CELL * 5, CELL * 4)
    )


def test_other_texts_stay_as_they_are() -> None:
    assert spaced(_text("Open&#160;points", length=CELL * 11)) == _text("Open&#160;points", length=CELL * 11)
    assert spaced(_text("\n")) == _text("\n")
