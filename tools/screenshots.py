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
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for benchmarks.store, whichever way this file is run
os.environ |= {"TEXTUAL_ANIMATIONS": "none", "TZ": "UTC", "COLORTERM": "truecolor", "TERM": "xterm-256color"}
os.environ.pop("NO_COLOR", None)
time.tzset()

import time_machine  # noqa: E402 - Textual reads its environment when it is imported
from textual.app import App  # noqa: E402
from textual.pilot import Pilot  # noqa: E402
from textual.widgets import Input, OptionList, TextArea  # noqa: E402

from benchmarks.store import fill  # noqa: E402
from oppwizard import i18n  # noqa: E402
from oppwizard.context import Context  # noqa: E402
from oppwizard.i18n import T  # noqa: E402
from oppwizard.model.ask import Kind, Need  # noqa: E402
from oppwizard.model.enums import Stage  # noqa: E402
from oppwizard.model.fields import group_of  # noqa: E402
from oppwizard.model.findings import Address, address  # noqa: E402
from oppwizard.process.course import COURSE  # noqa: E402
from oppwizard.screens.app import OppwizardApp  # noqa: E402
from oppwizard.screens.pipeline import PipelineScreen  # noqa: E402
from oppwizard.screens.stage import StageScreen  # noqa: E402
from oppwizard.walk import Walk, open_walk  # noqa: E402
from oppwizard.walk.desk import Desk  # noqa: E402
from oppwizard.walk.sample import answer, script, walk_sample  # noqa: E402
from oppwizard.widgets.keys import ACTIONS, APP  # noqa: E402

PICTURES_FOLDER: Final = ROOT / "docs" / "pictures"
SIZES: Final = ((80, 24), (120, 40))
THEMES: Final = ("dark", "light")
NOW: Final = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
USER: Final = "Robin"
STORE: Final = Path("oppwizard.db")
"""Relative, because the pipeline shows it: the folder it is in has another name each time."""
FONTS: Final = '"Fira Code", "DejaVu Sans Mono", "Noto Sans Mono CJK JP", "Noto Sans CJK JP", monospace'

_Way = Callable[["Visit"], Awaitable[None]]


class Visit:
    """One run of the app, on the way to what is to be pictured."""

    def __init__(self, pilot: Pilot[int], app: OppwizardApp, record_id: UUID | None) -> None:
        self.pilot = pilot
        self.app = app
        self._record_id = record_id

    async def list_shown(self) -> None:
        """Wait for the list."""
        while not (isinstance(self.app.screen, PipelineScreen) and self.app.screen.listing is not None):
            await self.pilot.pause(0.02)

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


# ------------------------------------------------------------------------------------------------- what a store holds


def empty(walk: Walk) -> None:
    """Nothing."""


def many(walk: Walk) -> UUID:
    """The sample deal, among made-up ones."""
    fill(walk.store.path, 60, now=NOW - dt.timedelta(hours=2))
    return finished(walk)


def finished(walk: Walk) -> UUID:
    """The sample deal, complete."""
    return walk_sample(walk).id


def within(stage: Stage) -> Callable[[Walk], UUID]:
    """The sample deal in the midst of a stage: all of it answered but the last text that its gate insists on."""

    def make(walk: Walk) -> UUID:
        record = walk_sample(walk, stage)
        answer(walk, record, script(), stage)
        asked = [spec for part in COURSE[stage] for piece in part.pieces for spec in group_of(stage, piece)]
        texts = [spec for spec in asked if spec.ask.kind in (Kind.LINE, Kind.LONG) and spec.ask.need is Need.REQUIRED]
        for spec in texts[-1:]:
            walk.save(walk.set(record, Address(spec.entity, spec.name), ""))
        return record.id

    return make


