"""Timeline, handing over and receiving in the app, by keys alone (E8, H1-H4)."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from rich.cells import cell_len

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, pack
from oppwizard.model.enums import HandoffKind, HandoffState, Stage
from oppwizard.model.findings import Address
from oppwizard.screens.dialogs import AskMany, AskText, Choose, Reader
from oppwizard.screens.handing import HandoffScreen
from oppwizard.screens.receiving import ReceiveScreen
from oppwizard.screens.timeline import TimelineScreen
from oppwizard.walk import Walk, open_walk
from tests.screens.driving import ROOMY, Rep, rep

LeftIn = Callable[[Stage | None], UUID]


@pytest.fixture
def begun(context: Context) -> UUID:
    """A draft with one person."""
    walk = open_walk(context)
    record = walk.start("Acme Pumps")
    walk.save(walk.add(record, "people", name="Dana Low"))
    walk.store.close()
    return record.id


@pytest.fixture
def other(context: Context, tmp_path: Path) -> Context:
    """Somebody else, with a store of their own."""
    folder = tmp_path / "alex"
    folder.mkdir()
    return Context("alex", folder / "store.db", folder / "playbook.toml", context.clock)


def sent(walk: Walk, record_id: UUID, path: Path, to: str = "alex") -> Path:
    return pack(walk, [record_id], Order(HandoffKind.SDR_AE, to, "In a hurry"), path).path


async def over(person: Rep, key: str, screen: type) -> None:
    await person.press(key)
    await person.until(lambda: isinstance(person.app.screen, screen), f"no {screen.__name__}")


async def fills(person: Rep, *texts: str) -> None:
    """Type into the entries of a question, one after the other; None of what stands there stays."""
    await person.until(lambda: isinstance(person.app.screen, AskMany), "nothing is asked")
    for number, text in enumerate(texts):
        if number:
            await person.press("tab")
        await person.press("end", "ctrl+u")
        await person.types(text)
    await person.press("ctrl+s")


async def says(person: Rep, text: str) -> None:
    await person.until(lambda: isinstance(person.app.screen, AskText), "nothing is asked")
    await person.press("end", "ctrl+u")
    await person.types(text)
    await person.press("enter")


async def chooses(person: Rep, number: int) -> None:
    await person.until(lambda: isinstance(person.app.screen, Choose), "there is no choice")
    await person.press("home", *["down"] * number, "enter")


async def test_a_talk_a_note_and_a_file_are_kept_from_the_timeline(
    context: Context, begun: UUID, tmp_path: Path
) -> None:
    file = tmp_path / "plan.txt"
    file.write_text("contents")
    async with rep(context, size=ROOMY) as person:
        await person.opens(begun, Stage.QUALIFICATION)
        await over(person, "ctrl+o", TimelineScreen)
        await person.sees("Nothing has happened yet")
        await person.press("l")
        await chooses(person, 1)
        await fills(person, "2026-09-02", "Dana", "Sam", "First call", "They want a demo", "A plan by Friday")
        await person.sees("Call: First call", "They want a demo", "Commitments: A plan by Friday")
        await person.press("n")
        await says(person, "Mind the lease")
        await person.sees("Mind the lease")
        await person.press("a")
        await says(person, str(file))
        await person.sees("plan.txt", "text/plain")
        record = await person.kept(begun)
    assert [touch.people for touch in record.touchpoints] == [[record.people[0].id]]
    assert [note.body for note in record.notes] == ["Mind the lease"]
    assert [one.name for one in record.attachments] == ["plan.txt"]


async def test_what_cannot_be_logged_is_asked_again_with_what_was_typed(context: Context, begun: UUID) -> None:
    async with rep(context, size=ROOMY) as person:
        await person.opens(begun, Stage.QUALIFICATION)
        await over(person, "ctrl+o", TimelineScreen)
        await person.press("l")
        await chooses(person, 0)
        await fills(person, "2026-09-02", "Nobody Known", "Sam", "First call")
        await person.sees("Nobody on this record is called", "First call")
        await person.press("escape")
        assert (await person.kept(begun)).touchpoints == []


async def test_the_timeline_is_filtered(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await person.opens(record_id, Stage.QUALIFICATION)
        await over(person, "ctrl+o", TimelineScreen)
        await person.sees("Passed stage 1", "Timeline: all")
        await person.press("f")
        await person.sees("Timeline: Talks")
        await person.until(lambda: "Passed stage 1" not in person.page)


async def test_enter_on_a_talk_goes_to_its_row(context: Context, left_in: LeftIn) -> None:
    record_id = left_in(None)
    async with rep(context, size=ROOMY) as person:
        await person.opens(record_id, Stage.STAKEHOLDERS)
        await over(person, "ctrl+o", TimelineScreen)
        await person.press("f")
        await person.sees("Timeline: Talks")
        await person.press("enter")
        await person.until(lambda: person.app.screen is person.stage)
        await person.until(lambda: person.current.at.entity == "touchpoints")


async def test_a_deal_is_prepared_and_sent(context: Context, begun: UUID, tmp_path: Path, other: Context) -> None:
    path = tmp_path / "deal.oppwiz"
    async with rep(context, size=ROOMY) as person:
        await person.opens(begun, Stage.QUALIFICATION)
        await over(person, "ctrl+r", HandoffScreen)
        await person.sees("SDR to account executive", "[ ] Budget", "[ ] The AE was briefed before the meeting")
        screen = person.app.screen
        assert isinstance(screen, HandoffScreen)
        listed = screen.query_one("#lines")
        listed.highlighted = next(n for n, line in enumerate(screen._lines) if line.tick == "briefed")  # type: ignore[attr-defined]
        await person.press("enter")
        await person.sees("[x] The AE was briefed before the meeting")
        await person.press("s")
        await fills(person, "alex", "", "Have fun", str(path))
        await chooses(person, 1)
        await person.sees("The packet is incomplete")
        assert not path.exists()
        await fills(person, "alex", "They are in a hurry", "Have fun", str(path))
        await chooses(person, 1)
        await person.sees("Written")
    walk = open_walk(other)
    with look(walk, path) as incoming:
        assert (incoming.cover.receiver, incoming.cover.why_incomplete) == ("alex", "They are in a hurry")
    walk.store.close()


async def test_enter_on_what_is_missing_goes_there_and_k_shows_another_kind(context: Context, begun: UUID) -> None:
    async with rep(context, size=ROOMY) as person:
        await person.opens(begun, Stage.QUALIFICATION)
        await over(person, "ctrl+r", HandoffScreen)
        await person.press("k")
        await person.sees("Account executive to sales engineer")
        await person.press("enter")
        await person.until(lambda: person.app.screen is person.stage)
        await person.until(lambda: person.current.spec.path == "business_problem")


async def test_a_packet_is_received_decided_and_accepted(
    context: Context, begun: UUID, tmp_path: Path, other: Context
) -> None:
    mine, alex = open_walk(context), open_walk(other)
    with look(alex, sent(mine, begun, tmp_path / "there.oppwiz")) as incoming:
        incoming.take()
    for walk, text in ((mine, "Night work"), (alex, "Broken seals")):
        walk.save(walk.set(walk.load(begun), Address("opportunity", "pain_points"), text))
    back = sent(alex, begun, tmp_path / "back.oppwiz", "rep")
    mine.store.close()
    alex.store.close()
    async with rep(context, size=ROOMY) as person:
        await person.until(lambda: "Acme" in person.page)
        await person.press("i")
        await says(person, str(back))
        await person.until(lambda: isinstance(person.app.screen, ReceiveScreen), "the packet is not open")
        await person.sees("Sent incomplete because: In a hurry", "yours “Night work”, theirs “Broken seals”")
        await person.press("t")
        await person.sees("Both sides changed")
        await person.press("home", "enter")
        await person.sees("[take: theirs]")
        await person.press("t")
        await person.sees("It is in your store")
        assert (await person.kept(begun)).opportunity.pain_points == "Broken seals"
        await person.press("a")
        await chooses(person, 3)
        await fills(person, "Thanks", str(tmp_path / "r.json"))
        await person.until(lambda: (tmp_path / "r.json").exists(), "there is no receipt")
        assert (await person.kept(begun)).handoffs[-1].rating == 4
    walk = open_walk(other)
    walk.store.close()
    async with rep(other, size=ROOMY) as person:
        await person.until(lambda: "Acme" in person.page)
        await person.press("i")
        await says(person, str(tmp_path / "r.json"))
        await person.until(
            lambda: person.walk.load(begun).handoffs[-1].state is HandoffState.ACCEPTED, "the receipt is not entered"
        )
        await over(person, "h", Reader)
        await person.sees("alex → rep", "1 accepted")


async def test_an_altered_packet_is_refused_in_words(context: Context, begun: UUID, tmp_path: Path) -> None:
    path = tmp_path / "x.oppwiz"
    path.write_bytes(b"PK nothing")
    async with rep(context, size=ROOMY) as person:
        await person.until(lambda: "Acme" in person.page)
        await person.press("i")
        await says(person, str(path))
        await person.sees("no packet")


async def test_a_territory_is_handed_over_from_the_list(
    context: Context, begun: UUID, tmp_path: Path, other: Context
) -> None:
    walk = open_walk(context)
    walk.save(walk.set(walk.load(begun), Address("opportunity", "owner"), "rep"))
    walk.store.close()
    path = tmp_path / "t.oppwiz"
    async with rep(context, size=ROOMY) as person:
        await person.until(lambda: "Acme" in person.page)
        await person.press("t")
        await fills(person, "rep", "alex", "Leaving on Friday", "", str(path))
        await person.sees("Records handed over: 1")
    walk = open_walk(other)
    with look(walk, path) as incoming:
        assert incoming.cover.kind is HandoffKind.TERRITORY
    walk.store.close()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_the_pages_fit_a_small_terminal(context: Context, left_in: LeftIn, language: str) -> None:
    record_id = left_in(None)
    async with rep(context, size=(80, 24), language=language) as person:
        await person.opens(record_id, Stage.QUALIFICATION)
        for key, screen in (("ctrl+o", TimelineScreen), ("ctrl+r", HandoffScreen)):
            await over(person, key, screen)
            await person.sees("Esc")
            assert all(cell_len(line) <= 80 for line in person.page.splitlines())
            await person.press("escape")
            await person.until(lambda: person.app.screen is person.stage)
