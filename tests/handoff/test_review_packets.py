"""Rep and manager with a store each: the review travels as a packet, the decision comes back with its receipt (Q1)."""

from pathlib import Path

import pytest

from oppwizard.errors import NotFound, Refused
from oppwizard.handoff.receipts import enter, read_receipt, report, reviewed_packet
from oppwizard.handoff.receiving import look
from oppwizard.handoff.refusals import PacketRefused
from oppwizard.handoff.sending import Order, pack
from oppwizard.model.enums import Decision, HandoffKind, HandoffState, ReviewState, Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.process.reviewing import REMARK
from oppwizard.walk import Walk
from oppwizard.walk.reviewing import Opinion, Verdicts
from oppwizard.walk.timeline import timeline
from oppwizard.who import Me
from tests.handoff.conftest import NewWalk


def to_manager(walk: Walk, record: Record, path: Path) -> Path:
    return pack(walk, [record.id], Order(HandoffKind.REVIEW, "mona", "A warning is left"), path).path


def take(walk: Walk, path: Path) -> None:
    with look(walk, path) as incoming:
        incoming.take({})


@pytest.fixture
def mona(walk: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path) -> Walk:
    """The manager, with a store of her own into which the record came for its review."""
    manager = new_walk("mona")
    manager.context.me = Me(name="mona", role="manager")
    take(manager, to_manager(walk, walk.load(finished.id), tmp_path / "review.oppwiz"))
    return manager


def decided(mona: Walk, finished: Record, said: Verdicts, path: Path) -> Path:
    record = mona.load(finished.id)
    mona.save(mona.decide(record, said))
    report(mona, mona.load(finished.id), path)
    return path


REVISE = Verdicts(
    Decision.REVISE,
    {"close_date": Opinion(agrees=False, note="Who said so?")},
    [(address("close_on"), "Too soon"), (address("why_us"), "Thin")],
    "Mend the date first",
)


def test_the_record_waits_in_the_managers_store_too(mona: Walk, finished: Record) -> None:
    record = mona.load(finished.id)
    assert record.opportunity.review is ReviewState.WAITING
    assert record.opportunity.owner == finished.opportunity.owner
    assert reviewed_packet(mona, record) is not None


def test_comments_come_back_to_their_fields_and_the_rep_submits_again(
    walk: Walk, mona: Walk, finished: Record, tmp_path: Path
) -> None:
    receipt = read_receipt(decided(mona, finished, REVISE, tmp_path / "r.json"))
    assert enter(walk, receipt) == 1
    record = walk.load(finished.id)
    assert record.opportunity.review is ReviewState.REVISE
    places = {str(one.at) for one in walk.verdict(record).findings if one.code == REMARK}
    assert places == {"close_on", "why_us"}
    assert [(one.state, one.reason) for one in record.handoffs][-1] == (HandoffState.RETURNED, "revise")
    theirs = mona.load(finished.id)
    assert [one.model_dump(exclude={"updated_at"}) for one in record.reviews] == [
        one.model_dump(exclude={"updated_at"}) for one in theirs.reviews
    ]
    assert enter(walk, receipt) == 0, "a second time it says nothing new"
    told = [one.detail for one in timeline(walk, walk.load(finished.id))]
    assert any(detail.startswith("Sent back for revision") for detail in told)
    assert any("Close date: Too soon" in detail for detail in told)

    walk.save(walk.set(record, address("why_us"), "They trust the team that installed the first site"))
    for remark in list(record.remarks):
        walk.save(walk.settle(record, remark.id, "Done"))
    walk.save(walk.submit(record))
    take(mona, to_manager(walk, walk.load(finished.id), tmp_path / "again.oppwiz"))
    again = mona.load(finished.id)
    assert again.opportunity.review is ReviewState.WAITING
    assert again.opportunity.why_us == "They trust the team that installed the first site"
    assert all(remark.settled_at for remark in again.remarks)
    approved = decided(mona, finished, Verdicts(Decision.APPROVE), tmp_path / "approved.json")
    enter(walk, read_receipt(approved))
    last = walk.load(finished.id)
    assert last.opportunity.review is ReviewState.ACTIVE
    assert [one.decision for one in last.reviews] == [Decision.REVISE, Decision.APPROVE]
    logs = [side.store.log(finished.id, finished.account.id, ()) for side in (walk, mona)]
    keys = [{(one.action, one.row_id, one.field, one.new) for one in log} for log in logs]
    assert keys[0] == keys[1], "both stores know the same history"


@pytest.mark.parametrize("became", [Status.DRAFT, Status.DISQUALIFIED])
def test_a_rejection_comes_back(walk: Walk, mona: Walk, finished: Record, tmp_path: Path, became: Status) -> None:
    said = Verdicts(Decision.REJECT, remarks=[(address("budget_status"), "There is no budget")], became=became)
    enter(walk, read_receipt(decided(mona, finished, said, tmp_path / "r.json")))
    record = walk.load(finished.id)
    assert (record.opportunity.status, record.opportunity.review) == (became, None)
    if became is Status.DISQUALIFIED:
        assert record.opportunity.set_aside_reason == "There is no budget"


def test_a_receipt_waits_for_a_decision_and_is_written_once(
    walk: Walk, mona: Walk, finished: Record, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="Nothing was decided"):
        report(mona, mona.load(finished.id), tmp_path / "r.json")
    decided(mona, finished, REVISE, tmp_path / "r.json")
    with pytest.raises(NotFound):
        report(mona, mona.load(finished.id), tmp_path / "r2.json")
    with pytest.raises(NotFound):
        report(walk, walk.load(finished.id), tmp_path / "r3.json")
    assert [one.name for one in tmp_path.glob("r*.json")] == ["r.json"]


@pytest.mark.parametrize(
    ("field", "value"), [("review", '"active"'), ("status", '"won"'), ("review_since", '"2030-01-01T00:00:00Z"')]
)
def test_a_receipt_that_says_more_than_its_decision_is_refused(
    walk: Walk, mona: Walk, finished: Record, tmp_path: Path, field: str, value: str
) -> None:
    receipt = read_receipt(decided(mona, finished, REVISE, tmp_path / "r.json"))
    changes = receipt.body.changes[finished.id]
    (one,) = [one for one in changes if one["field"] == ("review" if field == "status" else field)]
    one["field"], one["new"] = field, value
    before = walk.load(finished.id).opportunity.model_dump()
    with pytest.raises(PacketRefused):
        enter(walk, receipt)
    assert walk.load(finished.id).opportunity.model_dump() == before


def test_nobody_approves_their_own_record_by_a_receipt(
    walk: Walk, mona: Walk, finished: Record, tmp_path: Path
) -> None:
    receipt = read_receipt(decided(mona, finished, Verdicts(Decision.APPROVE), tmp_path / "r.json"))
    for one in receipt.body.changes[finished.id]:
        if one["entity"] == "review":
            one["new"] = one["new"].replace('"mona"', '"REP"')
    with pytest.raises(PacketRefused, match="own record"):
        enter(walk, receipt)
    assert walk.load(finished.id).opportunity.review is ReviewState.WAITING
