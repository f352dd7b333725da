"""Erasing a person: nothing of them is left anywhere, and everything else is (privacy)."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, inspect, text

from oppwizard.data.erasing import tables
from oppwizard.data.tables import Message, Op, Pushed, Source
from oppwizard.errors import NotFound, Refused, StaleWrite
from oppwizard.model.base import utc_now
from oppwizard.model.enums import ProposalState, Stage, Status
from oppwizard.model.findings import Address, address
from oppwizard.model.notices import Event
from oppwizard.model.parts import Proposal
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.forgetting import Forgotten, Plan, forget, plan
from oppwizard.walk.move import Edits
from oppwizard.walk.tracing import subject
from tests.walk.rows import dump

NAME = "Dana Whitfield"
TRACES = (b"Dana", b"Whitfield", b"whitfield", b"dana.whitfield", b"5550118", b"555-0118", b"555 0118")


def _person(record: Record, name: str = NAME) -> UUID:
    return next(person.id for person in record.people if person.name == name)


def _left(path: Path) -> Iterator[str]:
    """Every cell of every table that still holds a trace."""
    engine = create_engine(f"sqlite:///{path}")
    pattern = re.compile("dana|whitfield|555.{0,2}0118", re.IGNORECASE)
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                for column, value in row.items():
                    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    if pattern.search(shown):
                        yield f"{table}.{column}: {shown[:200]}"
    engine.dispose()


def _fill(walk: Walk, record: Record) -> None:
    """Let the person stand in every kind of place there is."""
    dana = _person(record)
    at = Address("people", "email", dana)
    walk.save(walk.hold(record, at, "dana at whitfield"))
    walk.save(walk.hold(record, address("next_step_on"), "when Dana is back"))
    walk.save(walk.note(record, "Dana said: call +1 (253) 555-0118.\nDana Whitfield agrees"))
    walk.save(walk.set(record, address("objections"), "Ms Whitfield fears the change"))
    walk.save(walk.set(record, address("objections"), "The planner fears the change"))
    walk.save(walk.attach(record, "whitfield-cv.txt", b"nothing in it"))
    walk.save(walk.attach(record, "minutes.txt", b"attended by Dana Whitfield"))
    walk.save(walk.attach(record, "offer.pdf", b"%PDF-1.7 \x00\xff binary"))
    walk.save(walk.attach(record, "plan.txt", b"what we do"))
    contact = next(person.contact for person in record.people if person.id == dana)
    edits = Edits(record)
    proposal = Proposal(
        opportunity_id=record.id,
        place=str(Address("people", "title", dana)),
        subject=contact.id,
        value=json.dumps("Head of Dana Affairs"),
        provider="crm",
        on=dt.date(2026, 11, 20),
        state=ProposalState.WAITING,
    )
    record.proposals.append(proposal)
    edits.insert(proposal)
    walk.save(walk.finish(edits))
    now = utc_now()
    message = Message(
        key="k",
        event=Event.CREATED,
        record_id=record.id,
        channel="c",
        title="Dana",
        created_at=now,
        body="Dana Whitfield decides",
        next_at=now,
    )
    move = walk.note(record, "plain")
    assert move.batch is not None
    move.batch.messages.append(message)
    walk.save(move)
    walk.store.pushed.write(
        [Pushed(crm="salesforce", target="t", sheet="Contact", identity=str(contact.id), record_id=record.id,
                remote_id="003X")]
    )  # fmt: skip


def _forgotten(walk: Walk, *, keep: bool = False, name: str = NAME) -> tuple[Plan, Forgotten]:
    made = plan(walk, subject(walk, name))
    places = {one.place for one in made.mentions if keep}
    files = {one.attachment_id for one in made.files if keep}
    return made, forget(walk, made, places, files)


@pytest.mark.file
def test_nothing_of_the_person_is_left_in_any_table_or_byte(walk: Walk, finished: Record) -> None:
    _fill(walk, finished)
    assert list(_left(walk.store.path))
    made, done = _forgotten(walk)
    assert list(_left(walk.store.path)) == []
    assert done.scrubbed
    files = [path for path in walk.store.path.parent.iterdir() if path.name.startswith(walk.store.path.name)]
    for file in files:
        held = file.read_bytes()
        assert [trace for trace in TRACES if trace in held] == [], file
    assert [(one.crm, one.remote_id) for one in made.pushed] == [("salesforce", "003X")]
    assert sorted(one.name for one in made.files) == ["minutes.txt", "whitfield-cv.txt"]
    assert made.unread == 1
    assert done.kept == 0


def test_a_dry_run_says_what_would_be_touched_and_changes_nothing(walk: Walk, finished: Record) -> None:
    _fill(walk, finished)
    before, version = dump(walk.load(finished.id), frozenset()), len(walk.store.history(finished.id, limit=5_000))
    made = plan(walk, subject(walk, NAME))
    assert dump(walk.load(finished.id), frozenset()) == before
    assert len(walk.store.history(finished.id, limit=5_000)) == version
    texts = {str(one.label): one for one in made.mentions}
    assert {"Attendees", "Validated by", "Note", "Typed, but no value yet"} <= texts.keys()
    assert texts["Concerns and objections"].is_former  # the field says something else by now
    assert [(one.after, one.becomes_incomplete) for one in made.records] == [(Stage.QUALIFICATION, True)]


def test_the_record_is_judged_anew_and_shown_as_incomplete(walk: Walk, finished: Record) -> None:
    made = plan(walk, subject(walk, NAME))
    done = forget(walk, made)
    assert [one.becomes_incomplete for one in made.records] == [True]
    assert [one.becomes_incomplete for one in done.records] == [True]
    record = walk.load(finished.id)
    verdict = walk.verdict(record)
    assert verdict.open_stage is Stage.QUALIFICATION
    assert record.opportunity.open_stage == int(Stage.QUALIFICATION)
    assert record.opportunity.open_points == len(verdict.open_points(Stage.QUALIFICATION))
    assert "decision_maker_id" in {str(point.at) for point in verdict.open_points(Stage.QUALIFICATION)}
    closing = {str(point.at) for point in verdict.open_points(Stage.DATA_COLLECTION)}
    assert "close_validated_by" in closing  # a mark alone says nothing


def test_the_log_says_that_somebody_was_erased_and_keeps_the_rest(walk: Walk, finished: Record) -> None:
    before = walk.store.history(finished.id, limit=5_000)
    _forgotten(walk)
    after = walk.store.history(finished.id, limit=5_000)
    known = {change.seq: change for change in after}
    assert {change.seq for change in before} <= known.keys()
    for old in before:
        new = known[old.seq]
        assert (old.action, old.op, old.entity, old.row_id, old.field, old.who, old.at) == (
            new.action, new.op, new.entity, new.row_id, new.field, new.who, new.at)  # fmt: skip
        if "hitfield" not in f"{old.old}{old.new}" and old.entity not in ("contact", "stakeholder"):
            assert (old.old, old.new) == (new.old, new.new)
        for value in (new.old, new.new):
            assert value is None or json.loads(value) is not Ellipsis  # it is JSON still
    marks = [change for change in after if change.source is Source.ERASURE and change.entity == "contact"]
    assert [(mark.op, mark.who, mark.reason, mark.old, mark.new) for mark in marks] == [
        (Op.DELETE, "rep", "A person was erased", None, None)
    ]
    assert any("A person was erased" in line for line in walk.told_history(walk.load(finished.id)))


@pytest.mark.file
def test_undo_and_redo_bring_nobody_back(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    walk.save(walk.remove(record, "people", _person(record)))
    undone = walk.undo(walk.load(finished.id))
    assert undone is not None
    walk.save(undone)
    _forgotten(walk)
    assert walk.redo(walk.load(finished.id)) is None
    with pytest.raises(Refused, match="A person was erased"):
        walk.undo(walk.load(finished.id))
    walk.save(walk.note(walk.load(finished.id), "Later"))
    later = walk.undo(walk.load(finished.id))
    assert later is not None
    walk.save(later)
    with pytest.raises(Refused):
        walk.undo(walk.load(finished.id))
    assert list(_left(walk.store.path)) == []


@pytest.mark.file
def test_texts_may_be_kept_as_they_are(walk: Walk, finished: Record) -> None:
    walk.save(walk.note(walk.load(finished.id), "Dana Whitfield agrees"))
    _made, done = _forgotten(walk, keep=True)
    record = walk.load(finished.id)
    assert done.redacted == 0
    assert done.kept > 2
    assert any(note.body == "Dana Whitfield agrees" for note in record.notes)
    assert record.opportunity.close_validated_by == NAME
    assert NAME not in {person.name for person in record.people}
    left = list(_left(walk.store.path))
    assert not [cell for cell in left if cell.startswith(("contact.", "stage_passage.", "outbox."))]


def test_one_text_may_be_kept_with_its_history_and_another_not(walk: Walk, finished: Record) -> None:
    made = plan(walk, subject(walk, NAME))
    kept = next(one.place for one in made.mentions if one.place.column == "discovery_attendees")
    forget(walk, made, {kept})
    record = walk.load(finished.id)
    assert NAME in (record.opportunity.discovery_attendees or "")
    assert NAME not in (record.opportunity.close_validated_by or "")
    logged = walk.store.changes_of(finished.id, "opportunity", "discovery_attendees")
    assert any(NAME in (change.new or "") for change in logged)


def test_other_people_and_rows_stay_as_they_are(walk: Walk, finished: Record) -> None:
    before = dump(walk.load(finished.id))
    _forgotten(walk)
    after = dump(walk.load(finished.id))
    gone = before.keys() - after.keys()
    assert sorted(kind for kind, _row in gone) == ["Contact", "Stakeholder"]
    for key in before.keys() & after.keys():
        changed = {name for name, value in before[key].items() if after[key][name] != value}
        texts = {name for name in changed if "[erased]" in str(after[key][name])}
        if key[0] in ("LineItem", "TeamMember", "Risk", "PlanItem", "Competitor"):
            assert changed <= texts, key
    assert {person.name for person in walk.load(finished.id).people} == {"Luis Ferrer", "Priya Nand"}


@pytest.mark.file
def test_the_same_person_in_two_deals_goes_from_both(walk: Walk, finished: Record) -> None:
    other = walk.duplicate(walk.load(finished.id))
    assert NAME in {person.name for person in other.people}
    _forgotten(walk)
    for record_id in (finished.id, other.id):
        assert NAME not in {person.name for person in walk.load(record_id).people}
        sources = {change.source for change in walk.store.history(record_id, limit=5_000)}
        assert Source.ERASURE in sources
    assert list(_left(walk.store.path)) == []


@pytest.mark.file
def test_somebody_who_was_taken_out_of_a_draft_long_ago_is_found_in_the_log(walk: Walk) -> None:
    record = walk.start("Acme")
    move = walk.add(record, "people", name=NAME, email="dana@acme.example.com")
    walk.save(move)
    assert move.row is not None
    walk.save(walk.remove(record, "people", move.row))
    assert list(_left(walk.store.path))
    made, _done = _forgotten(walk, name="dana@acme.example.com")
    assert made.records == []
    assert list(_left(walk.store.path)) == []


def test_a_namesake_elsewhere_is_another_person(walk: Walk, finished: Record) -> None:
    other = walk.start("Elsewhere Ltd")
    walk.save(walk.add(other, "people", name=NAME, email="dana@elsewhere.example.com"))
    walk.save(walk.note(other, "Dana Whitfield called; mail dana.whitfield@harbortools.example.com too"))
    with pytest.raises(NotFound, match="may be several people"):
        subject(walk, NAME)
    whom = subject(walk, "dana.whitfield@harbortools.example.com")
    assert [trace.contact_id for trace in whom.others] == [other.people[0].contact.id]
    forget(walk, plan(walk, whom))
    left = walk.load(other.id)
    assert [person.name for person in left.people] == [NAME]
    assert [note.body for note in left.notes] == ["Dana Whitfield called; mail [erased] too"]


@pytest.mark.file
def test_a_step_that_comes_too_late_brings_nobody_back(walk: Walk, finished: Record) -> None:
    late = walk.load(finished.id)
    move = walk.set(late, Address("people", "title", _person(late)), "Chief")
    _forgotten(walk)
    with pytest.raises(StaleWrite):
        walk.save(move)
    assert move.batch is not None
    _fresh, moves, _conflicts = walk.rebase(finished.id, [move.batch])
    for each in moves:
        walk.save(each)
    assert list(_left(walk.store.path)) == []


def test_a_closed_deal_stays_closed(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    walk.save(walk.close(record, Status.WON, walk.context.today, "Dana Whitfield pushed it"))
    _forgotten(walk)
    assert walk.load(finished.id).opportunity.status is Status.WON
    assert walk.load(finished.id).opportunity.close_reason == "[erased] pushed it"


def test_accounts_are_not_found_by_the_person_any_more(walk: Walk, finished: Record) -> None:
    before = walk.store.flat()
    _forgotten(walk)
    from oppwizard.checks.duplicates import keys_of_account

    account = walk.load(finished.id).account
    wanted = set(keys_of_account(account, walk.store.contacts_of(account.id, None)))
    near = walk.store.near(wanted, 100)
    assert before
    assert [set(each.keys) for each in near if each.account_id == account.id] == [wanted]


@pytest.mark.file
def test_every_table_of_the_store_is_looked_into(walk: Walk) -> None:
    """A new table has to be looked into, or to be named here as one that holds no words."""
    engine = create_engine(f"sqlite:///{walk.store.path}")
    there = set(inspect(engine).get_table_names())
    engine.dispose()
    wordless = {"alembic_version", "blob", "match_key", "match_name", "match_state"}
    assert there - {table.name for table in tables()} == wordless
