"""Handoffs in words, one list of lines for every face (H1-H4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from oppwizard.data.handoffs import PacketLine
from oppwizard.handoff.counting import counted
from oppwizard.handoff.merging import Difference, Who
from oppwizard.handoff.receiving import Decisions, Incoming, News
from oppwizard.i18n import T, Text, _
from oppwizard.model.fields import ROW_KINDS
from oppwizard.model.findings import Address
from oppwizard.model.parts import Competitor
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.process.entry import show
from oppwizard.process.handing import Done, Given, Preparation
from oppwizard.walk import Walk


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        at: where to go to do something about it.
        tick: the point of the protocol that it is, if somebody can tick it.
        decide: the difference that it is, if a person decides it, with the record that has it.
        head: whether it begins a part.
        loud: whether it must not be overlooked.
    """

    text: str
    at: Address | None = None
    tick: str | None = None
    decide: tuple[News, Difference] | None = None
    head: bool = False
    loud: bool = False


def preparation(walk: Walk, record: Record, made: Preparation) -> Iterator[Line]:
    """How a record stands for a handoff: what is passed on, the protocol, the mistakes."""
    yield Line(_("What is passed on"), head=True)
    for given in made.given:
        yield from _given(walk, record, given)
    yield Line(_("Protocol"), head=True)
    for done in made.points:
        yield Line(f"{_mark(done)} {done.point.label}{_by(done)}", tick=None if done.point.shown else done.point.key)
    if made.mistakes:
        yield Line(_("Typical mistakes"), head=True)
    for finding in made.mistakes:
        yield Line(f"! {finding.message}. {finding.remedy}", at=finding.at, loud=True)


def _given(walk: Walk, record: Record, given: Given) -> Iterator[Line]:
    if given.missing:
        yield Line(f"[ ] {given.passed.label}", at=given.missing[0])
        return
    values = ", ".join(text for path in given.passed.paths for text in _values(walk, record, path))
    yield Line(f"[x] {given.passed.label}: {values}")


def _values(walk: Walk, record: Record, path: str) -> Iterator[str]:
    spec = Address("opportunity", path).spec
    if spec is not None:
        yield " ".join(show(spec, record.value(Address("opportunity", path)), record, walk.playbook).split())
        return
    kind = ROW_KINDS[path]
    for row in record.rows(path):
        at = Address(path, kind.handle, row.id)
        if at.spec is not None:
            text = show(at.spec, record.value(at), record, walk.playbook)
            yield str(row.kind.label) if not text and isinstance(row, Competitor) and row.kind else text


def _mark(done: Done) -> str:
    return "[x]" if done.done else "[-]" if done.point.receiver else "[ ]"


def _by(done: Done) -> str:
    return f"  ({done.who}, {done.at.astimezone():%Y-%m-%d})" if done.at else ""


def headline(record: Record, made: Preparation) -> str:
    """A record, the kind of handoff, and how complete it is."""
    title = record.opportunity.name or record.account.name or str(record.id)
    return _("{title}: {kind}, {complete} % complete", title=title, kind=made.kind.label, complete=made.complete)


# A packet that came in

SIDES: dict[Who, Text] = {Who.MINE: T("yours"), Who.THEIRS: T("theirs"), Who.BOTH: T("both")}


def packet(incoming: Incoming, chosen: Decisions | None = None) -> Iterator[Line]:
    """What is in a packet: why it is incomplete first, then each record with what differs."""
    cover = incoming.cover
    yield Line(
        _(
            "{kind}, from {sender} to {receiver}, {day}. Records: {count}; {complete} % complete",
            kind=cover.kind.label,
            sender=cover.sender,
            receiver=cover.receiver,
            day=cover.day,
            count=len(incoming.ids),
            complete=cover.complete,
        ),
        head=True,
    )
    if cover.why_incomplete:
        yield Line(_("Sent incomplete because: {why}", why=cover.why_incomplete), loud=True)
    if cover.comment:
        yield Line(cover.comment)
    if incoming.signed_by is None:
        yield Line(_("Not signed: nothing but the sender's word says who wrote it."))
    for news in incoming.news:
        state = _("new here") if news.is_new else _("differences: {count}", count=len(news.differences))
        yield Line(f"{news.title}  ({state})", head=True)
        if news.erased:
            said = _("People who were erased from this store, and stay out of it: {count}", count=news.erased)
            yield Line(said, loud=True)
        for one in news.differences:
            yield from _difference(news, one, (chosen or {}).get(news.id, {}).get(one.place))


def _difference(news: News, one: Difference, side: Who | None) -> Iterator[Line]:
    text = _("{field}: yours “{mine}”, theirs “{theirs}”", field=one.what, mine=one.mine, theirs=one.theirs)
    if one.who is not Who.BOTH:
        yield Line(f"{text}  [{_('changed by: {side}', side=SIDES[one.who])}]")
    elif side is None:
        yield Line(f"? {text}  [{_('changed by: {side}', side=SIDES[one.who])}]", decide=(news, one), loud=True)
    else:
        yield Line(f"{text}  [{_('take: {side}', side=SIDES[side])}]", decide=(news, one))


# What became of packets


def packets(lines: Iterable[PacketLine], playbook: Playbook) -> Iterator[str]:
    """Packets with what became of them, then counted per sender."""
    found = list(lines)
    for line in found:
        yield "  ".join(cell for cell in cells(line) if cell)
    if found:
        yield ""
    for one in counted(found, playbook):
        yield one.told()


def cells(line: PacketLine) -> list[str]:
    """One packet, as cells of a table."""
    return [
        f"{max(line.at.values()).astimezone():%Y-%m-%d %H:%M}",
        str(line.state.label),
        str(line.kind.label),
        f"{line.sender} → {line.receiver}",
        line.title if line.records == 1 else _("records: {count}", count=line.records),
        f"{line.complete} %" if line.complete is not None else "",
        f"{line.rating}/5" if line.rating is not None else "",
        "; ".join(line.reason.values()),
    ]
