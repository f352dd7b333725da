"""Values as machines read them: what JSON can hold, exact to the last digit, the same in every language."""

import datetime as dt
import json
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final
from uuid import UUID

UNSAFE: Final = re.compile("[\x7f-\x9f\u2028\u2029]")
"""What JSON allows in a text, but terminals run and line readers take for the end of a line."""


_FURTHEST: Final = 400
"""So many digits may a number have before or behind its point: written out, ``1e99999999`` fills any memory."""


def number(text: str) -> Decimal:
    """A number of a JSON file with a point or an exponent in it, exact.

    Raises:
        ValueError: it is too large or too small to be one of ours.
    """
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text[:80]) from error
    if len(text) > 2 * _FURTHEST or abs(found.adjusted()) > _FURTHEST:
        raise ValueError(text[:80])
    return found


def machine(value: Any) -> Any:
    """A stored value as a document holds it; the same in every language."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return value.normalize() + 0
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case dt.date() | dt.time():
            return value.isoformat()
        case UUID():
            return str(value)
        case list() | tuple():
            return [machine(item) for item in value]
    return value


def dumps(value: Any, *, indent: bool = False, depth: int = 0) -> str:
    """JSON text of a document. Unlike `json.dumps` it writes decimals as the numbers they are, digit by digit.

    Args:
        indent: a value a line, two blanks a level; else all on one line.
        depth: the level at which the text is to stand.
    """
    match value:
        case dict():
            pairs = (f"{_text(key)}: {dumps(item, indent=indent, depth=depth + 1)}" for key, item in value.items())
            return _bracketed("{", "}", pairs, indent, depth)
        case list():
            items = (dumps(item, indent=indent, depth=depth + 1) for item in value)
            return _bracketed("[", "]", items, indent, depth)
        case str():
            return _text(value)
        case Decimal():
            return f"{value:f}"
    return json.dumps(value)


def _text(text: str) -> str:
    return UNSAFE.sub(escaped, json.dumps(text, ensure_ascii=False))


def escaped(found: re.Match[str]) -> str:
    """A character as JSON escapes it."""
    return f"\\u{ord(found[0]):04x}"


def _bracketed(opening: str, closing: str, parts: Iterable[str], indent: bool, depth: int) -> str:
    listed = list(parts)
    if not listed or not indent:
        return opening + ", ".join(listed) + closing
    pad = "\n" + "  " * (depth + 1)
    return opening + pad + f",{pad}".join(listed) + "\n" + "  " * depth + closing
