"""Driving the app as a person does: by keys, pastes and clicks; and seeing what a person sees."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

from rich.cells import cell_len
from textual import events
from textual.geometry import Offset
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.enums import Stage
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.screens.app import OppwizardApp
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.screens.stage import StageScreen
from oppwizard.walk import Walk
from oppwizard.walk.desk import Desk
from oppwizard.widgets.choices import ChoiceList
from oppwizard.widgets.field import FieldRow
from oppwizard.widgets.sections import RowsSection
from tests.conftest import TODAY

WIDE = (120, 40)
ROOMY = (150, 60)
_CHARACTERS = {"space": " ", "enter": "\r", "tab": "\t", "backspace": "\x7f", "slash": "/"}


class Rep:
    """A sales rep at the keyboard."""

    def __init__(self, app: OppwizardApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    # Waiting

    async def until(self, predicate: Callable[[], object], what: str = "", seconds: float = 30.0) -> None:
        """Wait until something holds; fails with the screen when it does not come to that."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not predicate():
            assert loop.time() < end, f"{what or 'it did not happen'}\n{self.page}"
            await asyncio.sleep(0.01)
            await self.quiet()
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until every widget has dealt with its messages; `Pilot.pause` waits for an idle processor, too long."""
        for _ in range(3):
            await self.pilot._wait_for_screen()
            await asyncio.sleep(0)

    async def sees(self, *texts: str, seconds: float = 30.0) -> None:
        """Wait until texts stand on the screen."""
        for text in texts:
            await self.until(partial(self._stands, text), f"{text!r} is not on the screen", seconds)

    def _stands(self, text: str, where: str = "") -> bool:
        """Whether a text is on the screen, or in a widget whatever the width at which its lines break."""
        return _joined(text) in _joined(self.text_of(where)) if where else text in self.page

    async def saved(self) -> Record:
        """Wait until everything is saved; the record as the store has it."""
        desk = self.stage.desk
        await self.until(lambda: not desk.unsaved, "it is not saved")
        return self.walk.load(desk.record.id)

    async def kept(self, record_id: UUID) -> Record:
        """A record as the store has it, once nothing is left to save; that goes on behind the screen."""
        desks = [desk for screen in self.app.screen_stack if isinstance(desk := getattr(screen, "desk", None), Desk)]
        await self.until(lambda: not any(desk.unsaved for desk in desks), "it is not saved")
        return self.walk.load(record_id)

    # Doing

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self._send(key)
            await self.quiet()

    async def bursts(self, *keys: str) -> None:
        """Send keys as one read from the terminal may bring them: all before the first is dealt with."""
        for key in keys:
            self._send(key)
        await self.quiet()

    def _send(self, key: str) -> None:
        character = _CHARACTERS.get(key, key if len(key) == 1 else None)
        name = _character_to_key(key) if len(key) == 1 else key
        self.app.post_message(events.Key(name, character))

    async def types(self, text: str) -> None:
        """Type a text, key by key."""
        await self.press(*text)

    async def pastes(self, text: str) -> None:
        """Paste a text where the cursor is."""
        self.app.post_message(events.Paste(text))
        await self.quiet()

    async def click_word(self, where: str, word: str) -> None:
        """Click a word that stands in a widget."""
        widget = self.app.screen.query_one(where)
        await self.until(lambda: word in self.text_of(widget), f"{word!r} is not in {where}")
        for y, line in enumerate(self.lines_of(widget)):
            if word in line:
                x = cell_len(line[: line.index(word)])
                await self.pilot.click(widget, Offset(x, y))
                await self.quiet()
                return
        raise AssertionError(f"{word!r} is not in {where}\n{self.page}")

    async def leaves(self) -> None:
        """Go back to the list; a first Escape may only close the choices, which may have opened just then."""
        stage = self.stage
        await self.until(lambda: not stage.desk.unsaved, "it is not saved")
        for _ in range(3):
            if isinstance(self.screen, PipelineScreen):
                break
            await self.press("escape")
            with contextlib.suppress(AssertionError):
                await self.until(lambda: isinstance(self.screen, PipelineScreen), seconds=2.0)
        await self.comes_home()

    async def opens(self, record_id: UUID, stage: Stage, at: str | Address | None = None) -> StageScreen:
        """Go to a stage of a record."""
        desk = Desk(self.walk, self.walk.load(record_id))
        place = address(at) if isinstance(at, str) else at
        self.app.records.show_stage(desk, stage, place)
        return await self.arrives(stage)

    async def arrives(self, stage: Stage) -> StageScreen:
        """Wait until a stage is on the screen, with its fields."""
        await self.until(
            lambda: (
                isinstance(self.screen, StageScreen)
                and self.screen.stage is stage
                and bool(list(self.screen.query(FieldRow)))
                and (self.screen.current is not None or self.screen.focused is not None)
            ),
            f"{stage.name} does not come",
        )
        return self.stage

    async def comes_home(self) -> PipelineScreen:
        """Wait until the pipeline is on the screen, with its rows."""
        await self.until(
            lambda: isinstance(self.screen, PipelineScreen) and self.screen.listing is not None,
            "the pipeline does not come",
        )
        await self.settled()
        return self.pipeline

    async def settled(self) -> None:
        """Wait until no worker is under way."""
        await self.until(lambda: all(w.is_finished for w in self.app.workers if w.group != "look"), "a worker hangs")

    async def goes_to(self, at: str | Address) -> FieldRow:
        """Put the cursor into a field, whatever part of the present stage has it."""
        place = address(at) if isinstance(at, str) else at
        number = self.stage._part_of(place)
        if number != self.stage.part:
            await self.stage.show_part(number, place)
        field = self.stage._field_at(place)
        assert field is not None, f"{at} is not on this screen"
        field.enter()
        await self.until(lambda: field.is_current)
        return field

    async def answers(self, at: str | Address, text: str, leave: str = "tab") -> FieldRow:
        """Put a text into a field in place of what is there, and leave it."""
        field = await self.goes_to(at)
        await self.clears()
        await self.pastes(text)
        await self.press(leave)
        return field

    async def clears(self) -> None:
        """Empty the field in focus."""
        self.current.entry.select_all()
        if self.current.text:
            await self.press("backspace")
        assert not self.current.text

    # Seeing

    @property
    def screen(self) -> object:
        """What is on top."""
        return self.app.screen

    @property
    def stage(self) -> StageScreen:
        """The stage that is on the screen."""
        assert isinstance(self.app.screen, StageScreen), self.app.screen
        return self.app.screen

    @property
    def pipeline(self) -> PipelineScreen:
        """The pipeline."""
        assert isinstance(self.app.screen, PipelineScreen), self.app.screen
        return self.app.screen

    @property
    def walk(self) -> Walk:
        """The app's own walk."""
        return self.app.ready

    @property
    def current(self) -> FieldRow:
        """The field that has the cursor."""
        current = self.stage.current
        assert current is not None, self.page
        return current

    @property
    def choices(self) -> list[str]:
        """What the open list of choices offers."""
        listed = self.app.screen.query_one(ChoiceList)
        return [label for _value, label in listed._shown] if listed.is_open else []

    @property
    def page(self) -> str:
        """Everything on the screen, as characters."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def lines_of(self, where: str | Widget) -> list[str]:
        """The lines of a widget as they stand on the screen."""
        widget = self.app.screen.query_one(where) if isinstance(where, str) else where
        x, y, width, height = widget.region
        strips = self.app.screen._compositor.render_strips()
        return [strip.crop(x, x + width).text.rstrip() for strip in strips[y : y + height]]

    def text_of(self, where: str | Widget) -> str:
        """The text of a widget as it stands on the screen."""
        return "\n".join(self.lines_of(where))

    def field(self, at: str | Address) -> FieldRow:
        """A field of the present part."""
        place = address(at) if isinstance(at, str) else at
        found = [f for f in self.app.screen.query(FieldRow) if f.at == place]
        assert len(found) == 1, f"{at}: {[str(f.at) for f in self.app.screen.query(FieldRow)]}"
        return found[0]

    def said_under(self, field: FieldRow) -> str:
        """What is said under a field, in one line."""
        return " ".join(str(widget.render()) for widget in field.query(".message") if widget.display)

    def _says(self, field: FieldRow, text: str) -> bool:
        return text in self.said_under(field)

    async def hears(self, at: str | Address | FieldRow, *texts: str) -> None:
        """Wait until something is said under a field; without texts, until nothing is."""
        field = at if isinstance(at, FieldRow) else self.field(at)
        for text in texts:
            await self.until(partial(self._says, field, text), f"{text!r} not in {self.said_under(field)!r}")
        if not texts:
            await self.until(lambda: not self.said_under(field), f"still says {self.said_under(field)!r}")

    async def reads(self, where: str, *texts: str) -> None:
        """Wait until texts stand in a widget, whatever the width at which its lines break."""
        for text in texts:
            await self.until(partial(self._stands, text, where), f"{text!r} is not in {where}")

    def table(self, kind: str) -> RowsSection:
        """The table of a kind of rows."""
        return next(section for section in self.app.screen.query(RowsSection) if section.kind == kind)


@asynccontextmanager
async def rep(context: Context, *, size: tuple[int, int] = WIDE, language: str = "en") -> AsyncIterator[Rep]:
    """Open the app on a context's store, wait for its list, and close everything afterwards."""
    i18n.use(language)
    app = OppwizardApp(context)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            person = Rep(app, pilot)
            await person.comes_home()
            yield person
    finally:
        if app.walk is not None:
            app.walk.store.close()


def with_playbook(context: Context, path: Path, text: str) -> Context:
    """The same circumstances with a playbook of the user's own."""
    path.write_text(text, encoding="utf-8")
    return Context(context.user, context.store, playbook=path, clock=lambda: TODAY)


def _joined(text: str) -> str:
    """A text without what only its width brings: a long word breaks anywhere."""
    return "".join(text.split())
