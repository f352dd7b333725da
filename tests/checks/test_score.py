"""The data-quality score and the five mistakes, on the finished record and on what becomes of it (A9, M1-M5)."""

import datetime as dt
import pickle
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from oppwizard import i18n
from oppwizard.checks.mistakes import mistakes
from oppwizard.checks.score import Area, faded, last_talk, scored
from oppwizard.model.enums import CompetitorKind, Engagement, Role, Stage, Status
from oppwizard.model.parts import Competitor, PlanItem, Touchpoint
from oppwizard.model.record import Record
from oppwizard.playbook import load_playbook
from oppwizard.process.case import Case
from oppwizard.process.gates import judge
from oppwizard.walk import open_walk
from tests.conftest import TODAY, Template, make_context

BOOK = load_playbook()


@pytest.fixture(scope="module")
def pickled(template: Template) -> bytes:
    path, record_id = template(None)
    walk = open_walk(make_context(Path(path)))
    found = pickle.dumps(walk.load(record_id))
    walk.store.close()
    return found


@pytest.fixture
def whole(pickled: bytes) -> Record:
    """A record that has passed all gates, one's own to spoil."""
    record: Record = pickle.loads(pickled)
    return record


def case(record: Record, today: dt.date = TODAY) -> Case:
    return Case(record, BOOK, today)


def total(record: Record, today: dt.date = TODAY) -> int:
    return scored(case(record, today)).total


def every(rows: Iterable[object], name: str, value: object) -> None:
    """Set an attribute of all rows."""
    for row in rows:
        setattr(row, name, value)


# The score


def test_it_is_the_sum_of_its_parts_and_what_is_open_makes_the_rest(whole: Record) -> None:
    score = scored(case(whole))
    parts = sum(part.points for part in score.parts)
    assert score.total == int(parts)
    assert parts + sum(gain.points for gain in score.gains) == 100
    assert [part.most for part in score.parts] == [BOOK.score.completion, BOOK.score.coverage, BOOK.score.recency]


def test_an_empty_record_has_nothing_and_is_flagged(whole: Record) -> None:
    empty = Record(type(whole.opportunity)(account_id=whole.account.id), type(whole.account)())
    score = scored(case(empty))
    assert score.total == 0
    assert score.is_low
    assert not scored(case(whole)).is_low
    assert len({str(gain.at) for gain in score.gains}) > 20
    assert all(str(gain.what) for gain in score.gains)


@pytest.mark.parametrize(
    ("spoil", "area"),
    [
        (lambda r: setattr(r.opportunity, "business_problem", None), Area.COMPLETION),
        (lambda r: setattr(r.opportunity, "business_problem", "TBD"), Area.COMPLETION),
        (lambda r: r.competitors.clear(), Area.COMPLETION),
        (lambda r: every((p.stakeholder for p in r.people), "roles", []), Area.COVERAGE),
        (lambda r: every((p.contact for p in r.people), "level", None), Area.COVERAGE),
        (lambda r: every(r.touchpoints, "on", TODAY - dt.timedelta(days=40)), Area.RECENCY),
    ],
)
def test_what_is_missing_costs_points_in_its_own_part(
    whole: Record, spoil: Callable[[Record], Any], area: Area
) -> None:
    before = {part.area: part.points for part in scored(case(whole)).parts}
    if area is Area.RECENCY:
        whole.opportunity.discovery_on = None
    spoil(whole)
    after = {part.area: part.points for part in scored(case(whole)).parts}
    assert after[area] < before[area]


def test_each_gain_is_what_mending_it_brings(whole: Record) -> None:
    whole.opportunity.business_problem = None
    score = scored(case(whole))
    (gain,) = (one for one in score.gains if str(one.at) == "business_problem")
    before = sum(part.points for part in score.parts)
    whole.opportunity.business_problem = "Counts differ from the shelves"
    assert sum(part.points for part in scored(case(whole)).parts) == before + gain.points


def test_only_talks_with_the_customer_count_as_activity(whole: Record) -> None:
    before = total(whole)
    whole.opportunity.updated_at = whole.opportunity.created_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    whole.opportunity.revision += 40
    assert total(whole) == before
    whole.touchpoints.append(Touchpoint(opportunity_id=whole.id, on=TODAY + dt.timedelta(days=3)))
    assert last_talk(whole, TODAY) != TODAY + dt.timedelta(days=3), "a plan is no talk"


