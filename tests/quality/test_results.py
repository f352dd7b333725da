"""Results (R1-R5) of a quarter, against the same worked out from the lines of the history in plain Python."""

import csv
import datetime as dt
import io
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from oppwizard import i18n
from oppwizard.data.results import Asked
from oppwizard.errors import NotFound, ValueProblem
from oppwizard.model.enums import Status
from oppwizard.quality.asking import months, named
from oppwizard.quality.files import results_csv, results_json
from oppwizard.quality.outcomes import Results
from oppwizard.quality.report import results_page
from oppwizard.quality.results import results
from oppwizard.quality.tables import tables
from oppwizard.walk import Walk
from tests.checks.past_deals import FOREIGN, needs_foreign
from tests.conftest import TODAY
from tests.quality.quarter import Deal, keep, quarter

NOW = f"{TODAY:%Y-%m}"


@pytest.fixture
def deals(walk: Walk) -> list[Deal]:
    """A quarter, kept in the store of the test."""
    found = quarter(FOREIGN.parent)
    keep(walk, found)
    return found


def month(day: dt.date | None) -> str:
    assert day is not None
    return f"{day.year}-{day.month:02}"


@needs_foreign
def test_conversion_is_counted_per_rep(walk: Walk, deals: list[Deal]) -> None:
    found = {one.rep: one for one in results(walk).conversions}
    assert found.keys() == {None} | {one.rep for one in deals}
    for rep, one in found.items():
        mine = Counter(deal.status for deal in deals if rep in (None, deal.rep))
        assert one.leads == mine.total()
        assert (one.drafts, one.open) == (mine[Status.DRAFT], mine[Status.CREATED])
        assert (one.won, one.lost) == (mine[Status.WON], mine[Status.LOST])
        assert one.to_created.part == mine.total() - mine[Status.DRAFT]
        assert one.to_won.of == mine[Status.WON] + mine[Status.LOST]


@needs_foreign
def test_close_dates_have_bias_and_spread_per_rep(walk: Walk, deals: list[Deal]) -> None:
    found = {one.rep: one for one in results(walk).accuracies}
    late: dict[str | None, list[int]] = defaultdict(list)
    for deal in deals:
        if deal.status is Status.WON:
            late[deal.rep].append(deal.late)
            late[None].append(deal.late)
    assert found.keys() == late.keys()
    for rep, days in late.items():
        assert found[rep].days.each == sorted(days)
        assert found[rep].days.mean == pytest.approx(statistics.fmean(days))
        assert found[rep].days.deviation == (pytest.approx(statistics.stdev(days)) if len(days) > 1 else None)
        assert found[rep].unknown == 0


@needs_foreign
def test_competitors_have_what_was_won_against_them_and_lost_to_them(walk: Walk, deals: list[Deal]) -> None:
    for one in results(walk).rivals:
        mine = Counter(deal.status for deal in deals if deal.rival == one.name)
        assert (one.won, one.lost, one.lost_to_it) == (mine[Status.WON], mine[Status.LOST], mine[Status.LOST])
    assert {one.name for one in results(walk).rivals} == {deal.rival for deal in deals if deal.closed} - {""}


@needs_foreign
def test_the_forecast_stands_beside_what_came(walk: Walk, deals: list[Deal]) -> None:
    decided = [deal for deal in deals if deal.status in (Status.WON, Status.LOST)]
    for one in results(walk).months:
        expected = [deal for deal in deals if deal.expected and month(deal.expected) == one.month]
        if one.ahead:
            expected = [deal for deal in expected if deal.status is Status.CREATED]
        came = [deal for deal in deals if deal.status is Status.WON and month(deal.closed) == one.month]
        before = [deal for deal in decided if one.ahead or month(deal.closed) < one.month]
        assert one.ahead == (one.month >= NOW)
        assert (one.deals, one.won) == (len(expected), len(came))
        assert one.amount == sum(deal.price for deal in expected)
        assert one.weighted == sum(deal.price * deal.probability for deal in expected) / 100
        assert one.came == sum(deal.worth or 0 for deal in came)
        if before:
            won = sum(deal.status is Status.WON for deal in before)
            assert one.usual == (one.amount * won / len(before)).quantize(Decimal("0.01"))
        else:
            assert one.usual is None


@needs_foreign
def test_what_was_created_has_its_mean_score(walk: Walk, deals: list[Deal]) -> None:
    found = results(walk).creations
    made = [deal for deal in deals if deal.exists]
    assert [one.month for one in found] == sorted({month(deal.engaged) for deal in made})
    for one in found:
        mine = [deal for deal in made if month(deal.engaged) == one.month]
        assert (one.deals, one.amount) == (len(mine), sum(deal.price for deal in mine))
        assert one.score == pytest.approx(statistics.fmean(deal.score for deal in mine))


