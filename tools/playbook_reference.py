"""Writes the reference of the playbook's settings into docs/playbook.md, from their declarations.

    python tools/playbook_reference.py          writes it
    python tools/playbook_reference.py check    fails when it is out of date

What stands before the mark in the page is written by hand and left alone.
"""

import sys
import types
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from oppwizard.playbook import load_playbook
from oppwizard.playbook.effective import literal
from oppwizard.playbook.schema import Playbook
from oppwizard.playbook.section import Place, Section, Words, key_of
from oppwizard.playbook.shape import described, plain, section_of, settings_of

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "playbook.md"
MARK: Final = "<!-- From here on written by tools/playbook_reference.py: change the declarations, not this. -->"
_LONG: Final = 40
_WORDS: Final = "text, or one by language"
_NAMES: Final = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "Decimal": "number",
    "bool": "true or false",
    "date": "day",
    "time": "time of day",
    "datetime": "moment",
    "Path": "path",
    "Any": "any value",
}
_LIMITS: Final = {"ge": "{} or more", "gt": "more than {}", "le": "at most {}", "lt": "less than {}"}


def reference() -> str:
    """The reference, section by section, in the order of the declarations."""
    return "\n".join([MARK, *_top(), *(line for part in _sections() for line in part)]).rstrip() + "\n"


def page() -> str:
    """The whole page: what is written by hand, then the reference."""
    return PAGE.read_text(encoding="utf-8").partition(MARK)[0] + reference()


def _top() -> Iterator[str]:
    """The settings that stand in no table."""
    fields = Playbook.model_fields
    single = {name: field for name, field in fields.items() if _table_in(field.annotation) is None}
    yield from ["", "## Settings at the head of a file", ""]
    yield from _rows(Playbook, single, load_playbook())


def _sections() -> Iterator[list[str]]:
    book = load_playbook()
    for name, field in Playbook.model_fields.items():
        if _table_in(field.annotation) is not None:
            said = described(Playbook).get(name, "")
            yield from _of((name,), field.annotation, said, getattr(book, name), set())


def _of(at: Place, annotation: Any, said: str, value: Any, seen: set[type[Section]]) -> Iterator[list[str]]:
    """A table, and after it the tables within it."""
    section, shape = _table_in(annotation) or (None, "")
    if section is None or section in seen:
        return
    seen = seen | {section}
    heading = _heading(at, shape)
    lines = ["", f"## `{heading}`", ""]
    lines += [_cell(text) for text in (_doc(section), said) if text]
    if shape == "list" and (key := key_of(section)):
        lines += ["", f"Entries are told apart by `{key}`."]
    current = value if isinstance(value, Section) else None
    lines += ["", *_rows(section, settings_of(section), current)]
    yield lines
    for name, field in settings_of(section).items():
        inner = getattr(current, name) if current is not None else None
        place = (*at, "NAME", name) if shape == "free" else (*at, name)
        yield from _of(place, field.annotation, described(section).get(name, ""), inner, seen)


def _heading(at: Place, shape: str) -> str:
    path = ".".join(map(str, at))
    return {"list": f"[[{path}]]", "free": f"[{path}.NAME]"}.get(shape, f"[{path}]")


def _table_in(annotation: Any) -> tuple[type[Section], str] | None:
    """The section that a setting is made of, and whether it is one, a list of them, or one by a free name."""
    bare = plain(annotation)
    if section := section_of(bare):
        return section, "one"
    origin, parts = get_origin(bare), get_args(bare)
    if origin is dict and (section := section_of(parts[1])):
        return section, "free"
    if origin in (tuple, list) and parts and (section := section_of(parts[0])):
        return section, "list"
    if origin in (Union, types.UnionType):
        return next((found for one in parts if (found := _table_in(one))), None)
    return None


def _doc(section: type[Section]) -> str:
    return " ".join((section.__doc__ or "").split())


def _rows(section: type[Section], fields: dict[str, FieldInfo], value: Section | None) -> Iterator[str]:
    yield "| Setting | Takes | Unless said otherwise | Meaning |"
    yield "|---|---|---|---|"
    for name, field in fields.items():
        cells = [f"`{name}`", _takes(field), _default(name, field, value), described(section).get(name, "")]
        yield f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("``", "`")


def _default(name: str, field: FieldInfo, value: Section | None) -> str:
    if value is not None:
        said = getattr(value, name)
    elif field.is_required():
        return "must be said"
    else:
        said = field.get_default(call_default_factory=True)
    if said is None or said is PydanticUndefined:
        return ""
    shown = literal(said)
    if len(shown) <= _LONG:
        return f"`{shown}`"
    count = len(said) if isinstance(said, tuple | list | dict) else 0
    return f"{count} entries" if count else "see below"


# Types in words


def _takes(field: FieldInfo) -> str:
    if any(one in field.metadata for one in get_args(Words)[1:] if isinstance(one, BeforeValidator)):
        return _WORDS
    return ", ".join([_type(field.annotation), *_bounds(field.metadata)])


def _type(annotation: Any) -> str:
    if annotation == Words:
        return _WORDS
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return ", ".join([_type(inner), *_bounds(metadata)])
    bare, origin, parts = plain(annotation), get_origin(plain(annotation)), get_args(plain(annotation))
    if bare is not annotation and get_origin(annotation) in (Union, types.UnionType):
        optional = next(one for one in get_args(annotation) if one is not type(None))
        return _type(optional)
    if origin is Literal:
        return "one of " + ", ".join(f"`{literal(one)}`" for one in parts)
    if isinstance(bare, type) and issubclass(bare, Enum):
        return "one of " + ", ".join(f"`{literal(one)}`" for one in bare)
    if section_of(bare):
        return "table"
    if origin is dict:
        return f"table of {_many(parts[1])}"
    if origin in (tuple, list, frozenset):
        return f"list of {_many(parts[0])}" if ... in parts or len(parts) == 1 else f"{len(parts)} × {_type(parts[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(map(_type, parts)))
    return _NAMES.get(getattr(bare, "__name__", ""), "text")


def _many(annotation: Any) -> str:
    told = _type(annotation)
    head, comma, rest = told.partition(",")
    plurals = {"true or false": "true or false", "any value": "values", "time of day": "times of day"}
    if told.startswith("one of"):
        return f"texts, each {told}"
    plural = plurals.get(head) or (head if "`" in head or " or " in head or "of " in head else f"{head}s")
    return f"{plural}{comma}{rest}"


def _bounds(metadata: Iterable[Any]) -> list[str]:
    """The bounds of a value, in words."""
    told = dict(pair for one in metadata for pair in _limits(one))
    if "ge" in told and "le" in told:
        return [f"{told.pop('ge').split()[0]} to {told.pop('le').split()[-1]}", *told.values()]
    return list(told.values())


def _limits(constraint: Any) -> Iterator[tuple[str, str]]:
    """The bounds that a constraint is made of, in words, by its name for them."""
    for name, words in _LIMITS.items():
        if (limit := getattr(constraint, name, None)) is not None:
            yield name, words.format(limit)
    if (most := getattr(constraint, "max_length", None)) is not None:
        yield "max", f"{most} characters at most"
    if pattern := getattr(constraint, "pattern", None):
        yield "pattern", f"as `{pattern}`"
    for inner in getattr(constraint, "metadata", ()) or ():
        yield from _limits(inner)


def main(arguments: list[str]) -> int:
    """Write the reference, or say whether it is out of date."""
    if arguments == ["check"]:
        if PAGE.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE.name} is out of date: run python tools/playbook_reference.py", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
