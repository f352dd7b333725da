"""Keys kept with accounts: in the transaction of a save, made anew when missing, and asked for (A8)."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.data.matching import Worth
from oppwizard.data.store import Author, Batch, Edit, Op, Store
from oppwizard.model.account import Account
from oppwizard.model.base import new_id
from oppwizard.model.enums import Relation, Status
from oppwizard.model.parts import DealLink
from oppwizard.model.record import Record

ME = Author("me@example.com")
New = Callable[..., Record]
Save = Callable[..., Record]


_Texts = Iterable[str | None]


def by_name(names: _Texts, emails: _Texts, phones: _Texts, numbers: _Texts) -> Iterable[int]:
    """Keys that a test can foresee: the lengths of whatever there is, in thousands for addresses and numbers."""
    yield from (3_000 + len(number) for number in numbers if number)
    yield from (len(name) for name in names if name)
    yield from (1_000 + len(mail) for mail in emails if mail)
    yield from (2_000 + len(phone) for phone in phones if phone)


def kept(store: Store) -> dict[UUID, set[int]]:
    """What the index holds, by account."""
    with store._reading() as connection:
        asked = "SELECT n.account_id, k.key FROM match_key AS k JOIN match_name AS n ON n.seq = k.seq"
        rows = connection.exec_driver_sql(asked).all()
    found: dict[UUID, set[int]] = {}
    for account, key in rows:
        found.setdefault(UUID(str(account)), set()).add(key)
    return found


def rows_of_keys(store: Store) -> int:
    with store._reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM match_key").scalar_one())


def put(store: Store, record: Record, *keys: int) -> None:
    store.commit(Batch(record, [], {}, ME, keys={record.account.id: keys}))


@pytest.fixture
def two(store: Store, new_deal: New, save: Save) -> tuple[Record, Record]:
    """Two saved deals of two accounts, which share the keys 1 and 2."""
    one = save(store, new_deal(account=Account(dba="Acme"), currency="USD", amount=Decimal(100)))
    other = save(store, new_deal(account=Account(dba="Acmee", legal_name="Acme Ltd"), currency="USD"))
    put(store, one, 1, 2, 3)
    put(store, other, 1, 2, 4)
    return one, other


def test_keys_come_with_a_save_and_those_that_are_gone_go(store: Store, two: tuple[Record, Record]) -> None:
    one, other = two
    assert kept(store) == {one.account.id: {1, 2, 3}, other.account.id: {1, 2, 4}}
    for number in range(50):
        put(store, one, 1, 100 + number)
    assert kept(store)[one.account.id] == {1, 149}
    assert rows_of_keys(store) == 5, "an account that is edited again and again leaves nothing behind"


def test_an_account_edited_often_is_still_found(store: Store, two: tuple[Record, Record]) -> None:
    one, _other = two
    for number in range(60):
        put(store, one, 7, number + 1_000)
    put(store, one, 7)
    assert [each.account_id for each in store.near([7], 20)] == [one.account.id]


def test_a_save_that_fails_keeps_no_keys(store: Store, two: tuple[Record, Record]) -> None:
    one, _other = two
    stale = store.load(one.id)
    put(store, one, 1, 2, 3)
    with pytest.raises(Exception, match="changed"):
        put(store, stale, 9)
    assert kept(store)[one.account.id] == {1, 2, 3}


def test_what_is_near_comes_with_its_deals_and_the_keys_in_common(store: Store, two: tuple[Record, Record]) -> None:
    one, other = two
    found = {each.account_id: each for each in store.near([1, 2, 3, 99], 20)}
    assert {account: each.keys for account, each in found.items()} == {
        one.account.id: {1, 2, 3},
        other.account.id: {1, 2},
    }
    assert found[other.account.id].names == ("Acme Ltd", "Acmee")
    (brief,) = found[one.account.id].deals
    assert (brief.id, brief.account_id, brief.amount, brief.currency) == (one.id, one.account.id, Decimal(100), "USD")
    assert brief.opened == one.opportunity.created_at.date()


def test_a_key_that_too_many_have_is_no_evidence(store: Store, two: tuple[Record, Record]) -> None:
    one, _other = two
    assert [each.account_id for each in store.near([1, 2, 3], 1)] == [one.account.id]
    assert store.near([1, 2], 1) == []
    assert [each.account_id for each in store.near([], 1, one.account.id)] == [one.account.id]


def test_amounts_far_off_are_left_out_and_unknown_ones_are_not(store: Store, two: tuple[Record, Record]) -> None:
    one, other = two
    for low, high, currency, expected in (
        (90, 110, "USD", {one.id, other.id}),
        (110, 120, "USD", {other.id}),
        (110, 120, "EUR", {one.id, other.id}),
    ):
        near = store.near([1], 20, worth=Worth(Decimal(low), Decimal(high), currency))
        assert {brief.id for each in near for brief in each.deals} == expected


def test_records_set_aside_are_not_near(store: Store, new_deal: New, save: Save) -> None:
    record = save(store, new_deal(status=Status.DISQUALIFIED))
    put(store, record, 1)
    assert store.near([1], 20) == []


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 97, 300])
def test_any_number_of_keys_may_be_asked_for(store: Store, two: tuple[Record, Record], count: int) -> None:
    asked = [3, *range(10_000, 10_000 + count - 1)]
    assert [each.account_id for each in store.near(asked, 20)] == [two[0].account.id]


def test_keys_are_made_for_accounts_that_have_none(store: Store, new_deal: New, save: Save) -> None:
    records = [save(store, new_deal(full=True, account=Account(dba="x" * size))) for size in (3, 5)]
    records[0].people[0].contact.email = None
    assert store.make_keys(1, by_name) == 2
    assert kept(store) == {records[0].account.id: {3}, records[1].account.id: {5}}
    assert store.make_keys(1, by_name) == 0
    assert store.make_keys(2, lambda *_: [77]) == 2
    assert set().union(*kept(store).values()) == {77}
    assert rows_of_keys(store) == 2


def test_keys_made_anew_see_people(store: Store, new_deal: New, save: Save) -> None:
    record = new_deal(full=True)
    record.people[0].contact.email, record.people[0].contact.phone = "a@b.example", "+4930123456"
    save(store, record)
    store.make_keys(1, by_name)
    assert kept(store)[record.account.id] == {4, 1_011, 2_011}


def test_deals_and_siblings_are_read_by_identity(store: Store, two: tuple[Record, Record]) -> None:
    one, other = two
    assert {deal.line.id for deal in store.deals([one.id, other.id, new_id()])} == {one.id, other.id}
    assert store.deals([]) == []
    assert [brief.id for brief in store.siblings([one.account.id])[one.account.id]] == [one.id]


def test_all_of_a_store_at_once(store: Store, two: tuple[Record, Record], new_deal: New, save: Save) -> None:
    one, other = two
    full = save(store, new_deal(full=True))
    put(store, full, 4)
    flat = {UUID(deal.id): deal for deal in store.flat()}
    assert flat.keys() == {one.id, other.id, full.id}
    assert flat[full.id].products == ("A", "B")
    named = store.named({deal.account for deal in flat.values()})
    assert named[flat[other.id].account] == (other.account.id, ("Acme Ltd", "Acmee"))
    shared = [(sorted(keys), {named[seq][0] for seq in seqs}) for keys, seqs in store.shared_keys(20)]
    assert shared == [([1, 2], {one.account.id, other.account.id}), ([4], {other.account.id, full.account.id})]
    assert list(store.shared_keys(1)) == []
    assert flat[one.id].brief(one.account.id) == store.near([3], 20)[0].deals[0]


def test_what_was_said_of_two_records_holds_in_both_orders(store: Store, two: tuple[Record, Record]) -> None:
    one, other = two
    link = DealLink(
        opportunity_id=one.id, other_id=other.id, other_title="", relation=Relation.LINKED, because="", author=""
    )
    store.commit(Batch(one, [Edit(Op.INSERT, DealLink, link.id, new=link)], {}, ME))
    assert store.stated() == {(one.id, other.id), (other.id, one.id)}


def test_an_account_that_is_gone_leads_nowhere(path: Path, new_deal: New, save: Save) -> None:
    with Store.open(path) as store:
        records = [save(store, new_deal(account=Account(dba=f"Acme {number}"))) for number in range(30)]
        for record in records:
            put(store, record, 5)
        for record in records[:-1]:
            store.delete_record(record.id)
        assert [each.account_id for each in store.near([5], 20)] == [records[-1].account.id]
