"""What becomes a message with the change that it tells of: once, whatever is undone, redone or saved again (A4)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from oppwizard.data.store import Store
from oppwizard.errors import StoreProblem
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import import_file
from oppwizard.handoff.receipts import Answer, answer as give_answer, enter, read_receipt
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, pack
from oppwizard.i18n import T
from oppwizard.model.base import new_id
from oppwizard.model.enums import BudgetStatus, Decision, HandoffKind, HandoffState, Stage, Status
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.reviewing import Opinion, Verdicts
from oppwizard.walk.sample import walk_sample
from oppwizard.who import Me
from tests.conftest import make_context
from tests.notify.settings import EVERYTHING, events, ruled, waiting


@contextmanager
def as_manager(walk: Walk) -> Iterator[None]:
    before = walk.context.user, walk.context.me
    walk.context.user, walk.context.me = "mona", Me(name="mona", role="manager")
    yield
    walk.context.user, walk.context.me = before


def budget_is(walk: Walk, record: Record, status: BudgetStatus) -> None:
    walk.save(walk.give(record, address("budget_status"), status))


def test_creation_is_told_once_with_its_change(walk: Walk, draft: Record) -> None:
    ruled(walk, {"on": ["created"], "to": ["team", "@manager", "@owner"]})
    draft.opportunity.manager = "Mona"
    walk.save(walk.set(draft, address("initial_note"), "Situation, next step and why they buy from us now"))
    move = walk.create(draft)
    assert waiting(walk) == []
    walk.save(move)
    found = waiting(walk)
    assert [one.channel for one in found] == ["team", "@manager:Mona", "@owner:Account executive"]
    assert {one.title for one in found} == {f"Opportunity created: {draft.opportunity.name}"}
    assert "By: rep" in found[0].body
    assert found[0].record_id == draft.id

    again = walk.load(draft.id)
    walk.save(walk.set(again, address("next_step"), "Send the offer to Ms Brandt"))
    walk.save(walk.undo(again) or pytest.fail("nothing to undo"))
    assert len(waiting(walk)) == 3


def test_what_cannot_be_saved_is_not_told(walk: Walk, draft: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled(walk)
    walk.save(walk.set(draft, address("initial_note"), "Situation, next step and why they buy from us now"))
    before = events(walk)
    move = walk.create(draft)

    def full(*_: object) -> None:
        raise StoreProblem(T("The disk is full: nothing was saved."))

    with monkeypatch.context() as patched:
        patched.setattr("oppwizard.data.commit.journal.write", full)
        with pytest.raises(StoreProblem):
            walk.save(move)
    assert events(walk) == before
    walk.save(move)
    assert "created" in events(walk)


def test_of_samples_nobody_is_told(walk: Walk) -> None:
    walk_sample(ruled(walk))
    assert waiting(walk) == []


def test_without_rules_nobody_is_told_of_anything(walk: Walk, finished: Record) -> None:
    walk.save(walk.close(walk.load(finished.id), Status.WON, walk.context.today, "Price and references"))
    assert waiting(walk) == []


def test_a_whole_walk_tells_what_its_rules_ask_for(walk: Walk) -> None:
    record = walk_sample(ruled(walk), sample=False)
    assert events(walk) == ["approval", "created", "technical", "technical"]
    walk.save(walk.close(record, Status.WON, walk.context.today, "Price and references"))
    won = waiting(walk)[-1]
    assert (won.event.value, won.body.splitlines()[0]) == ("won", "Price and references")
    walk.save(walk.reopen(record))
    walk.save(walk.close(record, Status.LOST, walk.context.today, "They stopped the project"))
    assert events(walk) == ["created", "lost", "won"]  # nobody has to approve or prepare anything any more


@pytest.mark.parametrize(
    ("decision", "event"),
    [(Decision.APPROVE, "approved"), (Decision.REVISE, "sent_back"), (Decision.REJECT, "rejected")],
)
def test_the_managers_decision_is_told(walk: Walk, finished: Record, decision: Decision, event: str) -> None:
    ruled(walk, {"on": ["approved", "sent_back", "rejected"], "to": "@owner"})
    objections = {} if decision is Decision.APPROVE else {"sized": Opinion(agrees=False, note="Services are missing")}
    with as_manager(walk):
        walk.save(walk.decide(walk.load(finished.id), Verdicts(decision, objections, comment="Services are missing")))
    (told,) = waiting(walk)
    assert told.event.value == event
    assert told.body.startswith("Services are missing\n")
    assert "By: mona" in told.body


def test_created_again_after_a_rejection_it_is_told_again(walk: Walk, finished: Record) -> None:
    ruled(walk, {"on": "created"})
    record = walk.load(finished.id)
    with as_manager(walk):
        walk.save(walk.decide(record, Verdicts(Decision.REJECT, comment="It is not qualified yet")))
    walk.save(walk.create(walk.load(finished.id)))
    assert events(walk) == ["created"]


def test_a_standing_reason_is_told_once_and_withdrawn_if_it_goes_before_it_is_sent(
    walk: Walk, finished: Record
) -> None:
    ruled(walk, {"on": "approval"})
    record = walk.load(finished.id)
    budget_is(walk, record, BudgetStatus.ALLOCATED)
    assert waiting(walk) == []
    line = Address("lines", "discount", record.lines[0].id)
    walk.save(walk.set(record, line, "25"))
    walk.save(walk.set(record, line, "30"))
    assert [one.body.splitlines()[0] for one in waiting(walk)] == ["Discount 30 %, more than 20 %"]
    record = walk.save(walk.undo(record) or pytest.fail("nothing to undo")).record
    assert [one.body.splitlines()[0] for one in waiting(walk)] == ["Discount 25 %, more than 20 %"]
    walk.save(walk.set(record, line, "5"))
    assert waiting(walk) == []


def test_what_somebody_is_still_typing_waits(walk: Walk, finished: Record) -> None:
    ruled(walk, {"on": "technical"}, settle_minutes=15)
    record, visit = walk.load(finished.id), new_id()
    name = Address("team", "name", record.team[0].id)
    for text in ("Ad", "Ada Lov", "Ada Lovelace"):
        walk.save(walk.set(record, name, text, visit=visit))
    engineers = [one for one in waiting(walk) if "engineer" in one.body]
    assert [one.body.splitlines()[0] for one in engineers] == ["The deal needs a sales engineer: Ada Lovelace"]
    assert engineers[0].next_at - engineers[0].created_at == dt.timedelta(minutes=15)


def test_a_change_that_was_put_onto_a_newer_record_is_told_once(walk: Walk, draft: Record) -> None:
    ruled(walk, {"on": "approval"})
    budget_is(walk, draft, BudgetStatus.ALLOCATED)
    move = walk.give(draft, address("budget_status"), BudgetStatus.NEEDS_APPROVAL)
    with Store.open(walk.store.place) as other:
        theirs = Walk(other, walk.playbook, walk.context)
        theirs.save(theirs.set(theirs.load(draft.id), address("why_us"), "The nearest warehouse"))
    assert move.batch is not None
    _fresh, moves, conflicts = walk.rebase(draft.id, [move.batch])
    for one in moves:
        walk.save(one)
    assert conflicts == []
    assert events(walk) == ["approval"]


def test_imported_records_are_no_news(walk: Walk, finished: Record, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(dumps(to_document(finished, walk)), encoding="utf-8")
    other = ruled(open_walk(make_context(tmp_path / "other.db")))
    import_file(other, file)
    assert other.store.counts()[Status.CREATED] == 1
    assert waiting(other) == []
    other.store.close()


def test_each_side_of_a_handoff_tells_what_it_did_itself_once_a_packet(
    walk: Walk, finished: Record, tmp_path: Path
) -> None:
    handed = ("handoff_sent", "handoff_received", "handoff_accepted", "handoff_returned")
    rule = {"on": handed, "to": ["team", "@receiver", "@sender"]}
    twin = walk.duplicate(finished)
    ids, packet, receipt = [finished.id, twin.id], tmp_path / "p.oppwiz", tmp_path / "r.json"
    pack(ruled(walk, rule), ids, Order(HandoffKind.TERRITORY, "ben", "Leaves on Friday"), packet)
    assert events(walk) == ["handoff_sent"] * 3
    assert {one.channel for one in waiting(walk)} == {"team", "@receiver:ben", "@sender:rep"}

    ben = ruled(open_walk(make_context(tmp_path / "ben.db", "ben")), rule, {"on": EVERYTHING})
    with look(ben, packet) as incoming:
        incoming.take()
        incoming.take()
    assert events(ben) == ["handoff_received"] * 3
    give_answer(ben, incoming.cover.packet, Answer(HandoffState.ACCEPTED, 5, "", ""), receipt)
    assert events(ben) == ["handoff_accepted"] * 3 + ["handoff_received"] * 3
    ben.store.close()

    enter(walk, read_receipt(receipt))
    assert events(walk) == ["handoff_sent"] * 3


def test_stages_before_scoping_need_nobody_yet(walk: Walk) -> None:
    record = walk_sample(ruled(walk), Stage.SCOPING, sample=False)
    walk.save(walk.add(record, "lines", discount=Decimal(50)))
    assert waiting(walk) == []
