"""The JSON documents of a file, bounded in size and depth."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T, Text
from oppwizard.model.plain import number

LARGEST: Final = 50_000_000
"""The most bytes of a file."""
DEEPEST: Final = 32
"""The most levels of objects and lists in one another."""
_LINES: Final = (".jsonl", ".ndjson")


class Entry(NamedTuple):
    """One record of a file.

    Attributes:
        source: where it stands.
        document: the object; a problem where there is none.
        number: the line or record, from 1.
    """

    source: Text
    document: dict[str, Any] | Text
    number: int = 0


def entries(path: Path) -> list[Entry]:
    """The records of a file: one object, a list of them, ``{"records": [...]}``, or an object a line.

    Raises:
        InvalidInput: the file cannot be read, is too large, or is no JSON; says where.
    """
    text = _text(path)
    by_line = path.suffix.lower() in _LINES or _is_lines(text)
    found = list(_by_line(text.split("\n")) if by_line else _of(_parsed(text, path)))
    if not found:
        raise InvalidInput(T("{path} holds no record.", path=path))
    return found


def stream(path: Path) -> Iterator[Entry]:
    """The records of a file like `entries`; of JSON Lines one after the other, so that such a file may be of any size.

    Raises:
        InvalidInput: the file cannot be read, or is no JSON.
    """
    if path.suffix.lower() not in _LINES:
        yield from entries(path)
        return
    try:
        with path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline="\n") as lines:
            yield from _by_line(iter(lambda: lines.readline(LARGEST), ""))
    except OSError as error:
        raise InvalidInput(T("{path} cannot be read: {cause}", path=path, cause=error.strerror or error)) from error


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInput(
                T("{path} is larger than {limit} MB.", path=path, limit=LARGEST // 1_000_000),
                T("Divide it, for example into JSON Lines files."),
            )
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1).decode("utf-8-sig")
    except OSError as error:
        raise InvalidInput(T("{path} cannot be read: {cause}", path=path, cause=error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            T("{path} is not UTF-8 (byte {place}).", path=path, place=error.start), T("Save it as UTF-8.")
        ) from error


def _is_lines(text: str) -> bool:
    """Whether each line is a record: the first one is an object by itself, and something follows."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.lstrip().startswith("{") or not rest.strip():
        return False
    try:
        return isinstance(_loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _by_line(lines: Iterable[str]) -> Iterator[Entry]:
    for place, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        source = T("line {number}", number=place)
        try:
            yield _entry(source, _loads(line), place)
        except (ValueError, RecursionError) as error:
            yield Entry(source, _fault(error, place), place)


def _of(value: Any) -> Iterator[Entry]:
    listed = value.get("records") if isinstance(value, dict) and "records" in value else value
    for place, item in enumerate(listed if isinstance(listed, list) else [listed], start=1):
        yield _entry(T("record {number}", number=place), item, place)


def _entry(source: Text, value: Any, place: int) -> Entry:
    if not isinstance(value, dict):
        return Entry(source, T("A record is an object"), place)
    if _depth(value) > DEEPEST:
        said = T("Objects and lists stand more than {limit} deep in one another", limit=DEEPEST)
        return Entry(source, said, place)
    return Entry(source, value, place)


def _parsed(text: str, path: Path) -> Any:
    try:
        return _loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            T("{path} is no JSON: {fault}", path=path, fault=_fault(error)), T("Correct it there and import it again.")
        ) from error


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=number, parse_constant=_no_number)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _fault(error: Exception, line: int | None = None) -> Text:
    if isinstance(error, json.JSONDecodeError):
        return T(
            "line {line}, column {column}: {fault}", line=line or error.lineno, column=error.colno, fault=error.msg
        )
    if isinstance(error, RecursionError):
        return T("Objects and lists stand more than {limit} deep in one another", limit=DEEPEST)
    return T("It holds what is no number in JSON: {text}", text=str(error)[:80])


def _depth(value: Any) -> int:
    """How many levels a value has, found without recursion; stops counting where it is too many."""
    level, layer = 0, [value]
    while layer and level <= DEEPEST:
        level += 1
        layer = [
            item
            for one in layer
            for item in (one.values() if isinstance(one, dict) else one)
            if isinstance(item, dict | list)
        ]
    return level
