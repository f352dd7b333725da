"""Records that may be the same deal: what is found, in which order, why, what is said of it; without a store (A8)."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from oppwizard.checks.duplicates import alike_accounts, candidates, duplicate_findings, keys_of_record
from oppwizard.checks.likeness import SAME, Custom, Facts, facts_of, kinship, likeness, reach, worth
from oppwizard.checks.scanning import scan
from oppwizard.data.lists import Line
from oppwizard.data.lookups import Deal
from oppwizard.data.matching import Brief, Flat, Near, Worth
from oppwizard.model.account import Account
from oppwizard.model.base import new_id
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import Relation, Severity, Standing, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import DealLink
from oppwizard.model.record import Person, Record
from oppwizard.playbook import load_playbook
from tests.checks.past_deals import record as plain, records
from tests.conftest import TODAY

BOOK = load_playbook()


def deal(
    name: str = "Valdera Steel",
    amount: object = 50_000,
    close_in: int | None = 60,
    *,
    product: str = "Widget",
    account: Account | None = None,
    email: str | None = None,
    phone: str | None = None,
    **more: Any,
) -> Record:
    """A record of an account of its own, unless it is given one."""
    made = plain(close_in, amount, product=product, **more)
    made.account = account or Account(dba=name)
    made.opportunity.account_id = made.account.id
    if email or phone:
        contact = Contact(account_id=made.account.id, email=email, phone=phone)
        made.people = [Person(contact, Stakeholder(opportunity_id=made.id, contact_id=contact.id))]
    return made


def bare(name: str) -> Record:
    """A draft of which nothing is known but the company."""
    account = Account(dba=name)
    return Record(Opportunity(account_id=account.id, currency="USD"), account)


@dataclass
class Shelf:
    """Records in memory that answer as a store does."""

    records: list[Record] = field(default_factory=list)

    def put(self, *records: Record) -> "Shelf":
        self.records += records
        return self

    def _keys(self) -> dict[UUID, set[int]]:
        found: dict[UUID, set[int]] = {}
        for each in self.records:
            found.setdefault(each.account.id, set()).update(keys_of_record(each))
        return found

    def near(
        self, keys: Collection[int], most: int, own: UUID | None = None, worth: Worth | None = None
    ) -> Sequence[Near]:
        having = self._keys()
        rare = {key for key in keys if sum(key in theirs for theirs in having.values()) <= most}
        found: dict[UUID, Near] = {}
        for each in self.records:
            shared, brief = having[each.account.id] & rare, self._brief(each)
            far = worth and brief.amount and brief.currency == worth.currency
            if (not shared and each.account.id != own) or (far and not worth.low <= brief.amount <= worth.high):  # type: ignore[union-attr,operator]
                continue
            account = each.account
            names = tuple(name for name in (account.legal_name, account.dba) if name)
            found.setdefault(account.id, Near(account.id, names, account.standing, shared)).deals.append(brief)
        return list(found.values())

    def siblings(self, accounts: Collection[UUID]) -> dict[UUID, list[Brief]]:
        return {one: [self._brief(each) for each in self.records if each.account.id == one] for one in accounts}

    def deals(self, ids: Collection[UUID]) -> list[Deal]:
        return [self._deal(each) for each in self.records if each.id in ids]

    def flat(self) -> list[Flat]:
        numbers = {account: number for number, account in enumerate(self._keys())}
        found = []
        for each in self.records:
            facts = facts_of(each, BOOK)
            amount = None if facts.amount is None else int(facts.amount * 10_000)
            sold = tuple(sorted(facts.products))
            found.append(
                Flat(numbers[each.account.id], each.id.hex, amount, facts.currency, facts.opened, facts.until, sold)
            )
        return found

    def named(self, seqs: Collection[int]) -> dict[int, tuple[UUID, tuple[str, ...]]]:
        accounts = list(self._keys())
        names = {each.account.id: facts_of(each, BOOK).names for each in self.records}
        return {seq: (accounts[seq], names[accounts[seq]]) for seq in seqs}

    def shared_keys(self, most: int) -> Iterable[tuple[list[int], list[int]]]:
        having = list(self._keys().values())
        for key in set().union(*having) if having else ():
            accounts = [number for number, keys in enumerate(having) if key in keys]
            if 1 < len(accounts) <= most:
                yield [key], accounts

    def stated(self) -> set[tuple[UUID, UUID]]:
        said = [(each.id, link.other_id) for each in self.records for link in each.links]
        return {*said, *((other, one) for one, other in said)}

    def _brief(self, each: Record) -> Brief:
        facts = facts_of(each, BOOK)
        return Brief(each.id, facts.account_id, facts.amount, facts.currency, facts.opened, facts.until)

    def _deal(self, each: Record) -> Deal:
        facts, row = facts_of(each, BOOK), each.opportunity
        columns: dict[str, Any] = dict.fromkeys(Line.__dataclass_fields__)
        columns |= {"id": each.id, "account_id": facts.account_id, "title": f"{each.account.name} deal"}
        columns |= {"account": each.account.name, "status": row.status, "amount": facts.amount, "owner": row.owner}
        columns |= {"currency": facts.currency, "close_on": facts.until, "is_sample": row.is_sample}
        return Deal(
            Line(**columns), facts.names, facts.opened, tuple(line.sku or line.product or "" for line in each.lines)
        )


def found(mine: Record, *others: Record) -> list[UUID]:
    return [each.id for each in candidates(mine, Shelf().put(mine, *others), BOOK)]


def because(mine: Record, *others: Record) -> str:
    (one,) = candidates(mine, Shelf().put(mine, *others), BOOK)
    return one.because


# What is found


@pytest.mark.parametrize(
    "name",
    [
        *(
            "VALDERA STEEL GmbH",
            "Steel Valdera",
            "Ｖａｌｄｅｒａ Steel",
            "Valdara Steel",
            "Steel Valdara",
            "Valdera Stel",
        ),
        "Valdera Steel, Inc.",
    ],
)
def test_the_same_deal_under_another_spelling_is_found(name: str) -> None:
    other = deal(name, 53_000, 70)
    assert found(deal(), other) == [other.id]


@pytest.mark.parametrize(
    "other",
    [
        deal("Meridian Optics"),
        deal("Valdera Foods", 51_000, product="Gadget"),
        deal("Valdera Steel", 500_000),
        deal("Valdera Steel", 50_000, 20, opened=TODAY - dt.timedelta(days=400)),
        deal("Valdera Steel", 70_000, product="Gadget"),
    ],
    ids=[
        "another company",
        "another one of that family",
        "ten times as much",
        "a year ago",
        "more, for something else",
    ],
)
def test_other_deals_are_not(other: Record) -> None:
    assert found(deal(), other) == []


def test_a_company_alone_is_shown_its_other_deals_while_they_are_few() -> None:
    others = [deal("Valdera Steel", amount, 30 * at) for at, amount in enumerate((20_000, 90_000, 300_000, 700_000), 1)]
    assert found(bare("Valdera Steel GmbH"), others[0]) == [others[0].id]
    assert found(bare("Meridian Optics"), others[0]) == []


def test_a_customer_who_buys_again_and_again_is_no_alarm() -> None:
    account = Account(dba="Valdera Steel", standing=Standing.ACTIVE)
    others = [deal(amount=47_000 + 1_000 * number, product=f"P{number}", account=account) for number in range(8)]
    mine = deal(product="P9", account=account)
    assert found(mine, *others) == []
    assert found(mine, deal(amount=50_000, product="P9", account=account)) != []


def test_the_likeliest_comes_first() -> None:
    same, near, far = deal(amount=50_000), deal(amount=52_000), deal(amount=55_000, product="Gadget")
    assert found(deal(), far, near, same)[:2] == [same.id, near.id]


def test_a_sample_is_not_held_against_a_real_deal() -> None:
    assert found(deal(), deal(is_sample=True)) == []


def test_free_mail_is_no_evidence_and_a_domain_is() -> None:
    mine = deal("Polder", email="ada@polder.example")
    assert found(mine, deal("Zandvoort", email="bas@polder.example")) != []
    assert found(deal("Polder", email="ada@gmail.com"), deal("Zandvoort", email="bas@gmail.com")) == []


def test_website_and_company_number_are_stronger_than_names() -> None:
    mine = deal("Polder", account=Account(dba="Polder", website="https://polder.example"))
    assert found(mine, deal("Zandvoort", email="bas@polder.example")) != []
    numbered = [deal(account=Account(dba=name, company_number="5493001KJTIIGC8Y1R12")) for name in ("Acme", "東和物流")]
    assert "company number 5493001KJTIIGC8Y1R12" in because(*numbered)


# Why


def test_reasons_are_told_the_accounts_first() -> None:
    told = because(deal(), deal("Valdera Steel Ltd", 52_000, 75))
    assert told == "same account by name, amount 4 % apart, both open 2026-11-23 to 2027-01-22, same product"
    assert because(deal(), deal()).split(", ")[1] == "same amount"
    assert "named much alike: Valdara Steel" in because(deal(), deal("Valdara Steel"))
    assert "domain polder.example" in because(
        deal("Polder", email="a@polder.example"), deal("Zandvoort", email="b@polder.example")
    )
    assert "phone +4930123456" in because(deal("Polder", phone="+4930123456"), deal("Zandvoort", phone="+4930123456"))


def test_names_in_two_scripts_are_asked_about_and_only_where_something_else_agrees() -> None:
    mine, other = deal("海港工具", email="a@kaiko.example"), deal("Harbor Implements", email="b@kaiko.example")
    assert "two scripts: ask" in because(mine, other)
    assert found(deal("海港工具"), deal("Harbor Implements")) == []


# What is said


def test_creation_waits_only_where_account_product_amount_and_day_agree() -> None:
    def severities(mine: Record, other: Record) -> list[Severity]:
        return [one.severity for one in duplicate_findings(mine, candidates(mine, Shelf().put(mine, other), BOOK))]

    assert severities(deal(), deal("Valdera Steel GmbH")) == [Severity.BLOCK]
    for other in (deal("Valdara Steel"), deal(amount=50_500), deal(close_in=70), deal(product="Widget; Gadget")):
        assert severities(deal(), other) == [Severity.WARN]


def test_a_reason_a_link_or_a_creation_answers_it() -> None:
    mine, other = deal(), deal()
    near = candidates(mine, Shelf().put(mine, other), BOOK)
    (loud,) = duplicate_findings(mine, near)
    assert (loud.code, loud.requirement, loud.blocks) == ("duplicate.same", "A8", True)
    assert "{" not in f"{loud.message}{loud.remedy}"
    mine.opportunity.different_because = "Their plant in Leeds has a budget of its own"
    assert [one.severity for one in duplicate_findings(mine, near)] == [Severity.INFO]
    mine.opportunity.different_because = None
    mine.links.append(DealLink(opportunity_id=mine.id, other_id=other.id, relation=Relation.LINKED))
    assert duplicate_findings(mine, near) == []
    mine.links.clear()
    mine.opportunity.status = Status.CREATED
    assert not any(one.blocks for one in duplicate_findings(mine, near))


# When the account is named


def test_accounts_that_may_be_the_one_named_are_told_the_surest_first() -> None:
    active = deal("Valdera Steel GmbH", account=Account(legal_name="Valdera Steel GmbH", standing=Standing.ACTIVE))
    slip, other = deal("Valdara Steel"), deal("Meridian Optics")
    mine = bare("Valdera Steel")
    told = alike_accounts(mine, Shelf().put(mine, slip, active, other), BOOK)
    assert [one.id for one in told] == [active.account.id, slip.account.id]
    assert (told[0].sure, told[0].standing, told[0].deals) == (1.0, Standing.ACTIVE, 1)
    assert str(told[0].reason) == "same account by name"
    assert alike_accounts(bare(""), Shelf().put(active), BOOK) == ()


def test_an_account_in_another_script_is_asked_about_by_its_domain() -> None:
    mine, other = deal("海港工具", email="a@kaiko.example"), deal("Harbor Implements", email="b@kaiko.example")
    (told,) = alike_accounts(mine, Shelf().put(other), BOOK)
    assert told.asked
    assert 0 < told.sure < 1


# The whole store


def test_a_scan_finds_what_single_look_ups_find_each_pair_once() -> None:
    shelf = Shelf().put(deal(), deal("Valdara Steel", 52_000), deal("Meridian Optics"), deal("Meridian Optics AG", 900))
    pairs = scan(shelf, BOOK)
    singly = {frozenset((one.id, each.id)) for one in shelf.records for each in candidates(one, shelf, BOOK)}
    assert [frozenset((pair.one.line.id, pair.other.line.id)) for pair in pairs] == list(singly)
    assert len(singly) == 1
    assert scan(shelf, BOOK, pairs[0].strength + 0.001) == []


def test_a_scan_leaves_out_what_somebody_has_answered() -> None:
    one, other = deal(), deal()
    shelf = Shelf().put(one, other)
    assert [pair.agrees for pair in scan(shelf, BOOK)] == [True]
    other.links.append(DealLink(opportunity_id=other.id, other_id=one.id, relation=Relation.DIFFERENT))
    assert scan(shelf, BOOK) == []


def test_a_scan_of_an_account_with_very_many_deals_compares_those_of_like_amounts() -> None:
    account = Account(dba="Valdera Steel", standing=Standing.ACTIVE)
    crowd = [deal(amount=1_000 * 2**at, product=f"P{at}", account=account) for at in range(26)]
    crowd += [deal(amount=0, product=f"Q{at}", account=account) for at in range(40)]
    twins = [deal(amount=7_777, account=account) for _ in range(2)]
    (pair,) = scan(Shelf().put(*crowd, *twins), BOOK)
    assert {pair.one.line.id, pair.other.line.id} == {one.id for one in twins}


# How it is weighed


def _facts(**more: Any) -> Facts:
    base: dict[str, Any] = {"amount": Decimal(100), "currency": "USD", "opened": TODAY, "until": TODAY}
    return Facts(
        **{"id": new_id(), "account_id": new_id(), "names": ("Acme",), "products": frozenset({"a"}), **base, **more}
    )


def test_what_agrees_better_is_never_weaker() -> None:
    mine, alone = _facts(), Custom(1, 0)
    amounts = [likeness(mine, _facts(amount=Decimal(value)), SAME, alone, BOOK).strength for value in range(100, 160)]
    assert amounts == sorted(amounts, reverse=True)
    closes = [
        likeness(mine, _facts(until=TODAY + dt.timedelta(days=days)), SAME, alone, BOOK).strength for days in range(200)
    ]
    assert closes == sorted(closes, reverse=True)
    habits = [likeness(mine, _facts(amount=Decimal(105)), SAME, Custom(n, n), BOOK).strength for n in range(1, 20)]
    assert habits == sorted(habits, reverse=True)


def test_no_deal_worth_showing_lies_beyond_the_amounts_asked_for() -> None:
    mine = _facts()
    limits = worth(mine, BOOK)
    assert limits is not None
    for value in range(1, 400):
        other = _facts(amount=Decimal(value))
        if likeness(mine, other, SAME, Custom(1, 0), BOOK).strength >= BOOK.duplicates.shown:
            assert limits.low <= value <= limits.high
    assert worth(_facts(amount=None), BOOK) is None
    assert reach(0.0, BOOK) is None


_NAMES = st.lists(st.text(max_size=20) | st.sampled_from(["Acme GmbH", "Acme", "東和物流", "Towa"]), max_size=2)


@given(_NAMES, _NAMES)
def test_accounts_are_compared_alike_from_both_sides(ours: list[str], theirs: list[str]) -> None:
    one, other = kinship(ours, theirs), kinship(theirs, ours)
    assert (one.weight, one.same, one.asked) == pytest.approx((other.weight, other.same, other.asked))


@given(records(), records(), st.text(max_size=30), st.text(max_size=30))
def test_it_never_raises_whatever_the_records_hold(one: Record, other: Record, name: str, another: str) -> None:
    one.account.dba, other.account.legal_name = name, another
    shelf = Shelf().put(one, other, deal(name))
    for mine in (one, other):
        near = candidates(mine, shelf, BOOK)
        assert all(0 <= each.strength <= 1 and each.id != mine.id for each in near)
        assert all(str(finding.message) for finding in duplicate_findings(mine, near))
        assert all(0 <= each.sure <= 1 for each in alike_accounts(mine, shelf, BOOK))
    assert all(0 <= pair.strength <= 1 for pair in scan(shelf, BOOK))
