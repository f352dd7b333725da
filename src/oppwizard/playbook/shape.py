"""What the declarations say of a place in the playbook: which settings it has, of what type, told in which words."""

import ast
import inspect
import textwrap
import types
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from oppwizard.playbook.section import Place, Section, key_of


def plain(annotation: Any) -> Any:
    """A type without what is annotated to it, and without None where that is all that it is joined to."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        members = [one for one in get_args(annotation) if one is not type(None)]
        return plain(members[0]) if len(members) == 1 else annotation
    return annotation


def section_of(annotation: Any) -> type[Section] | None:
    """The section that a type is; None where it is another one."""
    bare = plain(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, Section) else None


def settings_of(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """The settings of a section by what they are called in files."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def within(annotation: Any, key: str | int) -> Any:
    """The type of what stands under a key of something; None where nothing does."""
    bare = plain(annotation)
    if get_origin(bare) in (Union, types.UnionType):
        return next((found for one in get_args(bare) if (found := within(one, key)) is not None), None)
    section = section_of(bare)
    if section is not None:
        field = settings_of(section).get(str(key))
        return field.annotation if field is not None else None
    origin, parts = get_origin(bare), get_args(bare)
    if origin is dict:
        return parts[1]
    if origin in (tuple, list) and isinstance(key, int):
        return parts[key] if origin is tuple and ... not in parts and key < len(parts) else parts[0]
    return None


def type_at(root: type[Section], path: Place) -> Any:
    """The type of what stands at a path; None where there is no such setting."""
    found: Any = root
    for key in path:
        found = within(found, key)
        if found is None:
            return None
    return found


def known_keys(root: type[Section], path: Place) -> tuple[str, ...]:
    """The settings of the table at a path; none where its keys are free or it is no table."""
    section = section_of(type_at(root, path))
    return tuple(settings_of(section)) if section is not None else ()


def entry_key(root: type[Section], path: Place) -> str | None:
    """By which setting the entries of the list at a path are told apart; None for any other list."""
    entry = section_of(within(type_at(root, path), 0))
    return key_of(entry) if entry is not None else None


def spoken(path: Place, root: type[Section], tree: Any) -> str:
    """A path as people write it: ``audit.sample``, ``fields.clause.kind``, ``peer.agenda[2]``."""
    told, here = "", tree
    for depth, key in enumerate(path):
        here = _step(here, key)
        if isinstance(key, str):
            told += f".{key}" if told else key
            continue
        natural = entry_key(root, path[:depth])
        name = here.get(natural) if natural and isinstance(here, dict) else None
        told += f".{name}" if isinstance(name, str) and name else f"[{key + 1}]"
    return told


def _step(here: Any, key: str | int) -> Any:
    try:
        return here[key]
    except (KeyError, IndexError, TypeError):
        return None


def is_secret(root: type[Section], path: Place) -> bool:
    """Whether what stands at a path is not to be shown."""
    return "Secret" in str(type_at(root, path))


# What the docstrings say


@cache
def described(section: type[BaseModel]) -> dict[str, str]:
    """The docstring under each setting of a section, by what it is called in files."""
    told: dict[str, str] = {}
    for cls in reversed(section.__mro__):
        if issubclass(cls, Section) and cls is not Section:
            told.update(_docstrings(cls))
    called = {name: field.alias or name for name, field in section.model_fields.items()}
    return {called[name]: text for name, text in told.items() if name in called}


def _docstrings(cls: type) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):  # made at run time, or without its source
        return
    body = getattr(tree.body[0], "body", [])
    for statement, following in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = following.value if isinstance(following, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield statement.target.id, " ".join(text.value.split())
