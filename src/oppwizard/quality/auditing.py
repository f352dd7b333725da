"""Making an audit: drawing, judging, counting, keeping, repeating (Q3)."""

import datetime as dt
import heapq
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from oppwizard.checks.facts import MISTAKES, Facts, Fault, facts, version
from oppwizard.data.figures import Chosen, Kept
from oppwizard.data.tables import Audit
from oppwizard.errors import NotFound
from oppwizard.i18n import T
from oppwizard.model.base import utc_now
from oppwizard.model.enums import Severity
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.quality.asking import named
from oppwizard.quality.audit import (
    Audited,
    Earlier,
    Figures,
    Looked,
    Rubric,
    figures,
    is_stale,
    rubric,
    scored_of,
    tally_of,
)
from oppwizard.quality.files import audit_json
from oppwizard.quality.sampling import drawn
from oppwizard.walk import Walk

PAST_DATE: Final = Fault.DATE.bit_length() - 1
"""The bit that a close date before the day sets."""
_WEAKEST: Final = 20
_STALE: Final = 20
_POINTS: Final = 5
_AT_ONCE: Final = 200
"""So many records are judged anew in one transaction."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be audited.

    Attributes:
        size: so many records; the playbook's number without it.
        seed: what they are drawn with; without it one made of the day, the same all day long.
        everything: all records instead of a sample.
        closed: those won and lost too.
        each: whether every record looked at is wanted one by one, not the weakest ones alone.
    """

    size: int | None = None
    seed: int | None = None
    everything: bool = False
    rep: str | None = None
    team: str | None = None
    closed: bool = False
    each: bool = False


def audit(walk: Walk, asked: Asked | None = None) -> Audited:
    """Audit the records of a store as of today; samples, and what was set aside, do not count.

    Raises:
        NotFound: no record belongs to that rep or team.
        StoreProblem: the store cannot be read.
    """
    asked = asked or Asked()
    chosen = _chosen(walk, asked)
    population = len(walk.store.members(chosen))
    seed = None if asked.everything else asked.seed if asked.seed is not None else int(f"{chosen.on:%Y%m%d}")
    if seed is None and _is_kept(walk, chosen):
        told, records = _of_all(walk, chosen, each=asked.each)
        size = population
    else:
        size = asked.size if asked.size is not None and seed is not None else walk.playbook.audit.sample
        wanted = population if seed is None else size
        looked = [_look(walk, identity) for identity in drawn(walk.store.members(chosen), wanted, seed or 0)]
        told = figures(tally_of(looked), scored_of(looked), walk.playbook.audit)
        records = sorted(((one, rubric(one, walk.playbook.audit)) for one in looked), key=_weakness)
        size = len(looked)
    rules = f"{walk.playbook.version}/{version()}"
    return Audited(
        on=chosen.on,
        seed=seed,
        size=size,
        population=population,
        rules=rules,
        rep=chosen.rep,
        team=chosen.team,
        closed=chosen.closed,
        figures=told,
        records=tuple(records),
        stale=tuple(walk.store.longest_stale(chosen, _STALE)),
        earlier=tuple(_earlier(walk, chosen)),
        auditing=walk.playbook.audit,
    )


def keep(walk: Walk, found: Audited) -> UUID:
    """Keep an audit, so that it can be repeated; the same one is kept once. Its identity.

    Raises:
        StoreProblem: it cannot be written.
    """
    return walk.store.keep_audit(
        Audit(
            at=utc_now(),
            on=found.on,
            who=walk.context.user,
            seed=-1 if found.seed is None else found.seed,
            size=found.size,
            rules=found.rules,
            figures=json.dumps(audit_json(found), ensure_ascii=False),
        )
    )


def kept(walk: Walk, reference: str) -> Audit:
    """An audit that was made, by the end of its identity.

    Raises:
        NotFound: there is none, or there are several.
    """
    wanted = reference.replace("-", "").casefold()
    found = [one for one in walk.store.audits() if wanted and one.id.hex.endswith(wanted)]
    if len(found) != 1:
        raise NotFound(
            T("There is no audit “{reference}”", reference=reference),
            T("“oppwizard audits” lists those that were made."),
        )
    return found[0]


def asked_then(one: Audit) -> Asked:
    """What was asked for when an audit was made."""
    told: Mapping[str, Any] = json.loads(one.figures)
    seed = None if one.seed < 0 else one.seed
    return Asked(one.size, seed, seed is None, told["rep"], told["team"], told["closed"])


def is_same(one: Audit, found: Audited) -> bool:
    """Whether an audit made again says the same, byte for byte, its day and its past left out."""
    then, now = json.loads(one.figures), audit_json(found)
    for told in (then, now):
        for name in ("on", "earlier"):
            told.pop(name)
    return json.dumps(then, ensure_ascii=False) == json.dumps(now, ensure_ascii=False)


def _chosen(walk: Walk, asked: Asked) -> Chosen:
    rules = walk.playbook.audit
    rep, team = named(walk, asked.rep, asked.team)
    by_stage = {int(stage): days for stage, days in rules.stale_by_stage.items()}
    return Chosen(walk.context.today, rules.stale_days, by_stage, rep, team, asked.closed)


