"""Colleagues look at a deal together: what is due, and the session with its brief, its clock and its points (Q2)."""

import asyncio
import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from oppwizard.errors import OppwizardError
from oppwizard.i18n import T, Text, _, language
from oppwizard.model.enums import PointKind
from oppwizard.model.findings import Address
from oppwizard.model.money import show_money
from oppwizard.model.text import visible
from oppwizard.quality.agenda import PARTS, Agenda, shown
from oppwizard.quality.brief import Line, brief, brief_lines
from oppwizard.quality.peers import pace
from oppwizard.screens.columns import BESIDE, in_columns
from oppwizard.screens.dialogs import AskMany, Choose, needs_store
from oppwizard.walk.desk import Desk
from oppwizard.walk.peers import PeerDue, Point, Session, read_point, told
from oppwizard.widgets.composed import Dialog
from oppwizard.widgets.entry import LineEntry

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_EVERY: Final = 0.5
"""Seconds between two looks at the clock."""
_HOW: Final[dict[PointKind, Text]] = {
    PointKind.QUESTION: T("what was asked"),
    PointKind.RISK: T("the risk; its category if you like"),
    PointKind.ACTION: T("what; who; day, as in: Call legal; Kim; next fri"),
}
"""How a point is typed."""


class PeersScreen(Dialog[UUID | None]):
    """The deals that colleagues look at, the longest overdue first; the result is the chosen record."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", "")]

    def __init__(self, found: list[PeerDue], today: dt.date) -> None:
        super().__init__()
        self._found = found
        self._today = today

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="page"):
            head = _("Peer reviews ({count})", count=len(self._found))
            yield Static(Content(head), classes="question", markup=False)
            yield OptionList(id="lines", compact=True, markup=False)
            keys = (
                _("Enter: hold the session   Esc: close")
                if self._found
                else _("No deal is looked at by colleagues.   Esc: close")
            )
            yield Static(Content(keys), id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    def on_resize(self) -> None:
        """Fit the lines into the new width."""
        self._draw()

    def _draw(self) -> None:
        listed = self.query_one("#lines", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options(map(Option, _due_lines(self._found, self._today, self.app.size.width - BESIDE)))
        listed.highlighted = (at or 0) if self._found else None

    @on(OptionList.OptionSelected, "#lines")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._found[event.option_index].line.id)


def _due_lines(found: list[PeerDue], today: dt.date, room: int) -> list[Content]:
    lates = [one.due.late(today) for one in found]
    rows = [_due_row(one, late) for one, late in zip(found, lates, strict=True)]
    lines = in_columns(rows, room, gives_way=(4, 1, 3), right=(2,)) if rows else []
    styles = ("bold $text-error" if late > 0 else "$text-warning" if late == 0 else "" for late in lates)
    return [line.stylize(style, 0, len(row[0])) for line, row, style in zip(lines, rows, styles, strict=True)]


def _due_row(one: PeerDue, late: int) -> tuple[str, ...]:
    line = one.line
    worth = show_money(line.amount, line.currency, language()) if line.amount and line.currency else ""
    return str(pace(late)), line.title, worth, str(one.due.cause.label), line.owner or ""


class PeeringScreen(Dialog[Address | None]):
    """A session: the brief to the left; agenda, clock and what was taken down to the right."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", ""),
        ("space", "clock", ""),
        ("n", "part", ""),
        ("q", "take('question')", ""),
        ("r", "take('risk')", ""),
        ("a", "take('action')", ""),
        ("delete,x", "drop", ""),
        Binding("pagedown", "scroll(8)", show=False, priority=True),
        Binding("pageup", "scroll(-8)", show=False, priority=True),
        Binding("ctrl+s", "keep", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.agenda = Agenda(desk.walk.playbook.peer.agenda)
        self.points: list[Point] = []
        self._kind = PointKind.QUESTION
        self._typed: dict[PointKind, str] = {}
        self._said = [desk.record.opportunity.owner or desk.walk.context.user, "", ""]

    def compose(self) -> ComposeResult:
        """Title, brief, agenda, points, entry, keys."""
        with Vertical(classes="page"):
            yield Static(id="head", classes="question", markup=False)
            with Horizontal(id="session"):
                with VerticalScroll(id="brief", can_focus=False):
                    yield Static(id="told", markup=False)
                with Vertical(id="side"):
                    yield Static(id="agenda", markup=False)
                    yield Static(Content(_("q: question  r: risk  a: action")), classes="dim", markup=False)
                    yield OptionList(id="lines", compact=True, markup=False)
            with Horizontal(id="take"):
                yield Static(id="kind", markup=False)
                yield LineEntry()
            yield Static(id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it, and begin to look at the clock."""
        self._draw()
        self._close_entry()
        self.set_interval(_EVERY, self._tick)

    @needs_store
    def _draw(self) -> None:
        made = brief(self.desk.walk, self.desk.record)
        self.query_one("#head", Static).update(Content(visible(made.title)))
        told_of = Content("\n").join([_brief_line(line) for line in brief_lines(made)])
        self.query_one("#told", Static).update(told_of)
        self._draw_points()
        self._tick()

    def _draw_points(self) -> None:
        listed = self.query_one("#lines", OptionList)
        listed.clear_options()
        listed.add_options([Option(_point_line(point)) for point in self.points])
        listed.highlighted = len(self.points) - 1 if self.points else None

    def _tick(self) -> None:
        now = self.desk.walk.context.now
        lines = [self._part_line(part, now) for part in range(len(PARTS))]
        self.query_one("#agenda", Static).update(Content("\n").join(lines))

    def _part_line(self, part: int, now: dt.datetime) -> Content:
        here, over = part == self.agenda.at, self.agenda.is_over(part, now)
        sign = (">" if self.agenda.runs else "=") if here else " "
        time = shown(self.agenda.spent(part, now))
        text = _("{part} {time} of {minutes} min", part=PARTS[part], time=time, minutes=self.agenda.minutes[part])
        late = f"  {_('over time')}" if over else ""
        style = "bold $text-error" if over and here else "$text-warning" if over else "bold" if here else "dim"
        return Content(f"{sign} {text}{late}").stylize(style)

    def _tell(self, text: str) -> None:
        self.query_one("#hint", Static).update(Content(visible(text)))

    def _tell_keys(self) -> None:
        self._tell(_("Space: clock  n: next part  PgDn: brief  x: drop  ^S: keep  Esc: close"))

    # The clock

    def action_clock(self) -> None:
        """Start the clock, or pause it."""
        self.agenda.toggle(self.desk.walk.context.now)
        self._tick()

    def action_part(self) -> None:
        """Begin the next part."""
        self.agenda.go_on(self.desk.walk.context.now)
        self._tick()

    def action_scroll(self, by: int) -> None:
        """Scroll the brief."""
        self.query_one("#brief", VerticalScroll).scroll_relative(y=by, animate=False)

    # Points

    def action_take(self, kind: str) -> None:
        """Take a point down."""
        self._kind = PointKind(kind)
        self.query_one("#take").display = True
        self.query_one("#kind", Static).update(Content(f"{self._kind.label} "))
        entry = self.query_one(LineEntry)
        entry.value = self._typed.get(self._kind, "")
        entry.cursor_position = len(entry.value)
        entry.focus()
        self._tell(_("{how}   Enter: take it   Esc: back", how=_HOW[self._kind]))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self._close_entry()
            return
        walk = self.desk.walk
        try:
            point = read_point(self._kind, event.value, walk.context.today)
            walk.check_point(point)
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        self.points.append(point)
        event.input.value = ""
        self._close_entry()
        self._draw_points()

    def _close_entry(self) -> None:
        """Go back to the points; what is typed and not taken waits for the next time."""
        entry = self.query_one(LineEntry)
        self._typed[self._kind] = entry.value
        entry.value = ""
        self.query_one("#take").display = False
        self.query_one("#lines", OptionList).focus()
        self._tell_keys()

    @property
    def _typing(self) -> bool:
        return bool(self.query_one("#take").display)

    @property
    def _unkept(self) -> bool:
        """Whether there is something that would be lost."""
        return bool(self.points or self.query_one(LineEntry).value.strip() or any(map(str.strip, self._typed.values())))

    def action_drop(self) -> None:
        """Take the highlighted point off the list; it can be typed again from the entry."""
        at = self.query_one("#lines", OptionList).highlighted
        if at is not None and at < len(self.points):
            point = self.points.pop(at)
            self._draw_points()
            self._tell(_("Dropped: {point}", point=told(point)))

    # Keeping

    @work(exclusive=True)
    async def action_keep(self) -> None:
        """Ask who was there, and keep the session."""
        if self._typing and self.query_one(LineEntry).value.strip():
            self._tell(_("Enter takes what you typed, Esc puts it aside; then keep the session."))
            return
        labels = (_("Who presented"), _("Who else was there, with commas between"), _("What came of it"))
        while True:
            entries = list(zip(labels, self._said, strict=True))
            said = await self.app.push_screen_wait(AskMany(_("Keep the session"), entries))
            if said is None:
                return
            self._said = said
            try:
                self.desk.do(partial(self.desk.walk.hold_session, session=self._session()))
            except OppwizardError as problem:
                self.app.notify(visible(str(problem)), markup=False, timeout=8)
                continue
            break
        if not await self.desk.settle():
            self._tell(str(self.desk.problem))
            return
        count, self.points = len(self.points), []
        self._draw()
        self._tell(_("Kept, with {count} points; they are on the record.   Esc: close", count=count))

    def _session(self) -> Session:
        presenter, attendees, summary = self._said
        taken = self.agenda.taken(self.desk.walk.context.now)
        return Session(presenter, attendees, tuple(self.points), summary, taken)

    @work(exclusive=True)
    async def action_leave(self) -> None:
        """Close the entry, or the session; what is not kept is asked about first."""
        if self._typing:
            self._close_entry()
        elif await self._may_go():
            self.dismiss(None)

    @work(exclusive=True)
    async def action_quit(self) -> None:
        """Leave the app; what is not kept is asked about first."""
        if await self._may_go():
            await self.app.action_quit()

    async def _may_go(self) -> bool:
        if not self._unkept:
            return True
        question = _("What you took down is not kept yet. Leave it?")
        return await self.app.push_screen_wait(Choose(question, [_("Stay"), _("Leave it")])) == 1


def _brief_line(line: Line) -> Content:
    text = visible(line.text)
    if line.heading:
        return Content(f"\n{text}").stylize("bold $text-accent")
    if line.label:
        return Content.assemble((f"{line.label}: ", "dim"), text)
    sign = "-" if line.done is None else "[x]" if line.done else "[ ]"
    return Content(f"{'  ' * line.depth}{sign} {text}")


def _point_line(point: Point) -> Content:
    return Content.assemble((f"{point.kind.label}: ", "bold"), visible(str(told(point))))


async def show_peers(app: "OppwizardApp") -> str:
    """Show what colleagues are to look at until the person has seen enough."""
    walk = app.ready
    while True:
        today = walk.context.today
        found = await asyncio.to_thread(walk.peers_due, today, ahead=True)
        chosen = await app.push_screen_wait(PeersScreen(found, today))
        if chosen is None:
            return ""
        try:
            desk = Desk(walk, await asyncio.to_thread(walk.load, chosen))
        except OppwizardError as problem:
            return str(problem)
        await app.push_screen_wait(PeeringScreen(desk))
