"""What two deals have in common: each rule both ways, and what holds for any two (A8)."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from oppwizard.checks.duplicates import candidates
from oppwizard.checks.keys import Sort, domain_of, keys_of, sort_of
from oppwizard.checks.likeness import SAME, Custom, Facts, facts_of, kinship, likeness
from oppwizard.data.store import Store
from oppwizard.model.base import new_id
from oppwizard.model.record import Record
from oppwizard.playbook import load_playbook
from tests.checks.past_deals import records
from tests.conftest import TODAY

BOOK = load_playbook()
ALONE = Custom(parallel=1, alike=0)


def facts(**more: object) -> Facts:
    plain = Facts(
        new_id(),
        new_id(),
        ("Harbor Tools",),
        Decimal(64_800),
        "USD",
        TODAY,
        TODAY + dt.timedelta(days=60),
        frozenset({"stk-scan"}),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def strength(mine: Facts, theirs: Facts, habit: Custom = ALONE) -> float:
    return likeness(mine, theirs, SAME, habit, BOOK).strength


# Keys


@pytest.mark.parametrize(
    "other", ["HARBOR TOOLS", "Harbor Tools GmbH", "Tools Harbor", "Harbr Tools", "Harbor Toools", "Hrabor Tools"]
)
def test_ways_to_write_a_name_share_a_key(other: str) -> None:
    assert keys_of(["Harbor Tools"], [], []).keys() & keys_of([other], [], []).keys()


def test_other_names_share_none() -> None:
    assert not keys_of(["Harbor Tools"], [], []).keys() & keys_of(["Meridian Optics"], [], []).keys()
    assert keys_of([None, "", "  "], [None, "x"], ["", None]) == {}


def test_domains_and_numbers_are_keys_and_free_mail_is_none() -> None:
    mine = keys_of([], ["ada@polder.example", "bas@gmail.com"], ["+31 20 123 4567", "12"])
    assert sorted(mark.sort for mark in mine.values()) == [Sort.DOMAIN, Sort.PHONE]
    assert mine.keys() == keys_of([], ["BAS@POLDER.EXAMPLE"], ["+31201234567"]).keys()
    assert domain_of("a@yahoo.co.jp") == domain_of("nothing") == ""


@given(st.lists(st.text(max_size=40), max_size=3), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_has_keys_that_a_database_holds(names: list[str], others: list[str]) -> None:
    for key, mark in keys_of(names, others, others).items():
        assert -(2**63) <= key < 2**63
        assert sort_of(key) is mark.sort


# Accounts


def test_accounts_are_one_by_name_domain_or_phone() -> None:
    by_name = kinship(("Harbor Tools",), ("HARBOR TOOLS Ltd",))
    assert by_name.same
    assert "by name" in str(by_name.reason)
    assert not kinship(("Harbor Tools",), ("Harbour Tools",)).same
    assert kinship(("Harbor Tools",), ("Meridian",)).weight < 0
    shared = list(keys_of([], ["a@polder.example"], []).values())
    assert "polder.example" in str(kinship(("Polder",), ("Zandvoort",), shared).reason)
    asked = kinship(("海港工具",), ("Harbor Tools",), shared)
    assert asked.asked
    assert not asked.same


# Deals


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ({}, {"amount": Decimal(66_000)}),
        ({"amount": Decimal(66_000)}, {"amount": Decimal(80_000)}),
        ({"amount": Decimal(80_000)}, {"amount": Decimal(640_000)}),
        ({}, {"until": TODAY + dt.timedelta(days=160)}),
        (
            {"until": TODAY + dt.timedelta(days=160)},
            {"opened": TODAY + dt.timedelta(days=90), "until": TODAY + dt.timedelta(days=200)},
        ),
        ({}, {"products": frozenset({"stk-scan", "stk-impl"})}),
        ({"products": frozenset({"stk-scan", "stk-impl"})}, {"products": frozenset({"labels"})}),
    ],
)
def test_what_agrees_makes_it_likelier(nearer: dict[str, object], farther: dict[str, object]) -> None:
    mine = facts()
    assert strength(mine, facts(**nearer)) >= strength(mine, facts(**farther))


def test_a_customer_who_buys_again_and_again_is_less_of_an_alarm_but_a_twin_stays_one() -> None:
    mine, near, twin = facts(), facts(amount=Decimal(60_000)), facts()
    often = Custom(parallel=9, alike=5)
    assert strength(mine, near, often) < strength(mine, near)
    assert strength(mine, twin, often) == strength(mine, twin)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal(64_801)},
        {"amount": None},
        {"currency": "EUR"},
        {"products": frozenset()},
        {"products": frozenset({"labels"})},
        {"until": TODAY + dt.timedelta(days=63)},
        {"until": None},
    ],
)
def test_only_where_all_of_it_agrees_does_anything_stop(change: dict[str, object]) -> None:
    mine = facts()
    assert likeness(mine, facts(until=TODAY + dt.timedelta(days=62)), SAME, ALONE, BOOK).agrees
    assert not likeness(mine, facts(**change), SAME, ALONE, BOOK).agrees
    unsure = kinship(("Harbor Tools",), ("Harbour Tools",))
    assert not likeness(mine, facts(), unsure, ALONE, BOOK).agrees


def test_the_reasons_say_what_agrees() -> None:
    said = [str(reason) for reason in likeness(facts(), facts(amount=Decimal(62_000)), SAME, ALONE, BOOK).reasons]
    assert said == [
        "same account",
        "amount 5 % apart",
        f"both open {TODAY} to {TODAY + dt.timedelta(days=60)}",
        "same product",
    ]


any_facts = st.builds(
    Facts,
    st.builds(new_id),
    st.builds(new_id),
    st.tuples(st.text(max_size=20)),
    st.none() | st.decimals(0, 10**12, places=2),
    st.sampled_from([None, "USD", "JPY"]),
    st.dates(),
    st.none() | st.dates(),
    st.frozensets(st.sampled_from(["a", "b", "c"])),
)


@given(any_facts, any_facts, st.integers(1, 50), st.integers(0, 50))
def test_matching_is_symmetric(one: Facts, other: Facts, parallel: int, alike: int) -> None:
    habit = Custom(parallel, alike)
    kin, back = kinship(one.names, other.names), kinship(other.names, one.names)
    assert (kin.weight, kin.same, kin.asked) == (back.weight, back.same, back.asked)
    there, again = (likeness(*pair, kin, habit, BOOK) for pair in ((one, other), (other, one)))
    assert there.strength == pytest.approx(again.strength)
    assert there.agrees is again.agrees
    assert 0 <= there.strength <= 1


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store.open(tmp_path_factory.mktemp("near") / "store.db")


@given(record=records())
def test_no_record_makes_it_fail(store: Store, record: Record) -> None:
    assert candidates(record, store, BOOK) == ()
    assert facts_of(record, BOOK).id == record.id
