"""Files that are almost right: bytes turned about, and values of the wrong sort in the right places."""

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

DEEP: Final = 100_000
VALUES: Final = (
    *("null", "true", "-1", "0", "1e999", "-1e-999", "NaN", "Infinity", '""', '"\\u0000"', '"\\ud800"', "[]", "{}"),
    *('"2026-02-30"', '"9999-12-31"', '"0001-01-01T00:00:00Z"', '"=1+1"', '"\\u202e[red]x[/]"', '"no such"'),
    *("9" * 400, "9" * 5_000, "1." + "9" * 400, "0.1e400", '"' + "x" * 100_000 + '"', "[" * 200 + "]" * 200),
    *(
        "[" * DEEP,
        '{"a":' * 2_000 + "1" + "}" * 2_000,
        "[null]",
        '[{"id": "1"}]',
        '"0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001"',
    ),
    *('"1e99999999"', "1e99999999", '"９９"', '"12:60"', '"٣"'),
)
"""Texts that stand for a value in JSON, or pretend to."""
TEXTS: Final = (
    *("", "\0", "\ud7ff", "\ufeff", "\u202e", '"', "'", ";", ",", "\t", "\n", "\r", "\\", "=cmd()", "x" * 5_000),
    *(
        "1e999",
        "1e99999999",
        "-0",
        "9" * 400,
        "NaN",
        "2026-02-30",
        "0000-00-00",
        "31.12.99999",
        "\x1b[2J",
        "١٢",
        "½",
        "²",
    ),
)
TOML: Final = (
    *(
        "[" * 5_000,
        "{ a = " * 500,
        "9" * 5_000,
        "nan",
        "-inf",
        '"\\ud800"',
        "1979-05-27T07:32:00Z",
        "[[], {}]",
        "''",
        "{}",
    ),
    *(
        "true",
        "-1",
        "0",
        "1e400",
        '"no such"',
        '"""',
        "[1, 'a']",
        "07:32:00",
        "[{ value = 1 }]",
        "99999999999999999999",
    ),
)
Chance = random.Random
Mutation = Callable[[bytes, Chance], bytes]


def bytes_turned(data: bytes, chance: Chance) -> bytes:
    """A few bytes flipped, cut out, doubled, moved, or put in."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(found) + 1)
        end = min(len(found), at + chance.choice((1, 2, 8, 64, 1_000)))
        match chance.randrange(6):
            case 0 if at < len(found):
                found[at] ^= 1 << chance.randrange(8)
            case 1:
                del found[at:end]
            case 2:
                found[at:at] = found[at:end] * chance.choice((1, 3, 50))
            case 3:
                found[at:at] = chance.choice(TEXTS).encode("utf-8", "surrogatepass")
            case 4:
                found[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
            case 5:
                del found[at:]
    return bytes(found)


def json_turned(data: bytes, chance: Chance) -> bytes:
    """Values of a JSON document, or of a line of several, in the place of which stand others."""
    text = data.decode()
    lines = text.splitlines() if "\n{" in text and not text.startswith("{\n") else [text]
    number = chance.randrange(len(lines))
    lines[number] = turned_document(json.loads(lines[number]), chance)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def turned_document(document: Any, chance: Chance) -> str:
    """A document as text, a few of its values replaced, taken out, renamed or doubled."""
    put: list[str] = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = list(_places(document))
        if not places:
            break
        holder, key = chance.choice(places)
        match chance.randrange(8):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(("", "id", "format", "__class__", "status", "x" * 300, "\0"))] = holder.pop(key)
            case 2 if isinstance(holder, list):
                holder.extend([holder[key]] * chance.choice((1, 300)))
            case 3:
                holder[key] = chance.choice(places)[0]
                if _is_in(holder, holder[key]):
                    holder[key] = None
            case _:
                put.append(chance.choice(VALUES))
                holder[key] = f"@@{len(put) - 1}@@"
    text = json.dumps(document)
    return re.sub(r'"@@(\d+)@@"', lambda match: put[int(match[1])], text)


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    pairs = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in list(pairs):
        yield document, key
        yield from _places(value)


def _is_in(holder: Any, value: Any) -> bool:
    return value is holder or any(inner is holder for inner, _ in _places(value))


def cells_turned(data: bytes, chance: Chance) -> bytes:
    """Cells of a CSV file with other texts in them, rows that are too short or too long."""
    lines = data.decode("utf-8", "replace").split("\n")
    for _ in range(chance.choice((1, 2, 5))):
        number = chance.randrange(len(lines))
        cells = lines[number].split(",")
        place = chance.randrange(len(cells))
        cells[place : place + chance.choice((0, 1, 1, 1, 2))] = [chance.choice(TEXTS)]
        lines[number] = ",".join(cells)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def toml_turned(data: bytes, chance: Chance) -> bytes:
    """Settings with values of another sort, twice, or somewhere else."""
    lines = data.decode().split("\n")
    for _ in range(chance.choice((1, 1, 2, 4))):
        number = chance.randrange(len(lines))
        name, equals, _value = lines[number].partition(" = ")
        if equals and chance.random() < 0.7:
            lines[number] = f"{name} = {chance.choice(TOML)}"
        else:
            lines.insert(
                chance.randrange(len(lines) + 1), lines[number] if chance.random() < 0.8 else chance.choice(TOML)
            )
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def lines_turned(data: bytes, chance: Chance) -> bytes:
    """Lines of an e-mail or calendar file taken out, doubled, moved, and their values changed."""
    lines = data.split(b"\n")
    for _ in range(chance.choice((1, 2, 4))):
        number = chance.randrange(len(lines))
        name, colon, _value = lines[number].partition(b":")
        match chance.randrange(4):
            case 0:
                lines.insert(chance.randrange(len(lines) + 1), lines[number])
            case 1 if len(lines) > 1:
                del lines[number]
            case _ if colon:
                lines[number] = name + b":" + chance.choice(TEXTS).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)
