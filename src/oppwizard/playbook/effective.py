"""The settings in force: each with its value, where it came from, and what its declaration says of it."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Final

from oppwizard.errors import NotFound
from oppwizard.i18n import T, Text, translate
from oppwizard.playbook.layers import Layer
from oppwizard.playbook.loading import Examined
from oppwizard.playbook.schema import Playbook
from oppwizard.playbook.section import Place, Section, key_of, near
from oppwizard.playbook.shape import described, section_of, spoken, type_at

_WIDTH: Final = 60
"""The most characters of a value in a list of them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force.

    Attributes:
        key: such as ``audit.sample``, or ``fields.clause.kind``.
        value: what it is; a list of entries with keys is their keys.
        layer: whose it is.
        file: where it stands; None for what is built in.
        about: what its declaration says of it.
    """

    key: str
    value: Any
    layer: Layer
    file: Path | None
    line: int | None
    about: str

    @property
    def origin(self) -> Text:
        """Where it came from, for people."""
        if self.file is None:
            return self.layer.label
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return T("{layer}, {place}", layer=self.layer.label, place=place)

    @property
    def shown(self) -> str:
        """The value as TOML has it."""
        return literal(self.value)

    def to_json(self) -> dict[str, Any]:
        """The setting in a JSON answer."""
        return {
            "key": self.key,
            "value": _plain(self.value),
            "layer": self.layer.value,
            "file": str(self.file) if self.file else None,
            "line": self.line,
            "description": self.about,
        }


def settings_in_force(examined: Examined, key: str = "") -> list[Setting]:
    """The settings of a playbook, or those under a key; a key of one setting gives that one.

    Raises:
        NotFound: there is no such key.
    """
    playbook = examined.playbook
    assert playbook is not None, "only a playbook without faults is in force"
    at, value = _found(playbook, key)
    return [*_under(examined, at, value, len(at))]


def _found(playbook: Playbook, key: str) -> tuple[Place, Any]:
    """Where a key leads, and what is there."""
    at: Place = ()
    here: Any = playbook
    rest = key.strip().strip("[]").replace("[", ".").replace("]", "")
    while rest:
        known = dict(_children(here))
        step = next((name for name in sorted(known, key=lambda n: -len(str(n))) if _leads(rest, str(name))), None)
        if step is None:
            raise _no_such(key, rest.partition(".")[0], [str(name) for name in known])
        rest = rest[len(str(step)) + 1 :]
        place, here = known[step]
        at = (*at, place)
    return at, here


def _leads(rest: str, name: str) -> bool:
    return rest == name or rest.startswith(f"{name}.")


def _no_such(key: str, word: str, known: list[str]) -> NotFound:
    remedy = near(word, known) or T("Those there are: {names}", names=", ".join(known) or "-")
    return NotFound(T("The playbook has no setting “{key}”", key=key), remedy)


def _children(value: Any) -> Iterator[tuple[str, tuple[str | int, Any]]]:
    """What stands under a value, by the name it is called."""
    if isinstance(value, Section):
        for name, field in type(value).model_fields.items():
            called = field.alias or name
            yield called, (called, getattr(value, name))
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield str(name), (name, one)
    elif isinstance(value, tuple | list):
        for number, one in enumerate(value):
            natural = key_of(type(one)) if isinstance(one, Section) else None
            yield str(getattr(one, natural)) if natural else str(number + 1), (number, one)


def _under(examined: Examined, at: Place, value: Any, top: int) -> Iterator[Setting]:
    """The settings under a place: tables are gone into, and lists of tables where they are what was asked for."""
    is_list = _is_list_of_tables(value)
    is_table = isinstance(value, Section) or (isinstance(value, Mapping) and bool(value))
    if is_table or (is_list and top and len(at) - top <= 1):
        for _name, (step, one) in _children(value):
            yield from _entry(examined, (*at, step), one, top)
        return
    yield _setting(examined, at, tuple(name for name, _one in _children(value)) if is_list else value)


def _entry(examined: Examined, at: Place, value: Any, top: int) -> Iterator[Setting]:
    """A child of something; an entry of a list stands in one line unless it is what was asked for."""
    if isinstance(at[-1], int) and isinstance(value, Section) and len(at) > top:
        yield _setting(examined, at, value)
    else:
        yield from _under(examined, at, value, top)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, tuple | list) and bool(value) and isinstance(value[0], Section)


def _setting(examined: Examined, at: Place, value: Any) -> Setting:
    laid = examined.laid
    key, said = spoken(at, Playbook, laid.tree), about(at)
    if not laid.says(at) and not isinstance(at[-1], int):
        return Setting(key, value, Layer.BUILT_IN, None, None, said)
    piece, place = laid.blamed(at) if isinstance(value, Section) else laid.origin(at)
    line = piece.line(place) if piece.file is not None else None
    return Setting(key, value, piece.layer, piece.file, line, said)


def about(at: Place) -> str:
    """What the declaration of a setting says of it; what stands in a free table is told by the table's own."""
    for depth in range(len(at), 0, -1):
        owner = section_of(type_at(Playbook, at[: depth - 1]))
        if owner is not None and isinstance(at[depth - 1], str):
            return translate(described(owner).get(str(at[depth - 1]), ""))
    return ""


# Values


def literal(value: Any) -> str:
    """A value as TOML has it, on one line; a dash for nothing."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Section):
        fields = type(value).model_fields.items()
        return literal({f.alias or name: getattr(value, name) for name, f in fields if name in value.model_fields_set})
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {literal(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, tuple | list | frozenset):
        return f"[{', '.join(map(literal, value))}]"
    plain = _plain(value)
    quoted = isinstance(plain, str) and not isinstance(value, Decimal | dt.date | dt.time)
    return json.dumps(plain, ensure_ascii=False) if quoted else str(plain)


def shortened(value: str) -> str:
    """A value for one cell of a table."""
    return value if len(value) <= _WIDTH else f"{value[: _WIDTH - 1]}…"


def _plain(value: Any) -> Any:
    """A value as JSON has it: decimals exact, as texts."""
    if isinstance(value, Section):
        return {field.alias or name: _plain(getattr(value, name)) for name, field in type(value).model_fields.items()}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