def alike(walk: Walk) -> UUID:
    """A draft like the sample deal, in a store that knows deals of the past."""
    chance, begun = random.Random(3), dt.date(2025, 1, 6)
    names = ("key", "product", "currency", "amount", "opened", "closed", "outcome", "file")
    amounts = [round(60_000 * chance.lognormvariate(0, 0.5)) * 10_000 for _ in range(300)]
    days = [str(begun + dt.timedelta(days=round(chance.gauss(80, 20)))) for _ in amounts]
    rows = [
        (f"made-up:{number}", "Stock Count", "USD", amount, str(begun), day, "won", "made-up.csv")
        for number, (amount, day) in enumerate(zip(amounts, days, strict=True))
    ]
    walk.store.put_history(names, [rows])
    copy = walk.duplicate(walk_sample(walk))
    walk.save(walk.set(copy, Address("opportunity", "close_on"), "2027-05-12"))
    return copy.id


def begun(walk: Walk) -> UUID:
    """The sample deal with nothing but a company's name."""
    return walk.start("Harbor Tools").id


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


@dataclass(frozen=True)
class Picture:
    """A screen to be pictured."""

    name: str
    holds: Callable[[Walk], UUID | None]
    way: _Way


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


# ------------------------------------------------------------------------------------------------------------- drawing

_IDS = re.compile(r"terminal-\d+")
_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_FAMILY = re.compile(r"font-family: (?:Fira Code|arial)[^;]*;")


def picture(app: App[int]) -> str:
    """The screen as SVG, without what differs from run to run and without fonts from elsewhere."""
    svg = _IDS.sub("oppwizard", app.export_screenshot(title="oppwizard"))
    return _FAMILY.sub(f"font-family: {FONTS};", _FACES.sub("", svg))


class Maker:
    """Makes pictures of some kinds.

    Attributes:
        wanted: whether a language, size or theme is to be pictured.
    """

    def __init__(self, out: Path, wanted: Callable[[str], bool], clock: time_machine.Traveller) -> None:
        self.out = out
        self.wanted = wanted
        self._clock = clock
        self._stores: dict[tuple[object, str], tuple[Path, UUID | None]] = {}

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
        shutil.copy(kept, STORE)
        app = OppwizardApp(_context(STORE))
        async with app.run_test(size=size) as pilot:
            visit = Visit(pilot, app, record_id)
            await visit.list_shown()
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
        key = one.holds, language
        if key not in self._stores:
            path = Path(f"{one.name}.{language}.db")
            self._clock.move_to(NOW - dt.timedelta(minutes=5), tick=False)
            walk = open_walk(_context(path))
            try:
                self._stores[key] = path, one.holds(walk)
            finally:
                walk.store.close()
                self._clock.move_to(NOW, tick=False)
        return self._stores[key]


def _context(store: Path) -> Context:
    return Context(USER, store, clock=NOW.date)


# ----------------------------------------------------------------------------------------------------------- rendering


def render(svg: Path) -> Path:
    """A PNG beside an SVG, by Chromium where there is one, else by rsvg-convert.

    Raises:
        SystemExit: there is neither.
    """
    png = svg.with_suffix(".png")
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is not None:
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text(encoding="utf-8"))
        assert box is not None, "Rich's SVG has a view box"
        window = f"--window-size={int(float(box[1])) + 1},{int(float(box[2])) + 1}"
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", window, f"--screenshot={png}"]
        subprocess.run([browser, *options, svg.resolve().as_uri()], check=True, capture_output=True)
    elif shutil.which("rsvg-convert") is not None:
        told = svg.read_text(encoding="utf-8")  # it drops spaces at the beginning of a text unless told to keep them
        spaced = told.replace("&#160;", " ").replace("<text ", '<text xml:space="preserve" ')
        subprocess.run(["rsvg-convert", "-o", str(png)], input=spaced, text=True, check=True)
    else:
        raise SystemExit("--png needs chromium or rsvg-convert")
    return png


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
        "--only", action="append", default=[], metavar="KIND", help="en, ja, dark, light, 80x24, 120x40"
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
