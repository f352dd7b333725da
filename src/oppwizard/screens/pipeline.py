"""The pipeline: every draft and opportunity, found as one types, a page at a time.

The first frame is drawn before anything of the store is imported; the rows follow from a worker.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Input, Static
from textual.worker import get_current_worker

from oppwizard.errors import OppwizardError, StoreDamaged, StoreProblem
from oppwizard.i18n import T, _
from oppwizard.model.text import visible
from oppwizard.screens import jobs
from oppwizard.screens.pipeline_table import PipelineTable
from oppwizard.widgets.bars import KeyBar, TitleLine
from oppwizard.widgets.keys import APP, PIPELINE, bindings

if TYPE_CHECKING:
    from uuid import UUID

    from oppwizard.screens.app import OppwizardApp
    from oppwizard.screens.listing import Listing, Reading, Shown

_LOOK_EVERY = 2.0
_Given = ParamSpec("_Given")
_SEARCH_HINT = T("/ to search: name, company, person, SKU")
_SAID_FOR = 6.0
"""Seconds for which what was done is said, before the place in the list shows again."""


class PipelineScreen(Screen[None]):
    """The list of records, and what can be done with each."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(PIPELINE), ("escape", "clear", "")]
    AUTO_FOCUS = "#list"

    def __init__(self, said: str = "") -> None:
        super().__init__()
        self.shown: list[Shown] = []
        self.listing: Listing | None = None
        self._said = said
        self._seen = -1
        self._is_waiting = False
        """Whether a team's server did not answer, and is to be asked again."""

    @property
    def oppwizard(self) -> "OppwizardApp":
        """The app, with its own type."""
        return cast("OppwizardApp", self.app)

    @property
    def _table(self) -> PipelineTable:
        return self.query_one(PipelineTable)

    def compose(self) -> ComposeResult:
        """Title, search, list, state, keys."""
        yield TitleLine(id="title")
        with Horizontal(id="bar"):
            yield Input(placeholder=str(_SEARCH_HINT), id="search", compact=True)
            yield Static("", id="showing", markup=False)
        yield PipelineTable(id="list", cursor_type="row")
        yield Static("", id="empty", markup=False)
        yield Static(self._said or _("Opening the store ..."), id="state", markup=False)
        yield KeyBar(PIPELINE, APP)

    def on_mount(self) -> None:
        """Draw the headings; the rows come when the store is open."""
        self._begin()
        self.set_interval(_LOOK_EVERY, self._look)

    def _begin(self) -> None:
        self.query_one("#title", TitleLine).say("oppwizard", _("Pipeline"))
        self._table.draw_headings(self.app.size.width)
        self.call_after_refresh(self.load)

    def speak(self) -> None:
        """Say everything again, in the language that is in use now; what is searched, filtered and sorted stays.

        In place: rows that are read at this moment find the table where it was.
        """
        self.query_one("#search", Input).placeholder = str(_SEARCH_HINT)
        self.query_one(KeyBar).draw()
        self._begin()
        self._table.focus()

    def on_screen_resume(self) -> None:
        """Show the list as it is now."""
        if self.listing is not None:
            self.load()

    def on_resize(self, event: events.Resize) -> None:
        """Give the name what room there is."""
        cursor = self._table.cursor_row
        self._table.draw_headings(event.size.width)
        self._draw_rows(cursor)

    # Loading

    @work(thread=True, exclusive=True, group="load", exit_on_error=False)
    def load(self, cursor: int = 0, forward: bool | None = None) -> None:
        """Read the present page again; the first call opens the store. ``forward`` turns the page."""
        worker = get_current_worker()
        try:
            listing = self.listing or self.oppwizard.session.open_listing()
            reading = listing.read(forward)
            if not worker.is_cancelled:
                self.app.call_from_thread(self.show, listing, reading, cursor)
            mended = None if worker.is_cancelled else listing.read_again()
            if mended is not None and not worker.is_cancelled:
                self.app.call_from_thread(self.show, listing, mended, 0)
        except OppwizardError as problem:
            waiting = self.oppwizard.context.team is not None and isinstance(problem, StoreProblem)
            self.app.call_from_thread(self.fail, str(problem), waiting=waiting)
            if isinstance(problem, StoreDamaged):
                self.app.call_from_thread(self.oppwizard.session.ask_about_damage, problem)

    def show(self, listing: "Listing", reading: "Reading", cursor: int) -> None:
        """Show a page that was read."""
        kept, shown = self.chosen, reading.shown
        self.listing = listing
        self._is_waiting = False
        if not listing.take(reading):
            return
        self.shown = shown
        if cursor == 0 and kept is not None:
            cursor = next((n for n, row in enumerate(shown) if row.id == kept.id), 0)
        self._draw_rows(cursor if cursor >= 0 else len(shown) - 1)
        self.query_one("#title", TitleLine).say("oppwizard", reading.summary)
        self.query_one("#showing", Static).update(Content(listing.description))
        nothing = not shown
        self._table.display = not nothing
        empty = self.query_one("#empty", Static)
        empty.display = nothing
        if nothing:
            empty.update(Content(listing.why_nothing(reading)))
        self.say(self._said or listing.place)

    def _draw_rows(self, cursor: int) -> None:
        self._table.draw_rows(self.shown, cursor, self.app.size.width)

    def fail(self, problem: str, *, waiting: bool = False) -> None:
        """Say what keeps the store from being read.

        Args:
            waiting: whether it is tried again by itself.
        """
        self._is_waiting = waiting
        state = self.query_one("#state", Static)
        state.add_class("failed")
        state.update(Content(visible(problem)))

    def say(self, text: str) -> None:
        """Say something in the state line."""
        state = self.query_one("#state", Static)
        state.remove_class("failed")
        state.update(Content(visible(text)))

    def begin_again(self) -> None:
        """Open the store anew: there is another file in its place."""
        self.listing = None
        self.say(_("Opening the store ..."))
        self.load()

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look(self) -> None:
        """See whether somebody else wrote; in a thread, because a team's server may let one wait."""
        if self.listing is None:
            if self._is_waiting:
                self.app.call_from_thread(self.load)
            return
        try:
            changed = self.listing.changed_elsewhere()
        except OppwizardError as problem:
            self.app.call_from_thread(self.fail, str(problem), waiting=True)
            return
        if changed or self._is_waiting:
            self.app.call_from_thread(self.load)

    @on(PipelineTable.Beyond)
    def _beyond(self, event: PipelineTable.Beyond) -> None:
        event.stop()
        self.turn_page(event.by)

    def turn_page(self, by: int) -> None:
        """Show the page after or before, if there is one."""
        if self.listing is not None and self.listing.has_page(by):
            self.load(cursor=0 if by > 0 else -1, forward=by > 0)

    @property
    def chosen(self) -> "Shown | None":
        """The record under the cursor."""
        row = self._table.cursor_row
        return self.shown[row] if 0 <= row < len(self.shown) else None

    @property
    def chosen_id(self) -> "UUID | None":
        """Its identity."""
        return self.chosen.id if self.chosen else None

    # What can be done

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        if self.listing is not None:
            self.listing.search(event.value)
            self.load()

    @on(Input.Submitted, "#search")
    def _found(self) -> None:
        self._table.focus()

    @on(DataTable.RowSelected)
    async def _selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        await self.action_open()

    async def action_open(self) -> None:
        """Open the record under the cursor."""
        if self.chosen_id is not None:
            await self.oppwizard.records.open(self.chosen_id)

    async def action_new(self) -> None:
        """Begin a draft."""
        if self.listing is not None:
            await self.oppwizard.records.begin()

    def action_search(self) -> None:
        """Go to the search field."""
        self.query_one("#search", Input).focus()

    def action_clear(self) -> None:
        """Forget search and filter; go back to the list."""
        search = self.query_one("#search", Input)
        if self.listing is not None:
            self.listing.reset()
        if search.value:
            search.value = ""
        else:
            self.load()
        self._table.focus()

    def action_filter(self) -> None:
        """Show another kind of records."""
        if self.listing is not None:
            self.listing.next_filter()
            self.load()

    def action_sort(self) -> None:
        """Sort by another column."""
        if self.listing is not None:
            self.listing.next_sort()
            self.load()

    def action_reverse(self) -> None:
        """Turn the order round."""
        if self.listing is not None:
            self.listing.reverse()
            self.load()

    async def action_duplicate(self) -> None:
        """Begin a draft like the record under the cursor."""
        if self.chosen_id is not None:
            await self.oppwizard.records.duplicate(self.chosen_id)

    def action_disqualify(self) -> None:
        """Disqualify the lead under the cursor."""
        self._set_aside("disqualified")

    def action_nurture(self) -> None:
        """Send the lead under the cursor back to nurture."""
        self._set_aside("nurture")

    def _set_aside(self, status: str) -> None:
        if self.chosen_id is not None:
            self._do(jobs.set_aside, self.chosen_id, status)

    def action_close(self) -> None:
        """Close the opportunity under the cursor as won or lost."""
        if self.chosen_id is not None:
            self._do(jobs.close_deal, self.chosen_id)

    def action_reopen(self) -> None:
        """Take up the record under the cursor again."""
        if self.chosen_id is not None:
            self._do(jobs.reopen, self.chosen_id)

    def action_results(self) -> None:
        """Show what came of the pipeline."""
        self._do(jobs.results)

    def action_audit(self) -> None:
        """Audit records."""
        self._do(jobs.audit)

    def action_export(self) -> None:
        """Write files for the CRM."""
        self._do(jobs.export, self.chosen_id)

    def action_receive(self) -> None:
        """Open a packet or a receipt."""
        self._do(jobs.receive)

    def action_leads(self) -> None:
        """Read a list of leads."""
        self._do(jobs.import_leads)

    def action_handoffs(self) -> None:
        """Show what became of packets."""
        self._do(jobs.handoffs)

    def action_reviews(self) -> None:
        """Show what waits for a manager."""
        self._do(jobs.reviews)

    def action_peers(self) -> None:
        """Show which deals colleagues look at."""
        self._do(jobs.peers)

    def action_notices(self) -> None:
        """Show the messages of the outbox."""
        self._do(jobs.notices)

    def action_territory(self) -> None:
        """Hand over all open records of a rep."""
        self._do(jobs.hand_territory_over)

    def action_sample(self) -> None:
        """Make a sample deal; on a sample deal, remove it."""
        sample = self.chosen if self.chosen and self.chosen.is_sample else None
        self._do(jobs.sample, sample.id if sample else None)

    def _do(
        self,
        job: Callable[Concatenate["OppwizardApp", _Given], Coroutine[Any, Any, str]],
        *given: _Given.args,
        **named: _Given.kwargs,
    ) -> None:
        """Begin a job, once the store is open; what it did is said when it is done."""
        if self.listing is not None:
            self.app.run_worker(self._told(job(self.oppwizard, *given, **named)))

    async def _told(self, job: Coroutine[Any, Any, str]) -> None:
        self._done(await jobs.told(job))

    def _done(self, text: str) -> None:
        self._said = text
        self.set_timer(_SAID_FOR, partial(self._unsay, text))
        self.load()

    def _unsay(self, text: str) -> None:
        """Let the place in the list show again, unless something else was said meanwhile."""
        if self._said == text:
            self._said = ""
            self.load()
