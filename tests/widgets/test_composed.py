"""A screen over another one takes only itself away, whenever it is told to."""

from textual.app import App

from oppwizard.widgets.composed import Dialog


class _Below(Dialog[str]):
    pass


class _Above(Dialog[str]):
    pass


class _Pile(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str | None] = []

    async def pile(self) -> tuple[_Below, _Above]:
        below, above = _Below(), _Above()
        for screen in (below, above):
            await self.push_screen(screen, self.heard.append)
        return below, above


async def test_what_comes_behind_the_key_that_closed_a_dialog_closes_nothing_else() -> None:
    app = _Pile()
    async with app.run_test() as pilot:
        below, above = await app.pile()
        above.dismiss("first")
        above.dismiss("second")
        await pilot.pause()
        assert app.screen is below
        assert app.heard == ["first"]


async def test_a_dialog_under_another_one_leaves_behind_it() -> None:
    app = _Pile()
    async with app.run_test() as pilot:
        below, above = await app.pile()
        below.dismiss("saved")
        await pilot.pause()
        assert app.screen is above
        above.dismiss("read")
        await pilot.pause()
        assert app.screen is app.screen_stack[0]
        assert app.heard == ["read", "saved"]
