"""A manager looks at opportunities: what waits, the six questions of one, comments, the decision (Q1)."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from oppwizard.errors import OppwizardError
from oppwizard.handoff.receipts import SUFFIX, report, reviewed_packet
from oppwizard.i18n import _, language
from oppwizard.model.enums import Decision, ReviewState, Status
from oppwizard.model.findings import Address
from oppwizard.model.money import show_money
from oppwizard.model.parts import Remark
from oppwizard.model.text import visible
from oppwizard.process.clock import Pace
from oppwizard.process.reviewing import place_of
from oppwizard.quality.reviewing import Shown, Waiting, review_state, sheet, waiting
from oppwizard.screens.columns import BESIDE, in_columns
from oppwizard.screens.dialogs import AskText, Choose, needs_store, path_of
from oppwizard.screens.introducing import introduce
from oppwizard.walk.desk import Desk
from oppwizard.walk.reviewing import Opinion, Verdicts
from oppwizard.widgets.composed import Dialog
from oppwizard.widgets.lines import heading, indented

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp


class ReviewsScreen(Dialog[UUID | None]):
    """What waits for a manager or for its rep, the longest waiting first; the result is the chosen record."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", ""), ("m", "mine", "")]

    def __init__(self, found: list[Waiting], user: str) -> None:
        super().__init__()
        self._all = self._found = found
        self._user = user

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="page"):
            yield Static(id="head", classes="question", markup=False)
            yield OptionList(id="lines", compact=True, markup=False)
            yield Static(id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    def on_resize(self) -> None:
        """Fit the lines into the new width."""
        self._draw()

    def _draw(self) -> None:
        is_mine = self._found is not self._all
        count = len(self._found)
        head = _("Yours to review ({count})", count=count) if is_mine else _("Reviews ({count})", count=count)
        self.query_one("#head", Static).update(Content(head))
        listed = self.query_one("#lines", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options(map(Option, _lines(self._found, self.app.size.width - BESIDE)))
        listed.highlighted = min(at or 0, len(self._found) - 1) if self._found else None
        self.query_one("#hint", Static).update(Content(self._keys(is_mine)))

    def _keys(self, is_mine: bool) -> str:
        if not self._all:
            return _("Nothing waits for a review.   Esc: close")
        if is_mine:
            return _("Enter: look at it   m: everybody's   Esc: close")
        return _("Enter: look at it   m: only yours   Esc: close")

    def action_mine(self) -> None:
        """Show only those of which the person is the manager, or all again."""
        is_mine = self._found is not self._all
        self._found = self._all if is_mine else [one for one in self._all if one.line.manager == self._user]
        self._draw()

    @on(OptionList.OptionSelected, "#lines")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._found[event.option_index].line.id)


def _lines(found: list[Waiting], room: int) -> list[Content]:
    rows = [(str(one.state), one.line.title, _worth(one), one.line.owner or "") for one in found]
    styles = {Pace.OVERDUE: "bold $text-error", Pace.DUE: "$text-warning", Pace.IN_TIME: ""}
    lines = in_columns(rows, room, gives_way=(3, 1), right=(2,)) if rows else []
    return [
        line.stylize(styles[one.clock.pace], 0, len(str(one.state))) for line, one in zip(lines, found, strict=True)
    ]


def _worth(one: Waiting) -> str:
    line = one.line
    return show_money(line.amount, line.currency, language()) if line.amount and line.currency else ""


class ReviewScreen(Dialog[Address | None]):
    """The six questions with their evidence. Space says yes or no to one, c comments on a field, d decides."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "leave", ""),
        ("space", "opinion", ""),
        ("c", "comment", ""),
        ("d", "decide", ""),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._opinions: dict[str, Opinion] = {}
        self._comments: list[tuple[Address, str]] = []
        self._lines: list[Shown] = []

    @property
    def _waits(self) -> bool:
        return self.desk.record.opportunity.review is ReviewState.WAITING

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="page"):
            yield Static(id="head", classes="question", markup=False)
            yield OptionList(id="lines", compact=True, markup=False)
            yield Static(id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()
        if self._waits:
            self._tell(_("Space: agree, object  c: comment  d: decide  Enter: go there  Esc: close"))
        else:
            self._tell(_("It does not wait for a review.   Enter: go there   Esc: close"))

    @needs_store
    def _draw(self) -> None:
        walk, record = self.desk.walk, self.desk.record
        deal = record.opportunity
        self.query_one("#head", Static).update(Content(visible(f"{deal.title} - {review_state(walk, deal)}")))
        self._lines = sheet(walk, record, self._opinions, self._comments)
        listed = self.query_one("#lines", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options([_option(line) for line in self._lines])
        listed.highlighted = at if at is not None else next((n for n, one in enumerate(self._lines) if one.question), 0)

    def _tell(self, text: str) -> None:
        self.query_one("#hint", Static).update(Content(visible(text)))

    @property
    def _here(self) -> Shown | None:
        at = self.query_one("#lines", OptionList).highlighted
        return self._lines[at] if at is not None and at < len(self._lines) else None

    @on(OptionList.OptionSelected, "#lines")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        at = self._lines[event.option_index].at
        if at is not None:
            self.action_leave(at)

    def _question(self) -> str:
        """The question that the highlighted line belongs to."""
        at = self.query_one("#lines", OptionList).highlighted or 0
        return next((line.question for line in reversed(self._lines[: at + 1]) if line.question), "")

    @work(exclusive=True)
    async def action_opinion(self) -> None:
        """Agree to the question in focus, or object to it with a word."""
        key = self._question()
        if not key or not self._waits:
            return
        before = self._opinions.get(key)
        if before is None:
            self._opinions[key] = Opinion(agrees=True)
        elif before.agrees:
            note = await self.app.push_screen_wait(AskText(_("What do you object to?"), before.note))
            if note is None:
                return
            self._opinions[key] = Opinion(agrees=False, note=note)
        else:
            del self._opinions[key]
        self._draw()

    @work(exclusive=True)
    async def action_comment(self) -> None:
        """Comment on the field in focus; an empty comment takes it back."""
        line = self._here
        if line is None or line.at is None or line.at.spec is None or not self._waits:
            self._tell(_("Go to a line with a value first; a comment stands at its field."))
            return
        at = line.at
        before = next((body for place, body in self._comments if place == at), "")
        label = self.desk.walk.label(self.desk.record, at)
        body = await self.app.push_screen_wait(AskText(_("Comment on {field}", field=label), before))
        if body is None:
            return
        self._comments = [one for one in self._comments if one[0] != at]
        if body.strip():
            self._comments.append((at, body))
        self._draw()

    @work(exclusive=True)
    async def action_decide(self) -> None:
        """Approve, send back or reject; where the packet came from elsewhere, write the receipt."""
        if not self._waits:
            return
        said = await self._asked()
        if said is None:
            return
        if not self.desk.walk.context.me.role and not await introduce(self._app):
            return
        try:
            self.desk.do(partial(self.desk.walk.decide, said=said))
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        if not await self.desk.settle():
            self._tell(str(self.desk.problem))
            return
        self._opinions, self._comments = {}, []
        self._draw()
        self._tell(_("{decision}.   Esc: close", decision=said.decision.label))
        await self._report()

    @property
    def _app(self) -> "OppwizardApp":
        return cast("OppwizardApp", self.app)

    async def _asked(self) -> Verdicts | None:
        choices = [
            (_("Approve: it is active"), Decision.APPROVE, Status.DRAFT),
            (_("Send it back to be mended"), Decision.REVISE, Status.DRAFT),
            (_("Reject it: a lead again"), Decision.REJECT, Status.DRAFT),
            (_("Reject it: disqualified"), Decision.REJECT, Status.DISQUALIFIED),
        ]
        chosen = await self.app.push_screen_wait(Choose(_("What do you decide?"), [text for text, *_rest in choices]))
        if chosen is None:
            return None
        _text, decision, became = choices[chosen]
        comment = await self.app.push_screen_wait(AskText(_("A word to the rep")))
        if comment is None:
            return None
        return Verdicts(decision, dict(self._opinions), tuple(self._comments), comment, became)

    async def _report(self) -> None:
        """Where the record came as a packet for review, the decision goes back as its receipt."""
        walk, record = self.desk.walk, self.desk.record
        packet = reviewed_packet(walk, record)
        if packet is None:
            return
        proposed = str(Path.home() / f"{record.id.hex[-8:]}{SUFFIX}")
        named = await self.app.push_screen_wait(
            AskText(_("The receipt goes back to the rep. Into which file?"), proposed)
        )
        if not named:
            return
        try:
            await asyncio.to_thread(report, walk, record, path_of(named))
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        await self.desk.look()
        self._tell(_("The receipt to send back: {path}", path=path_of(named)))

    @work(exclusive=True)
    async def action_leave(self, at: Address | None = None) -> None:
        """Close it; what was said and not decided on is asked about first."""
        if self._opinions or self._comments:
            question = _("What you said is not kept before you decide. Leave it?")
            if await self.app.push_screen_wait(Choose(question, [_("Stay"), _("Leave it")])) != 1:
                return
        self.dismiss(at)


def _option(line: Shown) -> Option:
    if line.head:
        return Option(heading(line.text))
    return Option(indented(line.text, "$text-warning" if line.loud else ""))


async def show_reviews(app: "OppwizardApp") -> str:
    """Show what waits until the person has seen enough."""
    walk = app.ready
    while True:
        found = await asyncio.to_thread(waiting, walk)
        chosen = await app.push_screen_wait(ReviewsScreen(found, walk.context.user))
        if chosen is None:
            return ""
        try:
            desk = Desk(walk, await asyncio.to_thread(walk.load, chosen))
        except OppwizardError as problem:
            return str(problem)
        at = await app.push_screen_wait(ReviewScreen(desk))
        if at is not None and at.spec is not None:
            app.records.show_stage(desk, at.spec.ask.stage, at)
            return ""


async def settle_remark(app: "OppwizardApp", desk: Desk, at: Address | None) -> str:
    """Settle the comment at a field, or the one that the person picks; after the last one offer to submit again."""
    walk, record = desk.walk, desk.record
    left = [remark for remark in record.remarks if remark.settled_at is None]
    if left:
        remark = await _picked(app, desk, left, at)
        if remark is None:
            return ""
        reply = await app.push_screen_wait(AskText(_("{comment} - what did you do?", comment=remark.body)))
        if reply is None:
            return ""
        desk.do(lambda record: walk.settle(record, remark.id, reply))
        left = [one for one in desk.record.remarks if one.settled_at is None]
    if left:
        return _("Settled; comments left: {count}", count=len(left))
    if desk.record.opportunity.review is not ReviewState.REVISE:
        return _("No comment stands here; everything is saved as you type")
    if (
        await app.push_screen_wait(Choose(_("Every comment is settled. Submit it again?"), [_("Submit"), _("Later")]))
        == 0
    ):
        desk.do(walk.submit)
        return _("Submitted again; the manager's clock runs")
    return _("Settled")


async def _picked(app: "OppwizardApp", desk: Desk, left: list[Remark], at: Address | None) -> Remark | None:
    here = next((remark for remark in left if place_of(remark.place) == at), None)
    if here is not None or len(left) == 1:
        return here or left[0]
    lines = [f"{desk.walk.label(desk.record, place_of(one.place))}: {one.body}" for one in left]
    chosen = await app.push_screen_wait(Choose(_("Which comment is settled?"), lines))
    return None if chosen is None else left[chosen]
