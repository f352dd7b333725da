"""A person who was erased does not come back by what was written before: packets, files, late answers (privacy)."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.enrichment import Answer
from oppwizard.enrichment.rounds import Found
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import import_file
from oppwizard.handoff.merging import Who
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, pack
from oppwizard.handoff.telling import packet as told
from oppwizard.model.base import new_id
from oppwizard.model.contact import Contact
from oppwizard.model.enums import HandoffKind
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.enriching import questions
from oppwizard.walk.forgetting import forget, plan
from oppwizard.walk.tracing import subject
from tests.handoff.conftest import NewWalk

NAME = "Dana Whitfield"


def send(walk: Walk, path: Path, *ids: UUID) -> Path:
    kind = HandoffKind.TERRITORY if len(ids) > 1 else HandoffKind.SDR_AE
    return pack(walk, list(ids), Order(kind, "alex", "The customer is in a hurry"), path).path


def take(walk: Walk, path: Path) -> list[int]:
    """Take a packet in; how many people of each record stayed out."""
    with look(walk, path) as incoming:
        incoming.take({news.id: {one.place: Who.MINE for one in news.conflicts} for news in incoming.news})
        return [news.erased for news in incoming.news]


def erase(walk: Walk, name: str = NAME) -> set[UUID]:
    whom = subject(walk, name)
    forget(walk, plan(walk, whom))
    return whom.contacts


def is_gone(walk: Walk, contacts: set[UUID]) -> bool:
    """Whether no row, no log and no text holds anything of the person."""
    people = [person for one in walk.store.ids() for person in walk.load(one).people]
    assert not contacts & {person.contact.id for person in people}
    assert all(walk.store.contact(one) is None for one in contacts)
    texts = walk.store.texts(lambda text, *_: "whitfield" in text.lower())
    return not [stored for stored in texts if "whitfield" in stored.text.lower()]


@pytest.fixture
def sam(walk: Walk, finished: Record) -> Walk:
    return walk


def test_an_older_packet_does_not_bring_the_person_back(
    sam: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path
) -> None:
    older = send(sam, tmp_path / "older.oppwiz", finished.id)
    alex = new_walk("alex")
    assert take(alex, older) == [0]
    gone = erase(alex)
    with look(alex, older) as incoming:
        lines = [line.text for line in told(incoming) if line.loud]
        decided = [line.text for line in told(incoming) if line.decide]
    assert "People who were erased from this store, and stay out of it: 1" in lines
    assert all("[erased]" in line for line in decided), "of a text that was cleaned here a person decides"
    assert take(alex, older) == [1]
    assert is_gone(alex, gone)


def test_nor_does_a_newer_one_from_a_store_that_still_has_them(
    sam: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    take(alex, send(sam, tmp_path / "one.oppwiz", finished.id))
    gone = erase(alex)
    record = sam.load(finished.id)
    dana = next(person for person in record.people if person.name == NAME)
    sam.save(sam.set(record, Address("people", "email", dana.id), "dana.whitfield@new.example.com"))
    sam.save(sam.attach(sam.load(finished.id), "terms.txt", b"30 days"))
    assert take(alex, send(sam, tmp_path / "two.oppwiz", finished.id)) == [1]
    assert is_gone(alex, gone)
    assert [one.name for one in alex.load(finished.id).attachments] == ["terms.txt"]


def test_nor_does_another_record_of_a_territory_in_which_they_have_a_place(
    sam: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    take(alex, send(sam, tmp_path / "one.oppwiz", finished.id))
    gone = erase(alex)
    twin = sam.duplicate(sam.load(finished.id))
    assert take(alex, send(sam, tmp_path / "all.oppwiz", finished.id, twin.id)) == [1, 1]
    assert {person.name for person in alex.load(twin.id).people} == {"Luis Ferrer", "Priya Nand"}
    assert is_gone(alex, gone)


def test_nor_does_a_file_that_was_erased_with_them(
    sam: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path
) -> None:
    sam.save(sam.attach(sam.load(finished.id), "minutes.txt", b"attended by Dana Whitfield"))
    older = send(sam, tmp_path / "older.oppwiz", finished.id)
    alex = new_walk("alex")
    take(alex, older)
    erase(alex)
    take(alex, older)
    assert alex.load(finished.id).attachments == []
    digest = sam.load(finished.id).attachments[0].digest
    assert not alex.store.files_held([digest])


def test_a_store_that_still_has_the_person_keeps_them(
    sam: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path
) -> None:
    """The log that came from where they were erased does not speak for other deals here."""
    twin = sam.duplicate(sam.load(finished.id))
    alex = new_walk("alex")
    take(alex, send(sam, tmp_path / "all.oppwiz", finished.id, twin.id))
    erase(sam)
    take(alex, send(sam, tmp_path / "after.oppwiz", finished.id))
    assert NAME not in {person.name for person in alex.load(finished.id).people}
    assert NAME in {person.name for person in alex.load(twin.id).people}
    assert not alex.store.erased() & {person.contact.id for person in alex.load(twin.id).people}


@pytest.mark.parametrize("renewed", [False, True])
def test_a_file_of_records_does_not_bring_the_person_back(
    sam: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path, *, renewed: bool
) -> None:
    """Neither where its other rows are in the store already, so that all of them get other identities."""
    alex = new_walk("alex")
    take(alex, send(sam, tmp_path / "one.oppwiz", finished.id))
    gone = erase(alex)
    document = json.loads(dumps(to_document(finished if renewed else sam.duplicate(finished), sam)))
    document["opportunity"]["id"] = str(new_id())
    path = tmp_path / "records.json"
    path.write_text(json.dumps(document), "utf-8")
    (outcome,) = import_file(alex, path)
    assert outcome.id is not None
    assert [str(one.problem) for one in outcome.problems if one.place == "people"] == [
        "People who were erased from this store, and stay out of it: 1"
    ]
    record = alex.load(outcome.id)
    assert {person.name for person in record.people} == {"Luis Ferrer", "Priya Nand"}
    assert record.opportunity.decision_maker_id is None
    assert all(alex.store.contact(one) is None for one in gone)


def test_an_answer_that_comes_after_the_erasure_is_dropped(sam: Walk, finished: Record) -> None:
    record = sam.load(finished.id)
    dana = next(person for person in record.people if person.name == NAME)
    asked = next(one for one in questions(record) if one.subject == dana.contact.id)
    gone = erase(sam)
    move = sam.enrich(
        sam.load(finished.id), Found("crm", asked, (Answer("people.title", "Head of Whitfield affairs"),))
    )
    assert move.batch is None
    assert move.proposed == move.filled == []
    assert is_gone(sam, gone)


def test_the_memory_of_an_erasure_holds_identities_only(sam: Walk, finished: Record) -> None:
    assert sam.store.erased() == frozenset()
    gone = erase(sam)
    assert gone <= sam.store.erased()
    entries = [one for one in sam.store.history(finished.id, limit=5_000) if one.row_id in sam.store.erased()]
    assert entries
    assert all((one.old, one.new) == (None, None) for one in entries)
    assert {one.entity for one in entries} >= {str(Contact.__tablename__)}
