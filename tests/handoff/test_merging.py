"""Two copies of a record become one: nothing that either side wrote is lost; doing it again changes nothing (H4)."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from oppwizard.data.store import Author, Batch, Source
from oppwizard.enrichment import Answer
from oppwizard.enrichment.rounds import Found
from oppwizard.exchange.document import dumps, to_document
from oppwizard.handoff.logged import as_lines, from_lines, shared_of
from oppwizard.handoff.merging import Merge, Who, merge
from oppwizard.handoff.restoring import restored
from oppwizard.model.enums import Status, TouchpointKind
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.enriching import questions
from tests.handoff.conftest import NewWalk


def bring(giver: Walk, taker: Walk, record: Record, decide: Who | None = None) -> Merge:
    """Merge the giver's copy into the taker's store, as a packet would."""
    theirs = giver.load(record.id)
    log = giver.store.log(theirs.id, theirs.account.id, shared_of(theirs))
    document = json.loads(dumps(to_document(theirs, giver)), parse_float=Decimal)
    read = from_lines(b"".join(as_lines(log)), theirs.id, shared_of(theirs))
    there = [one for one in taker.store.ids() if one == record.id]
    mine = taker.load(there[0]) if there else None
    known = taker.store.log(theirs.id, (mine or theirs).account.id, shared_of(mine) if mine else shared_of(theirs))

    def merged() -> Merge:
        own = taker.load(there[0]) if there else None
        return merge(taker, own, restored(taker, document, theirs.id, read), (known, read), decided)

    decided: dict[Any, Who] = {}
    if decide is not None:
        decided = {one.place: decide for one in merged().conflicts}
    found = merged()
    if found.edits or found.history:
        author = Author("taker", Source.IMPORT)
        batch = taker.finish(found.edits, author=author).batch or Batch(found.record, [], {}, author)
        batch.received = tuple(found.history)
        taker.store.commit(batch)
    return found


def told(walk: Walk, record: Record) -> dict[str, Any]:
    """A record as a document, without what each store counts for itself."""
    document: dict[str, Any] = json.loads(dumps(to_document(walk.load(record.id), walk)))

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(item) for key, item in value.items() if key not in ("updated_at", "revision")}
        if isinstance(value, list):
            return sorted((bare(item) for item in value), key=str)
        return value

    plain: dict[str, Any] = bare(document)
    return plain


@pytest.fixture
def apart(new_walk: NewWalk) -> Callable[[], tuple[Walk, Walk, Record]]:
    """Two stores with the same record, which went from one to the other."""

    sam, alex = new_walk("sam"), new_walk("alex")

    def make() -> tuple[Walk, Walk, Record]:
        record = sam.start("Acme Pumps")
        for at, text in ((Address("people", "name"), "Dana Low"), (Address("", "business_problem"), "Pumps fail")):
            sam.save(sam.set(record, Address(at.entity or "opportunity", at.name), text))
        sam.save(sam.add(record, "lines", sku="A", quantity=Decimal(2)))
        bring(sam, alex, record)
        return sam, alex, record

    return make


Apart = Callable[[], tuple[Walk, Walk, Record]]


def put(walk: Walk, record: Record, path: str, text: str) -> None:
    mine = walk.load(record.id)
    entity, _, name = path.rpartition(".")
    row = mine.rows(entity)[0].id if entity and entity != "account" else None
    walk.save(walk.set(mine, Address(entity or "opportunity", name, row), text))


def test_a_record_comes_over_whole(apart: Apart) -> None:
    sam, alex, record = apart()
    assert told(sam, record) == told(alex, record)
    assert sam.load(record.id).account.id == alex.load(record.id).account.id
    log = [list(as_lines(walk.store.log(record.id, record.account.id, ()))) for walk in (sam, alex)]
    assert log[0] == log[1]


def test_what_one_side_changed_is_taken_and_what_the_other_did_is_kept(apart: Apart) -> None:
    sam, alex, record = apart()
    put(sam, record, "pain_points", "Night shifts")
    put(alex, record, "business_problem", "Pumps fail twice a week")
    found = bring(sam, alex, record)
    assert [(one.who, str(one.at)) for one in found.differences] == [
        (Who.THEIRS, "pain_points"),
        (Who.MINE, "business_problem"),
    ]
    deal = alex.load(record.id).opportunity
    assert (deal.pain_points, deal.business_problem) == ("Night shifts", "Pumps fail twice a week")
    assert bring(alex, sam, record).conflicts == []
    assert told(sam, record) == told(alex, record)


@pytest.mark.parametrize(("decision", "value"), [(Who.MINE, "mine"), (Who.THEIRS, "theirs"), (None, "mine")])
def test_what_both_changed_is_a_persons_to_decide_and_settled_for_good(
    apart: Apart, decision: Who | None, value: str
) -> None:
    sam, alex, record = apart()
    put(sam, record, "pain_points", "theirs")
    put(alex, record, "pain_points", "mine")
    (conflict,) = bring(sam, alex, record, decision).conflicts
    assert (conflict.mine, conflict.theirs, conflict.by) == ("mine", "theirs", "sam")
    assert alex.load(record.id).opportunity.pain_points == value
    assert bring(sam, alex, record).conflicts == []
    assert bring(alex, sam, record).conflicts == []
    assert sam.load(record.id).opportunity.pain_points == value


def test_a_row_that_is_new_comes_and_one_that_was_removed_goes(apart: Apart) -> None:
    sam, alex, record = apart()
    mine = sam.load(record.id)
    sam.save(sam.remove(mine, "lines", mine.lines[0].id))
    sam.save(sam.add(mine, "people", name="Rene Okubo"))
    alex.save(alex.add(alex.load(record.id), "competitors", name="Rival Inc"))
    bring(sam, alex, record)
    there = alex.load(record.id)
    assert [person.name for person in there.people] == ["Dana Low", "Rene Okubo"]
    assert there.lines == []
    assert [one.name for one in there.competitors] == ["Rival Inc"]


@pytest.mark.parametrize(("decision", "left"), [(Who.MINE, 1), (Who.THEIRS, 0), (None, 1)])
def test_a_row_that_one_removed_and_the_other_changed_is_decided(apart: Apart, decision: Who | None, left: int) -> None:
    sam, alex, record = apart()
    mine = sam.load(record.id)
    sam.save(sam.remove(mine, "lines", mine.lines[0].id))
    put(alex, record, "lines.quantity", "5")
    (conflict,) = bring(sam, alex, record, decision).conflicts
    assert str(conflict.at) == f"lines[{record.lines[0].id}]"
    assert len(alex.load(record.id).lines) == left
    assert bring(sam, alex, record).conflicts == [], "it is decided once"
    assert bring(alex, sam, record).conflicts == []
    assert len(sam.load(record.id).lines) == left


def test_a_removed_person_takes_references_along_and_one_kept_stays_whole(apart: Apart) -> None:
    sam, alex, record = apart()
    put(alex, record, "decision_maker_id", "Dana Low")
    mine = sam.load(record.id)
    sam.save(sam.remove(mine, "people", mine.people[0].id))
    put(alex, record, "people.title", "Head of plant")
    bring(sam, alex, record, Who.THEIRS)
    there = alex.load(record.id)
    assert (there.people, there.opportunity.decision_maker_id) == ([], None)


def test_stage_and_standing_are_never_set_back(new_walk: NewWalk, walk: Walk, finished: Record) -> None:
    alex = new_walk("alex")
    bring(walk, alex, finished)
    there = alex.load(finished.id)
    assert (there.opportunity.status, there.opportunity.stage) == (Status.CREATED, finished.opportunity.stage)
    assert there.account.standing is finished.account.standing
    assert [one.contact.standing for one in there.people] == [one.contact.standing for one in finished.people]
    put(alex, finished, "owner", "alex")
    bring(alex, walk, finished)
    back = walk.load(finished.id).opportunity
    assert (back.owner, back.stage, back.pipeline_on) == (
        "alex",
        finished.opportunity.stage,
        finished.opportunity.pipeline_on,
    )


def test_an_account_that_two_deals_share_is_kept_up_with_by_both(
    new_walk: NewWalk, walk: Walk, finished: Record
) -> None:
    alex = new_walk("alex")
    bring(walk, alex, finished)
    twin = walk.duplicate(finished)
    put(walk, twin, "account.headquarters", "Utrecht")
    put(alex, finished, "account.employees", "412")
    bring(walk, alex, twin)
    there = alex.load(finished.id).account
    assert (there.id, there.headquarters, there.employees) == (finished.account.id, "Utrecht", 412)
    assert alex.load(twin.id).account.id == there.id


def test_what_providers_propose_and_what_was_said_of_it_comes_along(apart: Apart) -> None:
    sam, alex, record = apart()
    put(sam, record, "account.headquarters", "Berlin")
    mine = sam.load(record.id)
    answers = (Answer("account.employees", 1200), Answer("account.headquarters", "Ulm"))
    sam.save(sam.enrich(mine, Found("register", questions(mine)[0], answers)))
    bring(sam, alex, record)
    assert told(sam, record) == told(alex, record)
    theirs = alex.load(record.id)
    (row,) = alex.waiting(theirs)[Address("account", "headquarters")]
    alex.save(alex.accept_proposal(theirs, row.id))
    assert bring(alex, sam, record).conflicts == []
    assert sam.load(record.id).account.headquarters == "Ulm"
    assert told(sam, record) == told(alex, record)


def test_texts_that_are_no_values_yet_come_along(apart: Apart) -> None:
    sam, alex, record = apart()
    mine = sam.load(record.id)
    sam.save(sam.hold(mine, Address("opportunity", "budget_amount"), "about a lot"))
    bring(sam, alex, record)
    assert alex.load(record.id).pending == {"budget_amount": "about a lot"}


FIELDS = ("business_problem", "pain_points", "budget_source", "people.title", "lines.product", "account.headquarters")
_edit = st.tuples(st.sampled_from(FIELDS), st.text("abc", min_size=1, max_size=5))
_row = st.tuples(
    st.sampled_from(("competitors", "touchpoints", "remove", "undo")), st.text("xyz", min_size=1, max_size=3)
)
_steps = st.lists(_edit | _row, max_size=5)


def do(walk: Walk, record: Record, steps: list[tuple[str, str]], marks: dict[str, str]) -> None:
    """Do steps; what a field was given last is kept in ``marks``."""
    for what, text in steps:
        mine = walk.load(record.id)
        if what == "competitors":
            walk.save(walk.add(mine, "competitors", name=text))
        elif what == "touchpoints":
            walk.save(walk.log(mine, TouchpointKind.CALL, walk.context.today, outcome=text))
        elif what == "remove":
            if mine.lines:
                walk.save(walk.remove(mine, "lines", mine.lines[0].id))
                marks.pop("lines.product", None)
        elif what == "undo" or (what.startswith("lines") and not mine.lines):
            continue
        else:
            put(walk, record, what, text)
            marks[what] = text


def value(walk: Walk, record: Record, path: str) -> str | None:
    entity, _, name = path.rpartition(".")
    mine = walk.load(record.id)
    if entity in ("", "account"):
        return getattr(mine.account if entity else mine.opportunity, name) or ""
    rows = mine.rows(entity)
    return (mine.value(Address(entity, name, rows[0].id)) or "") if rows else None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_steps, _steps, st.sampled_from((Who.MINE, Who.THEIRS)))
def test_no_edit_of_either_side_is_lost_and_a_second_merge_changes_nothing(
    apart: Apart, ours: list[tuple[str, str]], others: list[tuple[str, str]], side: Who
) -> None:
    sam, alex, record = apart()
    theirs: dict[str, str] = {}
    mine: dict[str, str] = {}
    do(sam, record, others, theirs)
    do(alex, record, ours, mine)
    rows = {
        kind: {row.id for walk in (sam, alex) for row in walk.load(record.id).rows(kind)}
        for kind in ("competitors", "touchpoints")
    }
    found = bring(sam, alex, record, side)
    contested = {one.at.name for one in found.conflicts}
    for path in FIELDS:
        now = value(alex, record, path)
        if now is None or path.rpartition(".")[2] in contested:
            continue
        if path in mine and path not in theirs:
            assert now == mine[path]
        elif path in theirs and path not in mine:
            assert now == theirs[path]
    for kind, all_of_them in rows.items():
        assert {row.id for row in alex.load(record.id).rows(kind)} == all_of_them
    before = told(alex, record)
    again = bring(sam, alex, record, side)
    assert (again.conflicts, again.history, told(alex, record)) == ([], [], before)
    assert bring(alex, sam, record, Who.MINE).conflicts == []
    assert told(sam, record) == before
