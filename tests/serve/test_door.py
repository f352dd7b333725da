"""Who may come in: by which names, from which pages, with which token."""

import pytest

from oppwizard.errors import InvalidInput
from oppwizard.serve.door import Door, Place, public_url

HOME = Place("127.0.0.1", 8000)
OFFICE = Place("192.168.1.10", 8000)
EVERYWHERE = Place("0.0.0.0", 8000)
PROXIED = Place("127.0.0.1", 8000, "https://deals.example.com")


@pytest.mark.parametrize(
    ("place", "host"),
    [
        (HOME, "127.0.0.1:8000"),
        (HOME, "LocalHost:8000"),
        (Place("::1", 8000), "[::1]:8000"),
        (Place("127.0.0.1", 80), "localhost"),
        (OFFICE, "192.168.1.10:8000"),
        (EVERYWHERE, "192.168.1.10:8000"),
        (EVERYWHERE, "[fe80::1]:8000"),
        (PROXIED, "deals.example.com"),
        (PROXIED, "127.0.0.1:8000"),
    ],
)
def test_our_own_names_are_known(place: Place, host: str) -> None:
    assert place.knows_host(host)


@pytest.mark.parametrize(
    ("place", "host"),
    [
        (HOME, ""),
        (HOME, "127.0.0.1"),
        (HOME, "127.0.0.1:8001"),
        (HOME, "evil.example:8000"),
        (HOME, "127.0.0.1.evil.example:8000"),
        (HOME, "192.168.1.10:8000"),
        (OFFICE, "localhost:8000"),
        (EVERYWHERE, "evil.example:8000"),
        (EVERYWHERE, "192.168.1.10:8001"),
        (PROXIED, "deals.example.com.evil.example"),
    ],
)
def test_names_that_somebody_points_at_us_are_not(place: Place, host: str) -> None:
    assert not place.knows_host(host)


def test_only_pages_of_ours_are_known() -> None:
    assert PROXIED.knows_origin("https://deals.example.com")
    assert EVERYWHERE.knows_origin("http://192.168.1.10:8000")
    for origin in ("http://deals.example.com", "https://evil.example", "null", "", "http://127.0.0.1:8001"):
        assert not PROXIED.knows_origin(origin), origin
    assert not EVERYWHERE.knows_origin("https://192.168.1.10:8000")


def test_a_token_opens_once() -> None:
    door = Door(HOME)
    token = door.address.partition("token=")[2]
    assert len(token) > 40
    for guess in (None, "", token[:-1], "日本", "None"):
        assert not door.burn(guess)
    assert door.burn(token)
    assert not door.burn(token)
    assert not door.burn(None)
    assert not door.burn("None")


def test_the_key_is_another_secret_and_another_each_time() -> None:
    door = Door(HOME)
    assert door.admits(door.key)
    assert not door.admits(door.address.partition("token=")[2])
    assert not door.admits(Door(HOME).key)
    assert not door.admits(None)
    assert not door.admits("")


def test_the_address_that_is_shown_can_be_opened() -> None:
    assert Place("0.0.0.0", 8000).url == "http://127.0.0.1:8000"
    assert Place("::1", 8000).url == "http://[::1]:8000"
    assert PROXIED.url == "https://deals.example.com"


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("https://Deals.example.com/", "https://deals.example.com"),
        ("https://deals.example.com:443/Team/", "https://deals.example.com/Team"),
        ("http://[2001:db8::1]:8443", "http://[2001:db8::1]:8443"),
    ],
)
def test_the_address_of_a_proxy_is_taken_as_browsers_write_it(typed: str, taken: str) -> None:
    assert public_url(typed) == taken


@pytest.mark.parametrize(
    "typed",
    ["", "deals.example.com", "ftp://a", "https://", "https://a:b", "https://me@a", "https://a?b", "https://a b"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        public_url(typed)
