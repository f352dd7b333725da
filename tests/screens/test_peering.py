"""Colleagues hold a session in the app, by keys alone: the clock, the points, and nothing typed is lost (Q2)."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from rich.cells import cell_len

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.enums import PointKind, RiskCategory, Stage
from oppwizard.screens.dialogs import AskMany, Choose
from oppwizard.screens.peering import PeeringScreen, PeersScreen
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.screens.stage import StageScreen
from tests.screens.driving import ROOMY, Rep, rep, with_playbook
from tests.screens.test_handoffs import chooses, fills, over

LeftIn = Callable[[Stage | None], UUID]
NINE = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


class Clock:
    """The time of day in a test."""

    def __init__(self) -> None:
        self.now = NINE

    def goes_on(self, minutes: float) -> None:
        self.now += dt.timedelta(minutes=minutes)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(Context, "now", property(lambda _context: made.now))
    return made


async def holds(person: Rep, record_id: UUID) -> PeeringScreen:
    """Open the session of a record from one of its stages."""
    await person.opens(record_id, Stage.STRATEGY)
    await over(person, "alt+p", PeeringScreen)
    screen = person.app.screen
    assert isinstance(screen, PeeringScreen)
    return screen


async def takes(person: Rep, key: str, text: str) -> None:
    """Take a point down."""
    await person.press(key)
    await person.types(text)
    await person.press("enter")


async def test_a_session_is_held_and_lands_on_the_record(context: Context, left_in: LeftIn, clock: Clock) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await holds(person, record_id)
        await person.sees("Harbor Tools", "Why us", "Presentation 00:00 of 5 min")
        await person.press("space")
        clock.goes_on(4)
        await takes(person, "q", "Who signs above 100,000?")
        await takes(person, "r", "They merge; derail")
        await takes(person, "a", "Ask legal; Kim; +1w")
        await person.sees("Question: Who signs above 100,000?", "Risk: They merge", "Action: Ask legal (Kim, by")
        await person.press("n")
        clock.goes_on(9)
        await person.press("ctrl+s")
        await fills(person, "Alex", "Kim, Robin", "Go for it")
        await person.sees("Kept, with 3 points")
        await person.sees("[ ] Ask legal (Kim")
        record = await person.kept(record_id)
        (session,) = record.peer_reviews
        assert (session.presenter, session.attendees, session.summary) == ("Alex", "Kim, Robin", "Go for it")
        assert session.minutes == "4,9,0"
        assert [(one.kind, one.body) for one in record.peer_points] == [
            (PointKind.QUESTION, "Who signs above 100,000?"),
            (PointKind.RISK, "They merge"),
            (PointKind.ACTION, "Ask legal"),
        ]
        assert any((risk.description, risk.category) == ("They merge", RiskCategory.DERAIL) for risk in record.risks)
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, StageScreen))


async def test_a_part_that_takes_too_long_is_marked_and_goes_on(
    context: Context, left_in: LeftIn, clock: Clock
) -> None:
    record_id = left_in(None)
    async with rep(context) as person:
        screen = await holds(person, record_id)
        await person.press("space")
        clock.goes_on(5)
        await person.sees("> Presentation 05:00 of 5 min")
        assert "over time" not in person.page
        clock.goes_on(1.5)
        await person.sees("> Presentation 06:30 of 5 min  over time")
        await person.press("space")
        clock.goes_on(10)
        await person.sees("= Presentation 06:30 of 5 min  over time")
        await person.press("n", "space")
        clock.goes_on(1)
        await person.sees("> Questions 01:00 of 10 min")
        assert screen.agenda.taken(clock.now) == [7, 1, 0]


async def test_what_cannot_be_read_stays_in_the_entry(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        screen = await holds(person, record_id)
        await takes(person, "a", "Ask legal")
        await person.sees("does not say who does it by when")
        await person.types("; Kim; yesterday")
        await person.press("enter")
        await person.sees("which is past")
        await person.press("escape")
        await takes(person, "q", "Who signs?")
        await person.press("a")
        await person.sees("Ask legal; Kim; yesterday")
        await person.press("ctrl+s")
        await person.sees("Enter takes what you typed")
        await person.press(*["backspace"] * len("yesterday"))
        await person.types("today")
        await person.press("enter")
        await person.sees("Action: Ask legal (Kim, by Mon 23 Nov 2026)")
        assert [point.text for point in screen.points] == ["Who signs?", "Ask legal"]
        await person.press("up", "x")
        await person.sees("Dropped: Who signs?")
        assert [point.text for point in screen.points] == ["Ask legal"]


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_points_that_are_not_kept_are_asked_about(context: Context, left_in: LeftIn, key: str) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        screen = await holds(person, record_id)
        await person.press("q")
        await person.types("Who signs")
        await person.press("escape", key)
        await chooses(person, 0)
        await person.until(lambda: person.app.screen is screen)
        await person.press("q")
        await person.types("?")
        await person.press("enter", "escape")
        await chooses(person, 0)
        assert [point.text for point in screen.points] == ["Who signs?"]
        await person.press("ctrl+s")
        await fills(person, "Alex", "", "")
        await person.sees("Kept, with 1 points")
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, StageScreen))


async def test_a_session_without_a_presenter_is_asked_for_again(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await holds(person, record_id)
        await takes(person, "q", "Who signs?")
        await person.press("ctrl+s")
        await fills(person, "", "Kim", "Fine")
        await person.sees("It is not said who presents the deal")
        await person.until(lambda: isinstance(person.app.screen, AskMany))
        await fills(person, "Alex", "Kim", "Fine")
        await person.sees("Kept, with 1 points")
        assert (await person.kept(record_id)).peer_reviews[0].attendees == "Kim"


async def test_what_is_due_is_found_from_the_pipeline(context: Context, left_in: LeftIn, tmp_path: Path) -> None:
    left_in(None)
    chosen = with_playbook(context, tmp_path / "p.toml", '[peer]\nstrategic_accounts = ["Harbor Tools"]\n')
    async with rep(chosen, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await over(person, "p", PeersScreen)
        await person.sees("Peer reviews (1)", "due today", "Strategic account")
        await over(person, "enter", PeeringScreen)
        await takes(person, "q", "Who signs?")
        await person.press("ctrl+s")
        await fills(person, "Alex", "", "")
        await person.sees("Kept, with 1 points")
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, PeersScreen))
        await person.sees("due in 7 days")
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, PipelineScreen))


async def test_a_deal_that_is_due_is_one_line_of_a_small_screen(
    context: Context, left_in: LeftIn, tmp_path: Path
) -> None:
    left_in(None)
    chosen = with_playbook(context, tmp_path / "p.toml", '[peer]\nstrategic_accounts = ["Harbor Tools"]\n')
    async with rep(chosen, size=(80, 24), language="ja") as person:
        await person.sees("Harbor Tools")
        await over(person, "p", PeersScreen)
        await person.sees("$64,800.00")
        (line,) = [line for line in person.page.splitlines() if "Harbor" in line]
        assert "$64,800.00" in line
        assert cell_len(line) <= 80


async def test_a_store_without_large_deals_says_so(context: Context) -> None:
    async with rep(context) as person:
        await over(person, "p", PeersScreen)
        await person.sees("Peer reviews (0)", "No deal is looked at by colleagues.")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("left", [None, Stage.QUALIFICATION])
async def test_a_session_fits_a_small_screen(
    context: Context, left_in: LeftIn, language: str, left: Stage | None
) -> None:
    record_id = left_in(left)
    async with rep(context, size=(80, 24), language=language) as person:
        await person.opens(record_id, Stage.QUALIFICATION)
        await over(person, "alt+p", PeeringScreen)
        await person.sees("^S", "00:00", "Esc")
        lines = person.page.splitlines()
        assert len(lines) == 24
        assert all(cell_len(line) <= 80 for line in lines)
        before = person.text_of("#brief")
        await person.press("pagedown")
        await person.until(lambda: person.text_of("#brief") != before)
        await person.press("a")
        await person.types("Ask legal; Kim; +1w")
        await person.sees("Ask legal; Kim; +1w")
        await person.press("enter")
        await person.until(lambda: "Kim" in person.text_of("#lines"))
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, Choose))
