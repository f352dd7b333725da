"""Finding single things, and removing samples."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from oppwizard.data import lookups
from oppwizard.data.store import Author, Batch, Edit, Op, Source, Store
from oppwizard.errors import NotFound, Refused
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Standing, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import TeamMember
from oppwizard.model.record import Record

Deal = Callable[..., Record]
Change_ = Callable[..., Batch]
ME = Author("me")
FIRST, SECOND = UUID("aaaa0000-0000-7000-8000-0000000b1111"), UUID("aaaa0000-0000-7000-8000-0000000c1111")


@pytest.fixture
def pair(store: Store, new_deal: Deal, save: Deal) -> None:
    save(store, new_deal(id=FIRST, title="First"))
    save(store, new_deal(id=SECOND, title="Second"))


@pytest.mark.parametrize("reference", [str(FIRST), FIRST.hex.upper(), "b1111", "0b1111", f" {str(FIRST)[-13:]} "])
def test_a_record_is_found_by_any_unambiguous_end(store: Store, pair: None, reference: str) -> None:
    assert store.find(reference) == FIRST


def test_a_record_is_found_by_its_beginning(store: Store, new_deal: Deal, save: Deal) -> None:
    save(store, new_deal(id=FIRST))
    save(store, new_deal(id=UUID(int=5)))

    assert store.find("aaaa-0") == FIRST


@pytest.mark.parametrize("reference", ["1111", "aaaa", "aaaa0000-0000"])
def test_an_ambiguous_reference_lists_what_it_could_be(store: Store, pair: None, reference: str) -> None:
    with pytest.raises(NotFound, match=r"several records.*First.*Second"):
        store.find(reference)


@pytest.mark.parametrize("reference", ["", "111", "b11%", "zzzz", "ffff", "a" * 33, "%%%%", str(UUID(int=9))])
def test_an_unknown_reference_is_not_found(store: Store, pair: None, reference: str) -> None:
    with pytest.raises(NotFound, match="no record"):
        store.find(reference)


def account(**values: Any) -> Account:
    return Account(standing=Standing.ACTIVE, **values)


def test_accounts_are_offered_by_any_of_their_names(store: Store, new_deal: Deal, save: Deal) -> None:
    acme = account(legal_name="Acme Holding GmbH", dba="ACME", name_key="acme holding", headquarters="Köln")
    save(store, new_deal(account=acme, status=Status.CREATED))
    save(store, new_deal(account=account(legal_name="Big Acme", name_key="big acme")))
    save(store, new_deal(account=Account(legal_name="Acme proposed", name_key="acme proposed")))

    hits = store.accounts_like("acme")

    assert [(hit.name, hit.deals) for hit in hits] == [("Acme Holding GmbH", 1), ("Big Acme", 0)]
    assert (hits[0].id, hits[0].dba, hits[0].headquarters) == (acme.id, "ACME", "Köln")
    assert [hit.name for hit in store.accounts_like("HOLDING acme")] == ["Acme Holding GmbH"]
    assert [hit.name for hit in store.accounts_like("acme", limit=1)] == ["Acme Holding GmbH"]
    assert store.accounts_like("%") == store.accounts_like("  ") == []


def test_an_active_account_is_found_by_its_key(store: Store, new_deal: Deal, save: Deal) -> None:
    known = account(legal_name="Acme", name_key="acme")
    save(store, new_deal(account=Account(dba="Acme", name_key="acme")))
    save(store, new_deal(account=known))

    assert store.active_account_by_key("acme") == known
    assert store.active_account_by_key("other") is None
    assert store.active_account_by_key("") is None
    assert store.account(known.id) == known


def test_people_of_an_account(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(full=True))
    active = Contact(account_id=record.account.id, name="Ada", standing=Standing.ACTIVE)
    store.commit(Batch(record, [Edit(Op.INSERT, Contact, active.id, new=active)], {}, ME))

    proposed = record.people[0].contact
    assert store.contacts_of(record.account.id) == [active]
    assert store.contacts_of(record.account.id, None) == [active, proposed]
    assert store.contact_names(record.account.id) == {active.id: "Ada", proposed.id: "Grace Hopper"}
    assert store.contact(active.id) == active


def test_values_used_before_are_offered(store: Store, new_deal: Deal, save: Deal) -> None:
    for owner in ("Ada", "Ada", "Alan", "Bo", "A%", "", None):
        save(store, new_deal(full=True, owner=owner))

    assert store.used_values(Opportunity, "owner") == ["A%", "Ada", "Alan", "Bo"]
    assert store.used_values(Opportunity, "owner", "a") == ["A%", "Ada", "Alan"]
    assert store.used_values(Opportunity, "owner", "A%") == ["A%"]
    assert store.used_values(Opportunity, "owner", "A", limit=2) == ["A%", "Ada"]
    assert store.used_values(TeamMember, "name", "A") == []


def test_identities_stream_in_order(store: Store, new_deal: Deal, save: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "_CHUNK", 2)
    drafts = [save(store, new_deal()).id for _ in range(5)]
    created = save(store, new_deal(status=Status.CREATED)).id

    assert list(store.ids()) == sorted([*drafts, created])
    assert list(store.ids(frozenset({Status.CREATED}))) == [created]


def count(store: Store, table: str) -> int:
    with store._reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_a_sample_leaves_no_trace(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(full=True, is_sample=True))
    store.commit(Batch(record, [], {}, ME, pending={"close_on": "soon"}))

    store.delete_record(record.id)

    parts = ("stakeholder", "line_item", "team_member", "note")
    tables = ("opportunity", "account", "contact", *parts, "change", "pending")
    assert {table: count(store, table) for table in tables} == dict.fromkeys(tables, 0)


def test_a_sample_leaves_what_others_use(store: Store, new_deal: Deal, save: Deal) -> None:
    sample = save(store, new_deal(full=True, is_sample=True))
    other = new_deal(account=sample.account)
    person = sample.people[0]
    role = type(person.stakeholder)(opportunity_id=other.id, contact_id=person.contact.id)
    rows = (other.opportunity, role)
    store.commit(Batch(other, [Edit(Op.INSERT, type(row), row.id, new=row) for row in rows], {}, ME))

    store.delete_record(sample.id)

    found = store.load(other.id)
    assert (found.account, found.people[0].contact) == (sample.account, person.contact)


def test_a_draft_that_was_only_begun_is_deleted(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(full=True))

    store.delete_record(record.id)

    assert count(store, "opportunity") == count(store, "change") == 0
    with pytest.raises(NotFound):
        store.delete_record(record.id)


@pytest.mark.parametrize("work", ["created", "set aside", "imported", "answered", "typed"])
def test_work_is_never_deleted(store: Store, new_deal: Deal, save: Deal, change: Change_, work: str) -> None:
    status = {"created": Status.CREATED, "set aside": Status.NURTURE}.get(work, Status.DRAFT)
    record = new_deal(status=status)
    rows = (record.account, record.opportunity)
    author = Author("me", Source.IMPORT if work == "imported" else Source.PERSON)
    store.commit(Batch(record, [Edit(Op.INSERT, type(row), row.id, new=row) for row in rows], {}, author))
    if work == "answered":
        store.commit(change(record, record.opportunity, "owner", "Ada"))
    if work == "typed":
        store.commit(Batch(record, [], {}, author, pending={"close_on": "end of Q3"}))
        record.pending["close_on"] = "end of Q3"

    with pytest.raises(Refused):
        store.delete_record(record.id)

    assert store.load(record.id) == record
