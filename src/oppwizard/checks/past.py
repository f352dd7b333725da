"""Deals of the past in groups, and the group that a record belongs to: the narrowest that is not too thin."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from statistics import median
from typing import Final, NamedTuple, Protocol

from oppwizard.checks.survival import Survival, survival
from oppwizard.data.history import Outcome, Past
from oppwizard.i18n import T, Text
from oppwizard.model.enums import Commitment
from oppwizard.model.money import digits
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook
from oppwizard.process.sizing import price_of, size

ALL: Final = None
_SEPARATORS: Final = str.maketrans("|\n", ";;")


class PastDeals(Protocol):
    """What the checks read of a store."""

    def past_deals(self) -> Iterable[Past]:
        """All past deals."""
        ...


class Group(NamedTuple):
    """Deals that are alike; None means any."""

    product: str | None = ALL
    segment: str | None = ALL
    band: int | None = ALL


@dataclass(frozen=True, slots=True)
class Usual:
    """What amounts are usual in a group, in one currency.

    Attributes:
        middle: the median of the amounts' natural logarithms.
        spread: their robust standard deviation (the median absolute deviation, scaled).
        deals: how many won deals it rests on.
    """

    group: Group
    middle: float
    spread: float
    deals: int

    def z(self, amount: Decimal) -> float:
        """How many robust standard deviations an amount above zero is from the median."""
        return (math.log(amount) - self.middle) / self.spread

    def bound(self, z: float) -> Decimal:
        """The amount at a distance, to two digits that count."""
        return _two_digits(math.exp(self.middle + z * self.spread))


@dataclass
class _Cell:
    won: Counter[int] = field(default_factory=Counter)
    held: Counter[int] = field(default_factory=Counter)


_MAD: Final = 1.4826
"""What makes the median absolute deviation of a normal distribution its standard deviation."""
_LEAST_SPREAD: Final = 0.05
"""Where nearly all amounts are the same, five percent are still no distance."""


class History:
    """Past deals, read once and counted; every group is worked out when it is first asked for."""

    def __init__(self, past: Iterable[Past], playbook: Playbook) -> None:
        self.playbook = playbook
        self.deals = 0
        self._cells: dict[Group, _Cell] = {}
        self._amounts: dict[tuple[Group, str], array[float]] = {}
        self._discounts: dict[str, list[Decimal]] = {}
        self._survivals: dict[Group, Survival | None] = {}
        self._usuals: dict[tuple[Group, str], Usual | None] = {}
        self._keys = lru_cache(maxsize=10_000)(mix)
        for deal in past:
            self._add(deal)

    @classmethod
    def read(cls, store: PastDeals, playbook: Playbook) -> "History":
        """The history of a store as it is now."""
        return cls(store.past_deals(), playbook)

    def _add(self, deal: Past) -> None:
        self.deals += 1
        product, segment = self._keys(deal.product), fold(deal.segment)
        worth = deal.amount or deal.list_price
        group = Group(product, segment, band(worth, deal.currency, self.playbook))
        if deal.days is not None:
            cell = self._cells.setdefault(group, _Cell())
            (cell.won if deal.outcome is Outcome.WON else cell.held)[deal.days] += 1
        if deal.outcome is Outcome.WON and deal.amount:
            where = Group(product, segment), deal.currency
            self._amounts.setdefault(where, array("d")).append(math.log(deal.amount))
            given = deal.discount if deal.discount is not None else _implied(deal.amount, deal.list_price)
            if given is not None:
                self._discounts.setdefault(product, []).append(given)

    def knows(self, product: str) -> bool:
        """Whether any deal has a product mix, as `mix` writes it."""
        return any(group.product == product for group in self._cells) or any(
            g.product == product for g, _ in self._amounts
        )

    def survival(self, group: Group) -> Survival | None:
        """How long a group's deals take; None where none was won."""
        if group not in self._survivals:
            total = _Cell()
            for narrow, cell in self._cells.items():
                if _within(narrow, group):
                    total.won.update(cell.won)
                    total.held.update(cell.held)
            self._survivals[group] = survival(total.won, total.held) if total.won else None
        return self._survivals[group]

    def usual(self, group: Group, currency: str) -> Usual | None:
        """What amounts are usual in a group; None where it has none in that currency."""
        where = group, currency
        if where not in self._usuals:
            logs = [
                log
                for (narrow, code), amounts in self._amounts.items()
                if code == currency and _within(narrow, group)
                for log in amounts
            ]
            self._usuals[where] = _usual(group, logs) if logs else None
        return self._usuals[where]

    def currencies(self, group: Group) -> Counter[str]:
        """How many won deals of a group are in which currency."""
        found: Counter[str] = Counter()
        for (narrow, code), amounts in self._amounts.items():
            if _within(narrow, group):
                found[code] += len(amounts)
        return found

    def discounts(self, product: str | None) -> list[Decimal]:
        """The discounts, in percent, ever given for a product mix, or for any."""
        if product is not None:
            return self._discounts.get(product, [])
        return [given for each in self._discounts.values() for given in each]


