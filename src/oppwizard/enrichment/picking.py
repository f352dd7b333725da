"""Answers out of JSON that somebody else wrote: read within bounds, and picked by places with dots."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from oppwizard.enrichment.asking import Answer, ProviderProblem
from oppwizard.i18n import T, Text
from oppwizard.model.plain import number

_MOST: Final = 200
"""So many entries of a list are taken."""
_LONGEST_STEP: Final = 9


class Places(Protocol):
    """Where what stands; both sources of the playbook say so alike."""

    @property
    def currency(self) -> str | None: ...

    @property
    def as_of(self) -> str | None: ...

    @property
    def confidence(self) -> str | None: ...


def parsed(body: bytes) -> Any:
    """JSON as values, decimals exact.

    Raises:
        ProviderProblem: it is none, or none that can be read.
    """
    try:
        return json.loads(body, parse_float=number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ProviderProblem(T("What it sends is no JSON")) from None


def _no_number(text: str) -> None:
    raise ValueError(text)


def pick(document: Any, place: str) -> Any:
    """The value at a place such as ``company.addresses.0.city``; None where there is none."""
    if isinstance(document, Mapping) and place in document:
        return document[place]  # a column whose name has dots in it
    found = document
    for step in place.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdecimal():
            found = found[int(step)] if len(step) <= _LONGEST_STEP and int(step) < len(found) else None
        else:
            return None
    return found[:_MOST] if isinstance(found, list) else found


def answers(document: Any, fields: Mapping[str, str], places: Places) -> Iterator[Answer]:
    """What a document says of the fields that are looked for in it."""
    currency, as_of = (_text(document, place) for place in (places.currency, places.as_of))
    confidence = pick(document, places.confidence) if places.confidence else None
    for path, place in fields.items():
        value = pick(document, place)
        if value is not None and value != "" and value != []:
            yield Answer(path, value, currency, as_of, confidence)


def _text(document: Any, place: str | None) -> str:
    found = pick(document, place) if place else None
    return found.strip()[:40] if isinstance(found, str) else ""


def not_an_object(kind: object) -> Text:
    """What is said of JSON whose outermost value is of the wrong kind."""
    return T("It answers with {kind} where an object is expected", kind=type(kind).__name__)
