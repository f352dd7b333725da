"""The ways in which conditions can be kept: "any", "not" and "when" taken apart into tests that hold together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final

from oppwizard.model.ask import Need
from oppwizard.playbook.conditions import Count, Every, Node, Not, Some, Sort, Test, conjunction

Way = tuple[Node, ...]
"""Conditions that hold together, none of them "all" or "any"."""
MOST: Final = 512
"""So many ways are looked at; conditions that have more between them are left open."""
_CONTRARY: Final[Mapping[str, str]] = {
    "is": "is not",
    "is not": "is",
    "one of": "not one of",
    "not one of": "one of",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "answered": "empty",
    "empty": "answered",
}


def ways(node: Node) -> tuple[Way, ...]:
    """How a condition can hold; what is not taken apart stands for itself."""
    match node:
        case Every(parts):
            return _joined(ways(part) for part in parts)
        case Some(parts):
            found = tuple(way for part in parts for way in ways(part))
            return found if len(found) <= MOST else ((node,),)
        case Not(part):
            turned = _contrary(part)
            return ((node,),) if turned is None else ways(turned)
    return ((node,),)


def kept(must: Node, when: Node | None) -> tuple[Way, ...]:
    """How a rule can be kept: what it wants, or that its case does not arise or is not known."""
    if when is None:
        return ways(must)
    return (*ways(must), *ways(Not(when)), *_unanswered(when))


def together(several: Iterable[tuple[int, tuple[Way, ...]]]) -> Iterator[tuple[tuple[int, Node], ...]]:
    """How conditions can all be kept, each with its number; those with the most ways are left open first."""
    chosen: list[list[tuple[tuple[int, Node], ...]]] = []
    count = 1
    for number, found in sorted(several, key=lambda one: len(one[1])):
        count *= len(found)
        if count > MOST:
            break
        chosen.append([tuple((number, node) for node in way) for way in found])
    for combined in product(*chosen):
        yield tuple(one for way in combined for one in way)


def _joined(several: Iterable[tuple[Way, ...]]) -> tuple[Way, ...]:
    found: tuple[Way, ...] = ((),)
    for mine in several:
        if len(found) * len(mine) > MOST:
            continue
        found = tuple((*one, *other) for one in found for other in mine)
    return found


def _unanswered(when: Node) -> Iterator[Way]:
    """A case that rests on an answer which may be left out does not arise without it."""
    for node in conjunction(when):
        if not isinstance(node, Test) or node.source.spec is None or node.source.sort is Sort.CHOICES:
            continue
        if node.source.spec.ask.need is not Need.REQUIRED and node.op not in ("answered", "empty"):
            yield (Test(node.source, "empty"),)


def _contrary(node: Node) -> Node | None:
    match node:
        case Not(part):
            return part
        case Every(parts):
            return Some(tuple(Not(part) for part in parts))
        case Some(parts):
            return Every(tuple(Not(part) for part in parts))
        case Test() | Count() if node.op in _CONTRARY:
            return replace(node, op=_CONTRARY[node.op])
    return None
