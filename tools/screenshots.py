"""Pictures of every screen: in each language, size and theme, the same bytes from the same source.

    python tools/screenshots.py [NAME ...] [--only ja --only dark --only 80x24] [--out DIR] [--png]

A picture is a line in `PICTURES`: what the store holds, and how to come to the screen. The way goes by the actions of
the key registry and by addresses of fields, never by positions, so that a screen may change its looks.
"""

import argparse
import asyncio
import contextlib
import datetime as dt
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for benchmarks.store, whichever way this file is run
os.environ |= {"TEXTUAL_ANIMATIONS": "none", "TZ": "UTC", "COLORTERM": "truecolor", "TERM": "xterm-256color"}
os.environ.pop("NO_COLOR", None)
time.tzset()

import time_machine  # noqa: E402 - Textual reads its environment when it is imported
from textual.app import App  # noqa: E402
from textual.pilot import Pilot  # noqa: E402
from textual.screen import Screen  # noqa: E402
from textual.widgets import DataTable, Input, OptionList, TextArea  # noqa: E402

from oppwizard import i18n  # noqa: E402
from oppwizard.context import Context  # noqa: E402
from oppwizard.i18n import T  # noqa: E402
from oppwizard.model.enums import Stage  # noqa: E402
from oppwizard.model.findings import address  # noqa: E402
from oppwizard.screens.app import OppwizardApp  # noqa: E402
from oppwizard.screens.dialogs import AskText, Choose  # noqa: E402
from oppwizard.screens.pipeline import PipelineScreen  # noqa: E402
from oppwizard.screens.reviewing import ReviewsScreen  # noqa: E402
from oppwizard.screens.stage import StageScreen  # noqa: E402
from oppwizard.walk import Walk, open_walk  # noqa: E402
from oppwizard.walk.desk import Desk  # noqa: E402
from oppwizard.who import Me  # noqa: E402
from oppwizard.widgets.keys import ACTIONS, APP  # noqa: E402
from tools.pictured import (  # noqa: E402
    ENRICHING,
    NOTIFYING,
    NOW,
    alike,
    begun,
    damage,
    empty,
    finished,
    listed,
    many,
    own,
    put,
    registered,
    sent_back,
    within,
    won,
)
from tools.svg import picture, render  # noqa: E402

PICTURES_FOLDER: Final = ROOT / "docs" / "pictures"
SIZES: Final = ((80, 24), (120, 40))
THEMES: Final = ("dark", "light")
USER: Final = "Robin"
STORE: Final = Path("oppwizard.db")
"""Relative, because the pipeline shows it: the folder it is in has another name each time."""

_Way = Callable[["Visit"], Awaitable[None]]


class Visit:
    """One run of the app, on the way to what is to be pictured."""

    def __init__(self, pilot: Pilot[int], app: OppwizardApp, record_id: UUID | None) -> None:
        self.pilot = pilot
        self.app = app
        self._record_id = record_id

    async def begun(self, *, asked: bool = False) -> None:
        """Wait for the list, or for the question in its place."""
        while not (isinstance(self.app.screen, Choose) if asked else self._list_is_shown()):
            await self.pilot.pause(0.02)

    def _list_is_shown(self) -> bool:
        return isinstance(self.app.screen, PipelineScreen) and self.app.screen.listing is not None

    async def stage(self, stage: Stage, at: str = "", part: int = 0) -> None:
        """Go to a stage of the record: to a field, or to a part by its number, from 0."""
        assert self._record_id is not None, "the picture's store needs a record"
        desk = Desk(self.app.ready, self.app.ready.load(self._record_id))
        self.app.records.show_stage(desk, stage, address(at) if at else None)
        while not (isinstance(self.app.screen, StageScreen) and list(self.app.screen.sections())):
            await self.pilot.pause(0.02)
        await self.settled()
        for _ in range(part):
            await self.do("stage.group_next")

    async def do(self, action_id: str) -> None:
        """Run an action of the registry."""
        action = next(action for action in ACTIONS if action.id == action_id)
        namespace = "app" if action.scope == APP else "screen"
        await self.app.run_action(f"{namespace}.{action.call}", self.app.screen)
        await self.settled()

    async def answer(self, asking: type[Screen[Any]], text: str = "") -> None:
        """Wait for a screen that asks, type something, and take what is chosen there."""
        while not isinstance(self.app.screen, asking):
            await self.pilot.pause(0.02)
        await self.settled()
        if text:
            self.app.screen.query_one(Input).value = text
        await self.pilot.press("enter")
        await self.settled()

    async def theme(self, theme: str) -> None:
        """Show everything in a theme."""
        self.app.theme = f"textual-{theme}"
        await self.settled()

    async def settled(self) -> str:
        """Wait until the screen stays as it is; its picture."""
        before, same = "", 0
        for _ in range(200):
            await self.pilot.pause(0.02)
            _hold_cursors(self.app)
            now = picture(self.app)
            same = same + 1 if now == before else 0
            if same == 4:
                break
            before = now
        return before


