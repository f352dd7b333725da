"""How far an imported record has come: what a file says about that is judged, never believed."""

import datetime as dt
from typing import Any, Final

from oppwizard.exchange.values import Problem
from oppwizard.i18n import T
from oppwizard.model.enums import CLOSED, EXISTING, ReviewState, Stage, Standing, Status
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.process.gates import Verdict
from oppwizard.process.required import is_missing
from oppwizard.process.wording import is_placeholder
from oppwizard.walk import Walk
from oppwizard.walk.lifecycle import initial_note
from oppwizard.walk.reviewing import effects, own_names

SET_ASIDE: Final = (Status.DISQUALIFIED, Status.NURTURE)


def settle(walk: Walk, record: Record, claims: dict[str, Any]) -> list[Problem]:
    """Let a record, a draft so far, stand where its evidence puts it.

    A file that says nothing about it has the record go on as far as its gates open, up to the opportunity. One that
    says "draft" has a draft. One that says "created" has an opportunity if its gates hold as of the day it names.

    Returns:
        What was claimed and is not so.
    """
    status: Status | None = claims.get("status")
    day: dt.date | None = claims.get("pipeline_on")
    deal = record.opportunity
    review, deal.review = deal.review, None
    if status is None or (status in EXISTING and day is None):
        record.passages.clear()
        go_on(walk, record)
        return []
    if status in EXISTING and day is not None:
        restored = _restored(walk, record, claims, day)
        return restored + _reviewed(record, review) + _ended(walk, record, status)
    problems = _set_aside(walk, record, claims) if status in SET_ASIDE else []
    return problems + _placed(record, walk.verdict(record), claims.get("stage"), Stage.CREATION)


def go_on(walk: Walk, record: Record, *, create: bool = True) -> Verdict:
    """Enter one stage after another, and make the opportunity exist, while nothing stands in the way.

    Args:
        create: whether it may become an opportunity; a draft otherwise waits before that.

    Returns:
        What the gates say in the end.
    """
    while True:
        verdict = walk.verdict(record)
        reached = verdict.open_stage or Stage.STRATEGY
        if record.opportunity.stage < reached:
            walk.advance(record, reached)
        elif verdict.may_create and not record.exists and create:
            walk.create(record)
        else:
            return verdict


def _restored(walk: Walk, record: Record, claims: dict[str, Any], day: dt.date) -> list[Problem]:
    deal = record.opportunity
    deal.status, deal.pipeline_on, deal.pipeline_at = Status.CREATED, day, claims.get("pipeline_at")
    verdict = walk.verdict(record)
    if verdict.holds and day <= walk.context.today:
        deal.review = ReviewState.WAITING
        deal.review_since = deal.review_since or deal.pipeline_at
        note = initial_note(record, walk.context.user)
        if note is not None:
            record.notes.append(note)
        record.account.standing = Standing.ACTIVE
        for person in record.people:
            person.contact.standing = Standing.ACTIVE
        return _placed(record, verdict, claims.get("stage"), Stage.STRATEGY, least=Stage.STAKEHOLDERS)
    deal.status, deal.pipeline_on, deal.pipeline_at = Status.DRAFT, None, None
    record.passages.clear()
    return _refused(walk, record, verdict, day)


def _reviewed(record: Record, claimed: ReviewState | None) -> list[Problem]:
    """A restored opportunity stands where its last review has put it, and that was by somebody else (Q1)."""
    deal = record.opportunity
    if deal.status is not Status.CREATED or claimed is None:
        return []
    last = max(record.reviews, key=lambda review: review.at, default=None)
    if claimed is not ReviewState.WAITING and (
        last is None or fold(last.reviewer) in own_names(record) or effects(record, last)["review"] is not claimed
    ):
        said = T("The file says “{state}”, but its reviews do not: it waits for its review", state=claimed.label)
        return [Problem("review", said)]
    deal.review = claimed
    return []


def _ended(walk: Walk, record: Record, status: Status) -> list[Problem]:
    """A restored opportunity that is won or lost, if the day of that is named and not in the future."""
    deal = record.opportunity
    if deal.status is not Status.CREATED or status not in CLOSED:
        return []
    if deal.closed_on is None or deal.closed_on > walk.context.today:
        return [Problem("closed_on", T("It is said to be closed, but the day of that is not named, or in the future"))]
    deal.status = status
    return []


def _refused(walk: Walk, record: Record, verdict: Verdict, day: dt.date) -> list[Problem]:
    """The opportunity is none: the draft stands at its first closed gate, and what is open there is said."""
    today = walk.verdict(record)
    problems = [Problem("status", T("The file says it is an opportunity, but its evidence does not: it is a draft"))]
    if day > walk.context.today:
        problems.append(Problem("pipeline_on", T("This day lies in the future")))
    judged = today if verdict.holds else verdict
    if judged.open_stage is not None and judged.open_stage <= Stage.CREATION:
        points = judged.open_points(judged.open_stage)
        problems += [Problem(walk.spoken(record, point.at), point.message) for point in points]
    record.opportunity.stage = int(today.open_stage or Stage.CREATION)
    return problems


def _set_aside(walk: Walk, record: Record, claims: dict[str, Any]) -> list[Problem]:
    reason = claims.get("set_aside_reason")
    if is_missing(reason) or is_placeholder(str(reason), walk.playbook.wording):
        return [Problem("set_aside_reason", T("It is set aside without a reason: it is a draft"))]
    record.opportunity.status = claims["status"]
    record.opportunity.set_aside_reason = reason
    return []


def _placed(
    record: Record, verdict: Verdict, claimed: int | None, most: Stage, least: Stage = Stage.QUALIFICATION
) -> list[Problem]:
    """Put it into the stage claimed, as far as each gate before is open or the evidence of its passage is there."""
    deal = record.opportunity
    passed = {passage.stage for passage in record.passages}
    wanted = min(claimed or most, most)
    deal.stage = int(least)
    while deal.stage < wanted and (verdict.passed(Stage(deal.stage)) or deal.stage in passed):
        deal.stage += 1
    record.passages = [passage for passage in record.passages if 1 <= passage.stage < deal.stage]
    if claimed is None or deal.stage >= claimed:
        return []
    said = T("The file says stage {claimed}, the evidence reaches to stage {stage}", claimed=claimed, stage=deal.stage)
    return [Problem("stage", said)]
