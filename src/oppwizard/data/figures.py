"""What an audit counts over many records (Q3): few rows out of many, from the narrow index beside the wide table.

Bits are counted three at a time: shifted and masked, three of them stand 21 bits apart in one number, whose sum over
up to two million records holds three counts. What the counts mean is said in `oppwizard.quality.audit`.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, case, func, literal, or_, select, update

from oppwizard.data.results import REP
from oppwizard.data.tables import table_of
from oppwizard.model.enums import EXISTING, Status
from oppwizard.model.opportunity import Opportunity

_DEALS: Final = table_of(Opportunity)
_APART: Final = 21
_ONE: Final = (1 << _APART) - 1
_MASK: Final = 1 | 1 << _APART | 1 << 2 * _APART
_OPEN: Final = (Status.DRAFT, Status.CREATED)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which records are audited, and by which day.

    Attributes:
        stale_after: so many days without a talk make a record stale ...
        by_stage: ... unless its stage is named here.
        closed: whether those won and lost count too.
    """

    on: dt.date
    stale_after: int
    by_stage: Mapping[int, int] = field(default_factory=dict)
    rep: str | None = None
    team: str | None = None
    closed: bool = False


class Tally(NamedTuple):
    """Records of a rep that stand at the same point, counted.

    Attributes:
        exists: whether they are opportunities.
        open_stage: the first stage whose gate is closed; 7 where none is.
        singles: how many have each bit of ``answered`` set.
        of_rows: how many have each bit of ``answered_rows`` set.
        faults: how many have each bit of ``faults`` set.
        stale: how many are stale.
    """

    rep: str
    exists: bool
    open_stage: int
    records: int
    singles: tuple[int, ...]
    of_rows: tuple[int, ...]
    faults: tuple[int, ...]
    stale: int


class Scored(NamedTuple):
    """Records of a rep with the same score."""

    rep: str
    score: int
    records: int


class Member(NamedTuple):
    """A record that may be drawn."""

    id: UUID
    rep: str
    open_stage: int


class Stale(NamedTuple):
    """A stale record, and since when nothing is known to have happened."""

    id: UUID
    title: str
    rep: str
    open_stage: int
    since: dt.date


def tallies(connection: Connection, chosen: Chosen, past_date: int) -> list[Tally]:
    """Everything that is counted over all records chosen.

    Args:
        past_date: the bit of ``faults`` that a close date before the day sets, whatever was kept.
    """
    found = []
    for row in connection.execute(_counting(chosen, past_date)):
        rep, is_one, stage, records, *sums = row
        told = [int(value) for value in sums]
        singles, of_rows = _together(told[:_APART]), _together(told[_APART : 2 * _APART])
        found.append(Tally(rep, bool(is_one), stage, records, singles, of_rows, tuple(told[2 * _APART : -1]), told[-1]))
    return found


_FAULTS: Final = 16


def _counting(chosen: Chosen, past_date: int) -> Select[Any]:
    groups = (REP, _DEALS.c.status.in_(EXISTING), _DEALS.c.open_stage)
    answered, of_rows = (_apart(_DEALS.c[name]) for name in ("answered", "answered_rows"))
    faults = [_fault(bit, chosen.on, past_date) for bit in range(_FAULTS)]
    asked = select(*groups, func.count(), *answered, *of_rows, *faults, func.sum(_is_stale(chosen)))
    return asked.where(_is_chosen(chosen)).group_by(*groups)


