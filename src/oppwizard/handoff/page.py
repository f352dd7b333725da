"""The pages of a packet that a person reads without the program: one a record, and the overview of a territory (H4).

Only the overview leads anywhere, to the pages beside it; see `oppwizard.exchange.pages`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from oppwizard.data.tables import Change
from oppwizard.exchange.blocks import (
    Column,
    Fact,
    Facts,
    Fold,
    Mark,
    Marks,
    Row,
    Section,
    Table,
    cut,
    fact,
    known,
    moment,
    moment_in_full,
)
from oppwizard.exchange.pages import rendered
from oppwizard.handoff.changes import Changes
from oppwizard.handoff.cover import Cover
from oppwizard.handoff.everything import Everything
from oppwizard.handoff.summary import Summary, kept, numbered, worth
from oppwizard.i18n import T, _
from oppwizard.model.enums import HandoffKind
from oppwizard.model.parts import Handoff
from oppwizard.model.record import Record
from oppwizard.process.handing import Preparation, prepared
from oppwizard.walk import Walk
from oppwizard.walk.closing import ended

_LONGEST: Final = 160
_CALM: Final = T("This page can be read without the program: it loads nothing and runs nothing.")


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """A record in the overview of a territory, each value as it is shown.

    Attributes:
        complete: how complete it is for the handoff, in percent.
        open_points: how many points keep the stage open that it is in.
        missing: what of the handoff is missing, in words.
    """

    id: UUID
    title: str
    account: str
    stage: str
    amount: str
    close_on: str
    next_step: str
    complete: int
    open_points: int
    missing: tuple[str, ...] = ()


def page(walk: Walk, record: Record, cover: Cover, log: Sequence[Change]) -> bytes:
    """A record as a page: who hands it over, what is missing, two minutes, everything, and its history.

    Args:
        log: the record's changes, oldest first.
    """
    verdict, preparation = walk.verdict(record), prepared(walk.case(record), cover.kind)
    summary = Summary(walk, record, verdict)
    everything = (*Everything(summary).sections(), _past(walk, record, cover, log))
    return _rendered(
        "page.html.j2",
        title=_title(record),
        below=_below(walk, record),
        kind=_("Handoff: {kind}", kind=cover.kind.label),
        head=_head(cover),
        incomplete=_incomplete(cover, preparation),
        figures=summary.figures(),
        summary=Section(_("In two minutes"), (summary.essentials(), *kept(walk, record, preparation, verdict))),
        everything=everything,
        foot=(str(_CALM), _("Record {record}, packet {packet}", record=record.id, packet=cover.packet)),
    )


def overview(walk: Walk, cover: Cover, rows: Iterable[OverviewRow]) -> bytes:
    """A territory as a page: its records, each with the page on which it is read."""
    listed = list(rows)
    amount = T("Amount, {metric}", metric=walk.playbook.sizing.metric.upper())
    labels = (T("Deal"), T("Stage"), amount, T("Close date"), T("Next step"), T("Complete"), T("Open points"))
    numbers = (amount, T("Complete"), T("Open points"))
    columns = tuple(Column(str(label), label in numbers) for label in labels)
    return _rendered(
        "overview.html.j2",
        title=_("{count} records change hands", count=len(listed)),
        below="",
        kind=_("Handoff: {kind}", kind=cover.kind.label),
        head=_head(cover),
        incomplete=_some_incomplete(cover, listed),
        table=Table("", columns, tuple(_listed(row) for row in listed)),
        foot=(str(_CALM), _("Packet {packet}", packet=cover.packet)),
    )


def overview_row(walk: Walk, record: Record) -> OverviewRow:
    """A record as a line of the overview."""
    verdict, preparation = walk.verdict(record), prepared(walk.case(record), HandoffKind.TERRITORY)
    summary, amount = Summary(walk, record, verdict), walk.sized(record).amount(walk.playbook.sizing.metric)
    step = [summary.of(path) for path in ("next_step", "next_step_owner", "next_step_on")]
    return OverviewRow(
        id=record.id,
        title=_title(record),
        account=record.account.name,
        stage=numbered(record.opportunity.stage),
        amount=worth(amount, record) if amount else "",
        close_on=summary.of("close_on"),
        next_step=", ".join(filter(None, step)),
        complete=preparation.complete,
        open_points=len(verdict.open_points(verdict.open_stage)) if verdict.open_stage else 0,
        missing=tuple(_missing(preparation)),
    )


def _missing(preparation: Preparation) -> Iterator[str]:
    """What is not there and not done, each in one line."""
    absent = [str(given.passed.label) for given in preparation.given if given.missing]
    undone = [str(done.point.label) for done in preparation.points if not done.done and not done.point.receiver]
    if absent:
        yield _("Missing: {what}", what=", ".join(absent))
    if undone:
        yield _("Not done: {point}", point="; ".join(undone))


def _listed(row: OverviewRow) -> Row:
    numbers = (f"{row.complete} %", str(row.open_points))
    account = row.account if row.account != row.title else ""
    more = known([fact(T("Account"), account), fact(T("Open in the handoff"), *row.missing)])
    step = cut(row.next_step, _LONGEST)
    return Row((row.title, row.stage, row.amount, row.close_on, step, *numbers), more, f"pages/{row.id}.html")


def _title(record: Record) -> str:
    return record.opportunity.name or record.account.name or _("New draft")


def _below(walk: Walk, record: Record) -> str:
    """The account where it is not the title, and what kind of record it is; of a closed one how it ended."""
    sample = _("sample") if record.opportunity.is_sample else ""
    account = record.account.name if record.opportunity.name else ""
    stands = str(ended(walk.playbook, record) or record.opportunity.status.label)
    reason = record.opportunity.set_aside_reason or ""
    return " · ".join(filter(None, (account, stands, reason, sample)))


def _head(cover: Cover) -> tuple[Fact, ...]:
    at = moment_in_full(cover.at)
    told = ((T("From"), cover.sender), (T("To"), cover.receiver), (T("Sent on"), at), (T("Comment"), cover.comment))
    return known(fact(label, text) for label, text in told)


def _incomplete(cover: Cover, preparation: Preparation) -> Section | None:
    """Why it goes although something is missing, and what that is: the first thing a receiver reads."""
    if not cover.why_incomplete or preparation.complete == 100:
        return None
    reason = Facts("", (fact(T("Reason"), cover.why_incomplete),))
    missing = Marks("", tuple(Mark(False, str(text)) for text in preparation.open))
    return Section(_("Sent incomplete: {complete} %", complete=preparation.complete), (reason, missing))


def _some_incomplete(cover: Cover, rows: Sequence[OverviewRow]) -> Section | None:
    if not cover.why_incomplete:
        return None
    short = sum(row.complete < 100 for row in rows)
    said = _("{short} of {count} records are incomplete; each line says what is missing", short=short, count=len(rows))
    return Section(_("Sent incomplete"), (Facts("", (fact(T("Reason"), cover.why_incomplete, note=said),)),))


def _past(walk: Walk, record: Record, cover: Cover, log: Sequence[Change]) -> Section:
    history = Fold(Changes(record, walk.playbook).table(log))
    return Section(_("What happened before"), (*_handoffs(record, cover), history))


def _handoffs(record: Record, cover: Cover) -> Iterator[Table]:
    earlier = sorted((one for one in record.handoffs if one.packet != cover.packet), key=lambda one: one.at)
    labels = (T("When"), T("Kind"), T("State"), T("From"), T("To"))
    if earlier:
        rows = tuple(_handoff(one) for one in earlier)
        yield Table(_("Earlier handoffs"), tuple(Column(str(label)) for label in labels), rows)


def _handoff(one: Handoff) -> Row:
    complete = f"{one.complete} %" if one.complete is not None else ""
    rating = _("{rating} of 5", rating=one.rating) if one.rating is not None else ""
    told = ((T("Complete"), complete), (T("Reason"), one.reason), (T("Comment"), one.comment), (T("Rating"), rating))
    more = known(fact(label, text) for label, text in told)
    return Row((moment(one.at), str(one.kind.label), str(one.state.label), one.sender, one.receiver), more)


# Writing it out


def _rendered(template: str, **parts: Any) -> bytes:
    return rendered("oppwizard.handoff", template, everything_head=_("Everything"), **parts).encode("utf-8")
