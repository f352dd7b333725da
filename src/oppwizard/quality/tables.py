"""Results as tables of words: what commands, screens and pages show of them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from oppwizard.i18n import T, Text, language
from oppwizard.model.money import show_money
from oppwizard.process.sizing import plain
from oppwizard.quality.outcomes import Accuracy, Conversion, Creation, Month, Results
from oppwizard.quality.shares import FEW

BAR: Final = 8
"""How many cells the longest bar has."""
_FULL: Final = "\u28ff"
"""A full Braille cell: unlike block characters, every terminal gives it one cell's width."""


@dataclass(frozen=True, slots=True)
class Table:
    """One figure.

    Attributes:
        title: what it is.
        head: what the columns are.
        rows: the cells, as texts in the language in use.
        bars: for each row a size to be drawn; empty where nothing is.
        notes: what is to be known beside the table.
        empty: what is said where there is no row.
        ids: for each row the record that it is about; empty where it is about none.
        prose: instead of rows, what is to be said to whom.
        words: the columns that hold words; the others hold numbers.
        drawn: the column of which the bars are drawn.
    """

    title: Text
    head: tuple[Text, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: Text
    bars: tuple[float, ...] = ()
    notes: tuple[Text, ...] = ()
    ids: tuple[UUID, ...] = ()
    prose: tuple[tuple[str, tuple[str, ...]], ...] = ()
    words: tuple[int, ...] = (0,)
    drawn: int = -1

    @property
    def numbers(self) -> list[int]:
        """The columns that are set to the right."""
        return [column for column in range(len(self.head)) if column not in self.words]


def tables(found: Results) -> list[Table]:
    """The five figures, in the order of the requirements."""
    return [_conversion(found), _accuracy(found), _rivals(found), _forecast(found), _creation(found)]


def bar(size: float, most: float, width: int = BAR) -> str:
    """A size as a bar of cells; one above nothing has at least one."""
    return _FULL * max(1, round(size / most * width)) if size > 0 and most > 0 else ""


def amount(value: Decimal | None, currency: str) -> str:
    """An amount as it is read in a table; empty where there is none."""
    if value is None:
        return ""
    return show_money(value, currency, language()) if currency else plain(value)


def rep_name(rep: str | None) -> str:
    """What a rep is called in a table: None is all of them together."""
    return str(T("All together")) if rep is None else rep or str(T("(nobody)"))


def _conversion(found: Results) -> Table:
    rows = tuple(
        (
            rep_name(one.rep),
            f"{one.leads:,}",
            f"{one.created:,}",
            str(one.to_created.said),
            f"{one.open:,}",
            f"{one.won:,}",
            f"{one.lost:,}",
            str(one.to_won.said),
        )
        for one in found.conversions
    )
    return Table(
        T("From lead to won"),
        (T("Rep"), T("Leads"), T("Created"), T("of leads"), T("Open"), T("Won"), T("Lost"), T("won of decided")),
        rows,
        T("No record was begun."),
        bars=tuple(one.to_won.rate or 0.0 for one in found.conversions),
        notes=tuple(_of_conversion(found.conversions[:1])),
    )


def _of_conversion(first: tuple[Conversion, ...]) -> Iterator[Text]:
    for one in first:
        if one.drafts or one.aside:
            yield T(
                "Of all leads {drafts} are drafts still, {aside} were set aside.", drafts=one.drafts, aside=one.aside
            )


def _accuracy(found: Results) -> Table:
    return Table(
        T("Close dates: days after the date forecast at creation"),
        (T("Rep"), T("Won"), T("Mean, or each of few"), T("Median"), T("Deviation")),
        tuple(_accurate(one) for one in found.accuracies),
        T("No deal was won."),
        bars=tuple(max(0.0, one.days.mean or 0.0) for one in found.accuracies),
        notes=tuple(_of_accuracy(found)),
    )


def _accurate(one: Accuracy) -> tuple[str, ...]:
    days, name = one.days, rep_name(one.rep)
    if days.count < FEW:
        return name, f"{days.count:,}", " ".join(f"{day:+}" for day in days.each), "", ""
    low, high = days.interval or (0.0, 0.0)
    return (
        name,
        f"{days.count:,}",
        str(T("{mean} ({low} to {high})", mean=f"{days.mean:+.1f}", low=f"{low:+.1f}", high=f"{high:+.1f}")),
        f"{days.quantile(0.5) or 0.0:+g}",
        f"{days.deviation or 0.0:.1f}",
    )


def _of_accuracy(found: Results) -> Iterator[Text]:
    unknown = found.accuracies[0].unknown if found.accuracies else 0
    if unknown:
        yield T("Of {count} won deals no first close date was kept.", count=unknown)


def _rivals(found: Results) -> Table:
    return Table(
        T("Won and lost, by alternative"),
        (T("Alternative"), T("Won"), T("Lost"), T("lost to it"), T("won of decided")),
        tuple(
            (one.label, f"{one.won:,}", f"{one.lost:,}", f"{one.lost_to_it:,}", str(one.wins.said))
            for one in found.rivals
        ),
        T("No decided deal names an alternative."),
        bars=tuple(one.wins.rate or 0.0 for one in found.rivals),
    )


def _forecast(found: Results) -> Table:
    return Table(
        T("Forecast by month of expected close, against what came"),
        (T("Month"), T("Deals"), T("Forecast"), T("At the usual rate"), T("Came"), T("Won")),
        tuple(_month(one) for one in found.months),
        T("No opportunity has a close date."),
        bars=tuple(float(one.came) for one in found.months),
        notes=tuple(_of_forecast(found)),
    )


def _month(one: Month) -> tuple[str, ...]:
    expected = bool(one.deals)
    return (
        f"{one.month}{' >' if one.ahead else ''}",
        f"{one.deals:,}",
        amount(one.weighted, one.currency) if expected else "",
        amount(one.usual, one.currency) if expected else "",
        amount(one.came, one.currency) if one.won else "",
        f"{one.won:,}",
    )


def _of_forecast(found: Results) -> Iterator[Text]:
    if any(one.ahead for one in found.months):
        yield T("> from this month on: what open opportunities are expected to bring as they stand today.")
    if found.rate.of:
        yield T("The usual rate: {share} of the deals decided so far were won.", share=found.rate.said)
    else:
        yield T("No deal was decided yet, so there is no usual rate; “oppwizard history import” brings some.")
    for currency in sorted({one.currency for one in found.months if not one.ahead}):
        yield from _of_currency([one for one in found.months if one.currency == currency and not one.ahead], currency)
    for late in found.overdue:
        yield T(
            "Open, though their close date is in a month that is over: {count} ({amount}).",
            count=late.deals,
            amount=amount(late.amount, late.currency),
        )
    unsure = sum(one.unsure for one in found.months)
    if unsure:
        yield T("Without a probability, and not in the forecast: {count}.", count=unsure)


def _of_currency(past: list[Month], currency: str) -> Iterator[Text]:
    forecast, came = sum(one.weighted for one in past), sum(one.came for one in past)
    usual = [one.usual for one in past if one.usual is not None]
    yield T(
        "Months that are over: forecast {forecast}, at the usual rate {usual}, came {came}.",
        forecast=amount(Decimal(forecast), currency),
        usual=amount(sum(usual, Decimal(0)), currency) if usual else "-",
        came=amount(Decimal(came), currency),
    )


def _creation(found: Results) -> Table:
    return Table(
        T("Opportunities created, and their score on that day"),
        (T("Month"), T("Created"), T("Worth"), T("Mean score")),
        tuple(_created(one) for one in found.creations),
        T("No opportunity was created."),
        bars=tuple(float(one.deals) for one in found.creations),
    )


def _created(one: Creation) -> tuple[str, ...]:
    return one.month, f"{one.deals:,}", amount(one.amount, one.currency), _score(one)


def _score(one: Creation) -> str:
    if one.score is None:
        return ""
    if one.scored == one.deals:
        return f"{one.score:.0f}"
    return str(T("{score} (of {count})", score=f"{one.score:.0f}", count=one.scored))


def span(found: Results) -> Text:
    """Which records are counted, and by which day."""
    asked = found.asked
    mine = [text for text in (asked.rep, asked.team) if text]
    whose = ", ".join(mine) if mine else str(T("everybody"))
    first = f"{asked.since:%Y-%m}" if asked.since else "..."
    last = f"{asked.until - dt.timedelta(days=1):%Y-%m}" if asked.until else "..."
    if asked.since is None and asked.until is None:
        return T("Results on {day}: {whose}", day=found.on.isoformat(), whose=whose)
    return T(
        "Results on {day}: {whose}, {first} to {last}", day=found.on.isoformat(), whose=whose, first=first, last=last
    )
