"""What one commit writes: rows, revisions, summary, log and pending texts."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from oppwizard.data.codec import decode, decode_row
from oppwizard.data.store import Author, Batch, Edit, Op, Source, Store
from oppwizard.data.tables import ChangeState
from oppwizard.errors import NotFound, StaleWrite, ValueProblem
from oppwizard.model.account import Account
from oppwizard.model.base import new_id
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import BudgetStatus, Role
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record

Deal = Callable[..., Record]
Change_ = Callable[..., Batch]
ME = Author("me")
_FILE = pytest.mark.file
"""PostgreSQL keeps no NUL."""
NAUGHTY = (
    *("", " ", "\0", "a\0b", "'; DROP TABLE opportunity;--", "[red]x[/]", "\x1b[2J"),
    *("\u202eabc", "\U0001f469\u200d\U0001f467", "日本\n語", "%_\\"),
)


def test_a_full_record_comes_back_as_it_was(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(full=True, name="A - B - C", budget_status=BudgetStatus.ALLOCATED))

    found = store.load(record.id)

    assert found.opportunity == record.opportunity
    assert found.account == record.account
    assert found.people[0].contact == record.people[0].contact
    assert [line.sku for line in found.lines] == ["A", "B"]
    assert found.lines == record.lines
    assert found.team == record.team
    assert found.notes == record.notes


def test_values_of_every_type_are_exact(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal(full=True))
    deal, person = record.opportunity, record.people[0].stakeholder
    exact = {
        "budget_amount": Decimal("99999999999999.9999"),
        "close_on": dt.date(2027, 2, 28),
        "next_step_at": dt.time(9, 30),
        "decision_maker_id": record.people[0].id,
        "professional_services": False,
        "term_months": 36,
    }
    for name, value in exact.items():
        store.commit(change(record, deal, name, value))
    store.commit(change(record, person, "roles", [Role.CHAMPION, Role.BLOCKER]))

    found = store.load(record.id)

    assert {name: getattr(found.opportunity, name) for name in exact} == exact
    assert found.people[0].roles == [Role.CHAMPION, Role.BLOCKER]


@pytest.mark.parametrize("text", [pytest.param(one, marks=_FILE if "\0" in one else ()) for one in NAUGHTY])
def test_any_text_is_kept_as_it_was_typed(store: Store, new_deal: Deal, save: Deal, change: Change_, text: str) -> None:
    record = save(store, new_deal())
    store.commit(change(record, record.opportunity, "business_problem", text, pending={"amount": text}))

    found = store.load(record.id)

    assert found.opportunity.business_problem == text
    assert found.pending == {"amount": text}
    assert decode(Opportunity, "business_problem", store.history(record.id)[0].new) == text


def test_text_that_cannot_be_stored_is_refused_and_nothing_is_written(
    store: Store, new_deal: Deal, save: Deal, change: Change_
) -> None:
    record = save(store, new_deal())

    for batch in (
        change(record, record.opportunity, "owner", "\udfff"),
        Batch(record, [], {}, ME, pending={"amount": "\udfff"}),
    ):
        with pytest.raises(ValueProblem):
            store.commit(batch)

    assert store.revision(record.id) == 1
    assert store.load(record.id).opportunity.owner is None


def test_revisions_and_times_follow_in_memory(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal(full=True))
    before = record.opportunity.updated_at

    store.commit(change(record, record.lines[0], "sku", "C"))

    assert (record.opportunity.revision, record.lines[0].revision, record.lines[1].revision) == (2, 2, 1)
    assert record.opportunity.updated_at > before
    assert store.load(record.id) == record
    assert store.revision(record.id) == 2


def test_several_fields_of_a_row_raise_its_revision_once(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal())
    deal = record.opportunity
    deal.owner, deal.name = "Ada", "N"
    edits = [Edit(Op.SET, Opportunity, deal.id, name, None, getattr(deal, name)) for name in ("owner", "name")]

    store.commit(Batch(record, edits, {"title": "N"}, ME))

    assert (deal.revision, deal.title) == (2, "N")
    assert [change.field for change in store.history(record.id, limit=2)] == ["name", "owner"]


def test_the_summary_is_stored_without_a_log_entry(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(), title="First", search_key="first")
    logged = len(store.history(record.id))

    store.commit(Batch(record, [], {"title": "Second", "amount": Decimal("5.5"), "open_points": 3}, ME))

    found = store.load(record.id).opportunity
    assert (found.title, found.amount, found.open_points, found.search_key) == ("Second", Decimal("5.5"), 3, "first")
    assert len(store.history(record.id)) == logged


def test_the_log_says_who_what_when_and_why(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal())
    author = Author("Ada", Source.ENRICHMENT, "from the register")

    store.commit(change(record, record.account, "employees", 12, author=author))

    entry = store.history(record.id)[0]
    assert (entry.entity, entry.row_id, entry.field) == ("account", record.account.id, "employees")
    assert (entry.old, entry.new, entry.op, entry.state) == ("null", "12", Op.SET, ChangeState.DONE)
    assert (entry.who, entry.source, entry.reason) == ("Ada", Source.ENRICHMENT, "from the register")
    assert entry.at == record.account.updated_at
    assert entry.at.tzinfo is dt.UTC


def test_whole_rows_are_logged_so_that_they_can_come_back(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(full=True))
    gone = record.lines.pop(0)

    store.commit(Batch(record, [Edit(Op.DELETE, LineItem, gone.id, old=gone)], {}, ME))

    entry = store.history(record.id)[0]
    assert entry.new is None
    assert decode_row(LineItem, entry.old or "") == gone
    assert [line.sku for line in store.load(record.id).lines] == ["B"]


def test_a_person_goes_with_the_contact(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(full=True))
    person = record.people.pop()
    edits = [  # the contact first: the store has to find the order that its keys allow
        Edit(Op.DELETE, Contact, person.contact.id, old=person.contact),
        Edit(Op.DELETE, Stakeholder, person.id, old=person.stakeholder),
    ]

    store.commit(Batch(record, edits, {}, ME))

    assert store.load(record.id).people == []
    assert store.contact(person.contact.id) is None


def test_a_deal_moves_to_another_account_in_one_step(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal())
    old, new = record.account, Account(dba="Globex")
    record.account, record.opportunity.account_id = new, new.id
    edits = [
        Edit(Op.DELETE, Account, old.id, old=old),
        Edit(Op.SET, Opportunity, record.id, "account_id", old.id, new.id),
        Edit(Op.INSERT, Account, new.id, new=new),
    ]

    store.commit(Batch(record, edits, {}, ME))

    assert store.load(record.id).account.dba == "Globex"
    assert store.account(old.id) is None


def test_an_edit_may_bring_the_row_that_guards_it(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal())
    old, record.account = record.account, Account(dba="Globex")
    edits = [Edit(Op.SET, Account, old.id, "dba", old.dba, "Renamed", holder=old)]

    store.commit(Batch(record, edits, {}, ME))

    renamed = store.account(old.id)
    assert renamed is not None
    assert (renamed.dba, renamed.revision, old.revision) == ("Renamed", 2, 2)


def test_a_row_added_and_changed_or_removed_at_once(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal(full=True))
    added, gone = LineItem(opportunity_id=record.id, sku="C"), record.lines.pop(0)
    record.lines.append(added)
    edits = [
        Edit(Op.INSERT, LineItem, added.id, new=added),
        Edit(Op.SET, LineItem, added.id, "sku", None, "C"),
        Edit(Op.SET, LineItem, gone.id, "sku", "A", "Z"),
        Edit(Op.DELETE, LineItem, gone.id, old=gone),
    ]

    store.commit(Batch(record, edits, {}, ME))

    assert [(line.sku, line.revision) for line in store.load(record.id).lines] == [("B", 1), ("C", 1)]


def test_an_account_that_another_deal_uses_is_not_taken_away(store: Store, new_deal: Deal, save: Deal) -> None:
    first = save(store, new_deal())
    other = new_deal(account=first.account)
    store.commit(Batch(other, [Edit(Op.INSERT, Opportunity, other.id, new=other.opportunity)], {}, ME))

    with pytest.raises(StaleWrite):
        store.commit(Batch(first, [Edit(Op.DELETE, Account, first.account.id, old=first.account)], {}, ME))

    assert store.revision(first.id) == 1


def test_pending_texts_are_kept_replaced_and_forgotten(store: Store, new_deal: Deal, save: Deal) -> None:
    record = save(store, new_deal())

    store.commit(Batch(record, [], {}, ME, pending={"close_on": "31.2.", "account.employees": "many"}))
    store.commit(Batch(record, [], {}, ME, pending={"close_on": "31.2.27", "account.employees": None}))

    assert store.load(record.id).pending == {"close_on": "31.2.27"}


@pytest.mark.file
def test_typing_that_goes_on_is_one_log_entry(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal())
    visit = new_id()

    for text in ("A", "Ac", "Acme"):
        store.commit(change(record, record.opportunity, "owner", text, action=visit, merge=True))

    newest, before = store.history(record.id)[:2]
    assert (newest.old, newest.new, newest.at) == ("null", '"Acme"', record.opportunity.updated_at)
    assert before.op is Op.INSERT


@pytest.mark.parametrize("other", ["field", "action", "not merged"])
def test_what_is_not_the_same_typing_is_logged_anew(
    store: Store, new_deal: Deal, save: Deal, change: Change_, other: str
) -> None:
    record = save(store, new_deal())
    visit = new_id()
    store.commit(change(record, record.opportunity, "owner", "A", action=visit, merge=True))
    logged = len(store.history(record.id))

    field = "name" if other == "field" else "owner"
    action = new_id() if other == "action" else visit
    store.commit(change(record, record.opportunity, field, "B", action=action, merge=other != "not merged"))

    assert len(store.history(record.id)) == logged + 1


def test_history_is_paged(store: Store, new_deal: Deal, save: Deal, change: Change_) -> None:
    record = save(store, new_deal())
    for number in range(5):
        store.commit(change(record, record.opportunity, "owner", str(number)))

    first = store.history(record.id, limit=3)
    rest = store.history(record.id, before=first[-1].seq)

    assert [entry.new for entry in first] == ['"4"', '"3"', '"2"']
    assert [entry.new for entry in rest[:2]] == ['"1"', '"0"']


def test_several_records_are_written_together_or_not_at_all(
    store: Store, new_deal: Deal, save: Deal, change: Change_
) -> None:
    first, second = save(store, new_deal()), save(store, new_deal())
    batches = [change(first, first.opportunity, "owner", "A"), change(second, second.opportunity, "owner", "\ud800")]

    with pytest.raises(ValueProblem):
        store.commit(*batches)

    assert store.load(first.id).opportunity.owner is None
    assert first.opportunity.revision == 1


def test_an_unknown_record_is_not_found(store: Store) -> None:
    for ask in (store.load, store.revision):
        with pytest.raises(NotFound, match="no record"):
            ask(UUID(int=1))
