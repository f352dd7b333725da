"""What the pipeline screen shows: a query over the store, and its rows as texts. Runs in workers."""

from dataclasses import dataclass, replace
from uuid import UUID

from oppwizard.i18n import T, Text, _, language
from oppwizard.model.enums import CLOSED, ReviewState, Stage, Status
from oppwizard.model.money import show_money
from oppwizard.model.text import visible
from oppwizard.process.clock import Pace
from oppwizard.walk import Line, ListQuery, Page, Sort, Walk

_ALL = frozenset(Status)
_FILTERS: tuple[tuple[Text, frozenset[Status]], ...] = (
    (T("drafts and opportunities"), frozenset({Status.DRAFT, Status.CREATED})),
    (T("drafts"), frozenset({Status.DRAFT})),
    (T("opportunities"), frozenset({Status.CREATED})),
    (T("won and lost"), frozenset(CLOSED)),
    (T("set aside"), frozenset({Status.DISQUALIFIED, Status.NURTURE})),
    (T("all"), _ALL),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One record as the list shows it."""

    id: UUID
    title: str
    cells: tuple[str, ...]
    status: Status
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as it was read: what the list is to show once it is known that nothing newer was asked for.

    Attributes:
        query: what was asked.
        summary: what the whole store adds up to.
        is_empty: whether the store has no record at all.
    """

    query: ListQuery
    page: Page
    shown: list[Shown]
    summary: str
    is_empty: bool


class Listing:
    """The list of a store: what is searched, shown and sorted, and where in it we are."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.query = ListQuery()
        self._filter = 0
        self._now: Reading | None = None
        self._version = walk.store.data_version()  # called in a worker, as `read` is

    @property
    def place(self) -> str:
        """Where the store is, and whether it can be written."""
        path = str(self.walk.store.place)
        return _("{path} - read-only", path=path) if self.walk.store.read_only else path

    @property
    def description(self) -> str:
        """What is shown, in which order."""
        order = _("last first") if self.query.descending else _("first first")
        return f"{_FILTERS[self._filter][0]} | {self.query.sort.label}, {order}"

    def read(self, forward: bool | None = None) -> Reading:
        """Read the page after (True) or before (False) the present one, or that one as it is now.

        Changes nothing: a reading may come too late. `take` makes it the present one.
        """
        self.walk.company(None)  # whoever looks at the list is in no record
        query = self._asked(forward)
        if query.sort is Sort.SCORE:
            self.walk.scores_today()
        page = self.walk.store.page(query)
        if not page.rows and (query.after or query.before):  # what was on this page is gone
            query = self.query
            page = self.walk.store.page(query)
        totals = self.walk.store.totals(ListQuery(statuses=_ALL))
        worth = "  ".join(show_money(value, code, language()) for code, value in totals.by_currency.items())
        return Reading(
            query,
            page,
            [self._shown(line) for line in page.rows],
            _("{count} opportunities  {worth}", count=totals.count, worth=worth).rstrip(),
            not page.rows and not sum(self.walk.store.counts().values()),
        )

    def read_again(self) -> Reading | None:
        """The present page, once some records have been judged again whose figures others made old; None without any.

        After the page was shown as it is: judging takes longer than reading.
        """
        return self.read() if self.walk.rejudge() else None

    def _asked(self, forward: bool | None) -> ListQuery:
        now = self._now
        if now is None or replace(now.query, after=None, before=None) != self.query:
            return self.query
        if forward is None:
            return now.query
        after, before = (now.page.next, None) if forward else (None, now.page.previous)
        return replace(self.query, after=after, before=before)

    def take(self, reading: Reading) -> bool:
        """Make a reading the present page, unless something else was asked for meanwhile; returns whether it is."""
        if replace(reading.query, after=None, before=None) != self.query:
            return False
        self._now = reading
        return True

    def has_page(self, by: int) -> bool:
        """Whether there is a page after (1) or before (-1)."""
        now = self._now
        return now is not None and (now.page.next if by > 0 else now.page.previous) is not None

    def changed_elsewhere(self) -> bool:
        """Whether another program has written to the store since the last time."""
        version = self.walk.store.data_version()
        changed = version != self._version
        self._version = version
        return changed

    def search(self, text: str) -> None:
        """Show only records that hold every word."""
        self.query = replace(self.query, text=text)

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter hides records that Esc would show."""
        return bool(self._filter or self.query.text)

    def why_nothing(self, reading: Reading) -> str:
        """Why no record is shown, and what shows some."""
        if reading.is_empty:
            return _empty_text()
        if self.is_narrowed:
            return _("Nothing matches; Esc shows all again.")
        return _("No draft and no open opportunity; f shows those won, lost or set aside.")

    def next_filter(self) -> None:
        """Show the next kind of records."""
        self._filter = (self._filter + 1) % len(_FILTERS)
        self.query = replace(self.query, statuses=_FILTERS[self._filter][1])

    def next_sort(self) -> None:
        """Sort by the next column."""
        sorts = list(Sort)
        following = sorts[(sorts.index(self.query.sort) + 1) % len(sorts)]
        self.query = replace(
            self.query, sort=following, descending=following in (Sort.CHANGED, Sort.AMOUNT, Sort.SCORE)
        )

    def reverse(self) -> None:
        """Turn the order round."""
        self.query = replace(self.query, descending=not self.query.descending)

    def reset(self) -> None:
        """Forget search and filter."""
        self._filter = 0
        self.query = replace(self.query, text="", statuses=_FILTERS[0][1])

    def _shown(self, line: Line) -> Shown:
        title = visible(line.title or line.account or _("(no name yet)"))
        sample = _("[sample] ") if line.is_sample else ""
        amount = show_money(line.amount, line.currency, language()) if line.amount and line.currency else ""
        close = line.close_on.isoformat() if line.close_on else ""
        changed = line.updated_at.astimezone().date()
        same_day = changed == self.walk.context.today
        when = f"{line.updated_at.astimezone():%H:%M}" if same_day else changed.isoformat()
        cells = (
            self._review(line) or _state(line),
            str(line.open_points or ""),
            f"{line.score:>5}" if line.score >= 0 else "",
            f"{amount:>14}",
            close,
            when,
        )
        return Shown(line.id, f"{sample}{title}", cells, line.status, line.is_sample)

    def _review(self, line: Line) -> str:
        """How a review stands that is due, or what is to be mended; while there is time the stage says more."""
        if line.status is not Status.CREATED or line.review_since is None or line.is_sample:
            return ""
        if line.review is ReviewState.REVISE:
            return _("to revise")
        if line.review is not ReviewState.WAITING:
            return ""
        clock = self.walk.clock(line.review_since)
        hours = int(clock.hours)
        if clock.pace is Pace.IN_TIME:
            return _("review {hours} h", hours=hours) if line.open_stage > len(Stage) else ""
        return _("overdue {hours} h", hours=hours) if clock.pace is Pace.OVERDUE else _("due {hours} h", hours=hours)


def _state(line: Line) -> str:
    if line.status in (Status.DISQUALIFIED, Status.NURTURE, *CLOSED):
        return str(line.status.label)
    stage = Stage(line.open_stage) if line.open_stage <= len(Stage) else None
    if stage is None:
        return _("complete")
    if line.status is Status.CREATED and stage <= Stage.CREATION:
        return _("reopened {number} {stage}", number=int(stage), stage=stage.label)
    return f"{int(stage)} {stage.label}"


def _empty_text() -> str:
    return "\n".join(
        (
            _("Nothing here yet. oppwizard walks a lead through six stages; each opens when the one before is proven."),
            _("Press n to begin with a real lead; what you type is saved at once, as a draft until it is complete."),
            _("Press m for a sample deal to look around in; it is marked as a sample, and m removes it again."),
        )
    )