def test_it_fades_day_by_day_and_what_is_kept_of_it_says_the_same(whole: Record) -> None:
    score, talk = scored(case(whole)), last_talk(whole, TODAY)
    days = [TODAY + dt.timedelta(days=count) for count in range(120)]
    totals = [total(whole, day) for day in days]
    assert totals == sorted(totals, reverse=True)
    assert totals[0] > totals[-1] == int(score.lasting / 1000)
    assert [faded(score.lasting, talk, day, BOOK.score) for day in days] == totals


def _evidence() -> Iterator[Callable[[Record], Any]]:
    yield lambda r: r.touchpoints.append(Touchpoint(opportunity_id=r.id, on=TODAY))
    yield lambda r: r.competitors.append(Competitor(opportunity_id=r.id, name="Nobody yet"))
    yield lambda r: r.plan.append(PlanItem(opportunity_id=r.id, what="Signature"))
    yield lambda r: setattr(r.opportunity, "cost_of_inaction", "Two people a year")
    yield lambda r: setattr(r.account, "sub_industry", "Pumps")
    yield lambda r: every((p.stakeholder for p in r.people[:1]), "roles", list(Role))
    yield lambda r: every((p.stakeholder for p in r.people[:1]), "engagement", Engagement.ENGAGED)


EVIDENCE = tuple(_evidence())


@given(st.data())
def test_more_evidence_never_lowers_it(pickled: bytes, data: st.DataObject) -> None:
    record: Record = pickle.loads(pickled)
    for name in data.draw(st.lists(st.sampled_from(["business_problem", "why_us", "discovery_on", "next_step"]))):
        setattr(record.opportunity, name, None)
    if data.draw(st.booleans()):
        record.people.clear()
        record.touchpoints.clear()
    scores = [total(record)]
    for add in data.draw(st.lists(st.sampled_from(EVIDENCE), max_size=6)):
        add(record)
        scores.append(total(record))
    assert scores == sorted(scores)
    assert total(record) == scores[-1], "the same record and day give the same score"


# The mistakes


def made(record: Record) -> dict[str, list[str]]:
    one = case(record)
    return {each.code: [finding.code for finding in each.evidence] for each in mistakes(one, judge(one))}


def test_a_good_record_makes_none_and_a_new_draft_neither(whole: Record) -> None:
    found = made(whole)
    assert "M1" not in found
    assert "M2" not in found
    assert "M3" not in found
    assert "M5" not in found
    assert made(Record(type(whole.opportunity)(account_id=whole.account.id), type(whole.account)())) == {}


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("M1", lambda r: setattr(r.opportunity, "budget_amount", None)),
        ("M2", lambda r: setattr(r.opportunity, "next_step", "TBD")),
        ("M3", lambda r: setattr(r.opportunity, "close_validated_by", None)),
        ("M4", lambda r: r.people.__delitem__(slice(1, None))),
        ("M5", lambda r: r.competitors.clear()),
        ("M5", lambda r: every(r.competitors, "kind", CompetitorKind.COMPETITOR)),
    ],
)
def test_each_mistake_is_named_with_its_evidence_and_what_to_do(
    whole: Record, code: str, spoil: Callable[[Record], Any]
) -> None:
    before = made(whole)
    spoil(whole)
    after = made(whole)
    assert set(after.get(code, ())) > set(before.get(code, ()))
    (mistake,) = (one for one in mistakes(case(whole), judge(case(whole))) if one.code == code)
    assert mistake.action in mistake.evidence
    assert str(mistake.action.remedy)
    for text in (mistake.coach.title, mistake.coach.why, mistake.coach.cost, mistake.coach.fix):
        assert text
    i18n.use("ja")
    assert mistakes(case(whole), judge(case(whole)))[0].coach.title != mistake.coach.title


def test_a_draft_makes_a_mistake_only_where_the_walk_has_been(whole: Record) -> None:
    whole.opportunity.status = Status.DRAFT
    whole.opportunity.pipeline_on = None
    whole.opportunity.stage = int(Stage.QUALIFICATION)
    whole.opportunity.sales_stage = None
    whole.competitors.clear()
    whole.opportunity.budget_amount = None
    assert not {"M1", "M2", "M5"} & made(whole).keys()
    whole.opportunity.stage = int(Stage.SCOPING)
    assert {"M1", "M5"} <= made(whole).keys()
