"""What is usual: the share of deals that was won before a month."""

from collections import defaultdict
from collections.abc import Iterable

from oppwizard.data.results import Decided
from oppwizard.model.text import fold
from oppwizard.quality.shares import Share


class Usual:
    """The share of deals that was won before a month, of a segment or of all."""

    def __init__(self, decided: Iterable[Decided], minimum: int) -> None:
        self._minimum = minimum
        self._by_month: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        self._all: list[tuple[str, int, int]] = []
        for one in decided:
            row = (one.month, one.won, one.lost)
            self._by_month[fold(one.segment or "")].append(row)
            self._all.append(row)
        self._known: dict[tuple[str | None, str | None], Share] = {}

    def overall(self, before: str | None) -> Share:
        """Of all segments; ``before`` is a month, None for all there is."""
        return self._share(None, before)

    def of(self, segment: str | None, before: str | None) -> Share:
        """Of a segment, where enough of its deals were decided."""
        narrow = self._share(fold(segment or ""), before)
        return narrow if segment and narrow.of >= self._minimum else self.overall(before)

    def _share(self, segment: str | None, before: str | None) -> Share:
        key = segment, before
        if key not in self._known:
            rows = self._all if segment is None else self._by_month.get(segment, [])
            counted = [(won, lost) for month, won, lost in rows if before is None or month < before]
            won, lost = sum(won for won, _ in counted), sum(lost for _, lost in counted)
            self._known[key] = Share(won, won + lost)
        return self._known[key]