def _hold_cursors(app: App[int]) -> None:
    for entry in app.screen.query("Input, TextArea"):
        if isinstance(entry, Input | TextArea) and entry.cursor_blink:
            entry.cursor_blink = False
            entry.refresh()


# ------------------------------------------------------------------------------------------------------------ the ways


async def pipeline(visit: Visit) -> None:
    """The list, where every visit begins."""


def stage(number: int, at: str = "", part: int = 0) -> _Way:
    """A stage's form."""
    return lambda visit: visit.stage(Stage(number), at, part)


def doing(action_id: str, way: _Way = pipeline) -> _Way:
    """An action done at the end of a way."""

    async def go(visit: Visit) -> None:
        await way(visit)
        await visit.do(action_id)

    return go


async def beside(visit: Visit) -> None:
    """The record that looks alike, beside this one."""
    await doing("stage.judge", stage(1))(visit)
    listed = visit.pilot.app.screen.query_one("#judgement", OptionList)
    reason = str(T("same account"))
    listed.highlighted = next(n for n, line in enumerate(listed.options) if reason in str(line.prompt))
    await visit.pilot.press("enter")


async def wrong_date(visit: Visit) -> None:
    """A field left with what is no value of it."""
    await visit.stage(Stage.QUALIFICATION, "discovery_on")
    await visit.pilot.press(*"sometime", "tab")


async def session(visit: Visit) -> None:
    """Colleagues look at the deal; a few points are taken down, one is being typed."""
    await doing("stage.peer", stage(6))(visit)
    for key, text in (("q", "Who signs above 100,000?"), ("r", "They merge; derail"), ("a", "Call legal; Kim; +1w")):
        await visit.pilot.press(key, *text, "enter")
    await visit.pilot.press("a", *"Ask for the budget letter")


async def leads(visit: Visit) -> None:
    """A list of leads is about to be read: what its columns mean."""
    await visit.do("pipeline.leads")
    await visit.answer(AskText, "leads.csv")
    await visit.answer(Choose)


def counted(action_id: str) -> _Way:
    """Tables of figures, once they are counted."""

    async def go(visit: Visit) -> None:
        await visit.do(action_id)
        while not visit.app.screen.query_one(DataTable).row_count:
            await visit.pilot.pause(0.02)

    return go


async def reviewed(visit: Visit) -> None:
    """The review of the first deal that waits."""
    await visit.do("pipeline.reviews")
    await visit.answer(ReviewsScreen)


async def looked_up(visit: Visit) -> None:
    """What a file of facts says of the company."""
    await doing("stage.enrich", stage(3))(visit)
    await visit.pilot.press("l")
    await visit.settled()


async def erasing(visit: Visit) -> None:
    """Who is to be erased was said; what becomes of texts is asked."""
    await doing("stage.forget", stage(6))(visit)
    await visit.answer(Choose)


@dataclass(frozen=True)
class Picture:
    """A screen to be pictured.

    Attributes:
        playbook: the playbook in use, as TOML.
        role: the role of the person before the screen.
        is_damaged: whether the store is, so that a question comes in place of the list.
    """

    name: str
    holds: Callable[[Walk], UUID | None]
    way: _Way
    playbook: str = ""
    role: str = ""
    is_damaged: bool = False


PICTURES: Final = (
    Picture("pipeline-empty", empty, pipeline),
    Picture("pipeline", many, pipeline),
    Picture("stage-1-qualification", within(Stage.QUALIFICATION), stage(1)),
    Picture("stage-2-scoping", within(Stage.SCOPING), stage(2)),
    Picture("stage-3-data", within(Stage.DATA_COLLECTION), stage(3)),
    Picture("stage-3-file", within(Stage.DATA_COLLECTION), stage(3, part=3)),
    Picture("stage-4-creation", within(Stage.CREATION), stage(4)),
    Picture("stage-5-people", within(Stage.STAKEHOLDERS), stage(5)),
    Picture("stage-5-committee", within(Stage.STAKEHOLDERS), stage(5, part=1)),
    Picture("stage-6-strategy", within(Stage.STRATEGY), stage(6)),
    Picture("complete", finished, stage(6, part=3)),
    Picture("coach", begun, doing("stage.coach", stage(1, "budget_source"))),
    Picture("help", begun, doing("app.help", stage(1))),
    Picture("palette", begun, doing("app.palette", stage(1))),
    Picture("call-sheet", begun, doing("stage.questions", stage(1))),
    Picture("judgement", alike, doing("stage.judge", stage(1))),
    Picture("beside", alike, beside),
    Picture("peer-review", finished, session),
    Picture("reviews", own, doing("pipeline.reviews"), role="manager"),
    Picture("review", own, reviewed, role="manager"),
    Picture("settling", sent_back, doing("stage.settle", stage(3, "close_on"))),
    Picture("peers", own, doing("pipeline.peers"), playbook="[peer]\narr_from = 1\n"),
    Picture("audit", own, counted("pipeline.audit")),
    Picture("results", own, counted("pipeline.results")),
    Picture("notices", won, doing("pipeline.notices"), playbook=NOTIFYING),
    Picture("leads", listed, leads),
    Picture("enrichment", registered, looked_up, playbook=ENRICHING),
    Picture("timeline", own, doing("stage.timeline", stage(6))),
    Picture("handoff", own, doing("stage.handoff", stage(6))),
    Picture("damage", finished, pipeline, is_damaged=True),
    Picture("forget", finished, erasing),
    Picture("choices", begun, stage(1, "budget_status")),
    Picture("error", within(Stage.QUALIFICATION), wrong_date),
)
CHOSEN: Final = (
    "pipeline.en.dark.120x40",
    "stage-1-qualification.en.dark.120x40",
    "stage-5-committee.en.dark.120x40",
    "stage-2-scoping.ja.light.120x40",
)
"""Those that the README shows; the only ones that git keeps (see the folder's ``.gitignore``)."""