def _within(narrow: Group, wide: Group) -> bool:
    return all(of_all is ALL or one == of_all for one, of_all in zip(narrow, wide, strict=True))


def _usual(group: Group, logs: list[float]) -> Usual:
    middle = median(logs)
    spread = _MAD * median([abs(log - middle) for log in logs])
    return Usual(group, middle, max(spread, _LEAST_SPREAD), len(logs))


def _implied(amount: Decimal, list_price: Decimal | None) -> Decimal | None:
    """The discount, in percent, of a single unit sold below its list price; more units than one hide it."""
    if list_price is None or not 0 < amount <= list_price:
        return None
    return 100 * (1 - amount / list_price)


def mix(text: str) -> str:
    """A product, or several with ";" between them, as they are compared: in any order, case and width."""
    return "; ".join(sorted({part for part in map(fold, text.translate(_SEPARATORS).split(";")) if part}))


def band(amount: Decimal | None, currency: str, playbook: Playbook) -> int | None:
    """The number of an amount's size band, 0 the smallest; None where there is no amount."""
    if not amount:
        return None
    scale = playbook.committee.complex_scale.get(currency, Decimal(1))
    return sum(1 for limit in playbook.history.size_bands if amount >= limit * scale)


@dataclass(frozen=True, slots=True)
class Traits:
    """What decides which past deals a record is like.

    Attributes:
        product: its product mix; empty while there is none.
        amount: the number that stands for the deal, None while there is none.
    """

    product: str
    segment: str
    currency: str
    amount: Decimal | None
    band: int | None
    words: tuple[str, str]
    """Product and segment as the record writes them."""

    def groups(self) -> Iterator[Group]:
        """The groups that the record belongs to, the narrowest first."""
        product, segment = self.product or ALL, self.segment or ALL
        wanted = (
            Group(product, segment, self.band),
            Group(product, segment),
            Group(product, band=self.band),
            Group(product),
            Group(segment=segment, band=self.band),
            Group(segment=segment),
            Group(band=self.band),
            Group(),
        )
        yield from dict.fromkeys(wanted)

    def told(self, group: Group) -> Text:
        """A group in words."""
        product, segment = self.words
        if group.product is not ALL and group.segment is not ALL:
            named = T("{product} in {segment}", product=product, segment=segment)
        elif group.product is not ALL or group.segment is not ALL:
            named = Text(product if group.product is not ALL else segment)
        else:
            named = T("all deals")
        return T("{deals} of this size", deals=named) if group.band is not ALL else named


def traits(record: Record, history: History) -> Traits:
    """What a record is like: its product mix by name or code, whichever the history knows, or its largest line's."""
    amount = size(record, digits(record.currency) if record.currency else 2).amount(history.playbook.sizing.metric)
    product, told = _product(record, history)
    industry = record.account.industry or ""
    return Traits(
        product,
        fold(industry),
        record.currency,
        amount or None,
        band(amount, record.currency, history.playbook),
        (told, industry),
    )


def _product(record: Record, history: History) -> tuple[str, str]:
    lines = [line for line in record.lines if line.commitment is not Commitment.OPTION]
    largest = sorted(lines, key=lambda line: price_of(line, line.quantity or Decimal(0)), reverse=True)
    tries = [";".join(line.product or line.sku or "" for line in lines), ";".join(line.sku or "" for line in lines)]
    tries += [text for line in largest for text in (line.product or "", line.sku or "")]
    found = next((text for text in tries if mix(text) and history.knows(mix(text))), tries[0])
    return mix(found), " + ".join(dict.fromkeys(part.strip() for part in found.split(";") if part.strip()))


def _two_digits(value: float) -> Decimal:
    return (
        Decimal(f"{value:.1e}").quantize(Decimal("0.01")).normalize() + 0 if value < 1e12 else Decimal(f"{value:.1e}")
    )
