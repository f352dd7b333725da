"""Cells that a spreadsheet would run as a formula, told from those it would not, and made harmless reversibly."""

import re
from typing import Final

_MARK: Final = "'"
_INVISIBLE: Final = "\\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_OPERATORS: Final = "=+\\-@＝＋－＠﹦﹢﹣﹫"
_FORMULA: Final = re.compile(f"[\t\r\n]|[{_INVISIBLE}]*[{_OPERATORS}]")
_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?")
FIRST: Final = f"[{_INVISIBLE}{_OPERATORS}]"
"""What a formula may begin with, as an expression; a text that begins otherwise need not be looked at."""


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run a text: it begins like a formula and is no plain number."""
    return _FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None


def guard(text: str, *, code: bool = False) -> str:
    """A text as a cell that no spreadsheet runs: an apostrophe goes before it, and before one that it has already.

    Args:
        code: digits in it are no number (telephone numbers, product codes): a number-like text is marked too.
    """
    spoilt = code and _NUMBER.fullmatch(text) is not None
    return _MARK + text if spoilt or text.startswith(_MARK) or is_formula(text) else text


def unguard(cell: str) -> str:
    """The text of a guarded cell, whatever it was."""
    return cell.removeprefix(_MARK)