class Maker:
    """Makes pictures of some kinds.

    Attributes:
        wanted: whether a language, size or theme is to be pictured.
    """

    def __init__(self, out: Path, wanted: Callable[[str], bool], clock: time_machine.Traveller) -> None:
        self.out = out
        self.wanted = wanted
        self._clock = clock
        self._stores: dict[tuple[object, str, str], tuple[Path, UUID | None]] = {}

    def make(self, one: Picture) -> Iterator[Path]:
        """Draw a picture in everything it is wanted in; the files."""
        for language, size in itertools.product(i18n.LANGUAGES, SIZES):
            shown = f"{size[0]}x{size[1]}"
            themes = [theme for theme in THEMES if self.wanted(theme)]
            if self.wanted(language) and self.wanted(shown) and themes:
                drawn = asyncio.run(self._drawn(one, language, size, themes))
                for theme, svg in drawn.items():
                    path = self.out / f"{one.name}.{language}.{theme}.{shown}.svg"
                    path.write_text(svg, encoding="utf-8")
                    yield path

    async def _drawn(self, one: Picture, language: str, size: tuple[int, int], themes: list[str]) -> dict[str, str]:
        i18n.use(language)
        kept, record_id = self._store(one, language)
        put(kept, STORE)
        if one.is_damaged:
            damage(STORE)
        app = OppwizardApp(_context(STORE, one))
        async with app.run_test(size=size) as pilot:
            visit = Visit(pilot, app, record_id)
            await visit.begun(asked=one.is_damaged)
            await one.way(visit)
            drawn = {}
            for theme in themes:
                await visit.theme(theme)
                drawn[theme] = await visit.settled()
        if app.walk is not None:
            app.walk.store.close()
        return drawn

    def _store(self, one: Picture, language: str) -> tuple[Path, UUID | None]:
        """A store that holds what a picture needs, made once for each language."""
        key = one.holds, one.playbook, language
        if key not in self._stores:
            path = Path(f"{one.name}.{language}.db")
            self._clock.move_to(NOW - dt.timedelta(minutes=5), tick=False)
            walk = open_walk(_context(path, one))
            try:
                self._stores[key] = path, one.holds(walk)
            finally:
                walk.store.close()
                self._clock.move_to(NOW, tick=False)
        return self._stores[key]


def _context(store: Path, one: Picture) -> Context:
    playbook = Path("playbook.toml")
    playbook.write_text(one.playbook, encoding="utf-8")
    return Context(USER, store, playbook, clock=NOW.date, me=Me(role=one.role))


def main() -> None:
    """Draw what is asked for."""
    options = _options()
    out: Path = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    kinds = {*i18n.LANGUAGES, *THEMES, *(f"{width}x{height}" for width, height in SIZES)}
    only = set(options.only)

    def wanted(kind: str) -> bool:
        return not only or kind in only or not only & _alike(kind, kinds)

    with (
        tempfile.TemporaryDirectory(prefix="oppwizard-pictures-") as folder,
        contextlib.chdir(folder),
        time_machine.travel(NOW, tick=False) as clock,
    ):
        maker = Maker(out, wanted, clock)
        for one in PICTURES:
            if options.names and one.name not in options.names:
                continue
            for svg in maker.make(one):
                print(render(svg) if options.png else svg)


def _alike(kind: str, kinds: set[str]) -> set[str]:
    """The kinds that exclude each other with one: languages, themes, or sizes."""
    for family in (set(i18n.LANGUAGES), set(THEMES)):
        if kind in family:
            return family
    return kinds - set(i18n.LANGUAGES) - set(THEMES)


def _options() -> argparse.Namespace:
    names = [one.name for one in PICTURES]
    parser = argparse.ArgumentParser(description="Pictures of every screen.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which screens: {', '.join(names)}")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="KIND",
        help=f"{', '.join(i18n.LANGUAGES)}, dark, light, 80x24, 120x40",
    )
    parser.add_argument("--out", type=Path, default=PICTURES_FOLDER, help="the folder for the pictures")
    parser.add_argument("--png", action="store_true", help="PNG too, for looking at them")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in names]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}")
    return options


if __name__ == "__main__":
    main()