@needs_foreign
def test_a_rep_a_team_and_months_narrow_it(walk: Walk, deals: list[Deal]) -> None:
    rep = Counter(deal.rep for deal in deals).most_common(1)[0][0]
    team = deals[0].team
    assert named(walk, rep.upper(), None) == (rep, None)
    assert results(walk, Asked(rep=rep)).conversions[0].leads == sum(deal.rep == rep for deal in deals)
    of_team = {deal.rep for deal in deals if deal.team == team}
    assert {one.rep for one in results(walk, Asked(team=team)).conversions} - {None} == of_team
    since, until = months("2026-09", "2026/10", TODAY)
    narrow = results(walk, Asked(since, until))
    won = [deal for deal in deals if deal.status is Status.WON and month(deal.closed) in ("2026-09", "2026-10")]
    assert narrow.accuracies[0].days.count == len(won)
    with pytest.raises(NotFound, match="nobody at all"):
        named(walk, "nobody at all", None)


@needs_foreign
def test_the_csv_file_and_the_page_say_what_the_figures_say(walk: Walk, deals: list[Deal]) -> None:
    found = results(walk)
    rows = list(csv.DictReader(io.StringIO(results_csv(found))))
    leads = [row for row in rows if row["figure"] == "conversion" and row["measure"] == "leads" and not row["rep"]]
    assert [int(row["value"]) for row in leads] == [len(deals)]
    came = [Decimal(row["value"]) for row in rows if row["figure"] == "forecast" and row["measure"] == "came"]
    assert sum(came) == sum(deal.worth or 0 for deal in deals)
    page = Page(results_page(found))
    assert page.pictures > 4
    assert not page.runs
    for table in tables(found):
        assert str(table.title) in page.text
        assert all(cell in page.text for row in table.rows for cell in row if cell)


class Page(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pictures, self.runs, self.text = 0, False, ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pictures += tag == "svg"
        self.runs |= tag in ("script", "img", "link", "iframe") or any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def empty(found: Results) -> Iterator[str]:
    for table in tables(found):
        assert table.rows == ()
        yield str(table.empty)


def test_an_empty_store_says_so_for_each_figure(walk: Walk) -> None:
    found = results(walk)
    assert found.is_empty
    assert found.rate.of == 0
    page = Page(results_page(found))
    assert page.pictures == 0
    for text in empty(found):
        assert text in page.text
    assert results_json(found)["conversion"] == []
    assert results_csv(found).splitlines() == ["figure,rep,alternative,month,currency,ahead,measure,value"]


def test_one_draft_is_one_lead(walk: Walk) -> None:
    walk.start("Acme")
    found = results(walk)
    (only,) = found.conversions
    assert (only.rep, only.leads, only.created, str(only.to_created.said)) == ("rep", 1, 0, "0 of 1")
    assert [*found.accuracies, *found.rivals, *found.months, *found.creations] == []
    assert "0 of 1" in Page(results_page(found)).text


def test_a_sample_never_counts(walk: Walk) -> None:
    walk.start("Acme", sample=True)
    assert results(walk).is_empty


def test_text_from_outside_stays_text(walk: Walk) -> None:
    nasty = "<script>alert(1)</script>=1+1\x1b[31m"
    keep(walk, [Deal("A1", nasty, "", "Acme", Status.WON, Decimal(5), TODAY, TODAY, Decimal(5))])
    found = results(walk)
    assert not Page(results_page(found)).runs
    assert "\x1b" not in results_page(found)
    keep(walk, [Deal("A2", "=cmd|' /C calc'!A0", "", "Acme", Status.WON, Decimal(5), TODAY, TODAY, Decimal(5))])
    names = {row["rep"] for row in csv.DictReader(io.StringIO(results_csv(results(walk))))}
    assert not any(name.startswith("=") for name in names)


@pytest.mark.parametrize(("since", "until"), [("2026-13", ""), ("soon", ""), ("", "20"), ("2026-03", "2026-01")])
def test_a_month_that_is_none_is_refused(since: str, until: str) -> None:
    with pytest.raises(ValueProblem):
        months(since, until, TODAY)


def test_months_are_read_as_people_write_them() -> None:
    assert months("2026年3月", "2026-12", TODAY) == (dt.date(2026, 3, 1), dt.date(2027, 1, 1))
    assert months("", "", TODAY) == (None, None)


@needs_foreign
def test_every_word_of_a_page_is_translated(walk: Walk, deals: list[Deal]) -> None:
    i18n.use("ja")
    found = results(walk)
    assert len(deals) > 100
    for table in tables(found):
        assert not str(table.title).isascii()
        assert not any(str(note).isascii() for note in table.notes)
