"""What a past deal is known by: its own number, or its content where it has none."""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b

from oppwizard.data.history import KEY
from oppwizard.exchange.cells import Fault
from oppwizard.exchange.planning import Plan
from oppwizard.i18n import T

Columns = Sequence[Sequence[str]]


class KeyFault(Fault):
    """A row's number is none, or another row's."""


def keys(plan: Plan) -> Callable[[Columns], list[str]]:
    """Makes the keys of rows, given by their columns; to be asked for each row of a file in turn, once.

    It raises a `KeyFault` where one of the rows has no key of its own, and has taken note of none of them then.
    """
    prefix, column = f"{plan.mapping.source}:", plan.mapping.columns.get("key")
    return _Content(prefix) if column is None else _Own(prefix, plan.shape.header.index(column))


class _Own:
    """Numbers that the rows have themselves."""

    def __init__(self, prefix: str, index: int) -> None:
        self._prefix = prefix
        self._index = index
        self._seen: set[str] = set()

    def __call__(self, columns: Columns) -> list[str]:
        prefix = self._prefix
        found = [prefix + cell for cell in map(str.strip, columns[self._index])]
        new = set(found)
        if prefix in new:
            raise KeyFault(T("has no number"))
        if max(map(len, found)) > KEY:
            raise KeyFault(T("has too long a number"))
        if len(new) < len(found) or not self._seen.isdisjoint(new):
            raise KeyFault(T("has the number of an earlier row"))
        self._seen |= new
        return found


class _Content:
    """A digest of all cells, and how many equal rows went before."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._seen: Counter[bytes] = Counter()

    def __call__(self, columns: Columns) -> list[str]:
        return [self._key(cells) for cells in zip(*columns, strict=True)]

    def _key(self, cells: Sequence[str]) -> str:
        digest = blake2b("\x1f".join(cells).encode("utf-8", "surrogateescape"), digest_size=12).digest()
        before = self._seen[digest]
        self._seen[digest] = before + 1
        return f"{self._prefix}#{digest.hex()}.{before}"
