"""Results and audits as pages with pictures, to be read on a screen and on paper (Q3, R1-R5)."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from oppwizard.exchange.blocks import Column, Row, Table
from oppwizard.i18n import Text, _
from oppwizard.quality.audit import Audited
from oppwizard.quality.audit_tables import audit_span, audit_tables
from oppwizard.quality.charts import Bar, Series, bars, lines
from oppwizard.quality.outcomes import Creation, Month, Results
from oppwizard.quality.pages import render
from oppwizard.quality.shares import FEW
from oppwizard.quality.tables import Table as Figure, rep_name, span, tables

_Of = TypeVar("_Of", Month, Creation)
_MOST: Final = 40
"""So many bars make a picture; more are left to the table."""


def results_page(found: Results) -> str:
    """What came of the pipeline, each figure with its picture where there is something to draw."""
    pictures = (_conversion, _accuracy, _rivals, _forecast, _creation)
    drawn = [(one, list(draw(found))) for one, draw in zip(tables(found), pictures, strict=True)]
    return _page(_("What came of the pipeline"), span(found), drawn)


def audit_page(found: Audited) -> str:
    """An audit, with pictures of what a table says less quickly."""
    title = _("How far the pipeline can be trusted")
    return _page(title, audit_span(found), [(one, list(_drawn(one))) for one in audit_tables(found)])


def _drawn(figure: Figure) -> Iterator[Any]:
    """The bars of a table as a picture; a trend of several audits as a line."""
    if len(figure.rows) > 1 and figure.bars and len(figure.rows) <= _MOST:
        rows = [Bar(row[0], size, _said(figure, row)) for row, size in zip(figure.rows, figure.bars, strict=True)]
        yield bars(str(figure.title), rows, 100.0 if max(figure.bars) > 1 else 1.0)


def _said(figure: Figure, row: tuple[str, ...]) -> str:
    """What stands behind a bar: the column that it is drawn of."""
    return row[figure.drawn]


def _page(title: str, kind: Text, drawn: Sequence[tuple[Figure, list[Any]]]) -> str:
    return render(
        "figures.html.j2",
        title=title,
        kind=str(kind),
        below="",
        head=(),
        incomplete=None,
        figures=[{"figure": one, "table": _table(one), "pictures": pictures} for one, pictures in drawn],
        foot=(_("Made by oppwizard from its own store; this page loads nothing and runs nothing."),),
    )


def _table(one: Figure) -> Table:
    columns = tuple(Column(str(head), number in one.numbers) for number, head in enumerate(one.head))
    return Table("", columns, tuple(Row(cells) for cells in one.rows))


def _conversion(found: Results) -> Iterator[Any]:
    rows = [Bar(rep_name(one.rep), one.to_won.rate or 0.0, str(one.to_won.said)) for one in found.conversions]
    if any(one.to_won.of for one in found.conversions):
        yield bars(_("Won of decided"), rows, 1.0)


def _accuracy(found: Results) -> Iterator[Any]:
    late = [(one, one.days.mean or 0.0) for one in found.accuracies if one.days.count >= FEW]
    if late:
        rows = [Bar(rep_name(one.rep), abs(mean), _days(mean)) for one, mean in late]
        yield bars(_("Mean distance from the date forecast at creation"), rows)


def _days(mean: float) -> str:
    days = f"{abs(mean):.1f}"
    return _("{days} days late", days=days) if mean >= 0 else _("{days} days early", days=days)


def _rivals(found: Results) -> Iterator[Any]:
    rows = [Bar(one.label, one.wins.rate or 0.0, str(one.wins.said)) for one in found.rivals]
    yield bars(_("Won of decided"), rows, 1.0)


def _forecast(found: Results) -> Iterator[Any]:
    for currency, months in _by_currency(found.months):
        series = [
            Series(_("Forecast"), tuple(float(one.weighted) for one in months)),
            Series(_("At the usual rate"), tuple(None if one.usual is None else float(one.usual) for one in months)),
            Series(_("Came"), tuple(None if one.ahead and not one.won else float(one.came) for one in months)),
        ]
        title = _("Forecast and what came, {currency}", currency=currency or _("no currency"))
        yield lines(title, [one.month for one in months], series)


def _creation(found: Results) -> Iterator[Any]:
    for currency, months in _by_currency(found.creations):
        worth = Series(_("Worth, {currency}", currency=currency), tuple(float(one.amount) for one in months))
        yield lines(_("Pipeline created"), [one.month for one in months], [worth])
        if any(one.score is not None for one in months):
            scores = Series(_("Mean score"), tuple(one.score for one in months))
            yield lines(_("Mean score"), [one.month for one in months], [scores], 100.0)


def _by_currency(all_months: Sequence[_Of]) -> Iterator[tuple[str, list[_Of]]]:
    """The months of each currency; those of which there are too few for a line are left to the table."""
    for code in sorted({one.currency for one in all_months}):
        months = sorted((one for one in all_months if one.currency == code), key=lambda one: one.month)
        if len(months) > 1:
            yield code, months
