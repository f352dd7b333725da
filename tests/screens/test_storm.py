"""Keys in any order and at any speed, on a machine that is slow at any moment: the app goes on, and its records too."""

import asyncio
import random
import time
from pathlib import Path

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size

from oppwizard.context import Context
from oppwizard.model.enums import Stage
from oppwizard.screens.dialogs import Reader
from oppwizard.walk import open_walk
from oppwizard.walk.sample import walk_sample
from oppwizard.widgets.keys import ACTIONS
from tests.conftest import make_context
from tests.screens.driving import Rep, rep

SMALL = (80, 24)
ENDS = {"ctrl+q", "ctrl+c"}
NAMED = {"tab", "enter", "escape", "backspace", "space", "slash", "up", "down", "left", "right", "pageup", "pagedown"}
TYPED = [
    "a",
    "1",
    "2026-12-18",
    "林",
    "tab",
    "tab",
    "shift+tab",
    "enter",
    "down",
    "up",
    "backspace",
    "escape",
    "escape",
]


@pytest.fixture
def begun(tmp_path: Path) -> Context:
    """A store with a deal in each state that shows other screens."""
    context = make_context(tmp_path / "store.db")
    walk = open_walk(context)
    for until in (Stage.CREATION, Stage.SCOPING, None):
        walk_sample(walk, until, sample=False)
    walk.store.close()
    return context


def keys_of_all_actions() -> list[str]:
    """Every key of every action, but those that end the program."""
    every = [key for action in ACTIONS for key in action.keys.split(",") if key]
    return [key for key in every if key not in ENDS]


class Storm:
    """Hands that press keys without looking, at a machine that stumbles."""

    def __init__(self, person: Rep, seed: int) -> None:
        self.person, self.app = person, person.app
        self.chance = random.Random(seed)
        self.pressed: list[str] = []
        self.keys = [*keys_of_all_actions(), *["ctrl+l", "escape", *TYPED] * 3]

    def press(self, key: str) -> None:
        """Put a key in line, as a terminal does, whether the app has dealt with the one before or not."""
        self.pressed.append(key)
        letters = "" if "+" in key or key in NAMED or (key[1:].isdigit() and key[0] == "f") else key
        for each in letters or [key]:
            self.app.post_message(events.Key(each, each if letters else None))

    def touch(self) -> None:
        """Press any key."""
        self.press(self.chance.choice(self.keys))

    def click(self) -> None:
        """Click anywhere."""
        width, height = self.app.size
        x, y = self.chance.randrange(width), self.chance.randrange(height)
        self.pressed.append(f"click {x},{y}")
        for kind in (events.MouseDown, events.MouseUp):
            self.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))

    def resize(self) -> None:
        """Make the window another one."""
        size = self.chance.choice([Size(80, 24), Size(120, 40), Size(30, 8), Size(200, 60)])
        self.pressed.append(f"resize {size.width}x{size.height}")
        driver = self.app._driver
        assert isinstance(driver, HeadlessDriver)
        driver._size = size
        self.app.post_message(events.Resize(size, size))

    async def blow(self, many: int) -> None:
        """Press keys; in between the machine does something else, and the person now and then looks."""
        for _ in range(many):
            do = self.chance.choices([self.click, self.resize, self.touch], [8, 4, 88])[0]
            do()
            await asyncio.sleep(self.chance.choice([0, 0, 0, 0.01, 0.05, 0.2]))
            if self.chance.random() < 0.2:
                time.sleep(self.chance.random() * 0.05)  # noqa: ASYNC251 - the machine itself stands still

    async def calms(self) -> None:
        """Leave everything that is open, until the list shows and takes keys."""
        for _ in range(300):
            below, top = self.app.screen_stack[:-1], self.app.screen
            if isinstance(top, Reader) and len(below) == 1:
                self.press("escape")
                await self.person.until(lambda: not isinstance(self.app.screen, Reader))
                return
            self.press("escape" if below or top.query_one("#search").has_focus else "f1")
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.app.screen_stack} takes no keys after {self.pressed[-90:]}")


async def storms(context: Context, seed: int, rounds: int) -> None:
    async with rep(context, size=SMALL) as person:
        storm = Storm(person, seed)
        for _ in range(rounds):
            storm.press("enter")
            await storm.blow(storm.chance.randint(3, 9))
            await storm.calms()
    walk = open_walk(context)
    for identity in walk.store.ids():
        walk.verdict(walk.load(identity))
    walk.store.close()


@pytest.fixture(autouse=True)
def _files_go_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is written is written beside the store."""
    monkeypatch.chdir(tmp_path)


async def test_keys_in_any_order_leave_an_app_that_goes_on(begun: Context) -> None:
    await storms(begun, seed=1, rounds=4)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 10))
async def test_keys_in_any_order_for_long(begun: Context, seed: int) -> None:
    await storms(begun, seed, rounds=100)