def _apart(column: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [func.sum(_shifted(column, number).bitwise_and(_MASK)) for number in range(_APART)]


def _shifted(column: ColumnElement[Any], number: int) -> ColumnElement[Any]:
    """Shifted by a plain whole number: PostgreSQL takes no long one."""
    return column.bitwise_rshift(literal(number, Integer))


def _together(sums: Sequence[int]) -> tuple[int, ...]:
    """The count of each bit, the lowest first."""
    return tuple(total >> shift & _ONE for shift in (0, _APART, 2 * _APART) for total in sums)


def _fault(bit: int, on: dt.date, past_date: int) -> ColumnElement[Any]:
    kept = _shifted(_DEALS.c.faults, bit).bitwise_and(1)
    if bit != past_date:
        return func.sum(kept)
    past = and_(_DEALS.c.close_on < on, _DEALS.c.status.in_(_OPEN))
    return func.sum(case((past, 1), else_=kept))


def _is_stale(chosen: Chosen) -> ColumnElement[Any]:
    return case((_quiet(chosen), 1), else_=0)


def _quiet(chosen: Chosen) -> ColumnElement[bool]:
    """Whether the last talk, or else the record's beginning, is long enough ago."""
    own = [
        and_(_DEALS.c.open_stage == stage, _before(chosen.on - dt.timedelta(days)))
        for stage, days in sorted(chosen.by_stage.items())
    ]
    others = _before(chosen.on - dt.timedelta(chosen.stale_after))
    if chosen.by_stage:
        others = and_(_DEALS.c.open_stage.not_in(sorted(chosen.by_stage)), others)
    return and_(_DEALS.c.status.in_(_OPEN), or_(*own, others))


def _before(day: dt.date) -> ColumnElement[bool]:
    """The latest day on which a record may have been touched to be stale is the one given."""
    after = dt.datetime.combine(day + dt.timedelta(1), dt.time(), dt.UTC)
    begun = and_(_DEALS.c.last_talk_on.is_(None), _DEALS.c.created_at < after)
    return or_(_DEALS.c.last_talk_on <= day, begun)


def _is_chosen(chosen: Chosen) -> ColumnElement[bool]:
    statuses = (*_OPEN, *(status for status in EXISTING if chosen.closed and status not in _OPEN))
    found: list[ColumnElement[bool]] = [_DEALS.c.status.in_(statuses), _DEALS.c.is_sample.is_(False)]
    if chosen.rep is not None:
        found.append(REP.in_((chosen.rep,)))
    if chosen.team is not None:
        found.append(_DEALS.c.team == chosen.team)
    return and_(*found)


def scores(connection: Connection, chosen: Chosen) -> list[Scored]:
    """How often each score occurs, per rep; -1 was never scored."""
    return [Scored._make(row) for row in connection.execute(_scoring(chosen))]


def _scoring(chosen: Chosen) -> Select[Any]:
    return select(REP, _DEALS.c.score, func.count()).where(_is_chosen(chosen)).group_by(REP, _DEALS.c.score)


def members(connection: Connection, chosen: Chosen) -> list[Member]:
    """The records chosen, in the order of their identities."""
    return sorted(Member._make(row) for row in connection.execute(_listing(chosen)))


def _listing(chosen: Chosen) -> Select[Any]:
    return select(_DEALS.c.id, REP, _DEALS.c.open_stage).where(_is_chosen(chosen))


def longest_stale(connection: Connection, chosen: Chosen, limit: int) -> list[Stale]:
    """The stale records, those first of which nothing was heard for the longest time."""
    columns = (_DEALS.c.id, _DEALS.c.title, REP, _DEALS.c.open_stage, _DEALS.c.last_talk_on, _DEALS.c.created_at)
    since = func.coalesce(_DEALS.c.last_talk_on, _DEALS.c.created_at)
    asked = select(*columns).where(_is_chosen(chosen), _quiet(chosen)).order_by(since, _DEALS.c.id).limit(limit)
    return [
        Stale(identity, title, rep, stage, talk or begun.date())
        for identity, title, rep, stage, talk, begun in connection.execute(asked)
    ]


def outdated(connection: Connection, chosen: Chosen, version: int) -> list[UUID]:
    """Records whose facts were worked out by another list of fields and faults."""
    asked = select(_DEALS.c.id).where(_is_chosen(chosen), _DEALS.c.facts_version != version)
    return sorted(connection.execute(asked).scalars())


def write_facts(connection: Connection, facts: Collection[tuple[UUID, Mapping[str, int]]]) -> None:
    """Keep facts that were worked out anew; no save, so that neither revision nor time change."""
    for identity, values in facts:
        connection.execute(update(_DEALS).where(_DEALS.c.id == identity).values(**values))


class Kept(NamedTuple):
    """What is kept of a record for audits."""

    id: UUID
    title: str
    rep: str
    exists: bool
    open_stage: int
    answered: int
    answered_rows: int
    faults: int
    stale: bool
    score: int


def kept(connection: Connection, chosen: Chosen, past_date: int) -> Iterator[Kept]:
    """The records chosen, one by one, in the order of their identities."""
    past = and_(_DEALS.c.close_on < chosen.on, _DEALS.c.status.in_(_OPEN))
    faults = case((past, _DEALS.c.faults.bitwise_or(1 << past_date)), else_=_DEALS.c.faults)
    columns = (_DEALS.c.id, _DEALS.c.title, REP, _DEALS.c.status.in_(EXISTING), _DEALS.c.open_stage)
    bits = (_DEALS.c.answered, _DEALS.c.answered_rows, faults, _is_stale(chosen), _DEALS.c.score)
    asked = select(*columns, *bits).where(_is_chosen(chosen)).order_by(_DEALS.c.id)
    for row in connection.execute(asked.execution_options(yield_per=1_000)):
        yield Kept._make(row)
