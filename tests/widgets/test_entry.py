"""Entries outlive neither their form nor what Textual still paints of it."""

from textual.app import App, ComposeResult
from textual.geometry import Region

from oppwizard.widgets.entry import LongEntry


class _Form(App[None]):
    def compose(self) -> ComposeResult:
        yield LongEntry("They trust us")


async def test_an_entry_that_is_gone_from_the_form_paints_nothing() -> None:
    """Textual paints by the layout that it has: what is gone is in it until the next one."""
    app = _Form()
    async with app.run_test(size=(40, 4)):
        entry = app.query_one(LongEntry)
        place = Region(0, 0, 20, 1)
        assert [strip.text.strip() for strip in entry.render_lines(place)] == ["They trust us"]
        await entry.remove()
        assert [strip.text for strip in entry.render_lines(place)] == [" " * 20]
