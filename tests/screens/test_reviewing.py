"""A manager reviews in the app; the rep finds the comments at the fields, settles them and submits again (Q1)."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest
from rich.cells import cell_len

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.enums import Decision, ReviewState, Stage
from oppwizard.model.findings import address
from oppwizard.model.money import show_money
from oppwizard.screens.dialogs import AskMany, AskText, Choose
from oppwizard.screens.reviewing import ReviewScreen, ReviewsScreen
from oppwizard.walk import open_walk
from oppwizard.walk.reviewing import Verdicts
from oppwizard.who import Me
from tests.screens.driving import ROOMY, Rep, rep
from tests.screens.test_handoffs import chooses, fills, over, says

LeftIn = Callable[[Stage | None], UUID]


@pytest.fixture
def mona(context: Context) -> Context:
    """A manager at the same store."""
    return Context("mona", context.store, context.store.with_name("none.toml"), context.clock, Me(role="manager"))


def sent_back(mona: Context, record_id: UUID) -> None:
    walk = open_walk(mona)
    record = walk.load(record_id)
    comments = [(address("close_on"), "Too soon"), (address("why_us"), "Thin")]
    walk.save(walk.decide(record, Verdicts(Decision.REVISE, remarks=comments)))
    walk.store.close()


async def goes_to_line(person: Rep, text: str) -> None:
    """Put the cursor on the line of the review that holds a text."""
    screen = person.app.screen
    assert isinstance(screen, ReviewScreen)
    number = next(n for n, line in enumerate(screen._lines) if text in line.text)
    await person.press("home", *["down"] * number)


async def test_a_manager_looks_comments_and_sends_it_back(mona: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(mona, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await over(person, "v", ReviewsScreen)
        await person.sees("Reviews (1)", "waits,")
        await over(person, "enter", ReviewScreen)
        await person.sees("1 Is it really qualified?", "the record says yes", "Dana Whitfield")
        await goes_to_line(person, "2 Is it sized right?")
        await person.press("space")
        await person.sees("you agree")
        await person.press("space")
        await says(person, "Where are the services?")
        await person.sees("you object: Where are the services?")
        await goes_to_line(person, "Close date:")
        await person.press("c")
        await says(person, "Too soon")
        await person.sees("> Too soon")
        await person.press("d")
        await chooses(person, 0)
        await says(person, "")
        await person.sees("You object to it, so it cannot be approved")
        await person.press("d")
        await chooses(person, 1)
        await says(person, "Mend the date")
        await person.sees("Sent back for revision", "Needs revision")
        record = await person.kept(record_id)
        assert record.opportunity.review is ReviewState.REVISE
        assert [remark.body for remark in record.remarks] == ["Too soon"]
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, ReviewsScreen))
        await person.sees("needs revision,")


async def test_a_comment_stands_at_its_field_until_it_is_settled(
    context: Context, mona: Context, left_in: LeftIn
) -> None:
    record_id = left_in(None)
    sent_back(mona, record_id)
    async with rep(context, size=ROOMY) as person:
        await person.sees("to revise")
        await person.opens(record_id, Stage.DATA_COLLECTION, "close_on")
        await person.hears("close_on", "mona says: Too soon")
        await person.press("ctrl+s")
        await says(person, "They agreed in writing")
        await person.sees("Settled; comments left: 1")
        await person.press("ctrl+s")
        await says(person, "")
        await chooses(person, 0)
        await person.sees("Submitted again")
        await person.settled()
        record = await person.kept(record_id)
        assert record.opportunity.review is ReviewState.WAITING
        assert [(one.body, one.reply) for one in record.remarks] == [
            ("Too soon", "They agreed in writing"),
            ("Thin", ""),
        ]
        await person.press("ctrl+s")
        await person.sees("everything is saved as you type")


async def test_what_was_said_and_not_decided_is_asked_about(mona: Context, left_in: LeftIn) -> None:
    left_in(None)
    async with rep(mona, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await over(person, "v", ReviewsScreen)
        await over(person, "enter", ReviewScreen)
        await person.press("space", "escape")
        await chooses(person, 0)
        await person.until(lambda: isinstance(person.app.screen, ReviewScreen))
        await person.press("escape")
        await chooses(person, 1)
        await person.until(lambda: isinstance(person.app.screen, ReviewsScreen))


async def test_whoever_has_no_role_is_asked_for_it_once(mona: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    mona.me = Me()
    async with rep(mona, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await over(person, "v", ReviewsScreen)
        await over(person, "enter", ReviewScreen)
        await person.press("d")
        await chooses(person, 0)
        await person.until(lambda: isinstance(person.app.screen, AskText))
        await person.press("enter")
        await chooses(person, 2)
        await person.until(lambda: isinstance(person.app.screen, AskMany))
        await fills(person, "mona", "mona@example.com", "North")
        await person.sees("Approved")
        assert (await person.kept(record_id)).opportunity.review is ReviewState.ACTIVE
    assert Me.read(mona.folder) == Me("mona", "mona@example.com", "manager", "North")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_a_review_fits_a_small_screen(mona: Context, left_in: LeftIn, language: str) -> None:
    left_in(None)
    async with rep(mona, size=(80, 24), language=language) as person:
        await person.sees("Harbor Tools")
        await over(person, "v", ReviewsScreen)
        amount = show_money(Decimal(64_800), "USD", language)
        await person.sees(amount)
        (line,) = [line for line in person.page.splitlines() if "Harbor" in line]
        assert amount in line
        assert line.rstrip().endswith("…")
        await over(person, "enter", ReviewScreen)
        await person.sees("Esc:")
        assert all(cell_len(line) <= 80 for line in person.page.splitlines())
        await person.press("d")
        await person.until(lambda: isinstance(person.app.screen, Choose))


async def test_a_manager_sees_only_what_is_theirs(mona: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(mona, size=ROOMY) as person:
        await person.sees("Harbor Tools")
        await over(person, "v", ReviewsScreen)
        await person.sees("Reviews (1)", "Harbor Tools")
        await person.press("m")
        await person.sees("Yours to review (0)")
        await person.press("enter", "m", "escape")
        record = await person.kept(record_id)
        person.walk.save(person.walk.set(record, address("manager"), "mona"))
        await over(person, "v", ReviewsScreen)
        await person.press("m")
        await person.sees("Yours to review (1)")
        await over(person, "enter", ReviewScreen)