def _is_kept(walk: Walk, chosen: Chosen) -> bool:
    """Whether what is kept of every record is of today's rules; what is not is judged anew, if it can be written."""
    while walk.rejudge():
        pass
    outdated = walk.store.outdated(chosen, version())
    if outdated and walk.store.read_only:
        return False
    for start in range(0, len(outdated), _AT_ONCE):
        judged = [(one, _columns(walk, one)) for one in outdated[start : start + _AT_ONCE]]
        walk.store.write_facts(judged)
    if not walk.store.read_only:
        walk.scores_today()
    return True


def _columns(walk: Walk, identity: UUID) -> dict[str, int]:
    record = walk.load(identity)
    return walk.fact_columns(record, walk.verdict(record))


def _of_all(walk: Walk, chosen: Chosen, *, each: bool) -> tuple[Figures, list[tuple[Looked, Rubric]]]:
    """The figures of all records, counted by the database, and the weakest of them."""
    rules = walk.playbook.audit
    told = figures(*walk.store.tallies(chosen, PAST_DATE), rules)
    marked = ((one, rubric(one, rules)) for one in map(_kept_one, walk.store.kept_facts(chosen, PAST_DATE)))
    return told, sorted(marked, key=_weakness) if each else heapq.nsmallest(_WEAKEST, marked, key=_weakness)


def _weakness(marked: tuple[Looked, Rubric]) -> tuple[float, str]:
    one, points = marked
    return round(points.total, 6), one.id.hex


def _kept_one(one: Kept) -> Looked:
    return Looked(
        id=one.id,
        title=one.title,
        rep=one.rep,
        exists=bool(one.exists),
        open_stage=one.open_stage,
        answered=one.answered,
        answered_rows=one.answered_rows,
        faults=Fault(one.faults),
        stale=bool(one.stale),
        score=one.score,
    )


def _look(walk: Walk, identity: UUID) -> Looked:
    """A record, judged today."""
    record = walk.load(identity)
    verdict = walk.verdict(record)
    found: Facts = facts(walk.case(record), verdict)
    deal, stage = record.opportunity, verdict.open_stage
    score = walk.score_columns(record)
    talk = score["last_talk_on"]
    since = talk if isinstance(talk, dt.date) else deal.created_at.date()
    open_stage = int(stage) if stage else 7
    return Looked(
        id=record.id,
        title=deal.name or record.account.name,
        rep=deal.owner or deal.created_by,
        exists=record.exists,
        open_stage=open_stage,
        answered=found.answered,
        answered_rows=found.answered_rows,
        faults=found.faults,
        stale=not record.is_closed and is_stale(walk.playbook.audit, open_stage, since, walk.context.today),
        score=walk.score(record).total,
        points=tuple(_points(walk, record, verdict))[:_POINTS],
    )


def _points(walk: Walk, record: Record, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What stands open, and what is warned of, the gravest first."""
    told = [point for point in verdict.findings if point.severity is not Severity.INFO]
    for point in sorted(told, key=lambda point: (not point.blocks, point.stage)):
        if point.stage <= max(record.opportunity.stage, int(verdict.open_stage or 6)):
            yield point.code, walk.spoken(record, point.at)


def _earlier(walk: Walk, chosen: Chosen) -> Iterator[Earlier]:
    """The audits of days before of the same rep, team and kind of records, the last one of each day.

    What a later one finds is no part of this one; and one rep's records say nothing about everybody's trend.
    """
    told_on: dict[dt.date, dict[str, Any]] = {}
    for one in reversed(walk.store.audits()):
        told = json.loads(one.figures)
        if one.on < chosen.on and (told["rep"], told["team"], told["closed"]) == (
            chosen.rep,
            chosen.team,
            chosen.closed,
        ):
            told_on[one.on] = told
    for day, told in sorted(told_on.items()):
        whole = told["reps"][0] if told["reps"] else None
        if whole is not None:
            yield Earlier(
                on=day,
                size=told["size"],
                rubric=whole["rubric"]["total"],
                completion=whole["completion"]["rate"] or 0.0,
                stale=whole["stale"]["rate"] or 0.0,
                mistakes=sum(whole["faults"][fault.name or ""]["rate"] or 0.0 for fault in MISTAKES),
            )


@dataclass(frozen=True, slots=True)
class Past:
    """An audit that was made, in one line.

    Attributes:
        seed: None where all records were looked at.
        points: the mean rubric; None where there was no record.
    """

    id: UUID
    on: dt.date
    who: str
    seed: int | None
    size: int
    rules: str
    points: float | None

    def as_json(self) -> dict[str, Any]:
        """It for programs."""
        return {
            "id": str(self.id),
            "on": self.on.isoformat(),
            "who": self.who,
            "seed": self.seed,
            "size": self.size,
            "rules": self.rules,
            "points": self.points,
        }


def past(walk: Walk) -> list[Past]:
    """The audits that were made, the newest first."""
    return [_past(one) for one in walk.store.audits()]


def _past(one: Audit) -> Past:
    reps = json.loads(one.figures)["reps"]
    points = reps[0]["rubric"]["total"] if reps else None
    return Past(one.id, one.on, one.who, None if one.seed < 0 else one.seed, one.size, one.rules, points)
