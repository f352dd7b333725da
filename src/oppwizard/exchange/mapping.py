"""What the columns of a foreign file mean: shown, corrected, kept in a TOML file of its own."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oppwizard.data.history import Outcome
from oppwizard.errors import InvalidInput
from oppwizard.i18n import T, Text

FIELDS: Final[dict[str, Text]] = {
    "key": T("Number"),
    "account": T("Account"),
    "product": T("Product"),
    "segment": T("Segment"),
    "rep": T("Rep"),
    "currency": T("Currency"),
    "amount": T("Amount"),
    "list_price": T("List price"),
    "discount": T("Discount %"),
    "opened": T("Opened on"),
    "closed": T("Closed on"),
    "outcome": T("Outcome"),
}
"""What can be known of a past deal, as columns of `data.history.PastDeal`."""
DATES: Final = ("opened", "closed")
MONEY: Final = ("amount", "list_price")

_NESTED: Final = {"joins", "same"}
"""Tables of tables."""
_LARGEST: Final = 10_000_000
"""So many bytes of a mapping are read."""
DayMonth = Literal["", "day-first", "month-first"]
Decimals = Literal["", ".", ","]


_M = TypeVar("_M", bound="FileMapping")


class Join(BaseModel):
    """A value that stands in another file: in column ``take``, in the row whose ``key`` is the cell of ``on``."""

    model_config = ConfigDict(extra="forbid")

    file: str
    on: str
    key: str
    take: str


class FileMapping(BaseModel):
    """How a file of anybody's is read.

    Attributes:
        source: stands before every key, so that two systems' numbers do not meet.
        dates: the order of day and month in figures; empty where no date leaves it open.
        decimal: the decimal mark of amounts; empty where no amount leaves it open.
        currency: that of amounts which name none.
        columns: the column of each field.
        same: by field, spellings and the one that is kept for them.
    """

    model_config = ConfigDict(extra="forbid")

    source: str = Field(default="crm", max_length=60)
    encoding: str = ""
    delimiter: str = Field(default="", max_length=1)
    dates: DayMonth = ""
    decimal: Decimals = ""
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")
    columns: dict[str, str] = Field(default_factory=dict)
    same: dict[str, dict[str, str]] = Field(default_factory=dict)


class Mapping(FileMapping):
    """How a history file is read.

    Attributes:
        joins: fields that stand in other files.
        outcomes: what each word of the outcome's column means.
    """

    joins: dict[str, Join] = Field(default_factory=dict)
    outcomes: dict[str, Outcome] = Field(default_factory=dict)


def load(path: Path) -> Mapping:
    """Read the mapping of a history file.

    Raises:
        InvalidInput: the file cannot be read, or says something that no mapping says.
    """
    mapping = parsed(path, Mapping)
    refuse_unknown(path, {*mapping.columns, *mapping.joins} - FIELDS.keys(), FIELDS)
    return mapping


def parsed(path: Path, kind: type[_M]) -> _M:
    """A mapping of some kind as its file has it.

    Raises:
        InvalidInput: the file cannot be read, or says something that no such mapping says.
    """
    try:
        with path.open("rb") as stream:
            said = tomllib.loads(stream.read(_LARGEST).decode())
        return kind.model_validate(said)
    except ValidationError as error:
        from oppwizard.playbook.messages import told

        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        problem, remedy = told(first, first["loc"])
        raise InvalidInput(
            T("The mapping {path} has a fault at {place}: {fault}", path=path, place=place, fault=problem), remedy
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        cause = type(error).__name__ if isinstance(error, RecursionError) else error
        raise InvalidInput(T("The mapping {path} cannot be read: {cause}", path=path, cause=cause)) from error


def refuse_unknown(path: Path, unknown: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a mapping that names what is no field.

    Raises:
        InvalidInput: it does.
    """
    for field in sorted(unknown):
        raise InvalidInput(
            T("The mapping {path} names “{field}”, which is no field", path=path, field=field),
            T("The fields are: {fields}", fields=", ".join(known)),
        )


def written(mapping: FileMapping) -> str:
    """A mapping as TOML, as `load` reads it."""
    return "\n".join(_lines(mapping)) + "\n"


def _lines(mapping: FileMapping) -> Iterator[str]:
    plain = mapping.model_dump(mode="json")
    yield from (f"{name} = {_text(value)}" for name, value in plain.items() if isinstance(value, str))
    for name, table in plain.items():
        if isinstance(table, dict) and name not in _NESTED:
            yield from _table(name, table)
    for name in sorted(_NESTED & plain.keys()):
        for field, values in plain[name].items():
            yield from _table(f"{name}.{_text(field)}", values)


def _table(name: str, values: dict[str, str]) -> Iterator[str]:
    if values:
        yield from ("", f"[{name}]", *(f"{_text(key)} = {_text(value)}" for key, value in values.items()))


def _text(value: str) -> str:
    """A text as TOML has it: JSON's escapes are among TOML's, but for the one character it must escape too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
