"""A manager decides, a rep mends, and nothing of it is undone or decided by the wrong person (Q1)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from oppwizard.data.tables import Op
from oppwizard.errors import NotFound, Refused
from oppwizard.model.enums import CLOSED, Decision, ReviewState, Status
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.process.reviewing import REMARK
from oppwizard.quality.reviewing import changed, sheet, waiting
from oppwizard.walk import Walk
from oppwizard.walk.lifecycle import GateClosed
from oppwizard.walk.move import Edits
from oppwizard.walk.reviewing import Opinion, Verdicts
from oppwizard.walk.sample import walk_sample
from oppwizard.who import Me

CLOSE = address("close_on")
OBJECTS = {"sized": Opinion(agrees=False, note="The services are missing")}


@contextmanager
def being(walk: Walk, name: str, role: str = "manager") -> Iterator[Walk]:
    """Somebody else sits down at the same store."""
    before = walk.context.user, walk.context.me
    walk.context.user, walk.context.me = name, Me(name=name, role=role)
    yield walk
    walk.context.user, walk.context.me = before


def decide(walk: Walk, record: Record, said: Verdicts, who: str = "mona") -> Record:
    with being(walk, who):
        return walk.save(walk.decide(record, said)).record


def standing(walk: Walk, record: Record) -> list[str]:
    """The comments that stand at fields."""
    return [f"{finding.at}: {finding.message}" for finding in walk.verdict(record).findings if finding.code == REMARK]


@pytest.fixture
def deal(walk: Walk, finished: Record) -> Record:
    """An opportunity that waits for its review."""
    return walk.load(finished.id)


def test_an_opportunity_waits_from_its_creation_on(walk: Walk, deal: Record) -> None:
    assert deal.opportunity.review is ReviewState.WAITING
    assert [one.line.id for one in waiting(walk)] == [deal.id]
    assert walk.store.review_counts()[ReviewState.WAITING] == 1
    assert deal.opportunity.first_close_on == deal.opportunity.close_on
    assert deal.opportunity.first_amount == deal.opportunity.amount
    assert walk.start("Another").opportunity.review is None


def test_approved_it_is_active(walk: Walk, deal: Record) -> None:
    decide(walk, deal, Verdicts(Decision.APPROVE, {"sized": Opinion(agrees=True)}, comment="Good work"))
    again = walk.load(deal.id)
    assert again.opportunity.review is ReviewState.ACTIVE
    assert [(one.reviewer, one.decision, one.comment) for one in again.reviews] == [
        ("mona", Decision.APPROVE, "Good work")
    ]
    assert waiting(walk) == []


def test_sent_back_its_comments_stand_at_their_fields_until_they_are_settled(walk: Walk, deal: Record) -> None:
    person = Address("people", "title", deal.people[0].id)
    said = Verdicts(Decision.REVISE, OBJECTS, [(CLOSE, "Too soon"), (person, "Since when?")])
    decide(walk, deal, said)
    record = walk.load(deal.id)
    assert record.opportunity.review is ReviewState.REVISE
    assert sorted(standing(walk, record)) == ["close_on: mona says: Too soon", f"{person}: mona says: Since when?"]
    with pytest.raises(Refused, match="2 comments"):
        walk.submit(record)
    walk.save(walk.settle(record, record.remarks[0].id, "They confirmed it by mail"))
    assert standing(walk, record) == [f"{person}: mona says: Since when?"]
    with pytest.raises(NotFound):
        walk.settle(record, record.remarks[0].id)
    walk.save(walk.settle(record, record.remarks[1].id))
    walk.save(walk.submit(record))
    again = walk.load(deal.id)
    assert standing(walk, again) == []
    assert again.opportunity.review is ReviewState.WAITING
    assert [(one.reply, one.settled_by) for one in again.remarks] == [
        ("They confirmed it by mail", "rep"),
        ("", "rep"),
    ]


def test_the_second_review_shows_what_was_changed_since_the_first(walk: Walk, deal: Record) -> None:
    decide(walk, deal, Verdicts(Decision.REVISE, comment="More about why we win, and who it is against"))
    record = walk.load(deal.id)
    before = record.opportunity.why_us
    walk.save(walk.set(record, address("why_us"), "First try"))
    walk.save(walk.set(record, address("why_us"), "They trust the team that installed the first site"))
    walk.save(walk.set(record, address("differentiators"), "Something"))
    walk.save(walk.set(record, address("differentiators"), deal.opportunity.differentiators or ""))
    added = walk.save(walk.add(record, "competitors", name="Pallet Wizards"))
    walk.save(walk.submit(record))
    found = changed(walk, walk.load(deal.id))
    assert [(str(one.what), one.old, one.new) for one in found] == [
        ("Why they buy from us", before, "They trust the team that installed the first site"),
        ("alternative Added", "", "Pallet Wizards"),
    ]
    assert found[1].where == Address("competitors", "name", added.row)
    shown = [line.text for line in sheet(walk, walk.load(deal.id), {}, ())]
    assert "More about why we win, and who it is against" in shown
    assert any("→ Pallet Wizards" in line for line in shown)


@pytest.mark.parametrize("became", [Status.DRAFT, Status.DISQUALIFIED])
def test_rejected_it_is_no_opportunity_any_more(walk: Walk, deal: Record, became: Status) -> None:
    decide(walk, deal, Verdicts(Decision.REJECT, OBJECTS, became=became))
    record = walk.load(deal.id)
    assert record.opportunity.status is became
    assert (record.exists, record.opportunity.review, record.opportunity.pipeline_on) == (False, None, None)
    assert record.opportunity.first_amount is None
    assert record.opportunity.set_aside_reason == (
        "The services are missing" if became is Status.DISQUALIFIED else None
    )
    assert record.reviews[0].became is became
    if became is Status.DRAFT:
        walk.save(walk.create(record))
        assert walk.load(deal.id).opportunity.review is ReviewState.WAITING


@pytest.mark.parametrize(
    ("who", "role", "match"),
    [
        ("rep", "manager", "their own"),
        ("Account executive", "manager", "their own"),
        ("mona", "rep", "Only a manager"),
        ("mona", "", "Only a manager"),
    ],
)
def test_nobody_decides_who_may_not(walk: Walk, deal: Record, who: str, role: str, match: str) -> None:
    with being(walk, who, role), pytest.raises(Refused, match=match):
        walk.decide(deal, Verdicts(Decision.APPROVE))
    assert walk.load(deal.id).reviews == []


@pytest.mark.parametrize(
    ("said", "match"),
    [
        (Verdicts(Decision.APPROVE, OBJECTS), "object"),
        (Verdicts(Decision.REVISE), "reason"),
        (Verdicts(Decision.REVISE, comment="tbd"), "reason"),
        (Verdicts(Decision.REJECT, {"sized": Opinion(agrees=False)}), "reason"),
        (Verdicts(Decision.REJECT, OBJECTS, became=Status.WON), "lead again"),
        (Verdicts(Decision.REVISE, {"luck": Opinion(agrees=False, note="x")}), "none of the six"),
        (Verdicts(Decision.REVISE, OBJECTS, [(CLOSE, " ")]), "says nothing"),
        (Verdicts(Decision.REVISE, OBJECTS, [(Address("people"), "x")]), "no field"),
    ],
)
def test_a_decision_that_is_not_founded_is_refused(walk: Walk, deal: Record, said: Verdicts, match: str) -> None:
    with being(walk, "mona"), pytest.raises((Refused, NotFound), match=match):
        walk.decide(deal, said)
    assert walk.load(deal.id).opportunity.review is ReviewState.WAITING


def test_a_decision_is_not_undone_and_not_made_twice(walk: Walk, deal: Record) -> None:
    decide(walk, deal, Verdicts(Decision.APPROVE))
    record = walk.load(deal.id)
    with pytest.raises(Refused, match="cannot be undone"):
        walk.undo(record)
    with being(walk, "mona"), pytest.raises(Refused, match="does not wait"):
        walk.decide(record, Verdicts(Decision.APPROVE))
    with pytest.raises(Refused, match="not sent back"):
        walk.submit(record)
    log = walk.store.log(deal.id, deal.account.id, ())
    assert [one.op for one in log if one.entity == "review"] == [Op.INSERT]


def test_what_does_not_hold_is_neither_approved_nor_submitted(walk: Walk, deal: Record) -> None:
    walk.save(walk.set(deal, address("close_validated_by"), ""))
    with being(walk, "mona"), pytest.raises(GateClosed):
        walk.decide(deal, Verdicts(Decision.APPROVE))
    decide(walk, deal, Verdicts(Decision.REVISE, comment="Nobody has agreed to the date"))
    record = walk.load(deal.id)
    with pytest.raises(GateClosed):
        walk.submit(record)


def test_the_clock_is_in_the_list_and_the_longest_waiting_first(walk: Walk, deal: Record) -> None:
    other = walk_sample(walk, None, sample=False)
    edits = Edits(other)
    edits.set(other.opportunity, "review_since", dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
    walk.save(walk.finish(edits))
    found = waiting(walk)
    assert [one.line.id for one in found] == [other.id, deal.id]
    assert str(found[0].state).startswith("overdue")
    assert not str(found[1].state).startswith("overdue")


# Closing


@pytest.mark.parametrize("status", CLOSED)
def test_a_closed_deal_is_taken_up_again(walk: Walk, deal: Record, status: Status) -> None:
    walk.save(walk.close(deal, status, walk.context.today, "Best value", lost_to="Nobody"))
    closed = walk.load(deal.id)
    assert (closed.opportunity.status, closed.exists, closed.is_closed) == (status, True, True)
    assert waiting(walk) == []
    with being(walk, "mona"), pytest.raises(Refused, match="does not wait"):
        walk.decide(closed, Verdicts(Decision.APPROVE))
    walk.save(walk.reopen(closed))
    again = walk.load(deal.id).opportunity
    assert (again.status, again.closed_on, again.closed_amount, again.lost_to) == (Status.CREATED, None, None, None)
