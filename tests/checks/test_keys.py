"""The keys by which an account is found again: what shares one, what does not, and that they are the same anywhere."""

import pytest
from hypothesis import given, strategies as st

from oppwizard.checks.keys import VERSION, Sort, domain_of, keys_of, sort_of


def shared(one: str, other: str) -> set[Sort]:
    """What two names have in common, by the sorts of their keys."""
    return {sort_of(key) for key in keys_of([one], [], []).keys() & keys_of([other], [], []).keys()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Valdera Steel", "VALDERA STEEL GmbH"),
        ("Valdera Steel", "Steel Valdera"),
        ("Valdera Steel", "Ｖａｌｄｅｒａ　Ｓｔｅｅｌ"),
        ("Kort & Valdo", "Kort and Valdo, Inc."),
        ("みなと製作所", "株式会社みなと製作所"),
        ("みなと製作所", "(株)みなと製作所"),
    ],
)
def test_one_name_written_in_two_ways_is_one_key(one: str, other: str) -> None:
    assert Sort.NAME in shared(one, other)


@pytest.mark.parametrize(
    "slip",
    [
        *("Valdara Steel", "Valdra Steel", "Valdeera Steel", "Vadlera Steel", "Xaldera Steel", "Valdera Stel"),
        *("Steel Valdara", "Stteel Valdera GmbH", "aldera Steel"),
    ],
)
def test_one_slip_of_the_pen_anywhere_leaves_a_key(slip: str) -> None:
    assert Sort.SLIP in shared("Valdera Steel", slip)


@pytest.mark.parametrize("other", ["Meridian Optics", "Granite Foods", "東和物流", ""])
def test_other_names_share_nothing(other: str) -> None:
    assert shared("Valdera Steel", other) == set()


def test_a_word_of_its_own_is_found_beside_words_that_many_have() -> None:
    assert shared("Valdera Steel", "Valdera Holding") == {Sort.NEAR}


def test_a_domain_counts_and_a_free_mail_provider_does_not() -> None:
    ours, theirs = (keys_of([], [mail], []) for mail in ("ada@polder.example", "BAS@Polder.Example"))
    assert ours.keys() == theirs.keys()
    assert [mark.sort for mark in ours.values()] == [Sort.DOMAIN]
    assert keys_of([], ["ada@gmail.com", None, "no address", ""], []) == {}
    assert domain_of("ada@gmail.com") == ""


def test_a_phone_is_a_key_by_its_digits_if_there_are_enough() -> None:
    assert keys_of([], [], ["+49 30 123456"]).keys() == keys_of([], [], ["+4930123456"]).keys()
    assert keys_of([], [], ["+49", None, ""]) == {}


def test_keys_are_the_same_on_every_machine_and_their_version_follows_the_words() -> None:
    assert min(keys_of([], ["ada@polder.example"], [])) & 7 == Sort.DOMAIN
    assert 0 < VERSION < 2**31


@given(st.lists(st.none() | st.text(max_size=60), max_size=3), st.lists(st.none() | st.text(max_size=30), max_size=3))
def test_anything_has_keys_that_a_database_can_hold(names: list[str | None], others: list[str | None]) -> None:
    found = keys_of(names, others, others)
    assert all(-(2**63) <= key < 2**63 and sort_of(key) is mark.sort for key, mark in found.items())
    assert found == keys_of(names, others, others)


@pytest.mark.parametrize(
    "site", ["https://www.polder.example/about", "polder.example", "WWW.Polder.Example:443", "http://polder.example"]
)
def test_a_website_is_found_by_the_addresses_of_its_people(site: str) -> None:
    assert keys_of([], [site], []).keys() == keys_of([], ["ada@polder.example"], []).keys()
    assert keys_of([], ["https://gmail.com", "nowhere", ""], []) == {}


def test_a_company_number_is_the_same_however_it_is_written() -> None:
    one, other = (keys_of([], [], [], [text]) for text in ("7010 0010 08844", "７０１０-００１０-０８８４４"))
    assert one.keys() == other.keys()
    assert [mark.sort for mark in one.values()] == [Sort.NUMBER]
    assert keys_of([], [], [], ["HRB 12", None, ""]) == {}, "a short one is one of many registers"
